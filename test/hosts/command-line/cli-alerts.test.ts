/** Owns the proof of the commands about alerts, as processes: alerts list, claim and set. */
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from '../../support/command-line/command-line';

describe('command line: alerts', () => {
	let cli: CommandLine;
	beforeEach(async () => {
		cli = new CommandLine();
		await cli.withAccount(async (account) => {
			await account.open({ timeZone: 'Europe/Berlin' });
			await account.grant({ credits: 100_000_000n, category: 'purchased', expiry: null, key: 'credits' });
		});
	});

	it('lists what was warned of, says what still stands, and what is warned of', async () => {
		expect(await cli.text('alerts'))
			.to.match(/^There is no alert yet\./)
			.and.match(/low credits: 20 and 5 % of what was granted; expiring credits: 7 and 1 days before/);
		await cli.text('budget', 'set', '--name', 'day', '--scope', 'account', '--period', 'day', '--credits', '80');
		await cli.call({ key: 'a', amount: 80, cost: 80 });
		const { alerts, warnsOf } = await cli.document(['alerts', 'list']);
		expect(alerts[0]).to.deep.include({ type: 'low', percent: 20, left: '20', granted: '100', standing: true });
		expect(alerts[1]).to.deep.include({ type: 'budget_reached', budget: 'day', value: '', limit: '80', used: '80', standing: true });
		expect(warnsOf).to.deep.equal({ lowPercents: [20, 5], expiryDays: [7, 1], driftPercent: 50 });
		await cli.text('grant', '--credits', '1000');
		expect(await cli.text('alerts', 'list')).to.match(/past +Credits are low: 20 of 100 are left \(20 % or less\)/);
		expect(await cli.text('alerts', 'list', '--standing'))
			.to.match(/stands +Budget day in \d{4}-\d{2}-\d{2} is reached: 80 of 80 credits are used\./)
			.and.not.match(/low:/);
	});

	it('tells each reader once, also several that ask at once in one name', async () => {
		await cli.document(['alerts', 'claim', '--reader', 'pager']);
		await cli.call({ key: 'a', amount: 96, cost: 96 }, { key: 'b', amount: 50 });
		const told = await Promise.all(Array.from({ length: 4 }, () => cli.document(['alerts', 'claim', '--reader', 'pager'])));
		expect(told.flatMap(({ alerts }) => alerts.map(({ type }: { type: string }) => type))).to.deep.equal(['low', 'exhausted']);
		const late = await cli.document(['alerts', 'claim', '--reader', 'late']);
		expect(late['alerts'].map(({ type }: { type: string }) => type)).to.deep.equal(['low', 'exhausted']);
		expect(await cli.text('alerts', 'claim', '--reader', 'late')).to.equal('There is nothing that late has not seen.\n');
	});

	it('changes what is named and leaves the rest, once for each key', async () => {
		const set = ['alerts', 'set', '--low', '50', '--drift', 'off', '--key', 'k'];
		expect((await cli.document(set))['warnsOf']).to.deep.equal({ lowPercents: [50], expiryDays: [7, 1], driftPercent: 0 });
		expect(await cli.document(set)).to.have.property('replayed', true);
		expect(await cli.text('alerts', 'set', '--expiring', 'off')).to.match(/low credits: 50 %[^]*expiring credits: off[^]*drift: off/);
		await cli.call({ key: 'a', amount: 50, cost: 50 });
		expect((await cli.document(['alerts', 'list']))['alerts']).to.have.length(1);
	});

	it('names the option, what was given and the mend', async () => {
		await cli.failure(['alerts', 'set'], { code: 2, says: /Nothing is to be changed.*--low, --expiring or --drift/ });
		await cli.failure(['alerts', 'set', '--low', '20,x'], { code: 2, says: /--low is "20,x".*whole numbers/ });
		await cli.failure(['alerts', 'set', '--low', '20,20'], { code: 1, says: /\[20,20\] percent.*different whole numbers from 1 to 99/ });
		await cli.failure(['alerts', 'set', '--drift', '-5'], { code: 2, says: /--drift/ });
		await cli.failure(['alerts', 'claim'], { code: 2, says: /--reader <name>/ });
		await cli.failure(['alerts', 'claim', '--reader', 'x'.repeat(101)], { code: 2, says: /1 to 100 characters/ });
	});

	it('needs the admin key to change what is warned of, not to read alerts', async () => {
		writeFileSync(join(cli.folder, 'admin.key'), 'correct horse battery staple\n');
		await cli.text('admin-key', 'set', '--new-key-file', 'admin.key');
		await cli.failure(['alerts', 'set', '--drift', 'off'], { code: 1, says: /has an admin key/ });
		await cli.text('alerts', 'set', '--drift', 'off', '--admin-key-file', 'admin.key');
		await cli.text('alerts', 'claim', '--reader', 'pager');
	});
});
