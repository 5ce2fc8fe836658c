/**
 * Owns the way of one item into a batch: planned and reserved like any other, at the price of a batch and for as long as it may take; what
 * an earlier run handed in under the same key is found again. Refuses to wait for credits: an item of a batch leaves at once.
 */
import { batchPrice } from '../../core/prices/batch-price';
import { isCreditError } from '../../core/values/errors';
import type { Hold } from '../../core/nouns/records';
import { hasPassed } from '../../core/values/time';
import type { Form } from '../../core/calls/manner';
import { nowOf } from '../account/ledger-now';
import type { ActionContext, ActionItem, ProviderHandle } from '../plan/action-types';
import type { BatchBoard } from './batch-board';
import { requestOf, type PendingItem } from '../outcome/batch-mark';
import { mannerOf, type CallPlan } from '../plan/call-plan';
import { cancelled, FallbackError, fallbackOf } from '../outcome/fallback-error';
import { refusalMessage } from '../outcome/fault-reasons';
import { ItemLeaving } from '../item/item-leaving';
import type { PlannedItem } from '../call/planned-item';
import type { ItemResult } from '../outcome/item-result';
import { ItemReuse } from '../item/item-reuse';
import { givenBy, startItem } from '../item/item-start';
import { ItemState } from '../call/item-state';
import { ItemTime } from '../call/item-time';
import { alternativesOf, type Rung } from '../plan/ladder-plan';
import { choiceThatFits, type RungChoice } from '../call/rung-choice';
import type { AskedOf } from '../item/answer-gates';
import { StoredCall } from '../call/stored-call';

const HOUR_MS = 3_600_000;
/** For as long as answers wait for somebody who collects them. */
const COLLECT_WITHIN_HOURS = 24;
/** More keys than this for one item mean that something goes round in circles. */
const MAX_KEYS = 100;
/** Nothing is handed in later than this after the first reservation for it. */
export const HAND_IN_WITHIN_MS = 15 * 60_000;
/** So what no provider knows by then was never handed in. The difference is for clocks. */
const ABANDONED_AFTER_MS = 20 * 60_000;

/** What all items that wait for batches share. */
export interface BatchContext extends ActionContext {
	readonly board: BatchBoard;
}

/** An item with credits set aside, whose line is not handed in yet. */
export interface Parked {
	readonly item: PlannedItem;
	readonly leaving: ItemLeaving;
	readonly reuse: ItemReuse;
	readonly hold: Hold;
	readonly call: CallPlan;
	readonly mode: Form;
	readonly outputLimitTokens: number;
}

export type ParkEnd =
	| { readonly kind: 'parked'; readonly parked: Parked }
	/** It was handed in before. */
	| { readonly kind: 'pending'; readonly pending: PendingItem }
	| { readonly kind: 'left'; readonly result: ItemResult };

interface Asked {
	readonly choice: RungChoice;
	readonly asked: AskedOf;
	readonly reuse: ItemReuse;
}

/** One item on its way into a batch; used once. */
export class BatchPark {
	readonly #context: BatchContext;
	readonly #item: ActionItem;
	readonly #submission: string;
	readonly #state: ItemState;
	readonly #leaving: ItemLeaving;
	#reuse: ItemReuse | null = null;

	constructor(context: BatchContext, item: ActionItem, submission: string) {
		this.#context = context;
		this.#item = item;
		this.#submission = submission;
		const time = new ItemTime(context.timing, { deadlineSeconds: 0, signal: item.signal ?? null });
		this.#state = new ItemState(time);
		this.#leaving = new ItemLeaving(context, this.#state);
	}

