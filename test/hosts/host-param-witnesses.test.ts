/** Every parameter that a host acts on does what it says, in both hosts, from the saved form on; and no parameter is declared without a witness. */
import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LLM_ACTION_PARAMS } from '../../lib/params/llm-action/llm-action';
import { outputRoot } from '../support/machine/repository';
import { startFakeOpenAi, type FakeOpenAi } from '../support/provider/fake-openai';
import { startFakeProxy, type FakeProxy } from '../support/provider/fake-proxy';
import { ledgerSeenBy, providerSeenBy } from '../support/witnesses/host-witness-connections';
import { seenOf, TRIED_NODES, type HostName } from '../support/witnesses/host-witness-nodes';
import {
	ACTION_HOST_WITNESSES,
	AGENT_WITNESSES,
	BALANCE_WITNESSES,
	LEDGER_WITNESSES,
	PROVIDER_WITNESSES,
	SWITCH_WITNESSES,
	type HostWitness,
	type Settings,
} from '../support/witnesses/host-witnesses';
import { PARAM_WITNESSES } from '../support/witnesses/param-witnesses';

const HOSTS: readonly HostName[] = ['n8n', 'Node-RED'];
const ACTION = {
	model: 'm',
	prompt: 'Write',
	attributes: [{ name: 'message', type: 'text', description: '', details: '', fallback: 'Hi' }],
};

let fake: FakeOpenAi;
let proxy: FakeProxy;
const userFolder = process.env['N8N_USER_FOLDER'];

before(async () => {
	fake = await startFakeOpenAi({ choose: () => ({ kind: 'answer', object: { message: 'Hello' } }) });
	proxy = await startFakeProxy();
});

after(async () => {
	await Promise.all([fake.close(), proxy.close()]);
	if (userFolder === undefined) delete process.env['N8N_USER_FOLDER'];
	else process.env['N8N_USER_FOLDER'] = userFolder;
});

/** Twice with the usual value, once with the other. */
function tries(name: string, { value, base = {} }: HostWitness, seen: (values: Settings) => Promise<string>): () => Promise<void> {
	return async () => {
		const usual = await seen(base);
		expect(await seen(base), 'two runs with the same values are the same').to.equal(usual);
		expect(await seen({ ...base, [name]: value })).not.to.equal(usual);
	};
}

describe('parameters do what they say in the hosts', function () {
	this.timeout(60_000);

	for (const host of HOSTS) {
		for (const [name, witness] of Object.entries(BALANCE_WITNESSES))
			it(
				`${name} of Credit Balance, in ${host}`,
				tries(name, witness, (values) => seenOf(host, TRIED_NODES.balance, { witness, values, url: fake.url })),
			);
		for (const [name, witness] of Object.entries(SWITCH_WITNESSES))
			it(
				`${name} of Fallback Switch, in ${host}`,
				tries(name, witness, (values) => seenOf(host, TRIED_NODES.switch, { witness, values, url: fake.url })),
			);
		for (const [name, witness] of Object.entries(LEDGER_WITNESSES))
			it(
				`${name} of a ledger, in ${host}`,
				tries(name, witness, (values) =>
					ledgerSeenBy(host, name === 'path' ? { path: '', ...values } : values, { hasAdminKey: name === 'adminKey' }),
				),
			);
		for (const [name, witness] of Object.entries(PROVIDER_WITNESSES))
			it(
				`${name} of a provider, in ${host}`,
				tries(name, witness, (values) => providerSeenBy(host, values, { fake, proxy })),
			);
		it(
			`purpose of LLM Action, in ${host}`,
			tries('purpose', ACTION_HOST_WITNESSES.purpose, (values) =>
				seenOf(host, TRIED_NODES.action, { witness: ACTION_HOST_WITNESSES.purpose, values: { ...ACTION, ...values }, url: fake.url }),
			),
		);
	}

	for (const [name, witness] of Object.entries(AGENT_WITNESSES))
		it(
			`${name} of Credit Balance, in n8n`,
			tries(name, witness, (values) => seenOf('n8n', TRIED_NODES.balance, { witness, values, url: fake.url })),
		);
	for (const name of ['operation', 'providers'] as const)
		it(
			`${name} of LLM Action, in n8n`,
			tries(name, ACTION_HOST_WITNESSES[name], (values) =>
				seenOf('n8n', TRIED_NODES.action, { witness: ACTION_HOST_WITNESSES[name], values: { ...ACTION, ...values }, url: fake.url }),
			),
		);
});

/** The parameters in a value that a module of lib/params exports: a list of them, one alone, or none. */
function paramsIn(exported: unknown): string[] {
	const all: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
	return all.flatMap((each) =>
		typeof each === 'object' && each !== null && 'name' in each && 'kind' in each && 'section' in each ? [String(each.name)] : [],
	);
}

describe('lists of parameters', () => {
	const witnessed: readonly Settings[] = [
		{ ...PARAM_WITNESSES, purpose: ACTION_HOST_WITNESSES.purpose },
		ACTION_HOST_WITNESSES,
		BALANCE_WITNESSES,
		AGENT_WITNESSES,
		SWITCH_WITNESSES,
		LEDGER_WITNESSES,
		PROVIDER_WITNESSES,
	];
	const folder = join(outputRoot(), 'lib', 'params');
	const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));

	for (const file of modules) {
		it(`of ${file} have a witness for each`, () => {
			// eslint-disable-next-line @typescript-eslint/no-require-imports -- whatever is declared in the folder is looked at, by whatever name
			const exported = Object.values(require(join(folder, file)) as Settings);
			for (const names of exported.map(paramsIn).filter(({ length }) => length > 0)) {
				const isWhole = witnessed.some((each) => names.every((name) => name in each));
				expect(isWhole ? [] : names, 'all of these have witnesses in one list').to.deep.equal([]);
			}
		});
	}

	it('of LLM Action name none that only the hosts act on but its purpose', () => {
		const without = LLM_ACTION_PARAMS.map(({ name }) => name).filter((name) => !(name in PARAM_WITNESSES));
		expect(without).to.deep.equal(['purpose']);
	});
});
