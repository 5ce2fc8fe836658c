/**
 * The charter's rule about casts: a cast tells the compiler what nobody has looked at. What comes from a database, a file, a request or a
 * host is decoded. The casts that are left are counted, room by room, and a number here may only fall.
 */
import * as ts from 'typescript';
import { sourcesOf, type Rule } from './charter-layers';
import { lineOf, walk, type SourceFile, type SourceTree } from './source-tree';

/** The most casts in a room; a room that is not here has none. */
const MOST: Readonly<Record<string, number>> = {
	'lib/cli': 2,
	'lib/core/calls': 2,
	'lib/core/gates': 7,
	'lib/core/journal': 4,
	'lib/core/nouns': 2,
	'lib/core/prices': 5,
	'lib/core/rules': 1,
	'lib/core/usage': 1,
	'lib/core/values': 2,
	'lib/engine': 2,
	'lib/engine/account': 2,
	'lib/engine/answer': 3,
	'lib/engine/call': 1,
	'lib/engine/moving': 1,
	'lib/engine/outcome': 4,
	'lib/ledger/postgres': 57,
	'lib/ledger/sqlite': 10,
	'lib/params': 5,
	'lib/providers': 21,
	'lib/runtime': 1,
	'nodes/n8n': 14,
	'nodes/node-red': 28,
};

/** Rooms of two names, such as `lib/core/journal`; all else by its first two folders. */
const roomOf = (path: string): string => /^(lib\/(core|engine|ledger)\/[^/]+(?=\/)|[^/]+\/[^/]+(?=\/))/.exec(path)?.[0] ?? path;

/** Lines of the casts of a file; `as const` says nothing about a value and is none. */
function castsOf({ syntax }: SourceFile): number[] {
	const lines: number[] = [];
	if (syntax === null) return lines;
	walk(syntax, (node) => {
		if ((ts.isAsExpression(node) && !ts.isConstTypeReference(node.type)) || ts.isTypeAssertionExpression(node))
			lines.push(lineOf(syntax, node.getStart()));
	});
	return lines;
}

/** Casts by room. */
export function castsByRoom(tree: SourceTree): ReadonlyMap<string, readonly { readonly path: string; readonly line: number }[]> {
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
