/**
 * Owns a process that uses a ledger while others do too, as a program: `server-ledger-worker.js race|load <place> <name> <number> <at once>`. It
 * writes one line for each answer it was given, so that a test can hold the ledger to it. Refuses to try again by itself.
 */
import { isCreditError } from '../../lib/core/errors';
import { GroupCommit } from '../../lib/ledger/group-commit';
import { openLedgerStore } from '../../lib/runtime/runtime';
import { grant, openAccount, reserve, settle } from './ledger-commands';

const ACCOUNT = 'acme';
/** What the racers compete for: every one of them grants it, under the same key. */
export const RACE_CREDITS = 500;
/** So much that a load never ends for want of credits. */
export const LOAD_CREDITS = 100_000_000;

/** What a racer has to tell at the end. */
export interface RaceReport {
	readonly name: string;
	readonly granted: number;
	readonly refused: number;
	/** When each tenth of its reservations was answered, milliseconds since 1970. */
	readonly tenthsAtMs: readonly number[];
	readonly waitsMs: readonly number[];
	readonly longestStallMs: number;
}

/** An answer that a worker under load was given: the key and number of a hold, or what a hold was settled with. */
export type Acknowledged =
	| { readonly kind: 'reserved'; readonly key: string; readonly seq: number; readonly isReplayed: boolean }
	| { readonly kind: 'settled'; readonly seq: number; readonly credits: number; readonly isReplayed: boolean }
	| { readonly kind: 'fault'; readonly code: string; readonly message: string };

const say = (line: Acknowledged | RaceReport): void => {
	process.stdout.write(`${JSON.stringify(line)}\n`);
};

async function race(commits: GroupCommit, { name, count, atOnce }: { name: string; count: number; atOnce: number }): Promise<void> {
	const tally = { granted: 0, refused: 0 };
	const tenthsAtMs: number[] = [];
	const waitsMs: number[] = [];
	const stalls = watchStalls();
	let next = 0;
	const lane = async (): Promise<void> => {
		for (let index = next++; index < count; index = next++) {
			const startMs = performance.now();
			const outcome = await commits.submit(ACCOUNT, reserve(`${name}-${index}`, 1));
			waitsMs.push(performance.now() - startMs);
			tally[outcome.kind === 'reserved' ? 'granted' : 'refused'] += 1;
			if (waitsMs.length % (count / 10) === 0) tenthsAtMs.push(Date.now());
		}
	};
	await Promise.all(Array.from({ length: atOnce }, lane));
	say({ name, ...tally, tenthsAtMs, waitsMs, longestStallMs: stalls.stop() });
}

/** Reserves and settles until it is ended. */
async function load(commits: GroupCommit, { name, atOnce }: { name: string; atOnce: number }): Promise<void> {
	let next = 0;
	const lane = async (): Promise<void> => {
		for (;;) {
			const key = `${name}-${next++}`;
			try {
				const reserved = await commits.submit(ACCOUNT, reserve(key, 3));
				if (reserved.kind !== 'reserved') throw new Error(`${key} was ${reserved.kind}`);
				const { seq } = reserved.hold;
				say({ kind: 'reserved', key, seq, isReplayed: reserved.isReplayed });
				const credits = next % 5;
				const closed = await commits.submit(ACCOUNT, settle(seq, credits));
				if (closed.kind === 'closed') say({ kind: 'settled', seq, credits, isReplayed: closed.isReplayed });
			} catch (error) {
				if (!isCreditError(error)) throw error;
				say({ kind: 'fault', code: error.code, message: error.message });
			}
		}
	};
	await Promise.all(Array.from({ length: atOnce }, lane));
}

/** The longest time in which the event loop did nothing else. */
function watchStalls(): { stop: () => number } {
	let lastMs = performance.now();
	let longestMs = 0;
	const timer = setInterval(() => {
		const nowMs = performance.now();
		longestMs = Math.max(longestMs, nowMs - lastMs - 5);
		lastMs = nowMs;
	}, 5);
	return {
		stop: () => {
			clearInterval(timer);
			return longestMs;
		},
	};
}

async function main([mode, place = '', name = '', count = '0', atOnce = '1']: readonly string[]): Promise<void> {
	const store = await openLedgerStore(place);
	const commits = new GroupCommit(store);
	await commits.submit(ACCOUNT, openAccount());
	await commits.submit(ACCOUNT, grant('credit', mode === 'race' ? RACE_CREDITS : LOAD_CREDITS));
	const work = { name, count: Number(count), atOnce: Number(atOnce) };
	await (mode === 'race' ? race(commits, work) : load(commits, work));
	await store.close();
}

if (require.main === module) {
	main(process.argv.slice(2)).catch((error: unknown) => {
		process.stderr.write(`${String(error)}\n`);
		process.exitCode = 1;
	});
}
