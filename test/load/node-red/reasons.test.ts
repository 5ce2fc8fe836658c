/** The packed package in the real Node-RED: each reason that a message can carry, with every entry that stands in the ledger for it. */
import { expect } from 'chai';
import { REASONS } from '../../../lib/params/fallback-switch';
import { until } from '../../support/machine/child';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger } from '../../support/hosts/host-ledger';
import { grantCredits, prepareAccount, proofOf, readBalance, readInFull } from '../../support/ledger/ledger-reader';
import { campaignFlow, sendPeople, whenLeft } from '../../support/hosts/node-red-flow';
import { REASON_MODEL, REASON_SETTINGS, type ReasonScenario } from '../../support/scenarios/reason-row';
import { REASON_SCENARIOS, WITHOUT_SCENARIO } from '../../support/scenarios/reason-scenarios';
import { startNodeRed, type FlowNode, type NodeRed } from '../../support/hosts/real-node-red';
import { makeNewer } from '../../support/hosts/unusable-ledgers';

describe('Node-RED: the matrix of reasons', function () {
	this.timeout(60_000);
	const seen = new Set<string>();
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;

	before(async () => {
		nodeRed = await startNodeRed();
	});
	afterEach(() => provider.close());
	after(async () => {
		await nodeRed.stop();
		nodeRed.remove();
	});

	const flowOf = (ledger: string, { settings }: ReasonScenario): FlowNode[] =>
		campaignFlow({
			ledger,
			provider: provider.url,
			action: {
				...REASON_SETTINGS,
				outputs: 2,
				outputMode: 'separate',
				model: REASON_MODEL,
				prompt: 'payload.ask',
				promptType: 'msg',
				...settings,
			},
		});

	/** Changes the node while its calls are under way: Node-RED stops it, and starts another. */
	const stop = async (flow: readonly FlowNode[], calls: number): Promise<void> => {
		await until(async () => Promise.resolve(provider.stats().inFlight === calls ? true : null), {
			timeoutMs: 10_000,
			everyMs: 20,
			describe: () => 'no call was under way',
		});
		const changed = flow.map((node) => (node.id === 'action' ? { ...node, name: 'Write again' } : node));
		await nodeRed.deploy(changed, 'nodes');
	};

	for (const scenario of REASON_SCENARIOS.filter(({ host }) => host === undefined)) {
		const { reason, when, people, credits = '10', prepare, choose, got, journal, requests } = scenario;
		it(`${reason}, when ${when}`, async () => {
			provider = await startFakeOpenAi(choose ? { choose } : {});
			const ledger = await newLedger(nodeRed.userDir);
			await grantCredits(ledger, credits);
			const lastSeq = await prepareAccount(ledger, async (account) => prepare?.(account));
			const bringBack = scenario.isLedgerAway ? await makeNewer(ledger) : null;
			const flow = flowOf(ledger, scenario);
			await nodeRed.deploy(flow);
			await sendPeople(
				nodeRed,
				people.map((person, id) => ({ id, ...person })),
			);
			if (scenario.isStopped) await stop(flow, requests);
			const { left, caught } = await whenLeft(nodeRed, people.length);
			await bringBack?.();
			await until(async () => ((await readBalance(ledger)).held === '0' ? true : null), {
				timeoutMs: 10_000,
				everyMs: 50,
				describe: () => 'a hold stayed open',
			});

			expect(left.map(({ credits: mark }) => `${mark.source} ${mark.reason} ${mark.credits}`)).to.deep.equal(got);
			expect(left.map(({ output }) => output)).to.deep.equal(got.map((line) => (line.startsWith('fallback') ? 'fallback' : 'result')));
			expect(await readInFull(ledger, lastSeq)).to.deep.equal(journal);
			expect(provider.requests).to.have.length(requests);
			expect(caught).to.deep.equal([]);
			expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
			for (const { credits: mark } of left) {
				if (mark.source === 'fallback') expect(mark.message, mark.reason).to.be.a('string').and.not.equal('');
				seen.add(mark.reason);
			}
		});
	}

	it('every reason was seen', () => {
		const missing = REASONS.map(({ value }) => value).filter((reason) => !seen.has(reason) && !WITHOUT_SCENARIO[reason]);
		expect(missing).to.deep.equal(REASON_SCENARIOS.filter(({ host }) => host === 'n8n').map(({ reason }) => reason));
	});
});
