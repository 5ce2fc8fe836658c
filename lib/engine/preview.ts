/**
 * Owns what a preview is: one item asked for under a key and an execution of its own, and what it tells: the answer, what it cost, and
 * what a thousand such sends would cost. Refuses to foretell from an item for which no model was paid.
 */
import { formatCredits, formatDollars, parseCredits } from '../core/money';
import type { ActionItem } from './action-types';
import type { ItemResult, LlmCredits } from './item-result';

/** How many sends a preview foretells the cost of. */
const SENDS = 1000n;

/** An amount as people read it. Decimal texts. */
export interface ShownAmount {
	readonly credits: string;
	readonly dollars: string;
}

/** A preview as JSON. Texts of the model are as it wrote them: whoever shows them escapes them. */
export interface Preview {
	readonly answer: Readonly<Record<string, unknown>>;
	readonly isFallback: boolean;
	readonly cost: ShownAmount;
	/** What 1,000 sends like this one would cost; `null` when no model was paid for it. */
	readonly per1000: ShownAmount | null;
	readonly llmCredits: LlmCredits;
}

/** The item as a preview asks for it: it must not stand in the way of the real one, nor count against its execution. */
export function asPreview(item: ActionItem): ActionItem {
	return { ...item, read: async () => ({ ...(await item.read()), idempotencyKey: '', execution: '' }) };
}

/** What came of an item that was run with the purpose `preview`. */
export function previewOf({ attributes, route, llmCredits }: ItemResult): Preview {
	const costMicro = parseCredits(llmCredits.credits, { field: 'credits' });
	const isAnswered = llmCredits.source === 'model' || llmCredits.source === 'cheaper_model';
	return {
		answer: attributes,
		isFallback: route === 'fallback',
		cost: amountOf(costMicro),
		// What fails its checks in the end is paid as well.
		per1000: isAnswered || costMicro > 0n ? amountOf(costMicro * SENDS) : null,
		llmCredits,
	};
}

function amountOf(amountMicro: bigint): ShownAmount {
	return { credits: formatCredits(amountMicro), dollars: formatDollars(amountMicro) };
}
