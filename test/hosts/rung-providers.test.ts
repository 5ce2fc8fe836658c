/** A provider for each rung, from the saved form on, in both hosts: which key is sent where, and what a provider that is not there does. */
import { expect } from 'chai';
import { PROVIDER_PARAMS } from '../../lib/params/connection';
import { LLM_ACTION_PARAMS } from '../../lib/params/llm-action/llm-action';
import { ACTION_PROVIDERS } from '../../lib/params/llm-action/providers';
import { LlmAction } from '../../nodes/n8n/LlmAction/LlmAction.node';
import { ofOpenAiCredential } from '../../nodes/n8n/open-ai-credential';
import { keyOf } from '../../nodes/node-red/node/node-types';
import { makeContext } from '../support/hosts/n8n-context';
import { SmallNodeRed } from '../support/hosts/small-node-red';
import { temporaryFolder } from '../support/machine/temporary-folder';
import { startFakeOpenAi, type Chooser, type FakeOpenAi } from '../support/provider/fake-openai';
import { entryOf, filledLedger, n8nEntryOf } from '../support/witnesses/host-witness-nodes';

const ATTRIBUTES = [{ name: 'message', type: 'text', description: '', details: '', fallback: 'Hi' }];
const ACTION = { model: 'm', prompt: 'Write', attributes: ATTRIBUTES, maxAttempts: 1 };
const down: Chooser = () => ({ kind: 'status', code: 503, body: { error: { message: 'down' } } });
const up: Chooser = () => ({ kind: 'answer', object: { message: 'Hello' } });

interface Seen {
	readonly source: string;
	readonly reason: string;
	readonly message: string;
	readonly model: string;
}

type Json = Readonly<Record<string, unknown>>;
const creditsOf = (json: Json | undefined): Seen => json?.['llmCredits'] as Seen;
const keysAt = ({ requests }: FakeOpenAi): unknown[] => requests.map(({ headers }) => headers.authorization);

const servers: FakeOpenAi[] = [];
async function serve(choose: Chooser): Promise<FakeOpenAi> {
	const fake = await startFakeOpenAi({ choose });
	servers.push(fake);
	return fake;
}
afterEach(async () => {
	await Promise.all(servers.splice(0).map((fake) => fake.close()));
});

const provider = (url: string, apiKey: string): Json => ({ service: 'custom', baseUrl: url, apiKey, pricing: 'free' });

describe('a provider for each rung, in n8n', () => {
	async function run(
		providers: string,
		{ rows, credentials }: { rows: readonly Json[]; credentials: Readonly<Record<string, Json>> },
	): Promise<Seen> {
		const { ctx } = makeContext({
			items: [{}],
			parameters: n8nEntryOf([ACTION_PROVIDERS, ...LLM_ACTION_PARAMS], { ...ACTION, cheaperModels: rows, providers }),
			credentials: { llmCreditsLedgerApi: { path: await filledLedger(), timeZone: 'UTC' }, ...credentials },
		});
		const [[first] = [], [second] = []] = await new LlmAction().execute.call(ctx);
		return creditsOf((first ?? second)?.json);
	}

	it('sends each rung the key of its own credential', async () => {
		const [bad, good] = [await serve(down), await serve(up)];
		const credentials = { llmCreditsProviderApi: provider(bad.url, 'one'), llmCreditsSecondProviderApi: provider(good.url, 'two') };
		const seen = await run('own_second', { rows: [{ model: { __rl: true, mode: 'id', value: 'x' }, provider: 'second' }], credentials });
		expect(seen).to.include({ source: 'cheaper_model', model: 'x' });
		expect(new Set(keysAt(bad))).to.deep.equal(new Set(['Bearer one']));
		expect(keysAt(good)).to.deep.equal(['Bearer two']);
	});

	it('reads n8n’s own OpenAI credential: its key, its organisation, its address, its header', () => {
		const raw = {
			apiKey: 'sk-n8n',
			organizationId: 'org-9',
			url: 'https://api.openai.com/v1/',
			header: true,
			headerName: 'x-own',
			headerValue: 'v',
		};
		const usual = { service: 'openai', baseUrl: '', apiKey: 'sk-n8n', organisation: 'org-9', headerName: 'x-own', headerValue: 'v' };
		expect(ofOpenAiCredential(raw)).to.include(usual);
		expect(ofOpenAiCredential({ ...raw, url: 'https://gateway.example.com/v1', header: false })).to.include({
			service: 'custom',
			baseUrl: 'https://gateway.example.com/v1',
			headerName: '',
			headerValue: '',
		});
		expect(ofOpenAiCredential({ apiKey: 'sk-n8n' }), 'one of an old n8n').to.include({ service: 'openai', apiKey: 'sk-n8n' });
	});

	it('asks nobody at an address whose prices nobody knows, and goes on with the next credential', async () => {
		const [unknown, own] = [await serve(up), await serve(up)];
		const credentials = { openAiApi: { apiKey: 'sk', url: unknown.url }, llmCreditsProviderApi: provider(own.url, 'one') };
		const seen = await run('openai_own', { rows: [{ model: { __rl: true, mode: 'id', value: '' }, provider: 'own' }], credentials });
		expect(seen).to.include({ source: 'cheaper_model', reason: 'unpriced_model' });
		expect([unknown.requests.length, own.requests.length]).to.deep.equal([0, 1]);
	});

	it('a credential that is not chosen costs its own rung alone, and the message says what to do', async () => {
		const good = await serve(up);
		const rows = [{ model: { __rl: true, mode: 'id', value: 'x' }, provider: 'third' }];
		expect(await run('own', { rows, credentials: { llmCreditsProviderApi: provider(good.url, 'one') } })).to.include({ source: 'model' });
		const bad = await serve(down);
		const seen = await run('own', { rows, credentials: { llmCreditsProviderApi: provider(bad.url, 'one') } });
		expect(seen.source).to.equal('fallback');
		expect(seen.message).to.contain('Choose a set with it under Providers');
	});

	it('takes the OpenAI credential only to the hosts that it allows', async () => {
		const good = await serve(up);
		const openAiApi = { apiKey: 'sk', url: good.url, allowedHttpRequestDomains: 'domains', allowedDomains: 'api.openai.com' };
		const seen = await run('openai', { rows: [], credentials: { openAiApi } });
		expect(seen).to.include({ source: 'fallback', reason: 'provider_rejected' });
		expect(seen.message).to.contain('allows the hosts api.openai.com');
		expect(good.requests).to.have.length(0);
	});
});

