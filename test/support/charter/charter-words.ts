/**
 * The charter's rules about words: one name for each thing in the code, those of docs/glossary.md; and one thing for each name.
 */
import * as ts from 'typescript';
import { sourcesOf, type Rule, type Violation } from './charter-layers';
import { lineOf, walk, type SourceFile, type SourceTree } from './source-tree';

const GLOSSARY = 'docs/glossary.md';

interface Banned {
	/** A name of a type, a value, a parameter or a property, as a whole. */
	readonly name: RegExp;
	/** The word of the glossary. */
	readonly word: string;
	/** What it stands for, where the name says too little. */
	readonly of: string;
}

/** Other names that things had on their way. */
const BANNED_NAMES: readonly Banned[] = [
	{ name: /^([Ss]ized\w*|reservedCalls?|ReservedCalls?)$/, word: 'alternative', of: 'a call that may be reserved' },
	{ name: /^([Oo]ffers?|offered|offersOf|callOffers|[Ww]eighed\w*)$/, word: 'alternative', of: 'a way to serve a request' },
	{ name: /^Slot$/, word: 'hold', of: 'what is set aside for a pass' },
	{ name: /^(Move|move|nextMove|moveAfter)$/, word: 'next try', of: 'where an item goes after a call in vain; a move is that of a ledger' },
	{ name: /^\w*Parts$/, word: 'options', of: 'what an object is made of' },
	{ name: /^(itemTally|ItemTally|PassTally|CallTally)$/, word: 'item state', of: 'what an item has cost so far' },
	{ name: /^Fallback$/, word: 'fallback error', of: 'what ends an item without a model' },
];

/** What platforms call so. */
const GIVEN: ReadonlySet<string> = new Set(['formatToParts']);

/** Names of files that say something else than what is in them. */
const BANNED_FILES: Readonly<Record<string, string>> = {
	'ladder.ts': 'retry',
	'model.ts': 'records',
	'fallback.ts': 'fallback error',
	'hold.ts': 'close hold',
	'item-parts.ts': 'planned item',
};

function isName(node: ts.Node): node is ts.Identifier | ts.PrivateIdentifier {
	return ts.isIdentifier(node) || ts.isPrivateIdentifier(node);
}

function bannedNamesIn({ path, syntax }: SourceFile): Violation[] {
	const violations: Violation[] = [];
	const seen = new Set<string>();
	if (syntax === null) return [];
	walk(syntax, (node) => {
		if (!isName(node)) return;
		const name = node.text.replace(/^#/, '');
		if (seen.has(name) || GIVEN.has(name)) return;
		const banned = BANNED_NAMES.find((each) => each.name.test(name));
		if (!banned) return;
		seen.add(name);
		violations.push({
			path,
			line: lineOf(syntax, node.getStart()),
			problem: `names something ${name}`,
			mend: `Say "${banned.word}" for ${banned.of}, as ${GLOSSARY} does.`,
		});
	});
	return violations;
}

const oneWord: Rule = {
	name: 'one word for each thing',
	check: (tree) =>
		sourcesOf(tree).flatMap((file) => {
			const word = BANNED_FILES[file.path.split('/').at(-1) ?? ''];
			const named: Violation[] =
				word === undefined
					? []
					: [
							{
								path: file.path,
								line: 1,
								problem: 'has a name that is taken for something else',
								mend: `It is called "${word}" in ${GLOSSARY}.`,
							},
						];
			return [...named, ...bannedNamesIn(file)];
		}),
};

interface Declared {
	readonly path: string;
	readonly line: number;
	readonly isExported: boolean;
}

/** The layers that others speak of; adapters and hosts may say among themselves what they like, in words that these do not use. */
const SPOKEN_OF = /^lib\/(core|engine|params|ledger\/[^/]+$|providers\/provider\.ts$)/;
/** n8n finds a node's class by the name of its file, so it is called as the door of the engine that it stands for. */
const NAMED_TWICE_BY_N8N = /^nodes\/n8n\/\w+\/\w+\.node\.ts$/;

function declaredTypes(tree: SourceTree): Map<string, Declared[]> {
	const found = new Map<string, Declared[]>();
	for (const { path, syntax } of sourcesOf(tree)) {
		if (syntax === null || NAMED_TWICE_BY_N8N.test(path) || path.startsWith('scripts/')) continue;
		for (const statement of syntax.statements) {
			if (!ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement) && !ts.isClassDeclaration(statement)) continue;
			if (!statement.name) continue;
			const hasExport = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
			const isExported = hasExport && SPOKEN_OF.test(path);
			const declared = { path, line: lineOf(syntax, statement.getStart()), isExported };
			found.set(statement.name.text, [...(found.get(statement.name.text) ?? []), declared]);
		}
	}
	return found;
}

const oneThing: Rule = {
	name: 'a type of the shared layers has a name of its own',
	check: (tree) =>
		[...declaredTypes(tree)].flatMap(([name, all]) => {
			const others = all.filter(({ isExported }) => !isExported);
			const exported = all.filter(({ isExported }) => isExported);
			const twice = exported.length === 0 ? [] : [...others, ...exported.slice(1)];
			return twice.map(({ path, line }) => ({
				path,
				line,
				problem: `declares ${name}, which ${exported[0]?.path ?? ''} exports as something else`,
				mend: 'Name it after what it is here.',
			}));
		}),
};

/** The words that `BANNED_NAMES` ask for. */
const glossaryHas: Rule = {
	name: 'docs/glossary.md has the words of the code',
	check: (tree) => {
		const text = tree.files.get(GLOSSARY)?.text ?? '';
		const words = [...new Set([...BANNED_NAMES.map(({ word }) => word), ...Object.values(BANNED_FILES)])];
		return words
			.filter((word) => !text.includes(`**${word}**`))
			.map((word) => ({ path: GLOSSARY, line: 1, problem: `does not have the word ${word}`, mend: 'Say in a sentence what it is.' }));
	},
};

/** The rules about words. */
export const WORD_RULES: readonly Rule[] = [oneWord, oneThing, glossaryHas];
