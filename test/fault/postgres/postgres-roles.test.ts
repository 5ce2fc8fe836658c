/** The roles of docs/postgres.md, made by its own SQL, each trying what it may not do. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENTRY_KINDS } from '../../../lib/core/journal/journal';
import type { Command } from '../../../lib/core/nouns/commands';
import { shownPerson } from '../../../lib/core/nouns/person';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import type { LedgerStore } from '../../../lib/ledger/store';
import { until } from '../../support/machine/child';
import { faultOf } from '../../support/machine/error-code';
import { credits, expectKind, expire, grant, openAccount, release, reserve, settle, voidGrant } from '../../support/ledger/ledger-commands';
import { newLedgerUrl, openPostgresTestLedger } from '../../support/postgres/postgres';
import { runSql } from '../../support/postgres/postgres-server';
import { repositoryRoot } from '../../support/machine/repository';

const ACCOUNT = 'acme';
/** What spending and the passing of time write; all other entries are administration. */
const SPENDING: readonly string[] = [
	'grant_expired',
	'overdraft_repaid',
	'reserved',
	'refused',
	'settled',
	'released',
	'hold_expired',
	'admin_denied',
	'alerted',
	'alerts_rearmed',
	'alerts_claimed',
	'account_frozen',
];
const ROLES = ['reader', 'spender', 'admin'] as const;
type Role = (typeof ROLES)[number];

