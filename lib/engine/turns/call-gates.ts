/**
 * Keeps one gate for each model of each endpoint, for all actions of this process, and tells other processes on the same ledger what it
 * learned: a note of each that is at it, every few seconds, and one for who comes later. All take the same part of what is known. What
 * cannot be read or written hinders nobody, and no call waits for it but the first.
 */
import { LRUCache } from 'lru-cache';
import type { KnownControl } from '../../core/calls/call-control';
import { compareInstants } from '../../core/values/time';
import { decodeCallNote, encodeCallNote, type ToldCalls } from '../../core/calls/call-note';
import type { EngineMemory } from '../learned/engine-memory';
import { CallGate } from './call-gate';
import type { CallBoard, CallNote } from './item-turn';
import type { Timing } from '../waiting/timing';

/** In a process that lives long: a host has fewer endpoints and models. */
const MOST_GATES = 1000;
const BEAT_MS = 4_000;
const LEAST_BEAT_MS = 1_000;
/** Who has told nothing for so long is not at it any more. */
const PRESENT_FOR_MS = 15_000;
/** Who comes later starts from what was learned within this time. */
const KEPT_FOR_MS = 24 * 3_600_000;
/** A ledger that takes longer to tell what it knows is not waited for. */
const MAX_READ_MS = 1_000;

/** The name of the note for who comes later, and the beginning of the names of those who are at it. */
const KEPT = 'calls';
const PRESENT = 'calls/';

/** What a gate goes by. */
interface GateState {
	readonly gate: CallGate;
	board: CallBoard | null;
	/** Monotonic milliseconds of the last exchange; `null` before the first. */
	beatMs: number | null;
	isTelling: boolean;
	told: KnownControl;
	/** What was last told of the rate, and since when that is known, in the time of the ledger. */
	perSecond: number | null;
	learnedAtMs: number;
	/** Until what is known is read. */
	loading: Promise<CallGate> | null;
}

const ofMemories = new WeakMap<EngineMemory, CallGates>();

/** The gates that belong to a memory: one for each model, for all actions of a process. `newId` names the process to others. */
export function gatesOf(
	memory: EngineMemory,
	{ timing, newId }: { timing: Pick<Timing, 'monotonicMs' | 'pause'>; newId: () => string },
): CallGates {
	const known = ofMemories.get(memory);
	if (known) return known;
	const gates = new CallGates(timing, newId());
	ofMemories.set(memory, gates);
	return gates;
}

/** The gates of one process; `ownName` tells it from others. */
export class CallGates {
	readonly #gates = new LRUCache<string, GateState>({ max: MOST_GATES });
	readonly #timing: Pick<Timing, 'monotonicMs' | 'pause'>;
	readonly #ownName: string;

	constructor(timing: Pick<Timing, 'monotonicMs' | 'pause'>, ownName: string) {
		this.#timing = timing;
		this.#ownName = ownName;
	}

	/** The gate of a model; a promise while what others know of it is read. */
	of(modelId: string, board: CallBoard | null): CallGate | Promise<CallGate> {
		const kept = this.#gates.get(modelId) ?? this.#new(modelId);
		if (board) kept.board = board;
		if (kept.beatMs === null && board) this.#load(kept, board);
		return kept.loading ?? kept.gate;
	}

	/** The gate where there is one already. */
	known(modelId: string): CallGate | null {
		return this.#gates.get(modelId)?.gate ?? null;
	}

