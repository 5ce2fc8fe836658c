/**
 * Reads what a provider says of the bill beside the counts: what the call cost, and the tier of service that answered it. Nothing is
 * guessed: what is no amount, or no word, was not said.
 */
import { isRecord } from '../values/foreign';
import { dollarsToMicro, type Micro } from '../values/money';

/** What was said of the bill; `null`: nothing. */
export interface ProviderSaid {
	readonly costMicro: Micro | null;
	/** In small letters, as the provider calls it. */
	readonly tier: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** Headers of an answer by their names in small letters, as they came. */
export type AnswerHeaders = Readonly<Record<string, unknown>>;

/** LiteLLM says the cost in a header alone, in dollars; Gemini the tier, in whichever interface. */
const COST_HEADER = 'x-litellm-response-cost';
const TIER_HEADER = 'x-gemini-service-tier';

/** What an answer says of its bill; `undefined` where it says nothing. Never throws. */
export function readSaid(body: unknown, headers: AnswerHeaders = {}): ProviderSaid | undefined {
	if (!isRecord(body)) return undefined;
	const usage = isRecord(body['usage']) ? body['usage'] : isRecord(body['usageMetadata']) ? body['usageMetadata'] : {};
	const costMicro = costIn(usage, body) ?? dollarsToMicro(headers[COST_HEADER]);
	const tier = tierOf([
		headers[TIER_HEADER],
		usage['trafficType'],
		usage['serviceTier'],
		usage['service_tier'],
		body['service_tier_used'],
		body['service_tier'],
	]);
	return costMicro === null && tier === null ? undefined : { costMicro, tier };
}

/** Dollars, by their paths within the usage: OpenRouter and gateways like it, Perplexity, DeepInfra, and gateways that add their own. */
const DOLLARS: readonly (readonly string[])[] = [
	['cost'],
	['cost', 'total_cost'],
	['estimated_cost'],
	['total_cost'],
	['cost_usd'],
	['pydantic_ai_gateway', 'cost_estimate'],
];
/** The same, within the whole answer, or its message: the gateway of Vercel. */
const DOLLARS_BESIDE: readonly (readonly string[])[] = [
	['provider_metadata', 'gateway', 'cost'],
	['providerMetadata', 'gateway', 'cost'],
];
/** Of xAI: whole ten-billionths of a dollar, which is a micro-credit. */
const TICKS = 'cost_in_usd_ticks';

function costIn(usage: Fields, body: Fields): Micro | null {
	const ticks = usage[TICKS];
	if (typeof ticks === 'number' && Number.isSafeInteger(ticks) && ticks >= 0) return BigInt(ticks);
	const choice: unknown = Array.isArray(body['choices']) ? body['choices'][0] : null;
	const message = isRecord(choice) ? choice['message'] : null;
	const within = firstOf(usage, DOLLARS) ?? firstOf(body, DOLLARS_BESIDE) ?? firstOf(message, DOLLARS_BESIDE);
	return within === null || usage['is_byok'] !== true ? within : withOwnKey(within, usage);
}

/** With a key of one's own at the provider behind it, the gateway's cost is only its fee; the call costs what that provider asks besides. */
function withOwnKey(feeMicro: Micro, usage: Fields): Micro | null {
	const upstream = dollarsToMicro(at(usage, ['cost_details', 'upstream_inference_cost']));
	return upstream === null ? null : feeMicro + upstream;
}

function firstOf(fields: unknown, paths: readonly (readonly string[])[]): Micro | null {
	for (const path of paths) {
		const micro = dollarsToMicro(at(fields, path));
		if (micro !== null) return micro;
	}
	return null;
}

/** OpenAI and Groq say it beside the usage, Anthropic and Gemini within it; Cerebras tells the one it used apart. The first that is a word. */
function tierOf(words: readonly unknown[]): string | null {
	const word = words.find((each): each is string => typeof each === 'string' && each !== '' && each.length <= LONGEST_TIER);
	return word === undefined ? null : word.toLowerCase().replaceAll('-', '_');
}

/** No tier has a longer name. */
const LONGEST_TIER = 40;

function at(fields: unknown, path: readonly string[]): unknown {
	let value = fields;
	for (const name of path) value = isRecord(value) ? value[name] : undefined;
	return value;
}
