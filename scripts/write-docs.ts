/**
 * Writes the generated parts into the README and the pages that have some, between markers, in the project's format. Nothing outside the
 * markers changes. Run `npm run docs` after a change of parameters, services, prices or commands.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { BLOCKS, type Blocks } from './docs-blocks';
import { PROVIDER_BLOCKS } from './provider-blocks';

/** The documents with generated parts, and the parts of each by the name in its markers. */
export const DOCUMENTS: Readonly<Record<string, Blocks>> = { 'README.md': BLOCKS, 'docs/providers.md': PROVIDER_BLOCKS };

const MARKED = /(<!-- generated: ([a-z ]+) -->)[\s\S]*?(<!-- end -->)/g;

/** A document with every generated part written anew. Throws for a name that nothing generates, and for a part that is missing. */
export async function withGenerated(text: string, { path, blocks }: { readonly path: string; readonly blocks: Blocks }): Promise<string> {
	const seen = new Set<string>();
	const filled = text.replace(MARKED, (_whole, begin: string, name: string, end: string) => {
		const block = blocks[name];
		if (!block) throw new Error(`${path} asks for "${name}", which nothing generates for it.`);
		seen.add(name);
		return `${begin}\n\n${block()}\n\n${end}`;
	});
	const missing = Object.keys(blocks).filter((name) => !seen.has(name));
	if (missing.length > 0) throw new Error(`${path} has no place for ${missing.join(', ')}.`);
	return format(filled, { ...(await resolveConfig(path)), filepath: path });
}

async function main(): Promise<void> {
	for (const [name, blocks] of Object.entries(DOCUMENTS)) {
		const path = join(process.cwd(), name);
		writeFileSync(path, await withGenerated(readFileSync(path, 'utf8'), { path, blocks }));
		console.log(`The generated parts of ${name} are up to date.`);
	}
}

if (require.main === module) void main();
