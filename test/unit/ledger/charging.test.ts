/** Owns the proof of what an item is charged where that is not by tokens: a flat rate for each run, or a rate for each result that passed. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { atRate, chargedBy, chargeOf } from '../../../lib/core/prices/charging';
import { CreditError } from '../../../lib/core/values/errors';
import { estimateCost, NOTHING_LEARNED, shorterCalls, type EstimateMode } from '../../../lib/core/prices/estimate';
import { parseCredits } from '../../../lib/core/values/money';
import { highestCost, priceUsage, type FixedCharge, type ModelPrice } from '../../../lib/core/prices/pricing';
import { decodePrice, encodePrice, pinOf } from '../../../lib/core/prices/recorded-price';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { proveCharge } from '../../../lib/engine/report/charge-proof';
import type { SpendingAccount } from '../../../lib/engine/account/spending-account';
import type { ChatOutcome } from '../../../lib/providers/provider';
import {
	expectClean,
	item,
	makeAction,
	makeWorld,
	spent,
	story,
	type ActionWorld,
	spendingFrom,
} from '../../support/scenarios/action-world';
import { holds as propertyHolds } from '../../support/machine/property-runs';
import { answer, fault, PRICE, ScriptedProvider, USAGE, type Script } from '../../support/provider/scripted-provider';

const FLAT: FixedCharge = { kind: 'flat', rateMicro: 5_000_000n };
const OUTCOME: FixedCharge = { kind: 'outcome', rateMicro: 5_000_000n };
const LONG = '{"message":"A message that is far too long"}';
const GOOD = '{"message":"Hello"}';
const SHORT = { answerRules: [{ check: 'max_characters', attribute: 'message', value: '10' }] };
const flat = { charging: 'flat', chargeRate: '5' };
const outcome = { charging: 'outcome', chargeRate: '5' };

describe('what an account is charged', () => {
	const size = { inputTokens: 1000, inputBytes: 4000, outputLimitTokens: 200 };
	const MODES: readonly EstimateMode[] = [
		{ kind: 'fixed', amountMicro: 7n },
		{ kind: 'strict' },
		{ kind: 'learned', learned: NOTHING_LEARNED },
	];
	const priced = (charging: FixedCharge | null, price: ModelPrice | null = PRICE): ModelPrice => {
		const found = chargedBy(charging, { price, model: 'm' });
		if (!found) throw new Error('no price');
		return found;
	};

	it('by tokens, is what they cost, and nobody knows it without usage', () => {
		expect(chargeOf(priced(null), { usage: USAGE, hasPassed: false })).to.equal(1_200_000n);
		expect(chargeOf(priced(null), { usage: null, hasPassed: true })).to.equal(null);
		expect(chargedBy(null, { price: null, model: 'm' })).to.equal(null);
	});

	it('at a flat rate, is the rate, whatever the tokens and the outcome', () => {
		for (const usage of [USAGE, null])
			for (const hasPassed of [true, false]) expect(chargeOf(priced(FLAT), { usage, hasPassed })).to.equal(5_000_000n);
	});

	it('by outcome, is the rate for a result that passed, and nothing for any other', () => {
		expect([true, false].map((hasPassed) => chargeOf(priced(OUTCOME), { usage: USAGE, hasPassed }))).to.deep.equal([5_000_000n, 0n]);
		expect([true, false].map((hasPassed) => chargeOf(priced(OUTCOME), { usage: null, hasPassed }))).to.deep.equal([5_000_000n, 0n]);
	});

	it('is what is set aside under a rate, in every way of reserving, and never a shorter answer instead', () => {
		for (const charging of [FLAT, OUTCOME]) {
			for (const mode of MODES) expect(estimateCost(priced(charging), size, mode)).to.equal(5_000_000n);
			expect(shorterCalls(priced(charging), size, NOTHING_LEARNED)).to.deep.equal([]);
			expect(estimateCost(atRate(priced(charging), 0n), size, { kind: 'strict' })).to.equal(0n);
		}
		expect(atRate(PRICE, 0n)).to.equal(PRICE);
		expect(estimateCost(priced(null), size, { kind: 'strict' })).to.equal(highestCost(PRICE, { inputTokens: 4000, outputTokens: 200 }));
	});

	it('needs no known price under a rate', () => {
		const price = priced(FLAT, null);
		expect(chargeOf(price, { usage: USAGE, hasPassed: true })).to.equal(5_000_000n);
		expect(priceUsage(price, USAGE)).to.equal(0n);
	});

	it('is part of the price that a hold pins, and is read back from the journal', () => {
		const prices = [priced(null), priced(FLAT), priced(OUTCOME), atRate(priced(OUTCOME), 0n), atRate(priced(FLAT), 5n)];
		expect(new Set(prices.map(pinOf)).size).to.equal(5);
		expect(pinOf(priced(OUTCOME))).to.match(/^test\/m\/1#[0-9a-f]{12}=outcome5000000$/);
		for (const price of prices) expect(decodePrice(encodePrice(price))).to.deep.equal(price);
	});
});

interface Ran {
	readonly world: ActionWorld;
	readonly provider: ScriptedProvider;
	readonly result: ItemResult['llmCredits'];
	readonly again: () => Promise<ItemResult['llmCredits']>;
}

async function run(
	script: Script,
	settings: Record<string, unknown>,
	{ credits = '100', price = PRICE }: { credits?: string; price?: ModelPrice | null } = {},
): Promise<Ran> {
	const world = await makeWorld(credits);
	const provider = new ScriptedProvider((request, number) => script(request, number));
	const action = makeAction(world, provider, { waitForCreditsSeconds: 0, ...settings }, { provider: () => provider.handle(price) });
	const once = async (): Promise<ItemResult['llmCredits']> => {
		const [result] = await action.run([item('k')]);
		await action.idle();
		await expectClean(world);
		if (!result) throw new Error('The item did not come back.');
		return result.llmCredits;
	};
	return { world, provider, result: await once(), again: once };
}

/** The script answers with these, one after the other, the last again and again. */
const answers =
	(...outcomes: readonly (string | ChatOutcome)[]): Script =>
	(_request, number) => {
		const next = outcomes[Math.min(number, outcomes.length) - 1] ?? GOOD;
		return typeof next === 'string' ? answer(next) : next;
	};

