/** A price that cannot be told whole is none, by name: kinds that nobody counts, searches without a price, services that have ended. */
import { expect } from 'chai';
import type { ModelInfo } from '@pydantic/genai-prices';
import { BUILT_IN_PRICES, PriceList } from '../../../lib/core/prices/price-list';
import { priceUsage } from '../../../lib/core/prices/pricing';
import { createRateCard } from '../../../lib/core/prices/rate-card';
import { NO_TOKENS, type Usage } from '../../../lib/core/usage/usage-fields';
import { PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { createProvider } from '../../../lib/runtime/provider-handle';
import { compileModel } from '../../../scripts/compile-rate-card';
import { PRICE_KEYS } from '../../../scripts/price-keys';
import { readPriceList, writePriceList } from '../../../lib/core/prices/price-list-text';
import { expectClean, item, makeActionOn, makeWorld, spent } from '../../support/scenarios/action-world';
import { answer, ScriptedProvider } from '../../support/provider/scripted-provider';

const NOVEMBER = Date.parse('2026-11-21T12:00:00Z');
const card = createRateCard();

const made = (prices: ModelInfo['prices'], more: Partial<ModelInfo> = {}, provider = 'openai'): ReturnType<typeof compileModel> =>
	compileModel({ id: 'm', match: { equals: 'm' }, prices, ...more }, provider);
const TEXT = { input_mtok: 1, output_mtok: 4 };

/** A list of one model. */
const listOf = (model: ReturnType<typeof compileModel>): PriceList =>
	new PriceList({ source: 'ours', version: '1', date: '2026-11-01', providers: [{ id: 'openai', fallback: [], models: [model] }] });

function cost(prices: ModelInfo['prices'], counts: Partial<Usage>): bigint {
	const price = listOf(made(prices)).find({ provider: 'openai', model: 'm', atMs: NOVEMBER });
	if (!price) throw new Error('it has no price');
	return priceUsage(price, { ...NO_TOKENS, ...counts });
}

describe('a price key', () => {
	for (const key of [
		'output_image_mtok',
		'output_video_mtok',
		'input_characters',
		'audio_hours',
		'input_document_kpages',
		'rerank_searches_kcount',
		'output_session_kcount',
		'anything_else',
	]) {
		it(`that is not understood leaves a model without a price, by its name: ${key}`, () => {
			expect(made({ ...TEXT, [key]: 30 })).to.deep.include({
				prices: [],
				unpriced: `it costs something for ${key}, which is not counted here`,
			});
			const dated = [
				{ prices: TEXT },
				{ constraint: { type: 'start_date' as const, start_date: '2026-10-01' }, prices: { ...TEXT, [key]: 1 } },
			];
			expect(made(dated).prices, 'for a time').to.deep.equal([]);
		});
	}

	it('that a text call cannot use is harmless', () => {
		const harmless = Object.entries(PRICE_KEYS).flatMap(([key, meaning]) => ('harmless' in meaning ? [key] : []));
		expect(harmless.length).to.be.greaterThan(2);
		const prices = { ...TEXT, ...Object.fromEntries(harmless.map((key) => [key, 30])) };
		expect(made(prices).prices).to.deep.equal(made(TEXT).prices);
	});

	it('of each other kind is counted: one more of it costs more, by exactly its price', () => {
		const one = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
		const dollars = (micro: bigint): number => Number(micro) / 1e10;
		const more = (prices: object, counts: Partial<Usage>): number =>
			dollars(cost({ ...TEXT, ...prices }, { ...one, ...counts }) - cost(TEXT, { ...one, ...counts }));
		expect(more({ output_reasoning_mtok: 3 }, { reasoningTokens: 1_000_000 })).to.equal(-1);
		expect(more({ output_citation_mtok: 9 }, { citationTokens: 500_000 })).to.equal(2.5);
		expect(more({ web_searches_kcount: 5 }, { searches: 74 })).to.equal(0.37);
		expect(more({ web_searches_kcount: 5, social_searches_kcount: 7 }, { searches: 1000 }), 'the dearest').to.equal(7);
		expect(more({ code_executions_kcount: 3 }, { toolCalls: 2 })).to.equal(0.006);
		expect(more({ requests_kcount: 12 }, {})).to.equal(0.012);
	});
});

describe('a model whose searches nobody counts', () => {
	for (const id of ['gpt-4o-search-preview', 'gpt-5-search-api', 'o3-deep-research', 'a-model:online'])
		it(`has no price: ${id}`, () => {
			expect(made(TEXT, { id }).unpriced).to.match(/^it searches by itself/);
			expect(made({ ...TEXT, web_searches_kcount: 5 }, { id }).unpriced).to.equal(undefined);
			expect(made({ ...TEXT, requests_kcount: 5 }, { id }).unpriced).to.equal(undefined);
			expect(made(TEXT, { id }, 'openrouter').unpriced, 'the provider tells the cost').to.equal(undefined);
		});

	it('is not one whose name has research in it', () => {
		expect(made(TEXT, { id: 'nousresearch/hermes-4-70b' }).prices).to.have.length(1);
	});
});

describe('a model whose service has ended', () => {
	for (const more of [
		{ deprecated: true },
		{ price_comments: 'Retired on 2025-06-16; retained for historical usage records.' },
		{ price_comments: 'No longer listed in the docs; last known rates kept.' },
		{ description: 'Retired, here to match price sources' },
	])
		it(`has no price: ${JSON.stringify(more)}`, () => {
			expect(made(TEXT, more)).to.deep.include({ prices: [], unpriced: 'its service has ended' });
		});

	it('is not one that is still billed, or of which only a part was retired', () => {
		expect(
			made(TEXT, { deprecated: true, price_comments: 'Deprecated 2025-09-15; still billable for existing customers.' }).prices,
		).to.have.length(1);
		expect(made(TEXT, { price_comments: 'The 1M context beta was retired on 2026-04-30.' }).prices).to.have.length(1);
	});
});

describe('a model of the list without a price', () => {
	for (const [provider, model, why] of [
		['google', 'gemini-2.5-flash-image', /gemini-2\.5-flash-image cannot be told: it costs something for output_image_mtok/],
		['google', 'gemini-3-pro-image-preview', /output_image_mtok/],
		['google', 'gemini-omni-flash-preview', /output_video_mtok/],
		['openai', 'gpt-4o-search-preview-2025-03-11', /gpt-4o-search-preview cannot be told: it searches by itself/],
		['openai', 'o4-mini-deep-research', /searches by itself/],
		['azure', 'gpt-4o-search-preview', /searches by itself/],
		['cerebras', 'llama-3.3-70b', /its service has ended/],
		['x-ai', 'grok-2-latest', /its service has ended/],
		['mistral', 'mistral-tiny', /its service has ended/],
		['unknown', 'google/gemini-2.5-flash-image', /output_image_mtok/],
		['openai', 'text-embedding-3-small', /no price for its input or its output/],
	] as const) {
		it(`says why: ${model} of ${provider}`, () => {
			expect(card.find({ provider, model, atMs: NOVEMBER })).to.equal(null);
			expect(card.whyUnpriced({ provider, model, atMs: NOVEMBER })).to.match(why);
		});
	}

	it('is none where another provider offers one of the same name that has ended here, and nothing is said of priced or unknown models', () => {
		expect(card.find({ provider: 'unknown', model: 'kimi-k2', atMs: NOVEMBER })).to.equal(null);
		expect(card.find({ provider: 'unknown', model: 'openai/gpt-oss-120b', atMs: NOVEMBER })).not.to.equal(null);
		for (const model of ['gpt-4.1-mini', 'a model of nobody'])
			expect(card.whyUnpriced({ provider: 'openai', model, atMs: NOVEMBER })).to.equal(null);
	});

	it('is kept as such in a list as text', () => {
		const model = made({ ...TEXT, output_image_mtok: 1 });
		const { text } = writePriceList(listOf(model));
		expect(readPriceList(text, 'x').list.data.providers[0]?.models).to.deep.equal([model]);
		expect(() => readPriceList(text.replace(/,"unpriced":"[^"]*"/, ''), 'x')).to.throw(/neither prices nor a reason/);
		expect(() => readPriceList(writePriceList(BUILT_IN_PRICES).text, 'x')).not.to.throw();
	});

	it('makes the item take its fallback, with the reason, and can be priced by the user', async () => {
		const world = await makeWorld('1000');
		const provider = new ScriptedProvider(() => answer('{"message":"Hello"}'));
		const handle = (prices: string): ReturnType<ScriptedProvider['handle']> => ({
			...createProvider(
				readParams(PROVIDER_PARAMS, { service: 'custom', baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai', prices }),
			),
			provider,
		});
		const run = async (key: string, prices: string): Promise<unknown> => {
			const action = makeActionOn(world, () => handle(prices));
			const [result] = await action.run([item(key, { model: 'gemini-2.5-flash-image' })]);
			return result?.llmCredits.reason === 'unpriced_model' ? result.llmCredits.message : result?.llmCredits.reason;
		};
		expect(await run('a', '')).to.equal(
			'The price of gemini-2.5-flash-image cannot be told: it costs something for output_image_mtok, which is not counted here. Give it a price in the provider settings, or allow models without a price.',
		);
		expect(await spent(world)).to.equal('0');
		expect(await run('b', 'gemini-2.5-flash-image, 0.30, 2.50')).to.equal('answered');
		await expectClean(world);
	});
});

describe('a model at the router of Hugging Face', () => {
	const rates = (model: string, provider = 'huggingface'): readonly [bigint, bigint] | null => {
		const tier = card.find({ provider, model, atMs: NOVEMBER })?.tiers[0];
		return tier ? [tier.rates.input, tier.rates.output] : null;
	};

	it('has the price of the provider that is named behind it', () => {
		expect(rates('openai/gpt-oss-120b:groq')).to.deep.equal([1_500_000_000n, 7_500_000_000n]);
		expect(rates('OpenAI/GPT-OSS-120b:Groq')).to.deep.equal([1_500_000_000n, 7_500_000_000n]);
		expect(rates('openai/gpt-oss-120b:novita')).to.deep.equal([500_000_000n, 2_500_000_000n]);
		expect(rates('openai/gpt-oss-120b', 'huggingface-groq')).to.deep.equal(rates('openai/gpt-oss-120b:groq'));
	});

	it('has the dearest where the router chooses, and none where nobody is known to serve it', () => {
		const known = BUILT_IN_PRICES.data.providers.filter(({ id }) => id.startsWith('huggingface-'));
		expect(known.length).to.equal(11);
		const dearest = rates('openai/gpt-oss-120b');
		for (const { id } of known) {
			const one = rates(`openai/gpt-oss-120b:${id.slice('huggingface-'.length)}`);
			if (one && dearest) expect(one[0] + one[1] <= dearest[0] + dearest[1], id).to.equal(true);
		}
		for (const policy of ['fastest', 'cheapest', 'preferred']) expect(rates(`openai/gpt-oss-120b:${policy}`)).to.deep.equal(dearest);
		for (const model of ['openai/gpt-oss-120b:nobody', 'nobody/knows', 'nobody/knows:groq', 'Qwen/Qwen3-32B:cerebras', ''])
			expect(rates(model), model).to.equal(null);
	});
});
