/**
 * Owns how large the texts of a request are. Estimating goes through a text letter by letter, and most items of an action bring the same
 * instructions, so the sizes of those are remembered. Refuses to remember many: texts may be long, and differ from item to item.
 */
import { LRUCache } from 'lru-cache';
import { estimateTokens, upperBoundTokens } from '../../core/usage/estimate-tokens';

export interface TextSize {
	/** As estimated. */
	readonly tokens: number;
	/** In UTF-8; no vocabulary makes more tokens of the text. */
	readonly bytes: number;
}

/** The instructions of an action and of its judge, and as many again where they differ between some items. */
const MOST = 4;

/** Measures a text. */
export function textSize(text: string): TextSize {
	return { tokens: estimateTokens(text), bytes: upperBoundTokens(text) };
}

/** Sizes of texts that are likely to come again. */
export class KnownSizes {
	readonly #sizes = new LRUCache<string, TextSize>({ max: MOST });

	/** As {@link textSize}, at once for a text that came lately. */
	of(text: string): TextSize {
		const known = this.#sizes.get(text);
		if (known) return known;
		const size = textSize(text);
		this.#sizes.set(text, size);
		return size;
	}
}
