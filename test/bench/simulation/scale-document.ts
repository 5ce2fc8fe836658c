/** Owns the generated parts of docs/scale.md, between markers. Refuses to touch anything outside them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { repositoryRoot } from '../../support/machine/repository';
import { figuresIn } from './measured-figures';
import { SCALE_TABLES } from './scale-tables';

const MARKED = /(<!-- simulated: ([a-z ]+) -->)[\s\S]*?(<!-- end -->)/g;

/** The document with every table made anew from the figures of docs/benchmarks.md, in the project's format. Throws for a table that is missing or unknown. */
export async function scaleDocument(text: string, benchmarks: string): Promise<string> {
	const figureOf = figuresIn(benchmarks);
	const missing = new Set(Object.keys(SCALE_TABLES));
	const filled = text.replace(MARKED, (_whole, begin: string, name: string, end: string) => {
		const table = SCALE_TABLES[name];
		if (!table) throw new Error(`docs/scale.md asks for "${name}", which scale-tables.ts does not make.`);
		missing.delete(name);
		return `${begin}\n\n${table(figureOf)}\n\n${end}`;
	});
	if (missing.size > 0) throw new Error(`docs/scale.md has no place for ${[...missing].join(', ')}.`);
	const path = join(repositoryRoot(), 'docs', 'scale.md');
	return format(filled, { ...(await resolveConfig(path)), filepath: path });
}

/** Writes docs/scale.md anew. */
export async function writeScaleDocument(): Promise<void> {
	const docs = join(repositoryRoot(), 'docs');
	const path = join(docs, 'scale.md');
	writeFileSync(path, await scaleDocument(readFileSync(path, 'utf8'), readFileSync(join(docs, 'benchmarks.md'), 'utf8')));
}
