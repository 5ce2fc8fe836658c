/**
 * Owns one rung of one item: its passes in order, each under a hold of its own, all set aside before the first. When a later pass
 * fails, the answer of the pass before is used, and said so. What was paid in an earlier run is followed as it is stored.
 */
import type { NextTry } from '../../core/calls/retry';
import { isLedgerFault } from '../../core/values/errors';
import type { Hold } from '../../core/nouns/records';
import type { RefusalReason } from '../../core/nouns/words';
import type { Reason } from '../../params/fallback-switch';
import type { CallPlan } from '../plan/call-plan';
import { cancelled, FallbackError, outOfTime } from '../outcome/fallback-error';
import { refusalMessage } from '../outcome/fault-reasons';
import type { PlannedItem } from './planned-item';
import { callAlternatives, alternativesOf, type ItemAlternative, type Rung } from '../plan/ladder-plan';
import { changedCall } from './changed-call';
import { MeteredCall, type CallEnd } from './metered-call';
import { StoredCall, type StoredEnd } from './stored-call';

/** More holds than this for one pass mean that something goes round in circles. */
const MAX_TRIES = 100;

/** An answer in the form asked for. */
export interface Answer {
	readonly attributes: Record<string, unknown>;
	/** It was paid before. */
	readonly isStored: boolean;
	/** False where a later pass gave none, so that of an earlier one is used. */
	readonly isWhole: boolean;
	/** For people, when something is worth knowing. */
	readonly message: string | null;
}

export type RungEnd =
	| { readonly kind: 'answered'; readonly answer: Answer }
	/** The model is left alone for a while, or an earlier run went on from here with another reservation. */
	| { readonly kind: 'paused' }
	| { readonly kind: 'failed'; readonly next: Exclude<NextTry, 'again'>; readonly reason: Reason; readonly message: string };

/** What was reserved under a key for the calls of a rung. */
export interface Reserved {
	readonly key: string;
	readonly holds: readonly Hold[];
	/** `null` where a stored outcome was returned. */
	readonly taken: ItemAlternative | null;
}

/** One hold of a pass. `outputLimitTokens` is `null` where it is a stored one. */
interface PassHold {
	readonly key: string;
	readonly hold: Hold;
	readonly outputLimitTokens: number | null;
	readonly alternatives: () => readonly ItemAlternative[];
}

type Answered = Extract<CallEnd, { kind: 'answered' }>;
type Gone = Extract<CallEnd, { kind: 'gone' }>;
type Paused = Extract<CallEnd, { kind: 'paused' }>;
type PassEnd =
	| Exclude<CallEnd | StoredEnd, { kind: 'answered' }>
	| {
			readonly kind: 'answered';
			readonly attributes: Record<string, unknown>;
			readonly message: string | null;
			readonly isStored: boolean;
	  };

/** The passes of one rung; used once. */
export class RungRun {
	readonly #item: PlannedItem;
	readonly #rung: Rung;
	readonly #reserved: Reserved;
	/** How often the draft was asked for, earlier runs of this rung by the same item included. */
	draftAttempts: number;

	constructor(item: PlannedItem, { rung, reserved, draftAttempts }: { rung: Rung; reserved: Reserved; draftAttempts: number }) {
		this.#item = item;
		this.#rung = rung;
		this.#reserved = reserved;
		this.draftAttempts = draftAttempts;
	}

