/** A ledger that is moved is the same ledger in another place, to the last hash; the old one can be read and never spent on. */
import { expect } from 'chai';
import Database from 'better-sqlite3';
import { LedgerAccount } from '../../lib/engine/account/ledger-account';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../lib/ledger/group-commit';
import type { LedgerStore } from '../../lib/ledger/store';
import { LEDGER_TABLES } from '../../lib/ledger/tables';
import { item, makeAction, makeWorld } from '../support/scenarios/action-world';
import { faultOf } from '../support/machine/error-code';
import { expectKind, grant, release, reserve, settle } from '../support/ledger/ledger-commands';
import { POSTGRES, SQLITE, type LedgerKind } from '../support/ledger/ledger-places';
import { ManualClock } from '../support/machine/manual-clock';
import { contentOf, expectMoved, fill, move, OTHER_ACCOUNT } from '../support/ledger/moving';
import { newLedgerUrl, openPostgresTestLedger } from '../support/postgres/postgres';
import { runSql } from '../support/postgres/postgres-server';
import { answer, ScriptedProvider } from '../support/provider/scripted-provider';
import { newLedgerPath, openTestLedger } from '../support/ledger/sqlite-ledger';

/** What a store keeps in its own way: numbers that it gives out, sets of labels, the mark, and values that are derived. */
const INNER = [
	'*.account',
	'accounts.id',
	'label_sets.*',
	'account_settings.*',
	'ledger_version.*',
	'ledger_move.*',
	'ledger_tries.*',
	'grant_balances.is_exhausted',
];
/** Columns that only some stores need to have. */
const DERIVED = ['accounts.settings', 'grant_balances.amount_micro'];

const LISTED = LEDGER_TABLES.flatMap(({ name, columns }) => Object.keys(columns).map((column) => `${name}.${column}`));

function copiedOf(columns: readonly string[]): string[] {
	const isInner = (column: string): boolean =>
		INNER.includes(column) || INNER.includes(column.replace(/\..*/, '.*')) || INNER.includes(column.replace(/.*\./, '*.'));
	return columns.filter((column) => !isInner(column)).sort();
}

async function columnsOfFile(): Promise<string[]> {
	const path = newLedgerPath();
	await (await openTestLedger({ path, clock: Date.now })).close();
	const db = new Database(path, { readonly: true });
	const rows = db
		.prepare("SELECT m.name || '.' || c.name AS name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'")
		.all() as { name: string }[];
	db.close();
	return rows.map(({ name }) => name);
}

async function columnsOfServer(): Promise<string[]> {
	const url = await newLedgerUrl();
	await (await openPostgresTestLedger({ url, clock: Date.now })).close();
	const schema = new URL(url).searchParams.get('schema') ?? '';
	const rows = await runSql(
		url,
		`SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = '${schema}'`,
	);
	return rows.map((row) => String(row['name']));
}

describe('the list of tables that are copied', function () {
	this.timeout(30_000);

	for (const [name, columnsOf] of [
		['SQLite', columnsOfFile],
		['PostgreSQL', columnsOfServer],
	] as const) {
		it(`has every table and column of ${name}; add a new one to lib/ledger/tables.ts`, async () => {
			const columns = await columnsOf();
			const isHere = (column: string): boolean => !DERIVED.includes(column) || columns.includes(column);
			expect(copiedOf(columns)).to.deep.equal(LISTED.filter(isHere).sort());
		});
	}
});

const PAIRS: readonly (readonly [LedgerKind, LedgerKind])[] = [
	[SQLITE, POSTGRES],
	[POSTGRES, SQLITE],
	[SQLITE, SQLITE],
	[POSTGRES, POSTGRES],
];

