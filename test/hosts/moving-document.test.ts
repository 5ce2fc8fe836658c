/** The commands in docs/moving.md do what stands below them there. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from '../support/command-line/command-line';
import { newLedgerUrl } from '../support/postgres/postgres';
import { repositoryRoot } from '../support/machine/repository';

const text = readFileSync(join(repositoryRoot(), 'docs', 'moving.md'), 'utf8');
const ADDRESS = 'postgres://me:secret@db.example/credits';
const SHOWN_ADDRESS = 'postgres://db.example:5432/credits';

/** A command with what stands below it, up to the next one. */
interface Example {
	readonly words: readonly string[];
	readonly says: string;
}

function examplesOf(box: string): Example[] {
	return box.split(/^\$ llm-credits /m).flatMap((part) => {
		const [command = '', ...lines] = part.split('\n');
		const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
		return words.length === 0 ? [] : [{ words, says: lines.join('\n').trimEnd() }];
	});
}

/** `…` stands for anything, in a line or as lines. */
function patternOf(says: string, shownAddress: string): RegExp {
	const literal = says.replaceAll(SHOWN_ADDRESS, shownAddress).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
	return new RegExp(`^${literal.replaceAll('…', '[\\s\\S]*')}$`);
}

const BOXES = [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, box = '']) => examplesOf(box));

describe('examples of docs/moving.md', function () {
	this.timeout(60_000);

	it('are there', () => {
		expect(BOXES.map((examples) => examples.length)).to.deep.equal([7]);
	});

	it('come out as they stand there', async () => {
		for (const examples of BOXES) {
			const cli = new CommandLine();
			const url = await newLedgerUrl();
			const { host, pathname, search } = new URL(url);
			for (const { words, says } of examples) {
				const { stdout, stderr } = await cli.run(...words.map((word) => word.replace(ADDRESS, url)));
				expect((stdout + stderr).trimEnd(), words.join(' ')).to.match(patternOf(says, `postgres://${host}${pathname}${search}`));
			}
		}
	});

	it('would be found out if they said something else', () => {
		const [first] = BOXES[0] ?? [];
		expect('Account default was opened.').to.not.match(patternOf(first?.says ?? '', ''));
	});
});
