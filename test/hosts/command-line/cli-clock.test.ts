/** One clock (ledger rule 46): a machine whose clock is two days ahead stamps nothing of a ledger on a server, and is noticed in a file. */
import { expect } from 'chai';
import { join } from 'node:path';
import { openLedgerStore } from '../../../lib/runtime/runtime';
import { PROGRAM, type Document } from '../../support/command-line/command-line';
import { run } from '../../support/machine/child';
import { cleanEnvironment, outputRoot } from '../../support/machine/repository';
import { temporaryFolder } from '../../support/machine/temporary-folder';
import { newLedgerPath } from '../../support/ledger/sqlite-ledger';
import { newLedgerUrl } from '../../support/postgres/postgres';

const WRONG_CLOCK = join(outputRoot(), 'test', 'support', 'ledger', 'wrong-clock.js');
const TWO_DAYS_MS = 2 * 86_400_000;
const MINUTE_MS = 60_000;

/** Runs a command on a machine whose clock is ahead. */
async function command(
	ledger: string,
	args: readonly string[],
	aheadMs = 0,
): Promise<{ readonly text: string; readonly document: Document }> {
	const cwd = temporaryFolder();
	const env = cleanEnvironment({ LLM_CREDITS_LEDGER: ledger, TZ: 'UTC', LLM_CREDITS_TEST_AHEAD_MS: String(aheadMs) });
	const finished = await run(process.execPath, ['--require', WRONG_CLOCK, PROGRAM, ...args], { cwd, env, timeoutMs: 30_000 });
	expect(finished.code, finished.stderr).to.equal(0);
	return { text: finished.stdout, document: args.includes('--json') ? JSON.parse(finished.stdout) : {} };
}

/** A life: the wrong machine opens the account and grants, then the right one grants too. */
async function live(ledger: string): Promise<readonly number[]> {
	const credits = ['--credits', '100', '--category', 'purchased'];
	await command(ledger, ['grant', ...credits, '--key', 'right'], 0);
	await command(ledger, ['grant', ...credits, '--key', 'wrong'], TWO_DAYS_MS);
	await command(ledger, ['grant', ...credits, '--key', 'right again'], 0);
	const store = await openLedgerStore(ledger);
	const entries = await store.entries('default', { afterSeq: 0, limit: 100 });
	await store.close();
	return entries.map(({ atMs }) => atMs - Date.now());
}

describe('a machine whose clock is two days ahead', function () {
	this.timeout(120_000);

	it('leaves entries with the time of the server, where the ledger is on one, and sees the balance as of then', async () => {
		const ledger = await newLedgerUrl();
		for (const offMs of await live(ledger)) expect(Math.abs(offMs)).to.be.below(MINUTE_MS);
		const expiring = ['grant', '--credits', '5', '--expires-in-days', '1', '--key', 'short'];
		await command(ledger, expiring, TWO_DAYS_MS);
		const { document } = await command(ledger, ['balance', '--json'], TWO_DAYS_MS);
		expect(document).to.include({ available: '305' }).and.not.have.property('clockAhead');
		expect((await command(ledger, ['alerts', '--json'])).document['alerts']).to.deep.equal([]);
	});

	it('leaves an account of a file whose time stands still: balance, alerts and the text say so, and until when', async () => {
		const ledger = newLedgerPath();
		const offMs = await live(ledger);
		expect(Math.abs((offMs.at(-1) ?? 0) - TWO_DAYS_MS), 'stamped no earlier than the newest').to.be.below(MINUTE_MS);
		const { document } = await command(ledger, ['balance', '--json']);
		expect(document).to.include({ available: '300' });
		expect(document['clockAhead']).to.deep.include({ by: '2 days' });
		const { text } = await command(ledger, ['balance']);
		expect(text).to.match(/newest entry of the account is 2 days ahead of the clock, because a clock was wrong\. Until \d{4}-\d\d-\d\dT/);
		const [alert, ...others] = (await command(ledger, ['alerts', '--json'])).document['alerts'];
		expect(alert).to.include({ type: 'clock_ahead', until: document['clockAhead'].until, standing: true });
		expect(others).to.deep.equal([]);
		expect((await command(ledger, ['verify'])).text).to.match(/The ledger is right/);
	});
});
