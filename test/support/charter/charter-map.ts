/** The charter's rule about the map of docs/working-on-it.md: it has each folder with sources, once, and says what it is for. */
import { posix } from 'node:path';
import type { Rule, Violation } from './charter-layers';
import type { SourceTree } from './source-tree';

const MAP_IS_IN = 'docs/working-on-it.md';
/** A row of the map: the folder, and in a line what it is for. */
const ROW = /^\| `([\w./-]+)` +\| (.*?) *\|$/;
const MAPPED = /^(lib|nodes|credentials|scripts|test)\//;

interface Row {
	readonly folder: string;
	readonly purpose: string;
	readonly line: number;
}

function rowsOf(tree: SourceTree): Row[] {
	return (tree.files.get(MAP_IS_IN)?.text ?? '').split('\n').flatMap((text, index) => {
		const [, folder, purpose] = ROW.exec(text) ?? [];
		return folder !== undefined && purpose !== undefined && MAPPED.test(`${folder}/`) ? [{ folder, purpose, line: index + 1 }] : [];
	});
}

const map: Rule = {
	name: 'docs/working-on-it.md maps the folders',
	check: (tree) => {
		const folders = new Set([...tree.files.keys()].filter((path) => MAPPED.test(path)).map((path) => posix.dirname(path)));
		const rows = rowsOf(tree);
		const at = (line: number, problem: string, mend: string): Violation => ({ path: MAP_IS_IN, line, problem, mend });
		const missing = [...folders].sort().filter((folder) => !rows.some((row) => row.folder === folder));
		return [
			...missing.map((folder) => at(1, `does not map ${folder}`, 'Add a row that says in a line what the folder is for.')),
			...rows
				.filter(({ folder }) => !folders.has(folder))
				.map(({ folder, line }) => at(line, `maps ${folder}, where no source is`, 'Remove the row, or mend its path.')),
			...rows
				.filter(({ folder }, index) => rows.findIndex((other) => other.folder === folder) < index)
				.map(({ folder, line }) => at(line, `maps ${folder} twice`, 'Keep one row.')),
			...rows.filter(({ purpose }) => purpose === '').map(({ folder, line }) => at(line, `does not say what ${folder} is for`, 'Say it.')),
		];
	},
};

/** The rule about the map. */
export const MAP_RULES: readonly Rule[] = [map];