	/** Runs the passes. Holds that are not needed any more are given back. */
	async run(): Promise<RungEnd> {
		let best = noAnswer();
		for (const [index, call] of this.#rung.calls.entries()) {
			const end = await this.#tallied(call, { index, best });
			if (end.kind !== 'answered') {
				await this.#giveBackFrom(index + 1);
				return best ? { kind: 'answered', answer: this.#unfinished(best, index, end) } : failure(end);
			}
			best = {
				attributes: end.attributes,
				isStored: end.isStored && (best?.isStored ?? true),
				isWhole: true,
				message: end.message ?? best?.message ?? null,
			};
		}
		if (!best) throw new TypeError('A rung has at least one call');
		return { kind: 'answered', answer: best };
	}

	/** One pass, and what it cost. */
	async #tallied(call: CallPlan, at: { index: number; best: Answer | null }): Promise<PassEnd> {
		const { state } = this.#item;
		const before = state.sums;
		const end = await this.#pass(call, at);
		if (this.#rung.calls.length > 1)
			state.endPass({ pass: call.pass, model: call.model, state: end.kind === 'answered' ? 'answered' : 'failed' }, before);
		return end;
	}

	/** One pass, under as many holds as its attempts need. */
	async #pass(call: CallPlan, { index, best }: { index: number; best: Answer | null }): Promise<PassEnd> {
		const previous = best ? JSON.stringify(best.attributes) : null;
		let attempts = index === 0 ? this.draftAttempts : 0;
		let asked = call;
		let passHold = this.#firstHold(index);
		for (let number = 2; number <= MAX_TRIES; number += 1) {
			const before = this.#item.state.sums.attempts;
			const end = await this.#under(passHold, { call: asked, previous, attempts });
			attempts += this.#item.state.sums.attempts - before;
			if (index === 0) this.draftAttempts = attempts;
			if (end.kind !== 'gone' || end.next !== 'again') return end;
			if (end.again) asked = changedCall(this.#item.context, call, end.again);
			const key = `${this.#reserved.key}/${String(index)}.${String(number)}`;
			const next = await this.#nextHold(asked, { end, passHold, key, best }).catch(ledgerGone);
			if ('kind' in next) return next;
			passHold = next;
		}
		throw new FallbackError('provider_error', 'The item was tried too often under one idempotency key. Use a new key.');
	}

	#firstHold(index: number): PassHold {
		const { key, holds, taken } = this.#reserved;
		const hold = holds[index];
		if (!hold) throw new TypeError(`The rung has no hold for its call ${String(index)}`);
		return {
			key,
			hold,
			outputLimitTokens: taken?.calls[index]?.outputLimitTokens ?? null,
			alternatives: () => alternativesOf([this.#rung]),
		};
	}

	async #under(
		passHold: PassHold,
		{ call, previous, attempts }: { call: CallPlan; previous: string | null; attempts: number },
	): Promise<PassEnd> {
		const { hold, outputLimitTokens } = passHold;
		if (outputLimitTokens === null) return new StoredCall(this.#item, passHold).follow();
		if (previous !== null && !call.takes(previous)) {
			await this.#item.giveBack(hold);
			return { kind: 'gone', next: 'leave', reason: 'context_too_long', message: 'The answer was too long to be passed on.' };
		}
		return this.#ask(call, { hold, outputLimitTokens, previous, attemptsBefore: attempts });
	}

	/** Asks the provider, until the item's deadline; a call under way then goes on without it. */
	async #ask(
		plan: CallPlan,
		asked: { hold: Hold; outputLimitTokens: number; previous: string | null; attemptsBefore: number },
	): Promise<PassEnd> {
		const { context, ledger, state, time, signal } = this.#item;
		const metered = new MeteredCall({ context, ledger, plan, signal, time, paidFailuresBefore: state.sums.paidFailures, ...asked });
		const startedMs = time.spentMs;
		const running = metered.run();
		const end = await time.within(running);
		state.add(metered);
		if (end?.kind === 'answered') return this.#take(end, metered);
		if (end !== null) return end;
		// Nobody gets this answer any more.
		context.late.add(running.then((late) => (late.kind === 'answered' ? late.conclude?.('unread') : null)));
		context.memory.health.took(plan.healthId, time.spentMs - startedMs);
		return { kind: 'gone', next: 'leave', ...wordsOf(outOfTime()) };
	}

	#take({ attributes, message, conclude }: Answered, metered: MeteredCall): PassEnd {
		const { state } = this.#item;
		if (conclude) {
			state.owe(async (end) => {
				const note = await conclude(end);
				state.charge(metered);
				return note;
			});
		}
		return { kind: 'answered', attributes, message, isStored: false };
	}

