/**
 * Who pays for the items of an action, and who answers them, on each rung: found once for all items. What could not be had is asked for again by the next
 * item, and what the account says and its prices are read anew every few seconds. An item is given what is known as its turn comes.
 */
import type { PriceList } from '../../core/prices/price-list';
import { CreditError, isCreditError, type CreditErrorCode } from '../../core/values/errors';
import type { Timing } from '../waiting/timing';
import { FallbackError, fallbackOf, messageOf } from '../outcome/fallback-error';
import type { SpendingAccount } from '../account/spending-account';
import type {
	ActionSources,
	LlmActionOptions,
	LlmActionValues,
	PricedProvider,
	PricedProviders,
	ProviderHandle,
	Sources,
} from './action-types';

/** What an action's host gives. */
type SourcesHost = Pick<LlmActionOptions, 'openLedger' | 'provider'> & {
	readonly timing: Pick<Timing, 'monotonicMs'>;
	/** Of the providers that the settings use. */
	readonly providerNames: readonly string[];
};

/** The name of the node's own provider. */
export const OWN_PROVIDER = '';

/** The names of the providers that the settings use, the node's own first; each once. */
export function providerNamesOf({ cheaperModels }: Pick<LlmActionValues, 'cheaperModels'>): string[] {
	return [...new Set([OWN_PROVIDER, ...cheaperModels.map(({ provider }) => provider)])];
}

/** Asking again takes long on purpose, where an admin key is wrong: the next items do not wait for that. */
const REFUSED_FOR_MS = 30_000;
const SLOW_TO_ASK: ReadonlySet<CreditErrorCode> = new Set(['not_authorised', 'too_many_attempts']);

/** The name of the provider that a rung asks, by its place on the ladder. */
export function providerOfRung({ cheaperModels }: Pick<LlmActionValues, 'cheaperModels'>, rung: number): string {
	return cheaperModels[rung - 1]?.provider ?? OWN_PROVIDER;
}

/** The sources of one action, opened by its host. */
export class OpenedSources implements ActionSources {
	readonly #host: SourcesHost;
	/** Why the ledger would not be spent from, which only a person can mend. */
	#refused: { readonly why: FallbackError; readonly sinceMs: number } | null = null;
	#ledger: Promise<SpendingAccount> | null = null;
	readonly #handles = new Map<string, ProviderHandle>();
	/** The providers with the prices of the list that was in use last. */
	#priced: { readonly list: PriceList; readonly providers: PricedProviders } | null = null;

	constructor(host: SourcesHost) {
		this.#host = host;
	}

	/** The ledger to spend from. Rejects while it cannot be opened. */
	ledger(): Promise<SpendingAccount> {
		if (this.#ledger) return this.#ledger;
		const opening = this.#host.openLedger();
		this.#ledger = opening;
		opening.catch(() => (this.#ledger = null));
		return opening;
	}

	/** The provider of a name, without the account's prices. Throws while it cannot be made. */
	provider(name: string): ProviderHandle {
		const handle = this.#handles.get(name) ?? this.#host.provider(name);
		this.#handles.set(name, handle);
		return handle;
	}

	/** All of it as it is now. Never rejects: an item says what is missing when it needs it. */
	async read(): Promise<Sources> {
		const opened = await this.#open();
		if (opened instanceof FallbackError) return { kind: 'away', why: opened, ledger: null };
		const { ledger, list } = opened;
		try {
			return { kind: 'ready', ledger, profile: await ledger.readProfile(), providers: this.#pricedBy(list) };
		} catch (error) {
			return { kind: 'away', why: fallbackOf(error), ledger };
		}
	}

	async #open(): Promise<{ readonly ledger: SpendingAccount; readonly list: PriceList } | FallbackError> {
		const { monotonicMs } = this.#host.timing;
		if (this.#refused && monotonicMs() - this.#refused.sinceMs < REFUSED_FOR_MS) return this.#refused.why;
		try {
			const ledger = await this.ledger();
			const list = await ledger.prices.current();
			this.#refused = null;
			return { ledger, list };
		} catch (error) {
			const why = new FallbackError('ledger_unavailable', messageOf(error));
			if (isCreditError(error) && SLOW_TO_ASK.has(error.code)) this.#refused = { why, sinceMs: monotonicMs() };
			return why;
		}
	}

	/** Calls are priced by the account's prices, whatever package asks for them. */
	#pricedBy(list: PriceList): PricedProviders {
		if (this.#priced?.list === list) return this.#priced.providers;
		const providers = new Map(this.#host.providerNames.map((name) => [name, this.#pricedOne(name, list)]));
		// What could not be made is tried again for the next item.
		if ([...providers.values()].every((each) => 'handle' in each)) this.#priced = { list, providers };
		return providers;
	}

	#pricedOne(name: string, list: PriceList): PricedProvider {
		try {
			return { handle: pricedBy(this.provider(name), list) };
		} catch (problem) {
			return { problem: misconfigured(problem) };
		}
	}
}

/** A provider that cannot be made is wrong in its settings, whichever of them it is; the item has nothing to do with it. */
function misconfigured(problem: unknown): unknown {
	return isCreditError(problem) && problem.code === 'invalid_settings'
		? new CreditError('provider_misconfigured', problem.message, { cause: problem })
		: problem;
}

/** The same provider, with the prices of a list. */
function pricedBy(handle: ProviderHandle, list: PriceList): ProviderHandle {
	return {
		...handle,
		priceOf: (model, atMs) => handle.priceOf(model, atMs, list),
		whyUnpriced: (model, atMs) => handle.whyUnpriced?.(model, atMs, list) ?? null,
	};
}
