/** Somebody changes limits, counters or refunds in the file: the proof finds it and names it, even when the hashes were made to fit. */
import { expect } from 'chai';
import type { Database } from 'better-sqlite3';
import { copyFileSync } from 'node:fs';
import { chainHash } from '../../../lib/core/journal/journal';
import type { CarriedKey } from '../../../lib/core/proof/verify-keys';
import { JournalVerifier, type Violation } from '../../../lib/core/proof/verify';
import { verifyLedger, type Verification } from '../../../lib/engine/moving/verify-ledger';
import { openFile } from '../../../lib/ledger/sqlite/file/connection';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import type { LedgerStore } from '../../../lib/ledger/store';
import { expire, grant, openAccount, refund, reserve, setBudget, setFloor, settle } from '../../support/ledger/ledger-commands';
import { newLedgerPath, openTestLedger } from '../../support/ledger/sqlite-ledger';

const ACCOUNT = 'acme';
const clock = (): number => Date.UTC(2026, 3, 8, 12);
const SPRING = { labels: { campaign: 'spring' } };

/** Entries 1–4 are the account, credits, a budget and a floor; h5 is settled (7) and refunded (9), h6 settled (8); 10 is a refusal, 11 the alert of it. */
async function honestLedger(): Promise<string> {
	const path = newLedgerPath();
	const store = await openTestLedger({ path, clock });
	await store.commit(ACCOUNT, [
		openAccount(),
		grant('g', 50),
		setBudget('b', { name: 'spring', scope: 'campaign', period: 'total', limit: 20 }),
		setFloor('f', { name: 'vip', label: 'segment', exempt: ['gold'], floor: 5 }),
		reserve('h5', 8, SPRING),
		reserve('h6', 8, SPRING),
		settle(5, 8),
		settle(6, 7),
		refund('r', 5, 3),
		reserve('x', 19, SPRING),
	]);
	await store.close();
	return path;
}

async function proofOf(path: string): Promise<Verification> {
	const store = await openTestLedger({ path, clock });
	try {
		return await verifyLedger(store);
	} finally {
		await store.close();
	}
}

/** A refund of h6 as a new last entry, by somebody who knows the form of entries. */
const FAKED = `INSERT INTO entries SELECT account, 12, at_ms, kind, X'01', X'02', label_set, person,
	'{"a":"7000000","b":"2:7000000","h":6,"n":"0","o":"0","p":"0","r":"7000000","t":' || at_ms || ',"x":"7000000"}', hash FROM entries WHERE seq = 9;
	UPDATE accounts SET last_seq = 12; UPDATE holds SET closed_seq = 12 WHERE seq = 6;
	UPDATE grant_balances SET settled_micro = settled_micro - 7000000, remaining_micro = remaining_micro + 7000000;
	UPDATE budget_counters SET settled_micro = settled_micro - 7000000; UPDATE usage_days SET charged_micro = charged_micro - 7000000`;

type Tampering = readonly [what: string, sql: string, code: Violation['code'], word: string];

const TAMPERINGS: readonly Tampering[] = [
	['a counter that lost a settled call', 'UPDATE budget_counters SET settled_micro = 0', 'budget_differs', 'spring'],
	['a counter with something held', 'UPDATE budget_counters SET held_micro = 1', 'budget_differs', 'spring'],
	['a counter of another value', `UPDATE budget_counters SET value = 'autumn'`, 'budget_differs', 'autumn'],
	['a deleted counter', 'DELETE FROM budget_counters', 'budget_differs', 'spring'],
	[
		'an invented counter',
		`INSERT INTO budget_counters SELECT account, 99, '', 'x', 0, 1, NULL, 0 FROM budget_counters`,
		'budget_differs',
		'99/',
	],
	['room that is kept free for nobody', 'UPDATE budget_counters SET reach_micro = 5', 'budget_differs', 'spring'],
	['a budget that was never warned of', 'UPDATE budget_counters SET reached_room_micro = NULL', 'budget_differs', 'spring'],
	[
		'a higher limit',
		`UPDATE account_settings SET settings = replace(settings, '"limitMicro":"20000000"', '"limitMicro":"90000000"')`,
		'account_differs',
		'settings',
	],
	['shadow mode', `UPDATE account_settings SET settings = replace(settings, 'enforce"', 'shadow"')`, 'account_differs', 'settings'],
	[
		'a removed floor',
		`UPDATE account_settings SET settings = json_replace(settings, '$.floors', json('[]'))`,
		'account_differs',
		'settings',
	],
	['no settings at all', 'DELETE FROM account_settings', 'account_differs', 'settings'],
	[
		'a higher limit in the journal',
		`UPDATE entries SET body = replace(body, '20000000', '90000000') WHERE seq = 3`,
		'chain_broken',
		'Entry 3',
	],
	[
		'another limit that is said to have refused',
		`UPDATE entries SET body = replace(body, 'spring', 'autumn') WHERE seq = 10`,
		'chain_broken',
		'Entry 10',
	],
	['a larger refund', `UPDATE entries SET body = replace(body, '3000000', '8000000') WHERE seq = 9`, 'chain_broken', 'Entry 9'],
	['a refund that is forgotten in its hold', 'UPDATE holds SET closed_seq = 7 WHERE seq = 5', 'hold_differs', 'closedSeq'],
	['a refund that is told of another hold', 'UPDATE holds SET closed_seq = 9 WHERE seq = 6', 'hold_differs', 'h6'],
	['a faked refund', FAKED, 'chain_broken', 'Entry 12'],
	['a faked refund that is not in the balances', FAKED.split(';').slice(0, 3).join(';'), 'grant_differs', 'g2'],
];

