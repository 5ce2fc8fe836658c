/** Death before and after each statement of a commit: the ledger is as it was before, or as it is after, and never between. */
import { expect } from 'chai';
import type { Command } from '../../lib/core/commands';
import type { Entry } from '../../lib/core/model';
import { verifyLedger } from '../../lib/engine/verify-ledger';
import { GroupCommit } from '../../lib/ledger/group-commit';
import type { LedgerStore } from '../../lib/ledger/store';
import { faultOf } from '../support/error-code';
import { StatementFaults } from '../support/failing-database';
import { grant, openAccount, reserve, settle, tokens } from '../support/ledger-commands';
import { ManualClock } from '../support/manual-clock';
import { newLedgerPath, openTestLedger } from '../support/sqlite-ledger';

const ACCOUNT = 'acme';
const LABELS = { campaign: 'spring' };

/** A batch that touches every table: a hold times out, a grant comes, a call is settled with a result, another is reserved and refused. */
function batch(clock: ManualClock): Command[] {
	return [
		grant('g2', 5),
		settle(3, 2, { usage: tokens(10, 5), result: { text: 'kept', keptUntilMs: clock.nowMs + 1000 } }),
		reserve('new', 4, { labels: { campaign: 'autumn' } }),
		reserve('refused', 900, { labels: LABELS }),
	];
}

async function prepared(faults: StatementFaults): Promise<{ store: LedgerStore; path: string; clock: ManualClock }> {
	const clock = new ManualClock();
	const path = newLedgerPath();
	const store = await openTestLedger({ path, clock: clock.read, openDatabase: faults.open });
	await store.commit(ACCOUNT, [openAccount(), grant('g', 20), reserve('a', 3, { labels: LABELS }), reserve('b', 3, { timeoutMs: 1000 })]);
	clock.advance(1000);
	return { store, path, clock };
}

const journal = (store: LedgerStore): Promise<readonly Entry[]> => store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 });

/** Returns false when the batch has fewer statements than that. */
async function diesAt(statement: number, moment: 'before' | 'after'): Promise<boolean> {
	const faults = new StatementFaults();
	const { store, path, clock } = await prepared(faults);
	const before = await journal(store);
	faults.arm(statement, moment);
	const failed = await store.commit(ACCOUNT, batch(clock)).then(
		() => false,
		() => true,
	);
	faults.disarm();
	const other = await openTestLedger({ path, clock: clock.read });
	const after = await journal(other);
	if (failed) expect([before.length, before.length + 5], `${moment} ${String(statement)}`).to.include(after.length);
	expect(after.slice(0, before.length)).to.deep.equal(before);
	expect((await verifyLedger(other)).violations).to.deep.equal([]);
	await other.close();
	const again = await store.commit(ACCOUNT, batch(clock));
	expect(again.map((outcome) => outcome.kind)).to.deep.equal(['granted', 'closed', 'reserved', 'refused']);
	expect(await journal(store)).to.have.length(before.length + 5);
	expect((await verifyLedger(store)).violations).to.deep.equal([]);
	expect(await store.keptResult(ACCOUNT, 3)).to.equal('kept');
	await store.close();
	return failed;
}

describe('death at every statement of a commit', function () {
	this.timeout(60_000);

	for (const moment of ['before', 'after'] as const) {
		it(`leaves nothing half-written, ${moment} each`, async () => {
			let statement = 1;
			while (await diesAt(statement, moment)) statement += 1;
			expect(statement).to.be.greaterThan(20);
		});
	}

	it('rejects every command of the group with the same fault, and the next group goes through', async () => {
		const faults = new StatementFaults();
		const { store } = await prepared(faults);
		const commits = new GroupCommit(store);
		faults.arm(5, 'before');
		const rejected = await Promise.all(['x', 'y'].map((key) => faultOf(commits.submit(ACCOUNT, reserve(key, 1)))));
		faults.disarm();
		expect(rejected[0]).to.equal(rejected[1]);
		expect(rejected[0]?.code).to.equal('ledger_unavailable');
		expect((await commits.submit(ACCOUNT, reserve('x', 1))).kind).to.equal('reserved');
		await store.close();
	});
});