for (const [from, to] of PAIRS) {
	describe(`a ledger moved from ${from.name} to ${to.name}`, function () {
		this.timeout(60_000);
		const clock = new ManualClock();
		let source: LedgerStore;
		/** Another process that has the old ledger open all the time. */
		let onlooker: LedgerStore;
		let target: LedgerStore;
		let open: number[];

		before(async () => {
			const place = await from.newPlace();
			source = await place(clock.read);
			onlooker = await place(clock.read);
			target = await (await to.newPlace())(clock.read);
			open = await fill(source, clock);
		});
		after(() => Promise.all([source, onlooker, target].map((store) => store.close())));

		it('has every row, and every table had some', async () => {
			const before = await contentOf(source);
			const tables = LEDGER_TABLES.map(({ name }) => Object.entries(before).filter(([key]) => key.endsWith(` ${name}`)));
			expect(tables.filter((found) => found.every(([, rows]) => (rows as unknown[]).length === 0))).to.deep.equal([]);
			const { isNew, openCalls, rows } = await move({ source, target, clock: clock.read });
			const underWay = (await source.holds('acme', { afterSeq: 0, limit: 1000, state: 'open' })).filter(
				({ timeoutAtMs }) => timeoutAtMs > clock.nowMs,
			);
			expect([isNew, openCalls, rows.get('accounts')]).to.deep.equal([true, underWay.length + open.length, 2]);
			await expectMoved(source, target);
			expect(await contentOf(target)).to.deep.equal(before);
		});

		it('says on the old one where it went, in whichever process, and goes on reading there', async () => {
			for (const store of [source, onlooker]) {
				for (const command of [grant('new', 1), reserve('new', 1), settle(open[0]!, 1), release(open[0]!)]) {
					const fault = await faultOf(store.commit(OTHER_ACCOUNT, [command]));
					expect(fault.code).to.equal('ledger_moved');
					expect(fault.message)
						.to.contain(target.location.replace(/\/\/.*@/, '//'))
						.and.match(/was moved to .*credential in n8n.*config node/);
				}
			}
			expect(await faultOf(source.commit('a new one', [grant('new', 1)]))).to.have.property('code', 'ledger_moved');
			expect((await verifyLedger(onlooker)).violations).to.deep.equal([]);
			expect((await onlooker.snapshot(OTHER_ACCOUNT)).grants).to.have.length(1);
		});

		it('lets the items of a host that still uses the old one take their fallback, and tells them where the ledger went', async () => {
			const world = await makeWorld('0');
			const { timing } = world.time;
			const old = new LedgerAccount({ accountId: OTHER_ACCOUNT, store: onlooker, commits: new GroupCommit(onlooker), timing });
			const provider = new ScriptedProvider(() => answer('{"message":"Hello"}'));
			const { route, attributes, llmCredits } = await makeAction({ ...world, ledger: old }, provider).runOne(item('late'));
			expect([route, attributes, llmCredits.reason]).to.deep.equal(['fallback', { message: 'Hi' }, 'ledger_unavailable']);
			expect(llmCredits.message).to.match(/was moved to .*credential in n8n.*config node/);
			expect(provider.requests).to.have.length(0);
		});

		it('knows the keys that were used', async () => {
			const { hold } = expectKind((await target.commit(OTHER_ACCOUNT, [reserve('kept', 5, { labels: { campaign: 'x' } })]))[0], 'reserved');
			expect([hold.seq, hold.state]).to.deep.equal([4, 'settled']);
			expect(await target.keptResult(OTHER_ACCOUNT, 4))
				.to.equal(await source.keptResult(OTHER_ACCOUNT, 4))
				.and.not.equal(null);
		});

		it('settles on the new one what was under way, and goes on', async () => {
			expectKind((await target.commit(OTHER_ACCOUNT, [settle(open[0]!, 2)]))[0], 'closed');
			clock.advance(3_600_000);
			expect(expectKind((await target.commit(OTHER_ACCOUNT, [settle(open[1]!, 2)]))[0], 'closed').hold.isLate).to.equal(true);
			expectKind((await target.commit(OTHER_ACCOUNT, [reserve('after', 1, { labels: { campaign: 'y' } })]))[0], 'reserved');
			expect((await verifyLedger(target)).violations).to.deep.equal([]);
		});

		it('is done when it is moved again, and changes nothing', async () => {
			expect(await move({ source, target, clock: clock.read })).to.deep.include({ isNew: false, openCalls: 0 });
			expect((await verifyLedger(target)).violations).to.deep.equal([]);
		});
	});
}
