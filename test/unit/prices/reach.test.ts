/** Calls that may cost more than their amount are held only where there is room for that; else what is bounded is taken. */
import { expect } from 'chai';
import type { Alternative, Command, Outcome, AlternativeCall } from '../../../lib/core/nouns/commands';
import { boundedOutput, learn, NOTHING_LEARNED, type Learned } from '../../../lib/core/prices/estimate';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import {
	credits,
	expire,
	grant,
	openAccount,
	priceNamed,
	release,
	reserveOneOf,
	setBudget,
	setFloor,
	settle,
} from '../../support/ledger/ledger-commands';
import { USAGE } from '../../support/provider/scripted-provider';

const call = (whole: number, most?: number): AlternativeCall => ({
	amountMicro: credits(whole),
	model: null,
	price: priceNamed('p'),
	...(most === undefined ? {} : { mostMicro: credits(most) }),
});
/** A call of 2 credits that may cost 20, and one that costs 2 at most. */
const FAR: Alternative = { rung: 0, calls: [call(2, 20)] };
const NEAR: Alternative = { rung: 0, calls: [call(2)] };

async function last(before: readonly Command[], command: Command): Promise<Outcome | undefined> {
	const store = openMemoryLedger({ clock: () => 1_790_000_000_000 });
	return (await store.commit('a', [openAccount(), ...before, command])).at(-1);
}
const reserve = (options: Parameters<typeof reserveOneOf>[2] = {}): Command => reserveOneOf('r', [FAR, NEAR], options);
const taken = async (before: readonly Command[], command = reserve()): Promise<string> => {
	const outcome = await last(before, command);
	if (outcome?.kind !== 'reserved') return outcome?.kind === 'refused' ? outcome.reason : String(outcome?.kind);
	return `${outcome.choice === 0 ? 'far' : 'near'} ${String(outcome.hold.amountMicro / credits(1))}${outcome.hold.steppedDown ?? ''}`;
};
const budget = (limit: number): Command => setBudget('b', { name: 'b', scope: 'account', period: 'total', limit });
const cap = (period: 'send' | 'execution', whole: number): Command =>
	reserve({ sendId: 's', executionId: 'e', caps: [{ period, scope: 'node', limitMicro: credits(whole) }] });

