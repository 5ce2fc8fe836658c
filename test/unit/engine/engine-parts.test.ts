import { expect } from 'chai';
import * as fc from 'fast-check';
import { estimateCost, learn, NOTHING_LEARNED } from '../../../lib/core/prices/estimate';
import { canonicalJson } from '../../../lib/core/values/idempotency';
import { backoffMs, nextTry } from '../../../lib/core/calls/retry';
import { FallbackSwitch, type FallbackSwitchValues } from '../../../lib/engine/fallback-switch';
import { mergeResult, type ItemResult } from '../../../lib/engine/outcome/item-result';
import { askedText } from '../../../lib/engine/plan/asked-text';
import type { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import { kindOfModel } from '../../../lib/core/prices/model-kind';
import type { ModelPrice } from '../../../lib/core/prices/pricing';
import { leftOutText, modelChoices } from '../../../lib/engine/report/model-choices';
import { OutputContract } from '../../../lib/engine/answer/output-contract';
import { KnownSizes, textSize } from '../../../lib/engine/learned/text-sizes';
import { FALLBACK_SWITCH_PARAMS } from '../../../lib/params/fallback-switch';
import { readParams } from '../../../lib/params/read';
import { createProvider, testProvider, type ProviderValues } from '../../../lib/runtime/provider-handle';
import { PROVIDER_PARAMS } from '../../../lib/params/connection';
import { answer, PRICE, ScriptedProvider, USAGE } from '../../support/provider/scripted-provider';

const SIZE = { inputTokens: 200, inputBytes: 900, outputLimitTokens: 1000 };
const TOKEN_MICRO = 10_000n;

describe('what is the same for all items', () => {
	const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }));

	it('the request of an item has the canonical text that stored fingerprints were made of', () => {
		const contract = new OutputContract([
			{ name: 'zeta', type: 'text', description: 'Written "so"', details: '', fallback: '' },
			{ name: 'alpha', type: 'number', description: '', details: '', fallback: '1' },
		]);
		const canonicalSchema = canonicalJson(contract.jsonSchema);
		const calls = fc.array(fc.record({ asked: fc.tuple(text, fc.nat(), text) }), { minLength: 1, maxLength: 3 });
		fc.assert(
			fc.property(text, text, fc.array(fc.record({ calls }), { minLength: 1, maxLength: 3 }), (systemPrompt, prompt, rungs) => {
				const asked = [systemPrompt, prompt, contract.jsonSchema, rungs.map((rung) => rung.calls.map((call) => call.asked))];
				expect(askedText({ systemPrompt, prompt }, { canonicalSchema, rungs })).to.equal(canonicalJson(asked));
			}),
		);
	});

	it('a text that came lately is as large as it is', () => {
		fc.assert(
			fc.property(fc.array(fc.oneof(fc.constantFrom('', 'Write to {name}.', 'Grüße'), text), { maxLength: 30 }), (texts) => {
				const known = new KnownSizes();
				for (const one of texts) expect(known.of(one)).to.deep.equal(textSize(one));
			}),
		);
	});
});

describe('estimate', () => {
	it('strict is bytes in and the whole output limit', () => {
		expect(estimateCost(PRICE, SIZE, { kind: 'strict' })).to.equal(1900n * TOKEN_MICRO);
	});
	it('learned starts from the token estimate and a typical answer, and never exceeds strict', () => {
		expect(estimateCost(PRICE, SIZE, { kind: 'learned', learned: NOTHING_LEARNED })).to.equal(600n * TOKEN_MICRO);
		expect(
			estimateCost(PRICE, { inputTokens: 9000, inputBytes: 100, outputLimitTokens: 10 }, { kind: 'learned', learned: NOTHING_LEARNED }),
		).to.equal(110n * TOKEN_MICRO);
	});
	it('learned follows the worst of the last 64 calls and then forgets it', () => {
		let learned = learn(NOTHING_LEARNED, { estimatedInputTokens: 100, usage: { ...USAGE, inputTokens: 150, outputTokens: 700 } });
		expect(estimateCost(PRICE, SIZE, { kind: 'learned', learned })).to.equal((300n + 700n) * TOKEN_MICRO);
		for (let call = 0; call < 64; call += 1) learned = learn(learned, { estimatedInputTokens: 200, usage: USAGE });
		expect(learned.calls).to.have.length(64);
		expect(estimateCost(PRICE, SIZE, { kind: 'learned', learned })).to.equal(120n * TOKEN_MICRO);
	});
	it('what follows from the last 64 calls is as if it were reckoned anew from all of them', () => {
		const lesson = fc.record({
			input: fc.nat(3000),
			outputTokens: fc.nat(30),
			isCutOff: fc.boolean(),
			estimated: fc.integer({ min: 1, max: 2000 }),
		});
		fc.assert(
			fc.property(fc.array(lesson, { minLength: 1, maxLength: 150 }), (lessons) => {
				const learned = lessons.reduce(
					(known, { input, outputTokens, isCutOff, estimated }) =>
						learn(known, { estimatedInputTokens: estimated, usage: { ...USAGE, inputTokens: input, outputTokens }, isCutOff }),
					NOTHING_LEARNED,
				);
				const last = lessons.slice(-64);
				const lengths = last.map(({ outputTokens }) => outputTokens).sort((a, b) => a - b);
				expect(learned.calls).to.have.length(last.length);
				expect(learned.ascending).to.deep.equal(lengths);
				expect(learned.usualTokens).to.equal(lengths[Math.floor((lengths.length - 1) * 0.9)]);
				expect(learned.longestTokens).to.equal(Math.max(...last.map(({ outputTokens, isCutOff }) => outputTokens * (isCutOff ? 4 : 1))));
				expect(learned.worstPerMille).to.equal(
					BigInt(Math.max(...last.map(({ input, estimated }) => Math.ceil((input * 1000) / estimated)))),
				);
			}),
		);
	});
	it('field lesson 17: a huge output limit does not wall off credits that are there (a fixed reservation can be chosen)', () => {
		expect(estimateCost(PRICE, { ...SIZE, outputLimitTokens: 1_000_000 }, { kind: 'fixed', amountMicro: 5n })).to.equal(5n);
	});
});

