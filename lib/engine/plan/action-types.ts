/** Owns what an LLM Action is given: the items of a host, the provider, the ledger, and what all items share. Types only. */
import type { Manner } from '../../core/calls/manner';
import type { NodeLabelName } from '../../core/nouns/labels';
import type { ItemValuesOf, SharedValuesOf } from '../../params/param';
import type { Cap } from '../../core/nouns/commands';
import type { AnswerChecks } from '../../core/gates/check-answer';
import type { PriceList } from '../../core/prices/price-list';
import type { Micro } from '../../core/values/money';
import type { FixedCharge, ModelPrice } from '../../core/prices/pricing';
import type { LLM_ACTION_PARAMS } from '../../params/llm-action/llm-action';
import type { AccountProfile } from '../../ledger/store';
import type { Provider } from '../../providers/provider';
import type { EngineMemory } from '../learned/engine-memory';
import type { Purpose } from '../outcome/item-result';
import type { LateCalls } from '../waiting/late-calls';
import type { OwedCosts } from '../account/owed-costs';
import type { SharedPatience } from '../waiting/shared-patience';
import type { ItemTurn } from '../turns/item-turn';
import type { Aside } from '../waiting/slots';
import type { SpendingAccount } from '../account/spending-account';
import type { OutputContract } from '../answer/output-contract';
import type { KnownSizes } from '../learned/text-sizes';
import type { Timing } from '../waiting/timing';

/** The settings that are the same for all items; what differs comes with each item. */
export type LlmActionValues = SharedValuesOf<typeof LLM_ACTION_PARAMS>;

/** The parameters that may differ from item to item. */
export type ItemInput = ItemValuesOf<typeof LLM_ACTION_PARAMS>;

export interface ActionItem {
	/** The host's idempotency key for this item; used when the input names none. */
	readonly key: string;
	/**
	 * Resolves the item's parameters. Called once, when the item's turn has come and before it starts. A throw makes this item alone take
	 * its fallback with reason `invalid_item`.
	 */
	read(): ItemInput | Promise<ItemInput>;
	/** The item's data, which required fields, facts and inventions are looked up in. */
	readonly data?: Readonly<Record<string, unknown>>;
	/** What the host takes for the item's execution, where it tells items apart. */
	readonly executionId?: string | null;
	readonly signal?: AbortSignal | null;
}

/** A provider with the prices that hold for its models. */
export interface ProviderHandle {
	readonly provider: Provider;
	/** Name of the service and address, without secrets; what is learned is kept per endpoint. */
	readonly service: string;
	/** Tells the keys of one endpoint apart, without saying them; absent: there is one. */
	readonly keyId?: string;
	/** False: it has no list of models, and gives those of the price list; absent: it has one. */
	readonly isOwnList?: boolean;
	/** How its models are asked until they have refused something; absent: in the strictest way. */
	readonly manner?: Manner;
	/** `null`: the model has no price. Without a list, by the prices of this package. */
	readonly priceOf: (model: string, atMs: number, list?: PriceList) => ModelPrice | null;
	/** Why a model that the price list knows has no price there, as a sentence; `null` where nothing is known. Absent: never. */
	readonly whyUnpriced?: (model: string, atMs: number, list?: PriceList) => string | null;
	/** True where what it says a call cost is charged (ledger rule 47); absent: no. */
	readonly chargesReported?: boolean;
	/** What it usually asks for a batch, in per cent of its price; absent: as much. */
	readonly batchPercent?: number;
}

export interface LlmActionOptions {
	readonly values: LlmActionValues;
	/** Called once, and again after a rejection, which makes items take their fallback with reason `ledger_unavailable`. */
	readonly openLedger: () => Promise<SpendingAccount>;
	/**
	 * The provider of a name that the settings use: empty for the node's own, else what the row of a cheaper model says. Called once for each
	 * name, and again after a throw, which makes its rungs useless, for reason `provider_rejected`.
	 */
	readonly provider: (name: string) => ProviderHandle;
	readonly labels: Readonly<Record<NodeLabelName, string>> & { readonly purpose: Purpose };
	/** The host's run that all items belong to, for budgets and caps per execution; `null` where the host has none. */
	readonly executionId?: string | null;
	/** Identifies the node for what it learns about the size of its calls. */
	readonly nodeKey: string;
	readonly timing: Timing;
	readonly memory: EngineMemory;
	/** Keeps what cannot be recorded, for as long as the process lives; absent: the action has one of its own. */
	readonly owed?: OwedCosts;
	/** A name that nobody else has or can guess, at most 40 characters. */
	readonly newId: () => string;
}

export interface RunHooks {
	readonly signal?: AbortSignal | null;
	/** Called after each item with how many are done. */
	readonly onSettled?: (done: number, total: number) => void;
}

/** The checks of an action, apart from the language, which may differ for each item. */
export interface CheckSettings {
	readonly requiredFields: readonly string[];
	readonly answer: Omit<AnswerChecks, 'languages'>;
	/** `null`: no judge. */
	readonly judge: { readonly model: string; readonly criteria: string; readonly threshold: number } | null;
	readonly repairs: boolean;
	/** True when what failed is replaced by itself and the rest stays. */
	readonly replacesAttributes: boolean;
}

/** The provider at the account's prices, or why there is none. */
export type PricedProvider = { readonly handle: ProviderHandle } | { readonly problem: unknown };

/** The providers of an action by the names that its settings use. */
export type PricedProviders = ReadonlyMap<string, PricedProvider>;

/** Who pays for an item and who answers it, as known when its turn comes. */
export type Sources =
	| { readonly kind: 'ready'; readonly ledger: SpendingAccount; readonly profile: AccountProfile; readonly providers: PricedProviders }
	/** `ledger` is there where only something in it could not be read. */
	| { readonly kind: 'away'; readonly why: Error; readonly ledger: SpendingAccount | null };

/** What is the same for all items of an action, and comes from its host. */
export interface ActionSources {
	/** Rejects while it cannot be opened. */
	ledger(): Promise<SpendingAccount>;
	/** By its name in the settings. Throws while it cannot be made. */
	provider(name: string): ProviderHandle;
	/** Never rejects. */
	read(): Promise<Sources>;
}

/** What the steps of one item share of its action. */
export interface ItemContext extends ActionContext {
	readonly providers: PricedProviders;
	/** True once the item was charged for one of its calls. */
	readonly isCharged: () => boolean;
}

/** What all items of an action share. */
export interface ActionContext extends Omit<LlmActionOptions, 'openLedger' | 'provider'> {
	readonly sources: ActionSources;
	readonly contract: OutputContract;
	/** What a call is charged; `null` is by tokens. */
	readonly charge: FixedCharge | null;
	/** Of each call, where reservations are fixed. */
	readonly reservationMicro: Micro;
	readonly caps: readonly Cap[];
	/** The schema of the answer as it is hashed with every request: canonical JSON. */
	readonly canonicalSchema: string;
	readonly checks: CheckSettings;
	readonly late: LateCalls;
	/** What calls cost that could not be recorded yet. */
	readonly owed: OwedCosts;
	/** How long items wait for the calls of another run under their keys. */
	readonly inFlight: SharedPatience;
	/** How an item waits without its slot; absent: it has none to give away. */
	readonly aside?: Aside;
	/** The item's turn at the models that it asks, where calls at a time are found automatically; absent: a fixed number. */
	readonly turn?: ItemTurn;
	/** What was said already of what models do not take: a sentence for each model and thing. */
	readonly told: Map<string, string>;
	/** How large instructions are that came lately. */
	readonly known: KnownSizes;
}