describe('a call that may cost more than its amount', () => {
	for (const [what, before, command, expected] of [
		['there is room for all', [grant('g', 20)], reserve(), 'far 2'],
		['there is room for all but a credit', [grant('g', 19)], reserve(), 'near 2'],
		['a budget has no room for all', [grant('g', 100), budget(19)], reserve(), 'near 2'],
		[
			'a floor would be passed',
			[grant('g', 100), setFloor('f', { name: 'f', label: 'segment', exempt: [], floor: 81 })],
			reserve(),
			'near 2',
		],
		['the cap of an execution has no room for all', [grant('g', 100)], cap('execution', 19), 'near 2'],
		['the cap of a send has room for one', [grant('g', 100)], cap('send', 20), 'far 2'],
		['the cap of a send has no room for one', [grant('g', 100)], cap('send', 19), 'near 2'],
		['nothing fits', [grant('g', 1)], reserve(), 'credits_exhausted'],
		['shadow mode refuses nothing', [{ kind: 'set_enforcement', key: 'e', enforcement: 'shadow' }], reserve(), 'far 2'],
	] as const satisfies readonly (readonly [string, readonly Command[], Command, string])[])
		it(what, async () => {
			expect(await taken(before, command)).to.equal(expected);
		});

	it('is not waited for', async () => {
		const held = reserveOneOf('held', [{ rung: 0, calls: [call(10)] }]);
		expect(await taken([grant('g', 25), held], reserve({ mayWait: true }))).to.equal('near 2');
	});

	it('keeps what it may cost free until it closes, in the balance, in budgets and above floors: nothing is overdrawn', async () => {
		const store = openMemoryLedger({ clock: () => 1_790_000_000_000 });
		const commit = async (...commands: readonly Command[]): Promise<(string | undefined)[]> =>
			(await store.commit('a', commands)).map((outcome) =>
				outcome.kind === 'reserved'
					? `${outcome.choice === 0 ? 'far' : 'near'} ${String(outcome.hold.reachMicro / credits(1))}`
					: 'reason' in outcome
						? (outcome.reason ?? undefined)
						: outcome.kind,
			);
		const far = (key: string): Command => reserveOneOf(key, [FAR, NEAR], { labels: { campaign: key.slice(0, 1) } });
		const account = async () => (await store.snapshot('a')).account;
		await commit(openAccount(), grant('g', 43), setBudget('b', { name: 'b', scope: 'campaign', period: 'total', limit: 30 }));
		expect(await commit(far('a1'))).to.deep.equal(['far 18']);
		expect(await commit(far('a2')), 'the budget has 10 for it').to.deep.equal(['near 0']);
		expect(await commit(far('b1')), 'there are 21 for it').to.deep.equal(['far 18']);
		expect((await account())?.reachMicro).to.equal(credits(36));
		expect(await commit(far('c1')), 'there is 1 for it').to.deep.equal(['credits_held']);
		expect(
			(await store.counters('a')).map(({ value, heldMicro, reachMicro }) => [value, heldMicro / credits(1), reachMicro / credits(1)]),
		).to.deep.equal([
			['a', 4n, 18n],
			['b', 2n, 18n],
		]);
		const holds = await store.holds('a', { state: 'open', afterSeq: 0, limit: 9 });
		expect(holds.map(({ reachMicro }) => reachMicro / credits(1))).to.deep.equal([18n, 0n, 18n]);
		const [a1 = 0, a2 = 0, b1 = 0] = holds.map(({ seq }) => seq);
		await commit(settle(a1, 20), settle(a2, 2), settle(b1, 20));
		expect(await account()).to.include({ reachMicro: 0n, overdraftMicro: 0n });
		expect((await store.counters('a')).map(({ reachMicro }) => reachMicro)).to.deep.equal([0n, 0n]);
		expect((await store.snapshot('a')).grants[0]?.remainingMicro).to.equal(credits(1));
		expect((await verifyLedger(store)).violations).to.deep.equal([]);
	});

	it('gives what it kept free back however it ends', async () => {
		const store = openMemoryLedger({ clock: () => 1_790_000_000_000 });
		await store.commit('a', [openAccount(), grant('g', 100)]);
		for (const end of [release, expire, (seq: number) => settle(seq, 0)]) {
			const [held] = await store.commit('a', [reserveOneOf(`r${String(end)}`, [FAR, NEAR])]);
			expect((await store.snapshot('a')).account?.reachMicro).to.equal(credits(18));
			await store.commit('a', [end(held?.kind === 'reserved' ? held.hold.seq : 0)]);
			expect((await store.snapshot('a')).account?.reachMicro).to.equal(0n);
		}
	});

	it('cannot cost less than its amount', async () => {
		const outcome = await last([grant('g', 100)], reserveOneOf('r', [{ rung: 0, calls: [call(2, 1)] }, NEAR]));
		expect(outcome?.kind === 'fault' && outcome.error.code).to.equal('invalid_amount');
	});

	it('must not be all that is offered', async () => {
		const outcome = await last([grant('g', 100)], reserveOneOf('r', [FAR]));
		expect(outcome?.kind === 'fault' && outcome.error.code).to.equal('invalid_argument');
	});
});

describe('the bound of an answer', () => {
	const SIZE = { outputLimitTokens: 1000 };
	const seen = (lengths: readonly number[], isCutOff = false): Learned =>
		lengths.reduce<Learned>(
			(learned, outputTokens) => learn(learned, { estimatedInputTokens: 100, usage: { ...USAGE, outputTokens }, isCutOff }),
			NOTHING_LEARNED,
		);

	it('is a typical answer at least, until 16 are known, and then the longest lately', () => {
		expect(boundedOutput(SIZE, NOTHING_LEARNED)).to.equal(400);
		expect(boundedOutput(SIZE, seen(Array(15).fill(20)))).to.equal(400);
		expect(boundedOutput(SIZE, seen([700]))).to.equal(700);
		expect(boundedOutput(SIZE, seen(Array(16).fill(20)))).to.equal(20);
		expect(boundedOutput({ outputLimitTokens: 50 }, NOTHING_LEARNED)).to.equal(50);
	});

	it('gives more room after one was cut off, never beyond the limit', () => {
		expect(boundedOutput(SIZE, seen(Array(16).fill(60), true))).to.equal(240);
		expect(boundedOutput(SIZE, seen(Array(16).fill(600), true))).to.equal(1000);
	});
});
