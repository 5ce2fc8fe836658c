/**
 * Owns the proof that the money bugs of others are not ours, from the bytes of a provider to the ledger: a real server answers, the
 * action prices the call with the real card, and what grants lost is compared with a figure worked out by hand.
 */
import { expect } from 'chai';
import { formatCredits, parseCredits } from '../../lib/core/values/money';
import type { Entry } from '../../lib/core/nouns/records';
import type { ItemResult } from '../../lib/engine/outcome/item-result';
import type { ActionItem } from '../../lib/engine/llm-action';
import type { LedgerAccount } from '../../lib/engine/account/ledger-account';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import { openMemoryLedger } from '../../lib/ledger/memory/store';
import type { LedgerStore } from '../../lib/ledger/store';
import { PROVIDER_PARAMS } from '../../lib/params/connection';
import { LLM_ACTION_PARAMS } from '../../lib/params/llm-action/llm-action';
import { readParams } from '../../lib/params/read';
import { createProvider, type ProviderValues } from '../../lib/runtime/provider-handle';
import { accountOf, createLlmAction } from '../../lib/runtime/runtime';
import { systemClock } from '../../lib/runtime/system';
import { startFakeOpenAi, type Behaviour, type FakeOpenAi } from '../support/provider/fake-openai';

const ACCOUNT = 'a';
const GOOD = '{"message":"Hello"}';

let fake: FakeOpenAi;
let store: LedgerStore;
let ledger: LedgerAccount;
let nodes = 0;

const answers = (usage: unknown): Behaviour => ({ kind: 'answer', text: GOOD, usage });
const status = (code: number, error: object, headers: Record<string, string> = {}): Behaviour => ({
	kind: 'status',
	code,
	body: { error },
	headers,
});

/** The server answers the n-th request with the n-th behaviour, and all further ones with the last. */
async function serve(...behaviours: readonly Behaviour[]): Promise<void> {
	fake = await startFakeOpenAi({ choose: (_request, n) => behaviours[n - 1] ?? behaviours.at(-1) ?? answers(undefined) });
}

async function run(
	keys: readonly string[],
	{ settings = {}, provider = {}, prompt = 'Write' }: { settings?: object; provider?: object; prompt?: string } = {},
): Promise<ItemResult[]> {
	const raw = {
		model: 'gpt-4.1-mini',
		prompt: 'x',
		attributes: [{ name: 'message', type: 'text', description: '', details: '', fallback: 'Hi' }],
	};
	const values = readParams(LLM_ACTION_PARAMS, { ...raw, ...settings });
	const service: ProviderValues = readParams(PROVIDER_PARAMS, { service: 'openai', baseUrl: fake.url, apiKey: 'k', ...provider });
	nodes += 1;
	const action = createLlmAction({
		values,
		openLedger: () => Promise.resolve(ledger),
		provider: () => createProvider(service),
		labels: { flow: 'f', node: 'n', purpose: 'live' },
		nodeKey: `lesson-${String(nodes)}`,
	});
	return action.run(keys.map((key): ActionItem => ({ key, read: () => ({ ...values, prompt, campaign: 'spring' }) })));
}

async function spent(): Promise<string> {
	const { grants, overdraftMicro } = await ledger.balance();
	return formatCredits(grants.reduce((sum, grant) => sum + grant.settledMicro, overdraftMicro));
}

async function estimatedCalls(): Promise<number> {
	const [row] = await ledger.usage({ groupBy: [], fromDay: null, untilDay: null, where: {} });
	return row?.estimatedCalls ?? 0;
}

async function bodies<K extends Entry['body']['kind']>(kind: K): Promise<Extract<Entry['body'], { kind: K }>[]> {
	const entries = await store.entries(ACCOUNT, { afterSeq: 0, limit: 10_000 });
	return entries.flatMap(({ body }) => (body.kind === kind ? [body as Extract<Entry['body'], { kind: K }>] : []));
}

