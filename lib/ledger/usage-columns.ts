/** The running totals of usage as columns of `usage_days`, for every store. */
import { USAGE_TOTALS, type UsageTotalName } from '../core/nouns/usage-totals';

/** Each total with the column of `usage_days` that holds it, in the order of the columns. */
export const USAGE_COLUMNS: readonly { readonly name: UsageTotalName; readonly column: string }[] = USAGE_TOTALS.map((name) => ({
	name,
	column: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
}));
