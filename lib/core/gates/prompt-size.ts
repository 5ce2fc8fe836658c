/**
 * Finds a prompt that cannot fit, before anything is paid: into the model's window, or into the credits one send may cost. It must not
 * guess: only a prompt that has too many tokens with every vocabulary is stopped here. What is near the limit is left to the provider, who
 * counts exactly and charges nothing for a refusal.
 */
import { formatCredits, type Micro } from '../values/money';
import { NO_TOKENS } from '../usage/usage-fields';
import { priceUsage, type ModelPrice } from '../prices/pricing';
import type { Finding } from './finding';

/** What is wrong with the size of a prompt, or `null`. */
export function promptSizeFinding({
	inputBytes,
	fewestTokens,
	price,
	capMicro,
}: {
	/** No vocabulary makes more tokens of the prompt than this. */
	readonly inputBytes: number;
	/** No vocabulary makes fewer. Asked only where the bytes do not settle it, because it reads the whole prompt. */
	readonly fewestTokens: () => number;
	readonly price: ModelPrice;
	/** The most one send may cost; `null`: no cap. */
	readonly capMicro: Micro | null;
}): Finding | null {
	const windowTokens = price.contextTokens ?? Number.POSITIVE_INFINITY;
	const cap = price.charging ? null : capMicro;
	if (inputBytes <= windowTokens && (cap === null || leastCost(price, inputBytes) <= cap)) return null;
	const surelyTokens = fewestTokens();
	if (surelyTokens > windowTokens) {
		return found(`the prompt has at least ${String(surelyTokens)} tokens, and the model takes ${String(windowTokens)}`);
	}
	const leastMicro = leastCost(price, surelyTokens);
	if (cap === null || leastMicro <= cap) return null;
	return found(`the prompt alone costs at least ${formatCredits(leastMicro)} credits, and one send may cost ${formatCredits(cap)}`);
}

function found(detail: string): Finding {
	return { gate: 'prompt_size', attribute: null, detail };
}

/** All of it read from the provider's cache, and an answer of one token. */
function leastCost(price: ModelPrice, inputTokens: number): Micro {
	return priceUsage(price, { ...NO_TOKENS, inputTokens, cachedInputTokens: inputTokens, outputTokens: 1 });
}
