/** The packed package in the real Node-RED: what is refused says so in the status and in the log, once, without secrets or tricks. */
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger } from '../../support/hosts/host-ledger';
import { grantCredits } from '../../support/ledger/ledger-reader';
import { campaignFlow, people, seenWhen, sendPeople, whenLeft } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

const SECRET = 's3cret-in-plain';

describe('Node-RED: what is refused', function () {
	this.timeout(60_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let ledger: string;

	before(async () => {
		nodeRed = await startNodeRed({ env: { GATEWAY_PROXY: `http://user:${SECRET}@127.0.0.1:9` } });
	});
	beforeEach(async () => {
		provider = await startFakeOpenAi();
		ledger = await newLedger(nodeRed.userDir);
		await grantCredits(ledger, '100');
	});
	afterEach(() => provider.close());
	after(async () => {
		await nodeRed.stop();
		nodeRed.remove();
	});

	const inPlain: readonly [string, Readonly<Record<'providerNode' | 'ledgerNode', object>>, RegExp][] = [
		['a base URL', { providerNode: { baseUrl: `http://user:${SECRET}@127.0.0.1:9/v1` }, ledgerNode: {} }, /^Base URL holds a password/],
		['a proxy', { providerNode: { proxyUrl: `http://user:${SECRET}@127.0.0.1:9` }, ledgerNode: {} }, /^Proxy holds a password/],
		[
			'the address of a ledger',
			{ providerNode: {}, ledgerNode: { path: `postgres://127.0.0.1:9/x?password=${SECRET}`, credentials: {} } },
			/^Ledger File holds a password/,
		],
	];
	for (const [name, nodes, told] of inPlain)
		it(`a password in ${name} makes the node red, and messages take their fallback`, async () => {
			const flow = campaignFlow({ ledger, provider: provider.url, ...(nodes as object) });
			await nodeRed.deploy(flow);
			await sendPeople(nodeRed, people(1));
			const seen = await seenWhen(nodeRed, ({ left, statuses }) => left.length === 1 && statuses.some(({ fill }) => fill === 'red'));
			expect(seen.left[0]?.output).to.equal('fallback');
			expect(seen.statuses.map(({ text }) => text).join('\n') + String(seen.left[0]?.credits.message)).to.match(
				new RegExp(told.source.slice(1)),
			);
			expect(JSON.stringify(seen) + nodeRed.output()).not.to.include(SECRET);
			expect(provider.requests).to.have.length(0);
		});

	it('takes a password from the environment, which is not exported', async () => {
		await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, providerNode: { proxyUrl: '${GATEWAY_PROXY}' } }));
		await sendPeople(nodeRed, people(1));
		const { left } = await whenLeft(nodeRed, 1);
		expect(left[0]?.credits.reason, 'nobody listens there').to.equal('provider_error');
		expect(JSON.stringify(left) + nodeRed.output()).not.to.include(SECRET);
	});

	// A connection names one place, so what cannot be used is named instead of the ledger, whatever store the run is on.
	const unusable: readonly [string, (folder: string) => string, RegExp][] = [
		[
			'a file that is no ledger',
			(folder) => {
				const broken = join(folder, 'no-ledger.db');
				writeFileSync(broken, 'This is no database. '.repeat(100));
				return broken;
			},
			/no-ledger\.db/,
		],
		['a server where nobody listens', () => 'postgres://127.0.0.1:9/nobody', /127\.0\.0\.1:9\/nobody/],
	];
	for (const [name, place, told] of unusable)
		it(`says once in the log that ${name} cannot be used, however many messages come`, async () => {
			const earlier = nodeRed.output().length;
			await nodeRed.deploy(campaignFlow({ ledger: place(nodeRed.userDir), provider: provider.url }));
			await sendPeople(nodeRed, people(20));
			const { left } = await whenLeft(nodeRed, 20);
			expect(left.every(({ credits }) => credits.reason === 'ledger_unavailable')).to.equal(true);
			const since = nodeRed.output().slice(earlier);
			const lines = since.split('\n').filter((line) => /\[llm-credits-ledger:[^\]]*\] The ledger cannot be used/.test(line));
			expect(lines, since.slice(-2000)).to.have.length(1);
			expect(lines[0]).to.match(told);
		});

	it('writes out what would act in a terminal, in statuses and in the log', async () => {
		const trick = '\u001b]52;c;ZXZpbA==\u0007\u202egnp\r\nnew line';
		const answer = { kind: 'status', code: 400, body: { error: { message: `Bad ${trick}` } } } as const;
		await provider.close();
		provider = await startFakeOpenAi({ choose: () => answer });
		await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action: { outputField: `payload.name.a`, model: `m${trick}` } }));
		await sendPeople(nodeRed, people(1));
		const { statuses } = await whenLeft(nodeRed, 1);
		for (const text of [nodeRed.output(), ...statuses.map(({ text: shown = '' }) => shown)])
			for (const character of ['\u001b', '\u0007', '\u202e', '\r'])
				expect(text.includes(character), JSON.stringify(text.slice(-300))).to.equal(false);
	});
});
