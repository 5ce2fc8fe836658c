/**
 * Owns made-up calls for loads, and the account they are taken on: what a call reserves, how it ends and what it costs in the end follows from its number alone, so that whoever
 * comes later can ask for the same again.
 */
import type { Command } from '../../../lib/core/nouns/commands';
import { grant, openAccount, refund, release, reserve, setBudget, settle, tokens } from '../ledger/ledger-commands';

/** How long a call holds its credits when nobody ends it. */
export const HOLD_MS = 60_000;

/** A call; amounts are whole credits. */
export interface MadeUpCall {
	readonly reserve: Command;
	/** Settles the hold, or releases it. */
	readonly close: (holdSeq: number) => Command;
	/** What is given back afterwards, where something is. */
	readonly refund: ((holdSeq: number) => Command) | null;
	/** What closing charges. */
	readonly charge: number;
	/** What stays charged. */
	readonly cost: number;
}

/** The `number`-th call of the worker of this name. Settles cost less than, as much as, and more than was held. */
export function madeUpCall(name: string, number: number): MadeUpCall {
	const key = `${name}-${number}`;
	const isReleased = number % 6 === 5;
	const charge = isReleased ? 0 : number % 5;
	const isRefunded = charge > 0 && number % 7 === 3;
	const usage = tokens(10 + number, 5);
	// Long after the tests: what is kept is part of what must survive.
	const result = number % 4 === 0 ? { text: `Answer ${key}`, keptUntilMs: Date.UTC(2100, 0, 1) } : null;
	return {
		reserve: reserve(key, 1 + (number % 3), {
			timeoutMs: HOLD_MS,
			labels: { campaign: `c${number % 4}`, segment: `s${number % 3}` },
			person: `p${number % 50}`,
		}),
		close: (holdSeq) => (isReleased ? release(holdSeq) : settle(holdSeq, charge, { usage, result })),
		refund: isRefunded ? (holdSeq) => refund(`${key} back`, holdSeq, 1) : null,
		charge,
		cost: charge - (isRefunded ? 1 : 0),
	};
}

/** What a load needs: an account with credits, and a budget that counts each campaign. The same keys, whoever asks. */
export function loadSetUp(whole: number): Command[] {
	const budget = { name: 'campaigns', scope: 'campaign', period: 'day', limit: whole } as const;
	return [openAccount(), grant('first', whole), setBudget('budget', budget)];
}
