/** The packed package in the real Node-RED: campaigns on a budget, also when the host dies in the middle. */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { startFakeOpenAi, type Chooser, type FakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger, secretsOf } from '../../support/hosts/host-ledger';
import { grantCredits, proofOf, readBalance, readUsage } from '../../support/ledger/ledger-reader';
import { campaignFlow, people, seenWhen, sendPeople, whenGreeted, whenLeft, type Left } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

const QUARTER_OF_AN_HOUR_MS = 15 * 60_000;

describe('Node-RED: a campaign', function () {
	this.timeout(120_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;

	before(async () => {
		nodeRed = await startNodeRed();
	});
	beforeEach(async () => {
		provider = await startFakeOpenAi();
	});
	afterEach(() => provider.close());
	after(async () => {
		await nodeRed.stop();
		nodeRed.remove();
	});

	async function useProvider(choose: Chooser): Promise<void> {
		await provider.close();
		provider = await startFakeOpenAi({ choose });
	}

	async function ledgerWith(credits: string): Promise<string> {
		const ledger = await newLedger(nodeRed.userDir);
		await grantCredits(ledger, credits);
		return ledger;
	}

	it('field lesson 2: answers 120 of 300 people, lets the other 180 go on, and keeps their order', async () => {
		const ledger = await ledgerWith('120');
		await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url }));
		await whenGreeted(nodeRed);
		await sendPeople(nodeRed, people(300));
		const { left, completed, caught, statuses } = await seenWhen(
			nodeRed,
			(seen) => seen.completed.length >= 300 && seen.statuses.some(({ text }) => text?.includes('of 300 by fallback')),
		);

		expect(left.map(({ id }) => id)).to.deep.equal(people(300).map(({ id }) => id));
		expect(left.map(({ index }) => index)).to.deep.equal(left.map(({ id }) => id));
		const answered = left.filter(({ output }) => output === 'result');
		const fallen = left.filter(({ output }) => output === 'fallback');
		expect(answered).to.have.length(120);
		expect(new Set(answered.map(({ credits }) => `${credits.source} ${credits.reason} ${credits.credits}`))).to.deep.equal(
			new Set(['model answered 1']),
		);
		expect(fallen).to.have.length(180);
		expect(new Set(fallen.map(({ credits }) => `${credits.source} ${credits.reason} ${credits.credits}`))).to.deep.equal(
			new Set(['fallback credits_exhausted 0']),
		);
		expect(new Set(fallen.map(({ llm }) => llm?.['message']))).to.deep.equal(new Set(['News for you']));
		expect(provider.requests).to.have.length(120);
		expect(completed).to.deep.equal(left.map(({ id }) => id));
		expect(caught).to.deep.equal([]);

		expect(await readBalance(ledger)).to.include({ available: '0', held: '0', overdraft: '0' });
		expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
		const usage = await readUsage(ledger, ['campaign', 'segment', 'flow', 'purpose']);
		expect(usage.map(({ group }) => group)).to.have.deep.members([
			{ campaign: 'spring', segment: 'a', flow: 'Spring campaign', purpose: 'live' },
			{ campaign: 'spring', segment: 'b', flow: 'Spring campaign', purpose: 'live' },
		]);
		expect(usage.reduce((sum, { calls }) => sum + calls, 0)).to.equal(120);

		expect(statuses.at(-1)).to.deep.equal({ fill: 'yellow', shape: 'ring', text: '180 of 300 by fallback: credits exhausted' });
		expect(statuses.map(({ text }) => text)).to.include('120 credits left');
		expect(statuses.some(({ text }) => /^\d+ of 300, \d+ calls? under way$/.test(text ?? ''))).to.equal(true);
		for (const secret of ['sk-test-secret', ...secretsOf(ledger)]) expect(JSON.stringify(left) + nodeRed.output()).not.to.include(secret);
	});

	it('lets messages wait for credits that open holds may give back, at 32 calls with reservations three times the cost', async () => {
		await useProvider(() => ({ kind: 'answer', delayMs: 30 }));
		const ledger = await ledgerWith('120');
		await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action: { concurrency: 32, reservationCredits: '3' } }));
		await sendPeople(nodeRed, people(300));
		const { left } = await whenLeft(nodeRed, 300);

		// A call needs 3 credits at hand and costs 1, so calls go on until fewer than 3 are left: 118 answers, 2 credits.
		expect(left.filter(({ output }) => output === 'result')).to.have.length(118);
		expect(new Set(reasonsOf(left))).to.deep.equal(new Set(['answered', 'credits_exhausted']));
		expect(left.map(({ id }) => id)).to.deep.equal(people(300).map(({ id }) => id));
		expect(provider.requests).to.have.length(118);
		expect(provider.stats().maxInFlight).to.be.within(9, 32);
		expect(await readBalance(ledger)).to.include({ available: '2', held: '0', overdraft: '0' });
		expect(await proofOf(ledger)).to.include({ ok: true });
	});

	it('is exact after the host was killed in the middle of a campaign and the campaign ran again', async () => {
		await useProvider(() => ({ kind: 'answer', delayMs: 40 }));
		const ledger = await ledgerWith('100');
		const flow = campaignFlow({
			ledger,
			provider: provider.url,
			action: { idempotencyKey: 'spring {{payload.id}}', idempotencyKeyType: 'str', keepResultsHours: 24, waitForCreditsSeconds: 12 },
		});
		const first = await startNodeRed();
		await first.deploy(flow);
		await sendPeople(first, people(60));
		await whenLeft(first, 10);
		await first.kill();
		const paidBefore = 100 - Number((await readBalance(ledger, QUARTER_OF_AN_HOUR_MS)).available);
		expect(paidBefore).to.be.within(10, 60);

		const second = await startNodeRed({ userDir: first.userDir });
		const askedBefore = provider.requests.length;
		await sendPeople(second, people(60));
		// Eight calls of the dead process are waited for, and take no slot from the others meanwhile.
		await until(() => Promise.resolve(provider.requests.length - askedBefore >= 60 - paidBefore - 8 ? true : null), {
			timeoutMs: 9_000,
			describe: () => `${String(provider.requests.length - askedBefore)} were asked, ${String(paidBefore)} were paid before`,
		});
		const { left } = await whenLeft(second, 60, 40_000);
		await second.stop();
		second.remove();

		// What was answered before the death is answered from the ledger; what was under way belongs to holds of the dead process.
		expect(left.map(({ id }) => id)).to.deep.equal(people(60).map(({ id }) => id));
		expect(reasonsOf(left).filter((reason) => !['replayed', 'answered', 'call_in_flight'].includes(reason))).to.deep.equal([]);
		const replayed = left.filter(({ credits }) => credits.reason === 'replayed').length;
		const inFlight = left.filter(({ credits }) => credits.reason === 'call_in_flight').length;
		// A call of the dead process whose billing nobody knows is charged at the end of its time (rule 37).
		expect(replayed + inFlight).to.equal(paidBefore);
		const after = await readBalance(ledger, QUARTER_OF_AN_HOUR_MS);
		expect(after).to.include({ available: '40', held: '0', overdraft: '0' });
		expect(await proofOf(ledger)).to.include({ ok: true });
	});
});

function reasonsOf(left: readonly Left[]): string[] {
	return left.map(({ credits }) => credits.reason);
}
