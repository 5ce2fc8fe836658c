/** The operations Freeze and Thaw of Credit Balance, and what items meet meanwhile. */
import { expect } from 'chai';
import { runCreditBalance } from '../../../lib/engine/credit-balance';
import { CREDIT_BALANCE_PARAMS } from '../../../lib/params/credit-balance';
import { readParams } from '../../../lib/params/read';
import { answer, ScriptedProvider } from '../../support/provider/scripted-provider';
import { expectClean, items, makeAction, makeWorld } from '../../support/scenarios/action-world';

describe('Credit Balance: Freeze and Thaw', () => {
	it('stop all spending, let credits come in, and let the same items be answered afterwards', async () => {
		const world = await makeWorld('100');
		let keys = 0;
		const run = async (values: Readonly<Record<string, unknown>>): Promise<Record<string, unknown> | undefined> => {
			keys += 1;
			return (await runCreditBalance(readParams(CREDIT_BALANCE_PARAMS, values), { ledger: world.ledger, key: `op ${String(keys)}` }))[0];
		};
		const provider = new ScriptedProvider(() => answer('{"message":"Hello"}'));
		const action = makeAction(world, provider);
		expect(await run({ operation: 'freeze', reason: 'Too fast' })).to.deep.include({ account: 'a', replayed: false });
		const frozen = await action.run(items(3));
		expect(frozen.map(({ route, llmCredits }) => `${route} ${llmCredits.reason}`)).to.deep.equal(Array(3).fill('fallback account_frozen'));
		expect(provider.requests).to.have.length(0);
		expect(await run({ operation: 'balance' }))
			.to.have.property('frozen')
			.that.deep.includes({ reason: 'Too fast' });
		expect(await run({ operation: 'grant', credits: '5' })).to.have.property('replayed', false);
		expect(await run({ operation: 'thaw' })).to.deep.equal({ account: 'a', frozen: null, replayed: false });
		const again = await action.run(items(3));
		expect(again.map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(Array(3).fill('answered'));
		await expectClean(world);
	});
});
