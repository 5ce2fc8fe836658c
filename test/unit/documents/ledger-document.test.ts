/** The worked examples of docs/ledger.md come out as they stand there, and the commands it names do what it says. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTable } from '../../support/model/ledger-table';
import { repositoryRoot } from '../../support/machine/repository';

const text = readFileSync(join(repositoryRoot(), 'docs', 'ledger.md'), 'utf8');

/** Each example with the heading it stands under. */
const EXAMPLES = text.split(/^## /m).flatMap((section) => {
	const [heading = ''] = section.split('\n');
	return [...section.matchAll(/^```ledger\n([\s\S]*?)^```$/gm)].map(([, table = '']) => ({ heading, table }));
});

describe('examples of docs/ledger.md', () => {
	it('stand under each of the rules that need one', () => {
		expect([...new Set(EXAMPLES.map(({ heading }) => heading))]).to.include.members([
			'Reserve, then settle, release or expire',
			'Refunds',
			'Budgets',
			'Floors',
			'Shadow mode',
			'Alerts',
			'Which refusal comes first',
		]);
	});

	for (const [index, { heading, table }] of EXAMPLES.entries()) {
		it(`${String(index + 1)}: ${heading}`, () => runTable(table));
	}

	it('would be found out if a number were wrong', async () => {
		for (const { table } of EXAMPLES) {
			const wrong = table.replace(
				/available (-?\d+)(?![\s\S]*available)/,
				(_whole, amount: string) => `available ${String(Number(amount) + 1)}`,
			);
			if (wrong === table) continue;
			let found: unknown = null;
			await runTable(wrong).catch((error: unknown) => (found = error));
			expect(found, wrong).to.be.instanceOf(Error);
		}
	});
});
