/** A running flow that names an account which nobody has opened, in a ledger with an admin key: its items take their fallback and say what to do. */
import { expect } from 'chai';
import { join } from 'node:path';
import type { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import type { SpendingAccount } from '../../../lib/engine/account/spending-account';
import { leaseSpending } from '../../../lib/runtime/outage';
import { leaseLedger, type LedgerSettings } from '../../../lib/runtime/runtime';
import { newSalt } from '../../../lib/runtime/system';
import { answer, ScriptedProvider } from '../../support/provider/scripted-provider';
import { items, makeAction, makeWorld } from '../../support/scenarios/action-world';
import { temporaryFolder } from '../../support/machine/temporary-folder';

const ADMIN_KEY = 'four random words here';

/** A ledger whose account `first` has the admin key, and how hosts open another account in it. */
async function keyedLedger(): Promise<{ readonly folder: string; readonly path: string }> {
	const folder = temporaryFolder();
	const path = join(folder, 'ledger.db');
	const lease = await leaseLedger({ path, account: 'first', timeZone: 'UTC' }, folder);
	await lease.ledger.setAdminKey({ newKey: ADMIN_KEY, salt: newSalt(), key: 'set' });
	await lease.release();
	return { folder, path };
}

describe('an account that nobody has opened', function () {
	this.timeout(60_000);

	for (const [name, more] of [
		['without a key', {}],
		['with credits for when the ledger is away', { outageCredits: '50' }],
		['with a wrong key', { adminKey: 'some other random words' }],
	] as const) {
		it(`${name}: every item takes its fallback with what to do, at once, and goes on when it is opened`, async () => {
			const { folder, path } = await keyedLedger();
			const settings: LedgerSettings = { path, account: 'second', timeZone: 'UTC', ...more };
			const world = await makeWorld('0');
			const provider = new ScriptedProvider(() => answer('{"message":"Hello"}'));
			const releases: (() => Promise<void>)[] = [];
			let opened = 0;
			const openReal = async (): Promise<LedgerAccount> => {
				opened += 1;
				const lease = await leaseLedger(settings, folder);
				releases.push(() => lease.release());
				return lease.current();
			};
			// As both hosts do it: the account of a connection, for spending.
			const openLedger = async (): Promise<SpendingAccount> => {
				const spending = await leaseSpending(settings, openReal, { folder });
				releases.push(() => spending.release());
				return spending.account;
			};
			const action = makeAction(world, provider, { concurrency: 4 }, { openLedger });
			const results = await action.run(items(40));
			for (const { route, llmCredits } of results) {
				expect([route, llmCredits.reason, llmCredits.credits]).to.deep.equal(['fallback', 'ledger_unavailable', '0']);
				expect(llmCredits.message).to.match(/no account "second".*llm-credits account open --account second --admin-key-file/s);
			}
			expect(provider.requests).to.have.length(0);
			expect(opened, 'tries, for 40 items').to.be.at.most(4);

			const admin = await leaseLedger({ path, account: 'second', timeZone: 'UTC', adminKey: ADMIN_KEY }, folder);
			await admin.ledger.grant({ credits: 5_000_000n, category: 'purchased', expiry: null, key: 'g' });
			await admin.release();
			world.time.nowMs += 31_000;
			const again = await action.run(items(2));
			expect(again.map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(['answered', 'answered']);
			for (const release of releases) await release();
		});
	}
});
