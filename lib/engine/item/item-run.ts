/**
 * Owns the way of one item down its ladder: the first rung that fits credits, limits, time and the provider's health; the next where
 * a model fails; then a cached answer or the fallback values. Refuses to reject for anything an item, a provider or a ledger can do.
 */
import type { ActionContext, ActionItem } from '../plan/action-types';
import type { AskedOf } from './answer-gates';
import { cancelled, FallbackError, fallbackOf, outOfTime } from '../outcome/fallback-error';
import { refusalMessage } from '../outcome/fault-reasons';
import { ItemLeaving } from './item-leaving';
import type { PlannedItem } from '../call/planned-item';
import type { ItemResult } from '../outcome/item-result';
import { ItemReuse } from './item-reuse';
import { givenBy, startItem } from './item-start';
import { ItemState } from '../call/item-state';
import { ItemTime } from '../call/item-time';
import { alternativesOf, type Rung } from '../plan/ladder-plan';
import { choiceThatFits, type RungChoice } from '../call/rung-choice';
import { RungRun, type Reserved } from '../call/rung-run';

/** More keys than this for one item mean that something goes round in circles. */
const MAX_KEYS = 100;

/** One item on its way through; used once. */
export class ItemRun {
	readonly #context: ActionContext;
	readonly #item: ActionItem;
	readonly #state: ItemState;
	readonly #leaving: ItemLeaving;
	/** Known once the item's request is. */
	#reuse: ItemReuse | null = null;

	constructor(context: ActionContext, item: ActionItem) {
		this.#context = context;
		this.#item = item;
		const { deadlineSeconds } = context.values;
		const time = new ItemTime(context.timing, { deadlineSeconds, signal: item.signal ?? null });
		this.#state = new ItemState(time);
		this.#leaving = new ItemLeaving(context, this.#state);
	}

	/** Never rejects for anything an item, a provider or a ledger can do. */
	async run(): Promise<ItemResult> {
		try {
			return await this.#byModel();
		} catch (error) {
			return await this.#leaving.withoutModel(fallbackOf(error), this.#reuse);
		} finally {
			this.#state.time.end();
		}
	}

	/** Without asking for it. */
	async leave(why: FallbackError): Promise<ItemResult> {
		try {
			return await this.#leaving.withoutModel(why, this.#reuse);
		} finally {
			this.#state.time.end();
		}
	}

	async #byModel(): Promise<ItemResult> {
		if (this.#state.time.isCancelled) throw cancelled();
		const [context, state] = [this.#context, this.#state];
		// The last that is asked of the host; from here to the reservation nothing is.
		const given = await givenBy(context, this.#item);
		const { item, asked } = await startItem({ context, given, state });
		const reuse = await ItemReuse.of(item, asked);
		this.#reuse = reuse;
		const got = await reuse.orAsk(() => this.#down(item, { choice: choiceThatFits(item), asked }));
		return 'own' in got ? got.own : this.#leaving.reused(got.reused, { reason: 'cached', message: null });
	}

	/** Down the ladder. What waits for its outcome is charged before the item leaves, and costs nothing where it did not get that far. */
	async #down(item: PlannedItem, { choice, asked }: { choice: RungChoice; asked: AskedOf }): Promise<ItemResult> {
		try {
			return await this.#rungByRung(item, { choice, asked });
		} finally {
			await item.state.conclude('unread');
		}
	}

	/** Each reservation has a key of its own. */
	async #rungByRung(item: PlannedItem, { choice, asked }: { choice: RungChoice; asked: AskedOf }): Promise<ItemResult> {
		while (item.state.keys < MAX_KEYS) {
			const { rung, ...reserved } = await this.#reserve(item, choice);
			item.state.useKey();
			if (rung.calls[0]) item.state.mark({ model: rung.calls[0].model });
			const run = new RungRun(item, { rung, reserved, draftAttempts: choice.attemptsOf(rung) });
			const end = await run.run();
			choice.attempted(rung, run.draftAttempts);
			switch (end.kind) {
				case 'answered':
					return this.#leaving.passed(item, end.answer, { rung, why: () => choice.why(), asked, reuse: this.#reuse });
				case 'paused':
					choice.paused(rung);
					break;
				case 'failed':
					choice.failed(rung, end);
					if (end.next === 'elsewhere') choice.providerFailed(rung, end);
					if (end.next === 'leave') throw choice.why();
					break;
				default:
					return end satisfies never;
			}
		}
		throw new FallbackError('provider_error', 'The item was tried too often under one idempotency key. Use a new key.');
	}

	/** Holds credits for the first rung that fits, waiting where that helps; or finds what an earlier run took. */
	async #reserve(item: PlannedItem, choice: RungChoice): Promise<Reserved & { readonly rung: Rung }> {
		const { plan, ledger, time, state } = item;
		const key = item.keyOf(state.keys + 1);
		const rungs = await choice.fitting(key);
		await item.takeTurn(rungs[0]?.calls[0]);
		const waiting = choice.waiting(rungs);
		const outcome = await ledger.reserve({ ...plan.reserve, key, alternatives: () => alternativesOf(rungs), ...waiting });
		state.available(outcome.availableMicro);
		if (outcome.kind === 'refused') {
			choice.failed(rungs[0], { reason: outcome.reason, message: refusalMessage(outcome, rungs[0]?.calls) });
			throw choice.why();
		}
		const { hold, further, taken } = outcome;
		const holds = [hold, ...further];
		const rung = plan.rungs[hold.rung];
		if (!rung) throw new FallbackError('idempotency_conflict', 'The idempotency key was used by a longer ladder than this. Use a new key.');
		if (!taken) return { rung, key, holds: await this.#allHolds(item, { key, rung, holds }), taken };
		if (time.stopsWaiting.aborted) {
			for (const hold of holds) await item.giveBack(hold);
			throw time.isCancelled ? cancelled() : outOfTime();
		}
		if (hold.steppedDown !== null) {
			const message = refusalMessage({ reason: hold.steppedDown, limit: null }, rungs[0]?.calls);
			choice.failed(rungs[0], { reason: hold.steppedDown, message });
		}
		return { rung, key, holds, taken };
	}

	/** A stored outcome shows as many holds as are asked for; the rung that it took may have more. */
	async #allHolds(item: PlannedItem, { key, rung, holds }: Omit<Reserved, 'taken'> & { rung: Rung }): Promise<Reserved['holds']> {
		if (holds.length >= rung.calls.length) return holds;
		const { plan, ledger } = item;
		const outcome = await ledger.reserve({ ...plan.reserve, key, alternatives: () => alternativesOf([rung]), waitMs: 0 });
		return outcome.kind === 'reserved' ? [outcome.hold, ...outcome.further] : holds;
	}
}
