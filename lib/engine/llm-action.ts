/**
 * Owns an LLM Action: its static settings, how many items run side by side, and what it remembers between calls.
 * Refuses to fail for an item: every item that enters leaves, in order, with an answer or with its fallback values.
 */
import { CreditError } from '../core/values/errors';
import { canonicalJson } from '../core/values/idempotency';
import { parseCredits } from '../core/values/money';
import { checkSettings } from './plan/check-settings';
import type { ActionContext, ActionItem, LlmActionOptions, RunHooks } from './plan/action-types';
import { OpenedSources, providerNamesOf } from './plan/action-sources';
import { chargeIn } from './plan/call-plan';
import { capsOf } from './plan/ladder-plan';
import { BatchWay } from './batch/batch-way';
import { LateCalls } from './waiting/late-calls';
import { OwedCosts } from './account/owed-costs';
import { ActionTurns } from './turns/action-turns';
import { gatesOf } from './turns/call-gates';
import { SharedPatience } from './waiting/shared-patience';
import { Slots, type Aside } from './waiting/slots';
import { ItemRun } from './item/item-run';
import type { FallbackError } from './outcome/fallback-error';
import type { ItemResult } from './outcome/item-result';
import { OutputContract } from './answer/output-contract';
import { KnownSizes } from './learned/text-sizes';

export type { ActionItem, ItemInput, LlmActionOptions, LlmActionValues, ProviderHandle } from './plan/action-types';

/** One action with its settings; share it between the items of a run, or the messages of a node. */
export class LlmAction {
	readonly #context: ActionContext;
	readonly #slots: Slots;
	/** `null`: a fixed number of calls at a time. */
	readonly #turns: ActionTurns | null;
	/** `null`: every item waits for its answer. */
	readonly #batches: BatchWay | null;

	/** Throws `invalid_settings` for attributes, fallback values, checks or amounts that could never work. */
	constructor(options: LlmActionOptions) {
		const contract = new OutputContract(options.values.attributes);
		const { openLedger, provider, ...shared } = options;
		this.#context = {
			...shared,
			sources: new OpenedSources({ openLedger, provider, timing: options.timing, providerNames: providerNamesOf(options.values) }),
			charge: chargeIn(options.values),
			reservationMicro: parseCredits(options.values.reservationCredits, { field: 'Reservation per Call', min: 1n }),
			caps: capsOf(options),
			contract,
			canonicalSchema: canonicalJson(contract.jsonSchema),
			checks: checkSettings(options.values),
			late: new LateCalls(),
			owed: options.owed ?? ownOwedCosts(options),
			told: new Map(),
			known: new KnownSizes(),
			inFlight: new SharedPatience(),
		};
		const { concurrency, mostCalls } = options.values;
		this.#turns = concurrency === null ? new ActionTurns(gatesOf(options.memory, options)) : null;
		const turns = this.#turns;
		this.#slots = new Slots(turns === null ? Math.min(concurrency ?? mostCalls, mostCalls) : () => Math.min(turns.places, mostCalls));
		this.#batches = isInBatches(options) ? new BatchWay(this.#context, (work) => this.#slots.run(work)) : null;
	}

	/** Runs all items, side by side up to the limit; results in the order of the items. Never rejects because of an item. */
	async run(items: readonly ActionItem[], { signal = null, onSettled }: RunHooks = {}): Promise<ItemResult[]> {
		const asked = items.map((item) => (signal ? { ...item, read: () => item.read(), signal } : item));
		if (this.#batches) return this.#batches.run(asked, { signal, ...(onSettled ? { onSettled } : {}) });
		let done = 0;
		const runs = asked.map(async (item) => {
			const result = await this.runOne(item);
			done += 1;
			onSettled?.(done, items.length);
			return result;
		});
		return Promise.all(runs);
	}

	/** Runs one item within the limit that all items of this action share. */
	async runOne(item: ActionItem): Promise<ItemResult> {
		return this.#batches?.runOne(item) ?? this.#slots.run((aside) => this.#runIn(aside, item));
	}

	/** Calls that may be under way at a time, as far as is known now. */
	get callsAtATime(): number {
		const { concurrency, mostCalls } = this.#context.values;
		return Math.min(concurrency ?? this.#turns?.calls ?? mostCalls, mostCalls);
	}

	async #runIn(aside: Aside, item: ActionItem): Promise<ItemResult> {
		const turn = this.#turns?.next();
		if (!turn) return new ItemRun({ ...this.#context, aside }, item).run();
		try {
			return await new ItemRun({ ...this.#context, aside: turn.aside(aside), turn }, item).run();
		} finally {
			turn.give();
		}
	}

	/** Lets items leave with their fallback values, for a reason of the host's. Nothing of them is read, and no ledger is opened. */
	async leaveUnasked(items: readonly ActionItem[], why: FallbackError): Promise<ItemResult[]> {
		return Promise.all(items.map((item) => new ItemRun(this.#context, item).leave(why)));
	}

	/** What models do not take of what the settings ask for, as far as answers have shown it so far: a sentence each, in the order it was found. */
	get lessons(): readonly string[] {
		return [...this.#context.told.values()];
	}

	/** Resolves when no call is under way any more, those included whose items left at their deadline. The ledger is needed until then. */
	async idle(): Promise<void> {
		await this.#context.late.ended();
	}
}

function ownOwedCosts({ timing }: LlmActionOptions): OwedCosts {
	return new OwedCosts({ timing, rest: (delayMs) => timing.pause(delayMs), say: () => undefined });
}

/** A preview shows what an item would leave with, so it asks at once. Throws `invalid_settings` for what batches cannot do. */
function isInBatches({ values, labels }: LlmActionOptions): boolean {
	if (values.delivery !== 'batch' || labels.purpose === 'preview') return false;
	if (values.passes.length === 0) return true;
	throw new CreditError(
		'invalid_settings',
		'Delivery is In a Batch, which has one call for each item. Remove the passes, or choose At Once.',
	);
}
