/** Calls whose billing nobody knows (ledger rule 37): what the ledger charges for them is never less than what the provider billed. */
import { expect } from 'chai';
import { parseCredits } from '../../../lib/core/values/money';
import { expectedCost, NOTHING_LEARNED } from '../../../lib/core/prices/estimate';
import type { LlmAction } from '../../../lib/engine/llm-action';
import { unconfirmedHints } from '../../../nodes/n8n/LlmAction/hints';
import { expectClean, items, makeAction, makeWorld, spent, type ActionWorld } from '../../support/scenarios/action-world';
import { answer, fault, PRICE, ScriptedProvider } from '../../support/provider/scripted-provider';

const GOOD = '{"message":"Hello"}';
const CALL_MICRO = 1_200_000n;

/** Bills every request, and answers every fourth of them in time. */
function slowProvider(world: ActionWorld): ScriptedProvider {
	let asked = 0;
	return new ScriptedProvider(async ({ timeoutMs, signal }) => {
		asked += 1;
		const isQuick = asked % 4 === 0;
		await world.time.pause(isQuick ? 500 : timeoutMs, signal);
		return isQuick ? answer(GOOD) : fault('timeout', { billed: 'unknown', isRetryable: true });
	});
}

async function campaign(world: ActionWorld, settings: Record<string, unknown>): Promise<{ action: LlmAction; provider: ScriptedProvider }> {
	const provider = slowProvider(world);
	return { action: makeAction(world, provider, { maxOutputTokens: 100, concurrency: 4, ...settings }), provider };
}

