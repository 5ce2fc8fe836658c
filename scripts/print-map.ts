/** Prints the map of docs/working-on-it.md as a tree, with the number of files that stand in each folder. `npm run -s map [-- DEPTH]`. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(__dirname, '..', '..');
const SOURCE = /\.(ts|mjs|html|json|css|md)$/;

/** What the map says of each folder. */
function purposes(): Map<string, string> {
	const text = readFileSync(join(REPOSITORY, 'docs', 'working-on-it.md'), 'utf8');
	return new Map([...text.matchAll(/^\| `([\w./-]+)` +\| (.*?) *\|$/gm)].map(([, folder = '', purpose = '']) => [folder, purpose]));
}

interface Branch {
	readonly folder: string;
	readonly depth: number;
	readonly own: number;
	/** With the files of the folders inside. */
	readonly all: number;
}

function branchesOf(folder: string, depth: number): Branch[] {
	const entries = readdirSync(join(REPOSITORY, folder), { withFileTypes: true });
	const own = entries.filter((entry) => entry.isFile() && SOURCE.test(entry.name)).length;
	const inside = entries
		.filter((entry) => entry.isDirectory())
		.sort((one, other) => (one.name < other.name ? -1 : 1))
		.flatMap((entry) => branchesOf(`${folder}/${entry.name}`, depth + 1));
	const all = inside.filter((branch) => branch.depth === depth + 1).reduce((sum, branch) => sum + branch.all, own);
	return all === 0 ? [] : [{ folder, depth, own, all }, ...inside];
}

function printMap(deepest: number): void {
	const known = purposes();
	for (const top of ['lib', 'nodes', 'credentials', 'scripts', 'test'].filter((folder) => existsSync(join(REPOSITORY, folder)))) {
		for (const { folder, depth, own, all } of branchesOf(top, 0)) {
			if (depth > deepest) continue;
			const count = own === all ? String(own) : `${String(own)} of ${String(all)}`;
			const name = `${'  '.repeat(depth)}${folder.slice(folder.lastIndexOf('/') + 1)}`;
			process.stdout.write(`${name.padEnd(32)} ${count.padStart(9)}  ${known.get(folder) ?? ''}`.trimEnd() + '\n');
		}
	}
}

printMap(Number(process.argv[2] ?? 9));
