/** How calls ended while the ledger is away: the process keeps it, records it when the ledger is back, and says what is lost. */
import { expect } from 'chai';
import { CreditError, type CreditErrorCode } from '../../../lib/core/values/errors';
import { formatCredits } from '../../../lib/core/values/money';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import type { SpendingAccount } from '../../../lib/engine/account/spending-account';
import { OwedCosts, type Owed } from '../../../lib/engine/account/owed-costs';
import { VirtualTime } from '../../support/machine/virtual-time';
import {
	expectClean,
	item,
	items,
	makeAction,
	makeWorld,
	spendingFrom,
	spent,
	story,
	type ActionWorld,
} from '../../support/scenarios/action-world';
import { answer, fault, ScriptedProvider } from '../../support/provider/scripted-provider';

const GOOD = '{"message":"Hello"}';

type Method = 'settle' | 'release';

interface Away {
	readonly account: SpendingAccount;
	readonly failed: () => number;
}

/** The account, of which one method fails from its first use on until so many milliseconds have passed. */
function awayFor(world: ActionWorld, { method, awayMs, code }: { method: Method; awayMs: number; code: CreditErrorCode }): Away {
	let [untilMs, count] = [0, 0];
	const spending = spendingFrom(world);
	const fails = (): boolean => {
		if (untilMs === 0) untilMs = world.time.nowMs + awayMs;
		if (world.time.nowMs >= untilMs) return false;
		count += 1;
		return true;
	};
	const gone = (): CreditError => new CreditError(code, 'The ledger is away.');
	const settle: SpendingAccount['settle'] = async (command) => {
		if (method === 'settle' && fails()) throw gone();
		return spending.settle(command);
	};
	const release: SpendingAccount['release'] = async (holdSeq) => {
		if (method === 'release' && fails()) throw gone();
		return spending.release(holdSeq);
	};
	return { account: { ...spending, settle, release }, failed: () => count };
}

function bookOf(time: VirtualTime): { readonly owed: OwedCosts; readonly said: string[] } {
	const said: string[] = [];
	const owed = new OwedCosts({ timing: time.timing, rest: (delayMs) => time.pause(delayMs), say: (line) => said.push(line) });
	return { owed, said };
}

