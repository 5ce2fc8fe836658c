/**
 * Puts another clock, other timers and other ways to open a ledger under the composition root of the package, for simulations that run
 * its own leases, and takes them away again. Nothing else of the package is another than usual.
 */
import * as postgres from '../../../../lib/ledger/postgres/store';
import * as sqlite from '../../../../lib/ledger/sqlite/store';
import type { Timing } from '../../../../lib/engine/waiting/timing';
import { timing } from '../../../../lib/runtime/runtime';
import * as system from '../../../../lib/runtime/system';

/** What is put in the place of the usual. */
export interface Composition {
	readonly timing: Timing;
	readonly openSqliteLedger: typeof sqlite.openSqliteLedger;
	readonly openPostgresLedger: typeof postgres.openPostgresLedger;
}

/** Ledgers that the leases of the simulated processes are done with, and that a process would close a moment later. */
const closing = new Set<() => void>();
const REGISTRY = Symbol.for('llm-credits.runtime.v1');

/** Runs `work` with these parts. */
export async function composedOf<T>({ timing: simulated, ...open }: Composition, work: () => Promise<T>): Promise<T> {
	const usual = { ...timing };
	const undo = [
		replace(system, { systemClock: simulated.clock, monotonicMs: simulated.monotonicMs, pause: simulated.pause, later }),
		replace(sqlite, { openSqliteLedger: open.openSqliteLedger }),
		replace(postgres, { openPostgresLedger: open.openPostgresLedger }),
	];
	Object.assign(timing, simulated);
	try {
		return await work();
	} finally {
		closeIdle();
		Object.assign(timing, usual);
		for (const each of undo) each();
	}
}

/** Forgets every ledger that is open, as the death of a process does. */
export function forgetProcess(): void {
	closing.clear();
	Reflect.deleteProperty(globalThis, REGISTRY);
}

/** Lets all ledgers be closed that nobody leases any more. */
export function closeIdle(): void {
	for (const task of [...closing]) task();
	closing.clear();
}

function later(_delayMs: number, task: () => void): { cancel(): void } {
	closing.add(task);
	return { cancel: () => void closing.delete(task) };
}

/** The exports of a compiled module are properties that its importers read at each call. */
function replace(module: object, parts: Readonly<Record<string, unknown>>): () => void {
	const usual = Object.fromEntries(Object.keys(parts).map((name): [string, unknown] => [name, Reflect.get(module, name)]));
	const put = (values: Readonly<Record<string, unknown>>): void => {
		for (const [name, value] of Object.entries(values))
			Object.defineProperty(module, name, { value, writable: true, enumerable: true, configurable: true });
	};
	put(parts);
	return () => put(usual);
}
