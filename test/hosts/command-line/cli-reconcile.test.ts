/** Owns the proof of the command that brings home what was spent while the ledger was away, as a process. */
import { expect } from 'chai';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutageAccount } from '../../../lib/engine/outage/outage-account';
import { CreditError } from '../../../lib/core/values/errors';
import { leaseSpending } from '../../../lib/runtime/outage';
import { CommandLine } from '../../support/command-line/command-line';

const call = (key: string, holdMicro: bigint) => ({
	key,
	fingerprint: 'same',
	alternatives: () => [{ rung: 0, calls: [{ amountMicro: holdMicro, model: 'm', price: null }] }],
	labels: {},
	person: null,
	executionId: null,
	sendId: null,
	caps: [],
	waitMs: 0,
});

describe('command line: reconcile', () => {
	it('charges what a machine spent that does not come back, once', async () => {
		const cli = new CommandLine();
		await cli.withAccount(async (account) => {
			await account.open({ timeZone: 'UTC' });
			await account.grant({ credits: 100_000_000n, category: 'purchased', expiry: null, key: 'credits' });
		});
		// Where this machine looks for it, it never comes back.
		writeFileSync(join(cli.folder, 'no-folder'), '');
		const settings = { path: join(cli.folder, 'no-folder', 'ledger.db'), account: 'default', timeZone: 'UTC', outageCredits: '10' };
		const away = (): Promise<never> => Promise.reject(new CreditError('ledger_unavailable', 'The disk is away.'));
		const folder = join(cli.folder, 'host');
		mkdirSync(folder);
		const lease = await leaseSpending(settings, away, { folder });
		const { account } = lease;
		expect(account).to.be.instanceOf(OutageAccount);
		const outcome = await account.reserve(call('a', 5_000_000n));
		const holdSeq = outcome.kind === 'reserved' ? outcome.hold.seq : 0;
		await account.settle({ holdSeq, actualMicro: 4_500_000n, measure: 'reported', usage: null, result: null });
		await lease.release();
		const outages = join(folder, 'llm-credits', 'outage');
		const [file = ''] = readdirSync(outages).filter((name) => name.endsWith('.db'));
		const from = join(outages, file);
		expect(await cli.document(['reconcile', '--from', from])).to.deep.equal({
			account: 'default',
			calls: 1,
			unconfirmed: 0,
			charged: '4.5',
		});
		expect(await cli.text('reconcile', '--from', from)).to.equal('Everything of this file is charged already.\n');
		expect((await cli.document(['balance']))['available']).to.equal('95.5');
		await cli.failure(['reconcile'], { code: 2, says: /--from <file>/ });
		await cli.failure(['reconcile', '--from', 'nothing.db'], { code: 2, says: /no file .*nothing\.db.*llm-credits\/outage/ });
	});
});