describe('a cost that is known while the ledger is away', () => {
	for (const [what, awayMs, code] of [
		['a full disk, ten calls under way', 60_000, 'ledger_full'],
		['a server that is away for 32 seconds', 32_000, 'ledger_unavailable'],
		['a server that is away for longer than holds last', 3_600_000, 'ledger_unavailable'],
		['a log that was deleted, and is there again', 60_000, 'ledger_corrupt'],
		['a move that was called off', 60_000, 'ledger_moved'],
		['a newer schema, and the backup of before it', 60_000, 'ledger_newer'],
	] as const) {
		it(`is settled when it is back: ${what}`, async () => {
			const world = await makeWorld('100');
			const { account, failed } = awayFor(world, { method: 'settle', awayMs, code });
			const provider = new ScriptedProvider(async () => {
				await world.time.pause(1000);
				return answer(GOOD);
			});
			const { owed, said } = bookOf(world.time);
			const action = makeAction(world, provider, { concurrency: 10 }, { openLedger: () => Promise.resolve(account), owed });
			const results = await action.run(items(10));
			expect(results.map(({ route }) => route)).to.deep.equal(Array<string>(10).fill('result'));
			expect(results[0]?.llmCredits.message).to.match(
				/^The cost of 1\.2 credits \(h\d+\) could not be recorded and counts as unconfirmed until the ledger is back: /,
			);
			expect((await story(world)).filter((line) => line.startsWith('settled'))).to.deep.equal([]);
			expect(failed()).to.be.at.least(10);
			expect(owed.lost()[0]).to.match(
				/^This process ends, and the ledger a was not back\. Not recorded: what 10 calls cost, 12 credits\. .*: h\d+ 1\.2, /,
			);
			await action.idle();
			await owed.recorded();
			expect((await story(world)).filter((line) => line === 'settled 1.2')).to.have.length(10);
			expect(await spent(world)).to.equal('12');
			expect(said).to.have.length(2);
			expect(said[0]).to.match(/^The ledger a cannot be used, so what calls cost is kept in the memory of this process until it can be\./);
			expect(said[1]).to.equal('The ledger a is back: what 10 calls cost, 12 credits recorded.');
			expect(owed.lost()).to.deep.equal([]);
			await expectClean(world);
		});
	}

	for (const keepResultsHours of [24, 0])
		it(`is recorded before a second run asks again, though its hold is over; answers are kept for ${String(keepResultsHours)} hours`, async () => {
			const world = await makeWorld('100');
			const awayMs = 20 * 60_000;
			const { account } = awayFor(world, { method: 'settle', awayMs, code: 'ledger_unavailable' });
			const { owed } = bookOf(world.time);
			const provider = new ScriptedProvider(() => answer(GOOD));
			const run = async (): Promise<ItemResult | undefined> =>
				(await makeAction(world, provider, { keepResultsHours }, { openLedger: () => Promise.resolve(account), owed }).run([item('k')]))[0];
			expect((await run())?.route).to.equal('result');
			await world.time.pause(awayMs + 1);
			await world.ledger.grant({ credits: 1n, category: 'promotional', expiry: null, key: 'time passes' });
			expect(await story(world), 'the hold is over, and nothing is recorded')
				.to.include('unconfirmed')
				.and.not.include('settled 1.2');
			expect(owed.lost()).to.have.length(1);
			const again = await run();
			expect(again?.llmCredits).to.include(
				keepResultsHours > 0 ? { source: 'model', reason: 'replayed' } : { source: 'fallback', reason: 'result_not_kept' },
			);
			expect(provider.requests, 'asked once').to.have.length(1);
			await owed.recorded();
			expect(await spent(world)).to.equal('1.2');
			await expectClean(world);
		});

	it('is not paid for again while it cannot be recorded', async () => {
		const world = await makeWorld('100');
		const { account } = awayFor(world, { method: 'settle', awayMs: 3_600_000, code: 'ledger_full' });
		const { owed } = bookOf(world.time);
		const provider = new ScriptedProvider(() => answer(GOOD));
		const action = makeAction(world, provider, {}, { openLedger: () => Promise.resolve(account), owed });
		await action.run([item('k')]);
		await world.time.pause(20 * 60_000);
		const [again] = await action.run([item('k')]);
		expect(again?.llmCredits).to.include({ source: 'fallback', reason: 'call_in_flight' });
		expect(provider.requests, 'asked once').to.have.length(1);
		await owed.recorded();
		expect(await spent(world)).to.equal('1.2');
		await expectClean(world);
	});

	for (const awayMs of [32_000, 3_600_000])
		it(`a call that cost nothing is charged nothing, though the ledger was away for ${String(awayMs)} ms when it ended`, async () => {
			const world = await makeWorld('100');
			const { account } = awayFor(world, { method: 'release', awayMs, code: 'ledger_unavailable' });
			const { owed } = bookOf(world.time);
			const provider = new ScriptedProvider(() => fault('rate_limited', { billed: 'no' }));
			const [result] = await makeAction(world, provider, {}, { openLedger: () => Promise.resolve(account), owed }).run([item('k')]);
			expect(result?.llmCredits).to.include({ source: 'fallback', reason: 'provider_rate_limit', credits: '0' });
			await owed.recorded();
			// The ledger ends holds when it is asked for something.
			await world.ledger.balance();
			expect(await spent(world)).to.equal('0');
			await expectClean(world);
		});

	it('is charged anew where a backup took the place of the ledger, and no other call is charged for it', async () => {
		const world = await makeWorld('100');
		const restored = await makeWorld('50');
		const other = await restored.ledger.reserve({
			key: 'other',
			fingerprint: 'other',
			alternatives: () => [{ rung: 0, calls: [{ amountMicro: 7_000_000n, model: 'm', price: null }] }],
			labels: {},
			person: null,
			executionId: null,
			sendId: null,
			caps: [],
			waitMs: 0,
		});
		const { owed } = bookOf(world.time);
		const gone = (): Promise<never> => Promise.reject(new CreditError('ledger_unavailable', 'The ledger was replaced.'));
		const reopening = {
			name: 'a',
			open: () => Promise.resolve({ account: spendingFrom(restored), release: () => Promise.resolve() }),
		};
		const account = { ...spendingFrom(world), settle: gone, reopening };
		const provider = new ScriptedProvider(() => answer(GOOD));
		const settings = { campaign: 'spring' };
		await makeAction(world, provider, settings, { openLedger: () => Promise.resolve(account), owed }).run([item('k')]);
		await owed.recorded();
		const holds = await restored.store.holds('a', { state: null, afterSeq: 0, limit: 10 });
		expect(holds.map(({ state, actualMicro, labels }) => [state, formatCredits(actualMicro ?? 0n), labels.campaign])).to.deep.equal([
			['open', '0', undefined],
			['settled', '1.2', 'spring'],
		]);
		expect(other.kind === 'reserved' && other.hold.seq).to.equal(holds[0]?.seq);
	});

	it('is not waited for without end, nor kept where it will never be recorded, nor for more calls than are kept', async () => {
		let nowMs = 0;
		const said: string[] = [];
		// Nothing else happens meanwhile, so that eight days are over at once.
		const rest = (delayMs: number): Promise<void> => Promise.resolve(void (nowMs += delayMs));
		const owed = new OwedCosts({ timing: { monotonicMs: () => nowMs, jitter: () => 0.5 }, rest, say: (line) => said.push(line) });
		const to = (isBack: () => boolean) => ({
			name: 'the ledger of the test',
			open: () =>
				isBack()
					? Promise.resolve({ account: {} as SpendingAccount, release: () => Promise.resolve() })
					: Promise.reject(new CreditError('ledger_full', 'Full.')),
		});
		const one = (name: string, record: Owed['record'] = () => Promise.resolve(true)): Owed => ({ name, amountMicro: 1_500_000n, record });
		owed.keep(one('h1'), { to: to(() => false), why: 'Full.' });
		await owed.recorded();
		expect(nowMs / 86_400_000, 'days').to.be.within(8, 8.1);
		expect(said.at(-1)).to.match(
			/^Eight days have passed, .* was not back\. Not recorded: what a call cost, 1\.5 credits\. .*: h1 1\.5\.$/,
		);
		const refusing = (): Promise<boolean> => Promise.reject(new CreditError('invalid_amount', 'Too much.'));
		owed.keep(one('h2', refusing), { to: to(() => true), why: 'Full.' });
		await owed.recorded();
		expect(said.at(-1)).to.equal('What a call cost cannot be recorded in the ledger the ledger of the test: h2 1.5. Too much.');
		const kept = Array.from({ length: 10_001 }, (_, index) => owed.keep(one(`h${String(index)}`), { to: to(() => true), why: '' }));
		expect(kept.filter(Boolean)).to.have.length(10_000);
		expect(owed.lost()[0]?.length, 'a line that can be read').to.be.lessThan(5_000);
		await owed.recorded();
		expect(owed.keep(one('h1'), { to: to(() => true), why: '' })).to.equal(true);
		await owed.recordNow();
		expect(owed.lost()).to.deep.equal([]);
		await owed.recorded();
	});

	it('is waited for where it cannot be recorded yet although the ledger answers', async () => {
		const time = new VirtualTime(0);
		const { owed } = bookOf(time);
		let asked = 0;
		const record = (): Promise<boolean> => Promise.resolve((asked += 1) > 3);
		const open = () => Promise.resolve({ account: {} as SpendingAccount, release: () => Promise.reject(new Error('gone')) });
		owed.keep({ name: 'h1', amountMicro: 1n, record }, { to: { name: 'l', open }, why: '' });
		await owed.recorded();
		expect(asked).to.equal(4);
	});
});
