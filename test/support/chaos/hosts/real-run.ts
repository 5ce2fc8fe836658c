/**
 * One campaign in a real host that meets faults: the process is stopped, killed, set to another time; its disk fills up; its ledger is cut,
 * taken away, replaced; its server goes down. What it came to is for the judge.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { openLedgerStore } from '../../../../lib/runtime/runtime';
import { openPostgresLedger } from '../../../../lib/ledger/postgres/store';
import { openSqliteLedger } from '../../../../lib/ledger/sqlite/store';
import type { LedgerStore } from '../../../../lib/ledger/store';
import { isServerAddress } from '../../../../lib/runtime/runtime';
import { jitter, monotonicMs, pause } from '../../../../lib/runtime/system';
import { grantCredits } from '../../ledger/ledger-reader';
import { Chance } from '../../machine/proof-rounds';
import { saysUnrecorded, type Departure, type Ending, type Given, type Proved } from '../judge';
import { acknowledgedIn, ledgerEndOf, NOTHING_KNOWN, provedBy, type Acknowledged } from '../ledger-end';
import { MOST_OF_SERVER, ONE_CREDIT, type LyingServer } from './lying-server';

const ACCOUNT = 'default';
/** Calls of a host that dies, whose holds run out whether they were made or not. */
const AT_ONCE = 8;
const PEOPLE = 24;
const DAY_MS = 86_400_000;
const HEALED_AFTER_MS = 1_500;
/** Longer than any hold stays open, from the latest that a clock was set to. */
const AFTER_HOLDS_MS = 3 * DAY_MS;

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** Somebody who came out, as the host tells. */
export type Left = Pick<Departure, 'person' | 'route' | 'reason' | 'message'>;

/** A host with one flow, for one run. */
export interface RealHost {
	/** Sends everybody. `left` is told of each who leaves. Resolves when all have left, or when the host has died. */
	send(people: readonly number[], left: (one: Left) => void): Promise<'all left' | 'died'>;
	signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
	kill(): Promise<unknown>;
	/** Again, after it was killed. */
	start(): Promise<void>;
	/** Sets its clock ahead by so many milliseconds. */
	setAhead(aheadMs: number): void;
}

/** What the faults of a run strike. */
export interface Target {
	readonly host: RealHost;
	readonly chance: Chance;
	readonly place: string;
	/** Kills the host; it is started again after `meanwhile`. */
	readonly die: (meanwhile?: () => Promise<void>) => Promise<void>;
	readonly wasRestored: () => void;
	readonly prove: (when: string, before: Acknowledged) => Promise<number>;
	readonly acknowledged: () => Promise<Acknowledged>;
}

/** One kind of fault. */
export interface RealFault {
	readonly name: string;
	readonly strike: (target: Target) => Promise<void>;
}

/** Milliseconds that a fault lasts. */
export function awhile({ chance }: Pick<Target, 'chance'>): number {
	return 500 + chance.below(2_500);
}

/** Faults of any host with any ledger. */
export const PROCESS_FAULTS = {
	stopped: {
		name: 'the process is stopped and goes on',
		strike: async (target) => {
			target.host.signal('SIGSTOP');
			await wait(awhile(target));
			target.host.signal('SIGCONT');
		},
	},
	killed: { name: 'the process is killed', strike: ({ die }) => die() },
	moved: {
		name: 'the clock jumps',
		strike: async ({ host, chance }) => {
			host.setAhead(chance.pick([DAY_MS, 20 * 60_000, -20 * 60_000, -DAY_MS]));
			return Promise.resolve();
		},
	},
} as const satisfies Readonly<Record<string, RealFault>>;

export interface RealRunOptions {
	readonly seed: number;
	readonly place: string;
	readonly provider: LyingServer;
	readonly faults: readonly RealFault[];
	/** Makes a backup of the ledger where that can be done. */
	readonly backUp: () => Promise<void>;
	/** Ends what lasts. */
	readonly heal: () => Promise<void>;
}

export class RealRun {
	readonly chance: Chance;
	readonly #options: RealRunOptions;
	readonly #departures: Writable<Departure>[] = [];
	readonly #given: Writable<Given>[] = [];
	readonly #proofs: Proved[] = [];
	readonly #people = Array.from({ length: PEOPLE }, (_, id) => id);
	readonly #restored: { readonly atMs: number; readonly round: number }[] = [];
	readonly #began: number[] = [];
	#rounds: readonly number[] = [];
	#round = 0;
	#deaths = 0;
	#reviving: Promise<void> = Promise.resolve();

	constructor(options: RealRunOptions) {
		this.chance = new Chance(options.seed);
		this.#options = options;
	}

