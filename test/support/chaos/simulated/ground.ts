/** What a simulated run stands on: a ledger of one kind, the processes that have it open, and the faults that can strike it. */
import { isCreditError } from '../../../../lib/core/values/errors';
import type { LedgerStore } from '../../../../lib/ledger/store';
import type { Chance } from '../../machine/proof-rounds';
import type { Composition } from './composition';
import type { Acknowledged } from '../ledger-end';
import type { Asking } from './lying-provider';
import type { SimulatedTime } from './simulated-time';

/** A process of the host. */
export interface SimulatedProcess extends Asking {
	isDead: boolean;
}

/** What a fault may do to the run. */
export interface Struck {
	readonly chance: Chance;
	readonly time: SimulatedTime;
	/** The host dies at once, and is started again; `meanwhile` is done to what it leaves. */
	readonly die: (meanwhile?: () => Promise<void>) => Promise<void>;
	/** The ledger is what it was when the last backup was made; the host is not told. */
	readonly wasRestored: () => void;
	/** What a call cost may come too late for its hold, or not at all: then what was expected is charged. */
	readonly blur: () => void;
	/** Somebody adds credits. */
	readonly addCredits: () => Promise<void>;
	/** Somebody makes a backup. */
	readonly backUp: () => Promise<void>;
	/** Proves the ledger as it lies there. */
	readonly prove: (when: string, before: Acknowledged) => Promise<number>;
	/** What the ledger has acknowledged, read by the process that has it open. */
	readonly acknowledged: () => Acknowledged;
}

/** One kind of fault. */
export interface Fault {
	readonly name: string;
	/** True: other faults may strike meanwhile. */
	readonly overlaps?: true;
	/** Resolves when it is over. */
	readonly strike: (struck: Struck) => Promise<void>;
}

/** The ledger of one run. */
export interface Ground {
	/** Its path or its address. */
	readonly place: string;
	/** Where the host keeps its data. */
	readonly folder: string;
	readonly accountId: string;
	readonly faults: readonly Fault[];
	/** Another process looks at it, which nothing befalls. */
	beside<T>(use: (store: LedgerStore) => Promise<T>): Promise<T>;
	/** What the ledger has acknowledged to the processes that have it open. */
	acknowledged(): Acknowledged;
	/** How processes of the host open ledgers. */
	readonly open: Pick<Composition, 'openSqliteLedger' | 'openPostgresLedger'>;
	/** What a process that is dead had open is given up, as the system does it. */
	bury(): Promise<void>;
	/** What the host gives back is closed. */
	close(): Promise<void>;
	/** Makes a backup, and remembers where. */
	backUp(): Promise<void>;
	/** Ends every fault that lasts. */
	heal(): Promise<void>;
	remove(): Promise<void>;
}

/** A store as a process has it: no time passes while it works, and nothing comes back to the dead. */
export function asSeenBy<T extends object>(part: T, { time, process }: { time: SimulatedTime; process: SimulatedProcess }): T {
	return new Proxy(part, {
		get: (target, name) => {
			const value: unknown = Reflect.get(target, name, target);
			if (typeof value === 'object' && value !== null) return asSeenBy(value, { time, process });
			if (typeof value !== 'function') return value;
			return (...args: unknown[]): unknown => {
				if (process.isDead) return new Promise(() => undefined);
				const result: unknown = Reflect.apply(value, target, args);
				if (!(result instanceof Promise)) return result;
				return time.track(result).then(
					(told: unknown) => (process.isDead ? new Promise(() => undefined) : told),
					(error: unknown) => {
						if (process.isDead) return new Promise(() => undefined);
						throw error;
					},
				);
			};
		},
	});
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long something lasts. */
export function someTime({ chance }: Pick<Struck, 'chance'>): number {
	return chance.pick([200, 2 * SECOND_MS, 15 * SECOND_MS, 2 * MINUTE_MS]) + chance.below(500);
}

/** What somebody does from another process, who is told so where the ledger cannot be used: one whose log was deleted a moment ago, for one. */
export async function unlessRefused(act: () => Promise<void>): Promise<void> {
	try {
		await act();
	} catch (error) {
		if (!isCreditError(error)) throw error;
	}
}

/** Faults that any ledger can meet. */
export const COMMON_FAULTS: readonly Fault[] = [
	{
		name: 'the process stands still',
		strike: async ({ time, chance, blur }) => {
			blur();
			time.stand(chance.pick([2 * SECOND_MS, MINUTE_MS, 20 * MINUTE_MS, 2 * DAY_MS]));
			return Promise.resolve();
		},
	},
	{
		name: 'the clock goes forward',
		strike: async ({ time, chance, blur }) => {
			blur();
			time.aheadMs += chance.pick([MINUTE_MS, 20 * MINUTE_MS, DAY_MS, 5 * DAY_MS]);
			return Promise.resolve();
		},
	},
	{
		name: 'the clock goes back',
		strike: async ({ time, chance }) => {
			time.aheadMs -= chance.pick([MINUTE_MS, 20 * MINUTE_MS, DAY_MS, 5 * DAY_MS]);
			return Promise.resolve();
		},
	},
	{ name: 'credits are added', strike: ({ addCredits }) => unlessRefused(addCredits) },
];
