/**
 * Owns the picture of the source tree that the charter judges: every file with its text, its syntax and where its imports lead.
 * Refuses to judge; a tree is made from the disk or from given texts alike.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import * as ts from 'typescript';

/** One import of a module, re-exports and dynamic imports included. */
export interface Import {
	readonly specifier: string;
	/** The file in the tree it leads to, or null for a package or a file that is not there. */
	readonly target: string | null;
	readonly isTypeOnly: boolean;
	readonly line: number;
}

export interface SourceFile {
	/** Relative to the repository, with forward slashes. */
	readonly path: string;
	readonly text: string;
	/** Null for what is neither TypeScript nor a script of Node-RED's editor. */
	readonly syntax: ts.SourceFile | null;
	readonly imports: readonly Import[];
}

/** What of package.json the charter looks at. */
export interface Manifest {
	readonly scripts?: Readonly<Record<string, string>>;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly bin?: Readonly<Record<string, string>>;
	readonly n8n?: { readonly nodes: readonly string[]; readonly credentials: readonly string[] };
	readonly 'node-red'?: { readonly nodes: Readonly<Record<string, string>> };
}

export interface SourceTree {
	readonly files: ReadonlyMap<string, SourceFile>;
	readonly manifest: Manifest;
}

/** What CI runs. */
const CI = '.ci/run';
const FOLDERS = ['lib', 'nodes', 'credentials', 'scripts', 'test', 'docs'];
const TEXT = /\.(ts|js|mjs|html|json|css|md)$/;

/** Reads the tree below `root`. */
export function readTree(root: string): SourceTree {
	const paths = FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && TEXT.test(entry.name))
			.map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')),
	);
	if (existsSync(join(root, CI))) paths.push(CI);
	const texts = Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
	return treeOf(texts, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest);
}

/** Makes a tree of texts by path. */
export function treeOf(texts: Readonly<Record<string, string>>, manifest: Manifest = {}): SourceTree {
	const paths = new Set(Object.keys(texts));
	const files = Object.entries(texts).map(([path, text]): [string, SourceFile] => {
		const syntax = /\.(ts|js)$/.test(path) ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) : null;
		return [path, { path, text, syntax, imports: syntax === null ? [] : importsOf(syntax, paths) }];
	});
	return { files: new Map(files), manifest };
}

/** The line of a node, counted from 1. */
export function lineOf(syntax: ts.SourceFile, position: number): number {
	return syntax.getLineAndCharacterOfPosition(position).line + 1;
}

/** Visits every node of a file, parents first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
	visit(node);
	ts.forEachChild(node, (child) => {
		walk(child, visit);
	});
}

function importsOf(syntax: ts.SourceFile, paths: ReadonlySet<string>): Import[] {
	const imports: Import[] = [];
	walk(syntax, (node) => {
		const found = specifierOf(node);
		if (found === null) return;
		const { specifier, isTypeOnly } = found;
		imports.push({ specifier, isTypeOnly, target: targetOf(specifier, syntax.fileName, paths), line: lineOf(syntax, node.getStart()) });
	});
	return imports;
}

function specifierOf(node: ts.Node): { specifier: string; isTypeOnly: boolean } | null {
	if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
		return { specifier: node.moduleSpecifier.text, isTypeOnly: isTypeClause(node.importClause) };
	}
	if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
		return { specifier: node.moduleSpecifier.text, isTypeOnly: node.isTypeOnly };
	}
	if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
		return { specifier: node.argument.literal.text, isTypeOnly: true };
	}
	if (ts.isExternalModuleReference(node) && ts.isStringLiteral(node.expression))
		return { specifier: node.expression.text, isTypeOnly: false };
	if (ts.isCallExpression(node)) {
		const [first] = node.arguments;
		const isImport =
			node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require');
		if (isImport && first && ts.isStringLiteral(first)) return { specifier: first.text, isTypeOnly: false };
	}
	return null;
}

/** `import type …`, and `import { type A, type B }` where nothing else is named. */
function isTypeClause(clause: ts.ImportClause | undefined): boolean {
	if (clause === undefined) return false;
	if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
	const named = clause.namedBindings;
	return (
		!clause.name &&
		named !== undefined &&
		ts.isNamedImports(named) &&
		named.elements.length > 0 &&
		named.elements.every((element) => element.isTypeOnly)
	);
}

function targetOf(specifier: string, from: string, paths: ReadonlySet<string>): string | null {
	if (!specifier.startsWith('.')) return null;
	const base = posix.normalize(posix.join(posix.dirname(from), specifier));
	return [base, `${base}.ts`, base.replace(/\.js$/, '.ts'), `${base}/index.ts`].find((path) => paths.has(path)) ?? null;
}
