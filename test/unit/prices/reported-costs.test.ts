/**
 * What an answer says of its bill is charged: costs that providers report, where they are believed (ledger rule 47), and the tier of service
 * that answered. Each answer goes through the reading of bodies and LLM Action, to the ledger and back.
 */
import { expect } from 'chai';
import { formatCredits, parseCredits } from '../../../lib/core/values/money';
import { servedAs } from '../../../lib/core/prices/bills/service-tiers';
import { createRateCard } from '../../../lib/core/prices/rate-card';
import type { CallFacts } from '../../../lib/core/nouns/call-facts';
import { readSaid } from '../../../lib/core/usage/provider-said';
import { PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import type { ChatOutcome } from '../../../lib/providers/provider';
import { readCompletion } from '../../../lib/providers/openai/chat-answer';
import { createProvider } from '../../../lib/runtime/provider-handle';
import { proveCharge } from '../../../lib/engine/report/charge-proof';
import { alertDocument, newestAlerts } from '../../../lib/engine/report/alert-list';
import { expectClean, item, makeActionOn, makeWorld, spent } from '../../support/scenarios/action-world';
import { ScriptedProvider } from '../../support/provider/scripted-provider';

const USAGE = { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 };
const WORDS = Array.from({ length: 400 }, (_, index) => `word${String(index)}`).join(' ');

interface Came {
	readonly charged: string;
	readonly facts: Pick<CallFacts, 'reportedMicro' | 'listMicro' | 'ratePercent' | 'isImplausible'>;
	readonly measure: string;
	readonly message: string | null;
	readonly alerts: readonly string[];
	readonly verdict: string;
}

interface Case {
	readonly baseUrl: string;
	readonly model: string;
	/** What the answer has beside its choices. */
	readonly body: object;
	readonly settings?: object;
	readonly action?: Record<string, unknown>;
}

function outcomeOf(body: object): ChatOutcome {
	const choices = [{ index: 0, message: { role: 'assistant', content: '{"message":"Hello"}' }, finish_reason: 'stop' }];
	const reading = readCompletion({ choices, ...body });
	if (reading.kind !== 'completion') throw new Error(reading.kind);
	const { kind: _, ...read } = reading;
	return { kind: 'answered', ...read, latencyMs: 5 };
}

async function came({ baseUrl, model, body, settings = {}, action = {} }: Case): Promise<Came> {
	const world = await makeWorld('100000');
	const provider = new ScriptedProvider(() => outcomeOf(body));
	const handle = { ...createProvider(readParams(PROVIDER_PARAMS, { service: 'custom', baseUrl, ...settings })), provider };
	const [result] = await makeActionOn(world, () => handle, { maxOutputTokens: 1000, ...action }).run([item('k', { model, prompt: WORDS })]);
	await expectClean(world);
	const entries = await world.store.entries('a', { afterSeq: 0, limit: 100 });
	const settled = entries.find(({ body: entry }) => entry.kind === 'settled')?.body;
	if (settled?.kind !== 'settled') throw new Error(result?.llmCredits.message ?? 'nothing was charged');
	const { facts, holdSeq, measure } = settled;
	const { alerts } = await newestAlerts(world.store, { accountId: 'a', limit: 10 });
	return {
		charged: await spent(world),
		facts: {
			reportedMicro: facts.reportedMicro,
			listMicro: facts.listMicro,
			ratePercent: facts.ratePercent,
			isImplausible: facts.isImplausible,
		},
		measure,
		message: result?.llmCredits.message ?? null,
		alerts: alerts.map(({ alert }) => alert.type),
		verdict: (await proveCharge({ store: world.store, accountId: 'a', prices: world.ledger.prices }, holdSeq)).verdict,
	};
}

const OPENROUTER = { baseUrl: 'https://openrouter.ai/api/v1', model: 'openai/gpt-4o-mini' };
const PERPLEXITY = { baseUrl: 'https://api.perplexity.ai', model: 'sonar-pro' };
const XAI = { baseUrl: 'https://api.x.ai/v1', model: 'grok-4.3' };
const OPENAI = { baseUrl: 'https://api.openai.com/v1', model: 'gpt-4.1-mini' };
/** 1000 in and 200 out at $0.15 and $0.60, and at $0.40 and $1.60. */
const [MINI_LIST, LIST_41] = ['2.7', '7.2'];
const micro = (credits: string): bigint => parseCredits(credits, { field: 'x' });

describe('a cost that the provider reports', () => {
	for (const [name, asked, charged] of [
		[
			'OpenRouter',
			{ ...OPENROUTER, body: { usage: { ...USAGE, cost: 0.00123, is_byok: false, cost_details: { upstream_inference_cost: 0.00123 } } } },
			'12.3',
		],
		['OpenRouter, in a figure with an exponent', { ...OPENROUTER, body: { usage: { ...USAGE, cost: 2.9e-4, is_byok: false } } }, '2.9'],
		[
			'OpenRouter with a key of one’s own: its fee, and what the provider behind it asks',
			{ ...OPENROUTER, body: { usage: { ...USAGE, cost: 0.00002, is_byok: true, cost_details: { upstream_inference_cost: 0.0004 } } } },
			'4.2',
		],
		[
			'Perplexity',
			{
				...PERPLEXITY,
				body: {
					usage: { ...USAGE, cost: { input_tokens_cost: 0.003, output_tokens_cost: 0.003, request_cost: 0.006, total_cost: 0.012 } },
				},
			},
			'120',
		],
		['xAI, in ticks', { ...XAI, body: { usage: { ...USAGE, cost_in_usd_ticks: 18_500_000 } } }, '18.5'],
		[
			'DeepInfra, whose estimate knows its tier',
			{
				baseUrl: 'https://api.deepinfra.com/v1/openai',
				model: 'gpt-4o-mini',
				body: { usage: { ...USAGE, estimated_cost: 4.05e-4 }, service_tier: 'priority' },
			},
			'4.05',
		],
		[
			'a gateway of which the connection says so',
			{
				baseUrl: 'https://llm.example.com/v1',
				model: 'gpt-4o-mini',
				body: { usage: { ...USAGE, cost: '0.0005' } },
				settings: { reportedCosts: 'charge' },
			},
			'5',
		],
		[
			'the gateway of Vercel, of which the connection says so',
			{
				baseUrl: 'https://ai-gateway.example.com/v1',
				model: 'openai/gpt-4o-mini',
				body: { usage: USAGE, provider_metadata: { gateway: { cost: '0.00031' } } },
				settings: { reportedCosts: 'charge' },
			},
			'3.1',
		],
	] as const) {
		it(`is charged: ${name}`, async () => {
			const one = await came(asked);
			expect([one.charged, formatCredits(one.facts.reportedMicro ?? 0n), one.measure]).to.deep.equal([charged, charged, 'reported']);
			expect(one.facts.listMicro, 'the list price beside it').to.be.a('bigint');
			expect(one.verdict).to.equal(one.facts.listMicro === one.facts.reportedMicro ? 'same' : 'reported_cost');
		});
	}

	it('is charged where no usage came with it, as reported', async () => {
		const one = await came({ ...OPENROUTER, body: { usage: { cost: 0.0007 } } });
		expect([one.charged, one.measure, one.facts.listMicro]).to.deep.equal(['7', 'reported', null]);
	});

	for (const [name, asked, charged] of [
		['0 for a model with a price', { ...OPENROUTER, body: { usage: { ...USAGE, cost: 0, is_byok: false } } }, MINI_LIST],
		[
			'the fee alone, of a key of one’s own',
			{ ...OPENROUTER, body: { usage: { ...USAGE, cost: 0, is_byok: true, cost_details: {} } } },
			MINI_LIST,
		],
		['less than nothing', { ...OPENROUTER, body: { usage: { ...USAGE, cost: -1 } } }, MINI_LIST],
		['no amount', { ...OPENROUTER, body: { usage: { ...USAGE, cost: 'much' } } }, MINI_LIST],
		['an amount with no end', { ...OPENROUTER, body: { usage: { ...USAGE, cost: 1e300 } } }, MINI_LIST],
		[
			'a gateway of which nobody knows',
			{ baseUrl: 'https://llm.example.com/v1', model: 'gpt-4.1-mini', body: { usage: { ...USAGE, cost: 0.5 } } },
			null,
		],
		['OpenAI', { ...OPENAI, body: { usage: { ...USAGE, cost: 0.5 } } }, LIST_41],
		[
			'a connection that charges by prices',
			{ ...OPENROUTER, body: { usage: { ...USAGE, cost: 0.00123 } }, settings: { reportedCosts: 'ignore' } },
			MINI_LIST,
		],
	] as const) {
		it(`is not believed: ${name}`, async () => {
			const one = await came(asked);
			if (charged !== null) expect(one.charged).to.equal(charged);
			expect(one.charged).not.to.equal('5000');
			expect([one.measure, one.facts.isImplausible, one.verdict]).to.deep.equal(['reported', false, 'same']);
		});
	}

	it('is not believed beyond what the request can have cost: the list is charged, and the call marked', async () => {
		const one = await came({ ...OPENROUTER, body: { usage: { ...USAGE, cost: 500 } } });
		expect([one.charged, one.facts.isImplausible, one.facts.reportedMicro]).to.deep.equal([MINI_LIST, true, micro('5000000')]);
		expect(one.message).to.match(/reported a cost of 5000000 credits, more than this request can have caused\. 2\.7 were charged/);
		expect(one.alerts).to.deep.equal(['cost_differs']);
	});

	it('gives way to the user’s own prices, to a connection that is free, and to rates', async () => {
		const body = { usage: { ...USAGE, cost: 0.00123 } };
		const own = await came({ ...OPENROUTER, body, settings: { prices: 'openai/*, 1, 2' } });
		expect([own.charged, own.facts.reportedMicro, own.facts.listMicro]).to.deep.equal(['14', micro('12.3'), null]);
		const free = await came({ ...OPENROUTER, body, settings: { pricing: 'free' } });
		expect([free.charged, free.facts.reportedMicro]).to.deep.equal(['0', micro('12.3')]);
		const flat = await came({ ...OPENROUTER, body, action: { charging: 'flat', chargeRate: '3' } });
		expect([flat.charged, flat.facts.reportedMicro]).to.deep.equal(['3', micro('12.3')]);
		for (const { alerts } of [own, free, flat]) expect(alerts).to.deep.equal([]);
	});

	it('that is off by more than a fifth is an alert, and nearer ones are none', async () => {
		const alertsAt = async (cost: number): Promise<readonly string[]> =>
			(await came({ ...OPENROUTER, body: { usage: { ...USAGE, cost } } })).alerts;
		expect(await alertsAt(0.000324)).to.deep.equal([]);
		expect(await alertsAt(0.000325)).to.deep.equal(['cost_differs']);
		expect(await alertsAt(0.000216)).to.deep.equal([]);
		expect(await alertsAt(0.000215)).to.deep.equal(['cost_differs']);
		const alert = { type: 'cost_differs', model: 'm', reportedMicro: micro('12.3'), listMicro: micro('4.76'), day: '2026-11-30' } as const;
		expect(alertDocument({ seq: 7, atMs: 0, alert })).to.include({
			type: 'cost_differs',
			model: 'm',
			reported: '12.3',
			list: '4.76',
			text: 'A call of m cost 12.3 credits, as its provider says, and 4.76 by the price list: a newer price list may be needed, or another route at the provider.',
		});
	});

	it('that is above the list is what the next call is set aside for', async () => {
		const world = await makeWorld('100000');
		const costs = [0.00123, 0.00027];
		const provider = new ScriptedProvider(() => outcomeOf({ usage: { ...USAGE, cost: costs.shift() } }));
		const handle = { ...createProvider(readParams(PROVIDER_PARAMS, { service: 'custom', ...OPENROUTER })), provider };
		const inputs = ['a', 'b'].map((key) => item(key, { model: OPENROUTER.model, prompt: WORDS }));
		await makeActionOn(world, () => handle, { reservation: 'strict', maxOutputTokens: 1000, concurrency: 1 }).run(inputs);
		const [first, second] = await world.store.holds('a', { afterSeq: 0, limit: 10, state: 'settled' });
		// 12.3 of 2.7 credits is 456 %, and 475 in steps.
		expect(second && first && second.amountMicro * 100n).to.equal(first && first.amountMicro * 475n);
	});

	it('covers searches that the list has no price for', async () => {
		const body = { usage: { ...USAGE, cost_in_usd_ticks: 68_500_000, server_side_tool_usage_details: { web_search_calls: 1 } } };
		const one = await came({ ...XAI, body });
		expect([one.charged, one.measure]).to.deep.equal(['68.5', 'reported']);
	});
});

describe('what nobody can price whole', () => {
	it('is charged the larger of what can be told and the estimate, and says so', async () => {
		const body = { usage: { ...USAGE, server_side_tool_usage_details: { web_search_calls: 2, code_interpreter_calls: 1 } } };
		const one = await came({ ...XAI, body, action: { reservation: 'fixed', reservationCredits: '300' } });
		expect([one.charged, one.measure, one.verdict]).to.deep.equal(['300', 'estimated', 'estimated']);
		expect(one.message).to.match(
			/counted searches and uses of its tools, for which the price list has no price\. At least 300 credits were charged/,
		);
	});

	it('is nothing where the user gave the price, or the list has one', async () => {
		const body = { usage: { ...USAGE, server_tool_use: { web_search_requests: 2 } } };
		const own = await came({ ...XAI, body, settings: { prices: 'grok-*, 1, 2' } });
		expect([own.charged, own.measure]).to.deep.equal(['14', 'reported']);
		const anthropic = await came({ baseUrl: 'https://api.anthropic.com/v1', model: 'claude-sonnet-4-5', body });
		expect([anthropic.charged, anthropic.measure]).to.deep.equal(['260', 'reported']);
	});

	it('Perplexity’s research is charged with its thinking, citations and searches', async () => {
		const usage = {
			prompt_tokens: 108,
			completion_tokens: 3256,
			total_tokens: 3364,
			citation_tokens: 7299,
			num_search_queries: 74,
			reasoning_tokens: 73_248,
		};
		const one = await came({ ...PERPLEXITY, model: 'sonar-deep-research', body: { usage } });
		expect([one.charged, one.measure, one.facts.isImplausible]).to.deep.equal(['6306.06', 'reported', false]);
	});
});

describe('the tier of service that answered', () => {
	for (const [name, asked, charged, percent] of [
		['priority of OpenAI', { ...OPENAI, body: { usage: USAGE, service_tier: 'priority' } }, '12.6', 175],
		['priority of a newer model of OpenAI', { ...OPENAI, model: 'gpt-5', body: { usage: USAGE, service_tier: 'priority' } }, '65', 200],
		['flex of OpenAI', { ...OPENAI, body: { usage: USAGE, service_tier: 'flex' } }, '3.6', 50],
		['the usual one', { ...OPENAI, body: { usage: USAGE, service_tier: 'default' } }, LIST_41, 100],
		['none told', { ...OPENAI, body: { usage: USAGE } }, LIST_41, 100],
		[
			'priority within the usage of Gemini',
			{
				baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
				model: 'gemini-2.5-flash',
				body: { usage: { ...USAGE, service_tier: 'SERVICE_TIER_PRIORITY' } },
			},
			'16',
			200,
		],
		[
			'flex in the words of Vertex AI',
			{
				baseUrl: 'https://aiplatform.googleapis.com/v1',
				model: 'gemini-2.5-flash',
				body: { usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 200, trafficType: 'ON_DEMAND_FLEX' } },
			},
			'4',
			50,
		],
		[
			'flex of Groq, which costs the same',
			{ baseUrl: 'https://api.groq.com/openai/v1', model: 'openai/gpt-oss-120b', body: { usage: USAGE, service_tier: 'flex' } },
			'2.7',
			100,
		],
	] as const) {
		it(`is what is charged: ${name}`, async () => {
			const one = await came(asked);
			expect([one.charged, one.facts.ratePercent, one.measure]).to.deep.equal([charged, percent, 'reported']);
			expect(one.verdict, 'worked out again').to.equal('same');
		});
	}

	it('is told where nobody knows its price, and the estimate is charged', async () => {
		const one = await came({
			...OPENAI,
			body: { usage: USAGE, service_tier: 'turbo' },
			action: { reservation: 'fixed', reservationCredits: '50' },
		});
		expect([one.charged, one.measure]).to.deep.equal(['50', 'estimated']);
		expect(one.message).to.match(/in its tier "turbo", whose price is not known/);
	});

	it('changes neither the user’s own price nor that of a batch', async () => {
		const own = await came({ ...OPENAI, body: { usage: USAGE, service_tier: 'priority' }, settings: { prices: 'gpt-4.1-mini, 1, 2' } });
		expect([own.charged, own.facts.ratePercent]).to.deep.equal(['14', 100]);
		expect(servedAs({ version: 'genai-prices@1/openai/gpt-5/initial', model: 'gpt-5' }, 'batch').percent).to.equal(100);
	});

	it('is what the next call is set aside for', async () => {
		const world = await makeWorld('100000');
		const bodies = [{ usage: USAGE, service_tier: 'priority' }, { usage: USAGE }];
		const provider = new ScriptedProvider(() => outcomeOf(bodies.shift() ?? {}));
		const handle = { ...createProvider(readParams(PROVIDER_PARAMS, { service: 'custom', ...OPENAI })), provider };
		const settings = { reservation: 'strict', maxOutputTokens: 1000, concurrency: 1 };
		const inputs = ['a', 'b'].map((key) => item(key, { model: OPENAI.model, prompt: WORDS }));
		await makeActionOn(world, () => handle, settings).run(inputs);
		const [first, second] = await world.store.holds('a', { afterSeq: 0, limit: 10, state: 'settled' });
		expect(second && first && second.amountMicro * 100n).to.equal(first && first.amountMicro * 175n);
		expect(second?.priceVersion, 'the price of the list is pinned').to.equal(first?.priceVersion);
	});

	it('has a price for every model of the list that names it, in whole per cent', () => {
		for (const model of [
			'gpt-4o',
			'gpt-4o-mini',
			'gpt-4.1',
			'gpt-4.1-nano',
			'o3',
			'o4-mini',
			'gpt-5',
			'gpt-5-mini',
			'gpt-5.4',
			'gpt-5.5',
		]) {
			const price = createRateCard().find({ provider: 'openai', model, atMs: Date.parse('2026-11-21T12:00:00Z') });
			if (!price) throw new Error(model);
			const { percent, isKnown } = servedAs(price, 'priority');
			expect(isKnown && Number.isInteger(percent) && percent >= 167 && percent <= 250, model).to.equal(true);
		}
	});
});

describe('what an answer says of its bill', () => {
	it('is read from nothing but amounts and words', () => {
		for (const body of [
			undefined,
			null,
			'x',
			[],
			{},
			{ usage: null },
			{ usage: { cost: null }, service_tier: null },
			{ usage: { cost: {} } },
			{ service_tier: 'x'.repeat(41) },
			{ usage: { cost_in_usd_ticks: 0.5 } },
		])
			expect(readSaid(body), JSON.stringify(body)).to.equal(undefined);
		expect(readSaid({ usage: { cost: 0 } })).to.deep.equal({ costMicro: 0n, tier: null });
		expect(readSaid({ usage: { cost: 1e-12 } })).to.deep.equal({ costMicro: 1n, tier: null });
		expect(readSaid({}, { 'x-litellm-response-cost': '7.04e-06', 'x-gemini-service-tier': 'flex' })).to.deep.equal({
			costMicro: 70_400n,
			tier: 'flex',
		});
		expect(readSaid({ service_tier: 'auto', service_tier_used: 'flex' })).to.deep.equal({ costMicro: null, tier: 'flex' });
		expect(readSaid({ service_tier: 'On-Demand' })).to.deep.equal({ costMicro: null, tier: 'on_demand' });
	});
});
