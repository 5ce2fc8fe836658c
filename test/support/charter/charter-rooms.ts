/**
 * The charter's rules about folders: which room stands above which, that no folder is full, that no circle runs through folders, and that no
 * file stands outside a room.
 */
import { posix } from 'node:path';
import type { Rule, Violation } from './charter-layers';
import type { SourceFile, SourceTree } from './source-tree';

/**
 * The rooms of a layer, floor by floor, the highest first. A room may import rooms of lower floors only; rooms of one floor do not know each
 * other. Folders inside a room belong to the room.
 */
const FLOORS: Readonly<Record<string, readonly (readonly string[])[]>> = {
	'lib/core': [['proof'], ['rules'], ['journal'], ['nouns', 'gates'], ['prices', 'calls'], ['usage'], ['values']],
	'lib/engine': [
		['batch'],
		['item', 'administration'],
		['call', 'report'],
		['plan', 'moving', 'outage'],
		['account'],
		['outcome', 'answer'],
		['turns'],
		['learned', 'waiting'],
	],
};

/** Files that stand above every room of their layer, because hosts come in by them. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
	'lib/core': [],
	'lib/engine': ['llm-action.ts', 'credit-balance.ts', 'fallback-switch.ts'],
};

const FLOORS_ARE_IN = 'FLOORS in test/support/charter/charter-rooms.ts';
const MAX_FILES = 16;

/** The files that stand in rooms. */
function roomedFiles(tree: SourceTree): SourceFile[] {
	return [...tree.files.values()].filter(({ path }) => /^(lib|nodes|test\/support)\//.test(path));
}

interface Place {
	readonly layer: string;
	/** The room, or null for a file that stands beside the rooms. */
	readonly room: string | null;
	/** 0 is the highest; null where the room is on no floor. */
	readonly floor: number | null;
}

/** Where a file stands among the floors; null for files of other layers. */
function placeOf(path: string): Place | null {
	const layer = Object.keys(FLOORS).find((name) => path.startsWith(`${name}/`));
	if (layer === undefined) return null;
	const [room, ...rest] = path.slice(layer.length + 1).split('/');
	if (room === undefined || rest.length === 0) return { layer, room: null, floor: null };
	const floor = FLOORS[layer]?.findIndex((rooms) => rooms.includes(room)) ?? -1;
	return { layer, room, floor: floor < 0 ? null : floor };
}

function isDoor(path: string): boolean {
	return Object.entries(DOORS).some(([layer, doors]) => doors.some((door) => path === `${layer}/${door}`));
}

const floors: Rule = {
	name: 'rooms import rooms of lower floors only',
	check: (tree) =>
		roomedFiles(tree).flatMap(({ path, imports }) => {
			const from = placeOf(path);
			if (from?.floor === undefined || from.floor === null) return [];
			const { floor } = from;
			return imports.flatMap(({ target, line }) => {
				const to = target === null ? null : placeOf(target);
				if (to?.layer !== from.layer || to.room === from.room) return [];
				if (to.floor !== null && to.floor > floor) return [];
				return [
					{
						path,
						line,
						problem: `imports ${String(target)}, which is not below ${String(from.room)}`,
						mend: `Move what both need into a room below them, or hand it in as an argument. The order of the rooms is ${FLOORS_ARE_IN}.`,
					},
				];
			});
		}),
};

const inRooms: Rule = {
	name: 'files stand in rooms',
	check: (tree) =>
		roomedFiles(tree).flatMap(({ path }): Violation[] => {
			const folder = posix.dirname(path);
			if (['lib', 'nodes', 'nodes/node-red', 'test/support'].includes(folder))
				return [{ path, line: 1, problem: `stands in ${folder}, which has rooms only`, mend: 'Move it into the room of its subject.' }];
			const place = placeOf(path);
			if (place === null || isDoor(path) || place.floor !== null) return [];
			if (place.room === null)
				return [
					{
						path,
						line: 1,
						problem: `stands in ${place.layer} outside a room`,
						mend: `Move it into the room of its subject; docs/working-on-it.md says what each room is for.`,
					},
				];
			return [
				{
					path,
					line: 1,
					problem: `is in the room ${place.room}, which is on no floor`,
					mend: `Put the room where it belongs in ${FLOORS_ARE_IN}, and into the map of docs/working-on-it.md.`,
				},
			];
		}),
};

const fullFolders: Rule = {
	name: `folders have at most ${MAX_FILES} files`,
	check: (tree) =>
		[...countByFolder(tree)].flatMap(([folder, count]) =>
			count > MAX_FILES
				? [
						{
							path: folder,
							line: 1,
							problem: `has ${count} files`,
							mend: `Split it by subject with "git mv", so that at most ${MAX_FILES} stand in a folder, and list the new rooms in docs/working-on-it.md.`,
						},
					]
				: [],
		),
};

/** How many files stand in each folder of lib, nodes and test/support, folders inside it not counted; in order of their paths. */
function countByFolder(tree: SourceTree): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { path } of roomedFiles(tree)) counts.set(posix.dirname(path), (counts.get(posix.dirname(path)) ?? 0) + 1);
	return new Map([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** One import that leads from a folder to another. */
interface Way {
	readonly from: string;
	readonly to: string;
	readonly line: number;
}

/** For each folder, the folders that its files import, each with one import that does. */
function waysBetweenFolders(tree: SourceTree): Map<string, Map<string, Way>> {
	const ways = new Map<string, Map<string, Way>>();
	for (const { path, imports } of roomedFiles(tree)) {
		for (const { target, line } of imports) {
			if (target === null || posix.dirname(target) === posix.dirname(path)) continue;
			const ofFolder = ways.get(posix.dirname(path)) ?? new Map<string, Way>();
			ways.set(posix.dirname(path), ofFolder);
			if (!ofFolder.has(posix.dirname(target))) ofFolder.set(posix.dirname(target), { from: path, to: target, line });
		}
	}
	return ways;
}

/** The shortest way from a folder back to itself, import by import; null where there is none. */
function circleThrough(start: string, ways: ReadonlyMap<string, ReadonlyMap<string, Way>>): Way[] | null {
	const reached = new Map<string, Way[]>();
	const waiting: { readonly folder: string; readonly path: readonly Way[] }[] = [{ folder: start, path: [] }];
	for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
		for (const [folder, way] of ways.get(next.folder) ?? []) {
			const path = [...next.path, way];
			if (folder === start) return path;
			if (reached.has(folder)) continue;
			reached.set(folder, path);
			waiting.push({ folder, path });
		}
	}
	return null;
}

const folderCircles: Rule = {
	name: 'no import circles between folders',
	check: (tree) => {
		const ways = waysBetweenFolders(tree);
		const found = new Map<string, Violation>();
		for (const folder of [...ways.keys()].sort()) {
			const circle = circleThrough(folder, ways);
			const [first] = circle ?? [];
			if (circle === null || first === undefined) continue;
			const folders = circle.map(({ from }) => posix.dirname(from)).sort();
			if (found.has(folders.join())) continue;
			found.set(folders.join(), {
				path: first.from,
				line: first.line,
				problem: `is in a circle of folders: ${circle.map(({ from, to }) => `${from} imports ${to}`).join(', ')}`,
				mend: 'Turn one of these imports round: move what is imported into the folder that needs it, or into one below both.',
			});
		}
		return [...found.values()];
	},
};

/** The rooms that stand on a floor and are not in the tree. */
export function roomsWithoutFiles(tree: SourceTree): string[] {
	return Object.entries(FLOORS)
		.flatMap(([layer, floorsOfLayer]) => floorsOfLayer.flat().map((room) => `${layer}/${room}`))
		.filter((room) => ![...tree.files.keys()].some((path) => path.startsWith(`${room}/`)));
}

/** The rules about folders, in the order they are reported. */
export const ROOM_RULES: readonly Rule[] = [floors, inRooms, fullFolders, folderCircles];
