/**
 * Remembers how each model of each endpoint is asked, once it has refused something: for all calls of this process at once, and beside
 * the ledger for others, for a week. What cannot be read or written there hinders nobody.
 */
import { LRUCache } from 'lru-cache';
import { decodeManner, encodeManner, type Manner } from '../../core/calls/manner';
import { hasPassed } from '../../core/values/time';

/** Of each kind, in a process that lives long: a host has fewer endpoints and models. */
const MOST_REMEMBERED = 1000;

/** Endpoints change: after this, everything is tried anew. */
const LEARNED_FOR_MS = 7 * 24 * 3_600_000;
/** Where nothing helped, nothing is tried for so long. */
const FRUITLESS_FOR_MS = 10 * 60_000;
/** A ledger that takes longer to tell what it knows is not waited for. */
const MAX_READ_MS = 1_000;

/** Where the lesson about one model is kept for other processes. */
export interface LessonKeeper {
	/** What is kept; `null` for nothing that still holds. */
	find(): Promise<string | null>;
	keep(text: string, forMs: number): Promise<void>;
}

interface Known {
	readonly manner: Manner;
	readonly untilMs: number;
}

/** The manners of one process. Instants are monotonic milliseconds. */
export class LearnedManners {
	readonly #known = new LRUCache<string, Known>({ max: MOST_REMEMBERED });
	readonly #loads = new LRUCache<string, Promise<void>>({ max: MOST_REMEMBERED });
	readonly #fruitless = new LRUCache<string, number>({ max: MOST_REMEMBERED });
	readonly #obedient = new LRUCache<string, true>({ max: MOST_REMEMBERED });
	readonly #nowMs: () => number;

	constructor(monotonicMs: () => number) {
		this.#nowMs = monotonicMs;
	}

	/** How a model is asked now; `usual`: until it has refused something. */
	of(id: string, usual: Manner): Manner {
		const known = this.#known.get(id);
		return known && !hasPassed(known.untilMs, { atMs: this.#nowMs() }) ? known.manner : usual;
	}

	/** `null` when what others have learned about the model is known; else a promise of when it is. Never rejects. */
	load(id: string, { keeper, pause }: { keeper: LessonKeeper | null; pause: (ms: number) => Promise<void> }): Promise<void> | null {
		if (this.#known.get(id) || !keeper) return null;
		const under = this.#loads.get(id);
		if (under) return isDone.has(under) ? null : under;
		const reading = keeper.find().then(
			(text) => {
				if (text !== null && !this.#known.get(id)) this.#set(id, decodeManner(text));
			},
			() => undefined,
		);
		const load: Promise<void> = Promise.race([reading, pause(MAX_READ_MS)]).then(() => void isDone.add(load));
		this.#loads.set(id, load);
		return load;
	}

	/** Remembers a manner. Resolves when it is kept for others, or that has failed. */
	async learn(id: string, manner: Manner, keeper: LessonKeeper | null): Promise<void> {
		this.#set(id, manner);
		await keeper?.keep(encodeManner(manner), LEARNED_FOR_MS).catch(() => undefined);
	}

	/** True while trying for a way around a refusal that names nothing was of no use lately. */
	isFruitless(id: string): boolean {
		return !hasPassed(this.#fruitless.get(id) ?? 0, { atMs: this.#nowMs() });
	}

	/** Nothing helped against a refusal that names nothing. */
	triedInVain(id: string): void {
		this.#fruitless.set(id, this.#nowMs() + FRUITLESS_FOR_MS);
	}

	/** True for a model that has answered in the form asked for otherwise than in words. */
	isObedient(id: string): boolean {
		return this.#obedient.get(id) ?? false;
	}

	/** The model answered in the form asked for. */
	obeyed(id: string): void {
		if (!this.#obedient.get(id)) this.#obedient.set(id, true);
	}

	#set(id: string, manner: Manner): void {
		this.#known.set(id, { manner, untilMs: this.#nowMs() + LEARNED_FOR_MS });
	}
}

const isDone = new WeakSet<Promise<void>>();
