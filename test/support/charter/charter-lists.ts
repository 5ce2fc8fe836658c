/**
 * The charter's rule about lists: each is declared once, and whatever follows from it is derived. A second list that is kept by hand
 * is forgotten when the first one grows, and every test stays green.
 */
import * as ts from 'typescript';
import { ENTRY_KINDS } from '../../../lib/core/journal/journal';
import { NO_SETTINGS } from '../../../lib/core/nouns/settings';
import { ITEM_LABELS, LABEL_NAMES } from '../../../lib/core/nouns/labels';
import { BUDGET_PERIODS, GRANT_CATEGORIES, HOLD_STATES, PLANS } from '../../../lib/core/nouns/words';
import { USAGE_TOTALS } from '../../../lib/core/nouns/usage-totals';
import { RATE_KINDS } from '../../../lib/core/prices/pricing';
import { USAGE_FIELDS } from '../../../lib/core/usage/usage-fields';
import { USAGE_COLUMNS } from '../../../lib/ledger/columns';
import { LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { PROVIDER_PARAMS, LEDGER_PARAMS } from '../../../lib/params/connection';
import { REASONS } from '../../../lib/params/fallback-switch';
import { sourcesOf, type Rule, type Violation } from './charter-layers';
import { lineOf, walk, type SourceTree } from './source-tree';

/** A list that is declared in one file. */
export interface DeclaredList {
	readonly name: string;
	readonly home: RegExp;
	readonly names: readonly string[];
	/** So many of its names at one place are the list again; 60 % of a short list, 4 of a long one, unless it says otherwise. */
	readonly repeatedAt?: number;
}

const namesOf = (params: readonly { readonly name: string }[]): string[] => params.map(({ name }) => name);
const LABEL_HOMES = /^lib\/core\/nouns\/labels\.ts$|^lib\/params\/llm-action\/labels\.ts$/;
const WORDS = /^lib\/core\/nouns\/words\.ts$/;

/** The lists that the project declares, with where. */
const DECLARED_LISTS: readonly DeclaredList[] = [
	{ name: 'USAGE_FIELDS', home: /^lib\/core\/usage\/usage-fields\.ts$/, names: USAGE_FIELDS },
	{ name: 'NO_USAGE', home: /^lib\/core\/nouns\/usage-totals\.ts$/, names: USAGE_TOTALS },
	{ name: 'USAGE_COLUMNS', home: /^lib\/ledger\/columns\.ts$/, names: USAGE_COLUMNS.map(({ column }) => column) },
	{ name: 'LABELS', home: LABEL_HOMES, names: LABEL_NAMES },
	{ name: 'ITEM_LABELS', home: LABEL_HOMES, names: ITEM_LABELS },
	{ name: 'ALERT_SETTINGS', home: /^lib\/core\/nouns\/alert\.ts$/, names: Object.keys(NO_SETTINGS.alerts) },
	{
		name: 'NO_SETTINGS',
		home: /^lib\/core\/nouns\/settings\.ts$/,
		names: Object.keys(NO_SETTINGS),
	},
	{ name: 'RATE_KINDS', home: /^lib\/core\/prices\/pricing\.ts$/, names: RATE_KINDS, repeatedAt: 6 },
	{ name: 'PLANS', home: WORDS, names: PLANS, repeatedAt: PLANS.length },
	{ name: 'GRANT_CATEGORIES', home: WORDS, names: GRANT_CATEGORIES, repeatedAt: GRANT_CATEGORIES.length },
	{ name: 'HOLD_STATES', home: WORDS, names: HOLD_STATES, repeatedAt: HOLD_STATES.length },
	{ name: 'BUDGET_PERIODS', home: WORDS, names: BUDGET_PERIODS },
	{ name: 'ENTRY_KINDS', home: /^lib\/core\/journal\/journal\.ts$/, names: ENTRY_KINDS, repeatedAt: 12 },
	{ name: 'REASONS', home: /^lib\/params\/fallback-switch\.ts$|^lib\/core\/nouns\/words\.ts$/, names: REASONS.map(({ value }) => value) },
	{ name: 'LLM_ACTION_PARAMS', home: /^lib\/params\/llm-action\//, names: namesOf(LLM_ACTION_PARAMS), repeatedAt: 8 },
	{ name: 'PROVIDER_PARAMS', home: /^lib\/params\/connection\.ts$/, names: namesOf(PROVIDER_PARAMS), repeatedAt: 6 },
	{ name: 'LEDGER_PARAMS', home: /^lib\/params\/connection\.ts$/, names: namesOf(LEDGER_PARAMS) },
];

/** Files that may spell a list again, by file and list, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
	'lib/core/nouns/usage-totals.ts USAGE_FIELDS': 'which counts have a total and a column is a choice of its own',
	'lib/core/usage/usage-fields.ts NO_USAGE': 'which counts have a total and a column is a choice of its own',
	'lib/core/prices/price-list.ts RATE_KINDS': 'the order of rates in a list of prices, which is older than the journal',
	'lib/core/prices/rate-overrides.ts RATE_KINDS': 'which of three prices is taken for each; the type asks for all',
	'lib/core/prices/usage-bound.ts USAGE_FIELDS': 'each has a bound of its own; the type asks for all',
	'lib/core/prices/usage-bound.ts NO_USAGE': 'each has a bound of its own; the type asks for all',
	'lib/providers/openai/refusal-finding.ts REASONS': 'what can go wrong with a provider, in its own words; fault-reasons maps all of them',
	'lib/core/usage/usage.ts USAGE_FIELDS': 'what each provider calls them; the type asks for all that do not begin at 0',
	'lib/core/usage/usage.ts NO_USAGE': 'what each provider calls them; the type asks for all that do not begin at 0',
	'lib/ledger/postgres/connection/migrations.ts USAGE_COLUMNS': 'steps that databases have taken stay as they were',
	'lib/ledger/sqlite/file/migrations.ts USAGE_COLUMNS': 'steps that files have taken stay as they were',
	'lib/engine/item/item-reuse.ts REASONS': 'a few of them, by their meaning',
	'lib/providers/provider.ts REASONS': 'what can go wrong with a provider, in its own words; fault-reasons maps all of them',
	'nodes/n8n/open-ai-credential.ts PROVIDER_PARAMS': 'those of which a credential of n8n knows something',
	'nodes/n8n/LlmAction/hints.ts REASONS': 'those for which there is something to do',
	'nodes/node-red/behaviour/action-progress.ts REASONS': 'those that a person has to mend',
};

/** Names that stand together at one place: in a list, a record, a type, a union of texts, or one text such as a statement. */
function namesAt(node: ts.Node): readonly string[] {
	if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(nameOfElement);
	if (ts.isObjectLiteralExpression(node)) return node.properties.flatMap((property) => (property.name ? nameOf(property.name) : []));
	if (ts.isTypeLiteralNode(node) || ts.isInterfaceDeclaration(node))
		return node.members.flatMap((member) => (member.name ? nameOf(member.name) : []));
	if (ts.isUnionTypeNode(node))
		return node.types.flatMap((type) => (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [type.literal.text] : []));
	if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return wordsOf(node.text);
	if (ts.isTemplateExpression(node)) return wordsOf(node.getText());
	return [];
}

function nameOfElement(element: ts.Expression): readonly string[] {
	if (ts.isStringLiteral(element)) return [element.text];
	const [first] = ts.isArrayLiteralExpression(element) ? element.elements : [];
	if (first && ts.isStringLiteral(first)) return [first.text];
	if (!ts.isObjectLiteralExpression(element)) return [];
	return element.properties.flatMap((property) =>
		ts.isPropertyAssignment(property) && ts.isStringLiteral(property.initializer) && /^(name|value|kind|id)$/.test(property.name.getText())
			? [property.initializer.text]
			: [],
	);
}

const nameOf = (name: ts.PropertyName): readonly string[] => (ts.isIdentifier(name) || ts.isStringLiteral(name) ? [name.text] : []);

/** Words of a statement or of a list in a text; sentences for people are not lists of names. */
const wordsOf = (text: string): readonly string[] => (text.includes('_') ? (text.match(/\b[a-z]\w*\b/g) ?? []) : []);

/** A record that the compiler holds complete: `Record<Name, …>` by its declaration or by `satisfies`. */
function isHeldComplete(node: ts.Node): boolean {
	let { parent } = node;
	while (ts.isAsExpression(parent) || ts.isParenthesizedExpression(parent)) ({ parent } = parent);
	const type = ts.isSatisfiesExpression(parent) || ts.isVariableDeclaration(parent) ? parent.type : undefined;
	return type !== undefined && /^(Readonly<)?Record<(?!string\b)/.test(type.getText());
}

function thresholdOf({ names, repeatedAt }: DeclaredList): number {
	return repeatedAt ?? Math.min(4, Math.ceil(names.length * 0.6));
}

function repeatsIn(tree: SourceTree): (Violation & { readonly key: string })[] {
	const found: (Violation & { readonly key: string })[] = [];
	for (const { path, syntax } of sourcesOf(tree)) {
		if (syntax === null || !/^(lib|nodes)\//.test(path)) continue;
		const lists = DECLARED_LISTS.filter(({ home }) => !home.test(path));
		walk(syntax, (node) => {
			const names = new Set(namesAt(node));
			if (names.size < 2 || isHeldComplete(node)) return;
			for (const list of lists) {
				const repeated = list.names.filter((name) => names.has(name));
				if (repeated.length < thresholdOf(list)) continue;
				found.push({
					path,
					line: lineOf(syntax, node.getStart()),
					key: `${path} ${list.name}`,
					problem: `spells ${String(repeated.length)} of the ${String(list.names.length)} names of ${list.name} again: ${repeated.join(', ')}`,
					mend: `Derive it from ${list.name}, or let the compiler hold it complete with "satisfies Record<…>".`,
				});
			}
		});
	}
	return found;
}

const declaredOnce: Rule = {
	name: 'a list is declared once',
	check: (tree) => repeatsIn(tree).filter(({ key }) => EXCEPTIONS[key] === undefined),
};

/** Exceptions that nothing needs any more. */
export function unusedListExceptions(tree: SourceTree): string[] {
	const used = new Set(repeatsIn(tree).map(({ key }) => key));
	return Object.keys(EXCEPTIONS).filter((key) => !used.has(key));
}

/** The rule about lists. */
export const LIST_RULES: readonly Rule[] = [declaredOnce];
