/** The services: how each is asked at first, what its models refuse and what is learnt of it, whose prices hold, and what its connection test asks. */
import { expect } from 'chai';
import { decodeManner, encodeManner } from '../../lib/core/calls/manner';
import { dialectOf, SERVICE_LIST, SERVICES, type ServiceId } from '../../lib/core/calls/services';
import { BUILT_IN_PRICES } from '../../lib/core/prices/price-list';
import { HUB, providerOfUrl } from '../../lib/core/prices/provider-of-url';
import type { ItemResult } from '../../lib/engine/outcome/item-result';
import { leftOutText, modelChoices, notOfferedText } from '../../lib/engine/report/model-choices';
import type { ProviderHandle } from '../../lib/engine/llm-action';
import { PROVIDER_PARAMS } from '../../lib/params/connection';
import { defaultsOf, readParams } from '../../lib/params/read';
import { createProvider, testProvider, type ProviderValues } from '../../lib/runtime/provider-handle';
import { later, monotonicMs, systemClock } from '../../lib/runtime/system';
import { startFakeOpenAi, type Behaviour, type Chooser, type FakeOpenAi } from '../support/provider/fake-openai';
import { expectClean, item, makeActionOn, makeWorld } from '../support/scenarios/action-world';
import { VENDOR_REFUSALS } from '../support/scenarios/vendor-refusals';

type Body = Readonly<Record<string, unknown>>;

const GOOD: Behaviour = { kind: 'answer', object: { message: 'Hello' } };
const SETTINGS = { temperature: 0.5, reasoningEffort: 'low', maxAttempts: 1 };
const INPUT = { model: 'm', systemPrompt: 'You write mails', prompt: 'Write' };

const values = (service: ServiceId, more: Body = {}): ProviderValues =>
	readParams(PROVIDER_PARAMS, { ...defaultsOf(PROVIDER_PARAMS), service, apiKey: 'k', prices: 'm, 1, 2', ...more });

/** Runs items one after the other, each in a run of its own, at a service that answers from this server. */
async function ask(
	service: ServiceId,
	{ choose, runs = 1 }: { choose: Chooser; runs?: number },
): Promise<{ bodies: Body[]; results: ItemResult[] }> {
	const fake = await startFakeOpenAi({ choose });
	const world = await makeWorld('1000');
	const handle: ProviderHandle = createProvider(values(service, { baseUrl: fake.url }));
	const results: ItemResult[] = [];
	for (let run = 0; run < runs; run += 1) {
		const timing = { ...world.time.timing, later, monotonicMs };
		const action = makeActionOn(world, () => handle, SETTINGS, { timing });
		results.push(await action.runOne(item(`k${String(run)}`, INPUT)));
		await action.idle();
	}
	await expectClean(world);
	const bodies = fake.requests.map(({ body }) => body as Body);
	await fake.close();
	return { bodies, results };
}

const formOf = ({ response_format: format }: Body): string => {
	const { type, json_schema: schema } = (format ?? {}) as { type?: string; json_schema?: { strict?: boolean } };
	return type === undefined ? 'words' : schema === undefined ? type : schema.strict === true ? 'strict schema' : 'schema';
};