describe('ladder', () => {
	const failed = (isRetryable: boolean, mayDiffer: 'by_model' | 'by_provider' | 'never') =>
		({ kind: 'failed', isRetryable, mayDiffer }) as const;

	it('asks again what may pass, up to the limit, and then goes down where another model may do better', () => {
		expect(nextTry(failed(true, 'by_model'), { attempt: 2, maxAttempts: 3 })).to.equal('again');
		expect(nextTry(failed(true, 'by_model'), { attempt: 3, maxAttempts: 3 })).to.equal('down');
		expect(nextTry(failed(true, 'by_provider'), { attempt: 3, maxAttempts: 3 })).to.equal('elsewhere');
		expect(nextTry(failed(true, 'never'), { attempt: 3, maxAttempts: 3 })).to.equal('leave');
		expect(nextTry(failed(false, 'by_model'), { attempt: 1, maxAttempts: 3 })).to.equal('down');
	});
	it('asks no other model to say what one would not', () => {
		const useless = (more: object = {}): Parameters<typeof nextTry>[0] => ({
			kind: 'unusable',
			isRefusal: false,
			canDiffer: true,
			paidFailures: 1,
			...more,
		});
		const early = { attempt: 1, maxAttempts: 10 };
		expect(nextTry(useless(), early)).to.equal('again');
		expect(nextTry(useless(), { attempt: 3, maxAttempts: 3 })).to.equal('down');
		expect(nextTry(useless({ canDiffer: false }), early)).to.equal('down');
		expect(nextTry(useless({ paidFailures: 2 }), early)).to.equal('down');
		expect(nextTry(useless({ isRefusal: true }), early)).to.equal('leave');
	});
	it('backs off 0.5 s doubled up to 20 s with jitter, or as the provider asked', () => {
		expect(backoffMs({ attempt: 1, retryAfterMs: null, jitter: 1 })).to.equal(500);
		expect(backoffMs({ attempt: 3, retryAfterMs: null, jitter: 0 })).to.equal(1000);
		expect(backoffMs({ attempt: 10, retryAfterMs: null, jitter: 1 })).to.equal(20_000);
		expect(backoffMs({ attempt: 1, retryAfterMs: 7000, jitter: 0 })).to.equal(7000);
	});
});

