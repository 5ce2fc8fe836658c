/**
 * Owns an LLM Action that hands in to the fake server's batch interface, over a ledger in memory. A batch costs half: a token costs half a
 * hundredth of a credit, a line of the usual usage 0.6 credits.
 */
import type { ActionItem, LlmAction, LlmActionOptions, ProviderHandle } from '../../../lib/engine/llm-action';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import type { EndpointOptions } from '../../../lib/providers/transport/endpoint';
import { createOpenAiCompatible } from '../../../lib/providers/openai/openai-compatible';
import { later, monotonicMs } from '../../../lib/runtime/system';
import { item, makeActionOn, makeWorld, type ActionWorld } from './action-world';
import type { FakeBatches } from '../provider/fake-batches';
import { startFakeOpenAi, type FakeOpenAi } from '../provider/fake-openai';
import { PRICE } from '../provider/scripted-provider';

/** What is set aside for a line, and what the usual usage of one costs. */
export const LINE_CREDITS = '0.6';

export class BatchWorld {
	private constructor(
		readonly world: ActionWorld,
		readonly fake: FakeOpenAi,
	) {}

	static async with(credits: string): Promise<BatchWorld> {
		const [world, fake] = [await makeWorld(credits), await startFakeOpenAi()];
		fake.batches.clock = world.time.timing.clock;
		return new BatchWorld(world, fake);
	}

	get batches(): FakeBatches {
		return this.fake.batches;
	}

	get handle(): ProviderHandle {
		return this.handleFor({});
	}

	/** The fake server with other settings. */
	handleFor(options: Partial<EndpointOptions>): ProviderHandle {
		const provider = createOpenAiCompatible({
			name: 'The server',
			baseUrl: this.fake.url,
			apiKey: 'k',
			providerId: 'openai',
			timeoutMs: 5_000,
			timing: { later, monotonicMs },
			...options,
		});
		return { provider, service: 'fake', batchPercent: 50, priceOf: (model) => ({ ...PRICE, model, version: `test/${model}/1` }) };
	}

	/** A new action, as after a restart of the host. */
	action(settings: Record<string, unknown> = {}, more: Partial<LlmActionOptions> = {}): LlmAction {
		const { handle } = this;
		const inBatch = { delivery: 'batch', reservation: 'fixed', reservationCredits: LINE_CREDITS };
		return makeActionOn(this.world, () => handle, { ...inBatch, ...settings }, more);
	}

	/** So many new items, handed in together. */
	async handIn(count: number, settings: Record<string, unknown> = {}): Promise<ItemResult[]> {
		return this.action(settings).run(people(count));
	}

	/** The same items as they left, once more, by a new action. */
	async collect(
		results: readonly ItemResult[],
		settings: Record<string, unknown> = {},
		more: Partial<LlmActionOptions> = {},
	): Promise<ItemResult[]> {
		return this.action(settings, more).run(results.map(({ llmCredits }, index) => back(index, llmCredits)));
	}

	async close(): Promise<void> {
		await this.fake.close();
	}
}

/** Items with keys and prompts of their own. */
export function people(count: number): ActionItem[] {
	return Array.from({ length: count }, (_, index) =>
		item(`k${String(index)}`, { prompt: `Write ${String(index)}`, person: `p${String(index)}` }),
	);
}

/** An item that comes back with what was written on it. */
export function back(index: number, llmCredits: unknown): ActionItem {
	return { ...item(`back${String(index)}`, { prompt: `Write ${String(index)}` }), data: { llmCredits } };
}

/** An item as a line: `source reason credits message`. */
export function plainly({ attributes, llmCredits: { source, reason, credits } }: ItemResult): string {
	return [source, reason, credits, String(attributes['message'])].join(' ');
}
