/**
 * Owns the port to answers that are kept for identical requests. They lie beside the journal: `verify` proves nothing of them, and all
 * of them can be removed at any time. Adapters hold no rules; which answers may be used, and what they are the answer to, is the
 * engine's. An account that is not there keeps nothing and has nothing.
 */
import type { CacheLimits } from '../core/nouns/profile';
import type { Micro } from '../core/values/money';
import type { Instant } from '../core/values/time';

/** An answer that was paid for, and passed. */
export interface CachedAnswer {
	/** Hexadecimal SHA-256 of everything that the answer depends on. */
	readonly key: string;
	/** Labels of the call that it came from, by which people may remove it; empty where it had none. */
	readonly campaign: string;
	readonly node: string;
	readonly text: string;
	readonly storedAtMs: Instant;
	readonly keptUntilMs: Instant;
	/** What the call cost. */
	readonly costMicro: Micro;
}

/** An answer that is to be kept. */
export interface KeptAnswer extends CachedAnswer {
	/** Name of the person whose request it was given to, if that is known. Once that person was forgotten, it is not kept. */
	readonly person?: string | null;
}

/** An answer was used. */
export interface AnswerUse {
	readonly key: string;
	readonly atMs: Instant;
}

/** Calls of one day and campaign that were not made, because kept answers took their place. */
export interface AnswerSaving {
	/** Calendar day in the account's zone, YYYY-MM-DD. */
	readonly day: string;
	readonly campaign: string;
	readonly calls: number;
	/** What they would have cost, going by the calls that the answers came from. */
	readonly savedMicro: Micro;
}

/** Each key, and each day and campaign, at most once in its list. */
export interface AnswerChanges {
	/** One of a key that is there replaces it. */
	readonly kept: readonly KeptAnswer[];
	readonly used: readonly AnswerUse[];
	/** Added to what was saved before. */
	readonly saved: readonly AnswerSaving[];
}

/** What is kept for one campaign and node. */
export interface AnswerGroup {
	readonly campaign: string;
	readonly node: string;
	readonly answers: number;
	/** UTF-8 bytes of their texts. */
	readonly bytes: number;
	readonly oldestAtMs: Instant;
	readonly newestAtMs: Instant;
}

export interface AnswerStore {
	/** The answer of a key, or `null` when there is none or its time is over at `atMs`. */
	find(accountId: string, key: string, atMs: Instant): Promise<CachedAnswer | null>;

	/** Keeps answers, notes uses and adds savings, all in one transaction. A use of an answer that was removed meanwhile is none. */
	write(accountId: string, changes: AnswerChanges): Promise<void>;

	/** Removes the least recently used answers until the limits are kept; returns how many. Keeping an answer is a use. */
	trim(accountId: string, limits: CacheLimits): Promise<number>;

	/** What is kept and what was saved, each in any order. */
	summary(accountId: string): Promise<{ readonly groups: readonly AnswerGroup[]; readonly savings: readonly AnswerSaving[] }>;

	/** Removes the answers of a campaign, of a node, of both together, or all of the account; returns how many. */
	clear(accountId: string, which: { readonly campaign?: string; readonly node?: string }): Promise<number>;

	/** Removes answers of every account whose time is over at `atMs`; returns how many. */
	purge(atMs: Instant): Promise<number>;
}

/** UTF-8 bytes of a text, by which answers are measured. */
export function bytesOfText(text: string): number {
	return Buffer.byteLength(text, 'utf8');
}