describe('a flat rate', () => {
	it('is set aside and charged once for an item, and its tokens are recorded', async () => {
		const { result, world, again } = await run(answers(GOOD), flat);
		expect(result).to.include({ credits: '5', reserved: '5', balance: '95', reason: 'answered' });
		expect(result.usage).to.deep.equal(USAGE);
		expect(await story(world)).to.deep.equal(['reserved 5 m rung 0 pass 0', 'settled 5']);
		expect(await again()).to.include({ credits: '5', reason: 'replayed' });
		expect(await spent(world)).to.equal('5');
	});

	it('covers passes, checks and a repair, each with usage of its own', async () => {
		const judged = { judgeModel: 'm', judgeCriteria: 'Kind', passes: [{ kind: 'refine', model: '', instructions: '' }], ...SHORT };
		const { result, world } = await run(answers(LONG, LONG, GOOD, '{"score":90,"why":""}'), { ...flat, ...judged });
		expect(result).to.include({ credits: '5', attempts: 4, reason: 'answered' });
		expect(result.passes?.map(({ pass, credits }) => `${pass} ${credits}`)).to.deep.equal(['draft 5', 'refine 0', 'repair 0', 'judge 0']);
		expect(result.usage?.inputTokens).to.equal(4 * USAGE.inputTokens);
		expect((await story(world)).filter((line) => line.startsWith('settled'))).to.deep.equal([
			'settled 5',
			'settled 0',
			'settled 0',
			'settled 0',
		]);
	});

	it('is charged once also where an attempt was paid for in vain, or a cheaper model went on', async () => {
		const retried = await run(answers('{"other":1}', GOOD), flat);
		expect(retried.result).to.include({ credits: '5', attempts: 2, reason: 'answered' });
		expect(await story(retried.world)).to.deep.equal([
			'reserved 5 m rung 0 pass 0',
			'settled 5',
			'reserved 0 m rung 0 pass 0',
			'settled 0',
		]);
		const cheaper = await run(answers('{"other":1}', GOOD), {
			...flat,
			maxAttempts: 1,
			cheaperModels: [{ model: 'small', passes: 'single' }],
		});
		expect(cheaper.result).to.include({ credits: '5', source: 'cheaper_model' });
		expect(await cheaper.again()).to.include({ credits: '5' });
		expect(await spent(cheaper.world)).to.equal('5');
	});

	it('is not charged where no model was paid for', async () => {
		const { result, world } = await run(answers(fault('server_error')), { ...flat, maxAttempts: 1 });
		expect(result).to.include({ credits: '0', source: 'fallback' });
		expect(await story(world)).to.deep.equal(['reserved 5 m rung 0 pass 0', 'released']);
	});

	it('is no estimate where usage is missing, and needs no known price', async () => {
		const { result, world } = await run(answers(answer(GOOD, { kind: 'missing' })), flat, { price: null });
		expect(result).to.include({ credits: '5', usage: null, message: null });
		const entries = await world.store.entries('a', { afterSeq: 0, limit: 100 });
		expect(entries.flatMap(({ body }) => (body.kind === 'settled' ? [body.measure] : []))).to.deep.equal(['reported']);
	});

	it('needs credits for the whole rate, and keeps to what a send may cost', async () => {
		const poor = await run(answers(GOOD), flat, { credits: '4.9' });
		expect(poor.result).to.include({ source: 'fallback', reason: 'credits_exhausted' });
		const capped = await run(answers(GOOD), { ...flat, capPerSend: '4' });
		expect(capped.result).to.include({ source: 'fallback', reason: 'cap_reached' });
		const vain = await run(answers('{"other":1}', GOOD), { ...flat, capPerSend: '5' });
		expect(vain.result).to.include({ reason: 'answered', credits: '5' });
	});
});

