/** The host of a simulated run: its process, its lease of the ledger, its action, and who came out of it. */
import { formatCredits } from '../../../../lib/core/values/money';
import type { SpendingAccount } from '../../../../lib/engine/account/spending-account';
import type { LedgerAccount } from '../../../../lib/engine/account/ledger-account';
import { OwedCosts } from '../../../../lib/engine/account/owed-costs';
import { EngineMemory } from '../../../../lib/engine/learned/engine-memory';
import { LlmAction, type LlmActionValues } from '../../../../lib/engine/llm-action';
import { LLM_ACTION_PARAMS } from '../../../../lib/params/llm-action/llm-action';
import { readParams } from '../../../../lib/params/read';
import { leaseSpending } from '../../../../lib/runtime/outage';
import { leaseLedger, type LedgerLease } from '../../../../lib/runtime/runtime';
import type { Chance } from '../../machine/proof-rounds';
import { item } from '../../scenarios/action-world';
import { saysUnrecorded, type Departure } from '../judge';
import { closeIdle, forgetProcess } from './composition';
import type { SimulatedProcess } from './ground';
import { DEAREST_MICRO, MAX_OUTPUT_TOKENS, type LyingProvider } from './lying-provider';
import type { SimulatedTime } from './simulated-time';

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** What a host has around it. */
export interface Surroundings {
	readonly time: SimulatedTime;
	readonly provider: LyingProvider;
	readonly chance: Chance;
	readonly people: readonly string[];
	readonly keyOf: (person: string, round: number) => string;
	readonly departs: (departure: Departure) => readonly Departure[];
	readonly ledger: () => { readonly place: string; readonly folder: string; readonly accountId: string };
}

export class SimulatedHost {
	readonly departures: Writable<Departure>[] = [];
	process: SimulatedProcess = { number: 0, isDead: false };
	readonly #around: Surroundings;
	readonly #values: LlmActionValues;
	/** As Node-RED does, which has one as long as its flow; n8n has one for each execution. */
	readonly #keepsAction: boolean;
	/** People whose turn has come and who have not left. */
	readonly #begun = new Set<string>();
	/** Of these, those who had begun when the ledger was replaced. */
	readonly #excused = new Set<string>();
	#owed: OwedCosts;
	#action: { readonly process: SimulatedProcess; readonly action: LlmAction } | null = null;
	#lease: Promise<LedgerLease> | null = null;
	#onDeath: () => void = () => undefined;

	constructor(around: Surroundings) {
		this.#around = around;
		this.#values = someValues(around.chance);
		this.#owed = this.#newOwed();
		this.#keepsAction = around.chance.below(2) === 0;
	}

