/** Uses ledgers and providers by the connections of both hosts, with values as their forms save them, and says what can be seen of it. */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { SpendingAccount } from '../../../lib/engine/account/spending-account';
import type { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import type { ProviderHandle } from '../../../lib/engine/llm-action';
import { LEDGER_PARAMS, PROVIDER_PARAMS } from '../../../lib/params/connection';
import type { Param } from '../../../lib/params/param';
import { leaseLedger } from '../../../lib/runtime/runtime';
import { newSalt, systemClock } from '../../../lib/runtime/system';
import { nodeLedger } from '../../../nodes/n8n/connections';
import { nodeProviders } from '../../../nodes/n8n/providers';
import { LedgerUse, providerOf } from '../../../nodes/node-red/node/connections';
import { makeContext } from '../hosts/n8n-context';
import { SmallNodeRed } from '../hosts/small-node-red';
import { showValue } from '../ledger/ledger-commands';
import type { FakeOpenAi } from '../provider/fake-openai';
import type { FakeProxy } from '../provider/fake-proxy';
import { temporaryFolder } from '../machine/temporary-folder';
import { entryOf, filledLedger, type HostName } from './host-witness-nodes';
import { LEDGER_WITNESSES, type Settings } from './host-witnesses';

/** A ledger as a node of a host has it. */
interface Used {
	open(): Promise<LedgerAccount>;
	openToSpend(): Promise<SpendingAccount>;
	release(): Promise<void>;
}

/** Where this host keeps its data, and what of the values stands for something that only this run knows. */
interface Place {
	readonly folder: string;
	readonly known: Settings;
}

/** What comes of a ledger's settings, as text: which account of which file, what may be done to it, and whether it can be spent from. */
export async function ledgerSeenBy(host: HostName, values: Settings, { hasAdminKey }: { hasAdminKey: boolean }): Promise<string> {
	const place = await newPlace(hasAdminKey);
	const { path = place.known['the file'], ...others } = values;
	// The parameter itself is tried with nothing in its place.
	const all = { path: place.known[String(path)] ?? path, ...others };
	const used = host === 'n8n' ? inN8n(all) : inNodeRed(all, place.folder);
	const seen = {
		opened: await told(async () => {
			const ledger = await used.open();
			const { account } = await ledger.balance();
			return [ledger.location, account.id, account.timeZone];
		}),
		granted: await told(async () => {
			const ledger = await used.open();
			await ledger.grant({ credits: 1n, category: 'promotional', expiry: null, key: 'g2' });
			return 'granted';
		}),
		spent: await told(async () => (await used.openToSpend()).accountId),
	};
	await used.release();
	return showValue(seen).replace(/llm-credits-\w{6}/g, 'folder');
}

async function newPlace(hasAdminKey: boolean): Promise<Place> {
	const folder = temporaryFolder();
	const file = await filledLedger();
	process.env['N8N_USER_FOLDER'] = folder;
	if (hasAdminKey) {
		const lease = await leaseLedger({ path: file, account: 'default', timeZone: '' }, folder);
		await lease.ledger.setAdminKey({ newKey: String(LEDGER_WITNESSES.adminKey.value), salt: newSalt(), key: 'set' });
		await lease.release();
	}
	const noLedger = join(folder, 'no-ledger');
	writeFileSync(noLedger, 'This is a text.');
	return {
		folder,
		known: { 'the file': file, 'another file': join(folder, 'other', 'ledger.db'), 'no ledger': join(noLedger, 'ledger.db') },
	};
}

function inN8n(values: Settings): Used {
	const { ctx } = makeContext({ items: [{}], credentials: { llmCreditsLedgerApi: values } });
	return nodeLedger(ctx);
}

function inNodeRed(values: Settings, folder: string): Used {
	const red = new SmallNodeRed(folder);
	red.make({ ...entryOf(LEDGER_PARAMS, values), id: 'l', type: 'llm-credits-ledger' }, secretsIn(LEDGER_PARAMS, values));
	const use = new LedgerUse(red.api, 'l');
	return { open: () => use.account(), openToSpend: () => use.toSpend(), release: () => use.release() };
}

function secretsIn(params: readonly Param[], values: Settings): Record<string, string> {
	const secrets = params.filter(({ kind, name }) => kind === 'secret' && values[name] !== undefined);
	return Object.fromEntries(secrets.map(({ name }) => [name, String(values[name])]));
}

async function told(work: () => Promise<unknown>): Promise<unknown> {
	return work().catch((error: unknown) => String(error));
}

/** Servers that a provider is tried with. */
export interface Servers {
	readonly fake: FakeOpenAi;
	readonly proxy: FakeProxy;
}

/** What comes of a provider's settings, as text: what its server and the proxy were asked, and what calls cost. */
export async function providerSeenBy(host: HostName, values: Settings, { fake, proxy }: Servers): Promise<string> {
	const known: Settings = { 'the proxy': proxy.url, 'another path': `${fake.url}/deeper` };
	const named = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, known[String(value)] ?? value]));
	const all = { baseUrl: fake.url, apiKey: 'usual key', ...named };
	const [asked, passed] = [fake.requests.length, proxy.passed.length];
	const seen = await told(async () => {
		const handle = host === 'n8n' ? await providerInN8n(all) : providerInNodeRed(all);
		const outcome = await handle.provider.chat(REQUEST);
		return {
			service: handle.service,
			kind: outcome.kind,
			chargesReported: handle.chargesReported,
			prices: ['gpt-4.1-mini', 'a model of nobody'].map((model) => handle.priceOf(model, systemClock())),
		};
	});
	const requests = fake.requests
		.slice(asked)
		.map(({ path, headers: { authorization, ...headers } }) => [path, authorization, ownHeaders(headers)]);
	return showValue({ seen, requests, proxied: [proxy.passed.slice(passed), proxy.credentials.slice(passed)] });
}

const REQUEST = {
	model: 'gpt-4.1-mini',
	messages: [{ role: 'user', content: 'Hello' }],
	structured: 'text',
	schema: null,
	maxOutputTokens: null,
	temperature: null,
	reasoningEffort: null,
	timeoutMs: 10_000,
	signal: null,
} as const;

function ownHeaders(headers: Settings): Settings {
	const { host: _host, connection: _connection, 'content-length': _length, ...own } = headers;
	return own;
}

async function providerInN8n(values: Settings): Promise<ProviderHandle> {
	const { ctx } = makeContext({ items: [{}], credentials: { llmCreditsProviderApi: values } });
	return (await nodeProviders(ctx, { providers: 'own', cheaperModels: [] }))('');
}

function providerInNodeRed(values: Settings): ProviderHandle {
	const red = new SmallNodeRed(temporaryFolder());
	red.make({ ...entryOf(PROVIDER_PARAMS, values), id: 'p', type: 'llm-credits-provider' }, secretsIn(PROVIDER_PARAMS, values));
	return providerOf(red.api, 'p');
}
