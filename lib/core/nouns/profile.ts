/** Owns the nouns of what an account says to every model, and of what it keeps of answers. Types only; the rules are in account-texts. */

/** A text of the account that models are given, as the journal knows it (lib/core/rules/commands/account-texts). */
export interface AccountText {
	/** By which prompts refer to it. */
	readonly name: string;
	/** Hexadecimal SHA-256 of the text, which lies beside the journal. */
	readonly hash: string;
	/** Its length in UTF-16 units, as JavaScript counts. */
	readonly characters: number;
}

/** How much an account keeps of answers for identical requests; the least recently used go first. */
export interface CacheLimits {
	/** 0 keeps none. */
	readonly maxAnswers: number;
	readonly maxBytes: number;
}

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
