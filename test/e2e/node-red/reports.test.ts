/** The packed package in the real Node-RED, where whatever a node tells the editor fails: no answer that was paid for is lost. */
import { expect } from 'chai';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { campaignFlow, people, sendPeople, whenLeft } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';
import { grantCredits, proofOf, readBalance } from '../../support/ledger/ledger-reader';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';

/** A node of somebody else, which breaks what nodes of ours report with: status, warn, error, log. */
const BREAKS_REPORTS = `module.exports = (RED) => {
	function BreaksReports(config) {
		RED.nodes.createNode(this, config);
		const base = Object.getPrototypeOf(BreaksReports.prototype);
		for (const name of ['status', 'warn', 'error', 'log']) {
			const usual = base[name];
			base[name] = function (...args) {
				if (this.type !== 'llm-credits-action') return usual.apply(this, args);
				console.log('broken: ' + name);
				throw new Error(name + ' is broken');
			};
		}
	}
	RED.nodes.registerType('breaks-reports', BreaksReports);
};
`;
const PALETTE = `<script type="text/javascript">RED.nodes.registerType('breaks-reports', { category: 'function', defaults: {} });</script>\n`;

describe('Node-RED: reports that fail', function () {
	this.timeout(90_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;

	before(async () => {
		const userDir = mkdtempSync(join(tmpdir(), 'llmc-node-red-'));
		mkdirSync(join(userDir, 'nodes'));
		writeFileSync(join(userDir, 'nodes', 'breaks-reports.js'), BREAKS_REPORTS);
		writeFileSync(join(userDir, 'nodes', 'breaks-reports.html'), PALETTE);
		nodeRed = await startNodeRed({ userDir });
		provider = await startFakeOpenAi();
	});
	after(async () => {
		await provider.close();
		await nodeRed.stop();
		nodeRed.remove();
	});

	it('cost no answer: all people leave by Result, and each is charged once', async () => {
		const ledger = join(nodeRed.userDir, 'ledger.db');
		await grantCredits(ledger, '10');
		const flow = campaignFlow({ ledger, provider: provider.url });
		await nodeRed.deploy([...flow, { id: 'breaks', type: 'breaks-reports', z: 'tab', x: 100, y: 500, wires: [] }]);
		await sendPeople(nodeRed, people(6));
		const { left, statuses, caught } = await whenLeft(nodeRed, 6);
		expect(nodeRed.output(), 'a report did fail').to.include('broken: status');
		expect(left.map(({ output, credits }) => [output, credits.source, credits.credits])).to.deep.equal(
			Array.from({ length: 6 }, () => ['result', 'model', '1']),
		);
		expect(left.map(({ llm }) => llm?.['message'])).to.not.include(undefined);
		expect([caught, statuses]).to.deep.equal([[], []]);
		expect((await readBalance(ledger)).available).to.equal('4');
		expect(await proofOf(ledger)).to.deep.include({ ok: true });
	});
});
