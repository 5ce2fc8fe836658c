/**
 * One simulated campaign: people, a host in a process that may die, a provider that lies, a real ledger, and faults at moments that the
 * seed chose. What it came to is for the judge.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MICRO_PER_CREDIT } from '../../../../lib/core/values/money';
import { LedgerAccount } from '../../../../lib/engine/account/ledger-account';
import { GroupCommit } from '../../../../lib/ledger/group-commit';
import type { LedgerStore } from '../../../../lib/ledger/store';
import { Chance } from '../../machine/proof-rounds';
import type { Departure, Ending, Given, Proved } from '../judge';
import { ledgerEndOf, NOTHING_KNOWN, provedBy, type Acknowledged } from '../ledger-end';
import { composedOf, forgetProcess } from './composition';
import type { Fault, Ground, SimulatedProcess, Struck } from './ground';
import { DEAREST_MICRO, LyingProvider, MOST_MICRO } from './lying-provider';
import { SimulatedHost } from './simulated-host';
import { SimulatedTime } from './simulated-time';

const MAX_DEATHS = 8;
/** Longer than any hold of a call stays open, wherever the clock was. */
const AFTER_HOLDS_MS = 60 * 86_400_000;
/** Faults strike within so long after the campaign began. */
const STRIKES_WITHIN_MS = 12_000;

/** Makes the ledger of a run. */
export type MakeGround = (world: { time: SimulatedTime; process: () => SimulatedProcess }) => Promise<Ground>;

/** What a run met and came to. */
export interface Simulated {
	readonly ending: Ending;
	/** Names of the faults that struck. */
	readonly struck: readonly string[];
	readonly deaths: number;
}

/** Something that is broken on purpose, to see that it is noticed. */
export interface Sabotage {
	readonly store?: (store: LedgerStore) => LedgerStore;
	readonly departs?: (departure: Departure) => readonly Departure[];
	readonly keyOf?: (person: string, round: number) => string;
	readonly isFaultless?: true;
}

interface Planned {
	readonly atMs: number;
	readonly fault: Fault;
}

export class SimulatedRun {
	readonly #chance: Chance;
	readonly #time: SimulatedTime;
	readonly #provider: LyingProvider;
	readonly #sabotage: Sabotage;
	readonly #people: readonly string[];
	readonly #host: SimulatedHost;
	readonly #given: { readonly amountMicro: bigint; isForgotten: boolean; readonly atMs: number }[] = [];
	readonly #proofs: Proved[] = [];
	readonly #struck: string[] = [];
	#reviving: Promise<void> | null = null;
	#backedUp = { atMs: 0, underWay: 0 };
	/** Holds whose calls may never have been made. */
	#lapsed = 0;
	#round = 0;
	#isExact = true;
	#ground: Ground | null = null;

