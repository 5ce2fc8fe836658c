/** A batch reads what it needs, however many calls the account has made: rows are counted by the server, not the time. */
import { expect } from 'chai';
import type { LedgerStore } from '../../../lib/ledger/store';
import { expectKind, grant, openAccount, reserve, settle } from '../../support/ledger/ledger-commands';
import { newLedgerUrl, openPostgresTestLedger } from '../../support/postgres/postgres';
import { runSql } from '../../support/postgres/postgres-server';

const ACCOUNT = 'acme';
const BATCH = 50;
const GROWTH = 40;

describe('a PostgreSQL ledger that grows', function () {
	this.timeout(60_000);

	it('reads no more rows for a batch than when it was small', async () => {
		const url = await newLedgerUrl();
		const schema = new URL(url).searchParams.get('schema') ?? '';
		// The plans of a connection are made while the tables are empty, and kept.
		const store = await openPostgresTestLedger({ url, clock: Date.now, poolSize: 1 });
		await store.commit(ACCOUNT, [openAccount(), grant('g', 1_000_000)]);
		for (let round = 0; round < GROWTH; round += 1) await callBatch(store, `r${round}`);
		// A connection that ends tells the server's statistics what it has read.
		await store.close();
		const all = await rowsRead(url, schema);
		const late = await openPostgresTestLedger({ url, clock: Date.now, poolSize: 1 });
		await callBatch(late, 'late');
		await late.close();
		const one = (await rowsRead(url, schema)) - all;
		console.log(`      ${Math.round(all / GROWTH)} rows for a batch on the way to ${GROWTH * BATCH} calls, ${one} for one more`);
		expect(all / GROWTH).to.be.lessThan(BATCH * 15);
		expect(one).to.be.lessThan(BATCH * 15);
	});
});

async function callBatch(store: LedgerStore, name: string): Promise<void> {
	const keys = Array.from({ length: BATCH }, (_, index) => `${name}-${index}`);
	const reserved = await store.commit(
		ACCOUNT,
		keys.map((key) => reserve(key, 1, { labels: { campaign: 'spring' } })),
	);
	const seqs = reserved.map((outcome) => expectKind(outcome, 'reserved').hold.seq);
	await store.commit(
		ACCOUNT,
		seqs.map((seq) => settle(seq, 1)),
	);
}

/** Rows of the ledger's tables that were read so far, by an index or without. */
async function rowsRead(url: string, schema: string): Promise<number> {
	const [row] = await runSql(
		url,
		`SELECT (sum(seq_tup_read) + sum(idx_tup_fetch))::float8 AS rows FROM pg_stat_user_tables WHERE schemaname = '${schema}'`,
	);
	return Number(row?.['rows']);
}
