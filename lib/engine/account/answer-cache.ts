/**
 * Owns the answers that an account keeps for identical requests, as the engine uses them: found by key and age, kept soon and not at
 * once, the least used removed, and calls that were saved counted. Refuses to stand in an item's way: what cannot be read is not there,
 * what cannot be kept is not kept.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isCreditError } from '../../core/values/errors';
import type { Micro } from '../../core/values/money';
import { dayOf, type Instant } from '../../core/values/time';
import {
	bytesOfText,
	type AnswerChanges,
	type AnswerSaving,
	type AnswerStore,
	type AnswerUse,
	type CachedAnswer,
	type KeptAnswer,
} from '../../ledger/answer-store';
import type { ProfileReader } from './account-profile';
import { SingleFlight } from '../waiting/single-flight';
import type { Timing } from '../waiting/timing';

/** Answers beyond the limits are looked for once this share of them has been added, so they can be exceeded by as much for a while. */
const TRIM_AFTER = 0.01;
/** While the ledger cannot be written, no more than this waits for it; what comes then is not kept. */
const MAX_WAITING = 1_000;

/** One call that was not made. */
interface Saving {
	readonly atMs: Instant;
	readonly campaign: string;
	readonly savedMicro: Micro;
}

interface AnswerCacheOptions {
	readonly store: AnswerStore;
	readonly accountId: string;
	readonly profile: ProfileReader;
	readonly timing: Timing;
}

/** The kept answers of one account, shared by all who use it in this process. */
export class AnswerCache {
	/** Identical requests under way in this process. */
	readonly underWay: SingleFlight<CachedAnswer>;
	readonly #options: AnswerCacheOptions;
	/** Not durable yet, and already usable here. */
	readonly #waiting = new Map<string, KeptAnswer>();
	readonly #used = new Map<string, AnswerUse>();
	#saved: Saving[] = [];
	#writing: Promise<void> | null = null;
	#keptSinceTrim = { answers: Number.POSITIVE_INFINITY, bytes: 0 };

	constructor(options: AnswerCacheOptions) {
		this.#options = options;
		this.underWay = new SingleFlight(options.timing);
	}

	/** The answer of a key that is at most `maxAgeMs` old, or null. Never rejects for a ledger that cannot be read. */
	async find(key: string, maxAgeMs: number): Promise<CachedAnswer | null> {
		const { store, accountId, timing } = this.#options;
		const atMs = timing.clock();
		const answer = this.#waiting.get(key) ?? (await store.find(accountId, key, atMs).catch(nothing));
		return answer && atMs - answer.storedAtMs < maxAgeMs ? answer : null;
	}

	/** Keeps an answer: for this process at once, for others soon. */
	keep(answer: KeptAnswer): void {
		if (this.#waiting.size >= MAX_WAITING) return;
		this.#waiting.set(answer.key, answer);
		this.#write();
	}

	/** Notes that an answer was used, so that it is kept for longer than others. */
	noteUse({ key }: Pick<CachedAnswer, 'key'>): void {
		if (this.#used.size >= MAX_WAITING) return;
		this.#used.set(key, { key, atMs: this.#options.timing.clock() });
		this.#write();
	}

	/** Counts a call that was not made because of an answer, under the campaign it would have been counted under. */
	noteSaving({ costMicro }: Pick<CachedAnswer, 'costMicro'>, campaign: string): void {
		if (this.#saved.length >= MAX_WAITING) return;
		this.#saved.push({ campaign, savedMicro: costMicro, atMs: this.#options.timing.clock() });
		this.#write();
	}

	/** Resolves when everything kept so far is written, or given up. */
	async drain(): Promise<void> {
		await this.#writing;
	}

	#write(): void {
		this.#writing ??= this.#writeAll().finally(() => (this.#writing = null));
	}

	async #writeAll(): Promise<void> {
		while (this.#waiting.size + this.#used.size + this.#saved.length > 0) {
			// Whatever else comes in this turn is written together with it.
			await nextTurn();
			const kept = [...this.#waiting.values()];
			const [used, saved] = [[...this.#used.values()], this.#saved];
			this.#used.clear();
			this.#saved = [];
			// Nobody waits for this, so a fault of whatever kind that went on would end the host.
			await this.#writeOnce({ kept, used, saved }).catch(() => undefined);
			for (const answer of kept) if (this.#waiting.get(answer.key) === answer) this.#waiting.delete(answer.key);
		}
	}

	async #writeOnce({ kept, used, saved }: Pick<AnswerChanges, 'kept' | 'used'> & { saved: readonly Saving[] }): Promise<void> {
		const { store, accountId, profile } = this.#options;
		const { account } = await profile.read();
		const limits = account.settings.cacheLimits;
		const isKeeping = limits.maxAnswers > 0 && limits.maxBytes > 0;
		await store.write(accountId, { kept: isKeeping ? kept : [], used, saved: savingsOf(saved, account.timeZone) });
		const since = this.#keptSinceTrim;
		since.answers += kept.length;
		since.bytes += kept.reduce((sum, { text }) => sum + bytesOfText(text), 0);
		if (since.answers < limits.maxAnswers * TRIM_AFTER && since.bytes < limits.maxBytes * TRIM_AFTER) return;
		await store.trim(accountId, limits);
		this.#keptSinceTrim = { answers: 0, bytes: 0 };
	}
}

/** Added up for each day of the account and each campaign. */
function savingsOf(saved: readonly Saving[], timeZone: string): AnswerSaving[] {
	const sums = new Map<string, AnswerSaving>();
	for (const { atMs, campaign, savedMicro } of saved) {
		const day = dayOf(atMs, timeZone);
		const id = `${day} ${campaign}`;
		const before = sums.get(id) ?? { day, campaign, calls: 0, savedMicro: 0n };
		sums.set(id, { ...before, calls: before.calls + 1, savedMicro: before.savedMicro + savedMicro });
	}
	return [...sums.values()];
}

function nothing(error: unknown): null {
	if (!isCreditError(error)) throw error;
	return null;
}
