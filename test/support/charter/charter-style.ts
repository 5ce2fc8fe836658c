/**
 * Owns the charter's rules about a file by itself: sizes, names, words, doc comments, and who divides amounts and compares instants.
 */
import * as ts from 'typescript';
import { sourcesOf, type Rule, type Violation } from './charter-layers';
import { lineOf, walk, type SourceFile, type SourceTree } from './source-tree';

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 50;

type Parsed = SourceFile & { readonly syntax: ts.SourceFile };

function parsed(tree: SourceTree, files: RegExp): Parsed[] {
	return sourcesOf(tree).filter((file): file is Parsed => file.syntax !== null && files.test(file.path));
}

function linesOf(syntax: ts.SourceFile, node: ts.Node): number {
	return lineOf(syntax, node.end) - lineOf(syntax, node.getStart()) + 1;
}

/** Looks through `as const`, `satisfies T`, parentheses and `Object.freeze(…)`. */
function bare(expression: ts.Expression): ts.Expression {
	if (ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression) || ts.isParenthesizedExpression(expression))
		return bare(expression.expression);
	const [first] = ts.isCallExpression(expression) && expression.expression.getText() === 'Object.freeze' ? expression.arguments : [];
	return first ? bare(first) : expression;
}

/** A literal list or record at the top level or as a property of a class: rows to read, not steps to follow. */
function tableLinesOf(syntax: ts.SourceFile): number {
	let lines = 0;
	const count = (initializer: ts.Expression | undefined): void => {
		const value = initializer && bare(initializer);
		if (value && (ts.isArrayLiteralExpression(value) || ts.isObjectLiteralExpression(value))) lines += linesOf(syntax, value);
	};
	for (const statement of syntax.statements) {
		if (ts.isVariableStatement(statement)) statement.declarationList.declarations.forEach(({ initializer }) => count(initializer));
		if (ts.isClassDeclaration(statement))
			statement.members.filter(ts.isPropertyDeclaration).forEach(({ initializer }) => count(initializer));
	}
	return lines;
}

const fileSize: Rule = {
	name: `files have at most ${MAX_FILE_LINES} lines, tables apart`,
	check: (tree) =>
		parsed(tree, /^(?!.*\.data\.ts$)/).flatMap(({ path, text, syntax }) => {
			const lines = text.trimEnd().split('\n').length - tableLinesOf(syntax);
			return lines > MAX_FILE_LINES ? [{ path, line: 1, problem: `has ${lines} lines besides tables`, mend: 'Split it by concept.' }] : [];
		}),
};

type FunctionWithBody = ts.FunctionLikeDeclaration & { readonly body: ts.Node };

