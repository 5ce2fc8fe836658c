/** The packed package in the real Node-RED: whatever is missing or broken, messages leave and the ledger is right. */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { chooserOf, startFakeOpenAi, type Behaviour, type FakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger, secretsOf } from '../../support/hosts/host-ledger';
import { grantCredits, proofOf, readBalance, readUsage } from '../../support/ledger/ledger-reader';
import { campaignFlow, people, seenWhen, sendPeople, whenGreeted, whenLeft } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';
import { blockedLedger, UNUSABLE_LEDGERS } from '../../support/hosts/unusable-ledgers';

/** One person for each way in which a provider can fail; what its message carries, and what the ledger charged. */
const FAULTS: readonly { readonly name: string; readonly behaviour: Behaviour; readonly reason: string; readonly credits: string }[] = [
	{
		name: 'rate limit',
		behaviour: { kind: 'status', code: 429, body: { error: { message: 'Slow down', code: 'rate_limit_exceeded' } } },
		reason: 'provider_rate_limit',
		credits: '0',
	},
	{
		name: 'quota',
		behaviour: { kind: 'status', code: 429, body: { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } } },
		reason: 'provider_quota',
		credits: '0',
	},
	{ name: 'server error', behaviour: { kind: 'status', code: 500 }, reason: 'provider_error', credits: '0' },
	{ name: 'wrong key', behaviour: { kind: 'status', code: 401 }, reason: 'provider_rejected', credits: '0' },
	{ name: 'hang', behaviour: { kind: 'hang' }, reason: 'timeout', credits: '?' },
	{ name: 'drop', behaviour: { kind: 'drop', when: 'beforeHeaders' }, reason: 'provider_error', credits: '?' },
	{ name: 'garbage', behaviour: { kind: 'garbage' }, reason: 'invalid_output', credits: '?' },
	{ name: 'empty', behaviour: { kind: 'empty' }, reason: 'empty_answer', credits: '1' },
	{ name: 'invalid', behaviour: { kind: 'invalid' }, reason: 'invalid_output', credits: '1' },
	{ name: 'no usage', behaviour: { kind: 'answer', usage: null }, reason: 'answered', credits: '?' },
	{
		name: 'usage as strings',
		behaviour: { kind: 'answer', usage: { prompt_tokens: '100', completion_tokens: '20' } },
		reason: 'answered',
		credits: '?',
	},
	{ name: 'slow', behaviour: { kind: 'answer', delayMs: 500 }, reason: 'answered', credits: '1' },
];

