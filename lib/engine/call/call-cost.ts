/** Says what an answered call costs: by the usage reported, else by what was set aside for it, never 0 (ledger rule 28). */
import { atRate, chargeOf } from '../../core/prices/charging';
import type { ModelPrice } from '../../core/prices/pricing';
import type { Measure } from '../../core/nouns/call-facts';
import type { Hold } from '../../core/nouns/records';
import type { Micro } from '../../core/values/money';
import type { Usage } from '../../core/usage/usage-fields';
import type { UsageReading } from '../../core/usage/usage';

interface CallCost {
	readonly actualMicro: Micro;
	readonly measure: Measure;
	/** For people, when something about the charge is unusual. */
	readonly note: string | null;
}

/** The cost of a call under its hold. `price` is `null` where the model has none. */
export function costOf(
	reading: UsageReading,
	{ price, hold, hasPassed }: { price: ModelPrice | null; hold: Hold; hasPassed: boolean },
): CallCost {
	const usage = countable(reading);
	// Where the charge is a rate, it was set aside with the call of the item that carries it, and nothing with any other.
	const actualMicro = price && chargeOf(atRate(price, hold.amountMicro), { usage, hasPassed });
	if (actualMicro !== null) return { actualMicro, measure: 'reported', note: null };
	const why =
		reading.kind === 'rejected'
			? `The provider reported usage that cannot be counted (${reading.detail})`
			: 'The provider did not report usage';
	return { actualMicro: hold.amountMicro, measure: 'estimated', note: `${why}, so the estimate was charged.` };
}

/** The usage; `null` where none can be counted. An answer without a single token is a report that was not made, not a free call. */
export function countable(reading: UsageReading): Usage | null {
	if (reading.kind !== 'reported') return null;
	const { inputTokens, outputTokens } = reading.usage;
	return inputTokens > 0 || outputTokens > 0 ? reading.usage : null;
}
