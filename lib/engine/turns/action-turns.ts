/** The turns of the items of one action: what its models take together says how many of its items are begun. */
import { FIRST_CALLS } from '../../core/calls/call-limit';
import type { CallGate } from './call-gate';
import type { CallGates } from './call-gates';
import { ItemTurn } from './item-turn';

/** An item does more than to wait for its answer: so many are begun for each call that may be under way. */
const ITEMS_PER_CALL = 2;

/** The turns of one action. */
export class ActionTurns {
	readonly #gates: CallGates;
	readonly #asked = new Map<string, CallGate>();

	constructor(gates: CallGates) {
		this.#gates = gates;
	}

	/** Items that may be begun: enough for all calls, and few enough that none waits for long. */
	get places(): number {
		let places = FIRST_CALLS;
		for (const { control } of this.#asked.values()) places += control.calls * ITEMS_PER_CALL;
		return places;
	}

	/** Calls that may be under way to the models that were asked so far. */
	get calls(): number {
		let calls = 0;
		for (const { control } of this.#asked.values()) calls += control.calls;
		return calls === 0 ? FIRST_CALLS : calls;
	}

	/** The turn of one item. */
	next(): ItemTurn {
		return new ItemTurn((modelId, board) => {
			const gate = this.#gates.of(modelId, board);
			const known = this.#gates.known(modelId);
			if (known) this.#asked.set(modelId, known);
			return gate;
		}, this);
	}
}
