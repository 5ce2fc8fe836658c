import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import { parseCredits } from '../../../lib/core/values/money';
import { ratesOf } from '../../../lib/core/prices/pricing';
import { NO_TOKENS } from '../../../lib/core/usage/usage-fields';
import type { ActionItem } from '../../../lib/engine/llm-action';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import type { ChatAnswer } from '../../../lib/providers/provider';
import {
	CALL_CREDITS,
	expectClean,
	item,
	items,
	makeAction,
	makeWorld,
	spent,
	type ActionWorld,
} from '../../support/scenarios/action-world';
import { answer, fault, PRICE, ScriptedProvider, USAGE, type Script } from '../../support/provider/scripted-provider';

const GOOD = '{"message":"Hello"}';

async function runOne(
	credits: string,
	script: Script,
	settings: Record<string, unknown> = {},
): Promise<{ world: ActionWorld; result: ItemResult; provider: ScriptedProvider }> {
	const world = await makeWorld(credits);
	const provider = new ScriptedProvider(script);
	const [result] = await makeAction(world, provider, settings).run([item('k')]);
	if (!result) throw new Error('no result');
	await expectClean(world);
	const { heldMicro } = await world.ledger.balance();
	expect(heldMicro, 'no hold is left open').to.equal(0n);
	return { world, result, provider };
}

