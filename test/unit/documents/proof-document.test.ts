/** The table of field lessons in docs/proof.md is whole, and each test that it names is there. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../support/machine/repository';

const LESSONS = 24;

const textOf = (path: string): string => readFileSync(join(repositoryRoot(), path), 'utf8');
const ROWS = [...textOf('docs/proof.md').matchAll(/^\| (\d+) +\|[^|]*\|([^|]*)\|$/gm)].map(([, lesson = '', files = '']) => ({
	lesson: Number(lesson),
	files: files.split(',').map((file) => file.trim()),
}));

describe('lessons in docs/proof.md', () => {
	it('are all there', () => {
		expect(ROWS.map(({ lesson }) => lesson)).to.deep.equal(Array.from({ length: LESSONS }, (_, index) => index + 1));
	});

	for (const { lesson, files } of ROWS) {
		it(`${lesson} is in the tests that are named`, () => {
			for (const file of files) expect(textOf(file), file).to.match(new RegExp(`field lesson ${lesson}\\b`));
		});
	}
});