	/** A new hold for the next attempt of a pass. While stored outcomes are followed and an answer is there, none is paid for anew. */
	async #nextHold(
		call: CallPlan,
		{ end, passHold, key, best }: { end: Gone; passHold: PassHold; key: string; best: Answer | null },
	): Promise<PassHold | Gone | Paused> {
		const { plan, ledger, time } = this.#item;
		const alternatives = (): readonly ItemAlternative[] => callAlternatives(this.#rung, call);
		if (passHold.outputLimitTokens === null) {
			const stored = await ledger.lookUp({ ...plan.reserve, key });
			if (stored?.kind === 'reserved') return { key, hold: stored.hold, outputLimitTokens: null, alternatives };
			if (stored) return refusedAgain(stored);
			if (best) return { ...end, next: 'leave' };
			if (await this.#item.isNextKeyUsed()) return { kind: 'paused' };
		}
		if (call.problem) return { kind: 'gone', next: 'down', ...wordsOf(call.problem) };
		if (alternatives().length === 0) return { ...end, next: 'down' };
		await this.#item.takeTurn(call);
		const outcome = await ledger.reserve({ ...plan.reserve, key, alternatives, ...this.#item.waiting() });
		// Where the room of the settings was not enough and more cannot be paid for, it is the answer that did not fit.
		const isBeyondSettings = end.again?.change === 'room' && end.again.outputLimitTokens >= call.settings.maxOutputTokens;
		if (outcome.kind === 'refused') return isBeyondSettings ? { ...end, next: 'down' } : refusedAgain(outcome);
		const { hold, taken } = outcome;
		if (taken && time.stopsWaiting.aborted) {
			await this.#item.giveBack(hold);
			return { kind: 'gone', next: 'leave', ...wordsOf(time.isCancelled ? cancelled() : outOfTime()) };
		}
		return { key, hold, outputLimitTokens: taken?.calls[0]?.outputLimitTokens ?? null, alternatives };
	}

	/** Gives back what was set aside for the passes from `index` on. Stored holds belong to the run that made them. */
	async #giveBackFrom(index: number): Promise<void> {
		if (!this.#reserved.taken) return;
		for (const hold of this.#reserved.holds.slice(index)) await this.#item.giveBack(hold);
	}

	#unfinished(best: Answer, index: number, end: Exclude<PassEnd, { kind: 'answered' }>): Answer {
		const [pass, before] = [this.#rung.calls[index]?.pass ?? '', this.#rung.calls[index - 1]?.pass ?? ''];
		const why = end.kind === 'paused' ? 'The model is left alone for a while, because it failed again and again.' : end.message;
		return { ...best, isWhole: false, message: `The pass ${pass} gave no answer, so that of ${before} is used. ${why}` };
	}
}

function failure(end: Exclude<PassEnd, { kind: 'answered' }>): RungEnd {
	if (end.kind === 'paused') return end;
	const { next, reason, message } = end;
	return { kind: 'failed', next: next === 'again' ? 'down' : next, reason, message };
}

/** A ledger that is away for the next attempt must not cost the answer that an earlier pass was paid for. */
function ledgerGone(error: unknown): Gone {
	if (!isLedgerFault(error)) throw error;
	return { kind: 'gone', next: 'leave', reason: 'ledger_unavailable', message: error.message };
}

/** The next attempt was refused; another rung may be cheaper. */
function refusedAgain(refusal: { readonly reason: RefusalReason; readonly limit: string | null }): Gone {
	return { kind: 'gone', next: 'down', reason: refusal.reason, message: refusalMessage(refusal) };
}

function wordsOf({ reason, message }: FallbackError): { readonly reason: Reason; readonly message: string } {
	return { reason, message };
}

/** What a rung has before its first pass. */
function noAnswer(): Answer | null {
	return null;
}
