/** The partitions of docs/scale.md, made by its own SQL, under the life of a ledger: nothing in the program changes, and the proof holds. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import type { LedgerStore } from '../../../lib/ledger/store';
import { credits, grant, openAccount, reserve } from '../../support/ledger/ledger-commands';
import { madeUpCall } from '../../support/loads/made-up-calls';
import { newLedgerUrl, openPostgresTestLedger } from '../../support/postgres/postgres';
import { runSql } from '../../support/postgres/postgres-server';
import { repositoryRoot } from '../../support/machine/repository';

const ACCOUNTS = Array.from({ length: 12 }, (_, index) => `brand-${String(index)}`);
const CALLS = 30;

describe('a PostgreSQL ledger with the partitions of docs/scale.md', function () {
	this.timeout(60_000);
	let url: string;
	let schema: string;
	let store: LedgerStore;

	before(async () => {
		url = await newLedgerUrl();
		schema = new URL(url).searchParams.get('schema') ?? '';
		await (await openPostgresTestLedger({ url, clock: Date.now })).close();
		await runSql(url, partitionsOf(readFileSync(join(repositoryRoot(), 'docs', 'scale.md'), 'utf8'), schema));
		store = await openPostgresTestLedger({ url, clock: Date.now });
		for (const account of ACCOUNTS) await store.commit(account, [openAccount(), grant('first', 1000)]);
	});
	after(() => store.close());

	it('spends, refuses keys that come again with something else, and proves what it did', async () => {
		const commits = new GroupCommit(store);
		await Promise.all(ACCOUNTS.flatMap((account) => Array.from({ length: CALLS }, (_, number) => live(commits, account, number))));

		const expected = Array.from({ length: CALLS }, (_, number) => madeUpCall('p', number).charge).reduce((sum, charge) => sum + charge, 0);
		for (const account of ACCOUNTS) {
			const balances = (await store.materialised(account))?.grants ?? [];
			expect(balances.map(({ settledMicro, heldMicro }) => [settledMicro, heldMicro])).to.deep.equal([[credits(expected), 0n]]);
			const [again] = await store.commit(account, [reserve('p-0', 999, { fingerprint: 'another request' })]);
			expect(again).to.deep.include({ kind: 'fault' });
		}
		expect(await verifyLedger(store)).to.deep.include({ ok: true, violations: [] });
	});

	it('has its rows in all four parts, found by their indexes', async () => {
		const rows = await runSql(url, `SELECT tableoid::regclass::text AS part, count(*)::int AS rows FROM "${schema}".entries GROUP BY 1`);
		expect(rows).to.have.length(4);
		expect(rows.every(({ rows: count }) => Number(count) > 0)).to.equal(true);
		const indexes = await runSql(
			url,
			`SELECT indexname FROM pg_indexes WHERE schemaname = '${schema}' AND tablename IN ('entries_0', 'holds_0')`,
		);
		expect(indexes.length).to.equal(6);
	});
});

async function live(commits: GroupCommit, account: string, number: number): Promise<void> {
	const call = madeUpCall('p', number);
	const held = await commits.submit(account, call.reserve);
	if (held.kind !== 'reserved') throw new Error(`Reserving gave ${held.kind}.`);
	await commits.submit(account, call.close(held.hold.seq));
}

function partitionsOf(document: string, schema: string): string {
	const [, block] = /```sql\n(ALTER TABLE llm_credits\.entries[\s\S]*?)```/.exec(document) ?? [];
	if (!block) throw new Error('docs/scale.md has no SQL for partitions.');
	return block.replaceAll('llm_credits.', `"${schema}".`);
}
