/** What checks found is counted in the background: whatever goes wrong there must not reach the host. */
import { expect } from 'chai';
import { ProfileReader } from '../../../lib/engine/account/account-profile';
import { CheckTally } from '../../../lib/engine/account/check-tally';
import type { CheckCount } from '../../../lib/ledger/check-store';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import { openAccount } from '../../support/ledger/ledger-commands';
import { ManualClock } from '../../support/machine/manual-clock';

describe('what checks found', () => {
	it('is given up where it cannot be written, whatever the reason, and counted again afterwards', async () => {
		const clock = new ManualClock();
		const store = openMemoryLedger({ clock: clock.read });
		await store.commit('acme', [openAccount()]);
		const timing = { clock: clock.read, monotonicMs: clock.read, jitter: () => 0.5, pause: () => Promise.resolve() };
		const counted: CheckCount[] = [];
		let faults = 1;
		const add = async (_account: string, counts: readonly CheckCount[]): Promise<void> => {
			if (faults > 0) throw new TypeError(`a mistake of ours, ${String((faults -= 1))}`);
			counted.push(...counts);
			return Promise.resolve();
		};
		const profile = new ProfileReader({ store, accountId: 'acme', timing });
		const tally = new CheckTally({ store: { add, counts: () => Promise.resolve([]) }, accountId: 'acme', profile, timing });
		const checks = { outcome: 'fallback', failed: [{ gate: 'length', attribute: null, detail: 'too long' }] } as const;
		for (const campaign of ['lost', 'kept']) {
			tally.note(checks, { campaign });
			await tally.drain();
		}
		expect(counted.map(({ campaign, gate, items }) => [campaign, gate, items])).to.deep.equal([['kept', 'length', 1]]);
	});
});