describe('Node-RED: faults', function () {
	this.timeout(60_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let ledger: string;

	before(async () => {
		nodeRed = await startNodeRed();
	});
	beforeEach(async () => {
		provider = await startFakeOpenAi({
			choose: chooserOf({ match: FAULTS.map(({ name, behaviour }) => ({ contains: `Write to ${name}.`, behaviour })) }),
		});
		ledger = await newLedger(nodeRed.userDir);
	});
	afterEach(() => provider.close());
	after(async () => {
		await nodeRed.stop();
		nodeRed.remove();
	});

	const campaign = (options: Partial<Parameters<typeof campaignFlow>[0]> = {}): ReturnType<typeof campaignFlow> =>
		campaignFlow({ ledger, provider: provider.url, ...options });

	it('gives every fault of a provider its source and reason, and charges what was used', async () => {
		await grantCredits(ledger, '1000');
		await nodeRed.deploy(
			campaign({ action: { prompt: 'Write to {{payload.name}}.', timeoutSeconds: 2, concurrency: 32, maxOutputTokens: 20 } }),
		);
		await sendPeople(
			nodeRed,
			FAULTS.map(({ name }, id) => ({ id, name, segment: 'a' })),
		);
		const { left, caught } = await whenLeft(nodeRed, FAULTS.length);

		expect(left.map(({ credits }, index) => `${FAULTS[index]?.name}: ${credits.reason}`)).to.deep.equal(
			FAULTS.map(({ name, reason }) => `${name}: ${reason}`),
		);
		for (const { id, output, credits, llm } of left) {
			const fault = FAULTS[id];
			expect(output, fault?.name).to.equal(fault?.reason === 'answered' ? 'result' : 'fallback');
			expect(credits.source, fault?.name).to.equal(output === 'result' ? 'model' : 'fallback');
			expect(llm?.['message'], fault?.name).to.be.a('string').that.is.not.empty;
			if (fault?.credits !== '?') expect(credits.credits, fault?.name).to.equal(fault?.credits);
		}
		// Usage that is missing or no number is charged at the estimate, never at nothing.
		for (const name of ['no usage', 'usage as strings']) {
			expect(Number(left.find(({ id }) => FAULTS[id]?.name === name)?.credits.credits), name).to.be.greaterThan(0);
		}
		expect(caught).to.deep.equal([]);
		expect(JSON.stringify(left) + nodeRed.output()).not.to.include('sk-test-secret');

		expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
		const charged = left.reduce((sum, { credits }) => sum + Number(credits.credits), 0);
		const later = await readBalance(ledger, 24 * 3_600_000);
		expect(later).to.include({ held: '0', overdraft: '0' });
		expect(Number(later.available)).to.be.closeTo(1000 - charged, 1e-6);
		const usage = await readUsage(ledger, ['model']);
		expect(usage).to.have.length(1);
	});

	it('sends messages on with their fallback values while no ledger or no provider is set', async () => {
		await nodeRed.deploy(campaign({ action: { ledger: '' } }));
		await sendPeople(nodeRed, people(3));
		const noLedger = await seenWhen(
			nodeRed,
			({ left, statuses }) => left.length >= 3 && statuses.some(({ text }) => text?.includes('fallback')),
		);
		expect(noLedger.left.map(({ output, credits }) => `${output} ${credits.reason}`)).to.deep.equal(
			Array(3).fill('fallback ledger_unavailable'),
		);
		expect(noLedger.statuses[0]).to.deep.include({ fill: 'red', text: 'Ledger not set' });
		expect(noLedger.statuses.at(-1)?.fill).to.equal('red');
		expect(noLedger.statuses.at(-1)?.text).to.match(/fallback: ledger unavailable$/);

		await grantCredits(ledger, '10');
		await nodeRed.deploy(campaign({ action: { provider: 'gone' } }));
		await sendPeople(nodeRed, people(3));
		const noProvider = await seenWhen(
			nodeRed,
			({ left, statuses }) => left.length >= 3 && statuses.some(({ text }) => text?.includes('fallback')),
		);
		expect(noProvider.left.map(({ output, credits }) => `${output} ${credits.reason}`)).to.deep.equal(
			Array(3).fill('fallback provider_rejected'),
		);
		expect(noProvider.statuses[0]).to.deep.include({ fill: 'red', text: 'Provider not set' });
		expect(await readBalance(ledger)).to.include({ available: '10', held: '0' });
		expect(provider.requests).to.have.length(0);
	});

	it('treats a disabled config node like a missing one', async () => {
		await nodeRed.deploy(campaign({ ledgerNode: { d: true } }));
		await sendPeople(nodeRed, people(1));
		const { left } = await whenLeft(nodeRed, 1);
		expect(left[0]?.credits).to.include({ reason: 'ledger_unavailable' });
	});

	for (const { name, make, says } of UNUSABLE_LEDGERS) {
		it(`says why a ledger cannot be opened, and sends messages on: ${name}`, async () => {
			ledger = await make(nodeRed.userDir);
			await nodeRed.deploy(campaign());
			await whenGreeted(nodeRed);
			await sendPeople(nodeRed, people(2));
			const { left, statuses } = await whenLeft(nodeRed, 2);
			expect(left.map(({ credits }) => credits.reason)).to.deep.equal(['ledger_unavailable', 'ledger_unavailable']);
			expect(left[0]?.credits.message).to.match(says);
			expect(statuses[0]?.fill).to.equal('red');
			expect(provider.requests).to.have.length(0);
			for (const secret of secretsOf(ledger)) expect(JSON.stringify([left, statuses]) + nodeRed.output()).not.to.include(secret);
		});
	}

	it('uses a ledger as soon as nothing is in its place any more', async () => {
		const blocked = await blockedLedger(nodeRed.userDir);
		ledger = blocked.ledger;
		await nodeRed.deploy(campaign());
		await sendPeople(nodeRed, people(1));
		await whenLeft(nodeRed, 1);
		await blocked.clear();
		await grantCredits(ledger, '5');
		await until(
			async () => {
				await sendPeople(nodeRed, people(1));
				const { left } = await seenWhen(nodeRed, (seen) => seen.completed.length === seen.left.length);
				return left.at(-1)?.credits.reason === 'answered' ? true : null;
			},
			{ timeoutMs: 10_000, everyMs: 300, describe: () => 'the ledger was not used again' },
		);
	});

	it('refuses settings that could never work at deploy, fails messages so that Catch sees them, and charges nothing', async () => {
		await grantCredits(ledger, '10');
		const attributes = [{ name: 'discount', type: 'number', description: '', details: '', fallback: 'ten' }];
		await nodeRed.deploy(campaign({ action: { attributes } }));
		await sendPeople(nodeRed, people(2));
		const { caught, left, statuses, completed } = await seenWhen(
			nodeRed,
			({ caught, statuses }) => caught.length >= 2 && statuses.length >= 1,
		);
		expect(left).to.deep.equal([]);
		expect(completed).to.deep.equal([]);
		expect(caught.map(({ id, code }) => ({ id, code }))).to.deep.equal([
			{ id: 0, code: 'invalid_settings' },
			{ id: 1, code: 'invalid_settings' },
		]);
		expect(caught[0]?.message).to.match(/discount.*ten.*number/);
		expect(statuses[0]?.fill).to.equal('red');
		expect(statuses[0]?.text).to.match(/discount/);
		expect(await readBalance(ledger)).to.include({ available: '10', held: '0' });
	});

	it('takes one message out of order of no other when its own prompt is empty or cannot be computed', async () => {
		await grantCredits(ledger, '10');
		await nodeRed.deploy(campaign({ action: { prompt: 'payload.text', promptType: 'msg' } }));
		await sendPeople(nodeRed, [{ id: 0, text: 'Hello' }, { id: 1 }, { id: 2, text: { an: 'object' } }, { id: 3, text: 'Hello' }]);
		const { left } = await whenLeft(nodeRed, 4);
		expect(left.map(({ id, credits }) => `${id} ${credits.reason}`)).to.deep.equal([
			'0 answered',
			'1 empty_prompt',
			'2 invalid_item',
			'3 answered',
		]);
		expect(await readBalance(ledger)).to.include({ available: '8' });
	});
});
