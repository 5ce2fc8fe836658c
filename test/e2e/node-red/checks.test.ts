/** The packed package in the real Node-RED: checks before and after a call, a repair and a judge, exact to the entry of the ledger. */
import { expect } from 'chai';
import {
	callsByOutcome,
	callsOfCases,
	CAP_PER_SEND,
	CHECK_CASES,
	checkChooser,
	CHECKS,
	creditsByOutcome,
	creditsOfCase,
	OUTCOME_CASES,
	OUTCOME_RATE,
} from '../../support/scenarios/check-cases';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger } from '../../support/hosts/host-ledger';
import { grantCredits, proofOf, readBalance, readCalls } from '../../support/ledger/ledger-reader';
import { ACTION, campaignFlow, ONE_CREDIT_PRICES, sendPeople, whenLeft } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

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

	const openCampaign = async (settings: Record<string, unknown>): Promise<string> => {
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
					...settings,
				},
			}),
		);
		return ledger;
	};

	it('each way to pass, to be mended and to fall back is on the message, and in the ledger to the entry', async () => {
		const ledger = await openCampaign({});
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

	it('by outcome, only answers that passed are charged, at the rate', async () => {
		const ledger = await openCampaign({ charging: 'outcome', chargeRate: String(OUTCOME_RATE) });
		await sendPeople(
			nodeRed,
			OUTCOME_CASES.map(({ name, data }, id) => ({ id, name, ...data })),
		);
		const { left, caught } = await whenLeft(nodeRed, OUTCOME_CASES.length);
		expect(caught).to.deep.equal([]);
		const seen = left.map(({ id, output, credits }) => [OUTCOME_CASES[id]?.name, output, credits.reason, credits.credits]);
		expect(seen).to.deep.equal(OUTCOME_CASES.map((one) => [one.name, one.route, one.reason, creditsByOutcome(one)]));
		expect(await readCalls(ledger)).to.deep.equal(callsByOutcome(ACTION.model));
		const passed = OUTCOME_CASES.filter(({ route }) => route === 'result').length;
		expect(await readBalance(ledger)).to.include({ available: String(100 - OUTCOME_RATE * passed), held: '0' });
		expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
	});
});