describe('bugs of others, from the wire to the ledger', () => {
	beforeEach(async () => {
		store = openMemoryLedger({ clock: systemClock });
		ledger = accountOf(store, ACCOUNT);
		await ledger.open({ timeZone: 'UTC' });
		const credits = parseCredits('100000', { field: 'credits' });
		await ledger.grant({ credits, category: 'purchased', expiry: null, key: 'g' });
	});
	afterEach(async () => {
		await fake.close();
		expect((await verifyLedger(store)).violations).to.deep.equal([]);
		expect((await ledger.balance()).heldMicro).to.equal(0n);
	});

	it('field lesson 10: what each item says, what the usage adds up to and what the grants lost is one number', async () => {
		// 7 in at $0.1234567891 and 3 out at $0.5 per million: 8,641.975… + 15,000 micro-credits, rounded up to 23,642 for each call.
		await serve(answers({ prompt_tokens: 7, completion_tokens: 3 }));
		const keys = Array.from({ length: 199 }, (_, index) => `k${String(index)}`);
		const results = await run(keys, {
			provider: { pricing: 'own', prices: 'gpt-4.1-mini, 0.1234567891, 0.5' },
			settings: { concurrency: 64 },
		});
		expect(new Set(results.map(({ llmCredits }) => llmCredits.credits))).to.deep.equal(new Set(['0.023642']));
		const [row] = await ledger.usage({ groupBy: [], fromDay: null, untilDay: null, where: {} });
		expect([formatCredits(row?.chargedMicro ?? 0n), await spent()]).to.deep.equal(['4.704758', '4.704758']);
	});

	it('field lesson 11: an answer without usage costs its estimate and is marked; nothing is asked for as a stream', async () => {
		await serve(answers(null));
		const [result] = await run(['k'], { settings: { reservation: 'fixed', reservationCredits: '7' } });
		expect(result?.llmCredits).to.include({ reason: 'answered', credits: '7' });
		expect(result?.llmCredits.message).to.match(/did not report usage, so the estimate was charged/);
		expect([await spent(), await estimatedCalls()]).to.deep.equal(['7', 1]);
		expect(fake.requests[0]?.body).to.not.have.property('stream', true);
	});

	it('field lesson 12: cached tokens are charged once, and reasoning once', async () => {
		// gpt-4.1-mini: (1000-600) × $0.40 + 600 × $0.10 + 200 × $1.60 per million.
		const prompt = { prompt_tokens: 1000, prompt_tokens_details: { cached_tokens: 600 } };
		await serve(answers({ ...prompt, completion_tokens: 200, completion_tokens_details: { reasoning_tokens: 150 }, total_tokens: 1200 }));
		const [result] = await run(['k']);
		expect(result?.llmCredits.credits).to.equal('5.4');
		expect(await spent()).to.equal('5.4');
	});

	it('field lesson 13: counts written as texts are not put behind each other, they are no counts', async () => {
		await serve(answers({ prompt_tokens: '100', completion_tokens: '20', total_tokens: '120' }));
		const [result] = await run(['k'], { settings: { reservation: 'fixed', reservationCredits: '7' } });
		expect(result?.llmCredits).to.include({ credits: '7', usage: null });
		expect(result?.llmCredits.message).to.match(/usage that cannot be counted \((?:prompt|total)_tokens is "1[02]0"/);
		expect(await estimatedCalls()).to.equal(1);
	});

	for (const reservation of ['learned', 'strict'] as const) {
		it(`field lesson 14: a prompt that reaches the long-context tier is set aside at its rates (${reservation})`, async () => {
			// gpt-5.4 costs $5 and $22.50 per million from 272,000 input tokens on, twice what it costs below.
			const prompt = 'word '.repeat(280_000);
			await serve(answers({ prompt_tokens: 280_020, completion_tokens: 100 }));
			const [result] = await run(['k'], { prompt, settings: { model: 'gpt-5.4', reservation } });
			expect(result?.llmCredits.credits).to.equal(formatCredits(280_020n * 50_000n + 100n * 225_000n));
			const [reserved] = await bodies('reserved');
			const [settled] = await bodies('settled');
			expect((reserved?.amountMicro ?? 0n) >= (settled?.actualMicro ?? 0n), 'the hold covers the call').to.equal(true);
		});
	}

	it('field lesson 15: a price per token among the prices per million stops before any call', async () => {
		await serve(answers(undefined));
		const [result] = await run(['k'], { provider: { prices: 'gpt-4.1-mini, 0.0000004, 0.0000016' } });
		expect(result?.llmCredits).to.include({ source: 'fallback', credits: '0' });
		expect(result?.llmCredits.message).to.match(/"0\.0000004"; below \$0\.001 per million tokens it looks like a price per token/);
		expect(fake.requests).to.have.length(0);
	});

	for (const [model, credits] of [
		['gpt-4.1-mini-2025-04-14', '7.2'],
		['openai/gpt-4.1-mini', '7.2'],
		['GPT-4.1-Mini', '7.2'],
	] as const) {
		it(`field lesson 16: ${model} costs what gpt-4.1-mini costs`, async () => {
			await serve(answers({ prompt_tokens: 1000, completion_tokens: 200 }));
			const [result] = await run(['k'], { settings: { model } });
			expect(result?.llmCredits.credits).to.equal(credits);
		});
	}

	it('field lesson 16: a renamed model that nobody knows is refused, not free', async () => {
		await serve(answers({ prompt_tokens: 1000, completion_tokens: 200 }));
		const [result] = await run(['k'], { settings: { model: 'gpt-4.1-mini-renamed' } });
		expect(result?.llmCredits).to.include({ source: 'fallback', reason: 'unpriced_model', credits: '0' });
		expect(fake.requests).to.have.length(0);
	});

	it('field lesson 19: an attempt that failed and was billed is charged and told, beside the one that answered', async () => {
		const usage = { prompt_tokens: 1000, completion_tokens: 200 };
		const broken = JSON.stringify({ id: 'x', usage });
		await serve(
			{ kind: 'answer', text: '{"other":1}', usage },
			{ kind: 'garbage', text: broken, contentType: 'application/json' },
			answers(usage),
		);
		const [first] = await run(['k'], { settings: { maxAttempts: 2 } });
		// The second attempt is billed garbage, which is not asked for again: both are paid, 7.2 credits each.
		expect(first?.llmCredits).to.include({ source: 'fallback', credits: '14.4', attempts: 2 });
		expect((await bodies('settled')).map(({ actualMicro }) => formatCredits(actualMicro))).to.deep.equal(['7.2', '7.2']);
	});

	it('field lesson 21: a retry of the whole batch asks and pays for nobody twice', async () => {
		await serve(answers({ prompt_tokens: 1000, completion_tokens: 200 }));
		const keys = Array.from({ length: 50 }, (_, index) => `execution/item-${String(index)}`);
		const first = await run(keys);
		const again = await run(keys);
		expect(fake.requests).to.have.length(50);
		expect(again.map(({ attributes }) => attributes)).to.deep.equal(first.map(({ attributes }) => attributes));
		expect(new Set(again.map(({ llmCredits }) => llmCredits.reason))).to.deep.equal(new Set(['replayed']));
		expect(await spent()).to.equal('360');
	});

	it('field lesson 23: 429 for the rate is waited for, 429 for the quota is not asked again', async () => {
		const rate = status(429, { message: 'Rate limit reached', code: 'rate_limit_exceeded' }, { 'retry-after-ms': '1' });
		await serve(rate, answers({ prompt_tokens: 1000, completion_tokens: 200 }));
		const [passed] = await run(['rate']);
		expect(passed?.llmCredits).to.include({ reason: 'answered', attempts: 2, credits: '7.2' });
		await fake.close();

		const quota = { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' };
		await serve(status(429, quota, { 'retry-after-ms': '1' }));
		const [refused] = await run(['quota']);
		expect(refused?.llmCredits).to.include({ source: 'fallback', reason: 'provider_quota', attempts: 1, credits: '0' });
		expect(fake.requests).to.have.length(1);
	});
});
