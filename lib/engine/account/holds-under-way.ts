/** Knows in which ledger the holds are that this process has under way: a backup may take its place, with other holds under the same numbers. */
import { CreditError } from '../../core/values/errors';
import type { Hold } from '../../core/nouns/records';
import type { LedgerAccount } from './ledger-account';

/** Holds beyond these are not told from others of their number. */
const MOST = 10_000;

/** A hold, and the ledger that it is in. */
export interface UnderWay {
	readonly hold: Hold;
	readonly ledger: LedgerAccount;
}

/** The holds of one user of an account, at most 10,000. */
export class HoldsUnderWay {
	readonly #holds = new Map<number, UnderWay>();

	/** Notes what was taken in a ledger. What was stored before is the run's that made it. */
	taken(outcome: Awaited<ReturnType<LedgerAccount['reserve']>>, ledger: LedgerAccount): void {
		if (outcome.kind === 'reserved' && outcome.taken) for (const hold of [outcome.hold, ...outcome.further]) this.seen(hold, ledger);
	}

	/** Notes a hold that is going to be closed. */
	seen(hold: Hold, ledger: LedgerAccount): void {
		if (this.#holds.size < MOST) this.#holds.set(hold.seq, { hold, ledger });
	}

	/** The hold, which is closed now, as far as it is known. */
	take(holdSeq: number): UnderWay | null {
		const known = this.#holds.get(holdSeq) ?? null;
		this.#holds.delete(holdSeq);
		return known;
	}

	/** Takes the hold. Throws `ledger_unavailable` unless it is in this ledger, as far as that is known. */
	takeFrom(ledger: LedgerAccount, holdSeq: number): void {
		const known = this.take(holdSeq);
		if (known === null || known.ledger === ledger) return;
		throw new CreditError('ledger_unavailable', 'The ledger was replaced while the call was under way.');
	}
}