function isFunctionWithBody(node: ts.Node): node is FunctionWithBody {
	return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

function nameOf(node: FunctionWithBody): string {
	if (node.name) return node.name.getText();
	const { parent } = node;
	return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name.getText() : 'a function';
}

const functionSize: Rule = {
	name: `functions have at most ${MAX_FUNCTION_LINES} lines`,
	check: (tree) =>
		parsed(tree, /./).flatMap(({ path, syntax }) => {
			const violations: Violation[] = [];
			walk(syntax, (node) => {
				if (!isFunctionWithBody(node)) return;
				const lines = linesOf(syntax, node);
				if (lines <= MAX_FUNCTION_LINES) return;
				violations.push({
					path,
					line: lineOf(syntax, node.getStart()),
					problem: `${nameOf(node)} has ${lines} lines`,
					mend: 'Give a part of it a name of its own.',
				});
			});
			return violations;
		}),
};

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const NAMED_BY_N8N =
	/^(nodes\/n8n\/[A-Z][A-Za-z0-9]*\/[A-Z][A-Za-z0-9]*\.node\.(ts|json)|credentials\/[A-Z][A-Za-z0-9]*\.credentials\.ts)$/;
const SAYS_NOTHING = /^(utils?|common|helpers?|misc|shared|index|stuff|lib)$/;

const fileNames: Rule = {
	name: 'files are named after their concept, in kebab-case',
	check: (tree) =>
		[...tree.files.keys()]
			.filter((path) => /^(lib|nodes|credentials|scripts)\//.test(path) && !NAMED_BY_N8N.test(path) && !path.includes('/locales/'))
			.flatMap((path) => {
				const parts = path.split('/').slice(1);
				const stem = (parts.pop() ?? '').replace(/(\.data)?\.[a-z]+$/, '');
				const folders = path.startsWith('nodes/n8n/') ? [] : parts;
				const isKebab = [...folders, stem].every((part) => KEBAB.test(part));
				const at = (problem: string, mend: string): Violation => ({ path, line: 1, problem, mend });
				return [
					...(isKebab ? [] : [at('is not in kebab-case', 'Rename it.')]),
					...(SAYS_NOTHING.test(stem) ? [at(`is named "${stem}", which says nothing`, 'Name it after the concept it owns.')] : []),
				];
			}),
};

const BANNED: readonly { readonly pattern: RegExp; readonly mend: string; readonly paths?: RegExp }[] = [
	{ pattern: /\b(TODO|FIXME|XXX|HACK)\b/, mend: 'Do it, or write it down where work is planned.' },
	{ pattern: /\bas any\b|@ts-(ignore|nocheck|expect-error)/, mend: 'Give it its type, or narrow an unknown.', paths: /^(?!test\/|docs\/)/ },
	// `/home/me/` stands in messages as an example, and `/home/node/` is the home in n8n's containers.
	{ pattern: /(?<![\w./-])\/(home\/(?!(?:me|node)\b)|root\/|Users\/)/, mend: 'Derive the path; another machine does not have it.' },
	{ pattern: /eslint-disable(?!.* -- )/, mend: 'Say why after " -- ".' },
];
/** These files must name the words in order to forbid them. */
const NAMES_THE_WORDS = /^test\/(support\/charter|unit)\/charter/;

const bannedWords: Rule = {
	name: 'no banned words',
	check: (tree) =>
		[...tree.files.values()]
			.filter(({ path }) => !NAMES_THE_WORDS.test(path) && !path.endsWith('.data.json') && !path.includes('/fixtures/'))
			.flatMap(({ path, text }) =>
				text.split('\n').flatMap((lineText, index) =>
					BANNED.filter(({ pattern, paths }) => (paths ?? /./).test(path) && pattern.test(lineText)).map(({ pattern, mend }) => ({
						path,
						line: index + 1,
						problem: `says "${pattern.exec(lineText)?.[0] ?? ''}"`,
						mend,
					})),
				),
			),
};

const moduleDocs: Rule = {
	name: 'each module of lib says first what it does',
	check: (tree) =>
		parsed(tree, /^lib\//)
			.filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text))
			.map(({ path }) => ({
				path,
				line: 1,
				problem: 'does not begin with a doc comment',
				mend: 'Begin with a doc comment: one sentence on what the module does.',
			})),
};

function isExported(node: ts.Node): boolean {
	return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** True when a doc comment of its own stands before the statement; the one that begins the file belongs to the module. */
function hasDocComment(statement: ts.Statement, { text, statements }: ts.SourceFile): boolean {
	const docs = (ts.getLeadingCommentRanges(text, statement.pos) ?? []).filter(({ pos }) => text.startsWith('/**', pos));
	return docs.length > (statement === statements[0] ? 1 : 0);
}

/** The name of an exported function or class, or of a function held by an exported constant; null for any other statement. */
function exportedCallable(statement: ts.Statement): string | null {
	if (!isExported(statement)) return null;
	if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return statement.name?.text ?? 'default';
	const [first] = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
	const value = first?.initializer && bare(first.initializer);
	return first && value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? first.name.getText() : null;
}

/** The exported callables without a doc comment; of overloads, the first has it for all. */
function undocumented(syntax: ts.SourceFile): { name: string; line: number }[] {
	const firsts = new Map<string, ts.Statement>();
	for (const statement of syntax.statements) {
		const name = exportedCallable(statement);
		if (name !== null && !firsts.has(name)) firsts.set(name, statement);
	}
	return [...firsts]
		.filter(([, statement]) => !hasDocComment(statement, syntax))
		.map(([name, statement]) => ({ name, line: lineOf(syntax, statement.getStart()) }));
}

const exportDocs: Rule = {
	name: 'each exported function and class of lib has a doc comment',
	check: (tree) =>
		parsed(tree, /^lib\//).flatMap(({ path, syntax }) =>
			undocumented(syntax).map(({ name, line }) => ({
				path,
				line,
				problem: `${name} has no doc comment of its own`,
				mend: 'Say in a sentence what it does, with units, intervals, rounding and errors.',
			})),
		),
};

function operatorsIn(
	file: Parsed,
	isWanted: (node: ts.Node) => boolean,
	{ problem, mend }: { problem: string; mend: string },
): Violation[] {
	const violations: Violation[] = [];
	walk(file.syntax, (node) => {
		if (isWanted(node))
			violations.push({ path: file.path, line: lineOf(file.syntax, node.getStart()), problem: `${problem}: ${node.getText()}`, mend });
	});
	return violations;
}

const division: Rule = {
	name: 'only core/values/money divides',
	check: (tree) =>
		parsed(tree, /^lib\/(core|ledger|engine)\/(?!values\/money\.ts$)/).flatMap((file) => {
			const lines = file.text.split('\n');
			const isDivision = (node: ts.Node): boolean =>
				ts.isBinaryExpression(node) && [ts.SyntaxKind.SlashToken, ts.SyntaxKind.SlashEqualsToken].includes(node.operatorToken.kind);
			const isWanted = (node: ts.Node): boolean =>
				isDivision(node) && !/\/[/*].*\bratio\b/.test(lines[lineOf(file.syntax, node.getStart()) - 1] ?? '');
			return operatorsIn(file, isWanted, {
				problem: 'divides',
				mend: 'Amounts are divided in lib/core/values/money.ts; where this is no amount, say so with a comment "ratio: …" on the line.',
			});
		}),
};

/** An instant by its name; a duration such as `timeoutMs` or `waitMs` may be compared anywhere. */
const INSTANT = /(^at|At|^now|Now|^from|From|^until|Until|instant|Instant)Ms$/;
const COMPARES = [
	ts.SyntaxKind.LessThanToken,
	ts.SyntaxKind.LessThanEqualsToken,
	ts.SyntaxKind.GreaterThanToken,
	ts.SyntaxKind.GreaterThanEqualsToken,
];

function isInstant(node: ts.Node): boolean {
	const name = ts.isPropertyAccessExpression(node) ? node.name : node;
	return ts.isIdentifier(name) && INSTANT.test(name.text);
}

function comparesInstants(node: ts.Node): boolean {
	if (ts.isBinaryExpression(node)) return COMPARES.includes(node.operatorToken.kind) && (isInstant(node.left) || isInstant(node.right));
	return ts.isCallExpression(node) && /^Math\.(min|max)$/.test(node.expression.getText()) && node.arguments.some(isInstant);
}

const comparison: Rule = {
	name: 'only core/values/time compares instants',
	check: (tree) =>
		parsed(tree, /^lib\/(core|ledger|engine)\/(?!values\/time\.ts$)/).flatMap((file) =>
			operatorsIn(file, comparesInstants, {
				problem: 'compares instants',
				mend: 'Use isWithin, hasPassed, compareInstants or later of lib/core/values/time.ts.',
			}),
		),
};

/** The rules about single files, in the order they are reported. */
export const STYLE_RULES: readonly Rule[] = [fileSize, functionSize, fileNames, bannedWords, moduleDocs, exportDocs, division, comparison];