/** Changes of entries whose hashes are made to fit afterwards: only what they say gives them away. */
const FORGERIES: readonly Tampering[] = [
	['a refund twice', `${FAKED}; UPDATE entries SET body = replace(body, '"h":6', '"h":5') WHERE seq = 12`, 'entry_impossible', 'Entry 12'],
	[
		'a refund of more than the call cost',
		`UPDATE entries SET body = replace(replace(body, '"x":"3000000"', '"x":"9000000"'), '"r":"3000000"', '"r":"9000000"') WHERE seq = 9`,
		'entry_impossible',
		'something else than its amount',
	],
	[
		'a refund that makes the call dearer',
		`UPDATE entries SET body = replace(body, '"a":"8000000"', '"a":"80000000"') WHERE seq = 9`,
		'entry_impossible',
		'another cost of h5',
	],
	[
		'a refund that invents credits',
		`UPDATE entries SET body = replace(body, '"n":"0"', '"n":"5000000"') WHERE seq = 9`,
		'entry_impossible',
		'something else than its amount',
	],
	[
		'a refund to a call that is not settled',
		`${FAKED}; UPDATE entries SET body = replace(body, '"h":6', '"h":4') WHERE seq = 12`,
		'entry_impossible',
		'h4',
	],
	['a refund that is not in the balances', FAKED.split(';').slice(0, 3).join(';'), 'grant_differs', 'g2'],
	['a refund that is not in the counters', FAKED.split(';').slice(0, 4).join(';'), 'budget_differs', 'spring'],
	['a higher limit', `UPDATE entries SET body = replace(body, '20000000', '90000000') WHERE seq = 3`, 'account_differs', 'settings'],
	['a reservation that no budget counts', `UPDATE entries SET body = json_remove(body, '$.b') WHERE seq = 6`, 'budget_differs', 'spring'],
];

/** Gives every entry the hash that fits it. */
async function reseal(path: string): Promise<void> {
	const store = await openTestLedger({ path, clock });
	const entries = await store.entries(ACCOUNT, { afterSeq: 0, limit: 100 });
	await store.close();
	change(path, (db) => {
		let previous = '';
		for (const entry of entries) {
			previous = chainHash(previous, entry);
			db.prepare('UPDATE entries SET hash = ? WHERE seq = ?').run(Buffer.from(previous, 'hex'), entry.seq);
		}
		db.prepare('UPDATE accounts SET chain_hash = ?').run(Buffer.from(previous, 'hex'));
	});
}

function change(path: string, act: (db: Database) => void): void {
	const db = openFile(path);
	const before = db.prepare('SELECT total_changes()').pluck().get();
	act(db);
	expect(db.prepare('SELECT total_changes()').pluck().get(), 'nothing was changed').to.not.equal(before);
	db.close();
}

function expectNamed({ ok, violations }: Verification, [, , code, word]: Tampering): void {
	expect(ok).to.equal(false);
	const told = violations.filter((violation) => violation.code === code).map(({ detail }) => detail);
	expect(
		told.some((detail) => detail.includes(word)),
		JSON.stringify(violations, null, 1),
	).to.equal(true);
}

describe('tampering with limits and refunds', () => {
	let honest = '';
	let path = '';
	before(async () => {
		honest = await honestLedger();
	});
	beforeEach(() => {
		path = newLedgerPath();
		copyFileSync(honest, path);
	});

	it('is not seen where there is none, nor where the hashes are made to fit what is true', async () => {
		await reseal(path);
		expect(await proofOf(path)).to.deep.equal({ ok: true, accounts: 1, entries: 11, violations: [] });
	});

	for (const tampering of TAMPERINGS) {
		const [what, sql, code] = tampering;
		it(`${what} is ${code}`, async () => {
			change(path, (db) => db.exec(sql));
			expectNamed(await proofOf(path), tampering);
		});
	}

	for (const forgery of FORGERIES) {
		const [what, sql, code] = forgery;
		it(`${what}, with hashes that fit, is ${code}`, async () => {
			change(path, (db) => db.exec(sql));
			await reseal(path);
			const proof = await proofOf(path);
			expectNamed(proof, forgery);
			expect(proof.violations.map(({ code: found }) => found)).to.not.include('chain_broken');
		});
	}
});

