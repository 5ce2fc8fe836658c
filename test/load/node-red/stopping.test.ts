/** The packed package in the real Node-RED: what becomes of messages inside a node when the flow or the host is stopped. */
import { expect } from 'chai';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger } from '../../support/hosts/host-ledger';
import { grantCredits, proofOf, readUsage } from '../../support/ledger/ledger-reader';
import { campaignFlow, people, sendPeople, whenLeft } from '../../support/hosts/node-red-flow';
import { startNodeRed, type FlowNode, type NodeRed } from '../../support/hosts/real-node-red';
import { until } from '../../support/machine/child';

const PEOPLE = 137;
const LOST = /(\d+) of (\d+) messages could not leave, because the flow was stopped[^\n]*?They are: ([^\n]*)\./;

describe('Node-RED: stopping in the middle of a campaign', function () {
	this.timeout(120_000);
	let provider: FakeOpenAi;

	beforeEach(async () => {
		provider = await startFakeOpenAi({ choose: () => ({ kind: 'answer', delayMs: 40 }) });
	});
	afterEach(() => provider.close());

	/** The flow says in the log who left: what a flow remembers ends with its process. */
	function sayingWhoLeft(nodes: readonly FlowNode[]): FlowNode[] {
		return nodes.map((node) =>
			node.id === 'result' || node.id === 'fallback'
				? { ...node, func: `node.warn('LEFT ' + msg.payload.id + ' ' + msg.llmCredits.reason); ${String(node['func'])}` }
				: node,
		);
	}

	const leftIn = (text: string): string[] => [...text.matchAll(/LEFT (\d+ \w+)/g)].map(([, who = '']) => who);

	const ways: readonly [string, (nodeRed: NodeRed, flow: readonly FlowNode[]) => Promise<unknown>][] = [
		['a full deploy', (nodeRed, flow) => nodeRed.deploy(flow, 'full')],
		[
			'a deploy of flows',
			(nodeRed, flow) =>
				nodeRed.deploy(
					flow.map((node) => (node.id === 'result' ? { ...node, name: 'changed' } : node)),
					'flows',
				),
		],
		['SIGTERM', (nodeRed) => nodeRed.stop('SIGTERM')],
		['SIGINT', (nodeRed) => nodeRed.stop('SIGINT')],
	];
	for (const [name, stop] of ways) {
		it(`names at ${name} whom it could not send on, and pays nobody twice when the campaign runs again`, async () => {
			let nodeRed = await startNodeRed();
			try {
				const ledger = await newLedger(nodeRed.userDir);
				await grantCredits(ledger, '1000');
				const action = {
					idempotencyKey: 'spring {{payload.id}}',
					idempotencyKeyType: 'str',
					keepResultsHours: 24,
					waitForCreditsSeconds: 1,
				};
				const flow = sayingWhoLeft(campaignFlow({ ledger, provider: provider.url, action }));
				await nodeRed.deploy(flow);
				await sendPeople(nodeRed, people(PEOPLE));
				await whenLeft(nodeRed, 10);
				await stop(nodeRed, flow);
				const output = await until(() => Promise.resolve(LOST.test(nodeRed.output()) ? nodeRed.output() : null), {
					timeoutMs: 20_000,
					describe: () => `nothing was said of those who did not leave:\n${nodeRed.output().slice(-2000)}`,
				});
				const [line = '', lost = '', inside = '', names = ''] = LOST.exec(output) ?? [];
				expect(output.match(new RegExp(LOST, 'g')), 'one line').to.have.length(1);
				const left = leftIn(output);
				// Nobody is missing, and nobody is both.
				const named = names.split(', ').map((key) => key.replace('spring ', ''));
				expect(Number(lost) + left.length, line).to.equal(PEOPLE);
				expect(Number(inside)).to.be.at.least(Number(lost));
				expect(named).to.have.length(Number(lost));
				expect([...named, ...left.map((who) => who.split(' ')[0] ?? '')].sort()).to.deep.equal(
					people(PEOPLE)
						.map(({ id }) => String(id))
						.sort(),
				);

				const paidBefore = await settledCalls(ledger);
				if (name.startsWith('SIG')) nodeRed = await startNodeRed({ userDir: nodeRed.userDir });
				const before = nodeRed.output().length;
				await sendPeople(nodeRed, people(PEOPLE));
				const again = await until(
					() => {
						const who = leftIn(nodeRed.output().slice(before));
						return Promise.resolve(who.length >= PEOPLE ? who : null);
					},
					{ timeoutMs: 40_000, describe: () => nodeRed.output().slice(-2000) },
				);
				expect(again.filter((who) => who.endsWith('replayed')).length, 'paid before').to.be.at.least(left.length);
				// Nobody is asked twice but those whose call the stop ended, eight at most.
				expect(provider.requests.length).to.be.at.most(PEOPLE + 8);
				expect(await settledCalls(ledger)).to.be.within(Math.max(paidBefore, PEOPLE - 8), PEOPLE + 8);
				expect(await proofOf(ledger)).to.include({ ok: true });
			} finally {
				await nodeRed.stop();
				nodeRed.remove();
			}
		});
	}
});

async function settledCalls(ledger: string): Promise<number> {
	return (await readUsage(ledger, ['campaign'])).reduce((sum, { calls }) => sum + calls, 0);
}
