/**
 * Who pays for the items of an action, and who answers them: found once for all items. What could not be had is asked for again by the next
 * item, and what the account says and its prices are read anew every few seconds. An item is given what is known as its turn comes.
 */
import type { PriceList } from '../../core/prices/price-list';
import { CreditError, isCreditError, type CreditErrorCode } from '../../core/values/errors';
import type { Timing } from '../waiting/timing';
import { FallbackError, fallbackOf, messageOf } from '../outcome/fallback-error';
import type { SpendingAccount } from '../account/spending-account';
import type { ActionSources, LlmActionOptions, PricedProvider, ProviderHandle, Sources } from './action-types';

/** What an action's host gives. */
type SourcesHost = Pick<LlmActionOptions, 'openLedger' | 'provider'> & { readonly timing: Pick<Timing, 'monotonicMs'> };

/** Asking again takes long on purpose, where an admin key is wrong: the next items do not wait for that. */
const REFUSED_FOR_MS = 30_000;
const SLOW_TO_ASK: ReadonlySet<CreditErrorCode> = new Set(['not_authorised', 'too_many_attempts']);

/** The sources of one action, opened by its host. */
export class OpenedSources implements ActionSources {
	readonly #host: SourcesHost;
	/** Why the ledger would not be spent from, which only a person can mend. */
	#refused: { readonly why: FallbackError; readonly sinceMs: number } | null = null;
	#ledger: Promise<SpendingAccount> | null = null;
	#handle: ProviderHandle | null = null;
	/** The provider with the prices of the list that was in use last. */
	#priced: { readonly list: PriceList; readonly handle: ProviderHandle } | null = null;

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

	/** The provider, without the account's prices. Throws while it cannot be made. */
	provider(): ProviderHandle {
		return (this.#handle ??= this.#host.provider());
	}

	/** All of it as it is now. Never rejects: an item says what is missing when it needs it. */
	async read(): Promise<Sources> {
		const opened = await this.#open();
		if (opened instanceof FallbackError) return { kind: 'away', why: opened, ledger: null };
		const { ledger, list } = opened;
		try {
			return { kind: 'ready', ledger, profile: await ledger.readProfile(), provider: this.#pricedBy(list) };
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
	#pricedBy(list: PriceList): PricedProvider {
		try {
			const handle = this.provider();
			if (this.#priced?.list !== list) this.#priced = { list, handle: pricedBy(handle, list) };
			return { handle: this.#priced.handle };
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