	/** Sends everybody through. False when the process died on the way. */
	async round(round: number): Promise<boolean> {
		const { process } = this;
		const died = new Promise<false>((resolve) => (this.#onDeath = () => resolve(false)));
		const isKept = this.#keepsAction && this.#action?.process === process;
		const { action } = (this.#action = isKept && this.#action ? this.#action : { process, action: this.#newAction(process) });
		const ended = Promise.all(this.#around.people.map((person) => this.#send(action, { person, round, process })))
			.then(() => action.idle())
			// What is left of a process that has died ends too, and nobody came out of it.
			.then(() => !process.isDead);
		return Promise.race([ended, died]);
	}

	/** The process ends at once. Returns what tells its round. */
	die(): () => void {
		this.process.isDead = true;
		forgetProcess();
		this.#lease = null;
		return this.#onDeath;
	}

	/** Another process begins where one has died. */
	revive(): void {
		this.process = { number: this.process.number + 1, isDead: false };
		this.#owed = this.#newOwed();
	}

	/** Whoever was under way in the process that died is not any more. */
	forgetWhoWasUnderWay(): void {
		for (const person of this.#begun) this.#leave(person);
	}

	/** The ledger is an older one: what came since is forgotten, and who is under way is excused. */
	ledgerWasReplaced(backedUpAtMs: number): void {
		for (const one of this.departures) if (one.atMs >= backedUpAtMs) one.isForgotten = true;
		for (const person of this.#begun) this.#excused.add(person);
	}

	/** How many are under way. */
	get underWay(): number {
		return this.#begun.size;
	}

	/** Records what could not be recorded until now, and gives the ledger back. */
	async stop(): Promise<void> {
		await this.#owed.recorded();
		await (await this.#lease?.catch(() => null))?.release();
		this.#lease = null;
		closeIdle();
	}

	/** As a process has it: what is owed goes with it. */
	#newOwed(): OwedCosts {
		const { process } = this;
		const { timing } = this.#around.time;
		const rest = async (delayMs: number): Promise<void> => {
			await timing.pause(delayMs);
			if (process.isDead) await new Promise(() => undefined);
		};
		return new OwedCosts({ timing, rest, say: () => undefined });
	}

	#newAction(process: SimulatedProcess): LlmAction {
		const { time, provider } = this.#around;
		return new LlmAction({
			values: this.#values,
			openLedger: () => this.#openToSpend(process),
			provider: () => provider.handleOf(process),
			labels: { flow: 'f', node: 'n', purpose: 'live' },
			nodeKey: 'n',
			owed: this.#owed,
			memory: new EngineMemory(() => time.nowMs),
			timing: time.timing,
			newId: () => `id-${String(process.number)}`,
		});
	}

	async #send(action: LlmAction, to: { person: string; round: number; process: SimulatedProcess }): Promise<void> {
		const { person, round, process } = to;
		const sent = item(this.#around.keyOf(person, round), { prompt: `Write to ${person}.` });
		const read = (): ReturnType<typeof sent.read> => {
			this.#begun.add(person);
			return sent.read();
		};
		const { route, llmCredits } = await action.runOne({ ...sent, read });
		if (process.isDead) return;
		const { reason, message } = llmCredits;
		const isForgotten = this.#leave(person) || saysUnrecorded(message);
		const departure = { person, round, atMs: this.#around.time.nowMs, route, reason, message, isForgotten };
		this.departures.push(...this.#around.departs(departure));
	}

	/** Whoever was under way when the ledger was replaced is excused for the calls made until here; then the new one does not know of them. */
	#leave(person: string): boolean {
		this.#begun.delete(person);
		if (!this.#excused.delete(person)) return false;
		for (const call of this.#around.provider.calls) if (call.person === person && !call.isForgotten) call.isExcused = true;
		return true;
	}

	/** As the hosts do it. */
	async #openToSpend(process: SimulatedProcess): Promise<SpendingAccount> {
		const { place, folder, accountId } = this.#around.ledger();
		const settings = {
			...(place.startsWith('postgres') ? { path: '', postgresUrl: place } : { path: place }),
			account: accountId,
			timeZone: 'UTC',
		};
		const open = async (): Promise<LedgerAccount> => {
			// What a process that has died had still to record asks for no ledger.
			if (process.isDead) await new Promise(() => undefined);
			const lease = (this.#lease ??= leaseLedger(settings, folder, {}));
			lease.catch(() => (this.#lease === lease ? (this.#lease = null) : null));
			return (await lease).current();
		};
		return (await leaseSpending(settings, open, { folder, environment: {} })).account;
	}
}

function someValues(chance: Chance): LlmActionValues {
	return readParams(LLM_ACTION_PARAMS, {
		model: 'm',
		prompt: 'x',
		attributes: [{ name: 'message', type: 'text', description: '', details: '', fallback: 'Hi' }],
		reservation: 'fixed',
		reservationCredits: formatCredits(DEAREST_MICRO),
		maxOutputTokens: MAX_OUTPUT_TOKENS,
		concurrency: chance.pick([1, 4, 64]),
		maxAttempts: chance.pick([1, 2, 3]),
		timeoutSeconds: chance.pick([5, 20]),
		deadlineSeconds: chance.pick([0, 0, 20]),
		waitForCreditsSeconds: chance.pick([0, 2, 5]),
		waitForProviderSeconds: chance.pick([0, 10]),
		keepResultsHours: chance.pick([0, 24]),
	});
}
