/** A host whose clock is two days ahead of its ledger's (ledger rule 46): what is kept and what waits is judged by the ledger's time. */
import { expect } from 'chai';
import { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import type { LlmActionOptions } from '../../../lib/engine/llm-action';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import { item, makeAction, makeWorld, spent, type ActionWorld } from '../../support/scenarios/action-world';
import { BatchWorld } from '../../support/scenarios/batch-world';
import { answer, ScriptedProvider } from '../../support/provider/scripted-provider';
import { startFakeOpenAi } from '../../support/provider/fake-openai';

/** And an hour: longer than a batch may take. */
const AHEAD_MS = 49 * 3_600_000;

/** A host with a clock that is ahead, on the ledger of a world. */
function wrongHost({ store, time }: ActionWorld): Pick<LlmActionOptions, 'openLedger' | 'timing'> {
	const timing = { ...time.timing, clock: () => time.timing.clock() + AHEAD_MS };
	const ledger = new LedgerAccount({ accountId: 'a', store, commits: new GroupCommit(store), timing });
	return { openLedger: () => Promise.resolve(ledger), timing };
}

describe('a host whose clock is two days ahead of the ledger’s', () => {
	it('uses answers that are kept for a day, and keeps its own for no longer', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider((_request, number) => answer(JSON.stringify({ message: `Hello ${String(number)}` })));
		const settings = { reuseAnswers: 'first', reuseFreshHours: 24 };
		const [right, wrong] = [makeAction(world, provider, settings), makeAction(world, provider, settings, wrongHost(world))];
		await right.run([item('a')]);
		await world.ledger.answers.drain();
		const [found] = await wrong.run([item('b')]);
		expect(found?.llmCredits).to.include({ source: 'cache', reason: 'cached' });
		await wrong.run([item('c', { prompt: 'Another' })]);
		await world.time.pause(25 * 3_600_000);
		const [late] = await right.run([item('d', { prompt: 'Another' })]);
		expect(late?.llmCredits.source, 'a day is over').to.equal('model');
		expect(provider.requests).to.have.length(3);
		expect(await spent(world)).to.equal('3.6');
	});

	it('lets what waits in a batch wait, where its own clock says that the batch is long over', async () => {
		const batches = await BatchWorld.with('100');
		const elsewhere = await startFakeOpenAi();
		try {
			const handedIn = await batches.handIn(2);
			const handle = batches.handleFor({ baseUrl: elsewhere.url });
			const results = await batches.collect(handedIn, {}, { ...wrongHost(batches.world), provider: () => handle });
			expect(results.map(({ route }) => route)).to.deep.equal(['pending', 'pending']);
			const again = await batches.collect(handedIn, {}, { provider: () => handle });
			expect(again.map(({ route }) => route)).to.deep.equal(['pending', 'pending']);
		} finally {
			await elsewhere.close();
			await batches.close();
		}
	});
});