describe('a rate by outcome', () => {
	it('is held until the checks are through, and charged once for what passes', async () => {
		const { result, world, again } = await run(answers(GOOD), { ...outcome, ...SHORT });
		expect(result).to.include({ credits: '5', reserved: '5', balance: '95', reason: 'answered' });
		expect(await story(world)).to.deep.equal(['reserved 5 m rung 0 pass 0', 'settled 5']);
		expect(await again()).to.include({ credits: '5', reason: 'replayed' });
		expect(await spent(world)).to.equal('5');
	});

	it('is not charged for what fails its checks, and the usage is recorded all the same', async () => {
		const { result, world, again } = await run(answers(LONG), { ...outcome, ...SHORT, repairOnce: false });
		expect(result).to.include({ credits: '0', reserved: '5', balance: '100', reason: 'failed_checks' });
		expect(result.usage).to.deep.equal(USAGE);
		const entries = await world.store.entries('a', { afterSeq: 0, limit: 100 });
		const settled = entries.flatMap(({ body }) => (body.kind === 'settled' ? [body] : []));
		expect(settled).to.have.length(1);
		expect(settled[0]).to.deep.include({ actualMicro: 0n, usage: USAGE, measure: 'reported' });
		expect(await again()).to.include({ credits: '0', reason: 'failed_checks' });
		expect(await spent(world)).to.equal('0');
	});

	it('is charged once for a repaired answer, and names the hold that paid', async () => {
		const { result, world } = await run(answers(LONG, GOOD), { ...outcome, ...SHORT });
		expect(result).to.include({ credits: '5', reason: 'answered' });
		expect(result.passes?.map(({ pass, credits }) => `${pass} ${credits}`)).to.deep.equal(['draft 5', 'repair 0']);
		expect(await story(world)).to.deep.equal(['reserved 5 m rung 0 pass 0', 'reserved 0 m rung 0 pass 0', 'settled 0', 'settled 5']);
		const { verdict, tokensMicro, hold } = await proveCharge(
			{ store: world.store, accountId: 'a', prices: world.ledger.prices },
			Number(result.holdId?.slice(1)),
		);
		expect([verdict, tokensMicro, hold.actualMicro]).to.deep.equal(['same', 1_200_000n, 5_000_000n]);
	});

	it('is not charged where the judge says no, nor where a part was replaced', async () => {
		const judged = { judgeModel: 'm', judgeCriteria: 'Kind', repairOnce: false };
		const low = await run(answers(GOOD, '{"score":10,"why":""}'), { ...outcome, ...judged });
		expect(low.result).to.include({ credits: '0', reason: 'failed_checks', attempts: 2 });
		const two = ['message', 'more'].map((name) => ({ name, type: 'text', description: '', details: '', fallback: 'Hi' }));
		const replaced = await run(answers('{"message":"A message that is far too long","more":"x"}'), {
			...outcome,
			...SHORT,
			attributes: two,
			repairOnce: false,
			failedChecks: 'attribute',
		});
		expect(replaced.result).to.include({ credits: '0', reason: 'answered' });
		expect(replaced.result.checks?.outcome).to.equal('replaced');
	});

	it('is not charged for attempts in vain, and is for the answer of a pass before one that failed', async () => {
		const vain = await run(answers('{"other":1}'), { ...outcome, maxAttempts: 2 });
		expect(vain.result).to.include({ credits: '0', reason: 'invalid_output', attempts: 2 });
		expect(await story(vain.world)).to.deep.equal(['reserved 5 m rung 0 pass 0', 'settled 0', 'reserved 5 m rung 0 pass 0', 'settled 0']);
		const refined = await run(answers(GOOD, fault('server_error')), {
			...outcome,
			maxAttempts: 1,
			passes: [{ kind: 'refine', model: '', instructions: '' }],
		});
		expect(refined.result).to.include({ credits: '5', reason: 'answered' });
	});

	it('is not charged for an answer that came too late; a repeated run asks again and pays for what it gets', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(async (request, number) => {
			await world.time.pause(number === 1 ? 20_000 : 1000, request.signal);
			return answer(GOOD);
		});
		const action = makeAction(world, provider, { ...outcome, deadlineSeconds: 5 });
		const once = async (): Promise<ItemResult['llmCredits'] | undefined> => {
			const [result] = await action.run([item('k')]);
			await action.idle();
			return result?.llmCredits;
		};
		expect(await once()).to.include({ credits: '0', reason: 'deadline_reached' });
		expect(await story(world)).to.deep.equal(['reserved 5 m rung 0 pass 0', 'settled 0']);
		expect(await once()).to.include({ credits: '5', reason: 'answered' });
		expect(await spent(world)).to.equal('5');
		await expectClean(world);
	});

	it('is not charged where the flow is stopped between the answer and its checks', async () => {
		const world = await makeWorld('100');
		const stop = new AbortController();
		const provider = new ScriptedProvider(({ model }) => {
			if (model === 'm') return answer(GOOD);
			stop.abort();
			return fault('cancelled', { billed: 'unknown' });
		});
		const action = makeAction(world, provider, { ...outcome, passes: [{ kind: 'refine', model: 'small', instructions: '' }], ...SHORT });
		const [result] = await action.run([item('k', {}, stop.signal)]);
		await action.idle();
		await expectClean(world);
		// The pass was lost, and the draft is an answer that passes.
		expect(result?.llmCredits).to.include({ credits: '5' });
		expect((await story(world)).at(-1)).to.equal('settled 5');
	});

	it('is charged for the draft, which leaves, where the ledger went away before a pass could be asked again', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(answers(GOOD, fault('connection_lost', { billed: 'unknown', isRetryable: true })));
		let reserves = 0;
		const openLedger = async (): Promise<SpendingAccount> => {
			const ledger = spendingFrom(world);
			const reserve: SpendingAccount['reserve'] = async (input) => {
				reserves += 1;
				if (reserves > 1) throw new CreditError('ledger_unavailable', 'The disk is gone.');
				return ledger.reserve(input);
			};
			return Promise.resolve({ ...ledger, reserve });
		};
		const settings = { ...outcome, passes: [{ kind: 'refine', model: '', instructions: '' }] };
		const [result] = await makeAction(world, provider, settings, { openLedger }).run([item('k')]);
		expect(result?.llmCredits).to.include({ source: 'model', reason: 'answered', credits: '5' });
		expect(result?.llmCredits.message).to.match(/^The pass refine gave no answer, so that of draft is used\. The disk is gone\./);
		expect(await story(world)).to.deep.equal(['reserved 5 m rung 0 pass 0', 'reserved 0 m rung 0 pass 1', 'unconfirmed', 'settled 5']);
		await expectClean(world);
	});

	it('says that a charge is not recorded yet, or could not be', async () => {
		const world = await makeWorld('100');
		const settle = (): Promise<never> => Promise.reject(new CreditError('ledger_unavailable', 'The disk is gone.'));
		const openLedger = (): Promise<SpendingAccount> => Promise.resolve({ ...spendingFrom(world), settle });
		const [result] = await makeAction(world, new ScriptedProvider(answers(GOOD)), outcome, { openLedger }).run([item('k')]);
		expect(result?.llmCredits.message).to.match(
			/^The cost of 5 credits \(h\d+\) could not be recorded and counts as unconfirmed until the ledger is back: The disk is gone\.$/,
		);
		const strange = (): Promise<never> => Promise.reject(new CreditError('hold_not_found', 'It is elsewhere.'));
		const away = (): Promise<SpendingAccount> => Promise.resolve({ ...spendingFrom(world), settle: strange });
		const [lost] = await makeAction(world, new ScriptedProvider(answers(GOOD)), outcome, { openLedger: away }).run([item('l')]);
		expect(lost?.llmCredits.message).to.match(
			/^The cost of 5 credits \(h\d+\) could not be recorded and is reported as unconfirmed: It is elsewhere\.$/,
		);
	});
});

