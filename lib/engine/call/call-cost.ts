/**
 * Says what an answered call costs: by the usage reported, as far as the request can have had it (ledger rule 43), else by what was set
 * aside for it, never 0 (ledger rule 28).
 */
import { atRate, chargeOf } from '../../core/prices/charging';
import { usageBoundOf, withinBound, type UsageBound } from '../../core/prices/usage-bound';
import type { ModelPrice } from '../../core/prices/pricing';
import type { CallFacts, Measure } from '../../core/nouns/call-facts';
import { sumSlices } from '../../core/nouns/movement';
import type { Hold } from '../../core/nouns/records';
import { formatCredits, type Micro } from '../../core/values/money';
import type { Usage } from '../../core/usage/usage-fields';
import type { UsageReading } from '../../core/usage/usage';
import type { ChatRequest } from '../../providers/provider';

interface CallCost {
	readonly actualMicro: Micro;
	readonly measure: Measure;
	/** What was counted: the usage reported, at most what the request can have had. `null` where none can be counted. */
	readonly usage: Usage | null;
	/** More was reported than the request can have had; it teaches nothing about others. */
	readonly facts: Pick<CallFacts, 'isImplausible'>;
	/** For people, when something about the charge is unusual. */
	readonly note: string | null;
}

interface Charged {
	readonly price: ModelPrice | null;
	readonly hold: Hold;
	readonly hasPassed: boolean;
	/** What was sent; `null` where nobody knows it any more. */
	readonly request: ChatRequest | null;
}

/** The cost of a call under its hold. `price` is `null` where the model has none. */
export function costOf(reading: UsageReading, { price, hold, hasPassed, request }: Charged): CallCost {
	const reported = countable(reading);
	const bound = price && request ? boundOf(price, request) : null;
	const usage = reported && bound ? withinBound(reported, bound) : reported;
	const isImplausible = usage !== reported;
	// Where the charge is a rate, it was set aside with the call of the item that carries it, and nothing with any other.
	const actualMicro = price && chargeOf(atRate(price, hold.amountMicro), { usage, hasPassed });
	if (actualMicro !== null) {
		const note = reported && bound && isImplausible ? beyondText(reported, bound) : null;
		return { actualMicro, measure: 'reported', usage, facts: { isImplausible }, note };
	}
	const why =
		reading.kind === 'rejected'
			? `The provider reported usage that cannot be counted (${reading.detail})`
			: 'The provider did not report usage';
	const note = `${why}, so the estimate was charged.`;
	return { actualMicro: hold.amountMicro, measure: 'estimated', usage, facts: { isImplausible: false }, note };
}

function boundOf(price: ModelPrice, { model, messages, schema, limitField, maxOutputTokens, reasoningEffort }: ChatRequest): UsageBound {
	return usageBoundOf(price, {
		model,
		bytes: messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), schema ? bytesOfSchema(schema) : 0),
		outputLimitTokens: limitField === 'none' ? null : maxOutputTokens,
		asksToThink: reasoningEffort !== null,
	});
}

/** The items of a run share their schema. */
const schemaBytes = new WeakMap<object, number>();

function bytesOfSchema(schema: object): number {
	const known = schemaBytes.get(schema) ?? Buffer.byteLength(JSON.stringify(schema));
	schemaBytes.set(schema, known);
	return known;
}

function beyondText({ inputTokens, outputTokens }: Usage, bound: UsageBound): string {
	const tokens = (input: number, output: number): string => `${String(input)} input and ${String(output)} output tokens`;
	return `The provider reported ${tokens(inputTokens, outputTokens)}, more than this request can have used. At most ${tokens(bound.inputTokens, bound.outputTokens)} were charged, and the call is marked implausible: check it with the provider.`;
}

/** What people are told where a call was closed before at another cost, which stands; `null` where it was not. */
export function differsText(differsByMicro: Micro): string | null {
	if (differsByMicro === 0n) return null;
	const [sign, by] = differsByMicro > 0n ? ['more', differsByMicro] : ['less', -differsByMicro];
	return `The call was charged before, and that stands. What it is said to have cost now is ${formatCredits(by)} credits ${sign}.`;
}

/** What a hold is charged whose call nobody knows the cost of, as it is stored; 0 for any other, and where the account gives it back. */
export function chargedUnconfirmed({ state, slices }: Pick<Hold, 'state' | 'slices'>): Micro {
	return state === 'expired' ? sumSlices(slices) : 0n;
}

/** The usage; `null` where none can be counted. An answer without a single token is a report that was not made, not a free call. */
export function countable(reading: UsageReading): Usage | null {
	if (reading.kind !== 'reported') return null;
	const { inputTokens, outputTokens } = reading.usage;
	return inputTokens > 0 || outputTokens > 0 ? reading.usage : null;
}