describe('services', function () {
	this.timeout(30_000);

	const FORMS: Partial<Record<ServiceId, string>> = { anthropic: 'words', deepseek: 'json_object', google: 'schema' };
	for (const { id, limitField } of SERVICE_LIST)
		it(`${id} is asked in its own dialect from the first call on`, async () => {
			const { bodies, results } = await ask(id, { choose: () => GOOD });
			expect(results[0]?.llmCredits).to.include({ source: 'model', reason: 'answered' });
			expect(bodies).to.have.length(1);
			expect(formOf(bodies[0] ?? {})).to.equal(FORMS[id] ?? 'strict schema');
			expect([limitField in (bodies[0] ?? {}), 'max_tokens' in (bodies[0] ?? {})]).to.deep.equal([true, limitField === 'max_tokens']);
			expect(results[0]?.llmCredits.message, 'what is known before is not told as news').not.to.match(/takes no|is asked for the form/);
		});

	for (const refusal of VENDOR_REFUSALS)
		it(`${refusal.service}: ${refusal.concession} is learnt by one refusal, which costs nothing, and kept`, async () => {
			const choose: Chooser = ({ body }) =>
				refusal.isMet(body as Body) ? { kind: 'status', code: refusal.status, body: refusal.body } : GOOD;
			const { bodies, results } = await ask(refusal.service, { choose, runs: 3 });
			expect(results.map(({ llmCredits }) => llmCredits.source)).to.deep.equal(['model', 'model', 'model']);
			expect(bodies.map(refusal.isMet)).to.deep.equal([true, false, false, false]);
			// Nothing else is given up for it.
			const { gets } = SERVICES[refusal.service];
			const expected = decodeManner([...gets, refusal.concession].join(' '));
			expect(formOf(bodies[1] ?? {}) === 'words').to.equal(expected.form === 'prompt');
			expect([bodies[1]?.['temperature'] !== undefined, bodies[1]?.['reasoning_effort'] !== undefined]).to.deep.equal([
				expected.sendsTemperature,
				expected.sendsReasoningEffort,
			]);
		});

	it('each refusal that is listed for a model has a test, and the other way round', () => {
		const listed = SERVICE_LIST.flatMap(({ id, refusals }) => refusals.map(({ concession }) => `${id} ${concession}`));
		expect(VENDOR_REFUSALS.map(({ service, concession }) => `${service} ${concession}`)).to.have.members(listed);
	});

	it('concessions are names that exist, and words about them end without a full stop', () => {
		for (const { gets, refusals, not, help, label } of SERVICE_LIST) {
			for (const id of [...gets, ...refusals.map(({ concession }) => concession)])
				expect(encodeManner(decodeManner(id)), id).to.contain(id);
			for (const sentence of [...not, help]) expect(sentence, label).to.match(/[^.]$/);
		}
	});

	it('the address of a service leads to its prices, also where it is typed', () => {
		for (const { id, baseUrl, prices } of SERVICE_LIST) {
			if (baseUrl === '') continue;
			expect(providerOfUrl(baseUrl), id).to.equal(prices);
			expect(dialectOf(providerOfUrl(baseUrl)), id).to.equal(dialectOf(prices ?? ''));
		}
	});

	it('each service of a cloud has prices in the list', () => {
		for (const { id, prices } of SERVICE_LIST) {
			if (prices === null || prices === 'local') continue;
			const found = BUILT_IN_PRICES.models({ provider: null, atMs: systemClock() }).filter(({ provider }) =>
				prices === HUB ? provider.startsWith(`${HUB}-`) : provider === prices,
			);
			expect(found.length, id).to.be.greaterThan(5);
		}
	});

	it('a service that needs a key says so, by its name', () => {
		for (const { id, label, needsKey } of SERVICE_LIST) {
			const make = (): unknown => createProvider(values(id, { apiKey: '' }));
			if (needsKey) expect(make, id).to.throw(`The API key is empty, and ${label} needs one.`);
		}
	});

	describe('models', () => {
		async function served(service: ServiceId): Promise<{ fake: FakeOpenAi; handle: ProviderHandle }> {
			const fake = await startFakeOpenAi({
				choose: () => ({ kind: 'status', code: 400, body: { error: { message: 'messages: empty' } } }),
			});
			return { fake, handle: createProvider(values(service, { baseUrl: fake.url, prices: '' })) };
		}

		it('of a service without a list are those of the price list, and another may be typed', async () => {
			const { fake, handle } = await served('anthropic');
			const found = await modelChoices(handle, { atMs: systemClock() });
			expect(found.choices.map(({ id }) => id)).to.include('claude-haiku-4-5');
			expect(leftOutText(found)).to.contain('any other can be typed');
			expect(notOfferedText(found, 'claude-next')).to.equal(null);
			expect(await testProvider(values('anthropic', { baseUrl: fake.url }))).to.include({ isOk: true });
			expect(
				fake.requests.map(({ path }) => path),
				'no list is asked for',
			).to.deep.equal(['/v1/chat/completions']);
			await fake.close();
		});

		it('that a provider does not offer are named', async () => {
			const { fake, handle } = await served('mistral');
			const found = await modelChoices(handle, { atMs: systemClock() });
			expect(notOfferedText(found, 'gpt-5-of-somebody')).to.equal('This provider does not offer gpt-5-of-somebody');
			expect(notOfferedText(found, found.choices[0]?.id ?? '')).to.equal(null);
			await fake.close();
		});
	});
});