describe('the database roles of a PostgreSQL ledger', function () {
	this.timeout(30_000);
	let url: string;
	let schema: string;
	let owner: LedgerStore;
	const opened: LedgerStore[] = [];

	const addressOf = (role: Role): string => {
		const address = new URL(url);
		address.username = `${schema}_${role}`;
		return address.href;
	};
	const openAs = async (role: Role): Promise<LedgerStore> => {
		const store = await openPostgresTestLedger({ url: addressOf(role), clock: Date.now });
		opened.push(store);
		return store;
	};

	before(async () => {
		url = await newLedgerUrl();
		schema = new URL(url).searchParams.get('schema') ?? '';
		owner = await openPostgresTestLedger({ url, clock: Date.now });
		await runSql(url, rolesOf(readFileSync(join(repositoryRoot(), 'docs', 'postgres.md'), 'utf8'), schema));
		await runSql(url, ...ROLES.map((role) => `ALTER ROLE ${schema}_${role} LOGIN`));
		await (await openAs('admin')).commit(ACCOUNT, [openAccount(), grant('g', 100)]);
	});

	after(async () => {
		const { violations } = await verifyLedger(owner);
		await Promise.all([...opened, owner].map((store) => store.close()));
		await runSql(url, `DROP SCHEMA ${schema} CASCADE`, ...ROLES.map((role) => `DROP ROLE ${schema}_${role}`));
		expect(violations).to.deep.equal([]);
	});

	it('let a spender spend, and nothing else: its other commands fail and leave nothing', async () => {
		const spender = await openAs('spender');
		expect(expectKind((await spender.commit(ACCOUNT, [openAccount()]))[0], 'account').isReplayed).to.equal(true);
		const labels = { campaign: 'spring' };
		const [first, second, third] = (
			await spender.commit(
				ACCOUNT,
				['a', 'b', 'c'].map((key) => reserve(key, 5, { labels, person: `${key}@example.com` })),
			)
		).map((outcome) => expectKind(outcome, 'reserved').hold.seq);
		const keptUntilMs = Date.now() + 200;
		await spender.commit(ACCOUNT, [
			settle(first!, 7, { result: { text: 'kept', keptUntilMs } }),
			release(second!),
			expire(third!),
			settle(third!, 1),
			reserve('too much', 900),
		]);
		// The server's clock says when that is over, whatever is asked for.
		const isPurged = async (): Promise<true | null> => ((await spender.purgeResults(Date.now())) === 1 ? true : null);
		await until(isPurged, { timeoutMs: 10_000, describe: () => 'the kept answer was not removed' });
		const answer = { key: 'aa', campaign: 'spring', node: 'n', text: 'kept', storedAtMs: keptUntilMs - 9, keptUntilMs, costMicro: 1n };
		const hers = { ...answer, key: 'bb', person: 'a@example.com' };
		const saving = { day: '2026-04-08', campaign: 'spring', calls: 1, savedMicro: 1n };
		const use = { key: 'aa', atMs: keptUntilMs };
		for (let again = 0; again < 2; again += 1) await spender.answers.write(ACCOUNT, { kept: [answer], used: [use], saved: [saving] });
		expect(await spender.answers.find(ACCOUNT, 'aa', keptUntilMs - 1)).to.deep.equal(answer);
		expect(await spender.answers.trim(ACCOUNT, { maxAnswers: 0, maxBytes: 0 })).to.equal(1);
		await spender.answers.write(ACCOUNT, { kept: [answer], used: [], saved: [] });
		await spender.answers.write(ACCOUNT, { kept: [hers], used: [], saved: [] });
		expect([await spender.answers.clear(ACCOUNT, {}), await spender.answers.purge(keptUntilMs)]).to.deep.equal([2, 0]);
		const before = (await owner.materialised(ACCOUNT))?.account;
		const forbidden: readonly Command[] = [
			grant('more', 1),
			voidGrant('v', 2),
			{ kind: 'change_account', key: 'change', plan: 'trial' },
			{
				kind: 'claim_promotion',
				key: 'p',
				promotion: {
					id: 'intro',
					amountMicro: 1n,
					window: { fromMs: 0, untilMs: Date.now() * 2 },
					expiry: { days: 1, rule: 'exact' },
					priority: 1,
				},
			},
			{ kind: 'refund', key: 'r', holdSeq: first!, amountMicro: 1n, renews: false },
			{ kind: 'forget_person', person: 'a@example.com', salt: 'aa' },
			{ kind: 'set_text', key: 'st', name: 'compliance', text: 'x' },
			{ kind: 'set_languages', key: 'sl', languages: ['en'] },
			{ kind: 'set_cache_limits', key: 'sc', limits: { maxAnswers: 0, maxBytes: 0 } },
		];
		for (const command of forbidden) {
			const fault = await faultOf(spender.commit(ACCOUNT, [command]));
			expect([command.kind, fault.code]).to.deep.equal([command.kind, 'ledger_read_only']);
			expect(fault.message).to.match(/docs\/postgres\.md/);
		}
		expect((await faultOf(spender.commit('other', [openAccount()]))).code).to.equal('ledger_read_only');
		expect((await owner.materialised(ACCOUNT))?.account).to.deep.equal(before);
	});

	it('let one forbidden command of a batch fail alone', async () => {
		const spender = await openAs('spender');
		const outcomes = await spender.commit(ACCOUNT, [reserve('d', 1), grant('more', 1), reserve('e', 1)]);
		expect(outcomes.map((outcome) => (outcome.kind === 'fault' ? outcome.error.code : outcome.kind))).to.deep.equal([
			'reserved',
			'ledger_read_only',
			'reserved',
		]);
	});

	it('let a reader read everything, and nothing else', async () => {
		const reader = await openAs('reader');
		expect((await reader.snapshot(ACCOUNT)).grants).to.have.length(1);
		expect((await reader.profile(ACCOUNT))?.account.id).to.equal(ACCOUNT);
		expect((await reader.answers.summary(ACCOUNT)).groups).to.deep.equal([]);
		expect((await verifyLedger(reader)).violations).to.deep.equal([]);
		for (const command of [reserve('z', 1), release(3), grant('g', 100), openAccount()]) {
			expect((await faultOf(reader.commit(ACCOUNT, [command]))).code).to.equal('ledger_read_only');
		}
		for (const call of [reader.purgeResults(0), reader.answers.clear(ACCOUNT, {}), reader.answers.purge(0)])
			expect((await faultOf(call)).code).to.equal('ledger_read_only');
	});

	it('let a reader be kept from names, and read everything else', async () => {
		const reader = await openAs('reader');
		const [hold] = await reader.holds(ACCOUNT, { afterSeq: 0, limit: 1, state: null });
		const held = [hold?.person ?? ''];
		expect((await reader.names.find(ACCOUNT, held))?.[0]?.name).to.equal('a@example.com');
		await runSql(url, rolesOf(readFileSync(join(repositoryRoot(), 'docs', 'postgres.md'), 'utf8'), schema, 1));
		expect(await reader.names.find(ACCOUNT, held)).to.equal(null);
		expect(shownPerson(held[0] ?? '', null)).to.match(/^person-/);
		await runSql(addressOf('reader'), `SELECT name FROM ${schema}.persons`).then(
			() => expect.fail('names were read'),
			(error: unknown) => expect((error as { code?: string }).code).to.equal('42501'),
		);
		expect((await reader.snapshot(ACCOUNT)).grants).to.have.length(1);
		expect((await verifyLedger(reader)).violations).to.deep.equal([]);
	});

	it('let an admin do everything but change what was written', async () => {
		const admin = await openAs('admin');
		const [second] = await admin.commit(ACCOUNT, [grant('second', 10)]);
		const { seq } = expectKind(second, 'granted').grant;
		const outcomes = await admin.commit(ACCOUNT, [
			voidGrant('v', seq),
			{ kind: 'change_account', key: 'rename', name: 'Acme & Co' },
			reserve('admin', 1),
			{ kind: 'set_text', key: 't1', name: 'compliance', text: 'Promise nothing.' },
			{ kind: 'set_text', key: 't2', name: 'season', text: 'Spring' },
			{ kind: 'set_languages', key: 'tongues', languages: ['en'] },
			{ kind: 'set_cache_limits', key: 'limits', limits: { maxAnswers: 9, maxBytes: 9 } },
		]);
		expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['voided', 'account', 'reserved', 'account', 'account', 'account', 'account']);
		await admin.commit(ACCOUNT, [{ kind: 'remove_text', key: 't3', name: 'season' }]);
		const hers = {
			key: 'cc',
			campaign: '',
			node: '',
			text: 'kept',
			storedAtMs: 0,
			keptUntilMs: Date.now() * 2,
			costMicro: 1n,
			person: 'b@example.com',
		};
		await admin.answers.write(ACCOUNT, { kept: [hers], used: [], saved: [] });
		const [forgotten] = await admin.commit(ACCOUNT, [{ kind: 'forget_person', person: 'b@example.com', salt: 'aa' }]);
		expect(expectKind(forgotten, 'forgotten').answers).to.equal(1);
		expect((await admin.answers.summary(ACCOUNT)).groups).to.deep.equal([]);
		expect([...((await (await openAs('spender')).profile(ACCOUNT))?.texts ?? [])]).to.deep.equal([['compliance', 'Promise nothing.']]);
		expect((await owner.materialised(ACCOUNT))?.grants.map(({ isVoided }) => isVoided)).to.deep.equal([false, true]);
	});

	/** Statements by hand; each is refused with one of these states: not allowed, or against a check of the table. */
	const byHand: readonly (readonly [roles: readonly Role[], statement: string])[] = [
		[['reader', 'spender', 'admin'], "UPDATE entries SET body = '{}'"],
		[['reader', 'spender', 'admin'], 'DELETE FROM entries'],
		[['reader', 'spender', 'admin'], 'TRUNCATE entries'],
		[['reader', 'spender', 'admin'], 'UPDATE grants SET amount_micro = 999999999999'],
		[['reader', 'spender', 'admin'], 'DELETE FROM grants'],
		[['reader', 'spender', 'admin'], 'UPDATE grant_balances SET amount_micro = 999999999999'],
		[['reader', 'spender', 'admin'], 'UPDATE grant_balances SET remaining_micro = remaining_micro + 1'],
		[['reader', 'spender', 'admin'], 'DELETE FROM grant_balances'],
		[['reader', 'spender', 'admin'], 'DELETE FROM holds'],
		[['reader', 'spender', 'admin'], 'DELETE FROM accounts'],
		[['reader', 'spender', 'admin'], 'DELETE FROM usage_days'],
		[['reader', 'spender', 'admin'], 'DROP TABLE entries'],
		[['reader', 'spender', 'admin'], 'ALTER TABLE entries DISABLE ROW LEVEL SECURITY'],
		[['reader', 'spender', 'admin'], 'UPDATE ledger_version SET version = 0'],
		[['reader', 'spender', 'admin'], "UPDATE accounts SET public_id = 'mine'"],
		[['reader', 'spender'], 'UPDATE accounts SET plan = 0'],
		[['reader', 'spender'], 'UPDATE accounts SET settings = NULL'],
		[['reader', 'spender'], 'UPDATE grant_balances SET is_voided = 0'],
		[
			['reader', 'spender'],
			'INSERT INTO grants (account, seq, category, amount_micro, priority, effective_at_ms) VALUES (1, 900, 1, 5, 1, 0)',
		],
		[
			['reader', 'spender'],
			'INSERT INTO grant_balances (account, seq, amount_micro, remaining_micro, held_micro, settled_micro, expired_micro, voided_micro, is_voided) VALUES (1, 900, 5, 5, 0, 0, 0, 0, 0)',
		],
		[
			['reader', 'spender'],
			"INSERT INTO accounts (public_id, name, time_zone, plan, unconfirmed_policy, overdraft_micro, last_at_ms, last_seq, chain_hash) VALUES ('x', 'x', 'UTC', 0, 0, 0, 0, 0, '')",
		],
		...[...ENTRY_KINDS.entries()]
			.filter(([, kind]) => !SPENDING.includes(kind))
			.map(
				([number]) =>
					[
						['reader', 'spender'],
						`INSERT INTO entries (account, seq, at_ms, kind, body, hash) VALUES (1, 900, 0, ${number}, '{}', '')`,
					] as const,
			),
		[['reader'], 'UPDATE accounts SET overdraft_micro = 0'],
		[['reader'], 'SELECT FROM accounts FOR UPDATE'],
		[['reader', 'spender'], "INSERT INTO account_texts VALUES (1, 'compliance', 'Promise everything.')"],
		[['reader', 'spender'], "UPDATE account_texts SET text = ''"],
		[['reader', 'spender'], 'DELETE FROM account_texts'],
		[['reader', 'spender', 'admin'], 'DELETE FROM answer_savings'],
		[['reader', 'spender', 'admin'], 'DELETE FROM check_days'],
		[['reader'], 'UPDATE check_days SET items = 0'],
		[['reader'], 'DELETE FROM kept_results'],
		[['reader'], 'DELETE FROM cached_answers'],
		[['reader'], 'UPDATE answer_savings SET calls = 0'],
		[['reader'], "INSERT INTO persons VALUES (1, '~', 'x', 0)"],
		[['reader', 'spender'], 'DELETE FROM persons'],
		[['reader', 'spender', 'admin'], "UPDATE persons SET name = 'x'"],
		[['reader', 'spender'], "UPDATE accounts SET person_key = ''"],
	];

	for (const role of ROLES) {
		it(`keep ${role === 'admin' ? 'an' : 'a'} ${role} from doing by hand what it may not`, async () => {
			for (const [roles, statement] of byHand) {
				if (!roles.includes(role)) continue;
				const state = await runSql(addressOf(role), `SET search_path = ${schema}`, statement).then(
					() => 'was done',
					(error: unknown) => (error as { code?: string }).code,
				);
				expect(['42501', '23514'], `${role}: ${statement}: ${String(state)}`).to.include(state);
			}
			expect((await owner.materialised(ACCOUNT))?.grants[0]?.amountMicro).to.equal(credits(100));
		});
	}
});

/** A block of SQL in the document, the first by default, for another schema and roles of its own. */
function rolesOf(document: string, schema: string, nth = 0): string {
	const block = [...document.matchAll(/```sql\n([\s\S]*?)```/g)][nth]?.[1];
	if (!block) throw new Error('docs/postgres.md has no SQL for the roles.');
	return block.replace(/llm_credits_(reader|spender|admin)/g, `${schema}_$1`).replace(/\bllm_credits\b/g, schema);
}
