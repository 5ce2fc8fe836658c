/** Owns the proof that the right price is found at the right instant, that nothing unknown is free, and that odd rates are refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import { priceUsage } from '../../../lib/core/prices/pricing';
import { NO_TOKENS } from '../../../lib/core/usage/usage-fields';
import { providerOfUrl } from '../../../lib/core/prices/provider-of-url';
import { BUILT_IN_PRICES } from '../../../lib/core/prices/price-list';
import { createRateCard } from '../../../lib/core/prices/rate-card';
import type { RateOverride } from '../../../lib/core/prices/rate-overrides';
import type { ModelPrice } from '../../../lib/core/prices/pricing';
import { compileRateCard, formatCard, toMicro } from '../../../scripts/compile-rate-card';
import data from '../../../lib/core/prices/rate-card.data.json';

const NOVEMBER = Date.parse('2026-11-21T12:00:00Z');
const card = createRateCard();

function inputRate(price: ModelPrice | null): bigint | null {
	return price?.tiers[0]?.rates.input ?? null;
}

function override(rate: Partial<RateOverride>): RateOverride {
	return { model: 'my-model', inputDollarsPerMillion: '0.15', outputDollarsPerMillion: '0.60', ...rate };
}

function refusal(rate: Partial<RateOverride>): string {
	try {
		createRateCard({ overrides: [override(rate)] });
	} catch (error) {
		if (error instanceof CreditError && (error.code === 'invalid_settings' || error.code === 'invalid_amount')) return error.message;
		throw error;
	}
	return 'accepted';
}

describe('rate card', () => {
	for (const [provider, model, version] of [
		['openai', 'gpt-4o-mini', 'openai/gpt-4o-mini/initial'],
		['openai', 'gpt-4o-mini-2024-07-18', 'openai/gpt-4o-mini/initial'],
		['openai', 'GPT-4o-mini', 'openai/gpt-4o-mini/initial'],
		['openai', 'openai/gpt-4o-mini', 'openai/gpt-4o-mini/initial'],
		['azure', 'gpt-4o', 'openai/gpt-4o/initial'],
		['openrouter', 'openai/gpt-4o-mini', 'openrouter/openai/gpt-4o-mini/initial'],
		['google', 'models/gemini-2.5-pro', 'google/gemini-2.5-pro/initial'],
		['anthropic', 'claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4-5/initial'],
		['openai', 'gpt-5.6-luna', 'openai/gpt-5.6-luna/2026-07-30'],
		['unknown', 'gpt-4o-mini', 'openai/gpt-4o-mini/initial'],
		['unknown', 'openai/gpt-4o-mini', 'openai/gpt-4o-mini/initial'],
	] as const) {
		it(`field lesson 16: finds ${model} of ${provider}`, () => {
			expect(card.find({ provider, model, atMs: NOVEMBER })?.version).to.equal(`${BUILT_IN_PRICES.version}/${version}`);
		});
	}

	for (const [provider, model] of [
		['openai', 'gpt-99'],
		['openai', ''],
		['openai', 'text-embedding-3-small'],
		['unknown', 'my-gemini-clone'],
		['azure', 'our-deployment'],
		['nobody', 'x'],
	] as const) {
		it(`field lesson 16: ${model || 'an empty name'} of ${provider} is unpriced, not free`, () => {
			expect(card.find({ provider, model, atMs: NOVEMBER })).to.equal(null);
		});
	}

	it('prices an unknown model at zero only when told to', () => {
		const lenient = createRateCard({ allowUnpriced: true });
		expect(lenient.find({ provider: 'openai', model: 'gpt-99', atMs: NOVEMBER })?.version).to.equal('unpriced/zero');
	});

	it('takes the dearest price behind an unknown address', () => {
		const found = inputRate(card.find({ provider: 'unknown', model: 'gpt-oss-120b', atMs: NOVEMBER })) ?? 0n;
		const groq = inputRate(card.find({ provider: 'fireworks', model: 'gpt-oss-120b', atMs: NOVEMBER })) ?? 0n;
		expect(found >= groq && groq > 0n).to.equal(true);
	});

	it('finds the price of the instant: o3 before and from June 10, 2025', () => {
		const at = (iso: string): bigint | null => inputRate(card.find({ provider: 'openai', model: 'o3', atMs: Date.parse(iso) }));
		expect(at('2025-06-09T23:59:59.999Z')).to.equal(100_000_000_000n);
		expect(at('2025-06-10T00:00:00.000Z')).to.equal(20_000_000_000n);
	});

	it('finds the price of the hour: DeepSeek in its peak windows, half-open', () => {
		const at = (time: string): bigint | null =>
			inputRate(card.find({ provider: 'deepseek', model: 'deepseek-v4-flash', atMs: Date.parse(`2026-11-21T${time}Z`) }));
		expect(at('00:59:59.999')).to.equal(2_200_000_000n);
		expect(at('01:00:00.000')).to.equal(4_400_000_000n);
		expect(at('04:00:00.000')).to.equal(2_200_000_000n);
	});

	it('finds every price again by its version', () => {
		for (const { id } of data.providers) {
			for (const { price } of BUILT_IN_PRICES.models({ provider: id, atMs: NOVEMBER }))
				expect(card.findVersion(price.version)).to.equal(price);
		}
		expect(card.findVersion('genai-prices@0.0.1/openai/gpt-4o-mini/initial')).to.equal(null);
	});

	it('agrees with its source for every model, to the rounding of its floats', () => {
		let compared = 0;
		for (const { id } of data.providers) {
			const providerId = id.replace(/^huggingface-/, 'huggingface_');
			const provider = findProvider({ providerId });
			for (const { price } of BUILT_IN_PRICES.models({ provider: id, atMs: NOVEMBER })) {
				for (const inputTokens of [1_000, 150_000, 300_000]) {
					const source = calcPrice({ input_tokens: inputTokens, output_tokens: 777 }, price.model, {
						providerId,
						timestamp: new Date(NOVEMBER),
					});
					// Names that the source gives to an earlier entry of its list are compared there.
					if (!provider || source?.model.id !== price.model || 'output_reasoning_mtok' in source.model_price) continue;
					const ours = priceUsage(price, { ...NO_TOKENS, inputTokens, outputTokens: 777 });
					expect(Number(ours) / 1e10, `${id}/${price.model} at ${inputTokens}`).to.be.closeTo(
						source.total_price,
						2e-10 + source.total_price * 1e-12,
					);
					compared += 1;
				}
			}
		}
		expect(compared).to.be.greaterThan(2_000);
	});

	it('is what the installed source compiles to; run npm run rate-card after an update', () => {
		const { version } = JSON.parse(readFileSync(join('node_modules', '@pydantic', 'genai-prices', 'package.json'), 'utf8')) as {
			version: string;
		};
		const text = readFileSync(join('lib', 'core', 'prices', 'rate-card.data.json'), 'utf8');
		expect(formatCard(compileRateCard({ version, date: data.date })) === text).to.equal(true);
		expect(text.length).to.be.lessThan(600_000);
	});

	it('moves the decimal point exactly where floats would not', () => {
		expect(toMicro(0.15)).to.equal(1_500_000_000);
		expect(toMicro(0.0028)).to.equal(28_000_000);
		expect(toMicro(1e-7)).to.equal(1_000);
		expect(toMicro(1e-11)).to.equal(1);
	});

	it('prices everything local at zero, unless the user set a rate', () => {
		const own = createRateCard({ overrides: [override({ model: 'qwen*' })] });
		expect(own.find({ provider: 'local', model: 'llama3', atMs: NOVEMBER })?.version).to.equal('local/zero');
		expect(inputRate(own.find({ provider: 'local', model: 'qwen3:8b', atMs: NOVEMBER }))).to.equal(1_500_000_000n);
	});
});

describe('rate overrides', () => {
	it('win over the card, the exact name before the longest prefix', () => {
		const own = createRateCard({
			overrides: [
				override({ model: 'gpt-*', inputDollarsPerMillion: '1' }),
				override({ model: 'gpt-4o*', inputDollarsPerMillion: '2' }),
				override({ model: 'gpt-4o-mini', inputDollarsPerMillion: '3' }),
			],
		});
		const at = (model: string): bigint | null => inputRate(own.find({ provider: 'openai', model, atMs: NOVEMBER }));
		expect([at('gpt-5'), at('gpt-4o'), at('gpt-4o-mini'), at('GPT-4o-mini')]).to.deep.equal([
			10_000_000_000n,
			20_000_000_000n,
			30_000_000_000n,
			30_000_000_000n,
		]);
	});

	it('are read exactly and named by their rates', () => {
		const own = createRateCard({
			overrides: [override({ inputDollarsPerMillion: '0.1234567891', cachedInputDollarsPerMillion: '0.05', perCallCredits: '0.5' })],
		});
		const price = own.find({ provider: 'openai', model: 'my-model', atMs: NOVEMBER });
		expect(price?.tiers[0]?.rates).to.include({ input: 1_234_567_891n, cachedInput: 500_000_000n, output: 6_000_000_000n });
		expect(price?.perCallMicro).to.equal(500_000n);
		expect(price?.version).to.match(/^override\/my-model\/[0-9a-f]{8}$/);
		expect(own.findVersion(price?.version ?? '')).to.deep.equal(price);
		const changed = createRateCard({ overrides: [override({})] });
		expect(changed.findVersion(price?.version ?? '')).to.equal(null);
	});

	for (const [rate, message] of [
		[
			{ inputDollarsPerMillion: '0.00000015' },
			/rates\[0\]\.inputDollarsPerMillion is "0\.00000015"; below \$0\.001 per million tokens it looks like a price per token/,
		],
		[{ outputDollarsPerMillion: '600000' }, /rates\[0\]\.outputDollarsPerMillion is "600000"; above \$1000/],
		[{ inputDollarsPerMillion: '0,15' }, /is "0,15", which is not a price/],
		[{ inputDollarsPerMillion: '$0.15' }, /is "\$0\.15", which is not a price/],
		[{ inputDollarsPerMillion: '1e-7' }, /which is not a price/],
		[{ inputDollarsPerMillion: '' }, /is "", which is not a price/],
		[{ inputDollarsPerMillion: '-1' }, /which is not a price/],
		[{ model: ' ' }, /rates\[0\]\.model is " "; write the model's name/],
		[{ model: 'a*b' }, /the \* may stand only at the end/],
		[{ perCallCredits: 'x' }, /rates\[0\]\.perCallCredits is "x"/],
	] as const) {
		it(`field lesson 15: refuses ${JSON.stringify(rate)}`, () => {
			expect(refusal(rate)).to.match(message);
		});
	}

	it('accept the bounds and zero', () => {
		for (const dollars of ['0', '0.001', '1000']) expect(refusal({ inputDollarsPerMillion: dollars })).to.equal('accepted');
	});

	it('refuse a model that is named twice', () => {
		expect(() => createRateCard({ overrides: [override({}), override({ model: 'My-Model' })] })).to.throw(
			CreditError,
			/rates\[1\]\.model is "My-Model", which has a rate already/,
		);
	});
});

describe('provider of a base URL', () => {
	for (const [url, provider] of [
		['https://api.openai.com/v1', 'openai'],
		['https://eu.api.openai.com/v1', 'openai'],
		['https://mine.openai.azure.com/openai', 'azure'],
		['https://openrouter.ai/api/v1', 'openrouter'],
		['https://generativelanguage.googleapis.com/v1beta/openai', 'google'],
		['https://api.x.ai/v1', 'x-ai'],
		['http://localhost:11434/v1', 'local'],
		['http://127.0.0.1:1234/v1', 'local'],
		['http://[::1]:8000/v1', 'local'],
		['http://host.docker.internal:11434/v1', 'local'],
		['http://gpu-box.local:8000/v1', 'local'],
		['https://llm.example.com/v1', 'unknown'],
		['https://api.openai.com.evil.example/v1', 'unknown'],
		['https://notapi.openai.com.example', 'unknown'],
		['not a url', 'unknown'],
	] as const) {
		it(`${url} is ${provider}`, () => {
			expect(providerOfUrl(url)).to.equal(provider);
		});
	}
});
