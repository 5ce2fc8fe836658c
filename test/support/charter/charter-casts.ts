/**
 * The charter's rule about casts: a cast tells the compiler what nobody has looked at. What comes from a database, a file, a request or a
 * host is decoded. The casts that are left are counted, room by room, and a number here may only fall.
 */
import * as ts from 'typescript';
import { sourcesOf, type Rule } from './charter-layers';
import { lineOf, walk, type SourceFile, type SourceTree } from './source-tree';

/** The most casts in a room; a room that is not here has none. */
const MOST: Readonly<Record<string, number>> = {
	'lib/core/nouns': 1,
	'lib/core/values': 2,
	'lib/params': 3,
	'lib/providers': 3,
	'lib/runtime': 1,
};

/** Rooms of two names, such as `lib/core/journal`; all else by its first two folders. */
const roomOf = (path: string): string => /^(lib\/(core|engine|ledger)\/[^/]+(?=\/)|[^/]+\/[^/]+(?=\/))/.exec(path)?.[0] ?? path;

/** Lines of the casts of a file, and of type arguments that do the same. */
function castsOf({ syntax }: SourceFile): number[] {
	const lines: number[] = [];
	if (syntax === null) return lines;
	walk(syntax, (node) => {
		if (isCast(node) || namesRows(node)) lines.push(lineOf(syntax, node.getStart()));
	});
	return lines;
}

function isCast(node: ts.Node): boolean {
	if (ts.isTypeAssertionExpression(node)) return true;
	// `as const` says nothing about a value, and a module that is loaded late has the type of the file that it names.
	return ts.isAsExpression(node) && !ts.isConstTypeReference(node.type) && !loadsWhatItNames(node);
}

function loadsWhatItNames({ expression, type }: ts.AsExpression): boolean {
	if (!ts.isCallExpression(expression) || expression.expression.getText() !== 'require' || !ts.isImportTypeNode(type)) return false;
	const [loaded] = expression.arguments;
	const named = ts.isLiteralTypeNode(type.argument) ? type.argument.literal : null;
	return type.isTypeOf && loaded !== undefined && ts.isStringLiteral(loaded) && named !== null && loaded.getText() === named.getText();
}

/** What is true of every row: values by name, or in order, of which nothing is known. */
const ANY_ROW = /^(Row|unknown|readonly unknown\[\])$/;

/** A type of rows that is given to a statement of SQLite is a cast: nobody looks at them. */
function namesRows(node: ts.Node): boolean {
	const isStatement = ts.isTypeReferenceNode(node) && node.typeName.getText() === 'Statement';
	const isPrepared = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'prepare';
	if (!isStatement && !isPrepared) return false;
	const rows = node.typeArguments?.[1];
	return rows !== undefined && !ANY_ROW.test(rows.getText());
}

/** Casts by room. */
function castsByRoom(tree: SourceTree): ReadonlyMap<string, readonly { readonly path: string; readonly line: number }[]> {
	const rooms = new Map<string, { path: string; line: number }[]>();
	for (const file of sourcesOf(tree)) {
		if (!/^(lib|nodes|credentials)\//.test(file.path)) continue;
		const room = rooms.get(roomOf(file.path)) ?? [];
		room.push(...castsOf(file).map((line) => ({ path: file.path, line })));
		rooms.set(roomOf(file.path), room);
	}
	return rooms;
}

const noMoreCasts: Rule = {
	name: 'casts only become fewer',
	check: (tree) =>
		[...castsByRoom(tree)].flatMap(([room, casts]) => {
			const most = MOST[room] ?? 0;
			return casts.length <= most
				? []
				: casts.slice(most).map(({ path, line }) => ({
						path,
						line,
						problem: `is one of ${String(casts.length)} casts in ${room}, which may have ${String(most)}`,
						mend: 'Decode the value (a zod schema, or a check by hand where it is hot), or let its type follow from a declaration.',
					}));
		}),
};

/** Rooms that have fewer casts than they may: their numbers are to be lowered. */
export function loweredCasts(tree: SourceTree): string[] {
	const rooms = castsByRoom(tree);
	return Object.entries(MOST).flatMap(([room, most]) => {
		const now = rooms.get(room)?.length ?? 0;
		return now < most ? [`${room}: ${String(now)}`] : [];
	});
}

/** The rule about casts. */
export const CAST_RULES: readonly Rule[] = [noMoreCasts];
