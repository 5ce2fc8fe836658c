/** Says in one line what a run cost: who answered its items, credits and dollars, and what is left. */
import { countedCredits, credits, dollars, grouped } from '../../core/values/readable';
import { namesOf } from '../../core/values/named';
import { parseCredits, sumMicro, type Micro } from '../../core/values/money';
import { REASONS, type Reason, type Source } from '../../params/fallback-switch';
import type { ItemResult } from '../outcome/item-result';

/** How each source stands in the line, and in which order. */
const BY: Readonly<Record<Source, string>> = {
	model: 'by the model',
	cheaper_model: 'by a cheaper model',
	cache: 'from the cache',
	fallback: 'fallback',
};

/**
 * For example "20 items: 11 by the model, 9 fallback (credits exhausted). 79.2 credits ($0.0079), 0.8 left." Items that wait in a batch are
 * counted apart. An answer that was paid by an earlier run costs nothing here. `availableMicro` `null`: nobody knows what is left now.
 */
export function runSummary(results: readonly ItemResult[], { availableMicro }: { readonly availableMicro: Micro | null }): string {
	const pending = results.filter(({ route }) => route === 'pending').length;
	const left = results.filter(({ route }) => route !== 'pending');
	const counts = namesOf(BY).flatMap((value) => {
		const of = left.filter(({ llmCredits }) => llmCredits.source === value);
		return of.length === 0 ? [] : [`${grouped(String(of.length))} ${BY[value]}${value === 'fallback' ? ` (${reasonsOf(of)})` : ''}`];
	});
	if (pending > 0) counts.push(`${grouped(String(pending))} waiting in a batch`);
	const spentMicro = spentBy(results);
	const rest = availableMicro === null ? '' : `, ${credits(availableMicro)} left`;
	const items = `${grouped(String(results.length))} ${results.length === 1 ? 'item' : 'items'}`;
	return `${items}: ${counts.join(', ')}. ${countedCredits(spentMicro)} (${dollars(spentMicro)})${rest}.`;
}

/** What a run was charged: answers of an earlier run are not paid again. */
export function spentBy(results: readonly ItemResult[]): Micro {
	const fresh = results.filter(({ llmCredits }) => llmCredits.reason !== 'replayed');
	return sumMicro(fresh.map(({ llmCredits }) => parseCredits(llmCredits.credits, { field: 'credits' })));
}

/** The reasons of fallbacks, the most frequent first; counted where there are several. */
function reasonsOf(fallbacks: readonly ItemResult[]): string {
	const counts = new Map<Reason, number>();
	for (const { llmCredits } of fallbacks) counts.set(llmCredits.reason, (counts.get(llmCredits.reason) ?? 0) + 1);
	const sorted = [...counts].sort(([, a], [, b]) => b - a);
	return sorted
		.map(([reason, count]) => (sorted.length === 1 ? labelOf(reason) : `${labelOf(reason)} ${grouped(String(count))}`))
		.join(', ');
}

function labelOf(reason: Reason): string {
	return REASONS.find(({ value }) => value === reason)?.label.toLowerCase() ?? reason;
}
