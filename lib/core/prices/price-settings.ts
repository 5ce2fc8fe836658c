/**
 * Owns which prices an account goes by: the lists that its ledger keeps, the one it is pinned to, and which of several is the newest.
 * A list is never changed: another content is another version. Refuses to pin what the ledger does not keep.
 */
import { z } from 'zod';
import { CreditError } from '../values/errors';
import type { ModelPrice } from './pricing';
import { compareInstants } from '../values/time';

/** A list of prices that a ledger keeps. */
export const KEPT_PRICE_LIST = z.object({
	/** `source@version`, unique among the account's lists. */
	version: z.string(),
	/** Day on which it was published, YYYY-MM-DD. */
	date: z.string(),
	/** Hexadecimal SHA-256 of its text. */
	hash: z.string(),
	/** How many models it has. */
	models: z.int(),
});
export type KeptPriceList = Readonly<z.output<typeof KEPT_PRICE_LIST>>;

/** What an account's prices follow from. */
export const PRICE_SETTINGS = z.object({
	/** Version of the list that holds until it is unpinned; `null`: the newest holds. */
	pinned: z.string().nullable().default(null),
	/** In the order they were added. */
	lists: z.array(KEPT_PRICE_LIST).readonly().default([]),
});
export type PriceSettings = Readonly<z.output<typeof PRICE_SETTINGS>>;

/** Commands that change an account's prices. A list is idempotent by its content, a pin by its key. */
export type PriceCommand =
	| { readonly kind: 'add_price_list'; readonly list: KeptPriceList; readonly text: string }
	/** Holds the account at the prices of one list, or (`null`) lets the newest hold. */
	| { readonly kind: 'pin_prices'; readonly key: string; readonly version: string | null };

/** Bodies of the entries that such commands make. `text` is the whole list, so that it can be used wherever the journal is. */
export type PriceBody =
	| { readonly kind: 'price_list_added'; readonly list: KeptPriceList; readonly text: string }
	| { readonly kind: 'prices_pinned'; readonly version: string | null };

/** Body of the entry that tells a price; written with the first hold that pins it. */
export interface RecordedPriceBody {
	readonly kind: 'price_recorded';
	readonly price: ModelPrice;
}

/** Lists are hundreds of kilobytes each, and are kept for good. */
const MAX_LISTS = 100;

/** The settings after a list was added or pinned. */
export function pricesAfter(settings: PriceSettings, body: PriceBody): PriceSettings {
	return body.kind === 'price_list_added' ? { ...settings, lists: [...settings.lists, body.list] } : { ...settings, pinned: body.version };
}

/** Throws `invalid_argument` for a list whose version is taken, or that is one too many. */
export function checkList({ lists }: PriceSettings, list: KeptPriceList): void {
	if (lists.some(({ version }) => version === list.version)) {
		throw invalid(
			`The ledger keeps other prices under the version ${list.version}. A version is never changed; give the new list a version of its own.`,
		);
	}
	if (lists.length >= MAX_LISTS)
		throw invalid(`The ledger keeps ${String(MAX_LISTS)} price lists of this account already, which is the most.`);
}

/** Throws `invalid_argument` for a version that the ledger does not keep. */
export function checkPin({ lists }: PriceSettings, version: string | null): void {
	if (version === null || lists.some((list) => list.version === version)) return;
	throw invalid(
		`The ledger keeps no price list ${JSON.stringify(version)}. It keeps: ${lists.map((list) => list.version).join(', ') || 'none'}.`,
	);
}

/** The list that holds: the pinned one, else the newest; `null` for the one that comes with this package, also where both are equally new. */
export function listInUse({ pinned, lists }: PriceSettings, builtIn: Pick<KeptPriceList, 'version' | 'date'>): KeptPriceList | null {
	if (pinned !== null) return lists.find(({ version }) => version === pinned) ?? null;
	return lists.reduce<KeptPriceList | null>((newest, list) => (isNewer(list, newest ?? builtIn) ? list : newest), null);
}

/** By the day of publication; of one day, by the numbers in the version. */
function isNewer(a: Pick<KeptPriceList, 'version' | 'date'>, b: Pick<KeptPriceList, 'version' | 'date'>): boolean {
	const days = compareInstants(Date.parse(a.date), Date.parse(b.date));
	if (days !== 0) return days > 0;
	return a.version.localeCompare(b.version, 'en', { numeric: true }) > 0;
}

function invalid(message: string): CreditError {
	return new CreditError('invalid_argument', message);
}
