/**
 * Owns when a model of a provider is left alone because it failed again and again, and when it is tried again: a circuit breaker.
 * Pure; instants are monotonic milliseconds. Refuses to judge faults: who reports one says that the provider's health is at stake.
 */
import { hasPassed, type Instant } from '../values/time';

/** Failures in a row that open a circuit. */
const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/** What is known of one model of one provider. */
export interface Circuit {
	/** Since the last answer. */
	readonly failures: number;
	/** Since when it is open; `null` while it is closed. */
	readonly openedAtMs: Instant | null;
	/** From here on one call may try whether the provider is back. */
	readonly retryAtMs: Instant;
	/** How often it was opened since the last answer. */
	readonly pauses: number;
	/** A call is trying now. */
	readonly isProbed: boolean;
}

/** Nothing is known, or all is well. */
export const CLOSED_CIRCUIT: Circuit = { failures: 0, openedAtMs: null, retryAtMs: 0, pauses: 0, isProbed: false };

/** `closed`: call. `half_open`: one call may try. `open`: leave it alone. */
export function stateOf(circuit: Circuit, { nowMs }: { nowMs: Instant }): 'closed' | 'half_open' | 'open' {
	if (circuit.openedAtMs === null) return 'closed';
	return !circuit.isProbed && hasPassed(circuit.retryAtMs, { atMs: nowMs }) ? 'half_open' : 'open';
}

/** The circuit while a call tries whether the provider is back. */
export function probed(circuit: Circuit): Circuit {
	return { ...circuit, isProbed: true };
}

/** The circuit after a call that says nothing about the provider, such as a cancelled one. */
export function unprobed(circuit: Circuit): Circuit {
	return { ...circuit, isProbed: false };
}

/**
 * The circuit after a failure. The fifth in a row opens it for 5 seconds, doubled up to a minute each time it is tried in vain. A
 * pause that the provider itself asked for opens it at once. Calls that were under way when it opened change nothing.
 */
export function failed(
	circuit: Circuit,
	{ nowMs, isProbe, askedPauseMs = null }: { nowMs: Instant; isProbe: boolean; askedPauseMs?: number | null },
): Circuit {
	if (circuit.openedAtMs !== null && !isProbe) return circuit;
	const failures = circuit.failures + 1;
	if (circuit.openedAtMs === null && failures < FAILURES_TO_OPEN && askedPauseMs === null) return { ...circuit, failures };
	const pauseMs = askedPauseMs ?? Math.min(FIRST_PAUSE_MS * 2 ** circuit.pauses, LONGEST_PAUSE_MS);
	return { failures, openedAtMs: circuit.openedAtMs ?? nowMs, retryAtMs: nowMs + pauseMs, pauses: circuit.pauses + 1, isProbed: false };
}
