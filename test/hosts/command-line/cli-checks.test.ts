/** Owns the proof of the command that tells what checks came to, as processes. */
import { expect } from 'chai';
import { CommandLine } from '../../support/command-line/command-line';

describe('command line: checks', () => {
	it('adds up what checks found by what is asked for, the largest first, within the days', async () => {
		const cli = new CommandLine();
		await cli.withAccount(async (account, store) => {
			await account.open({ timeZone: 'UTC' });
			const row = { day: '2026-11-01', campaign: 'spring', segment: '', gate: 'length', outcome: 'fallback', items: 1200 };
			await store.checks.add('default', [
				row,
				{ ...row, outcome: 'repaired', items: 3 },
				{ ...row, day: '2026-11-02', campaign: 'autumn', gate: 'facts', items: 3000 },
			]);
		});
		expect(await cli.text('checks')).to.match(
			/gate +outcome +items\n.*\n?.*facts +fallback +3,000\n.*length +fallback +1,200\n.*length +repaired +3\n/s,
		);
		expect(await cli.document(['checks', '--by', 'campaign', '--until', '2026-11-01'])).to.deep.equal({
			account: 'default',
			by: ['campaign'],
			from: null,
			until: '2026-11-01',
			rows: [{ group: { campaign: 'spring' }, items: 1203 }],
		});
		expect(await cli.text('checks', '--from', '2026-11-03')).to.equal('No check has found anything in this time.\n');
		await cli.failure(['checks', '--by', 'person'], { code: 2, says: /--by has "person"\..*gate, outcome, campaign, segment, day/s });
	});
});
