/** Tables of the command line: columns stand under each other in every script, and take time in proportion to their rows. */
import { expect } from 'chai';
import { nameOf } from '../../../lib/core/nouns/person';
import { table } from '../../../lib/cli/console/table';

const COLUMNS = [{ title: 'person' }, { title: 'credits', align: 'right' as const }, { title: 'labels' }];

describe('command line: tables', () => {
	it('align wide and combined characters, and cut blanks at the end', () => {
		const rows = [
			['Ada', '1', 'x'],
			['李小龙', '12.5', ''],
			['Zoe\u0308 👩‍💻', '300  ', 'campaign=spring'],
		];
		expect(table(COLUMNS, rows).split('\n')).to.deep.equal([
			'person  credits  labels',
			'─'.repeat(32),
			'Ada           1  x',
			'李小龙     12.5',
			'Zoë 👩‍💻    300    campaign=spring'.replace('ë', 'e\u0308'),
		]);
	});

	it('have one line for each row, whatever is in a cell', () => {
		expect(table([{ title: 'a' }, { title: 'b' }], [['x\ny', '\u001b[2J']]).split('\n')[2]).to.equal('x\\ny  \\u001b[2J');
	});

	it('grow with their rows: twice the rows, about twice the time', () => {
		const row = ['ada@example.com', '12.3456', 'campaign=spring segment=new node=LLM Action'];
		const msFor = (count: number): number => {
			const rows = Array.from({ length: count }, () => row);
			const tries = [1, 2, 3].map(() => {
				const startedAt = performance.now();
				expect(table(COLUMNS, rows).length).to.be.greaterThan(count * 70);
				return performance.now() - startedAt;
			});
			return Math.min(...tries);
		};
		const ms = msFor(40_000);
		// A general layout of tables took 6.4 s for 16,000 rows.
		expect(ms).to.be.lessThan(3_000);
		expect(msFor(80_000) / Math.max(ms, 1)).to.be.lessThan(3);
	});

	it('name a person in each row: twice the persons, about twice the time', () => {
		const msFor = (count: number): number => {
			const persons = Array.from({ length: count }, (_, index) => ({
				pseudonym: `p:${String(index)}`,
				name: `ada${String(index)}@example.com`,
				isInPlain: index % 2 === 0,
			}));
			const startedAt = performance.now();
			for (const { pseudonym, name } of persons) expect(nameOf(pseudonym, persons) === name, name).to.equal(true);
			return performance.now() - startedAt;
		};
		msFor(20_000);
		const ms = Math.min(msFor(50_000), msFor(50_000));
		expect(msFor(100_000) / Math.max(ms, 1)).to.be.lessThan(3);
	});
});
