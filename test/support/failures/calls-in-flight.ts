/**
 * Has calls of an LLM Action under way at a provider on loopback, over a real ledger that is opened as hosts open it, so that something can
 * happen to the ledger before the answers come.
 */
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import type { LlmActionValues } from '../../../lib/engine/llm-action';
import { LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { leaseSpending } from '../../../lib/runtime/outage';
import { createProvider } from '../../../lib/runtime/provider-handle';
import { createLlmAction, leaseLedger } from '../../../lib/runtime/runtime';
import { connectionTo } from '../hosts/host-ledger';
import { ONE_CREDIT_PRICES } from '../hosts/node-red-flow';
import { until } from '../machine/child';
import { startFakeOpenAi } from '../provider/fake-openai';
import { item } from '../scenarios/action-world';

export interface InFlight {
	/** Lets the answers go, and resolves with what the items left with. */
	answer(): Promise<ItemResult[]>;
	/** Gives the ledger back, as a host does at the end of a run. */
	leave(): Promise<void>;
}

/** How many calls, each costing one credit, on which ledger; `outageCredits` are what its connection allows while it is away. */
export interface Flight {
	/** The path of a file, or the address of a schema. */
	readonly place: string;
	/** The folder in which the host keeps its data. */
	readonly folder: string;
	readonly count: number;
	readonly outageCredits?: string;
}

/** Resolves when so many calls are with the provider. */
export async function callsInFlight({ place, folder, count, outageCredits = '0' }: Flight): Promise<InFlight> {
	let release = (): void => undefined;
	const held = new Promise<void>((resolve) => (release = resolve));
	const provider = await startFakeOpenAi({ choose: () => ({ kind: 'answer', held }) });
	const settings = { ...connectionTo(place), account: 'default', timeZone: 'UTC', outageCredits };
	const lease = await leaseLedger(settings, folder, {});
	const spending = await leaseSpending(settings, () => lease.current(), { folder, environment: {} });
	const values = readParams(LLM_ACTION_PARAMS, {
		model: 'gpt-4o-mini',
		prompt: 'x',
		reservation: 'fixed',
		reservationCredits: '1',
		concurrency: count,
		timeoutSeconds: 60,
		attributes: [{ name: 'message', type: 'text', description: '', details: '', fallback: 'Hi' }],
	}) as LlmActionValues;
	const handle = createProvider(
		readParams(PROVIDER_PARAMS, { service: 'custom', baseUrl: provider.url, pricing: 'own', prices: ONE_CREDIT_PRICES }),
	);
	const action = createLlmAction({
		values,
		openLedger: () => Promise.resolve(spending.account),
		provider: () => handle,
		labels: { flow: 'Spring', node: 'Write', purpose: 'live' },
		nodeKey: 'write',
	});
	const asked = Array.from({ length: count }, (_, index) =>
		item(`k${String(index)}`, { model: 'gpt-4o-mini', prompt: `Write ${String(index)}` }),
	);
	const results = action.run(asked);
	await until(() => Promise.resolve(provider.requests.length === count ? true : null), {
		timeoutMs: 20_000,
		everyMs: 5,
		describe: () => `${String(provider.requests.length)} of ${String(count)} calls`,
	});
	return {
		answer: async () => {
			release();
			return results.finally(() => provider.close());
		},
		leave: async () => {
			await action.idle();
			await spending.release();
			await lease.release();
		},
	};
}
