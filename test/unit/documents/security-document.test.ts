/** The table of attacks in docs/security.md: each row has a test, and each test that is named is there. */
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../support/machine/repository';

const LEAST_ROWS = 40;

const textOf = (path: string): string => readFileSync(join(repositoryRoot(), path), 'utf8');

interface Row {
	readonly attack: string;
	readonly outcome: string;
	readonly tests: readonly { readonly file: string; readonly titles: readonly string[] }[];
}

/** Rows of three cells whose last names tests: `file: title, title; file: title`. */
function rowsOf(document: string): Row[] {
	const part = document.slice(document.indexOf('## Attacks')).split(/^## (?!Attacks)/m)[0] ?? '';
	return [...part.matchAll(/^\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm)]
		.map(([, attack = '', outcome = '', tests = '']) => ({ attack, outcome, tests: testsOf(tests) }))
		.filter(({ attack }) => !/^(-+|the attack.*)$/.test(attack));
}

function testsOf(cell: string): Row['tests'] {
	return cell.split(/;\s*(?=test\/)/).map((text) => {
		const [file = '', ...rest] = text.split(': ');
		return { file, titles: [...rest.join(': ').matchAll(/`([^`]+)`/g)].map(([, title = '']) => title) };
	});
}

/** Every text in a source, with … for what is put into it. */
function textsIn(source: string): ReadonlySet<string> {
	const texts = [...source.matchAll(/(['"`])((?:\\.|(?!\1)[^\\\n])*)\1/g)];
	return new Set(texts.map(([, , text = '']) => text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…').replace(/\\(['"`])/g, '$1')));
}

const ROWS = rowsOf(textOf('docs/security.md'));

describe('attacks in docs/security.md', () => {
	it('are many, and each says what happens and names a test', () => {
		expect(ROWS.length).to.be.at.least(LEAST_ROWS);
		for (const { attack, outcome, tests } of ROWS) {
			expect(outcome, attack).to.match(/^(`|[A-Z]).*\.$/);
			expect(tests.length, attack).to.be.at.least(1);
			for (const { file, titles } of tests) expect(titles, `${attack} ${file}`).to.not.deep.equal([]);
		}
	});

	for (const { attack, tests } of ROWS) {
		it(`are tested: ${attack}`, () => {
			for (const { file, titles } of tests) {
				expect(existsSync(join(repositoryRoot(), file)), file).to.equal(true);
				expect([...textsIn(textOf(file))], file).to.include.members([...titles]);
			}
		});
	}
});
