/** Owns moving ledgers in tests: a full one to move, short ways to move it, and what both sides are held to. */
import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import type { Command } from '../../../lib/core/nouns/commands';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { moveLedger, sideOf } from '../../../lib/engine/moving/move-ledger';
import type { MoveOptions, MoveReport } from '../../../lib/engine/moving/move-options';
import { addressOf } from '../../../lib/engine/moving/move-start';
import { ScratchCounters } from '../../../lib/ledger/sqlite/rows/scratch-counters';
import type { LedgerStore } from '../../../lib/ledger/store';
import { LEDGER_TABLES } from '../../../lib/ledger/tables';
import type { CopiedRow } from '../../../lib/ledger/transfer';
import { expectKind, grant, openAccount, reserve, setBudget, settle } from './ledger-commands';
import { ADMIN_PROOF, EVERY_COMMAND } from './every-command';

const SCRIPT_ACCOUNT = 'acme';
/** A second account of a full ledger, which has calls that are open, settled and kept. */
export const OTHER_ACCOUNT = 'bee & co';
const ODD = 'O\'Ne\0ill \uE000 "漢字" ☕';

/** What is different each time; anything else has a plain default. */
export type Moving = Partial<MoveOptions> & { readonly source: LedgerStore; readonly target: LedgerStore; readonly clock?: () => number };

/** Moves a ledger without waiting for calls under way. */
export async function move({ source, target, clock = Date.now, ...options }: Moving): Promise<MoveReport> {
	return moveLedger({
		source,
		to: addressOf(target.location),
		openTarget: () => Promise.resolve(target),
		copyId: randomUUID(),
		adminKeys: [],
		waitMs: 0,
		timing: { clock, monotonicMs: () => performance.now(), pause: () => Promise.resolve(), jitter: () => 0.5 },
		signal: null,
		onProgress: () => undefined,
		makeCounters: () => new ScratchCounters(),
		...options,
	});
}

/** Fills a ledger so that every table has rows, with texts that stores keep in their own ways. Returns the numbers of its open holds. */
export async function fill(store: LedgerStore, clock: { advance: (ms: number) => void; readonly nowMs: number }): Promise<number[]> {
	for (const [passMs, commands] of EVERY_COMMAND) {
		clock.advance(passMs);
		await store.commit(SCRIPT_ACCOUNT, commands);
	}
	await store.commit(SCRIPT_ACCOUNT, [
		{ kind: 'as_admin', proof: ADMIN_PROOF, command: { kind: 'set_admin_key', key: 'no key', adminKey: null } },
	]);
	const labels = { campaign: ODD, segment: 'a' };
	await store.commit(OTHER_ACCOUNT, [
		openAccount({ name: ODD }),
		grant('g', 50, { note: ODD }),
		setBudget('b', { name: ODD, scope: 'person', period: 'total', limit: 20 }),
		...['kept', 'under way', 'later'].map((key) => reserve(key, 5, { labels, person: `${ODD}${key}`, timeoutMs: 3_600_000 })),
	]);
	await store.answers.write(OTHER_ACCOUNT, {
		kept: [1, 2].map((number) => ({
			key: String(number).repeat(64),
			campaign: ODD,
			node: 'n',
			text: ODD,
			storedAtMs: clock.nowMs,
			keptUntilMs: clock.nowMs + 3_600_000,
			costMicro: 5n,
		})),
		used: [{ key: '1'.repeat(64), atMs: clock.nowMs }],
		saved: [{ day: '2026-04-08', campaign: ODD, calls: 1, savedMicro: 5n }],
	});
	await store.checks.add(OTHER_ACCOUNT, [
		{ day: '2026-04-08', campaign: ODD, segment: ODD, gate: 'length', outcome: 'fallback', items: 2 },
	]);
	await store.learned.keep(OTHER_ACCOUNT, [{ endpoint: ODD, model: ODD, name: 'a', value: ODD, untilMs: clock.nowMs + 1 }]);
	await store.commit(OTHER_ACCOUNT, [settle(4, 3, { result: { text: ODD, keptUntilMs: clock.nowMs + 3_600_000 } })]);
	return [5, 6];
}

/** Every row of every table, by account and table; labels as texts, in no order. */
export async function contentOf(store: LedgerStore): Promise<Record<string, unknown>> {
	const { transfer } = sideOf(store);
	const content: Record<string, unknown> = {};
	for (const { id: accountId } of await store.accounts()) {
		for (const table of LEDGER_TABLES) {
			const rows: CopiedRow[] = [];
			for (let after: string | null = null; ;) {
				const page = await transfer.rows({ table, accountId, after });
				rows.push(...page.rows);
				if (page.next === null) break;
				after = page.next;
			}
			content[`${accountId} ${table.name}`] = rows.map((row) => row.map(String).join(' | ')).sort();
		}
	}
	return content;
}

/** A command that an open ledger answers and that changes nothing: somebody opens the account that is there. */
const PROBE: Command = openAccount();

/** True when the ledger takes commands; false when it says that it is being moved. Anything else is thrown. */
export async function takesCommands(store: LedgerStore, accountId: string): Promise<boolean> {
	try {
		return expectKind((await store.commit(accountId, [PROBE]))[0], 'account').isReplayed;
	} catch (error) {
		expect((error as { code?: unknown }).code, String(error)).to.equal('ledger_moved');
		return false;
	}
}

/** Holds both sides to a move that is done. */
export async function expectMoved(source: LedgerStore, target: LedgerStore): Promise<void> {
	expect((await verifyLedger(target)).violations).to.deep.equal([]);
	expect(await contentOf(target)).to.deep.equal(await contentOf(source));
	for (const { id } of await target.accounts())
		expect([await takesCommands(source, id), await takesCommands(target, id)]).to.deep.equal([false, true]);
}
