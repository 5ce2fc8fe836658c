/** Owns the proof of the commands that take back what was done, and of the list of calls, as processes: refund, void, holds. */
import { expect } from 'chai';
import { CommandLine } from '../../support/command-line/command-line';

describe('command line: refunds, voids and holds', () => {
	let cli: CommandLine;
	let grants: string[];
	beforeEach(async () => {
		cli = new CommandLine();
		grants = await cli.withAccount(async (account) => {
			await account.open({ timeZone: 'UTC' });
			const first = await account.grant({ credits: 10_000_000n, category: 'promotional', expiry: null, key: 'first' });
			const second = await account.grant({ credits: 100_000_000n, category: 'purchased', expiry: null, key: 'second' });
			return [first, second].map(({ grant }) => `g${String(grant.seq)}`);
		});
	});

	it('refunds in parts, the last collected first, and never more than was charged', async () => {
		const [hold = ''] = await cli.call({ key: 'a', amount: 14, cost: 13 });
		const part = await cli.document(['refund', '--hold', hold, '--credits', '5', '--key', 'k']);
		expect(part['refund']).to.deep.equal({
			amount: '5',
			repaidOverdraft: '0',
			restored: [
				{ grant: grants[1], amount: '3' },
				{ grant: grants[0], amount: '2' },
			],
			renewed: '0',
			forfeited: '0',
		});
		expect(part).to.deep.include({ available: '102', replayed: false, grant: null });
		expect(part['hold']).to.deep.include({ id: hold, state: 'settled', cost: '13', charged: '8', refunded: '5' });
		expect(await cli.document(['refund', '--hold', hold, '--credits', '5', '--key', 'k'])).to.deep.include({
			available: '102',
			replayed: true,
		});
		await cli.failure(['refund', '--hold', hold, '--credits', '8.000001'], { code: 1, says: /8 of h\d+ are left to refund/ });
		expect(await cli.text('refund', '--hold', hold.slice(1))).to.match(
			/^8 credits of h\d+ refunded\.\n {2}8 went back: 8 to g\d+\nOf its 13 credits, 0 are left to refund\.\nAvailable now: 110 credits\.\n$/,
		);
		await cli.failure(['refund', '--hold', hold], { code: 1, says: /0 of h\d+ are left/ });
		expect(await cli.document(['verify'])).to.deep.include({ ok: true });
	});

	it('forfeits what came from a void grant, or gives it back as a new one; voids once', async () => {
		const [hold = '', open = ''] = await cli.call({ key: 'a', amount: 4, cost: 4 }, { key: 'b', amount: 1 });
		const [grant = ''] = grants;
		expect(await cli.text('void', '--grant', grant)).to.match(
			/^Grant g\d+ is void: 5 credits .* forfeited\.\n1 are held by calls under way/,
		);
		expect(await cli.document(['void', '--grant', grant])).to.deep.include({ replayed: true, available: '100' });
		expect((await cli.document(['refund', '--hold', hold, '--credits', '1']))['refund']).to.deep.include({ restored: [], forfeited: '1' });
		const renewed = await cli.document(['refund', '--hold', hold, '--renew']);
		expect(renewed['refund']).to.deep.include({ amount: '3', renewed: '3', forfeited: '0' });
		expect(renewed['grant']).to.deep.include({ category: 'adjustment', amount: '3', expiresAt: null });
		await cli.failure(['refund', '--hold', open], { code: 1, says: /is open, and only settled calls/ });
		await cli.failure(['refund', '--hold', 'h999'], { code: 1, says: /no hold h999/ });
		await cli.failure(['void', '--grant', 'g999'], { code: 1, says: /no grant g999.*llm-credits balance/ });
	});

	it('lists calls, the newest first, and sums up those that nobody confirmed', async () => {
		const labels = { campaign: 'spring', model: 'gpt-4.1-mini' };
		const [settled, open, over, expired] = await cli.call(
			{ key: 'a', amount: 5, cost: 1.25, labels, person: 'ann' },
			{ key: 'b', amount: 2.5 },
			{ key: 'c', amount: 3, timeoutMs: 1000 },
			{ key: 'd', amount: 4 },
		);
		await cli.withAccount((account) => account.expire(Number(expired?.slice(1))));
		const deadlineMs = Date.now() + 10_000;
		let all = await cli.document(['holds']);
		while (all['unconfirmed'].holds < 2 && Date.now() < deadlineMs) all = await cli.document(['holds']);
		const states = all['holds'].map(({ id, state }: { id: string; state: string }) => `${id} ${state}`);
		expect(states).to.deep.equal([`${expired} expired`, `${over} expired`, `${open} open`, `${settled} settled`]);
		expect(all['unconfirmed']).to.deep.equal({ holds: 2, credits: '7', charged: '7' });
		expect(all['holds'][3]).to.deep.include({ amount: '5', cost: '1.25', charged: '1.25', labels, person: 'ann' });
		expect(all['estimates']).to.deep.equal({ calls: 1, setAside: '5', cost: '1.25', short: { calls: 0, credits: '0' } });
		expect(all['holds'][3].closedAt).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
		const newest = await cli.document(['holds', '--state', 'expired', '--limit', '1']);
		expect(newest['holds'].map(({ id }: { id: string }) => id)).to.deep.equal([expired]);
		expect(newest['unconfirmed'].holds).to.equal(2);
		expect((await cli.document(['holds', '--state', 'settled']))['unconfirmed']).to.equal(null);
		expect(await cli.text('holds', '--state', 'expired'))
			.to.match(/h\d+ +expired +4 +\? /)
			.and.match(/2 calls are unconfirmed .*\n.*7 credits \(\$0\.0007\).*provider.*bill/);
		await cli.call({ key: 'e', amount: 1, cost: 1.5 });
		expect(await cli.text('holds', '--state', 'settled')).to.match(
			/Set aside for the 2 settled calls above: 6 credits \(218 % of the cost\)\. 1 call cost more than was set aside, by 0\.5 credits in all\./,
		);
		expect(await cli.text('holds', '--state', 'released')).to.equal('There is no released hold.\n');
	});

	it('ends with 2 for wrong use, and with 3 where there is no ledger', async () => {
		const cases: readonly (readonly [string[], RegExp])[] = [
			[['refund'], /--hold <id> is missing/],
			[['refund', '--hold', 'g3'], /--hold <id> is "g3".*h12.*llm-credits holds/],
			[['refund', '--hold', 'h3', '--credits', '0'], /at least 0\.000001/],
			[['void', '--grant', 'first'], /--grant <id> is "first".*g12/],
			[['holds', '--state', 'lost'], /--state is "lost".*expired/],
			[['holds', '--limit', 'all'], /--limit is "all"/],
		];
		await Promise.all(cases.map(([args, says]) => cli.failure(args, { code: 2, says })));
		await cli.failure(['holds', '--ledger', `${cli.ledger}.none`], { code: 3, says: /There is no ledger at/ });
	});
});
