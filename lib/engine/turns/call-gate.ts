/**
 * Lets calls to one model through, so many at a time and so many a second as is learned of it, whoever makes them: one line for each
 * action, and the actions take turns. What waits here holds no credits. Waiting ends with the signal, and by itself.
 */
import { CallControl, type CallSign, type SentCall } from '../../core/calls/call-control';
import type { Timing } from '../waiting/timing';

/** What keeps those back who wait is looked at anew after so long at the latest. */
const POLL_MS = 500;

/** Whose turn it is among those who wait: those that had one before come first. */
interface Line {
	readonly returning: Set<Waiter>;
	readonly fresh: Set<Waiter>;
}

type Waiter = (permit: CallPermit) => void;

/** Who waits, and how. */
export interface Wanting {
	/** The action: actions take turns. */
	readonly line: object;
	/** It had a turn before: what it holds is older. */
	readonly isReturning: boolean;
	readonly signal: AbortSignal;
}

/** The leave to make one call; it is given back once. */
export class CallPermit {
	readonly #gate: CallGate;
	readonly #sent: SentCall;
	#sentMs: number;
	#isOpen = true;

	constructor(gate: CallGate, { sent, sentMs }: { sent: SentCall; sentMs: number }) {
		this.#gate = gate;
		this.#sent = sent;
		this.#sentMs = sentMs;
	}

	/** True for the leave of this gate. */
	isOf(gate: CallGate): boolean {
		return this.#gate === gate;
	}

	/** The call is sent now. */
	begin(nowMs: number): void {
		this.#sentMs = nowMs;
	}

	/** The call came to this; `null`: it was not made. */
	end(sign: CallSign | null): void {
		if (!this.#isOpen) return;
		this.#isOpen = false;
		this.#gate.ended(this.#sent, { sign, sentMs: this.#sentMs });
	}
}

/** The gate of one model. */
export class CallGate {
	readonly control = new CallControl();
	readonly #lines = new Map<object, Line>();
	readonly #timing: Pick<Timing, 'monotonicMs' | 'pause'>;
	/** Told now and then while there is something to do, and when there is nothing any more. */
	readonly #beat: (isIdle: boolean) => void;
	#waiting = 0;
	#isPolling = false;

	constructor(timing: Pick<Timing, 'monotonicMs' | 'pause'>, beat: (isIdle: boolean) => void) {
		this.#timing = timing;
		this.#beat = beat;
	}

	/** The leave to make a call, once there is one; `null` at the signal. */
	take({ line, isReturning, signal }: Wanting): CallPermit | Promise<CallPermit | null> | null {
		this.#beat(false);
		if (signal.aborted) return null;
		const nowMs = this.#timing.monotonicMs();
		if (this.#waiting === 0 && this.control.waitMs(nowMs) === 0) return this.#permit(nowMs, false);
		const own = this.#lineOf(line);
		const queue = isReturning ? own.returning : own.fresh;
		const permit = new Promise<CallPermit | null>((resolve) => {
			const come: Waiter = (given) => {
				signal.removeEventListener('abort', leave);
				resolve(given);
			};
			const leave = (): void => {
				if (queue.delete(come)) this.#waiting -= 1;
				this.#forget(line, own);
				resolve(null);
			};
			queue.add(come);
			signal.addEventListener('abort', leave, { once: true });
		});
		this.#waiting += 1;
		this.#letThrough();
		return permit;
	}

	/** A call ended, or was not made. */
	ended(sent: SentCall, { sign, sentMs }: { sign: CallSign | null; sentMs: number }): void {
		const nowMs = this.#timing.monotonicMs();
		if (sign === null) this.control.unsent();
		else this.control.ended(sent, sign, { nowMs, tookMs: nowMs - sentMs });
		this.#letThrough();
		if (this.control.underWay === 0) this.#beat(true);
	}

	#permit(nowMs: number, hasWaited: boolean): CallPermit {
		return new CallPermit(this, { sent: this.control.sent(nowMs, hasWaited), sentMs: nowMs });
	}

	#letThrough(): void {
		while (this.#waiting > 0) {
			const nowMs = this.#timing.monotonicMs();
			const waitMs = this.control.waitMs(nowMs);
			if (waitMs === null) return;
			if (waitMs > 0) {
				this.#lookAgain(Math.min(waitMs, POLL_MS));
				return;
			}
			const next = this.#next();
			if (!next) return;
			this.#waiting -= 1;
			next(this.#permit(nowMs, true));
		}
	}

	/** The first of the action whose turn it is. */
	#next(): Waiter | null {
		for (const [line, own] of this.#lines) {
			const [next] = own.returning.size > 0 ? own.returning : own.fresh;
			this.#lines.delete(line);
			if (!next) continue;
			own.returning.delete(next);
			own.fresh.delete(next);
			if (own.returning.size + own.fresh.size > 0) this.#lines.set(line, own);
			return next;
		}
		return null;
	}

	#lookAgain(inMs: number): void {
		if (this.#isPolling) return;
		this.#isPolling = true;
		void this.#timing.pause(inMs).then(() => {
			this.#isPolling = false;
			this.#beat(false);
			this.#letThrough();
		});
	}

	#lineOf(line: object): Line {
		const known = this.#lines.get(line);
		if (known) return known;
		const own = { returning: new Set<Waiter>(), fresh: new Set<Waiter>() };
		this.#lines.set(line, own);
		return own;
	}

	#forget(line: object, own: Line): void {
		if (own.returning.size + own.fresh.size === 0 && this.#lines.get(line) === own) this.#lines.delete(line);
	}
}
