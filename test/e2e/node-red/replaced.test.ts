/** The packed package in the real Node-RED: a ledger file that is restored or replaced under it is opened again by itself, without a deploy. */
import { expect } from 'chai';
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLedgerStore } from '../../../lib/runtime/runtime';
import { until } from '../../support/machine/child';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { grantCredits, proofOf, readBalance } from '../../support/ledger/ledger-reader';
import { campaignFlow, people, sendPeople, whenLeft, type Left } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

describe('Node-RED: a ledger file that is replaced', function () {
	this.timeout(90_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let [ledgers, sent] = [0, 0];

	before(async () => {
		nodeRed = await startNodeRed();
		provider = await startFakeOpenAi();
	});
	after(async () => {
		await provider.close();
		await nodeRed.stop();
		nodeRed.remove();
	});

	/** A deployed flow on a file with 10 credits, and a backup of it. These tests are about files, whatever store the run is on. */
	async function deployed(): Promise<{ readonly ledger: string; readonly backup: string }> {
		const ledger = join(nodeRed.userDir, `replaced-${String((ledgers += 1))}.db`);
		const backup = `${ledger}.backup`;
		await grantCredits(ledger, '10');
		const store = await openLedgerStore(ledger);
		await store.backup?.(backup, () => undefined);
		await store.close();
		await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url }));
		sent = 0;
		return { ledger, backup };
	}

	/** What so many people left with. */
	async function asked(count: number): Promise<readonly Left[]> {
		await sendPeople(nodeRed, people(count));
		sent += count;
		return (await whenLeft(nodeRed, sent)).left.slice(-count);
	}

	const replaceBy = (from: string, ledger: string): void => {
		copyFileSync(from, `${ledger}.new`);
		renameSync(`${ledger}.new`, ledger);
	};
	const outputs = (left: readonly Left[]): string[] => left.map(({ output }) => output);

	it('by a backup: the next people are paid from the restored ledger', async () => {
		const { ledger, backup } = await deployed();
		expect(outputs(await asked(3))).to.deep.equal(['result', 'result', 'result']);
		expect((await readBalance(ledger)).available).to.equal('7');
		replaceBy(backup, ledger);
		expect(outputs(await asked(2))).to.deep.equal(['result', 'result']);
		expect((await readBalance(ledger)).available).to.equal('8');
		expect(await proofOf(ledger)).to.deep.include({ ok: true });
	});

	it('taken away, replaced by another file, and restored: people take their fallback meanwhile, and nothing is made', async () => {
		const { ledger, backup } = await deployed();
		expect(outputs(await asked(1))).to.deep.equal(['result']);
		rmSync(ledger);
		const [gone] = await asked(1);
		expect(gone?.credits.reason).to.equal('ledger_unavailable');
		writeFileSync(ledger, 'Dear Ada, '.repeat(1000));
		const [foreign] = await asked(1);
		expect(foreign?.credits.reason).to.equal('ledger_unavailable');
		replaceBy(backup, ledger);
		const seen: string[] = [];
		await until(
			async () => {
				const [left] = await asked(1);
				seen.push(String(left?.credits.message));
				return left?.output === 'result' ? true : null;
			},
			{ timeoutMs: 20_000, everyMs: 200, describe: () => seen.join('\n') },
		);
		expect((await readBalance(ledger)).available).to.equal('9');
		expect(await proofOf(ledger)).to.deep.include({ ok: true });
	});
});
