/**
 * Which credentials n8n's form of LLM Action offers for providers, and which of them a node uses. A node of n8n has one credential of each
 * type, so there are as many types as a ladder may have providers. Node-RED has no such list: a row of its form names any config node.
 */
import { PROVIDER } from '../connection';
import type { Choice, Param } from '../param';

/** The credentials a provider may come from: the credential type of n8n, and what it is called. */
export const PROVIDER_SLOTS = {
	own: { credential: PROVIDER.n8nName, label: 'LLM Credits Provider' },
	openai: { credential: 'openAiApi', label: 'OpenAI (n8n)' },
	second: { credential: 'llmCreditsSecondProviderApi', label: 'Second LLM Credits Provider' },
	third: { credential: 'llmCreditsThirdProviderApi', label: 'Third LLM Credits Provider' },
} as const satisfies Readonly<Record<string, { readonly credential: string; readonly label: string }>>;

export type ProviderSlot = keyof typeof PROVIDER_SLOTS;

/** What a row of a cheaper model chooses in n8n to ask the provider of the node. */
export const SAME_PROVIDER = 'same';

/** The sets of credentials a node may use; the first of each answers for the model itself. n8n shows the credentials of the chosen set. */
const SETS = [
	{ slots: ['own'], help: 'One provider for all models' },
	{ slots: ['own', 'openai'], help: 'The first for the model, and both for cheaper models' },
	{ slots: ['own', 'second'], help: 'The first for the model, and both for cheaper models' },
	{ slots: ['own', 'second', 'third'], help: 'The first for the model, and all three for cheaper models' },
	{ slots: ['openai'], help: 'The OpenAI credential that n8n itself has, for all models' },
	{ slots: ['openai', 'own'], help: 'The first for the model, and both for cheaper models' },
	{ slots: ['openai', 'own', 'second'], help: 'The first for the model, and all three for cheaper models' },
] as const satisfies readonly { readonly slots: readonly ProviderSlot[]; readonly help: string }[];

function valueOf({ slots }: (typeof SETS)[number]): string {
	return slots.join('_');
}

/** "LLM Credits Provider, Then OpenAI (n8n)". */
function labelOf({ slots }: (typeof SETS)[number]): string {
	return slots.map((slot) => PROVIDER_SLOTS[slot].label).join(', Then ');
}

export const ACTION_PROVIDERS = {
	name: 'providers',
	label: 'Providers',
	kind: 'choice',
	default: 'own',
	section: 'main',
	help: 'Which credentials run the models. The first runs the model itself; Cheaper Models may name the others',
	choices: SETS.map((set): Choice => ({ value: valueOf(set), label: labelOf(set), help: set.help })),
} as const satisfies Param;

/** The credentials of a chosen set, that of the model itself first. A set nobody knows is that of the default. */
export function slotsOf(providers: string): readonly ProviderSlot[] {
	return SETS.find((set) => valueOf(set) === providers)?.slots ?? ['own'];
}

/** The sets that use a credential. */
export function setsWith(slot: ProviderSlot): string[] {
	return SETS.filter(({ slots }) => slots.some((each) => each === slot)).map(valueOf);
}

/** The sets that do not use a credential. */
export function setsWithout(slot: ProviderSlot): string[] {
	const used = setsWith(slot);
	return SETS.map(valueOf).filter((set) => !used.includes(set));
}
