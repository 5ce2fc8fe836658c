/** What a provider's prompt cache can reuse: two items begin alike up to the first word that is their own, and cached tokens cost less. */
import { expect } from 'chai';
import type { ItemInput } from '../../../lib/engine/llm-action';
import { PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { createProvider } from '../../../lib/runtime/provider-handle';
import { expectClean, item, makeAction, makeWorld } from '../../support/scenarios/action-world';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { ScriptedProvider } from '../../support/provider/scripted-provider';

const TEXTS = {
	compliance: 'Promise no cures.',
	brand_voice: 'Warm and brief, as to a friend.',
	business_context: 'We sell shoes in Oslo.',
};
const OWN = ['Ada Lovelace', 'Bob'] as const;
/** 1,024 of 1,200 tokens are cached. */
const USAGE = { prompt_tokens: 1200, completion_tokens: 20, total_tokens: 1220, prompt_tokens_details: { cached_tokens: 1024 } };
const NEVER_ASKED = new ScriptedProvider(() => {
	throw new Error('The scripted provider was asked.');
});

describe('requests and the prompt cache of providers', () => {
	let provider: FakeOpenAi;
	beforeEach(async () => {
		provider = await startFakeOpenAi({ choose: () => ({ kind: 'answer', object: { message: 'Hello' }, usage: USAGE }) });
	});
	afterEach(() => provider.close());

	/** The bodies that two items send, and what the second cost. */
	async function twoItems(settings: Record<string, unknown>, input: (own: string) => Partial<ItemInput>) {
		const world = await makeWorld('100');
		for (const [name, text] of Object.entries(TEXTS)) await world.ledger.changeProfile({ kind: 'set_text', key: name, name, text });
		const handle = createProvider(readParams(PROVIDER_PARAMS, { service: 'openai', baseUrl: provider.url, apiKey: 'sk-test' }));
		const action = makeAction(world, NEVER_ASKED, { model: 'gpt-4.1-mini', ...settings }, { provider: () => handle });
		const results = [];
		for (const own of OWN) results.push(await action.runOne(item(own, { model: 'gpt-4.1-mini', ...input(own) })));
		await expectClean(world);
		const bodies = provider.requests.map(({ body }) => JSON.stringify(body));
		return { bodies, credits: results.map(({ llmCredits }) => llmCredits.credits) };
	}

	const input = (own: string): Partial<ItemInput> => ({
		systemPrompt: 'Keep to [[text:brand_voice]].',
		prompt: `Write to the reader, who knows [[text:business_context]], by name: ${own}`,
	});

	for (const structuredOutput of ['json_schema', 'json_object', 'prompt']) {
		it(`begin alike up to the data of the item, asked as ${structuredOutput}`, async () => {
			const { bodies } = await twoItems({ structuredOutput }, input);
			expect(bodies).to.have.length(2);
			const [prefix = ''] = bodies.map((body, index) => body.slice(0, body.lastIndexOf(OWN[index] ?? '')));
			// Nothing but the item's own words, and the end of the JSON, comes after what both have in common.
			expect(bodies).to.deep.equal(OWN.map((own) => `${prefix}${own}"}]}`));
			for (const text of Object.values(TEXTS)) expect(prefix).to.include(text);
			expect(prefix).to.include('message').and.to.include('Keep to <brand_voice>.').and.to.include('max_completion_tokens');
		});
	}

	it('put texts of the account before the instructions, so that instructions of an item do not push them away', async () => {
		const { bodies } = await twoItems({}, (own) => ({ systemPrompt: `For ${own}: keep to [[text:brand_voice]].`, prompt: 'Write' }));
		const common = bodies.map((body, index) => body.slice(0, body.indexOf(OWN[index] ?? '')));
		expect(common[0]).to.equal(common[1]);
		expect(common[0])
			.to.match(/<compliance>\\nPromise no cures\.\\n<\/compliance>\\n\\n<brand_voice>.*<\/brand_voice>\\n\\nFor $/)
			.and.not.include('shoes');
	});

	it('keep the beginning over passes', async () => {
		const { bodies } = await twoItems({ passes: [{ kind: 'refine', instructions: '', model: '' }] }, input);
		const [draft = '', refined = ''] = bodies;
		expect(refined.startsWith(draft.slice(0, -'"}]}'.length))).to.equal(true);
	});

	it('pay the cached tokens at their own rate: 176 at $0.40, 1,024 at $0.10 and 20 at $1.60 per million are 2.048 credits', async () => {
		const { credits } = await twoItems({ reservationCredits: '10' }, input);
		expect(credits).to.deep.equal(['2.048', '2.048']);
	});
});
