/** The packed package in the real Node-RED on a PostgreSQL ledger: what only a server can do, going away, and keeping a password. */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { grantCredits, proofOf, readBalance, readHolds } from '../../support/ledger/ledger-reader';
import { campaignFlow, people, sendPeople, whenGreeted, whenLeft } from '../../support/hosts/node-red-flow';
import { newLedgerUrl } from '../../support/postgres/postgres';
import { startPostgres } from '../../support/postgres/postgres-server';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

const PASSWORD = 'not-a-secret';
/** One minute more than a hold may stay open. */
const AFTER_HOLDS_MS = 16 * 60_000;

describe('Node-RED: a ledger on PostgreSQL', function () {
	this.timeout(120_000);
	let provider: FakeOpenAi;
	let nodeRed: NodeRed | null = null;

	beforeEach(async () => {
		provider = await startFakeOpenAi({ choose: () => ({ kind: 'answer', delayMs: 50 }) });
	});
	afterEach(async () => {
		await provider.close();
		await nodeRed?.stop();
		nodeRed?.remove();
		nodeRed = null;
	});

	it('is the one that LLM_CREDITS_LEDGER names where the flow names none, and its password is nowhere to be seen', async () => {
		const ledger = await newLedgerUrl();
		await grantCredits(ledger, '2');
		nodeRed = await startNodeRed({ env: { LLM_CREDITS_LEDGER: ledger } });
		await nodeRed.deploy(campaignFlow({ ledger: '', provider: provider.url }));
		const { statuses } = await whenGreeted(nodeRed);
		await sendPeople(nodeRed, people(3));
		const { left } = await whenLeft(nodeRed, 3);
		expect(left.map(({ credits }) => credits.reason)).to.deep.equal(['answered', 'answered', 'credits_exhausted']);
		expect(await readBalance(ledger)).to.include({ available: '0', held: '0' });
		const flows = await nodeRed.request('flows');
		const balance = await nodeRed.request('llm-credits/ledger/ledger/balance');
		expect(balance.body).to.include({ available: '0' });
		expect(JSON.stringify([left, statuses, flows.body, balance.body]) + nodeRed.output()).not.to.include(PASSWORD);
	});

	it('goes away in the middle of a campaign and comes back: everybody leaves, and every call is accounted for', async () => {
		const server = await startPostgres();
		try {
			const ledger = `${server.url()}?schema=campaign`;
			await grantCredits(ledger, '500');
			nodeRed = await startNodeRed();
			await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action: { concurrency: 4 } }));
			await sendPeople(nodeRed, people(100));
			await until(async () => Promise.resolve(provider.requests.length >= 20 ? true : null), {
				timeoutMs: 15_000,
				everyMs: 10,
				describe: () => 'the campaign did not get going',
			});
			await server.kill();
			const { left } = await whenLeft(nodeRed, 100, 60_000);
			expect(left.map(({ id }) => id)).to.deep.equal(people(100).map(({ id }) => id));
			expect([...new Set(left.map(({ credits }) => credits.reason))]).to.have.members(['answered', 'ledger_unavailable']);
			expect(left.at(-1)?.credits.message)
				.to.match(/cannot be reached/)
				.and.not.include(PASSWORD);

			await server.restart();
			await sendPeople(nodeRed, people(5));
			const { left: all } = await whenLeft(nodeRed, 105);
			expect(all.slice(100).map(({ credits }) => credits.reason)).to.deep.equal(Array(5).fill('answered'));

			// An answer that came while the server was away could not be charged: its hold tells of it.
			const { settled, unconfirmed } = await readHolds(ledger);
			expect(settled + unconfirmed).to.be.within(provider.requests.length, provider.requests.length + 4);
			expect(all.filter(({ credits }) => credits.reason === 'answered').length).to.be.within(settled, settled + unconfirmed);
			expect(await readBalance(ledger, AFTER_HOLDS_MS)).to.include({
				available: String(500 - settled - unconfirmed),
				held: '0',
				overdraft: '0',
			});
			expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
		} finally {
			await server.stop();
		}
	});

	it('goes away where its connection allows credits meanwhile: calls go on up to them, and are charged once when it is back', async () => {
		const server = await startPostgres();
		try {
			const ledger = `${server.url()}?schema=outage`;
			await grantCredits(ledger, '500');
			nodeRed = await startNodeRed();
			const ledgerNode = { outageCredits: '40' };
			await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action: { concurrency: 4 }, ledgerNode }));
			await sendPeople(nodeRed, people(5));
			await whenLeft(nodeRed, 5);
			await server.kill();
			await sendPeople(nodeRed, people(60));
			const { left } = await whenLeft(nodeRed, 65, 60_000);
			const during = left.slice(5);
			const answered = during.filter(({ credits }) => credits.source === 'model');
			expect(answered).to.have.length(40);
			expect(answered[0]?.credits).to.deep.include({ reason: 'answered', balance: null, credits: '1' });
			expect(answered[0]?.credits.message).to.match(/charged when the ledger is back/);
			const others = during.filter(({ credits }) => credits.source !== 'model');
			expect(others.map(({ credits }) => credits.reason)).to.deep.equal(Array(20).fill('ledger_unavailable'));

			await server.restart();
			await sendPeople(nodeRed, people(1));
			await whenLeft(nodeRed, 66);
			expect(provider.requests.length).to.equal(46);
			expect(await readHolds(ledger)).to.deep.include({ settled: 46, unconfirmed: 0 });
			expect(await readBalance(ledger, AFTER_HOLDS_MS)).to.include({ available: '454', held: '0', overdraft: '0' });
			expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
		} finally {
			await server.stop();
		}
	});
});
