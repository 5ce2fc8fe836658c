/**
 * The one clock of a ledger on a server (ledger rule 46): the server's, read within the transaction that uses it, so that a host whose clock
 * is wrong harms nobody.
 */
import type { Instant } from '../../../core/values/time';
import type { Session } from './connection';
import { numberIn, type Row } from '../../columns';
import type { Statement } from './packet';

/** The column that says what the clock of the server is at when the statement is carried out, in epoch milliseconds. */
export const CLOCK_COLUMN = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock_ms';

/** Asks for the clock alone. */
export const CLOCK: Statement = { name: 'clock', text: `SELECT ${CLOCK_COLUMN}` };

/** The clock as rows tell it; tests put another in its place. */
export class ServerClock {
	readonly #other: (() => Instant) | undefined;
	readonly #monotonicMs: () => number;
	#last: { readonly clockMs: Instant; readonly readMs: number } | null = null;

	constructor({ clock, monotonicMs }: { readonly clock?: (() => Instant) | undefined; readonly monotonicMs: () => number }) {
		this.#other = clock;
		this.#monotonicMs = monotonicMs;
	}

	/** Asks for it by itself. */
	async ask(session: Session): Promise<Instant> {
		return this.read((await session.run(CLOCK))[0]);
	}

	/** What the first of these rows says in {@link CLOCK_COLUMN}. */
	read(rows: readonly Row[] | undefined): Instant {
		const clockMs = numberIn(rows?.[0] ?? {}, 'clock_ms');
		this.#last = { clockMs, readMs: this.#monotonicMs() };
		return this.#other?.() ?? clockMs;
	}

	/** About what the clock is at, without asking; `null` before it was read once. */
	estimate(): Instant | null {
		if (this.#other) return this.#other();
		return this.#last && this.#last.clockMs + Math.floor(this.#monotonicMs() - this.#last.readMs);
	}
}
