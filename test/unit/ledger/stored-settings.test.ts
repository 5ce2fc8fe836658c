/** What is read from rows and from the journal is decoded: a field that was not stored has its default, a wrong one is named. */
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { decodeEntry, decodeLabels } from '../../../lib/core/journal/journal';
import { ACCOUNT_SETTINGS, NO_SETTINGS, type AccountSettings } from '../../../lib/core/nouns/settings';
import { CreditError } from '../../../lib/core/values/errors';
import { canonicalJson } from '../../../lib/core/values/idempotency';
import { decodeStored } from '../../../lib/core/values/stored';
import type { LedgerStore } from '../../../lib/ledger/store';
import { EVERY_COMMAND } from '../../support/ledger/every-command';
import { expectKind, grant, openAccount, reserve, setBudget, setFloor, settle } from '../../support/ledger/ledger-commands';
import { ManualClock } from '../../support/machine/manual-clock';
import { newLedgerPath, openTestLedger } from '../../support/ledger/sqlite-ledger';

type Path = readonly string[];
type Tree = Record<string, unknown>;

const isRecord = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every field of a record, nested ones too. */
function pathsOf(value: unknown, above: Path = []): Path[] {
	return isRecord(value) ? Object.entries(value).flatMap(([name, inner]) => [[...above, name], ...pathsOf(inner, [...above, name])]) : [];
}

/** A copy with the field changed, or without it. */
function changed(value: unknown, [name = '', ...rest]: Path, change: (record: Tree, name: string) => void): unknown {
	const copy: Tree = { ...(value as Tree) };
	if (rest.length === 0) change(copy, name);
	else copy[name] = changed(copy[name], rest, change);
	return copy;
}

const without = (value: unknown, path: Path): unknown =>
	changed(value, path, (record, name) => {
		Reflect.deleteProperty(record, name);
	});
const replaced = (value: unknown, path: Path, by: unknown): unknown =>
	changed(value, path, (record, name) => {
		record[name] = by;
	});
const at = (value: unknown, path: Path): unknown => path.reduce((inner: unknown, name) => (inner as Tree)[name], value);

/** No text, no number, no record, and no list of these. */
const NONSENSE = [[1]];
const START = Date.UTC(2026, 10, 2, 9);

/** A ledger whose account has settings of its own in every field that commands set, and the text of its row. */
async function storedSettings(path: string, clock: ManualClock): Promise<{ store: LedgerStore; text: string }> {
	const store = await openTestLedger({ path, clock: clock.read });
	await store.commit('acme', [openAccount(), grant('g', 1000)]);
	await store.commit('acme', [
		setBudget('b', { name: 'b', scope: 'campaign', period: 'day', limit: 500 }),
		setFloor('f', { name: 'f', label: 'segment', exempt: ['vip'], floor: 1 }),
		{ kind: 'set_alerts', key: 'a', alerts: { lowPercents: [11], expiryDays: [2], driftPercent: 33 } },
		{ kind: 'set_cache_limits', key: 'c', limits: { maxAnswers: 7, maxBytes: 70_000 } },
		{ kind: 'set_languages', key: 'l', languages: ['de'] },
	]);
	const db = new Database(path);
	const row = db.prepare('SELECT settings FROM account_settings').get() as { settings: string };
	db.close();
	return { store, text: row.settings };
}

function write(path: string, settings: string): void {
	const db = new Database(path);
	db.prepare('UPDATE account_settings SET settings = ?').run(settings);
	db.close();
}

async function readSettings(store: LedgerStore): Promise<AccountSettings | undefined> {
	return (await store.materialised('acme'))?.account.settings;
}

describe('settings of an account that were stored before a field was added', () => {
	const paths = pathsOf(NO_SETTINGS);

	it('are tried without every field, nested ones too', () => {
		expect(paths.map((path) => path.join('.'))).to.include.members([
			'alerts',
			'alerts.driftPercent',
			'cacheLimits.maxBytes',
			'prices.pinned',
		]);
	});

	for (const missing of paths) {
		it(`have the default of ${missing.join('.')}, all else as it was, and a settled call gives no alert`, async () => {
			const path = newLedgerPath();
			const { store, text } = await storedSettings(path, new ManualClock(START));
			const whole = decodeStored(ACCOUNT_SETTINGS, text, 'the settings');
			write(path, canonicalJson(without(JSON.parse(text), missing)));
			expect(await readSettings(store)).to.deep.equal(replaced(whole, missing, at(NO_SETTINGS, missing)));
			const [made] = await store.commit('acme', [reserve('r', 10, { labels: { campaign: 'spring' } })]);
			const { hold } = expectKind(made, 'reserved');
			const [closed] = await store.commit('acme', [settle(hold.seq, 9)]);
			expectKind(closed, 'closed');
			const entries = await store.entries('acme', { afterSeq: 0, limit: 100 });
			expect(entries.filter(({ body }) => body.kind === 'alerted')).to.deep.equal([]);
			await store.close();
		});

		it(`are named as unreadable where ${missing.join('.')} is nonsense`, async () => {
			const path = newLedgerPath();
			const { store, text } = await storedSettings(path, new ManualClock(START));
			write(path, canonicalJson(replaced(JSON.parse(text), missing, NONSENSE)));
			let problem: unknown = null;
			await readSettings(store).catch((error: unknown) => (problem = error));
			expect(problem).to.be.instanceOf(CreditError).and.include({ code: 'ledger_corrupt' });
			await store.close();
		});
	}
});

describe('bodies of the journal', () => {
	const texts: { readonly kind: string; readonly text: string }[] = [];

	before(async () => {
		const clock = new ManualClock(START);
		const store = await openTestLedger({ clock: clock.read });
		for (const [passMs, commands] of EVERY_COMMAND) {
			clock.advance(passMs);
			await store.commit('acme', commands);
		}
		for (const { body, bodyText } of await store.entries('acme', { afterSeq: 0, limit: 10_000 }))
			texts.push({ kind: body.kind, text: bodyText });
		await store.close();
	});

	it('are refused as ledger_corrupt with any one of their parts of another type, by kind and part', () => {
		const accepted = new Set<string>();
		for (const { kind, text } of texts) {
			const whole: unknown = JSON.parse(text);
			for (const path of pathsOf(whole)) {
				const wrong = JSON.stringify(replaced(whole, path, NONSENSE));
				try {
					decodeEntry(kind as never, wrong);
					accepted.add(`${kind} ${path.join('.')}`);
				} catch (error) {
					expect(error, wrong).to.be.instanceOf(CreditError).and.include({ code: 'ledger_corrupt' });
				}
			}
		}
		expect([...accepted].sort()).to.deep.equal([]);
	});

	it('are refused where they are no record', () => {
		for (const { kind } of texts)
			for (const text of ['[]', '"x"', '3', 'null', '{'])
				expect(() => decodeEntry(kind as never, text), `${kind} ${text}`).to.throw(CreditError, /cannot be read/);
	});
});

describe('labels of the journal', () => {
	it('are texts under known names', () => {
		expect(decodeLabels('{"campaign":"spring","tag":"t"}')).to.deep.equal({ campaign: 'spring', tag: 't' });
		expect(decodeLabels('{"campaign":"spring","of_a_newer_version":"x"}')).to.deep.equal({ campaign: 'spring' });
		for (const text of ['{"campaign":3}', '[]', 'null', '"campaign"', '{"tag":null}', '{'])
			expect(() => decodeLabels(text), text).to.throw(CreditError, /cannot be read/);
	});
});