	#new(modelId: string): GateState {
		const kept: GateState = {
			gate: new CallGate(this.#timing, (isIdle) => {
				this.#beat(kept, isIdle);
			}),
			board: null,
			beatMs: null,
			isTelling: false,
			told: { calls: 0, perSecond: null },
			perSecond: null,
			learnedAtMs: 0,
			loading: null,
		};
		this.#gates.set(modelId, kept);
		return kept;
	}

	#load(kept: GateState, board: CallBoard): void {
		kept.beatMs = this.#timing.monotonicMs();
		const read = new AbortController();
		const reading = board
			.find()
			.then(
				(notes) => {
					this.#startFrom(kept, { notes, nowMs: board.nowMs() });
					return this.#tell(kept, board);
				},
				() => undefined,
			)
			.finally(() => {
				read.abort();
			});
		kept.loading = Promise.race([reading, this.#timing.pause(MAX_READ_MS, read.signal)]).then(() => {
			kept.loading = null;
			return kept.gate;
		});
	}

	#startFrom(kept: GateState, { notes, nowMs }: { notes: readonly CallNote[]; nowMs: number }): void {
		const others = this.#othersIn(notes, nowMs);
		const last = notes.find(({ name }) => name === KEPT);
		const told = others.length > 0 ? others : last ? toldBy([last]) : [];
		if (told.length === 0) return;
		const learned = newest(told);
		const calls = told.reduce((sum, each) => sum + each.calls, 0);
		kept.gate.control.startFrom({ calls, perSecond: learned?.perSecond ?? null }, others.length);
		[kept.perSecond, kept.learnedAtMs] = [learned?.perSecond ?? null, learned?.learnedAtMs ?? 0];
	}

	/** Now and then, and once nothing is under way any more, what changed meanwhile; never on the way of a call. */
	#beat(kept: GateState, isIdle: boolean): void {
		const { board, beatMs } = kept;
		const nowMs = this.#timing.monotonicMs();
		if (!board || kept.isTelling || beatMs === null || !this.#isTime(kept, { sinceMs: nowMs - beatMs, isIdle })) return;
		kept.beatMs = nowMs;
		kept.isTelling = true;
		board
			.find()
			.then((notes) => {
				this.#hear(kept, { notes, nowMs: board.nowMs() });
				return this.#tell(kept, board);
			})
			.catch(() => undefined)
			.finally(() => {
				kept.isTelling = false;
			});
	}

	#isTime({ gate, told }: GateState, { sinceMs, isIdle }: { sinceMs: number; isIdle: boolean }): boolean {
		if (sinceMs >= BEAT_MS) return true;
		if (!isIdle || sinceMs < LEAST_BEAT_MS) return false;
		const { calls, perSecond } = gate.control.known;
		return perSecond !== told.perSecond || Math.abs(calls - told.calls) * 4 > told.calls;
	}

	#hear(kept: GateState, { notes, nowMs }: { notes: readonly CallNote[]; nowMs: number }): void {
		const others = this.#othersIn(notes, nowMs);
		const { control } = kept.gate;
		const { perSecond } = control.known;
		if (perSecond !== kept.perSecond) [kept.perSecond, kept.learnedAtMs] = [perSecond, nowMs];
		const later = newest(others);
		const isLater = later !== null && compareInstants(later.learnedAtMs, kept.learnedAtMs) > 0;
		const adopted = isLater ? later.perSecond : null;
		const elsewhere = others.reduce((sum, each) => sum + each.sentPerSecond, 0);
		control.beside({ others: others.length, elsewhere, perSecond: adopted });
		if (adopted !== null) [kept.perSecond, kept.learnedAtMs] = [control.known.perSecond, later?.learnedAtMs ?? nowMs];
	}

	async #tell(kept: GateState, board: CallBoard): Promise<void> {
		const { gate, learnedAtMs } = kept;
		const { calls, perSecond } = gate.control.known;
		kept.told = { calls, perSecond };
		const sentPerSecond = gate.control.perSecond(this.#timing.monotonicMs());
		const value = encodeCallNote({ calls, perSecond, sentPerSecond, learnedAtMs });
		const nowMs = board.nowMs();
		await board.keep([
			{ name: `${PRESENT}${this.#ownName}`, value, untilMs: nowMs + PRESENT_FOR_MS },
			{ name: KEPT, value, untilMs: nowMs + KEPT_FOR_MS },
		]);
	}

	#othersIn(notes: readonly CallNote[], nowMs: number): readonly ToldCalls[] {
		const own = `${PRESENT}${this.#ownName}`;
		// A clock that was set back must not keep anybody there.
		const isPresent = ({ untilMs }: CallNote): boolean => untilMs - nowMs <= PRESENT_FOR_MS;
		return toldBy(notes.filter((note) => note.name.startsWith(PRESENT) && note.name !== own && isPresent(note)));
	}
}

function toldBy(notes: readonly CallNote[]): readonly ToldCalls[] {
	return notes.flatMap(({ value }) => decodeCallNote(value) ?? []);
}

/** What was learned last of the rate; `null` where nobody has met a limit. */
function newest(told: readonly ToldCalls[]): ToldCalls | null {
	const learned = told.filter(({ perSecond }) => perSecond !== null).sort((a, b) => b.learnedAtMs - a.learnedAtMs);
	return learned[0] ?? null;
}