describe('LLM Action', () => {
	it('answers, charges what the usage costs and says so', async () => {
		const { result, world } = await runOne('100', () => answer(GOOD));
		expect(result.route).to.equal('result');
		expect(result.attributes).to.deep.equal({ message: 'Hello' });
		expect(result.llmCredits).to.include({
			source: 'model',
			reason: 'answered',
			credits: CALL_CREDITS,
			balance: '98.8',
			attempts: 1,
			purpose: 'live',
			holdId: 'h4',
		});
		expect(result.tokenUsage).to.deep.equal({ promptTokens: 100, completionTokens: 20, totalTokens: 120 });
		expect(await spent(world)).to.equal(CALL_CREDITS);
	});

	for (const concurrency of [8, null])
		it(`serves exactly as many of 300 people as there are credits for, in order, at ${String(concurrency ?? 'as many calls as is good')}`, async () => {
			const world = await makeWorld('144');
			const provider = new ScriptedProvider((request) => answer(JSON.stringify({ message: request.messages.at(-1)?.content })));
			const results = await makeAction(world, provider, { concurrency }).run(items(300));
			expect(results.filter(({ route }) => route === 'result')).to.have.length(120);
			expect(results.filter(({ llmCredits }) => llmCredits.reason === 'credits_exhausted')).to.have.length(180);
			results.forEach((result, index) => {
				if (result.route === 'result') expect(result.attributes['message']).to.equal(`Write ${String(index)}`);
				else expect(result.attributes).to.deep.equal({ message: 'Hi' });
			});
			expect(provider.requests).to.have.length(120);
			expect(provider.maxOpen).to.be.within(8, concurrency ?? 256);
			expect((await world.ledger.balance()).availableMicro).to.equal(0n);
			await expectClean(world);
		});

	it('waits for held credits before it falls back', async () => {
		const world = await makeWorld('120');
		const provider = new ScriptedProvider(() => answer(GOOD));
		const results = await makeAction(world, provider, { reservationCredits: '3.6', concurrency: 32 }).run(items(300));
		const answered = results.filter(({ route }) => route === 'result').length;
		expect(answered).to.equal(98);
		const { availableMicro } = await world.ledger.balance();
		expect(availableMicro < parseCredits('3.6', { field: 'x' })).to.equal(true);
		expect(results.every(({ llmCredits }) => llmCredits.reason === 'answered' || llmCredits.reason === 'credits_exhausted')).to.equal(true);
		await expectClean(world);
	});

	describe('with learned reservations', () => {
		/** A model that stops at the output limit, as real ones do; its usage is what the answer takes. */
		const bounded: Script = ({ maxOutputTokens }) => {
			const outputTokens = Math.min(20, maxOutputTokens ?? 20);
			return outputTokens < 20
				? { ...(answer('{"mess', report(outputTokens)) as ChatAnswer), finishReason: 'length' }
				: answer(GOOD, report(20));
		};
		const report = (outputTokens: number): unknown => ({ kind: 'reported', usage: { ...USAGE, outputTokens } });

		for (const concurrency of [1, 8, 64]) {
			it(`uses its credits to the last call, ${String(concurrency)} at a time, from nothing learned`, async () => {
				const world = await makeWorld('60.5');
				const provider = new ScriptedProvider(bounded);
				const results = await makeAction(world, provider, { reservation: 'learned', concurrency }).run(items(100));
				const { availableMicro, overdraftMicro } = await world.ledger.balance();
				expect(overdraftMicro).to.equal(0n);
				expect(availableMicro < parseCredits(CALL_CREDITS, { field: 'x' })).to.equal(true);
				expect(results.filter(({ route }) => route === 'result')).to.have.length(50);
				expect(
					results.filter(({ route }) => route === 'fallback').every(({ llmCredits }) => llmCredits.reason === 'credits_exhausted'),
				).to.equal(true);
				await expectClean(world);
			});
		}

		it('serves the few that a handful of credits pay for, with an answer that is bounded by them', async () => {
			const world = await makeWorld('3.7');
			const provider = new ScriptedProvider(bounded);
			const results = await makeAction(world, provider, { reservation: 'learned' }).run(items(5));
			expect(results.filter(({ route }) => route === 'result')).to.have.length(3);
			expect(provider.requests[0]?.maxOutputTokens).to.be.within(100, 200);
			await expectClean(world);
		});

		it('gives a repeated run the same answers, and answers those who were refused, once credits have come', async () => {
			const world = await makeWorld('3.7');
			const provider = new ScriptedProvider(bounded);
			const first = await makeAction(world, provider, { reservation: 'learned', concurrency: 1 }).run(items(5));
			await world.ledger.grant({ credits: parseCredits('100', { field: 'x' }), category: 'purchased', expiry: null, key: 'more' });
			const second = await makeAction(world, provider, { reservation: 'learned', concurrency: 1 }).run(items(5));
			expect(first.map(({ route }) => route)).to.deep.equal(['result', 'result', 'result', 'fallback', 'fallback']);
			expect(second.map(({ llmCredits: { reason } }) => reason)).to.deep.equal([
				'replayed',
				'replayed',
				'replayed',
				'answered',
				'answered',
			]);
			expect(provider.requests).to.have.length(5);
		});
	});

	it('pays once when a whole run is repeated with the same keys', async () => {
		const world = await makeWorld('144');
		const provider = new ScriptedProvider(() => answer(GOOD));
		const first = await makeAction(world, provider).run(items(200));
		const second = await makeAction(world, provider).run(items(200));
		expect(provider.requests).to.have.length(120);
		expect(second.map(({ route }) => route)).to.deep.equal(first.map(({ route }) => route));
		expect(second.map(({ attributes }) => attributes)).to.deep.equal(first.map(({ attributes }) => attributes));
		expect(second.filter(({ llmCredits }) => llmCredits.reason === 'replayed')).to.have.length(120);
		await expectClean(world);
	});

	it('does not pay again for an answer that is not kept any more', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(() => answer(GOOD));
		await makeAction(world, provider, { keepResultsHours: 0 }).run([item('k')]);
		const [again] = await makeAction(world, provider, { keepResultsHours: 0 }).run([item('k')]);
		expect(again?.llmCredits).to.include({ source: 'fallback', reason: 'result_not_kept' });
		expect(await spent(world)).to.equal(CALL_CREDITS);
	});

	it('asks once for two items of one run with one key', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(() => answer(GOOD));
		const results = await makeAction(world, provider).run([item('k'), item('k')]);
		expect(provider.requests).to.have.length(1);
		expect(results.map(({ llmCredits }) => llmCredits.reason).sort()).to.deep.equal(['answered', 'replayed']);
	});

	it('refuses a key that was used for another request', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(() => answer(GOOD));
		await makeAction(world, provider).run([item('k')]);
		const [other] = await makeAction(world, provider).run([item('k', { prompt: 'Something else' })]);
		expect(other?.llmCredits.reason).to.equal('idempotency_conflict');
		expect(provider.requests).to.have.length(1);
	});

	describe('provider faults', () => {
		const cases: [string, Script, Record<string, unknown>, { reason: string; route: string; credits: string; attempts: number }][] = [
			[
				'rate limit that passes',
				(_, n) => (n < 3 ? fault('rate_limited', { isRetryable: true, retryAfterMs: 700 }) : answer(GOOD)),
				{},
				{ reason: 'answered', route: 'result', credits: '1.2', attempts: 3 },
			],
			[
				'rate limit that stays',
				() => fault('rate_limited', { isRetryable: true }),
				{},
				{ reason: 'provider_rate_limit', route: 'fallback', credits: '0', attempts: 3 },
			],
			[
				'rate limit with an hour to wait',
				() => fault('rate_limited', { isRetryable: true, retryAfterMs: 3_600_000 }),
				{},
				{ reason: 'provider_rate_limit', route: 'fallback', credits: '0', attempts: 1 },
			],
			['quota', () => fault('quota_exhausted'), {}, { reason: 'provider_quota', route: 'fallback', credits: '0', attempts: 1 }],
			[
				'server error that passes',
				(_, n) => (n === 1 ? fault('server_error', { isRetryable: true }) : answer(GOOD)),
				{},
				{ reason: 'answered', route: 'result', credits: '1.2', attempts: 2 },
			],
			[
				'timeout each time',
				() => fault('timeout', { billed: 'unknown', isRetryable: true }),
				{},
				{ reason: 'timeout', route: 'fallback', credits: '3.6', attempts: 3 },
			],
			[
				'lost connection, then an answer',
				(_, n) => (n === 1 ? fault('connection_lost', { billed: 'unknown', isRetryable: true }) : answer(GOOD)),
				{},
				{ reason: 'answered', route: 'result', credits: '2.4', attempts: 2 },
			],
			[
				'garbage is charged at the estimate',
				() => fault('garbage', { billed: 'yes' }),
				{},
				{ reason: 'invalid_output', route: 'fallback', credits: '1.2', attempts: 1 },
			],
			[
				'an empty answer is paid and asked for again',
				(_, n) => answer(n === 1 ? '' : GOOD),
				{},
				{ reason: 'answered', route: 'result', credits: '2.4', attempts: 2 },
			],
			[
				'an answer that breaks the form is paid, and asked for once more, whatever Attempts says',
				() => answer('{"other":1}'),
				{ maxAttempts: 9 },
				{ reason: 'invalid_output', route: 'fallback', credits: '2.4', attempts: 2 },
			],
			[
				'missing usage is charged at the estimate, never 0',
				() => answer(GOOD, { kind: 'missing' }),
				{ reservationCredits: '5' },
				{ reason: 'answered', route: 'result', credits: '5', attempts: 1 },
			],
			[
				'usage as strings is not coerced',
				() => answer(GOOD, { kind: 'rejected', detail: 'prompt_tokens is "100"' }),
				{ reservationCredits: '5' },
				{ reason: 'answered', route: 'result', credits: '5', attempts: 1 },
			],
			[
				'usage without a single token is not a free call',
				() => answer(GOOD, { kind: 'reported', usage: NO_TOKENS }),
				{ reservationCredits: '5' },
				{ reason: 'answered', route: 'result', credits: '5', attempts: 1 },
			],
			['unauthorised', () => fault('unauthorised'), {}, { reason: 'provider_rejected', route: 'fallback', credits: '0', attempts: 1 }],
			['unknown model', () => fault('model_not_found'), {}, { reason: 'model_not_found', route: 'fallback', credits: '0', attempts: 1 }],
			[
				'a server without JSON schema',
				(request) => (request.structured === 'prompt' ? answer('Hello') : fault('unsupported_output')),
				{},
				{ reason: 'answered', route: 'result', credits: '1.2', attempts: 1 },
			],
		];
		for (const [name, script, settings, { reason, route, credits, attempts }] of cases) {
			it(name, async () => {
				const { result, world } = await runOne('100', script, settings);
				expect(result.llmCredits).to.include({ reason, credits, attempts });
				expect(result.route).to.equal(route);
				expect(await spent(world)).to.equal(credits);
			});
		}

		it('a defect of the provider adapter ends the hold and the item still leaves', async () => {
			const { result } = await runOne('100', () => {
				throw new Error('bug');
			});
			expect(result.llmCredits).to.include({ source: 'fallback', reason: 'provider_error', credits: '0' });
		});
	});

	it('field lesson 20: leaves with its fallback, and without a call, when the ledger cannot be opened', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(() => answer(GOOD));
		const openLedger = (): Promise<never> => Promise.reject(new CreditError('ledger_unavailable', 'The disk is gone.'));
		const [result] = await makeAction(world, provider, {}, { openLedger }).run([item('k')]);
		expect(result?.llmCredits).to.include({
			source: 'fallback',
			reason: 'ledger_unavailable',
			message: 'The disk is gone.',
			balance: null,
		});
		expect(provider.requests).to.have.length(0);
	});

	it('delivers a paid answer even when its cost cannot be recorded', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(() => answer(GOOD));
		world.ledger.settle = () => Promise.reject(new CreditError('ledger_full', 'The disk is full.'));
		const [result] = await makeAction(world, provider).run([item('k')]);
		expect(result?.attributes).to.deep.equal({ message: 'Hello' });
		expect(result?.llmCredits.message).to.contain('unconfirmed');
	});

	it('never calls a model without a price, and calls a free one at a balance of zero', async () => {
		const world = await makeWorld('0');
		const provider = new ScriptedProvider(() => answer(GOOD));
		const [unpriced] = await makeAction(world, provider, {}, { provider: () => provider.handle(null) }).run([item('u')]);
		expect(unpriced?.llmCredits.reason).to.equal('unpriced_model');
		const zero = {
			...PRICE,
			tiers: [{ fromInputTokens: 0, rates: ratesOf(() => 0n) }],
		};
		const [free] = await makeAction(world, provider, {}, { provider: () => provider.handle(zero) }).run([item('f')]);
		expect(free?.llmCredits).to.include({ reason: 'answered', credits: '0' });
		expect(provider.requests).to.have.length(1);
	});

	it('gives items that cannot be read their fallback and goes on with the others', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(() => answer(GOOD));
		const broken: ActionItem = {
			key: 'b',
			read: () => {
				throw new Error('no field first_name');
			},
		};
		const results = await makeAction(world, provider).run([
			item('a'),
			broken,
			item('c', { prompt: '  ' }),
			item('d', { campaign: 'x'.repeat(300) }),
			item('e'),
		]);
		expect(results.map(({ llmCredits }) => llmCredits.reason)).to.deep.equal([
			'answered',
			'invalid_item',
			'empty_prompt',
			'invalid_item',
			'answered',
		]);
	});

	it('stops at once when cancelled and leaves the ledger exact', async () => {
		const world = await makeWorld('100');
		const controller = new AbortController();
		const provider = new ScriptedProvider((_, number) => {
			if (number === 4) controller.abort();
			return number < 4 ? answer(GOOD) : fault('cancelled', { billed: 'unknown' });
		});
		const results = await makeAction(world, provider, { concurrency: 1 }).run(items(10), { signal: controller.signal });
		expect(results.filter(({ route }) => route === 'result')).to.have.length(3);
		expect(results.slice(3).every(({ llmCredits }) => llmCredits.reason === 'cancelled')).to.equal(true);
		expect(provider.requests).to.have.length(4);
		expect((await world.ledger.balance()).heldMicro).to.equal(0n);
		await expectClean(world);
	});

	it('0 and 10,000 items', async () => {
		const world = await makeWorld('1200');
		const provider = new ScriptedProvider(() => answer(GOOD));
		expect(await makeAction(world, provider).run([])).to.deep.equal([]);
		const results = await makeAction(world, provider, { concurrency: 64 }).run(items(10_000));
		expect(results.filter(({ route }) => route === 'result')).to.have.length(1000);
		expect(results).to.have.length(10_000);
	}).timeout(60_000);
});