describe('a provider for each rung, in Node-RED', () => {
	async function run(more: Json, { urls }: { urls: Readonly<Record<string, string>> }): Promise<Seen> {
		const red = new SmallNodeRed(temporaryFolder());
		red.make({ path: await filledLedger(), account: 'default', timeZone: 'UTC', id: 'l', type: 'llm-credits-ledger' });
		for (const [id, url] of Object.entries(urls))
			red.make({ ...entryOf(PROVIDER_PARAMS, provider(url, '')), id, type: 'llm-credits-provider' }, { apiKey: `key of ${id}` });
		const entry = entryOf(LLM_ACTION_PARAMS, ACTION);
		const node = red.make({ ...entry, ...more, id: 'n', type: 'llm-credits-action', ledger: 'l', provider: 'first' });
		const { msg } = await red.send(node, { _msgid: '1' });
		await red.stop();
		return creditsOf(msg);
	}
	const rowsKey = keyOf({ name: 'cheaperModels' });

	it('sends each rung the key of the config node that its row names', async () => {
		const [bad, good] = [await serve(down), await serve(up)];
		const urls = { first: bad.url, second: good.url };
		const seen = await run({ [rowsKey]: [{ model: '' }, { model: 'x' }], [`${rowsKey}Provider2`]: 'second' }, { urls });
		expect(seen).to.include({ source: 'cheaper_model', model: 'x' });
		expect(keysAt(good)).to.deep.equal(['Bearer key of second']);
	});

	it('a flow saved before rows had providers asks the node’s own', async () => {
		const good = await serve((_request, n) => (n === 1 ? { kind: 'status', code: 500 } : { kind: 'answer', object: { message: 'Hello' } }));
		const seen = await run({ [rowsKey]: [{ model: 'x', passes: 'single' }] }, { urls: { first: good.url } });
		expect(seen).to.include({ source: 'cheaper_model', model: 'x' });
	});

	it('a config node that is not there costs its own rung alone', async () => {
		const good = await serve(up);
		const more = { [rowsKey]: [{ model: 'x' }], [`${rowsKey}Provider1`]: 'gone' };
		expect(await run(more, { urls: { first: good.url } })).to.include({ source: 'model' });
		const bad = await serve(down);
		const { message } = await run(more, { urls: { first: bad.url } });
		expect(message, 'where no rung answers, it says which is missing').to.contain('The provider "gone" of a cheaper model is not there.');
	});
});
