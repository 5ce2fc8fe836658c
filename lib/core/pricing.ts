/**
 * Owns what a call costs: exact sums of integer rates, rounded up once at the end (ledger rules 2, 27, 28).
 * Refuses floats; a rate is an integer number of micro-credits per million tokens.
 */
import type { Micro } from './money';
import type { Usage } from './usage';

/** Rates of one tier in micro-credits per 1,000,000 tokens ($1 per million tokens is 10_000_000_000n). */
export interface Rates {
	readonly input: Micro;
	readonly cachedInput: Micro;
	readonly cacheWrite: Micro;
	readonly audioInput: Micro;
	readonly output: Micro;
	readonly audioOutput: Micro;
}

/** Rates that apply when the call's input has at least `fromInputTokens` tokens. The first tier starts at 0. */
export interface Tier {
	readonly fromInputTokens: number;
	readonly rates: Rates;
}

/** The dated price of one model. `version` names card, model and date, is stored on the hold, and finds the same price again. */
export interface ModelPrice {
	readonly version: string;
	readonly model: string;
	/** Ascending by `fromInputTokens`, never empty. */
	readonly tiers: readonly Tier[];
	/** Flat amount per call on top of the tokens; 0 for nearly all models. */
	readonly perCallMicro: Micro;
	/** Largest number of input plus output tokens the model takes, where known. */
	readonly contextTokens: number | null;
}