describe('a proof of many calls with few refunds', () => {
	it('looks at every number once, in pages', async () => {
		const memory = openMemoryLedger({ clock });
		await memory.commit(ACCOUNT, [openAccount(), grant('g', 10_000)]);
		const calls = 3000;
		const refunded: number[] = [];
		for (let done = 0; done < calls; done += 250) {
			const keys = Array.from({ length: 250 }, (_, index) => `k${String(done + index)}`);
			const reserved = await memory.commit(
				ACCOUNT,
				keys.map((key) => reserve(key, 1)),
			);
			const seqs = reserved.flatMap((outcome) => (outcome.kind === 'reserved' ? [outcome.hold.seq] : []));
			await memory.commit(
				ACCOUNT,
				seqs.map((seq) => settle(seq, 1)),
			);
			refunded.push(seqs[7]!);
		}
		// Refunded at the very end, when a proof without care would have forgotten them.
		await memory.commit(
			ACCOUNT,
			refunded.map((seq) => refund(`r${String(seq)}`, seq, null)),
		);
		const asked: { readonly afterSeq: number; readonly untilSeq: number }[] = [];
		const watched = new Proxy(memory, {
			get: (store, name: keyof LedgerStore) =>
				name === 'holdMarks'
					? (accountId: string, range: (typeof asked)[number]) => {
							asked.push(range);
							return store.holdMarks(accountId, range);
						}
					: (store[name] as (() => unknown) | undefined)?.bind(store),
		});
		expect((await verifyLedger(watched)).violations).to.deep.equal([]);
		const lastSeq = 2 + 2 * calls + refunded.length;
		const pages = asked.filter(({ afterSeq }) => afterSeq < lastSeq);
		expect(pages.map(({ untilSeq }) => untilSeq)).to.deep.equal([...pages.slice(1).map(({ afterSeq }) => afterSeq), lastSeq]);
		expect(Math.max(...pages.map(({ afterSeq, untilSeq }) => untilSeq - afterSeq))).to.equal(500);
	});

	it('sees when the keys that are found in order are not those of the journal', async () => {
		const memory = openMemoryLedger({ clock });
		await memory.commit(ACCOUNT, [openAccount(), grant('g', 10_000), reserve('a', 1), reserve('b', 1)]);
		const codesWith = async (change: (keys: readonly CarriedKey[]) => readonly CarriedKey[]): Promise<string[]> => {
			const carriedKeys: LedgerStore['carriedKeys'] = async (id, query) => change(await memory.carriedKeys(id, query));
			const watched = new Proxy(memory, {
				get: (store, name: keyof LedgerStore) =>
					name === 'carriedKeys' ? carriedKeys : (store[name] as (() => unknown) | undefined)?.bind(store),
			});
			return (await verifyLedger(watched)).violations.map(({ code }) => code);
		};
		expect(await codesWith((keys) => keys)).to.deep.equal([]);
		expect(await codesWith((keys) => keys.slice(0, -1))).to.deep.equal(['keys_differ']);
		expect(await codesWith((keys) => keys.map((key) => ({ ...key, keyHash: `f${key.keyHash.slice(1)}` })))).to.include('keys_differ');
	});

	it('remembers only calls under way, and refunded ones until their last refund', async () => {
		const memory = openMemoryLedger({ clock });
		await memory.commit(ACCOUNT, [openAccount(), grant('g', 10_000)]);
		const verifier = new JournalVerifier(ACCOUNT);
		let most = 0;
		for (let done = 0; done < 2000; done += 100) {
			const keys = Array.from({ length: 100 }, (_, index) => `k${String(done + index)}`);
			const reserved = await memory.commit(
				ACCOUNT,
				keys.map((key) => reserve(key, 1)),
			);
			const seqs = reserved.flatMap((outcome) => (outcome.kind === 'reserved' ? [outcome.hold.seq] : []));
			await memory.commit(
				ACCOUNT,
				seqs.map((seq, index) => (index % 3 === 0 ? expire(seq) : settle(seq, 1))),
			);
		}
		const refunds = await memory.commit(ACCOUNT, [refund('r', 4, null)]);
		expect(refunds[0]?.kind).to.equal('refunded');
		const lastSeq = (await memory.snapshot(ACCOUNT)).account?.lastSeq ?? 0;
		for (let afterSeq = 0; afterSeq < lastSeq; afterSeq = verifier.lastSeq) {
			const entries = await memory.entries(ACCOUNT, { afterSeq, limit: 200 });
			verifier.addPage(entries, await memory.holdMarks(ACCOUNT, { afterSeq, untilSeq: entries.at(-1)?.seq ?? 0 }));
			most = Math.max(most, verifier.rememberedCalls);
		}
		expect(most).to.be.within(2, 101);
		expect(verifier.rememberedCalls).to.equal(0);
		expect(verifier.violations).to.deep.equal([]);
	});
});
