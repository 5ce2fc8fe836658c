/** The charter's rule about exported values: somebody imports them. A test is nobody: what only a test needs is not part of what is shipped. */
import * as ts from 'typescript';
import { posix } from 'node:path';
import { sourcesOf, type Rule } from './charter-layers';
import { lineOf, walk, type SourceFile, type SourceTree } from './source-tree';

/** Exported for tests alone, or for the scripts of an editor, by file and name, with the reason. */
const FOR_OTHERS: Readonly<Record<string, string>> = {
	'lib/core/prices/estimate.ts expectedOutput': 'the estimate of an answer is shown to grow with what is learned',
	'lib/core/prices/price-settings.ts isNewer': 'an order of versions has more cases than a journal shows',
	'lib/core/prices/pricing.ts ZERO_RATES': 'tests write prices down',
	'lib/core/prices/pricing.ts isFree': 'a price list is searched for models without a rate',
	'lib/core/values/money.ts MICRO_PER_DOLLAR': 'a naive sum is held against ours',
	'lib/engine/plan/check-settings.ts answerRule': "the form of Node-RED's editor checks rules with it",
	'lib/engine/plan/check-settings.ts judgeOf': "the form of Node-RED's editor checks a judge with it",
	'lib/engine/plan/ladder-plan.ts askedText': 'what a fingerprint covers is proved by its text',
	'lib/ledger/memory/store.ts openMemoryLedger': 'the reference that the contract suite holds the other adapters to',
	'lib/ledger/postgres/connection/address.ts DEFAULT_SCHEMA': 'tests look into the schema',
	'lib/runtime/ledger-place.ts LEDGER_VARIABLE': 'the variable is set by tests',
	'lib/runtime/outage.ts outagePath': 'tests look into the file of an outage',
	'nodes/n8n/host-interface.ts OPTIONAL_METHODS': 'the interface of a real host is held against it',
	'nodes/n8n/properties.ts MORE_SETTINGS': 'parity of both hosts',
	'nodes/n8n/properties.ts SORTED_FROM': 'parity of both hosts',
	'nodes/n8n/properties.ts isInline': 'parity of both hosts',
	'nodes/n8n/properties.ts hostDefault': 'parity of both hosts',
	'nodes/node-red/message/message-sample.ts sampleOf': 'bounds of a sample are tried without a node',
};
/** What the scripts of Node-RED's editor import, which are no TypeScript. */
const FOR_THE_EDITOR = /^nodes\/node-red\/node\/node-types\.ts$/;
/** Hosts find these by the name of the file. */
const BY_FILE_NAME = /^(nodes\/n8n\/\w+\/\w+\.node|credentials\/\w+\.credentials)\.ts$/;

/** `file#name` of all that a file imports; `file#*` where it takes a module as a whole. */
function importedBy({ path, syntax }: SourceFile): string[] {
	const found: string[] = [];
	const note = (specifier: string, names: readonly string[]): void => {
		if (!specifier.startsWith('.')) return;
		const target = `${posix.join(posix.dirname(path), specifier)}.ts`;
		found.push(...names.map((name) => `${target}#${name}`));
	};
	const namesOf = (elements: ts.NodeArray<ts.ImportSpecifier | ts.ExportSpecifier>): string[] =>
		elements.map(({ propertyName, name }) => (propertyName ?? name).text);
	if (syntax === null) return found;
	walk(syntax, (node) => {
		if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
			const bindings = node.importClause?.namedBindings;
			note(node.moduleSpecifier.text, bindings && ts.isNamedImports(bindings) ? namesOf(bindings.elements) : ['*']);
		} else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
			note(
				node.moduleSpecifier.text,
				node.exportClause && ts.isNamedExports(node.exportClause) ? namesOf(node.exportClause.elements) : ['*'],
			);
		} else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
			note(node.argument.literal.text, [node.qualifier?.getText() ?? '*']);
		} else if (ts.isCallExpression(node)) {
			const [first] = node.arguments;
			const isLoading = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
			if (isLoading && first && ts.isStringLiteralLike(first)) note(first.text, ['*']);
		}
	});
	return found;
}

interface Exported {
	readonly name: string;
	readonly line: number;
}

/** The functions, classes and constants that a file exports. */
function exportedBy(syntax: ts.SourceFile): Exported[] {
	return syntax.statements.flatMap((statement): Exported[] => {
		const isValue = ts.isVariableStatement(statement) || ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
		if (!isValue || !statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
		const line = lineOf(syntax, statement.getStart());
		if (ts.isVariableStatement(statement))
			return statement.declarationList.declarations.map((declaration) => ({ name: declaration.name.getText(), line }));
		return statement.name ? [{ name: statement.name.text, line }] : [];
	});
}

const imported: Rule = {
	name: 'each exported value is imported',
	check: (tree: SourceTree) => {
		const used = new Set(sourcesOf(tree).flatMap((file) => importedBy(file)));
		return sourcesOf(tree)
			.filter(({ path }) => /^(lib|nodes)\//.test(path) && !BY_FILE_NAME.test(path) && !FOR_THE_EDITOR.test(path))
			.flatMap(({ path, syntax }) => (syntax === null ? [] : exportedBy(syntax).map((each) => ({ path, ...each }))))
			.filter(({ path, name }) => !used.has(`${path}#${name}`) && !used.has(`${path}#*`) && FOR_OTHERS[`${path} ${name}`] === undefined)
			.map(({ path, name, line }) => ({
				path,
				line,
				problem: `exports ${name}, which no shipped file imports`,
				mend: 'Take the export away, or the value if nothing uses it. A test asks through what is used.',
			}));
	},
};

/** The rule about exported values. */
export const EXPORT_RULES: readonly Rule[] = [imported];