	/** Never rejects for anything an item, a provider or a ledger can do. */
	async run(): Promise<ParkEnd> {
		try {
			return await this.#intoBatch();
		} catch (error) {
			return { kind: 'left', result: await this.#leaving.withoutModel(fallbackOf(error), this.#reuse) };
		}
	}

	async #intoBatch(): Promise<ParkEnd> {
		if (this.#state.time.isCancelled) throw cancelled();
		const [context, state, leaving] = [this.#context, this.#state, this.#leaving];
		const provided = (handle: ProviderHandle): ProviderHandle => atBatchPrice(handle, context.values.batchPricePercent);
		const given = await givenBy(context, this.#item);
		const { item, asked } = await startItem({ context, given, state, provided });
		const reuse = await ItemReuse.of(item, asked);
		this.#reuse = reuse;
		const got = await reuse.orAsk(() => this.#park(item, { choice: choiceThatFits(item), asked, reuse }));
		if ('own' in got) return got.own;
		return { kind: 'left', result: leaving.reused(got.reused, { reason: 'cached', message: null }) };
	}

	/** Under the first key that is not used up. */
	async #park(item: PlannedItem, asked: Asked): Promise<ParkEnd> {
		while (item.state.keys < MAX_KEYS) {
			const end = await this.#reserve(item, asked);
			if (end) return end;
			item.state.useKey();
		}
		throw new FallbackError('provider_error', 'The item was tried too often under one idempotency key. Use a new key.');
	}

	/** `null`: what is stored under the key came to nothing. */
	async #reserve(item: PlannedItem, { choice, asked, reuse }: Asked): Promise<ParkEnd | null> {
		const { plan, ledger, context } = item;
		const key = item.keyOf(item.state.keys + 1);
		const rungs = await choice.fitting(key);
		const labels = { ...plan.reserve.labels, batch: this.#submission };
		const holdTimeoutMs = (context.values.batchWindowHours + COLLECT_WITHIN_HOURS) * HOUR_MS;
		const request = {
			...plan.reserve,
			labels,
			holdTimeoutMs,
			key,
			alternatives: () => alternativesOf(rungs),
			waitMs: 0,
		};
		const outcome = await ledger.reserve(request);
		this.#state.available(outcome.availableMicro);
		if (outcome.kind === 'refused') {
			choice.failed(rungs[0], { reason: outcome.reason, message: refusalMessage(outcome, rungs[0]?.calls) });
			throw choice.why();
		}
		const { hold, taken } = outcome;
		const rung = plan.rungs[hold.rung];
		if (!rung) throw new FallbackError('idempotency_conflict', 'The idempotency key was used by a longer ladder than this. Use a new key.');
		if (!taken) return this.#stored(item, { key, hold, rung, asked, reuse });
		const [call, atAmount] = [rung.calls[0], taken.calls[0]];
		if (!call || !atAmount) throw new TypeError('A rung has at least one call');
		if (this.#state.time.isCancelled || hold.seq < 0) {
			await item.giveBack(hold);
			throw this.#state.time.isCancelled
				? cancelled()
				: new FallbackError('ledger_unavailable', 'Without its ledger nothing is handed in.');
		}
		this.#state.names(hold);
		this.#state.mark({ model: call.model });
		const mode = mannerOf(context, call).form;
		return {
			kind: 'parked',
			parked: { item, leaving: this.#leaving, reuse, hold, call, mode, outputLimitTokens: atAmount.outputLimitTokens },
		};
	}

	async #stored(
		item: PlannedItem,
		stored: { key: string; hold: Hold; rung: Rung; asked: AskedOf; reuse: ItemReuse },
	): Promise<ParkEnd | null> {
		const { hold, rung } = stored;
		const submission = hold.labels.batch;
		if (submission === undefined) return this.#askedAtOnce(item, stored);
		if (hold.state === 'released') return null;
		const pending: ParkEnd = { kind: 'pending', pending: { submission, id: null, request: requestOf(item.plan), holdSeq: hold.seq } };
		const batches = this.#context.sources.provider(rung.provider).provider.batches;
		if (hold.state === 'settled' || !batches) return pending;
		const view = await this.#context.board.view(batches, { submission, id: null }, hold.reservedAtMs);
		if (view.kind !== 'absent') return pending;
		const by = { ledger: item.ledger, timing: this.#context.timing };
		if (isOpen(hold, by) && !isAbandoned(hold, by)) return pending;
		// An earlier run died before it handed anything in. Should the batch turn up after all, its lines are still charged.
		await this.#giveUp(item, hold);
		return null;
	}

	/** The key was used for a call that was not part of a batch. */
	async #askedAtOnce(
		item: PlannedItem,
		{ key, hold, rung, asked, reuse }: { key: string; hold: Hold; rung: Rung; asked: AskedOf; reuse: ItemReuse },
	): Promise<ParkEnd | null> {
		if (hold.state === 'open')
			throw new FallbackError(
				'call_in_flight',
				'The same request is being paid for by another run that has not finished. It is not paid for twice.',
			);
		const end = await new StoredCall(item, { key, hold, alternatives: () => alternativesOf([rung]) }).follow();
		if (end.kind === 'gone') {
			if (end.next === 'again') return null;
			throw new FallbackError(end.reason, end.message);
		}
		const why = (): FallbackError => new FallbackError('replayed', 'Answered before.');
		return { kind: 'left', result: await this.#leaving.passed(item, { ...end, isWhole: true }, { rung, why, asked, reuse }) };
	}

	async #giveUp({ ledger }: PlannedItem, { seq }: Hold): Promise<void> {
		try {
			await ledger.expire(seq);
		} catch (error) {
			if (!isCreditError(error)) throw error;
		}
	}
}

/** The ledger's time, or this machine's. */
type JudgedBy = Pick<PlannedItem, 'ledger'> & Pick<ActionContext, 'timing'>;

/** True when nobody will hand in any more what was set aside for. */
export function isAbandoned({ reservedAtMs }: Hold, { ledger, timing }: JudgedBy): boolean {
	return nowOf(ledger, timing) - reservedAtMs >= ABANDONED_AFTER_MS;
}

/** True while the credits of a hold are set aside; its timeout may be over before a command has written that. */
export function isOpen({ state, timeoutAtMs }: Hold, { ledger, timing }: JudgedBy): boolean {
	return state === 'open' && !hasPassed(timeoutAtMs, { atMs: nowOf(ledger, timing) });
}

/** The same provider at the price of its batches; `percent` `null` is what it usually asks. */
function atBatchPrice(handle: ProviderHandle, percent: number | null): ProviderHandle {
	return {
		...handle,
		priceOf: (model, atMs, list) => {
			const price = handle.priceOf(model, atMs, list);
			return price && batchPrice(price, percent ?? handle.batchPercent ?? 100);
		},
	};
}
