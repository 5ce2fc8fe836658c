/** The packed package in the real Node-RED: checks before and after a call, a repair and a judge, exact to the entry of the ledger. */
import { expect } from 'chai';
import { callsOfCases, CAP_PER_SEND, CHECK_CASES, checkChooser, CHECKS, creditsOfCase } from '../support/check-cases';
import { startFakeOpenAi, type FakeOpenAi } from '../support/fake-openai';
import { newLedger } from '../support/host-ledger';
import { grantCredits, proofOf, readBalance, readCalls } from '../support/ledger-reader';
import { ACTION, campaignFlow, ONE_CREDIT_PRICES, sendPeople, whenLeft } from '../support/node-red-flow';
import { startNodeRed, type NodeRed } from '../support/real-node-red';

describe('Node-RED: checks', function () {
	this.timeout(60_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;

	before(async () => {
		nodeRed = await startNodeRed();
		provider = await startFakeOpenAi({ choose: checkChooser() });
	});
	after(async () => {
		await provider.close();
		await nodeRed.stop();
		nodeRed.remove();
	});

	it('each way to pass, to be mended and to fall back is on the message, and in the ledger to the entry', async () => {
		const ledger = await newLedger(nodeRed.userDir);
		await grantCredits(ledger, '100');
		await nodeRed.deploy(
			campaignFlow({
				ledger,
				provider: provider.url,
				providerNode: { prices: `${ONE_CREDIT_PRICES}\ngpt-judge, 0.60, 2.00` },
				action: {
					...CHECKS,
					requiredFields: CHECKS.requiredFields.map((name) => `payload.${name}`).join(', '),
					prompt: 'Write to {{payload.name}}. {{payload.text}}',
					answerLanguage: 'payload.language',
					answerLanguageType: 'msg',
					capPerSend: CAP_PER_SEND,
					concurrency: 1,
				},
			}),
		);
		await sendPeople(
			nodeRed,
			CHECK_CASES.map(({ name, data }, id) => ({ id, name, ...data })),
		);
		const { left, caught } = await whenLeft(nodeRed, CHECK_CASES.length);
		expect(caught).to.deep.equal([]);
		const seen = left.map(({ id, output, llm, credits }) => ({
			name: CHECK_CASES[id]?.name,
			output,
			reason: credits.reason,
			message: llm?.['message'],
			credits: credits.credits,
			outcome: credits.checks?.outcome ?? null,
			failed: credits.checks?.failed.map(({ gate }) => gate) ?? [],
		}));
		expect(seen).to.deep.equal(
			CHECK_CASES.map((one) => ({
				name: one.name,
				output: one.route,
				reason: one.reason,
				message: one.message,
				credits: creditsOfCase(one),
				outcome: one.outcome,
				failed: one.failed,
			})),
		);
		for (const { credits } of left.filter(({ output }) => output === 'fallback'))
			expect(credits.message).to.be.a('string').and.not.equal('');
		expect(await readCalls(ledger)).to.deep.equal(callsOfCases(ACTION.model));
		expect(await readBalance(ledger)).to.include({
			available: String(100 - callsOfCases('').filter((line) => line.includes('settled')).length),
			held: '0',
		});
		expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
	});
});