describe('calls whose billing nobody knows', () => {
	for (const reservation of ['fixed', 'learned', 'strict']) {
		it(`are charged what they were expected to cost, where reservations are ${reservation}`, async () => {
			const world = await makeWorld('12');
			const { action, provider } = await campaign(world, { reservation, waitForCreditsSeconds: 0 });
			const results = await action.run(items(60));
			await action.idle();
			const billedMicro = CALL_MICRO * BigInt(provider.requests.length);
			const spentMicro = parseCredits(await spent(world), { field: 'spent' });
			expect(provider.requests.length, 'calls').to.be.within(1, 10);
			// No call is in flight any more.
			expect(spentMicro >= billedMicro, `${String(spentMicro)} charged, ${String(billedMicro)} billed`).to.equal(true);
			const told = results.reduce((sum, { llmCredits }) => sum + parseCredits(llmCredits.credits, { field: 'credits' }), 0n);
			expect(told, 'the items tell what was charged').to.equal(spentMicro);
			const holds = await world.store.holds('a', { state: 'expired', afterSeq: 0, limit: 100 });
			for (const { slices } of holds) expect(slices, 'a call that nobody knows the cost of').to.have.length.above(0);
			const unconfirmed = results.reduce((sum, { llmCredits }) => sum + (llmCredits.unconfirmed ?? 0), 0);
			expect(unconfirmed).to.equal(holds.length).and.to.be.above(0);
			expect(unconfirmedHints(results).map(({ message }) => message.split(':')[0])).to.deep.equal([
				`${String(unconfirmed)} calls are unconfirmed`,
			]);
			await expectClean(world);
		});
	}

	it('give their credits back where the account says so, and are counted all the same', async () => {
		const world = await makeWorld('12');
		await world.ledger.changeAccount({ unconfirmedPolicy: 'release', key: 'release' });
		const { action, provider } = await campaign(world, { maxAttempts: 1 });
		const results = await action.run(items(8));
		expect(provider.requests).to.have.length(8);
		expect(results.map(({ llmCredits: { credits, unconfirmed } }) => [credits, unconfirmed ?? 0])).to.deep.equal(
			results.map(({ route }) => (route === 'result' ? ['1.2', 0] : ['0', 1])),
		);
		expect(await spent(world)).to.equal('2.4');
		await expectClean(world);
	});

	it('are not mentioned where there are none', async () => {
		const world = await makeWorld('12');
		const results = await makeAction(world, new ScriptedProvider(() => answer(GOOD))).run(items(2));
		expect(results.every(({ llmCredits }) => !('unconfirmed' in llmCredits))).to.equal(true);
		expect(unconfirmedHints(results)).to.deep.equal([]);
	});

	it('of which less was expected than set aside are charged that, and settled at what is known later', async () => {
		const world = await makeWorld('100');
		for (const [key, actual, left] of [
			['a', 4_000_000n, 96_000_000n],
			['b', 1_000_000n, 95_000_000n],
		] as const) {
			const call = { amountMicro: 5_000_000n, expectedMicro: 3_000_000n, model: 'm', price: PRICE };
			const input = { key, fingerprint: key, labels: {}, person: null, executionId: null, sendId: null, caps: [], waitMs: 0 };
			const reserved = await world.ledger.reserve({ ...input, alternatives: () => [{ rung: 0, calls: [call] }] });
			if (reserved.kind !== 'reserved') throw new Error('refused');
			const before = (await world.ledger.balance()).availableMicro;
			const { availableMicro } = await world.ledger.expire(reserved.hold.seq);
			expect(availableMicro - before, 'given back').to.equal(2_000_000n);
			await world.ledger.settle({ holdSeq: reserved.hold.seq, actualMicro: actual, measure: 'reported', usage: null, result: null });
			expect((await world.ledger.balance()).availableMicro).to.equal(left);
		}
		await expectClean(world);
	});

	it('are given back when it turns out that they were free, however long their hold was over', async () => {
		const world = await makeWorld('12');
		// The provider refuses after 20 minutes: the time of the hold is over by then, and what was expected is charged.
		const provider = new ScriptedProvider(async () => {
			await world.time.pause(20 * 60_000);
			expect((await world.ledger.balance()).availableMicro, 'charged meanwhile').to.equal(12_000_000n - CALL_MICRO);
			await world.ledger.grant({ credits: 1n, category: 'purchased', expiry: null, key: 'somebody else writes' });
			return fault('rate_limited');
		});
		const [result] = await makeAction(world, provider, { maxAttempts: 1 }).run(items(1));
		expect(result?.llmCredits).to.include({ reason: 'provider_rate_limit', credits: '0' });
		expect(result?.llmCredits).not.to.have.property('unconfirmed');
		expect(await spent(world)).to.equal('0');
		const rows = await world.store.usage('a', { groupBy: [], fromDay: null, untilDay: null, where: {} });
		expect(rows.map(({ calls, chargedMicro }) => [calls, chargedMicro])).to.deep.equal([[0, 0n]]);
		await expectClean(world);
	});

	it('that were settled meanwhile by somebody else keep that cost, and the item says by how much it differs', async () => {
		const world = await makeWorld('12');
		const provider = new ScriptedProvider(async () => {
			const [hold] = await world.store.holds('a', { state: 'open', afterSeq: 0, limit: 1 });
			await world.ledger.settle({ holdSeq: hold?.seq ?? 0, actualMicro: 700_000n, measure: 'reported', usage: null, result: null });
			return answer(GOOD);
		});
		const [result] = await makeAction(world, provider).run(items(1));
		expect(result?.llmCredits.message).to.match(/charged before, and that stands.* 0\.5 credits more/);
		expect(await spent(world)).to.equal('0.7');
		await expectClean(world);
	});

	it('are expected to cost what the user fixed, the rate of a run, nothing without a result, or what was learned', () => {
		const size = { inputTokens: 100, inputBytes: 400, outputLimitTokens: 1000 };
		const of = (mode: 'fixed' | 'learned' | 'strict', kind: 'flat' | 'outcome' | null): bigint =>
			expectedCost(kind ? { ...PRICE, charging: { kind, rateMicro: 5_000_000n } } : PRICE, size, {
				mode,
				learned: NOTHING_LEARNED,
				amountMicro: 5_000_001n,
			});
		expect([of('fixed', null), of('strict', null), of('learned', null)]).to.deep.equal([5_000_001n, 5_000_000n, 5_000_000n]);
		expect([of('strict', 'flat'), of('strict', 'outcome')]).to.deep.equal([5_000_001n, 0n]);
	});
});
