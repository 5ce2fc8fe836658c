/**
 * What the engine remembers between runs of one process: how large calls are, how much room they need, how each model is asked, and how
 * each is doing.
 */
import { LRUCache } from 'lru-cache';
import { NOTHING_LEARNED, type Learned } from '../../core/prices/estimate';
import { LearnedManners } from './learned-manners';
import { ProviderHealth } from './provider-health';

/** Of each kind, in a process that lives long: a host has fewer endpoints and models. */
const MOST_REMEMBERED = 1000;

interface Lasting {
	readonly learned: LRUCache<string, Learned>;
	readonly rooms: LRUCache<string, number>;
	readonly manners: LearnedManners;
}

/** What earlier calls taught, kept across runs of one process. Bounded; the oldest is forgotten. */
export class EngineMemory {
	readonly health: ProviderHealth;
	readonly manners: LearnedManners;
	readonly #monotonicMs: () => number;
	readonly #lasting: Lasting;

	/** `monotonicMs` measures how long calls take and models fail. What was learned before is shared where it is given. */
	constructor(monotonicMs: () => number, lasting?: Lasting) {
		this.#monotonicMs = monotonicMs;
		this.health = new ProviderHealth(monotonicMs);
		this.#lasting = lasting ?? {
			learned: new LRUCache({ max: MOST_REMEMBERED }),
			rooms: new LRUCache({ max: MOST_REMEMBERED }),
			manners: new LearnedManners(monotonicMs),
		};
		this.manners = this.#lasting.manners;
	}

	/** For a call that was made long ago: it teaches how large calls are, and nothing about how the model is doing now. */
	ofThePast(): EngineMemory {
		return new EngineMemory(this.#monotonicMs, this.#lasting);
	}

	learned(id: string): Learned {
		return this.#lasting.learned.get(id) ?? NOTHING_LEARNED;
	}

	setLearned(id: string, learned: Learned): void {
		this.#lasting.learned.set(id, learned);
	}

	/** The output limit to ask with, in tokens: that of the settings, or more where it was learned that no answer comes within it. */
	limitFor(id: string, limitTokens: number): number {
		return this.#lasting.rooms.get(`${id}|${String(limitTokens)}`) ?? limitTokens;
	}

	/** Calls with this limit in their settings need more room. */
	needsRoom(id: string, { limitTokens, roomTokens }: { limitTokens: number; roomTokens: number }): void {
		this.#lasting.rooms.set(`${id}|${String(limitTokens)}`, roomTokens);
	}
}
