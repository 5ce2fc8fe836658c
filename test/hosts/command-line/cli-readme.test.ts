/** Owns the proof that the README says what the code does: its generated parts are those of now, its commands are real. */
import { expect } from 'chai';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXAMPLES } from '../../../lib/cli/examples';
import { createProgram, allCommands, wordsOf } from '../../../lib/cli/program';
import { BLOCKS } from '../../../scripts/docs-blocks';
import { DOCUMENTS, withGenerated } from '../../../scripts/write-docs';
import { repositoryRoot } from '../../support/machine/repository';

const README = join(repositoryRoot(), 'README.md');

function documents(): string[] {
	const docs = join(repositoryRoot(), 'docs');
	const below = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
	return [README, ...below.map((name) => join(docs, name))];
}

describe('README', () => {
	it('has generated parts that are up to date; "npm run docs" writes them', async () => {
		for (const [name, blocks] of Object.entries(DOCUMENTS)) {
			const path = join(repositoryRoot(), name);
			const text = readFileSync(path, 'utf8');
			expect(await withGenerated(text, { path, blocks }), name).to.equal(text);
		}
	});

	it('cannot keep a stale part', async () => {
		const text = readFileSync(README, 'utf8').replace('6.08 credits', '7 credits');
		expect(text).to.contain('7 credits');
		expect(await withGenerated(text, { path: README, blocks: BLOCKS })).to.not.equal(text);
	});

	it('works its example out of the real price: 1,200 tokens at $0.40 and 80 at $1.60 per million', () => {
		expect(BLOCKS['worked example']?.())
			.to.contain('4.8 credits for the input and 1.28 for the output: **6.08 credits**')
			.and.contain('16,447 such messages');
	});

	it('names only commands and npm scripts that exist', () => {
		const program = createProgram({
			version: '',
			onParseError: (error) => {
				throw error;
			},
		});
		const commands = new Set(allCommands(program).map((command) => command.name()));
		const { scripts } = JSON.parse(readFileSync(join(repositoryRoot(), 'package.json'), 'utf8')) as { scripts: Record<string, string> };
		for (const path of documents()) {
			const text = readFileSync(path, 'utf8');
			for (const [, command = ''] of text.matchAll(/^\s*(?:\$ )?(?:LLM_\S+ )?llm-credits ([a-z]+)/gm))
				expect(commands, `${path}: ${command}`).to.include(command);
			for (const [, script = ''] of text.matchAll(/npm run (?:-s )?([a-z0-9:-]+)/g))
				expect(scripts, `${path}: npm run ${script}`).to.have.property(script);
		}
	});

	it('has an example in the help of every command, and each calls its own command', () => {
		const program = createProgram({
			version: '',
			onParseError: (error) => {
				throw error;
			},
		});
		const leaves = allCommands(program).filter((command) => command.commands.length === 0);
		expect(Object.keys(EXAMPLES).sort()).to.deep.equal(['', ...leaves.map(wordsOf)].sort());
		for (const [words, lines] of Object.entries(EXAMPLES)) for (const line of lines) expect(line).to.contain(`llm-credits ${words}`.trim());
	});

	it('links only to files that are there', () => {
		for (const path of documents()) {
			for (const [, target = ''] of readFileSync(path, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)) {
				expect(existsSync(join(dirname(path), target)), `${path} links to ${target}`).to.equal(true);
			}
		}
	});
});
