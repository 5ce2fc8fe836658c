/**
 * Owns what a preview is: one item asked for under a key and an execution of its own, and what it tells: the answer, what it cost, and
 * what a thousand such sends would cost. Refuses to foretell from an item for which no model was paid.
 */
import { formatCredits, formatDollars, parseCredits, type Micro } from '../../core/values/money';
import { countedCredits, dollars } from '../../core/values/readable';
import type { ActionItem } from '../plan/action-types';
import type { ItemResult, LlmCredits } from '../outcome/item-result';
import { FallbackError } from '../outcome/fallback-error';
import type { Source } from '../../params/fallback-switch';

/** How many sends a preview foretells the cost of. */
const SENDS = 1000n;

/** Where an answer came from, before the name of its model. */
const RUNGS: Readonly<Record<Source, string>> = {
	model: 'Answered by',
	cheaper_model: 'Answered by the cheaper model',
	cache: 'Kept answer of',
	fallback: 'Fallback values instead of',
};

/** An amount as people read it. Decimal texts. */
export interface ShownAmount {
	readonly credits: string;
	readonly dollars: string;
}

/** A preview as JSON. Texts of the model are as it wrote them: whoever shows them escapes them. */
export interface Preview {
	readonly answer: Readonly<Record<string, unknown>>;
	readonly isFallback: boolean;
	/** For people: the rung of the ladder that the answer came from, with its model. */
	readonly rung: string;
	readonly cost: ShownAmount;
	/** What 1,000 sends like this one would cost; `null` when no model was paid for it. */
	readonly per1000: ShownAmount | null;
	/** The two costs as a sentence. */
	readonly costs: string;
	readonly llmCredits: LlmCredits;
}

/** Why the other items of a preview leave without an answer, where nobody looks at it. */
export const PREVIEW_ONLY = new FallbackError(
	'preview_only',
	'LLM Action is set to preview the first item, so this one was not asked for. Choose Ask for Each Item, and publish the workflow again.',
);

/** The item as a preview asks for it: it must not stand in the way of the real one, nor count against its execution. */
export function asPreview(item: ActionItem): ActionItem {
	return { ...item, read: async () => ({ ...(await item.read()), idempotencyKey: '', execution: '' }) };
}

/** What came of an item that was run with the purpose `preview`. */
export function previewOf({ attributes, route, llmCredits }: ItemResult): Preview {
	const costMicro = parseCredits(llmCredits.credits, { field: 'credits' });
	const isAnswered = llmCredits.source === 'model' || llmCredits.source === 'cheaper_model';
	// What fails its checks in the end is paid as well.
	const per1000Micro = isAnswered || costMicro > 0n ? costMicro * SENDS : null;
	return {
		answer: attributes,
		isFallback: route === 'fallback',
		rung: `${RUNGS[llmCredits.source]} ${llmCredits.model}`,
		cost: amountOf(costMicro),
		per1000: per1000Micro === null ? null : amountOf(per1000Micro),
		costs: costsOf(costMicro, per1000Micro),
		llmCredits,
	};
}

function amountOf(amountMicro: Micro): ShownAmount {
	return { credits: formatCredits(amountMicro), dollars: formatDollars(amountMicro) };
}

function costsOf(costMicro: Micro, per1000Micro: Micro | null): string {
	const own = `This preview cost ${countedCredits(costMicro)}`;
	if (per1000Micro === null) return `${own}.`;
	return `${own}; 1,000 such sends would cost ${countedCredits(per1000Micro)} (${dollars(per1000Micro)}).`;
}
