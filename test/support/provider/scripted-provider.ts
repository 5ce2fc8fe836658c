/** A provider port whose answers a test writes down; counts what it was asked and how many questions were open at once. */
import type { ChatOutcome, ChatRequest, Provider, ProviderFault } from '../../../lib/providers/provider';
import type { ModelPrice } from '../../../lib/core/prices/pricing';
import type { ProviderHandle } from '../../../lib/engine/llm-action';
import { NO_TOKENS, type Usage } from '../../../lib/core/usage/usage-fields';

export const USAGE: Usage = { ...NO_TOKENS, inputTokens: 100, outputTokens: 20 };

/** $1 per million tokens in and out: a token costs a hundredth of a credit, a call of USAGE 1.2 credits. */
export const PRICE: ModelPrice = {
	version: 'test/m/1',
	model: 'm',
	tiers: [
		{
			fromInputTokens: 0,
			rates: {
				input: 10_000_000_000n,
				cachedInput: 10_000_000_000n,
				cacheWrite: 10_000_000_000n,
				longCacheWrite: 10_000_000_000n,
				audioInput: 10_000_000_000n,
				cachedAudio: 10_000_000_000n,
				output: 10_000_000_000n,
				audioOutput: 10_000_000_000n,
				reasoning: 10_000_000_000n,
				citation: 10_000_000_000n,
				search: 0n,
				toolCall: 0n,
			},
		},
	],
	perCallMicro: 0n,
	contextTokens: null,
};

/** The same price times a fraction of 1,000. */
export function priceTimes(perMille: bigint, model: string): ModelPrice {
	const tiers = PRICE.tiers.map(({ fromInputTokens, rates }) => {
		const times = Object.fromEntries(Object.entries(rates).map(([kind, rate]) => [kind, (rate * perMille) / 1000n]));
		return { fromInputTokens, rates: { ...rates, ...times } };
	});
	return { ...PRICE, model, version: `test/${model}/1`, tiers };
}

export function answer(text: string, usage: unknown = { kind: 'reported', usage: USAGE }): ChatOutcome {
	return { kind: 'answered', text, refusal: null, finishReason: 'stop', usage: usage as never, model: 'm', latencyMs: 1 };
}

export function fault(code: ProviderFault['code'], more: Partial<ProviderFault> = {}): ChatOutcome {
	return {
		kind: 'failed',
		latencyMs: 1,
		fault: {
			code,
			billed: 'no',
			isRetryable: false,
			retryAfterMs: null,
			status: null,
			message: `fault ${code}`,
			usage: { kind: 'missing' },
			...more,
		},
	};
}

export type Script = (request: ChatRequest, number: number) => ChatOutcome | Promise<ChatOutcome>;

export class ScriptedProvider implements Provider {
	readonly name = 'scripted';
	readonly requests: ChatRequest[] = [];
	open = 0;
	maxOpen = 0;

	constructor(readonly script: Script) {}

	async chat(request: ChatRequest): Promise<ChatOutcome> {
		this.requests.push(request);
		this.open += 1;
		this.maxOpen = Math.max(this.maxOpen, this.open);
		await Promise.resolve();
		try {
			return await this.script(request, this.requests.length);
		} finally {
			this.open -= 1;
		}
	}

	async listModels(): Promise<readonly string[]> {
		return Promise.resolve(['m']);
	}

	/** One price for every model, or prices by model; a model that is not among them has none. */
	handle(price: ModelPrice | null | Readonly<Record<string, ModelPrice>> = PRICE): ProviderHandle {
		const priceOf = (model: string): ModelPrice | null =>
			price === null || 'tiers' in price ? (price as ModelPrice | null) : (price[model] ?? null);
		return { provider: this, service: 'scripted', priceOf };
	}
}
