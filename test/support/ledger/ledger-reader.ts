/**
 * Owns how tests look into a ledger, a file or on a server, from outside the host that uses it: balance, journal, proof, at an instant of their choice.
 * Refuses to write, save for what a test starts with.
 */
import { sumSlices } from '../../../lib/core/nouns/movement';
import { formatCredits, parseCredits } from '../../../lib/core/values/money';
import { answerReport } from '../../../lib/engine/report/answer-report';
import { balanceDocument } from '../../../lib/engine/credit-balance';
import { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import { verifyLedger, type Verification } from '../../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import { openPostgresLedger } from '../../../lib/ledger/postgres/store';
import { openSqliteLedger } from '../../../lib/ledger/sqlite/store';
import type { LedgerStore, UsageGrouping, UsageRow } from '../../../lib/ledger/store';
import { isServerAddress } from '../../../lib/runtime/runtime';
import { jitter, monotonicMs, pause } from '../../../lib/runtime/system';
import { linesInFull } from './journal-in-full';
import { storyOf } from './journal-story';

export interface BalanceReading {
	readonly account: string;
	readonly available: string;
	readonly held: string;
	readonly overdraft: string;
	readonly grants: readonly { readonly amount: string; readonly remaining: string; readonly used: string; readonly category: string }[];
}

async function withLedger<T>(place: string, aheadMs: number, use: (ledger: LedgerAccount, store: LedgerStore) => Promise<T>): Promise<T> {
	const clock = (): number => Date.now() + aheadMs;
	const timing = { clock, monotonicMs, pause, jitter };
	const store = isServerAddress(place)
		? await openPostgresLedger({ url: place, ...timing })
		: await openSqliteLedger({ path: place, ...timing });
	try {
		const ledger = new LedgerAccount({
			accountId: 'default',
			store,
			commits: new GroupCommit(store),
			timing,
		});
		return await use(ledger, store);
	} finally {
		await store.close();
	}
}

/** Adds purchased credits, once for each key, to a ledger that is made when it is missing. Amounts are decimal texts of credits. */
export async function grantCredits(ledger: string, credits: string, key = 'test grant', aheadMs = 0): Promise<void> {
	await withLedger(ledger, aheadMs, async (account) => {
		await account.open({ timeZone: 'Europe/Berlin' });
		await account.grant({ credits: parseCredits(credits, { field: 'credits' }), category: 'purchased', expiry: null, key });
	});
}

/** The balance, as of `aheadMs` from now. */
export async function readBalance(ledger: string, aheadMs = 0): Promise<BalanceReading> {
	return withLedger(ledger, aheadMs, async (account) => balanceDocument(await account.balance()) as unknown as BalanceReading);
}

/** Totals of calls by group. */
export async function readUsage(ledger: string, groupBy: readonly UsageGrouping[]): Promise<readonly UsageRow[]> {
	return withLedger(ledger, 0, (account) => account.usage({ groupBy, fromDay: null, untilDay: null, where: {} }));
}

/** Calls by what became of their holds: how many of each kind, and their micro-credits. */
export interface HoldTotals {
	readonly settled: number;
	readonly settledMicro: bigint;
	/** Open or expired: whoever took them never told what the call cost. */
	readonly unconfirmed: number;
	readonly unconfirmedMicro: bigint;
	/** What is charged of it. */
	readonly chargedMicro: bigint;
	readonly released: number;
}

export async function readHolds(ledger: string): Promise<HoldTotals> {
	return withLedger(ledger, 0, async (account, store) => {
		const { lastSeq } = (await account.balance()).account;
		const holds = await store.holds('default', { afterSeq: 0, limit: lastSeq, state: null });
		const lost = holds.filter(({ state }) => state === 'open' || state === 'expired');
		const settled = holds.filter(({ state }) => state === 'settled');
		return {
			settled: settled.length,
			settledMicro: settled.reduce((sum, { actualMicro }) => sum + (actualMicro ?? 0n), 0n),
			unconfirmed: lost.length,
			unconfirmedMicro: lost.reduce((sum, { amountMicro }) => sum + amountMicro, 0n),
			chargedMicro: lost.reduce((sum, { state, slices }) => sum + (state === 'expired' ? sumSlices(slices) : 0n), 0n),
			released: holds.filter(({ state }) => state === 'released').length,
		};
	});
}

/**
 * The calls of a ledger in the order in which they were reserved or refused: `rung/pass model state cost`, and why not the first rung
 * where another was taken at once.
 */
export async function readCalls(ledger: string): Promise<string[]> {
	return withLedger(ledger, 0, async (account, store) => {
		const { lastSeq } = (await account.balance()).account;
		const holds = new Map((await store.holds('default', { afterSeq: 0, limit: lastSeq, state: null })).map((hold) => [hold.seq, hold]));
		const entries = await store.entries('default', { afterSeq: 0, limit: lastSeq });
		return entries.flatMap(({ seq, body }) => {
			const hold = holds.get(seq);
			if (!hold) return body.kind === 'refused' ? [`refused ${body.reason}`] : [];
			const cost = hold.actualMicro === null ? '' : ` ${formatCredits(hold.actualMicro)}`;
			const why = hold.steppedDown === null ? '' : ` not ${hold.steppedDown}`;
			return [`${String(hold.rung)}/${String(hold.pass)} ${hold.labels.model ?? ''} ${hold.state}${cost}${why}`];
		});
	});
}

/** The journal about calls, each entry as a line. */
export async function readStory(ledger: string): Promise<string[]> {
	return withLedger(ledger, 0, async (_, store) => storyOf(await store.entries('default', { afterSeq: 0, limit: 10_000 })));
}

/** Does something to the account before a test. Returns the number of the last entry then. */
export async function prepareAccount(ledger: string, prepare: (account: LedgerAccount) => Promise<unknown>): Promise<number> {
	return withLedger(ledger, 0, async (account) => {
		await prepare(account);
		return (await account.balance()).account.lastSeq;
	});
}

/** Every entry of the journal behind the one of this number, each as a line. */
export async function readInFull(ledger: string, afterSeq: number): Promise<string[]> {
	return withLedger(ledger, 0, async (_, store) => linesInFull(await store.entries('default', { afterSeq, limit: 10_000 })));
}

/** Sets a text of the account. */
export async function setText(ledger: string, name: string, text: string): Promise<void> {
	await withLedger(ledger, 0, (account) => account.changeProfile({ kind: 'set_text', key: `${name} ${text}`, name, text }));
}

/** Limits previews to so many credits a day. */
export async function limitPreviews(ledger: string, credits: string): Promise<void> {
	const budget = { name: 'previews', scope: 'purpose', value: 'preview', period: 'day' } as const;
	const limitMicro = parseCredits(credits, { field: 'credits' });
	await withLedger(ledger, 0, (account) => account.setBudget({ ...budget, limitMicro, key: `previews ${credits}` }));
}

/** What each purpose cost, and in how many calls. */
export async function readPurposes(ledger: string): Promise<Readonly<Record<string, string>>> {
	const rows = await readUsage(ledger, ['purpose']);
	return Object.fromEntries(
		rows.map(({ group, chargedMicro, calls }) => [group.purpose ?? '', `${formatCredits(chargedMicro)} in ${String(calls)}`]),
	);
}

/** How many answers are kept, and how many calls they saved. */
export async function readAnswers(ledger: string): Promise<{ readonly kept: number; readonly saved: number }> {
	return withLedger(ledger, 0, async (_, store) => {
		const { answers, savings } = answerReport(await store.answers.summary('default'));
		return { kept: answers, saved: savings.reduce((sum, { calls }) => sum + calls, 0) };
	});
}

/** The proof of the whole ledger. */
export async function proofOf(ledger: string): Promise<Verification> {
	return withLedger(ledger, 0, (_, store) => verifyLedger(store));
}
