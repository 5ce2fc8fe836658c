/**
 * Says what an answered call costs: by the usage reported, as far as the request can have had it (ledger rule 43), else by what was set
 * aside for it, never 0 (ledger rule 28).
 */
import { atRate } from '../../core/prices/charging';
import { chargeFor, type CallCharge } from '../../core/prices/bills/call-charge';
import { usageBoundOf, type UsageBound } from '../../core/prices/usage-bound';
import type { ModelPrice, UseKind } from '../../core/prices/pricing';
import type { CallFacts, Measure } from '../../core/nouns/call-facts';
import { sumSlices } from '../../core/nouns/movement';
import type { Hold } from '../../core/nouns/records';
import { ceilDivide, formatCredits, minMicro, type Micro } from '../../core/values/money';
import type { Usage } from '../../core/usage/usage-fields';
import type { UsageReading } from '../../core/usage/usage';
import type { ChatRequest } from '../../providers/provider';

interface CallCost {
	readonly actualMicro: Micro;
	readonly measure: Measure;
	/** What was counted: the usage reported, at most what the request can have had. `null` where none can be counted. */
	readonly usage: Usage | null;
	/** Where more was reported than the request can have had, it teaches nothing about others. */
	readonly facts: Pick<CallFacts, 'isImplausible' | 'reportedMicro' | 'listMicro' | 'ratePercent'>;
	/** For people, when something about the charge is unusual. */
	readonly note: string | null;
}

interface Charged {
	readonly price: ModelPrice | null;
	readonly hold: Hold;
	readonly hasPassed: boolean;
	/** What was sent; `null` where nobody knows it any more. */
	readonly request: ChatRequest | null;
	readonly handle: { readonly chargesReported?: boolean };
}

/** The cost of a call under its hold. `price` is `null` where the model has none. */
export function costOf(reading: UsageReading, { price, hold, hasPassed, request, handle }: Charged): CallCost {
	const reported = countable(reading);
	const said = reading.said ?? null;
	const { chargesReported = false } = handle;
	const bound = price && request ? boundOf(price, request) : null;
	// Where the charge is a rate, it was set aside with the call of the item that carries it, and nothing with any other.
	const charge = price && chargeFor(atRate(price, hold.amountMicro), { reported, said, bound, hasPassed, chargesReported });
	if (!charge) return estimated(reading, { hold, usage: reported, facts: factsOf(charge, said?.costMicro ?? null) });
	const facts = factsOf(charge, charge.reportedMicro);
	const { actualMicro, usage } = charge;
	if (actualMicro === null) return estimated(reading, { hold, usage, facts });
	const untold = untoldText(charge);
	if (untold !== null) {
		const amountMicro = actualMicro > hold.amountMicro ? actualMicro : hold.amountMicro;
		return {
			actualMicro: amountMicro,
			measure: 'estimated',
			usage,
			facts,
			note: `${untold} ${formatCredits(amountMicro)} credits were charged.`,
		};
	}
	const note = charge.isImplausible ? beyondText(charge, { reported, bound }) : null;
	return { actualMicro, measure: 'reported', usage, facts, note };
}

function factsOf(charge: CallCharge | null, reportedMicro: Micro | null): CallCost['facts'] {
	if (!charge) return { isImplausible: false, reportedMicro, listMicro: null, ratePercent: 100 };
	const { isImplausible, listMicro, ratePercent } = charge;
	return { isImplausible, reportedMicro, listMicro, ratePercent };
}

function estimated(
	reading: UsageReading,
	{ hold, usage, facts }: { readonly hold: Hold; readonly usage: Usage | null; readonly facts: CallCost['facts'] },
): CallCost {
	const why =
		reading.kind === 'rejected'
			? `The provider reported usage that cannot be counted (${reading.detail})`
			: 'The provider did not report usage';
	return { actualMicro: hold.amountMicro, measure: 'estimated', usage, facts, note: `${why}, so the estimate was charged.` };
}

const USES = {
	search: 'searches',
	toolCall: 'uses of its tools',
} as const satisfies Record<UseKind, string>;

/** Shares are rounded up to these steps, so that there are few, and are not learnt beyond the last. */
const STEP_PERCENT = 25n;
const MOST_PERCENT = 2_000n;

/**
 * What a call cost of the list price, in whole per cent: by the tier that served, or by what the provider said. The next calls are set aside
 * for at it.
 */
export function percentOfList({ actualMicro, facts: { listMicro, ratePercent } }: Pick<CallCost, 'actualMicro' | 'facts'>): number {
	if (listMicro === null || listMicro === 0n || actualMicro === listMicro) return ratePercent;
	const percent = ceilDivide(actualMicro * BigInt(ratePercent), listMicro);
	return Number(minMicro(ceilDivide(percent, STEP_PERCENT) * STEP_PERCENT, MOST_PERCENT));
}

/** Why nobody can tell the whole cost; `null` where it can be told. */
function untoldText({ unpriced, unknownTier }: CallCharge): string | null {
	if (unpriced.length > 0) {
		const what = unpriced.map((kind) => USES[kind]).join(' and ');
		return `The provider counted ${what}, for which the price list has no price. At least`;
	}
	return unknownTier === null
		? null
		: `The provider answered in its tier ${JSON.stringify(unknownTier)}, whose price is not known. At least`;
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

function beyondText(
	{ usage, actualMicro, reportedMicro }: CallCharge,
	{ reported, bound }: { readonly reported: Usage | null; readonly bound: UsageBound | null },
): string {
	const end = 'and the call is marked implausible: check it with the provider.';
	if (reported === usage || !reported || !bound) {
		const [told, charged] = [reportedMicro, actualMicro].map((micro) => formatCredits(micro ?? 0n));
		return `The provider reported a cost of ${String(told)} credits, more than this request can have caused. ${String(charged)} were charged, by the price list, ${end}`;
	}
	const counts = ({ inputTokens, outputTokens, searches, toolCalls }: UsageBound): string => {
		const tokens = `${String(inputTokens)} input and ${String(outputTokens)} output tokens`;
		const isAboutUses = reported.searches > bound.searches || reported.toolCalls > bound.toolCalls;
		return isAboutUses ? `${tokens}, ${String(searches)} searches and ${String(toolCalls)} uses of tools` : tokens;
	};
	return `The provider reported ${counts(reported)}, more than this request can have used. At most ${counts(bound)} were charged, ${end}`;
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