	/** Grants credits for some or for all; to be called before the host is there. */
	async prepare(): Promise<void> {
		const credits = this.chance.pick([PEOPLE / 3, PEOPLE * 4, PEOPLE * 4]);
		await grantCredits(this.#options.place, String(credits));
		this.#given.push({ amountMicro: BigInt(credits) * ONE_CREDIT, isForgotten: false });
		await this.#options.backUp();
	}

	/** The campaign with its faults, and once more without. */
	async run(host: RealHost): Promise<void> {
		const { faults, heal, provider } = this.#options;
		const striking = this.#strikeAll(host, faults);
		const rounds: number[] = [];
		for (let attempt = 0; rounds.length < 1; attempt += 1) {
			if (attempt > 6) throw new Error('The campaign never came to its end.');
			if (await this.#campaign(host)) rounds.push(this.#round);
		}
		await striking;
		await heal();
		// A host tells for a moment what it found out a moment ago.
		await wait(HEALED_AFTER_MS);
		provider.calm();
		if (!(await this.#campaign(host))) throw new Error('The host died although nothing happened.');
		this.#rounds = [...rounds, this.#round];
	}

	/** After the host has ended. */
	async end(): Promise<Ending> {
		this.#excuse();
		const store = await openAhead(this.#options.place);
		try {
			const ledger = await ledgerEndOf({ store, accountId: ACCOUNT }, Date.now() + AFTER_HOLDS_MS);
			this.#proofs.push(await provedBy({ store, accountId: ACCOUNT }, 'in the end', NOTHING_KNOWN));
			return {
				people: this.#people.map(String),
				rounds: this.#rounds,
				healedRound: this.#rounds.at(-1) ?? 0,
				departures: this.#departures,
				calls: this.#options.provider.calls,
				given: this.#given,
				allowanceMicro: 0n,
				holdMicro: ONE_CREDIT,
				lapsedMicro: BigInt(this.#deaths * AT_ONCE) * ONE_CREDIT,
				mostMicro: MOST_OF_SERVER,
				isExact: false,
				ledger,
				proofs: this.#proofs,
			};
		} finally {
			await store.close();
		}
	}

	async #campaign(host: RealHost): Promise<boolean> {
		await this.#reviving;
		this.#round += 1;
		const round = this.#round;
		this.#began[round] = performance.now();
		const tell = (one: Left): void => {
			this.#departures.push({ ...one, round, atMs: performance.now(), isForgotten: saysUnrecorded(one.message) });
		};
		return (await host.send(this.#people, tell)) === 'all left';
	}

	async #strikeAll(host: RealHost, faults: readonly RealFault[]): Promise<void> {
		for (const fault of faults) {
			await wait(200 + this.chance.below(1_200));
			await fault.strike(this.#target(host));
		}
	}

	#target(host: RealHost): Target {
		const { place } = this.#options;
		const revive = async (meanwhile: () => Promise<void>): Promise<void> => {
			this.#deaths += 1;
			await host.kill();
			await meanwhile();
			await host.start();
		};
		return {
			host,
			chance: this.chance,
			place,
			die: (meanwhile = () => Promise.resolve()) => (this.#reviving = revive(meanwhile)),
			wasRestored: () => this.#wasRestored(),
			prove: (when, before) => this.#prove(when, before),
			acknowledged: async () => withStore(place, (store) => acknowledgedIn({ store, accountId: ACCOUNT })),
		};
	}

	/** The backup was made before the first call, so all calls until now are forgotten, and everybody's answer. */
	#wasRestored(): void {
		this.#restored.push({ atMs: performance.now(), round: this.#round });
		for (const one of [...this.#departures, ...this.#options.provider.calls]) one.isForgotten = true;
	}

	/** Whoever was under way when the ledger was replaced is excused until he left, or was sent again. */
	#excuse(): void {
		for (const { atMs, round } of this.#restored)
			for (const call of this.#options.provider.calls) {
				const left = this.#departures.find((one) => one.round === round && one.person === call.person);
				const untilMs = left?.atMs ?? this.#began[round + 1] ?? Infinity;
				if (call.askedAtMs >= atMs && call.askedAtMs <= untilMs) call.isExcused = true;
			}
	}

	async #prove(when: string, before: Acknowledged): Promise<number> {
		const proved = await withStore(this.#options.place, (store) => provedBy({ store, accountId: ACCOUNT }, when, before));
		this.#proofs.push(proved);
		return proved.missingEntries;
	}
}

async function withStore<T>(place: string, use: (store: LedgerStore) => Promise<T>): Promise<T> {
	const store = await openLedgerStore(place);
	try {
		return await use(store);
	} finally {
		await store.close();
	}
}

function openAhead(place: string): Promise<LedgerStore> {
	const timing = { clock: () => Date.now() + AFTER_HOLDS_MS, monotonicMs, pause, jitter };
	return isServerAddress(place) ? openPostgresLedger({ url: place, ...timing }) : openSqliteLedger({ path: place, ...timing });
}