describe('Fallback Switch', () => {
	const values = (raw: Record<string, unknown>): FallbackSwitchValues => readParams(FALLBACK_SWITCH_PARAMS, raw);
	const marked = (source: string, reason: string): unknown => ({ llmCredits: { source, reason } });

	it('sends an item to the first rule that fits, and the rest to Otherwise', () => {
		const route = new FallbackSwitch(values({}));
		expect(route.outputNames).to.deep.equal(['Model', 'Credits Gone', 'Other Fallback', 'Otherwise']);
		expect(route.route(marked('model', 'answered'), null)).to.equal(0);
		expect(route.route(marked('fallback', 'credits_exhausted'), null)).to.equal(1);
		expect(route.route(marked('fallback', 'timeout'), null)).to.equal(2);
		for (const stranger of [marked('cache', 'answered'), {}, null, 'text', { llmCredits: 'x' }])
			expect(route.route(stranger, null)).to.equal(3);
	});

	it('by state: available above the low share, exhausted below one call, everything to Otherwise without a ledger', async () => {
		const route = new FallbackSwitch(values({ mode: 'state', lowPercent: 20, exhaustedCredits: '5' }));
		const stateAt = async (availableCredits: number, account: object = {}): Promise<string> =>
			route.readState({
				balance: () =>
					Promise.resolve({
						account: { frozen: null, plan: 'paid', settings: { enforcement: 'enforce' }, ...account },
						availableMicro: BigInt(availableCredits) * 1_000_000n,
						grantedMicro: 100_000_000n,
					}),
			} as unknown as LedgerAccount);
		expect(await stateAt(21)).to.equal('available');
		expect(await stateAt(20)).to.equal('low');
		expect(await stateAt(5)).to.equal('low');
		expect(await stateAt(4)).to.equal('exhausted');
		expect(await stateAt(21, { frozen: { reason: '', sinceMs: 1 } }), 'frozen').to.equal('exhausted');
		expect(await stateAt(21, { plan: 'trial' }), 'on a trial plan').to.equal('exhausted');
		expect(await stateAt(21, { plan: 'trial', settings: { enforcement: 'shadow' } })).to.equal('available');
		expect(route.route({}, 'low')).to.equal(1);
		expect(route.route({}, null)).to.equal(3);
	});

	it('refuses two outputs of one name', () => {
		const rules = [
			{ output: 'A', source: 'any', reason: 'any' },
			{ output: 'A', source: 'model', reason: 'any' },
		];
		expect(() => new FallbackSwitch(values({ rules }))).to.throw('Two rules have the output name "A"');
	});
});

describe('item result', () => {
	const result: ItemResult = { route: 'result', attributes: { subject: 'Hi' }, llmCredits: { source: 'model' } as never, tokenUsage: null };
	it('puts attributes under a field or beside the others, and leaves the item as it was', () => {
		const json = { name: 'Ada' };
		expect(mergeResult(json, result, 'llm')).to.deep.equal({ name: 'Ada', llm: { subject: 'Hi' }, llmCredits: { source: 'model' } });
		expect(mergeResult(json, result, '')).to.deep.equal({ name: 'Ada', subject: 'Hi', llmCredits: { source: 'model' } });
		expect(json).to.deep.equal({ name: 'Ada' });
	});
});

describe('model choices', () => {
	const scaled = (factor: bigint): ModelPrice => ({
		...PRICE,
		tiers: [{ fromInputTokens: 0, rates: { ...PRICE.tiers[0]!.rates, input: factor, output: factor } }],
	});
	const labelsOf = async (prices: Readonly<Record<string, ModelPrice | null>>): Promise<string[]> => {
		const provider = new ScriptedProvider(() => answer(''));
		provider.listModels = () => Promise.resolve(Object.keys(prices));
		const { choices } = await modelChoices({ provider, service: 's', priceOf: (model) => prices[model] ?? null }, { atMs: 0 });
		return choices.map(({ label }) => label);
	};

	it('are at most 1,000, of 450,000 too, say how many are left out, and are found by a part of the name', async () => {
		const provider = new ScriptedProvider(() => answer(''));
		const ids = Array.from({ length: 450_000 }, (_, index) => `model-${String(index).padStart(6, '0')}`);
		provider.listModels = () => Promise.resolve(ids);
		let priced = 0;
		const handle = { provider, service: 's', priceOf: () => ((priced += 1), null) };
		const all = await modelChoices(handle, { atMs: 0 });
		expect([all.choices.length, all.leftOut, priced]).to.deep.equal([1_000, 449_000, 1_000]);
		expect(leftOutText(all)).to.equal('449000 more models are not listed: type more of the name');
		const found = await modelChoices(handle, { atMs: 0, contains: 'MODEL-44999' });
		expect([found.choices.length, leftOutText(found)]).to.deep.equal([10, null]);
	});

	it('are sorted by what a message costs, say how they answer, mark the most cost-efficient, and leave out what does not chat', async () => {
		const labels = await labelsOf({
			'gpt-4.1': scaled(50_000_000_000n),
			'text-embedding-3': scaled(1n),
			'gpt-4.1-mini': scaled(1_000_000_000n),
			'o4-mini': scaled(900_000_000n),
			llama3: scaled(0n),
			strange: null,
			'our-own': scaled(60_000_000_000n),
		});
		expect(labels).to.deep.equal([
			'llama3 (quick, free)',
			'o4-mini (reasoning, about 1.08 credits a message plus thinking)',
			'gpt-4.1-mini (quick, about 1.2 credits a message, most cost-efficient)',
			'gpt-4.1 (quick, about 60 credits a message)',
			'our-own (about 72 credits a message)',
			'strange (no known price)',
		]);
	});

	it('mark the cheapest of those that think where there is nothing else', async () => {
		expect(await labelsOf({ o3: scaled(2_000_000_000n), 'o4-mini': scaled(1_000_000_000n), llama3: scaled(0n) })).to.include(
			'o4-mini (reasoning, about 1.2 credits a message plus thinking, most cost-efficient)',
		);
	});

	for (const [kind, names] of [
		[
			'quick',
			'gpt-4.1-mini gpt-4o openai/gpt-5-chat-latest chatgpt-4o-latest claude-haiku-4-5 gemini-2.0-flash gemini-2.5-flash-lite mistral-small-latest llama-3.3-70b-versatile grok-3 grok-4-fast-non-reasoning qwen3-235b-a22b-instruct-2507 deepseek-chat command-a sonar kimi-k2 Qwen2.5-7B',
		],
		[
			'reasoning',
			'o1 o3-mini openai/o4-mini gpt-5 gpt-5-mini openai/gpt-5.1 gpt-6-luna openai/gpt-oss-120b deepseek-reasoner deepseek/deepseek-r1-0528 deepseek-v4-flash magistral-medium-latest qwq-32b qwen3:8b qwen/qwen3-30b-a3b-thinking-2507 grok-3-mini grok-4.3 gemini-2.5-flash gemini-3-pro-preview models/gemini-2.5-pro GLM-5.2 kimi-k2-thinking MiniMax-M2 sonar-reasoning-pro anthropic/claude-3.7-sonnet:thinking',
		],
		[null, 'my-deployment production-model-2 fine-tuned'],
	] as const) {
		for (const name of names.split(' ')) {
			it(`${name} is ${kind ?? 'of no known kind'}`, () => {
				expect(kindOfModel(name)).to.equal(kind);
			});
		}
	}
});

