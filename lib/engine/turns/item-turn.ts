/**
 * The turn of one item at the gates of the models that it asks: taken before credits are set aside, used by the call, given back with its
 * answer. An item has one at a time, so that no two can wait for each other.
 */
import type { Aside } from '../waiting/slots';
import type { CallGate, CallPermit } from './call-gate';

/** Finds the gate of a model; a promise while what is known of it is still read. */
export type GateOf = (modelId: string, board: CallBoard | null) => CallGate | Promise<CallGate>;

/** What processes tell one another about the calls to one model, beside the ledger. */
export interface CallBoard {
	/** What is told now. */
	find(): Promise<readonly CallNote[]>;
	keep(notes: readonly CallNote[]): Promise<void>;
	/** The time that the notes go by, in epoch milliseconds. */
	nowMs(): number;
}

/** One note. */
export interface CallNote {
	readonly name: string;
	readonly value: string;
	readonly untilMs: number;
}

/** Which model, and until when it is waited for. */
export interface Turn {
	readonly modelId: string;
	readonly board: CallBoard | null;
	readonly signal: AbortSignal;
}

/** The turn of one item. */
export class ItemTurn {
	readonly #gateOf: GateOf;
	readonly #line: object;
	#permit: CallPermit | null = null;
	#turn: Turn | null = null;
	#hasHadOne = false;

	/** `line` is the action: actions take turns. */
	constructor(gateOf: GateOf, line: object) {
		this.#gateOf = gateOf;
		this.#line = line;
	}

	/** Waits for the turn at a model, and keeps it; one at another model is given back. False at the signal. */
	async take(turn: Turn): Promise<boolean> {
		this.#turn = turn;
		const found = this.#gateOf(turn.modelId, turn.board);
		const gate = found instanceof Promise ? await found : found;
		if (this.#permit?.isOf(gate)) return true;
		this.give();
		const asked = gate.take({ line: this.#line, isReturning: this.#hasHadOne, signal: turn.signal });
		this.#permit = asked instanceof Promise ? await asked : asked;
		if (this.#permit) this.#hasHadOne = true;
		return this.#permit !== null;
	}

	/** The turn, for a call that gives it back when it ends; `null` at the signal. */
	async use(turn: Turn): Promise<CallPermit | null> {
		await this.take(turn);
		const permit = this.#permit;
		this.#permit = null;
		return permit;
	}

	/** Gives back a turn that no call has used. */
	give(): void {
		this.#permit?.end(null);
		this.#permit = null;
	}

	/** Who waits for something else has no turn meanwhile, and gets the next one after it. */
	aside(aside: Aside): Aside {
		return async (wait, signal = null) => {
			const hadOne = this.#permit !== null;
			this.give();
			const result = await aside(wait, signal);
			if (hadOne && this.#turn) await this.take(this.#turn);
			return result;
		};
	}
}
