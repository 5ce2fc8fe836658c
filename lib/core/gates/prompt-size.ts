/**
 * Owns whether a prompt can fit at all, before anything is paid: the model's window, and the credits one send may cost. Refuses to
 * guess: the token estimate leans towards too many, so only a prompt that is surely too long is stopped here. What is near the limit
 * is left to the provider, who counts exactly and charges nothing for a refusal.
 */
import { formatCredits, type Micro } from '../values/money';
import { NO_TOKENS } from '../usage/usage-fields';
import { priceUsage, type ModelPrice } from '../prices/pricing';
import type { Finding } from './finding';

/** An estimate is at most three times what a tokenizer counts, and a fourth stands for vocabularies we have not measured. */
const SURELY = 0.25;

/** What is wrong with the size of a prompt, or `null`. `inputTokens` is the estimate of the whole request. */
export function promptSizeFinding({
	inputTokens,
	price,
	capMicro,
}: {
	readonly inputTokens: number;
	readonly price: ModelPrice;
	/** The most one send may cost; `null`: no cap. */
	readonly capMicro: Micro | null;
}): Finding | null {
	const surelyTokens = Math.floor(inputTokens * SURELY);
	const { contextTokens } = price;
	if (contextTokens !== null && surelyTokens > contextTokens) {
		return found(`the prompt has at least ${String(surelyTokens)} tokens, and the model takes ${String(contextTokens)}`);
	}
	if (capMicro === null || price.charging) return null;
	const leastMicro = leastCost(price, surelyTokens);
	if (leastMicro <= capMicro) return null;
	return found(`the prompt alone costs at least ${formatCredits(leastMicro)} credits, and one send may cost ${formatCredits(capMicro)}`);
}

function found(detail: string): Finding {
	return { gate: 'prompt_size', attribute: null, detail };
}

/** All of it read from the provider's cache, and an answer of one token. */
function leastCost(price: ModelPrice, inputTokens: number): Micro {
	return priceUsage(price, { ...NO_TOKENS, inputTokens, cachedInputTokens: inputTokens, outputTokens: 1 });
}