describe('provider settings', () => {
	const values = (raw: Record<string, unknown>): ProviderValues => readParams(PROVIDER_PARAMS, raw);

	it('price by the service chosen, even through an address of its own', () => {
		const at = 1_790_000_000_000;
		const openai = createProvider(values({ service: 'openai', baseUrl: 'http://127.0.0.1:9/v1' }));
		expect(openai.priceOf('gpt-4.1-mini', at)?.tiers[0]?.rates.input).to.equal(4_000_000_000n);
		expect(createProvider(values({ service: 'ollama' })).priceOf('llama3', at)?.tiers[0]?.rates.input).to.equal(0n);
		expect(openai.priceOf('a-model-nobody-knows', at)).to.equal(null);
		expect(
			createProvider(values({ service: 'openai', baseUrl: 'http://127.0.0.1:9/v1', unpriced: 'free' })).priceOf('a-model-nobody-knows', at)
				?.tiers[0]?.rates.input,
		).to.equal(0n);
		const own = createProvider(values({ service: 'openai', baseUrl: 'http://127.0.0.1:9/v1', pricing: 'own', prices: 'mine, 2, 4' }));
		expect(own.priceOf('mine', at)?.tiers[0]?.rates.output).to.equal(40_000_000_000n);
		expect(own.priceOf('gpt-4.1-mini', at)).to.equal(null);
	});

	it('do not take a gateway on this machine for free', () => {
		const gateway = createProvider(values({ service: 'custom', baseUrl: 'http://127.0.0.1:4000/v1' }));
		expect(gateway.priceOf('gpt-4.1-mini', 1_790_000_000_000)?.tiers[0]?.rates.input).to.equal(4_000_000_000n);
		expect(gateway.priceOf('my-own-llama', 1_790_000_000_000)).to.equal(null);
		const free = createProvider(values({ service: 'custom', baseUrl: 'http://127.0.0.1:4000/v1', pricing: 'free' }));
		expect(free.priceOf('my-own-llama', 1_790_000_000_000)?.tiers[0]?.rates.input).to.equal(0n);
	});

	it('name the line of a price that is wrong, when they are made and when they are tested', async () => {
		const wrong = values({ service: 'ollama', prices: '# mine\nm, 0.0000004, 1' });
		const says = /^The setting My Own Prices, line 2 \("m, 0\.0000004, 1"\): the input price is "0\.0000004"; below/;
		expect(() => createProvider(wrong)).to.throw(says);
		const tested = await testProvider(wrong);
		expect(tested).to.include({ isOk: false });
		expect(tested.message).to.match(says);
	});

	it('name what is missing', () => {
		expect(() => createProvider(values({ service: 'openai' }))).to.throw('The API key is empty, and OpenAI needs one.');
		expect(() => createProvider(values({ service: 'custom' }))).to.throw('The base URL is empty.');
	});
});
