/** Owns the proof of the commands that limit spending, as processes: budget, floor, mode. */
import { expect } from 'chai';
import { CommandLine } from '../../support/command-line/command-line';

describe('command line: limits', () => {
	let cli: CommandLine;
	beforeEach(async () => {
		cli = new CommandLine();
		await cli.withAccount(async (account) => {
			await account.open({ timeZone: 'Europe/Berlin' });
			await account.grant({ credits: 100_000_000n, category: 'purchased', expiry: null, key: 'credits' });
		});
	});

	it('sets budgets, lists what they have counted and the room left, and removes them', async () => {
		const spring = ['--name', 'spring', '--scope', 'campaign', '--value', 'spring', '--period', 'total', '--credits', '10'];
		expect(await cli.document(['budget', 'set', ...spring])).to.deep.equal({
			account: 'default',
			budget: { name: 'spring', scope: 'campaign', value: 'spring', period: 'total', credits: '10' },
			countsFromNow: false,
			countedBefore: '0',
			countedValues: 0,
			replayed: false,
		});
		const said = await cli.text('budget', 'set', '--name', 'each', '--scope', 'person', '--period', 'month', '--credits', '5.5');
		expect(said).to.equal(
			'Budget each: 5.5 credits for each person, each month.\nIt counts from now: what each person spent before is not known by day.\n',
		);
		const labels = { campaign: 'spring' };
		const taken = await cli.call(
			{ key: 'a', amount: 5, cost: 4, labels, person: 'ann' },
			{ key: 'b', amount: 5, labels, person: 'bob' },
			{ key: 'c', amount: 2, labels, person: 'cem' },
			{ key: 'd', amount: 2, person: 'ann' },
			{ key: 'e', amount: 4, person: 'dua', timeoutMs: 1000 },
		);
		expect(taken.slice(2, 4)).to.deep.equal(['budget_exceeded spring', 'budget_exceeded each']);
		const { budgets, mode, timeZone } = await cli.document(['budget', 'list', '--limit', '2']);
		expect({ mode, timeZone }).to.deep.equal({ mode: 'enforce', timeZone: 'Europe/Berlin' });
		expect(budgets[0]).to.deep.include({ name: 'spring', currentPeriod: null, counted: 1 });
		expect(budgets[0].counters).to.deep.equal([{ value: 'spring', period: null, used: '4', held: '5', room: '1' }]);
		expect(budgets[1].counted).to.equal(3);
		expect(budgets[1].currentPeriod).to.match(/^\d{4}-\d{2}$/);
		expect(budgets[1].counters.map(({ value }: { value: string }) => value))
			.to.include('bob')
			.and.to.have.length(2);
		const listed = await cli.text('budget', 'list');
		expect(listed)
			.to.match(/budget +for +value +period +limit +used +held +room/)
			.and.match(/spring +campaign spring +spring +in total +10 +4 +5 +1\n/)
			.and.match(/each +each person +bob +each month \d{4}-\d{2} +5\.5 +0 +5 +0\.5\n/);
		expect(await cli.text('budget', 'remove', '--name', 'spring')).to.equal('The budget spring is removed.\n');
		await cli.failure(['budget', 'remove', '--name', 'spring'], { code: 1, says: /no budget "spring".*budget list/ });
	});

	it('names what a budget counts of the time before it was set (ledger rule 38)', async () => {
		await cli.call(
			{ key: 'a', amount: 6, cost: 6, labels: { campaign: 'spring' } },
			{ key: 'b', amount: 3, cost: 2.5, labels: { campaign: 'may' } },
		);
		const set = (...more: string[]): string[] => ['budget', 'set', '--credits', '7', ...more];
		expect(await cli.text(...set('--name', 'all', '--scope', 'account', '--period', 'total'))).to.equal(
			'Budget all: 7 credits for the whole account, in total.\nIt counts 8.5 credits that were spent before it was set.\n',
		);
		expect(await cli.text(...set('--name', 'each', '--scope', 'campaign', '--period', 'month'))).to.match(
			/It counts 8\.5 credits that were spent in this month before it was set, by 2 of its values\.\n$/,
		);
		const each = set('--name', 'e', '--scope', 'campaign', '--value', 'may', '--period', 'total', '--key', 'k');
		for (const replayed of [false, true])
			expect(await cli.document(each)).to.deep.include({ countsFromNow: false, countedBefore: '2.5', countedValues: 1, replayed });
		const person = await cli.document(set('--name', 'p', '--scope', 'person', '--period', 'total'));
		expect(person).to.deep.include({ countsFromNow: true, countedBefore: '0' });
		expect(await cli.text(...set('--name', 'all', '--scope', 'account', '--period', 'total'))).to.not.match(/It counts/);
		expect(await cli.call({ key: 'c', amount: 1 })).to.deep.equal(['budget_exceeded all']);
		expect(await cli.text('verify')).to.match(/right/);
	});

	it('changes a budget that goes on counting, once for each key', async () => {
		const set = (...more: string[]): string[] => ['budget', 'set', '--name', 'all', '--scope', 'account', '--period', 'day', ...more];
		await cli.document(set('--credits', '10', '--key', 'k'));
		await cli.call({ key: 'a', amount: 6, cost: 6 });
		await cli.document(set('--credits', '5'));
		const lowered = await cli.document(['budget', 'list']);
		expect(lowered['budgets'][0].counters[0]).to.deep.include({ value: null, used: '6', room: '-1' });
		expect(await cli.document(set('--credits', '10', '--key', 'k'))).to.have.property('replayed', true);
		expect((await cli.document(['budget', 'list']))['budgets'][0].credits).to.equal('5');
		await cli.failure(set('--credits', '11', '--key', 'k'), { code: 1, says: /"k" was used before.*new key/ });
	});

	it('keeps credits back by a floor', async () => {
		const set = ['floor', 'set', '--name', 'valuable', '--label', 'segment', '--exempt', 'vip, loyal', '--credits', '90'];
		expect(await cli.document(set)).to.deep.equal({
			account: 'default',
			floor: { name: 'valuable', label: 'segment', exempt: ['vip', 'loyal'], credits: '90' },
			replayed: false,
		});
		const taken = await cli.call({ key: 'a', amount: 11 }, { key: 'b', amount: 11, labels: { segment: 'loyal' } });
		expect(taken[0]).to.equal('floor_reached valuable');
		expect(taken[1]).to.match(/^h\d+$/);
		expect(await cli.document(['floor', 'list'])).to.deep.include({ available: '89', mode: 'enforce' });
		expect(await cli.text('floor', 'list')).to.match(/valuable +90 +segment +vip, loyal\n\nAvailable now: 89 credits\./);
		expect(await cli.document(['floor', 'remove', '--name', 'valuable'])).to.deep.include({ removed: { kind: 'floor', name: 'valuable' } });
		expect(await cli.text('floor', 'list')).to.match(/There is no floor/);
	});

	it('says plainly what shadow mode is, and what it let through', async () => {
		await cli.document(['budget', 'set', '--name', 'none', '--scope', 'account', '--period', 'total', '--credits', '0']);
		expect(await cli.text('mode')).to.match(/^Account default is in mode enforce\.\nCalls that do not fit .* are refused/);
		expect(await cli.text('mode', 'shadow', '--key', 'try')).to.match(/Nothing is refused.*paid for at its provider;\n.*overdraft/);
		await cli.call({ key: 'a', amount: 120, cost: 130, labels: { campaign: 'spring' } });
		expect(await cli.text('budget', 'list')).to.match(/shadow mode: this refuses nothing now/);
		expect(await cli.text('balance')).to.match(/Overdraft +30 credits.*\nShadow mode: calls are metered, and none is refused\./);
		expect((await cli.document(['account', 'show']))['account']).to.deep.include({ mode: 'shadow' });
		const { holds } = await cli.document(['holds']);
		expect(holds[0]).to.deep.include({ amount: '120', cost: '130', overdraft: '30', charged: '100', wouldBeRefused: 'budget_exceeded' });
		expect(await cli.text('holds')).to.match(/would be refused.*\n.*\n.*campaign=spring +budget_exceeded/);
		expect(await cli.document(['mode', 'shadow', '--key', 'try'])).to.deep.include({ mode: 'shadow', overdraft: '30', replayed: true });
		expect(await cli.text('mode', 'enforce')).to.match(/The overdraft is 30 credits\. Calls are refused as overdrawn/);
	});

	it('ends with 2 for wrong use', async () => {
		const budget = ['budget', 'set', '--name', 'b', '--scope', 'campaign', '--period', 'day', '--credits', '1'];
		const cases: readonly (readonly [string[], RegExp])[] = [
			[['budget'], /No command|See "llm-credits --help"/],
			[['budget', 'set', '--scope', 'campaign'], /--name <name> is missing|is missing/],
			[[...budget, '--scope', 'colour'], /--scope is "colour".*campaign.*account/],
			[[...budget, '--period', 'year'], /--period is "year".*execution/],
			[[...budget, '--credits', '-1'], /--credits/],
			[[...budget, '--scope', 'account', '--value', 'x'], /--value is given with --scope account/],
			[[...budget, '--key', ' '], /--key is empty/],
			[['budget', 'list', '--limit', '0'], /--limit is "0"/],
			[['budget', 'remove'], /--name <name> is missing/],
			[['floor', 'set', '--name', 'f', '--label', 'account', '--credits', '1'], /--label is "account"/],
			[['floor', 'set', '--name', 'f', '--label', 'segment', '--exempt', 'a,,b', '--credits', '1'], /--exempt is "a,,b"/],
			[['mode', 'watch'], /The mode is "watch".*enforce, shadow/],
			[['mode', 'shadow', 'now'], /Too many arguments/],
		];
		await Promise.all(cases.map(([args, says]) => cli.failure(args, { code: 2, says })));
	});
});
