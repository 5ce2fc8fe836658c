/** What can be spent is said from one source: Credit Balance, Fallback Switch and what nodes show agree on trial plans and frozen accounts. */
import { expect } from 'chai';
import { runCreditBalance } from '../../../lib/engine/credit-balance';
import { FallbackSwitch, type FallbackSwitchValues } from '../../../lib/engine/fallback-switch';
import { CREDIT_BALANCE_PARAMS } from '../../../lib/params/credit-balance';
import { FALLBACK_SWITCH_PARAMS } from '../../../lib/params/fallback-switch';
import { readParams } from '../../../lib/params/read';
import { makeWorld, type ActionWorld } from '../../support/scenarios/action-world';

async function seen({ ledger }: ActionWorld) {
	const [document] = await runCreditBalance(readParams(CREDIT_BALANCE_PARAMS, { operation: 'balance' }), { ledger, key: 'k' });
	const values = readParams(FALLBACK_SWITCH_PARAMS, { mode: 'state' }) as FallbackSwitchValues;
	return { document, state: await new FallbackSwitch(values).readState(ledger) };
}

describe('what can be spent', () => {
	it('is 0 on a trial plan, and why is said', async () => {
		const world = await makeWorld('1000');
		expect(await seen(world)).to.deep.include({ state: 'available' });
		await world.ledger.changeAccount({ plan: 'trial', key: 'trial' });
		const { document, state } = await seen(world);
		expect(document).to.include({ available: '1000', spendable: '0', blocked: 'plan_not_eligible' });
		expect(String(document?.['notes'])).to.match(/^Nothing can be spent on a trial plan; the 1000 credits .* account set --plan paid$/);
		expect(state).to.equal('exhausted');
		await world.ledger.setEnforcement({ enforcement: 'shadow', key: 'shadow' });
		expect((await seen(world)).document).to.include({ spendable: '1000', blocked: null });
	});

	it('is 0 while the account is frozen, in shadow mode too', async () => {
		const world = await makeWorld('1000');
		await world.ledger.setEnforcement({ enforcement: 'shadow', key: 'shadow' });
		await world.ledger.setFrozen({ reason: 'audit', key: 'freeze' });
		const { document, state } = await seen(world);
		expect(document).to.include({ available: '1000', spendable: '0', blocked: 'account_frozen' });
		expect(String(document?.['notes'])).to.match(/frozen \(audit\)/);
		expect(state).to.equal('exhausted');
		await world.ledger.setFrozen({ reason: null, key: 'thaw' });
		expect((await seen(world)).document)
			.to.include({ spendable: '1000', blocked: null })
			.and.not.have.property('notes');
	});

	it('says that a clock is wrong, and until when', async () => {
		const world = await makeWorld('1000');
		world.time.nowMs += 2 * 86_400_000;
		await world.ledger.grant({ credits: 1n, category: 'purchased', expiry: null, key: 'ahead' });
		const untilMs = world.time.nowMs;
		world.time.nowMs -= 2 * 86_400_000;
		const { document } = await seen(world);
		expect(document?.['clockAhead']).to.deep.equal({ until: new Date(untilMs).toISOString(), by: '2 days' });
		expect(String(document?.['notes'])).to.match(/newest entry of the account is 2 days ahead of the clock.*Until 20/);
	});
});
