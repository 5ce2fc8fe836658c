/** A provider for each rung: every provider has its own prices, health and faults, and one that cannot be asked stops none of the others. */
import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import type { LlmAction, ProviderHandle } from '../../../lib/engine/llm-action';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { answer, fault, PRICE, priceTimes, ScriptedProvider, type Script } from '../../support/provider/scripted-provider';
import { expectClean, item, items, makeActionOn, makeWorld, spent, story, type ActionWorld } from '../../support/scenarios/action-world';

const GOOD = '{"message":"Hello"}';
const there = (): ReturnType<typeof answer> => answer(GOOD);

interface Two {
	readonly world: ActionWorld;
	readonly action: LlmAction;
	readonly own: ScriptedProvider;
	readonly other: ScriptedProvider;
}

/** A model `m` at the node's provider, then `m` at another one, where a call costs a tenth. */
async function two(
	scripts: { readonly own: Script; readonly other: Script },
	{ settings = {}, handles = {} }: { settings?: Record<string, unknown>; handles?: Readonly<Record<string, () => ProviderHandle>> } = {},
): Promise<Two> {
	const world = await makeWorld('100');
	const own = new ScriptedProvider(scripts.own);
	const other = new ScriptedProvider(scripts.other);
	const made: Readonly<Record<string, () => ProviderHandle>> = {
		'': () => ({ ...own.handle(), service: 'own' }),
		other: () => ({ ...other.handle(priceTimes(100n, 'm')), service: 'other' }),
		...handles,
	};
	const values = { maxAttempts: 1, cheaperModels: [{ model: '', provider: 'other' }], ...settings };
	const action = makeActionOn(world, own.handle.bind(own), values, {
		provider: (name) => {
			const make = made[name];
			if (!make) throw new TypeError(`no provider ${name}`);
			return make();
		},
	});
	return { world, action, own, other };
}

const told = ({ llmCredits: { source, reason, credits } }: ItemResult): string => `${source} ${reason} ${credits}`;

async function one({ action, world }: Two): Promise<ItemResult> {
	const [result] = await action.run([item('k')]);
	await action.idle();
	await expectClean(world);
	if (!result) throw new Error('no result');
	return result;
}

describe('a provider for each rung', () => {
	it('asks the provider of the rung, and charges its price', async () => {
		const made = await two({ own: () => fault('server_error'), other: there });
		expect(told(await one(made))).to.equal('cheaper_model provider_error 0.12');
		expect([made.own.requests.length, made.other.requests.length]).to.deep.equal([1, 1]);
		expect(made.other.requests[0]?.model, 'an empty model is the one above').to.equal('m');
		expect(await spent(made.world)).to.equal('0.12');
	});

	for (const code of ['unauthorised', 'quota_exhausted', 'connection_refused'] as const)
		it(`after ${code} passes over the other rungs of that provider, and takes one of another`, async () => {
			const cheaperModels = [{ model: 'small' }, { model: 'm', provider: 'other' }];
			const made = await two({ own: () => fault(code), other: there }, { settings: { cheaperModels } });
			expect((await one(made)).llmCredits.source).to.equal('cheaper_model');
			expect(
				made.own.requests.map(({ model }) => model),
				'a key that is refused is not tried with another model',
			).to.deep.equal(['m']);
		});

	it('asks nobody else to say what a provider refused to say', async () => {
		const made = await two({ own: () => fault('content_refused'), other: there });
		expect((await one(made)).llmCredits).to.include({ source: 'fallback', reason: 'content_refused' });
		expect(made.other.requests).to.have.length(0);
	});

	it('says first what was wrong with the model itself where no rung answers', async () => {
		const made = await two({ own: () => fault('unauthorised'), other: () => fault('server_error') });
		const { llmCredits } = await one(made);
		expect(llmCredits).to.include({ source: 'fallback', reason: 'provider_rejected' });
		expect(llmCredits.message).to.contain('fault unauthorised');
	});

	it('a provider that cannot be made costs its own rungs alone', async () => {
		const broken = (): ProviderHandle => {
			throw new CreditError('provider_misconfigured', 'The API key is empty.');
		};
		const second = await two({ own: there, other: there }, { handles: { other: broken } });
		expect(told(await one(second))).to.equal('model answered 1.2');
		const first = await two({ own: there, other: there }, { handles: { '': broken } });
		const result = await one(first);
		expect(told(result)).to.equal('cheaper_model provider_rejected 0.12');
		expect(result.llmCredits.message).to.contain('The API key is empty.');
		const both = await two({ own: there, other: there }, { handles: { '': broken, other: broken } });
		expect((await one(both)).llmCredits).to.include({ source: 'fallback', reason: 'provider_rejected' });
		expect((await story(both.world)).filter((line) => line.startsWith('reserved'))).to.deep.equal([]);
	});

	it('leaves a provider alone that fails again and again, while the other one goes on', async () => {
		const made = await two({ own: () => fault('server_error', { isRetryable: true }), other: there }, { settings: { concurrency: 1 } });
		const results = await made.action.run(items(20));
		await made.action.idle();
		expect(results.every(({ llmCredits }) => llmCredits.source === 'cheaper_model')).to.equal(true);
		expect(made.own.requests.length, 'its circuit opens after five failures').to.equal(5);
		expect(made.other.requests).to.have.length(20);
		await expectClean(made.world);
	});

	it('keeps the health of two keys at one address apart', async () => {
		const own = new ScriptedProvider(() => fault('server_error'));
		const other = new ScriptedProvider(there);
		const made = await two(
			{ own: own.script, other: other.script },
			{
				settings: { concurrency: 1 },
				handles: {
					'': () => ({ ...own.handle(PRICE), service: 'same', keyId: 'a' }),
					other: () => ({ ...other.handle(PRICE), service: 'same', keyId: 'b' }),
				},
			},
		);
		const results = await made.action.run(items(12));
		expect(results.map(({ llmCredits }) => llmCredits.source)).to.deep.equal(Array(12).fill('cheaper_model'));
	});

	it('a model of one’s own first and the cloud second: the first costs nothing', async () => {
		const own = new ScriptedProvider((_request, number) => (number === 1 ? answer(GOOD) : fault('connection_refused')));
		const handles = { '': () => ({ ...own.handle(priceTimes(0n, 'm')), service: 'own' }) };
		const made = await two({ own: own.script, other: there }, { settings: { concurrency: 1 }, handles });
		const results = await made.action.run(items(3));
		expect(results.map(told)).to.deep.equal(['model answered 0', 'cheaper_model provider_error 0.12', 'cheaper_model provider_error 0.12']);
		await expectClean(made.world);
	});

	it('passes of a rung at another provider ask the model of its row', async () => {
		const cheaperModels = [{ model: 'x', provider: 'other', passes: 'all' }];
		const passes = [{ kind: 'refine', instructions: 'Improve it', model: 'dear' }];
		const made = await two({ own: () => fault('server_error'), other: there }, { settings: { cheaperModels, passes } });
		expect((await one(made)).llmCredits.source).to.equal('cheaper_model');
		expect(made.other.requests.map(({ model }) => model)).to.deep.equal(['x', 'x']);
	});
});
