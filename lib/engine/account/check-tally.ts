/**
 * Owns counting what the checks of items came to, for people who look at a campaign: added up, and written beside the journal soon, in
 * the background. Refuses to hold an item up or to fail it: what cannot be written is given up.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Gate } from '../../core/gates/finding';
import { dayOf, type Instant } from '../../core/values/time';
import type { CheckCount, CheckStore } from '../../ledger/check-store';
import type { ProfileReader } from './account-profile';
import type { ItemChecks } from '../outcome/item-result';
import type { Timing } from '../waiting/timing';

/** Items that wait to be written; more are not counted. */
const MAX_WAITING = 10_000;

interface CheckTallyOptions {
	readonly store: CheckStore;
	readonly accountId: string;
	readonly profile: ProfileReader;
	readonly timing: Pick<Timing, 'clock'>;
}

interface Noted {
	readonly atMs: Instant;
	readonly campaign: string;
	readonly segment: string;
	readonly checks: ItemChecks;
}

/** The counts of one account in this process. */
export class CheckTally {
	readonly #options: CheckTallyOptions;
	#noted: Noted[] = [];
	#writing: Promise<void> | null = null;

	constructor(options: CheckTallyOptions) {
		this.#options = options;
	}

	/** Counts an item once for each gate that found something in it. */
	note(checks: ItemChecks, { campaign = '', segment = '' }: { readonly campaign?: string; readonly segment?: string }): void {
		if (this.#noted.length >= MAX_WAITING) return;
		this.#noted.push({ atMs: this.#options.timing.clock(), campaign, segment, checks });
		this.#writing ??= this.#writeAll().finally(() => (this.#writing = null));
	}

	/** Resolves when everything noted so far is written, or given up. */
	async drain(): Promise<void> {
		await this.#writing;
	}

	async #writeAll(): Promise<void> {
		while (this.#noted.length > 0) {
			// Whatever else comes in this turn is written together with it.
			await nextTurn();
			const noted = this.#noted;
			this.#noted = [];
			// Nobody waits for this, so a fault of whatever kind that went on would end the host, and counting is not worth a campaign.
			await this.#write(noted).catch(() => undefined);
		}
	}

	async #write(noted: readonly Noted[]): Promise<void> {
		const { store, accountId, profile } = this.#options;
		const { timeZone } = (await profile.read()).account;
		await store.add(accountId, countsOf(noted, timeZone));
	}
}

/** Added up for each day of the account, labels, gate and outcome. */
function countsOf(noted: readonly Noted[], timeZone: string): CheckCount[] {
	const sums = new Map<string, CheckCount>();
	for (const { atMs, campaign, segment, checks } of noted) {
		const day = dayOf(atMs, timeZone);
		for (const gate of gatesOf(checks)) {
			const row = { day, campaign, segment, gate, outcome: checks.outcome };
			const id = JSON.stringify(row);
			sums.set(id, { ...row, items: (sums.get(id)?.items ?? 0) + 1 });
		}
	}
	return [...sums.values()];
}

/** The gates that found something; for an answer that was not judged, the judge. */
function gatesOf({ outcome, failed }: ItemChecks): ReadonlySet<Gate> {
	return new Set<Gate>(outcome === 'unjudged' ? ['judge'] : failed.map(({ gate }) => gate));
}
