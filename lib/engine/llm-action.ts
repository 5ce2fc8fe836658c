/**
 * Owns an LLM Action: its static settings, how many items run side by side, and what it remembers between calls.
 * Refuses to fail for an item: every item that enters leaves, in order, with an answer or with its fallback values.
 */
import pLimit from 'p-limit';
import { parseCredits } from '../core/money';
import { NOTHING_LEARNED, type EstimateMode, type Learned } from '../core/estimate';
import type { ModelPrice } from '../core/pricing';
import type { LLM_ACTION_PARAMS } from '../params/llm-action';
import type { ValuesOf } from '../params/param';
import type { Provider, StructuredMode } from '../providers/provider';
import { ItemRun } from './item-run';
import type { ItemResult, Purpose } from './item-result';
import type { LedgerAccount } from './ledger-account';
import { OutputContract } from './output-contract';
import { STRUCTURED_MODES } from './prompt';
import type { Timing } from './timing';

export type LlmActionValues = ValuesOf<typeof LLM_ACTION_PARAMS>;

/** The parameters that may differ from item to item. */
export interface ItemInput {
	readonly model: string;
	readonly systemPrompt: string;
	readonly prompt: string;
	readonly campaign: string;
	readonly segment: string;
	readonly workspace: string;
	readonly person: string;
	readonly tag: string;
	readonly idempotencyKey: string;
}

export interface ActionItem {
	/** The host's idempotency key for this item; used when the input names none. */
	readonly key: string;
	/** Reads the item's parameters. A throw makes this item alone take its fallback with reason `invalid_item`. */
	read(): ItemInput | Promise<ItemInput>;
	readonly signal?: AbortSignal | null;
}

/** A provider with the prices that hold for its models. */
export interface ProviderHandle {
	readonly provider: Provider;
	/** Name of the service and address, without secrets; what is learned is kept per endpoint. */
	readonly service: string;
	/** `null`: the model has no price. */
	priceOf(model: string, atMs: number): ModelPrice | null;
}

/** What earlier calls taught, kept across runs of one process. Bounded; the oldest is forgotten. */
export class EngineMemory {
	readonly #learned = new Map<string, Learned>();
	readonly #modes = new Map<string, StructuredMode>();

	learned(id: string): Learned {
		return this.#learned.get(id) ?? NOTHING_LEARNED;
	}

	setLearned(id: string, learned: Learned): void {
		setBounded(this.#learned, id, learned);
	}

	/** The strictest way of asking for a form that this endpoint and model are not known to refuse. */
	mode(id: string): StructuredMode {
		return this.#modes.get(id) ?? 'json_schema';
	}

	setMode(id: string, mode: StructuredMode): void {
		setBounded(this.#modes, id, mode);
	}
}

const MAX_REMEMBERED = 1000;

function setBounded<V>(map: Map<string, V>, key: string, value: V): void {
	map.delete(key);
	map.set(key, value);
	const [oldest] = map.keys();
	if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
}

export interface LlmActionOptions {
	readonly values: LlmActionValues;
	/** Called for each item; a rejection makes items take their fallback with reason `ledger_unavailable`. */
	readonly openLedger: () => Promise<LedgerAccount>;
	/** Called for each item; a throw makes items take their fallback with reason `provider_rejected`. */
	readonly provider: () => ProviderHandle;
	readonly labels: { readonly flow: string; readonly node: string; readonly purpose: Purpose };
	/** Identifies the node for what it learns about the size of its calls. */
	readonly nodeKey: string;
	readonly timing: Timing;
	readonly memory: EngineMemory;
}

export interface RunHooks {
	readonly signal?: AbortSignal | null;
	/** Called after each item with how many are done. */
	readonly onSettled?: (done: number, total: number) => void;
}

/** What all items of an action share. */
export interface ActionContext extends LlmActionOptions {
	readonly contract: OutputContract;
}

export class LlmAction {
	readonly #context: ActionContext;
	readonly #limit: ReturnType<typeof pLimit>;

	/** Throws `invalid_settings` for attributes, fallback values or amounts that could never work. */
	constructor(options: LlmActionOptions) {
		parseCredits(options.values.reservationCredits, { field: 'Credits per Call', min: 1n });
		this.#context = { ...options, contract: new OutputContract(options.values.attributes) };
		this.#limit = pLimit(options.values.concurrency);
	}

	/** Runs all items, side by side up to the limit; results in the order of the items. Never rejects because of an item. */
	async run(items: readonly ActionItem[], { signal = null, onSettled }: RunHooks = {}): Promise<ItemResult[]> {
		let done = 0;
		const runs = items.map(async (item) => {
			const result = await this.runOne(signal ? { key: item.key, read: () => item.read(), signal } : item);
			done += 1;
			onSettled?.(done, items.length);
			return result;
		});
		return Promise.all(runs);
	}

	/** Runs one item within the limit that all items of this action share. */
	async runOne(item: ActionItem): Promise<ItemResult> {
		return this.#limit(() => new ItemRun(this.#context, item).run());
	}
}

/** The way of sizing reservations that the settings ask for. */
export function estimateModeOf(values: LlmActionValues, learned: () => Learned): EstimateMode {
	switch (values.reservation) {
		case 'fixed':
			return { kind: 'fixed', amountMicro: parseCredits(values.reservationCredits, { field: 'Credits per Call', min: 1n }) };
		case 'strict':
			return { kind: 'strict' };
		case 'learned':
			return { kind: 'learned', learned: learned() };
		default:
			return values.reservation satisfies never;
	}
}

/** The next weaker way of asking for a form, or `null` after the weakest. */
export function weakerMode(mode: StructuredMode): StructuredMode | null {
	return STRUCTURED_MODES[STRUCTURED_MODES.indexOf(mode) + 1] ?? null;
}
