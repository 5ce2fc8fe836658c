/**
 * The charter's rules about exported values: somebody imports them, and what is shipped is imported by something that is shipped. What only a
 * test needs is no part of the product.
 */
import * as ts from 'typescript';
import { posix } from 'node:path';
import type { Rule } from './charter-layers';
import { lineOf, walk, type SourceFile, type SourceTree } from './source-tree';

/** Exported for tests alone, by file and name, with the reason. */
const FOR_TESTS: Readonly<Record<string, string>> = {
	'lib/ledger/memory/store.ts openMemoryLedger': 'the reference that the contract suite holds the other adapters to',
};
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

const SHIPPED = /^(lib|nodes|credentials|scripts)\//;

function usedBy(tree: SourceTree, which: RegExp): ReadonlySet<string> {
	return new Set([...tree.files.values()].filter(({ path }) => which.test(path)).flatMap((file) => importedBy(file)));
}

function exportedIn(tree: SourceTree, which: RegExp): (Exported & { readonly path: string })[] {
	return [...tree.files.values()]
		.filter(({ path }) => which.test(path) && path.endsWith('.ts') && !BY_FILE_NAME.test(path) && !path.endsWith('.test.ts'))
		.flatMap(({ path, syntax }) => (syntax === null ? [] : exportedBy(syntax).map((each) => ({ path, ...each }))));
}

/** Texts of a corpus are data, which tests take as they need them. */
const imported: Rule = {
	name: 'each exported value is imported',
	check: (tree: SourceTree) => {
		const used = usedBy(tree, /./);
		return exportedIn(tree, /^(lib|nodes|scripts|test)\/(?!support\/corpus\/)/)
			.filter(({ path, name }) => !used.has(`${path}#${name}`) && !used.has(`${path}#*`))
			.map(({ path, name, line }) => ({
				path,
				line,
				problem: `exports ${name}, which no file imports`,
				mend: 'Take the export away, or the value if nothing uses it.',
			}));
	},
};

/** What is shipped and exported, and imported by tests alone, as `path name`. */
function forTestsAlone(tree: SourceTree): (Exported & { readonly path: string; readonly id: string })[] {
	const [shipped, all] = [usedBy(tree, SHIPPED), usedBy(tree, /./)];
	return exportedIn(tree, /^(lib|nodes)\//)
		.map((each) => ({ ...each, id: `${each.path} ${each.name}` }))
		.filter(({ path, name }) => all.has(`${path}#${name}`) && !shipped.has(`${path}#${name}`) && !shipped.has(`${path}#*`));
}

const shipped: Rule = {
	name: 'no exported value is there for tests alone',
	check: (tree: SourceTree) =>
		forTestsAlone(tree)
			.filter(({ id }) => FOR_TESTS[id] === undefined)
			.map(({ path, name, line }) => ({
				path,
				line,
				problem: `exports ${name}, which only tests import`,
				mend: 'Take the export away. A test asks through what is used.',
			})),
};

/** Exceptions of the rule about values for tests that are none any more. */
export function unusedExportExceptions(tree: SourceTree): string[] {
	const needed = new Set(forTestsAlone(tree).map(({ id }) => id));
	return Object.keys(FOR_TESTS).filter((id) => !needed.has(id));
}

/** The rules about exported values. */
export const EXPORT_RULES: readonly Rule[] = [imported, shipped];
