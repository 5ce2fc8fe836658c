/**
 * Owns the way of items through batches: those that wait are collected, the others gathered, reserved for and handed in together. Refuses
 * to hold an item back: everything leaves at once, with what is known by then.
 */
import pLimit from 'p-limit';
import { BatchBoard } from './batch-board';
import { BatchCollect } from './batch-collect';
import { BatchHandIn } from './batch-hand-in';
import { pendingOf } from '../outcome/batch-mark';
import { BatchPark, type BatchContext, type ParkEnd, type Parked } from './batch-park';
import type { ActionContext, ActionItem, RunHooks } from '../plan/action-types';
import type { ItemResult } from '../outcome/item-result';

/** Handed in together at most; a decision of the ledger and a file stay small. */
const MAX_TOGETHER = 10_000;
/** Items that come one by one are handed in once none has come for so long, or the first has waited for so long. */
const QUIET_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

/** Reservations side by side: no model is asked meanwhile, and the ledger commits them in groups. */
const RESERVATIONS_AT_ONCE = 256;

type Limit = <T>(work: () => Promise<T>) => Promise<T>;

interface Waiting {
	readonly item: ActionItem;
	readonly leave: (result: Promise<ItemResult>) => void;
}

/** The batches of one action. */
export class BatchWay {
	readonly #context: BatchContext;
	readonly #limit: Limit;
	readonly #reserving: Limit = pLimit(RESERVATIONS_AT_ONCE);
	#waiting: Waiting[] = [];
	#firstAtMs = 0;
	#arrivals = 0;

	/** `limit` runs what may ask models, so many at a time. */
	constructor(context: ActionContext, limit: Limit) {
		this.#context = { ...context, board: new BatchBoard(context.timing) };
		this.#limit = limit;
	}

	/** All items, those to be asked for in as few batches as possible; results in the order of the items. */
	async run(items: readonly ActionItem[], { signal = null, onSettled }: RunHooks = {}): Promise<ItemResult[]> {
		const results = new Map<ActionItem, ItemResult>();
		const settled = (item: ActionItem, result: ItemResult): void => {
			results.set(item, result);
			onSettled?.(results.size, items.length);
		};
		const fresh = items.filter((item) => pendingOf(item.data) === null);
		const collected = items.map(async (item) => {
			const pending = pendingOf(item.data);
			if (pending) settled(item, await this.#limit(() => new BatchCollect(this.#context, item, pending).run()));
		});
		for (let from = 0; from < fresh.length; from += MAX_TOGETHER)
			await this.#handIn(fresh.slice(from, from + MAX_TOGETHER), { signal, settled });
		await Promise.all(collected);
		return items.flatMap((item) => results.get(item) ?? []);
	}

	/** One item; one to be asked for waits a moment for others. */
	async runOne(item: ActionItem): Promise<ItemResult> {
		const pending = pendingOf(item.data);
		if (pending) return this.#limit(() => new BatchCollect(this.#context, item, pending).run());
		const left = new Promise<ItemResult>((leave) => {
			this.#waiting.push({ item, leave });
		});
		void this.#handInWhenQuiet(item.signal ?? null);
		return left;
	}

	async #handIn(
		items: readonly ActionItem[],
		{ signal, settled }: { signal: AbortSignal | null; settled: (item: ActionItem, result: ItemResult) => void },
	): Promise<void> {
		const [submission, startedMs] = [this.#context.newId(), this.#context.timing.monotonicMs()];
		const parked = new Map<Parked, ActionItem>();
		const parking = items.map(async (item) => {
			const end = await this.#reserving(() => new BatchPark(this.#context, item, submission).run());
			if (end.kind === 'parked') parked.set(end.parked, item);
			else settled(item, await this.#unparked(item, end));
		});
		await Promise.all(parking);
		const results = await new BatchHandIn(this.#context, { submission, startedMs }).run([...parked.keys()], signal);
		for (const [each, result] of results) {
			const item = parked.get(each);
			if (item) settled(item, result);
		}
	}

	/** What left by itself, or was handed in by an earlier run. */
	async #unparked(item: ActionItem, end: Exclude<ParkEnd, { kind: 'parked' }>): Promise<ItemResult> {
		if (end.kind === 'left') return end.result;
		return this.#limit(() => new BatchCollect(this.#context, item, end.pending).run());
	}

	async #handInWhenQuiet(signal: AbortSignal | null): Promise<void> {
		const { timing } = this.#context;
		if (this.#waiting.length === 1) this.#firstAtMs = timing.monotonicMs();
		this.#arrivals += 1;
		const arrivals = this.#arrivals;
		const isFull = this.#waiting.length >= MAX_TOGETHER || timing.monotonicMs() - this.#firstAtMs >= LONGEST_WAIT_MS;
		if (!isFull) {
			await timing.pause(QUIET_MS, signal);
			if (arrivals !== this.#arrivals && !signal?.aborted) return;
		}
		const together = this.#waiting;
		this.#waiting = [];
		if (together.length === 0) return;
		const signals = together.flatMap(({ item }) => item.signal ?? []);
		const done = this.run(
			together.map(({ item }) => item),
			{ signal: signals.length === 0 ? null : AbortSignal.any(signals) },
		);
		for (const [index, { leave }] of together.entries()) leave(done.then((results) => resultAt(results, index)));
	}
}

function resultAt(results: readonly ItemResult[], index: number): ItemResult {
	const result = results[index];
	if (!result) throw new TypeError('Every item leaves');
	return result;
}