	constructor(seed: number, sabotage: Sabotage = {}) {
		this.#chance = new Chance(seed);
		this.#sabotage = sabotage;
		this.#time = new SimulatedTime(new Chance(seed + 1));
		this.#provider = new LyingProvider({ seed, nowMs: () => this.#time.nowMs, pause: this.#time.pause });
		this.#people = Array.from({ length: 3 + this.#chance.below(12) }, (_, index) => `p${String(index)}`);
		this.#host = new SimulatedHost({
			time: this.#time,
			provider: this.#provider,
			chance: this.#chance,
			people: this.#people,
			keyOf: sabotage.keyOf ?? ((person) => `spring ${person}`),
			departs: sabotage.departs ?? ((departure) => [departure]),
			ledger: () => this.#needGround(),
		});
	}

	/** Runs the campaign twice, with faults in the first, and looks at everything. */
	async run(makeGround: MakeGround): Promise<Simulated> {
		const { timing } = this.#time;
		const ground = await makeGround({ time: this.#time, process: () => this.#host.process });
		this.#ground = ground;
		try {
			return await composedOf({ timing, ...this.#opening(ground) }, async () => {
				await this.#prepare();
				const rounds = [await this.#campaign(this.#sabotage.isFaultless ? [] : this.#someFaults(ground))];
				await ground.heal();
				this.#provider.isCalm = this.#chance.below(2) === 0;
				rounds.push(await this.#campaign([]));
				await this.#host.stop();
				await ground.close();
				this.#time.stand(AFTER_HOLDS_MS);
				return { ending: await this.#end(rounds), struck: this.#struck, deaths: this.#host.process.number };
			});
		} finally {
			forgetProcess();
			await ground.remove();
		}
	}

	#opening({ open }: Ground): Ground['open'] {
		const { store: spoil } = this.#sabotage;
		if (!spoil) return open;
		return { ...open, openSqliteLedger: async (options) => spoil(await open.openSqliteLedger(options)) };
	}

	#someFaults({ faults }: Ground): Planned[] {
		const planned = Array.from({ length: 1 + this.#chance.below(4) }, () => {
			const fault = faults[this.#chance.below(faults.length)];
			if (!fault) throw new Error('There is always a fault.');
			return { atMs: this.#time.nowMs + this.#chance.below(STRIKES_WITHIN_MS), fault };
		});
		return planned.sort((a, b) => a.atMs - b.atMs);
	}

	async #prepare(): Promise<void> {
		await this.#beside((account) => account.open({ timeZone: 'UTC' }));
		const calls = this.#chance.pick([0, Math.ceil(this.#people.length / 2), this.#people.length * 4]);
		await this.#addCredits(BigInt(1 + calls) * DEAREST_MICRO);
		await this.#backUp();
	}

	/** Everybody is sent through, again after each death. Returns the number of the round that came to its end. */
	async #campaign(planned: readonly Planned[]): Promise<number> {
		const over = new AbortController();
		const striking = this.#strikeAll(planned, over.signal);
		for (let deaths = 0; deaths <= MAX_DEATHS; deaths += 1) {
			await this.#reviving;
			this.#round += 1;
			if (!(await this.#host.round(this.#round))) continue;
			over.abort();
			await striking;
			return this.#round;
		}
		throw new Error('The campaign never came to its end.');
	}

	async #strikeAll(planned: readonly Planned[], over: AbortSignal): Promise<void> {
		const lasting: Promise<void>[] = [];
		for (const { atMs, fault } of planned) {
			await this.#time.pause(Math.max(0, atMs - this.#time.nowMs), over);
			if (over.aborted) break;
			this.#struck.push(fault.name);
			const striking = fault.strike(this.#struckBy());
			if (fault.overlaps) lasting.push(striking);
			else await striking;
		}
		await Promise.all(lasting);
	}

	#struckBy(): Struck {
		return {
			chance: this.#chance,
			time: this.#time,
			die: (meanwhile) => this.#die(meanwhile),
			wasRestored: () => this.#wasRestored(),
			blur: () => (this.#isExact = false),
			addCredits: () => this.#addCredits(BigInt(1 + this.#chance.below(20)) * MICRO_PER_CREDIT),
			backUp: () => this.#backUp(),
			prove: (when, before) => this.#prove(when, before),
			acknowledged: () => this.#needGround().acknowledged(),
		};
	}

	async #die(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
		this.#isExact = false;
		this.#lapsed += this.#host.underWay;
		const tellRound = this.#host.die();
		const revive = async (): Promise<void> => {
			await nextTurn();
			await this.#needGround().bury();
			this.#host.revive();
			await meanwhile();
			this.#host.forgetWhoWasUnderWay();
		};
		this.#reviving = this.#time.track(revive());
		await this.#reviving;
		tellRound();
	}

	/** What came after the backup is forgotten. */
	#wasRestored(): void {
		this.#isExact = false;
		const { atMs, underWay } = this.#backedUp;
		// What was under way, or owed, is charged to the ledger that is there now.
		const forgotten = this.#provider.calls.filter((one) => one.askedAtMs >= atMs && !one.isForgotten);
		for (const one of forgotten) one.isForgotten = true;
		for (const one of this.#given) if (one.atMs > atMs) one.isForgotten = true;
		this.#lapsed += underWay + forgotten.length;
		this.#host.ledgerWasReplaced(atMs);
	}

	async #addCredits(amountMicro: bigint): Promise<void> {
		const key = `grant ${String(this.#given.length + 1)}`;
		const given = { amountMicro, isForgotten: false, atMs: this.#time.nowMs };
		await this.#beside((account) => account.grant({ credits: amountMicro, category: 'purchased', expiry: null, key }));
		this.#given.push(given);
	}

	async #backUp(): Promise<void> {
		await this.#time.track(this.#needGround().backUp());
		this.#backedUp = { atMs: this.#time.nowMs, underWay: this.#host.underWay };
	}

	async #beside(use: (account: LedgerAccount) => Promise<unknown>): Promise<void> {
		const { accountId } = this.#needGround();
		await this.#needGround().beside((store) =>
			use(new LedgerAccount({ accountId, store, commits: new GroupCommit(store), timing: this.#time.timing })),
		);
	}

	async #prove(when: string, before: Acknowledged): Promise<number> {
		const { accountId } = this.#needGround();
		const proved = await this.#needGround().beside((store) => provedBy({ store, accountId }, when, before));
		this.#proofs.push(proved);
		return proved.missingEntries;
	}

	async #end(rounds: readonly number[]): Promise<Ending> {
		const { accountId } = this.#needGround();
		const ledger = await this.#needGround().beside((store) => ledgerEndOf({ store, accountId }, this.#time.wallMs()));
		await this.#prove('in the end', NOTHING_KNOWN);
		// A ledger that fails while it sets something aside may have done it.
		const unanswered = this.#host.departures.filter(({ reason }) => reason === 'ledger_unavailable').length;
		const given: readonly Given[] = this.#given;
		return {
			people: this.#people,
			rounds,
			healedRound: rounds.at(-1) ?? 0,
			departures: this.#host.departures,
			calls: this.#provider.calls,
			given,
			allowanceMicro: 0n,
			holdMicro: DEAREST_MICRO,
			lapsedMicro: BigInt(this.#lapsed + unanswered) * DEAREST_MICRO,
			mostMicro: MOST_MICRO,
			isExact: this.#isExact,
			ledger,
			proofs: this.#proofs,
		};
	}

	#needGround(): Ground {
		if (!this.#ground) throw new Error('There is no ground yet.');
		return this.#ground;
	}
}
