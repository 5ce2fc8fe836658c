/** Usage beyond what a request can have had is charged at the bound and marked; what a provider may really bill is charged in full. */
import { expect } from 'chai';
import fc from 'fast-check';
import { parseCredits } from '../../../lib/core/values/money';
import { priceUsage } from '../../../lib/core/prices/pricing';
import { usageBoundOf, withinBound, type SentSize } from '../../../lib/core/prices/usage-bound';
import { readUsage } from '../../../lib/core/usage/usage';
import { NO_TOKENS, USAGE_FIELDS, usageOf, type Usage } from '../../../lib/core/usage/usage-fields';
import { expectClean, item, makeAction, makeWorld, spent } from '../../support/scenarios/action-world';
import { answer, PRICE, ScriptedProvider, USAGE } from '../../support/provider/scripted-provider';

const sent: SentSize = { model: 'gpt-4o-mini', bytes: 120, outputLimitTokens: 100, asksToThink: false };
const bound = (more: Partial<SentSize> = {}, perCallMicro = 0n): [number, number] => {
	const { inputTokens, outputTokens } = usageBoundOf({ perCallMicro }, { ...sent, ...more });
	return [inputTokens, outputTokens];
};
const WORDS = Array.from({ length: 20 }, (_, index) => `word${String(index)}`).join(' ');

async function charged(
	usage: unknown,
): Promise<{ spent: string; available: string; marks: unknown[]; message: string | null; tokens: number }> {
	const world = await makeWorld('1000');
	const provider = new ScriptedProvider(() => answer('{"message":"Hello"}', readUsage(usage)));
	const [result] = await makeAction(world, provider, { maxOutputTokens: 100 }).run([item('k', { prompt: WORDS })]);
	await expectClean(world);
	const entries = await world.store.entries('a', { afterSeq: 0, limit: 100 });
	const marks = entries.flatMap(({ body }) => (body.kind === 'settled' ? [body.facts.isImplausible] : []));
	const [hold] = await world.store.holds('a', { afterSeq: 0, limit: 10, state: 'settled' });
	expect([hold?.isImplausible]).to.deep.equal(marks);
	const [usageRow] = await world.ledger.usage({ groupBy: [], fromDay: null, untilDay: null, where: {} });
	return {
		spent: await spent(world),
		available: String((await world.ledger.balance()).availableMicro > 0n),
		marks,
		message: result?.llmCredits.message ?? null,
		tokens: usageRow?.outputTokens ?? 0,
	};
}

describe('usage beyond what a request can have had', () => {
	it('has a bound made of what was sent, and of what the model may use by itself', () => {
		expect(bound()).to.deep.equal([8_432, 8_292]);
		expect(bound({ bytes: 10_000, outputLimitTokens: 5_000 })).to.deep.equal([28_192, 50_000]);
		expect(bound({ asksToThink: true })).to.deep.equal([8_432, 41_060]);
		expect(bound({ model: 'o3-mini' })).to.deep.equal([8_432, 41_060]);
		expect(bound({ model: 'a-model-of-our-own' }), 'it may think').to.deep.equal([8_432, 41_060]);
		expect(bound({ model: 'sonar' })).to.deep.equal([1_008_432, 139_364]);
		expect(bound({}, 50_000_000n), 'each call has a price').to.deep.equal([1_008_432, 139_364]);
		expect(bound({ outputLimitTokens: null })).to.deep.equal([8_432, 2_097_152]);
	});

	it('is cut down so that no part is larger than its whole and no price is above that of the report', () => {
		const counts = fc.tuple(...USAGE_FIELDS.map(() => fc.integer({ min: 0, max: 1_000_000_000 })));
		fc.assert(
			fc.property(counts, fc.nat(10_000), fc.nat(10_000), (raw, inputTokens, outputTokens) => {
				const usage: Usage = usageOf((_, place) => raw[place] ?? 0);
				const cut = withinBound(usage, { inputTokens, outputTokens, searches: 50, toolCalls: 50 });
				expect(cut.inputTokens <= inputTokens && cut.outputTokens <= outputTokens).to.equal(true);
				if (cut === usage) return;
				expect(cut.reasoningTokens + cut.citationTokens <= cut.outputTokens).to.equal(true);
				const chat = {
					prompt_tokens: cut.inputTokens,
					completion_tokens: cut.outputTokens,
					prompt_tokens_details: { cached_tokens: cut.cachedInputTokens, cache_write_tokens: cut.cacheWriteTokens },
				};
				expect(readUsage(chat).kind).to.equal('reported');
				expect(cut.reasoningTokens <= cut.outputTokens && cut.audioOutputTokens <= cut.outputTokens).to.equal(true);
				expect(cut.cachedAudioTokens <= cut.audioInputTokens && cut.longCacheWriteTokens <= cut.cacheWriteTokens).to.equal(true);
				for (const field of USAGE_FIELDS) expect(cut[field] <= usage[field]).to.equal(true);
			}),
		);
	});

	it('is charged at the bound and marked: the campaign goes on', async () => {
		const one = await charged({ prompt_tokens: 1_000_000_000, completion_tokens: 1_000_000_000 });
		expect(one.marks).to.deep.equal([true]);
		expect(one.available, 'credits are left').to.equal('true');
		expect(one.message).to.match(
			/1000000000 input and 1000000000 output tokens, more than this request can have used\. At most .* were charged/,
		);
		expect(one.tokens).to.equal(41_060);
		const total = await charged({ prompt_tokens: 60, completion_tokens: 20, total_tokens: 1_000_000_000 });
		expect([total.marks, total.tokens, total.available]).to.deep.equal([[true], 41_060, 'true']);
	});

	it('is not what is somewhat above the limit: that is charged in full', async () => {
		for (const [input, output] of [
			[60, 101],
			[60, 5_000],
			[3_000, 30_000],
		] as const) {
			const { marks, spent: cost, message } = await charged({ prompt_tokens: input, completion_tokens: output });
			const usage = { ...NO_TOKENS, inputTokens: input, outputTokens: output };
			expect([marks, message]).to.deep.equal([[false], null]);
			expect(parseCredits(cost, { field: 'cost' })).to.equal(priceUsage(PRICE, usage));
		}
	});

	it('teaches nothing: the next call is sized as before', async () => {
		const world = await makeWorld('100000');
		const reports = [{ ...USAGE, inputTokens: 1_000_000_000, outputTokens: 1_000_000_000 }, USAGE];
		const provider = new ScriptedProvider(() => answer('{"message":"Hello"}', { kind: 'reported', usage: reports.shift() ?? USAGE }));
		const action = makeAction(world, provider, { reservation: 'learned', maxOutputTokens: 1000, concurrency: 1 });
		await action.run([item('a'), item('b')]);
		const holds = await world.store.holds('a', { afterSeq: 0, limit: 10, state: 'settled' });
		expect(holds.map(({ isImplausible }) => isImplausible)).to.deep.equal([true, false]);
		const known = holds.map(({ amountMicro }) => amountMicro);
		expect(new Set(known).size).to.equal(1);
	});
});
