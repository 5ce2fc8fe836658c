/**
 * Owns the prices of one account as the engine and the command line use them: which list holds now, and what a price that a hold
 * pinned was (ledger rule 27). Refuses to price by a list that cannot be read: nobody would know what a call was charged for.
 */
import { LRUCache } from 'lru-cache';
import { restoreHint } from '../../core/values/restore-hint';
import { CreditError } from '../../core/values/errors';
import { BUILT_IN_PRICES, type PriceList } from '../../core/prices/price-list';
import { readPriceList, type WrittenPriceList } from '../../core/prices/price-list-text';
import { listInUse, type KeptPriceList, type PriceSettings } from '../../core/prices/price-settings';
import type { ModelPrice } from '../../core/prices/pricing';
import { createRateCard } from '../../core/prices/rate-card';
import { listKeyHash, pinKeyHash } from '../../core/prices/recorded-price';
import type { LedgerStore } from '../../ledger/store';
import type { ProfileReader } from './account-profile';

/** Lists that were read and are kept at hand. */
const MAX_READ = 4;

interface AccountPricesOptions {
	readonly accountId: string;
	readonly store: Pick<LedgerStore, 'entryByKey'>;
	readonly profile: ProfileReader;
	/** Default: the prices that come with this package. */
	readonly builtIn?: PriceList;
}

/** The prices of one account; share it between all who use the account in a process. */
export class AccountPrices {
	readonly builtIn: PriceList;
	readonly #options: AccountPricesOptions;
	readonly #read = new LRUCache<string, Promise<PriceList>>({ max: MAX_READ });

	constructor(options: AccountPricesOptions) {
		this.builtIn = options.builtIn ?? BUILT_IN_PRICES;
		this.#options = options;
	}

	/** The list that new calls are priced by; a change by another process is followed within seconds. Rejects with a ledger fault. */
	async current(): Promise<PriceList> {
		const kept = listInUse(await this.settings(), this.builtIn);
		return kept ? this.#open(kept) : this.builtIn;
	}

	/** What the account has set about its prices. Rejects with `account_not_found` or a ledger fault. */
	async settings(): Promise<PriceSettings> {
		return (await this.#options.profile.read()).account.settings.prices;
	}

	/** The list of a version: one that the ledger keeps, or the one that comes with this package. Rejects with `invalid_argument`. */
	async list(version: string): Promise<PriceList> {
		const { lists } = await this.settings();
		const kept = lists.find((each) => each.version === version);
		if (kept) return this.#open(kept);
		if (version === this.builtIn.version) return this.builtIn;
		const known = [...lists.map((each) => each.version), this.builtIn.version];
		throw new CreditError('invalid_argument', `There is no price list ${JSON.stringify(version)}. There are: ${known.join(', ')}.`);
	}

	/**
	 * The price that a hold pinned, as it was recorded with the hold. Holds that are older than recorded prices are looked up in the
	 * prices of this package. `null` where nobody knows it any more.
	 */
	async pinned(priceVersion: string): Promise<ModelPrice | null> {
		const entry = await this.#options.store.entryByKey(this.#options.accountId, pinKeyHash(priceVersion));
		if (entry?.body.kind === 'price_recorded') return entry.body.price;
		return createRateCard({ list: this.builtIn }).findVersion(priceVersion);
	}

	async #open(kept: KeptPriceList): Promise<PriceList> {
		const known = this.#read.get(kept.hash);
		if (known) return known;
		const reading = this.#readList(kept);
		this.#read.set(kept.hash, reading);
		reading.catch(() => this.#read.delete(kept.hash));
		return reading;
	}

	async #readList(kept: KeptPriceList): Promise<PriceList> {
		const entry = await this.#options.store.entryByKey(this.#options.accountId, listKeyHash(kept.hash));
		const written = entry?.body.kind === 'price_list_added' ? writtenOf(entry.body.text, kept) : null;
		if (written?.kept.hash === kept.hash) return written.list;
		throw new CreditError(
			'ledger_corrupt',
			`The price list ${kept.version} is not in the journal as it was added. To go on: ${restoreHint()}.`,
		);
	}
}

function writtenOf(text: string, { version }: KeptPriceList): WrittenPriceList | null {
	try {
		return readPriceList(text, version);
	} catch {
		return null;
	}
}
