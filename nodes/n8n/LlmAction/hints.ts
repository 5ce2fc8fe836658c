/**
 * Owns what the editor shows above the output of LLM Action: when items took their fallback, how many, why, and what to do; for a preview,
 * what it cost and what a campaign would.
 */
import type { NodeExecutionHint } from 'n8n-workflow';
import type { Balance } from '../../../lib/core/rules/draft/balance';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { aheadText } from '../../../lib/engine/report/balance-words';
import { runSummary } from '../../../lib/engine/report/run-summary';
import { previewOf } from '../../../lib/engine/report/preview';
import { REASONS, type Reason } from '../../../lib/params/fallback-switch';

const MENDS: Partial<Record<Reason, string>> = {
	credits_exhausted: 'Add credits with Credit Balance, or let the items go on as they are.',
	credits_held: 'Raise Wait for Held Credits, or lower Calls at a Time.',
	overdrawn: 'Add credits with Credit Balance; the overdraft is repaid first.',
	plan_not_eligible: 'Move the account to a paid plan.',
	unpriced_model: 'Give the model a price in the provider credential, under More Settings.',
	failed_checks: 'What failed is on each item under llmCredits.checks.',
	missing_context: 'The fields that are missing are on each item under llmCredits.checks.',
	idempotency_conflict: 'Use an Idempotency Key that is different for every request.',
	preview_only: 'The node is set to Preview the First Item. Choose Ask for Each Item, and publish the workflow again.',
	result_not_kept: 'Raise Keep Answers for Retries, or use another Idempotency Key.',
};

/** Models may differ from item to item. */
const MAX_LESSONS = 5;

/** What the run cost, after every run. */
export function costHints(results: readonly ItemResult[], balance: Balance | null): NodeExecutionHint[] {
	return [{ message: runSummary(results, { availableMicro: balance?.availableMicro ?? null }), type: 'info', location: 'outputPane' }];
}

/** One hint for all fallbacks of a run, or none. The most frequent reason is explained. */
export function fallbackHints(results: readonly ItemResult[]): NodeExecutionHint[] {
	const fallbacks = results.filter(({ route }) => route === 'fallback');
	const [first] = fallbacks;
	if (!first) return [];
	const counts = new Map<Reason, number>();
	for (const { llmCredits } of fallbacks) counts.set(llmCredits.reason, (counts.get(llmCredits.reason) ?? 0) + 1);
	const sorted = [...counts].sort(([, a], [, b]) => b - a);
	const main = sorted[0]?.[0] ?? first.llmCredits.reason;
	const example = fallbacks.find(({ llmCredits }) => llmCredits.reason === main)?.llmCredits.message ?? '';
	const list = sorted.map(([reason, count]) => `${labelOf(reason)} (${count})`).join(', ');
	const message = `${fallbacks.length} of ${results.length} items left with their fallback values: ${list}. ${MENDS[main] ?? example}`;
	return [{ message: message.trim(), type: 'warning', location: 'outputPane' }];
}

/** How many items wait in a batch, or none. */
export function pendingHints(results: readonly ItemResult[]): NodeExecutionHint[] {
	const pending = results.filter(({ route }) => route === 'pending');
	if (pending.length === 0) return [];
	const message = `${pending.length} of ${results.length} items wait in a batch. Bring them back into this node later, through a Wait node or from a table, with their llmCredits.`;
	return [{ message, type: 'info', location: 'outputPane' }];
}

/** How many calls nobody knows the cost of, and what was charged for the items that made them; or none. */
export function unconfirmedHints(results: readonly ItemResult[]): NodeExecutionHint[] {
	const calls = results.reduce((sum, { llmCredits }) => sum + (llmCredits.unconfirmed ?? 0), 0);
	if (calls === 0) return [];
	const were = calls === 1 ? 'call is' : 'calls are';
	const message = `${calls} ${were} unconfirmed: no answer came, and the provider may have billed for it. What was expected is charged, unless the account says otherwise. Compare "llm-credits holds --state expired" with the provider's bill, or raise the Timeout.`;
	return [{ message, type: 'warning', location: 'outputPane' }];
}

/** That a clock was wrong, so that the account's time stands still; or none. */
export function clockHints(balance: Balance | null): NodeExecutionHint[] {
	const note = balance && aheadText(balance);
	return note === null ? [] : [{ message: note, type: 'warning', location: 'outputPane' }];
}

/** What models do not take of the node's settings, so that it was left out or written another way; one hint for all, or none. */
export function lessonHints(lessons: readonly string[]): NodeExecutionHint[] {
	if (lessons.length === 0) return [];
	const shown = lessons.slice(0, MAX_LESSONS);
	const more = lessons.length > shown.length ? [`${String(lessons.length - shown.length)} more of the kind.`] : [];
	return [{ message: ['Asked another way than set:', ...shown, ...more].join(' '), type: 'info', location: 'outputPane' }];
}

/** Which model answered, what it cost, and how many items it left out. `count` items came in. */
export function previewHints(
	results: readonly ItemResult[],
	{ count, isByHand }: { readonly count: number; readonly isByHand: boolean },
): NodeExecutionHint[] {
	return results.map((result) => {
		const { rung, costs } = previewOf(result);
		const others =
			count > 1 && isByHand ? ` The other ${String(count - 1)} were not asked for; choose Ask for Each Item for all of them.` : '';
		return { message: `${rung}. ${costs}${others}`, type: 'info', location: 'outputPane' };
	});
}

function labelOf(reason: Reason): string {
	return REASONS.find(({ value }) => value === reason)?.label ?? reason;
}
