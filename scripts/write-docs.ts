/**
 * Owns writing the generated parts into the README, between markers, in the project's format. Refuses to touch anything outside them.
 * Run `npm run docs` after a change of parameters, prices or commands.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { BLOCKS } from './docs-blocks';

const MARKED = /(<!-- generated: ([a-z ]+) -->)[\s\S]*?(<!-- end -->)/g;

/** The README with every generated part written anew. Throws for a name that nothing generates, and for a part that is missing. */
export async function withGenerated(readme: string, path: string): Promise<string> {
	const seen = new Set<string>();
	const filled = readme.replace(MARKED, (_whole, begin: string, name: string, end: string) => {
		const block = BLOCKS[name];
		if (!block) throw new Error(`The README asks for "${name}", which scripts/docs-blocks.ts does not make.`);
		seen.add(name);
		return `${begin}\n\n${block()}\n\n${end}`;
	});
	const missing = Object.keys(BLOCKS).filter((name) => !seen.has(name));
	if (missing.length > 0) throw new Error(`The README has no place for ${missing.join(', ')}.`);
	return format(filled, { ...(await resolveConfig(path)), filepath: path });
}

async function main(): Promise<void> {
	const path = join(process.cwd(), 'README.md');
	writeFileSync(path, await withGenerated(readFileSync(path, 'utf8'), path));
	console.log(`The generated parts of ${path} are up to date.`);
}

if (require.main === module) void main();
