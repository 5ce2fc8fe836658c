/**
 * Says what each price key of the source means to a call of this package, in one list. A key that is not here is not understood: a model
 * that has it is left without a price, by the name of the key, and never priced without it.
 */
import type { RateKind } from '../lib/core/prices/pricing';

/** How a key is counted, or why it never counts. */
export type KeyMeaning =
	/** Dollars per million tokens, or per thousand uses; several keys of one kind: the dearest holds. */
	| { readonly rate: RateKind; readonly per: 'million' | 'thousand' }
	/** Dollars per thousand calls. */
	| { readonly perCall: true }
	/** What a call that sends texts and asks for text cannot use. */
	| { readonly harmless: string };

const ONLY_TEXT = 'Only texts are sent, so nothing else is read';

export const PRICE_KEYS: Readonly<Record<string, KeyMeaning>> = {
	input_mtok: { rate: 'input', per: 'million' },
	cache_read_mtok: { rate: 'cachedInput', per: 'million' },
	cache_write_mtok: { rate: 'cacheWrite', per: 'million' },
	cache_write_5m_mtok: { rate: 'cacheWrite', per: 'million' },
	cache_write_1h_mtok: { rate: 'longCacheWrite', per: 'million' },
	input_audio_mtok: { rate: 'audioInput', per: 'million' },
	cache_audio_read_mtok: { rate: 'cachedAudio', per: 'million' },
	output_mtok: { rate: 'output', per: 'million' },
	output_audio_mtok: { rate: 'audioOutput', per: 'million' },
	output_reasoning_mtok: { rate: 'reasoning', per: 'million' },
	output_citation_mtok: { rate: 'citation', per: 'million' },
	web_searches_kcount: { rate: 'search', per: 'thousand' },
	social_searches_kcount: { rate: 'search', per: 'thousand' },
	storage_searches_kcount: { rate: 'toolCall', per: 'thousand' },
	code_executions_kcount: { rate: 'toolCall', per: 'thousand' },
	requests_kcount: { perCall: true },
	input_image_mtok: { harmless: ONLY_TEXT },
	input_video_mtok: { harmless: ONLY_TEXT },
	cache_image_read_mtok: { harmless: ONLY_TEXT },
};

/** The keys of a price that are not understood, by name and sorted. */
export function unknownKeys(keys: Iterable<string>): readonly string[] {
	return [...new Set(keys)].filter((key) => !Object.hasOwn(PRICE_KEYS, key)).sort();
}

/** The keys of a price that have a rate of a kind. */
export function keysOfKind(kind: RateKind): readonly string[] {
	return Object.entries(PRICE_KEYS).flatMap(([key, meaning]) => ('rate' in meaning && meaning.rate === kind ? [key] : []));
}

/** The keys of amounts for each call. */
export const CALL_KEYS: readonly string[] = Object.entries(PRICE_KEYS).flatMap(([key, meaning]) => ('perCall' in meaning ? [key] : []));
