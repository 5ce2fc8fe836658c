/**
 * Owns the way from n8n's credentials to the providers of a node: which credential each rung of its ladder asks, read once for all items,
 * n8n's own OpenAI credential included. Refuses to put a secret into any message.
 */
import type { IExecuteFunctions } from 'n8n-workflow';
import { CreditError } from '../../lib/core/values/errors';
import { wordsOf } from '../../lib/core/values/foreign';
import { providerNamesOf } from '../../lib/engine/plan/action-sources';
import type { LlmActionValues, ProviderHandle } from '../../lib/engine/llm-action';
import { PROVIDER_PARAMS } from '../../lib/params/connection';
import { PROVIDER_SLOTS, slotsOf, type ProviderSlot } from '../../lib/params/llm-action/providers';
import { readParams } from '../../lib/params/read';
import { createProvider, type ProviderValues } from '../../lib/runtime/provider-handle';
import { ofOpenAiCredential } from './open-ai-credential';

type Raw = Readonly<Record<string, unknown>>;

/** Reads the credentials of a node, by type. */
export type CredentialReader = (type: string) => Promise<Raw>;

/** Which providers a node has: the set it chose, and what the rows of its cheaper models name. */
type Chosen = Pick<LlmActionValues, 'cheaperModels'> & { readonly providers: string };

/** The values with the provider of the node itself named in one way, so that its rungs are known for those of one provider. */
export function withPlainNames<V extends Chosen>(values: V): V {
	const [main] = slotsOf(values.providers);
	const cheaperModels = values.cheaperModels.map((row) => (row.provider === main ? { ...row, provider: '' } : row));
	return { ...values, cheaperModels };
}

/**
 * The providers of a node by the names in its settings, all read now. What is wrong with one is thrown by the function, when its rung is
 * planned: the other rungs go on.
 */
export async function nodeProviders(ctx: IExecuteFunctions, values: Chosen): Promise<(name: string) => ProviderHandle> {
	const read: CredentialReader = (type) => credentialsOf(ctx, type, 'provider_misconfigured');
	const made = new Map(
		await Promise.all(
			providerNamesOf(values).map(async (name) => {
				const handle = slotValues(read, { providers: values.providers, name }).then(createProvider);
				return [name, await handle.then((it) => ({ handle: it }), failed)] as const;
			}),
		),
	);
	return (name) => {
		const found = made.get(name);
		if (found && 'handle' in found) return found.handle;
		throw found?.error ?? new TypeError(`The provider ${name} was not read`);
	};
}

function failed(error: unknown): { readonly error: Error } {
	return { error: error instanceof Error ? error : new TypeError(wordsOf(error)) };
}

/** The settings of a provider, by its name in a row of a cheaper model; empty: that of the node. Rejects with a `CreditError`. */
export async function slotValues(
	read: CredentialReader,
	{ providers, name }: { readonly providers: string; readonly name: string },
): Promise<ProviderValues> {
	const slots = slotsOf(providers);
	const slot = name === '' ? slots[0] : slots.find((each) => each === name);
	if (!slot) {
		throw new CreditError(
			'provider_misconfigured',
			`A cheaper model asks ${labelOf(name)}, which the node does not use. Choose a set with it under Providers, and a credential for it.`,
		);
	}
	const raw = await read(PROVIDER_SLOTS[slot].credential);
	return slot === 'openai' ? ofOpenAiCredential(raw) : readParams(PROVIDER_PARAMS, raw);
}

function labelOf(name: string): string {
	return isSlot(name) ? PROVIDER_SLOTS[name].label : JSON.stringify(name);
}

function isSlot(name: string): name is ProviderSlot {
	return Object.hasOwn(PROVIDER_SLOTS, name);
}

/** What a credential holds. Rejects with the code given. */
export async function credentialsOf(
	ctx: IExecuteFunctions,
	type: string,
	code: 'ledger_unavailable' | 'provider_misconfigured',
): Promise<Raw> {
	return ctx.getCredentials(type).catch((cause: unknown) => {
		throw new CreditError(code, `The credential of type ${type} could not be read. Open the node and choose one under Credential.`, {
			cause,
		});
	});
}
