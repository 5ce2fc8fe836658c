/** Owns the nouns of what an account says to every model, and of what it keeps of answers. Schemas and types only; the rules are in account-texts. */
import { z } from 'zod';

/** A text of the account that models are given, as the journal knows it (lib/core/rules/commands/account-texts). */
export const ACCOUNT_TEXT = z.object({
	/** By which prompts refer to it. */
	name: z.string(),
	/** Hexadecimal SHA-256 of the text, which lies beside the journal. */
	hash: z.string(),
	/** Its length in UTF-16 units, as JavaScript counts. */
	characters: z.int(),
});
export type AccountText = Readonly<z.output<typeof ACCOUNT_TEXT>>;

/** How much an account keeps of answers for identical requests; the least recently used go first. */
export const CACHE_LIMITS = z.object({
	/** 0 keeps none. */
	maxAnswers: z.number().default(10_000),
	maxBytes: z.number().default(50_000_000),
});
export type CacheLimits = Readonly<z.output<typeof CACHE_LIMITS>>;

/** Commands that change what an account says to every model, or what it keeps of answers; idempotent by their key. */
export type ProfileCommand =
	| { readonly kind: 'set_text'; readonly key: string; readonly name: string; readonly text: string }
	| { readonly kind: 'remove_text'; readonly key: string; readonly name: string }
	| { readonly kind: 'set_languages'; readonly key: string; readonly languages: readonly string[] }
	| { readonly kind: 'set_cache_limits'; readonly key: string; readonly limits: CacheLimits };

/** Bodies of the entries that such commands make. */
export type ProfileBody =
	| { readonly kind: 'text_set'; readonly text: AccountText }
	| { readonly kind: 'text_removed'; readonly name: string }
	| { readonly kind: 'languages_set'; readonly languages: readonly string[] }
	| { readonly kind: 'cache_limited'; readonly limits: CacheLimits };

/** A text to put beside the journal under its name, in place of an earlier one; `null` removes it. */
export interface TextChange {
	readonly name: string;
	readonly text: string | null;
}
