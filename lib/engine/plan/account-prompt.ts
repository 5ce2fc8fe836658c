/**
 * Owns how the texts of an account come into a request: at its very start, each once, in one order, so that every request of the account
 * begins alike and a provider's prompt cache can reuse it. The place that refers to a text names it. Refuses a reference to a text that
 * the account does not have: a prompt without the brand voice it asks for is not what its author meant.
 */
import { COMPLIANCE, referenceTo, replaceReferences } from '../../core/rules/commands/account-texts';
import { CreditError } from '../../core/values/errors';
import type { ItemInput } from './action-types';

/** Instructions and prompt of an item, with what stands before them. */
export interface SpokenInput extends Pick<ItemInput, 'systemPrompt' | 'prompt'> {
	/** Texts of the account; the same for all items that refer to the same ones. Empty for none. */
	readonly head: string;
}

/** Puts the compliance text, and every text that is referred to, in front of an item's own. Throws `invalid_settings` for an unknown one. */
export function withAccountTexts(
	{ systemPrompt, prompt }: Pick<ItemInput, 'systemPrompt' | 'prompt'>,
	texts: ReadonlyMap<string, string>,
): SpokenInput {
	const named = new Set(texts.has(COMPLIANCE) ? [COMPLIANCE] : []);
	const point = (name: string): string => {
		if (!texts.has(name)) {
			throw new CreditError(
				'invalid_settings',
				`The prompt refers to ${referenceTo(name)}, but the account has no text of this name. Set it with "llm-credits text set ${name}", or take the reference out.`,
			);
		}
		named.add(name);
		return tag(name);
	};
	const own = { systemPrompt: replaceReferences(systemPrompt, point), prompt: replaceReferences(prompt, point) };
	const others = [...named].filter((name) => name !== COMPLIANCE).sort();
	const inOrder = named.has(COMPLIANCE) ? [COMPLIANCE, ...others] : others;
	return { ...own, head: inOrder.map((name) => `${tag(name)}\n${(texts.get(name) ?? '').trim()}\n</${name}>`).join('\n\n') };
}

function tag(name: string): string {
	return `<${name}>`;
}
