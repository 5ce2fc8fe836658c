/**
 * The text that the fingerprint of a request is made of: canonical JSON, put together of its parts because the schema is the same for all
 * items. Texts of the account are not in it: when one is changed, a retry is still the same request.
 */
import type { ItemInput } from './action-types';
import type { CallPlan } from './call-plan';

/** Canonical JSON of what an item asks for, without the texts of the account. */
export function askedText(
	{ systemPrompt, prompt }: Pick<ItemInput, 'systemPrompt' | 'prompt'>,
	{ canonicalSchema, rungs }: { canonicalSchema: string; rungs: readonly { readonly calls: readonly Pick<CallPlan, 'asked'>[] }[] },
): string {
	const calls = rungs.map((rung) => rung.calls.map(({ asked }) => asked));
	return `[${JSON.stringify(systemPrompt)},${JSON.stringify(prompt)},${canonicalSchema},${JSON.stringify(calls)}]`;
}
