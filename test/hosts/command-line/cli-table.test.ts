/** Tables of the command line: columns stand under each other in every script, and take time in proportion to their rows. */
import { expect } from 'chai';
import { nameOf } from '../../../lib/core/nouns/person';
import { table } from '../../../lib/cli/console/table';
import { fourfoldGrowth, MAX_GROWTH } from '../../support/loads/growth';

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

	it('take time in proportion to their rows', () => {
		const row = ['ada@example.com', '12.3456', 'campaign=spring segment=new node=LLM Action'];
		const workOn = (count: number) => (): void => {
			const rows = Array.from({ length: count }, () => row);
			expect(table(COLUMNS, rows).length).to.be.greaterThan(count * 70);
		};
		expect(fourfoldGrowth(workOn, 20_000)).to.be.at.most(MAX_GROWTH);
	});

	it('name a person in each row in time in proportion to the persons', () => {
		const workOn = (count: number) => (): void => {
			const persons = Array.from({ length: count }, (_, index) => ({
				pseudonym: `p:${String(index)}`,
				name: `ada${String(index)}@example.com`,
				isInPlain: index % 2 === 0,
			}));
			for (const { pseudonym, name } of persons) if (nameOf(pseudonym, persons) !== name) throw new Error(`${pseudonym} is not ${name}.`);
		};
		expect(fourfoldGrowth(workOn, 20_000)).to.be.at.most(MAX_GROWTH);
	});
});
