/**
 * Owns which signs and words mean which currency, so that 20 € and 20 EUR are the same and 20 € and 20 $ are not. Refuses amounts:
 * nothing is converted. A sign that several currencies share (kr, $) stands for all of them.
 */

const CURRENCIES: readonly (readonly [words: string, codes: readonly string[]])[] = [
	['€|eur(?:o|os)?|يورو|ยูโร|ユーロ|欧元', ['EUR']],
	['us\\$|usd', ['USD']],
	['r\\$|brl|reais|real', ['BRL']],
	['\\$|dollars?|dolares|dollari|dolary|dolarow|ドル|美元|ดอลลาร์|دولار', ['USD', 'AUD', 'CAD', 'NZD', 'SGD', 'HKD', 'MXN']],
	['£|gbp|pounds?|libras?|sterline|funt(?:y|ow)', ['GBP', 'EGP']],
	['¥|jpy|yen|円', ['JPY', 'CNY']],
	['cny|rmb|元|人民币', ['CNY']],
	['zl|pln|zlotych|zlote', ['PLN']],
	['chf|sfr\\.?|franken', ['CHF']],
	['sek|dkk|nok|kr\\.?|kronor|kroner', ['SEK', 'DKK', 'NOK', 'ISK', 'CZK']],
	['฿|thb|บาท', ['THB']],
	['aed|درهم', ['AED', 'MAD']],
	['sar|ريال', ['SAR', 'QAR', 'OMR']],
	['inr|₹', ['INR']],
	['try|₺', ['TRY']],
	['aud|cad|nzd|sgd|hkd|mxn', ['AUD', 'CAD', 'NZD', 'SGD', 'HKD', 'MXN']],
];

const ALONE = CURRENCIES.map(([words, codes]) => [new RegExp(`^(?:${words})$`, 'u'), codes] as const);
const BEHIND = CURRENCIES.map(([words, codes]) => [new RegExp(`^[\\s\\u00a0]?(?:${words})(?![\\p{L}])`, 'u'), codes] as const);
const BEFORE = CURRENCIES.map(([words, codes]) => [new RegExp(`(?<![\\p{L}])(?:${words})[\\s\\u00a0]?$`, 'u'), codes] as const);

/** The currencies that the words beside a number can mean; empty when there are none. Both texts must be folded. */
export function currenciesBeside(before: string, behind: string): readonly string[] {
	const inFront = BEFORE.find(([words]) => words.test(before.slice(-12)))?.[1] ?? [];
	return inFront.length > 0 ? inFront : (BEHIND.find(([words]) => words.test(behind.slice(0, 14)))?.[1] ?? []);
}

/** The currencies that a whole text names, such as EUR; empty for any other text. It must be folded. */
export function currenciesCalled(text: string): readonly string[] {
	return ALONE.find(([words]) => words.test(text))?.[1] ?? [];
}
