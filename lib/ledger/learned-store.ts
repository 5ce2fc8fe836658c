/**
 * The port to what processes learn of models and share, such as a parameter that an endpoint refuses. It lies beside the journal and has
 * an end; `verify` proves nothing of it. Adapters hold no rules. An account that is not there keeps nothing and has nothing.
 */
import type { Instant } from '../core/values/time';

/** One thing that was learned of a model at an endpoint. */
export interface LearnedFact {
	/** The base URL of the endpoint, without user and password. */
	readonly endpoint: string;
	/** The model; empty for what holds for the whole endpoint. */
	readonly model: string;
	/** What it is about, such as `temperature`. */
	readonly name: string;
	/** What was learned; whoever writes it reads it. */
	readonly value: string;
	/** From this instant on it is not known any more. */
	readonly untilMs: Instant;
}

export interface LearnedStore {
	/** What is known of an endpoint at `atMs`, in any order. */
	find(accountId: string, endpoint: string, atMs: Instant): Promise<readonly LearnedFact[]>;

	/** Keeps facts, each endpoint, model and name at most once; one that is there is replaced. All in one transaction. */
	keep(accountId: string, facts: readonly LearnedFact[]): Promise<void>;

	/** Removes facts of every account whose time is over at `atMs`; returns how many. */
	purge(atMs: Instant): Promise<number>;
}
