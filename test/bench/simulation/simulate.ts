/** Owns `npm run simulate`: the tables of docs/scale.md on the terminal; `-- --docs` writes them into the document. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../../support/machine/repository';
import { figuresIn } from './measured-figures';
import { writeScaleDocument } from './scale-document';
import { SCALE_TABLES } from './scale-tables';

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { docs: { type: 'boolean' } } });
	const figureOf = figuresIn(readFileSync(join(repositoryRoot(), 'docs', 'benchmarks.md'), 'utf8'));
	for (const [name, table] of Object.entries(SCALE_TABLES)) process.stdout.write(`${name}\n${table(figureOf)}\n\n`);
	if (values.docs) await writeScaleDocument();
}

void main();
