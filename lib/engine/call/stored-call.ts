/**
 * Owns following a call of an earlier run that is stored under the same key: its answer, when it was kept; why it was of no use; never a
 * second charge. A call that another run has under way is waited for.
 */
import type { Hold } from '../../core/nouns/records';
import type { NextTry } from '../../core/calls/retry';
import type { Reason } from '../../params/fallback-switch';
import { cancelled, FallbackError, outOfTime } from '../outcome/fallback-error';
import type { Again } from './answer-use';
import { chargedUnconfirmed } from './call-cost';
import { recordOwed } from './owed-call';
import type { PlannedItem } from './planned-item';
import { decodeKept } from '../outcome/kept-result';
import type { ItemAlternative } from '../plan/ladder-plan';

const POLL_MS = 250;

/** What a stored call comes to. A call that was not paid is asked `again`. */
export type StoredEnd =
	| { readonly kind: 'answered'; readonly attributes: Record<string, unknown>; readonly message: null; readonly isStored: true }
	| {
			readonly kind: 'gone';
			readonly next: NextTry;
			readonly reason: Reason;
			readonly message: string;
			readonly again?: Again | null;
	  };

interface Stored {
	readonly key: string;
	readonly hold: Hold;
	/** What was asked for under the key: needed to find all its holds again. */
	readonly alternatives: () => readonly ItemAlternative[];
}

/** One stored hold; followed once. */
export class StoredCall {
	readonly #item: PlannedItem;
	readonly #stored: Stored;

	constructor(item: PlannedItem, stored: Stored) {
		this.#item = item;
		this.#stored = stored;
	}

	/** Throws a {@link FallbackError} when another run does not finish in time, or the item has no time to wait for it. */
	async follow(): Promise<StoredEnd> {
		const { state, ledger } = this.#item;
		const { hold: found } = this.#stored;
		const hold = await this.#closed(found);
		const isPaid = hold.state === 'settled';
		const chargedMicro = isPaid ? (hold.actualMicro ?? 0n) : chargedUnconfirmed(hold);
		const kept = isPaid ? decodeKept(await ledger.keptResult(hold.seq)) : null;
		const reservedMicro = isPaid || chargedMicro > 0n ? hold.amountMicro : 0n;
		state.add({
			attempts: isPaid ? 1 : 0,
			chargedMicro,
			reservedMicro,
			usage: kept?.usage ?? null,
			hold,
			availableMicro: null,
			paidFailures: kept?.kind === 'unusable' ? 1 : 0,
		});
		if (!isPaid) {
			return {
				kind: 'gone',
				next: 'again',
				reason: 'provider_error',
				message:
					chargedMicro > 0n
						? 'The call of an earlier run brought no answer, and nobody knows whether it was billed; it is charged what it was expected to cost.'
						: 'The call of an earlier run came to nothing and was not charged.',
			};
		}
		if (!kept) {
			const message =
				'This item was paid for before, but its answer is not kept any more. Keep answers for longer, or use a new idempotency key.';
			return { kind: 'gone', next: 'leave', reason: 'result_not_kept', message };
		}
		if (kept.kind === 'values') return { kind: 'answered', attributes: kept.values, message: null, isStored: true };
		const { next, reason, message, change } = kept;
		// The answer itself is not kept, so it cannot be shown; nor the limit, so that any room is more.
		const again = change ? { change, said: '', detail: message, outputLimitTokens: 0 } : null;
		return { kind: 'gone', next, reason, message, again };
	}

	/**
	 * The hold once its call has ended. One that is open or over may be that of a call which ended while the ledger was away: what it cost is
	 * recorded before anybody asks again.
	 */
	async #closed(found: Hold): Promise<Hold> {
		if (found.state === 'settled' || found.state === 'released') return found;
		const { context, ledger } = this.#item;
		if (!(await recordOwed(context, { ledger, hold: found })))
			throw new FallbackError(
				'call_in_flight',
				'An earlier run paid for the same request while the ledger was away, and what it cost is still to be recorded. It is not paid for twice.',
			);
		const hold = (await this.#readAgain(found)) ?? found;
		return hold.state === 'open' ? this.#waitForClosing(hold) : hold;
	}

	async #readAgain({ seq }: Hold): Promise<Hold | undefined> {
		const { key, alternatives } = this.#stored;
		const again = await this.#item.ledger.reserve({ ...this.#item.plan.reserve, key, alternatives, waitMs: 0 });
		const holds = again.kind === 'reserved' ? [again.hold, ...again.further] : [];
		return holds.find((one) => one.seq === seq);
	}

	/** All items of the action wait for the other run together: one that died is waited for once. */
	#patienceLeftMs(): number {
		const { inFlight, timing, values } = this.#item.context;
		const patienceMs = values.waitForCreditsSeconds * 1000;
		return inFlight.leftMs({ cause: 'call_in_flight', sign: '', patienceMs, nowMs: timing.monotonicMs(), atMs: timing.clock() });
	}

	async #waitForClosing(found: Hold): Promise<Hold> {
		const { context, time } = this.#item;
		const { waitMs, aside } = this.#item.waiting();
		const startedMs = time.spentMs;
		// A call that was made since the waiting began is a sign of life.
		context.inFlight.sawLife(found.reservedAtMs, context.timing.clock());
		while (time.spentMs - startedMs < waitMs && this.#patienceLeftMs() > 0 && !time.stopsWaiting.aborted) {
			await aside(() => context.timing.pause(POLL_MS, time.stopsWaiting), time.stopsWaiting);
			const hold = await this.#readAgain(found);
			if (!hold || hold.state === 'open') continue;
			// The other run lives: those that wait for it may hope.
			context.inFlight.restart();
			return hold;
		}
		if (time.isCancelled) throw cancelled();
		if (time.stopsWaiting.aborted) throw outOfTime();
		throw new FallbackError(
			'call_in_flight',
			'The same request is being paid for by another run that has not finished. It is not paid for twice.',
		);
	}
}