describe('a campaign at a rate', () => {
	it('costs the rate times the items that were paid for, or the results that passed, whatever happens', async function () {
		this.timeout(120_000);
		const turn = fc.constantFrom(
			'good' as const,
			'good' as const,
			'good' as const,
			'long' as const,
			'nonsense' as const,
			'broken' as const,
			'lost' as const,
		);
		const campaign = fc.record({
			charging: fc.constantFrom('flat', 'outcome'),
			turns: fc.array(turn, { minLength: 1, maxLength: 12 }),
			count: fc.integer({ min: 1, max: 20 }),
			credits: fc.constantFrom('0', '12', '1000'),
			settings: fc.record({
				maxAttempts: fc.integer({ min: 1, max: 3 }),
				concurrency: fc.constantFrom(1, 4, 32),
				repairOnce: fc.boolean(),
				deadlineSeconds: fc.constantFrom(0, 2),
				passes: fc.array(fc.constant({ kind: 'refine', model: '', instructions: '' }), { maxLength: 1 }),
				cheaperModels: fc.array(fc.constant({ model: 'small', passes: 'single' }), { maxLength: 1 }),
			}),
		});
		const property = fc.asyncProperty(campaign, async ({ charging, turns, count, credits, settings }) => {
			const world = await makeWorld(credits);
			const billed = new Set<string>();
			const provider = new ScriptedProvider(async (request, number) => {
				await world.time.pause((number * 397) % 3000, request.signal);
				const kind = turns[(number - 1) % turns.length] ?? 'good';
				const asked = request.messages.find(({ role }) => role === 'user')?.content ?? '';
				if (kind === 'broken') return fault('server_error', { isRetryable: true });
				billed.add(/Write \d+/.exec(asked)?.[0] ?? '');
				// Nobody knows whether it was billed, so a rate for a run is charged.
				if (kind === 'lost') return fault('connection_lost', { billed: 'unknown', isRetryable: true });
				return answer({ good: GOOD, long: LONG, nonsense: 'nonsense' }[kind]);
			});
			const action = makeAction(world, provider, { ...SHORT, ...settings, charging, chargeRate: '5', waitForCreditsSeconds: 1 });
			const items = Array.from({ length: count }, (_, index) => item(`k${String(index)}`, { prompt: `Write ${String(index)}.` }));
			const results = await action.run(items);
			await action.idle();
			await expectClean(world);
			const passed = results.filter(({ route }) => route === 'result').length;
			const runs = charging === 'flat' ? billed.size : passed;
			expect(parseCredits(await spent(world), { field: 'spent' })).to.equal(BigInt(runs) * 5_000_000n);
			if (charging === 'outcome') {
				for (const { route, llmCredits } of results) expect(llmCredits.credits).to.equal(route === 'result' ? '5' : '0');
			}
		});
		await propertyHolds('campaigns at a rate', 100, property);
	});
});
