/** Keeps what calls cost while the ledger is away, in the memory of the process, and settles it when the ledger is back. */
import type { SettleCommand } from '../../core/nouns/commands';
import { isCreditError, type CreditErrorCode } from '../../core/values/errors';
import type { LateCalls } from './late-calls';
import type { Timing } from './timing';

type Settle = Omit<SettleCommand, 'kind'>;

/** Faults that pass by themselves, or by somebody's work on the server or the disk. */
const PASSING: ReadonlySet<CreditErrorCode> = new Set(['ledger_busy', 'ledger_full', 'ledger_read_only', 'ledger_unavailable']);
/** More than these are not kept: an answer that is kept for retries has a length of its own. */
const MAX_OWED = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A ledger that is away for longer has the hold end as unconfirmed, and it is charged what was expected. */
const PATIENCE_MS = 6 * 3_600_000;

/** The costs that one action could not record yet. */
export class OwedSettles {
	readonly #timing: Timing;
	readonly #late: LateCalls;
	#owed = 0;

	constructor({ timing, late }: { readonly timing: Timing; readonly late: LateCalls }) {
		this.#timing = timing;
		this.#late = late;
	}

	/** Keeps a cost that could not be recorded, where that may still be done. Returns what people are told of it. */
	keep(
		command: Settle,
		{ ledger, why }: { readonly ledger: { settle(command: Settle): Promise<unknown> }; readonly why: unknown },
	): string {
		const words = why instanceof Error ? why.message : String(why);
		if (!isPassing(why) || this.#owed >= MAX_OWED) return `The cost could not be recorded and is reported as unconfirmed: ${words}`;
		this.#owed += 1;
		this.#late.add(this.#settle(command, ledger).finally(() => (this.#owed -= 1)));
		return `The cost could not be recorded and counts as unconfirmed until the ledger is back: ${words}`;
	}

	async #settle(command: Settle, ledger: { settle(command: Settle): Promise<unknown> }): Promise<void> {
		const startedMs = this.#timing.monotonicMs();
		for (
			let pauseMs = FIRST_PAUSE_MS;
			this.#timing.monotonicMs() - startedMs < PATIENCE_MS;
			pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
		) {
			// Spread, so that what was owed together does not come back at one moment.
			await this.#timing.pause(pauseMs * (0.5 + this.#timing.jitter()));
			try {
				await ledger.settle(command);
				return;
			} catch (error) {
				if (!isPassing(error)) throw error;
			}
		}
	}
}

function isPassing(error: unknown): boolean {
	return isCreditError(error) && PASSING.has(error.code);
}
