/**
 * Owns how accounts, grants, counters and totals are written in columns and read back: numbers for the fixed words, texts for what has
 * parts. Refuses what it cannot read as `ledger_corrupt`.
 */
import { countsOf } from '../core/nouns/usage-totals';
import { USAGE_COLUMNS } from './usage-columns';
import { NO_ALERTS, type AlertState } from '../core/nouns/alert';
import type { CostAverage } from '../core/nouns/cost-averages';
import { canonicalJson } from '../core/values/idempotency';
import { NO_SETTINGS } from '../core/journal/settings-after';
import { decodeLabels } from '../core/journal/journal';
import type { UsageDelta } from '../core/nouns/usage-totals';
import type { Account, AccountSettings, BudgetCounter, Frozen, GrantState } from '../core/nouns/records';
import { GRANT_CATEGORIES, PLANS, UNCONFIRMED_POLICIES } from '../core/nouns/words';
import { corrupt, optionalNumber, word } from './words';

/** A row of `accounts`; `id` is the store's own number, `public_id` the one people use. */
export interface AccountRow {
	readonly id: bigint;
	readonly public_id: string;
	readonly name: string;
	readonly time_zone: string;
	readonly plan: bigint;
	readonly paid_since_ms: bigint | null;
	readonly unconfirmed_policy: bigint;
	readonly overdraft_micro: bigint;
	readonly reach_micro: bigint;
	readonly last_at_ms: bigint;
	readonly last_seq: bigint;
	/** Hexadecimal. */
	readonly chain_hash: string;
	/** Canonical JSON; `null` while the account has only the usual settings. */
	readonly settings: string | null;
	/** Canonical JSON; `null` while nothing stands and nobody reads. */
	readonly alerts: string | null;
	/** A JSON list of lists; `null` before the first call. */
	readonly averages: string | null;
	/** JSON; `null` while the account may be spent from. */
	readonly frozen: string | null;
}

/** A row of `budget_counters`. */
export interface CounterRow {
	readonly budget: bigint;
	readonly period: string;
	readonly value: string;
	readonly held_micro: bigint;
	readonly settled_micro: bigint;
	readonly reached_room_micro: bigint | null;
	readonly reach_micro: bigint;
}

/** A row of `grants` with its `grant_balances`. */
export interface GrantRow extends GrantTermsRow, GrantBalanceRow {}

/** A row of `grants`. */
export interface GrantTermsRow {
	readonly category: bigint;
	readonly amount_micro: bigint;
	readonly priority: bigint;
	readonly effective_at_ms: bigint;
	readonly expires_at_ms: bigint | null;
	readonly promotion_id: string | null;
	readonly note: string | null;
}

/** A row of `grant_balances`. */
export interface GrantBalanceRow {
	readonly seq: bigint;
	readonly remaining_micro: bigint;
	readonly held_micro: bigint;
	readonly settled_micro: bigint;
	readonly expired_micro: bigint;
	readonly voided_micro: bigint;
	readonly is_voided: bigint;
}

/** A row of `usage_days` with its labels as text. */
export interface UsageTotalRow extends Readonly<Record<string, unknown>> {
	readonly day: string;
	readonly labels: string;
}

/** Hexadecimal text as bytes; `null` stays `null`. */
export function bytesOf(hex: string): Buffer;
export function bytesOf(hex: string | null): Buffer | null;
export function bytesOf(hex: string | null): Buffer | null {
	return hex === null ? null : Buffer.from(hex, 'hex');
}

/** Reads an account. */
export function readAccount(row: AccountRow): Account {
	return {
		id: row.public_id,
		name: row.name,
		timeZone: row.time_zone,
		plan: word(PLANS, row.plan, 'plan'),
		paidSinceMs: optionalNumber(row.paid_since_ms),
		unconfirmedPolicy: word(UNCONFIRMED_POLICIES, row.unconfirmed_policy, 'unconfirmed policy'),
		frozen: row.frozen === null ? null : (JSON.parse(row.frozen) as Frozen),
		overdraftMicro: row.overdraft_micro,
		reachMicro: row.reach_micro,
		lastAtMs: Number(row.last_at_ms),
		lastSeq: Number(row.last_seq),
		settings: readSettings(row.settings),
		alerts: row.alerts === null ? NO_ALERTS : (withAmounts(row.alerts, 'the alerts of an account') as AlertState),
		chainHash: row.chain_hash,
	};
}

/** The settings of an account as canonical text. */
export function encodeSettings(settings: AccountSettings): string {
	return canonicalJson(settings);
}

/** Settings hardly ever change, and are read with every batch. */
const MAX_KNOWN_SETTINGS = 100;
const knownSettings = new Map<string, AccountSettings>();

function readSettings(text: string | null): AccountSettings {
	if (text === null) return NO_SETTINGS;
	const known = knownSettings.get(text);
	if (known) return known;
	const settings = { ...NO_SETTINGS, ...(withAmounts(text, 'the settings of an account') as Partial<AccountSettings>) };
	if (knownSettings.size >= MAX_KNOWN_SETTINGS) knownSettings.clear();
	knownSettings.set(text, settings);
	return settings;
}

/** The standing alerts and readers of an account as canonical text; `null` for none. */
export function encodeAlerts({ standing, consumers }: AlertState): string | null {
	return standing.length + consumers.length === 0 ? null : canonicalJson({ standing, consumers });
}

/** Why an account is frozen as canonical text; `null` when it is not. */
export function encodeFrozen(frozen: Frozen | null): string | null {
	return frozen === null ? null : canonicalJson(frozen);
}

/** JSON whose fields ending in `Micro` are amounts. */
function withAmounts(text: string, what: string): object {
	return readable(what, () => {
		const value: unknown = JSON.parse(text, (name, part: unknown) => (name.endsWith('Micro') ? BigInt(part as string) : part));
		if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('it is no object');
		return value;
	});
}

/** What `read` gives. Throws `ledger_corrupt`, naming what could not be read, for whatever it throws. */
function readable<T>(what: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw corrupt(`${what} cannot be read (${error instanceof Error ? error.message : String(error)})`);
	}
}

/** What was written last is nearly always what is read next. */
let lastAverages: { readonly text: string; readonly averages: readonly CostAverage[] } = { text: '[]', averages: [] };

/** What calls of each campaign have cost lately, as compact text: it is written with every charge. */
export function encodeAverages(averages: readonly CostAverage[] | null): string | null {
	if (averages === null) return null;
	const rows = averages.map(({ campaign, day, calls, costMicro, usualCalls, usualMicro }) => [
		campaign,
		day,
		calls,
		String(costMicro),
		usualCalls,
		String(usualMicro),
	]);
	const text = JSON.stringify(rows);
	lastAverages = { text, averages };
	return text;
}

/** The inverse of {@link encodeAverages}. */
export function readAverages({ averages: text }: Pick<AccountRow, 'averages'>): readonly CostAverage[] {
	if (text === null) return [];
	if (text === lastAverages.text) return lastAverages.averages;
	return readable('the averages of an account', () => {
		const rows = JSON.parse(text) as [string, string, number, string, number, string][];
		return rows.map(([campaign, day, calls, cost, usualCalls, usual]) => ({
			campaign,
			day,
			calls,
			costMicro: BigInt(cost),
			usualCalls,
			usualMicro: BigInt(usual),
		}));
	});
}

/** Reads a budget counter. */
export function readCounter(row: CounterRow): BudgetCounter {
	return {
		budgetSeq: Number(row.budget),
		period: row.period,
		value: row.value,
		heldMicro: row.held_micro,
		settledMicro: row.settled_micro,
		reachedRoomMicro: row.reached_room_micro,
		reachMicro: row.reach_micro,
	};
}

/** Reads a grant with its balance. */
export function readGrant(row: GrantRow): GrantState {
	return {
		seq: Number(row.seq),
		category: word(GRANT_CATEGORIES, row.category, 'grant category'),
		amountMicro: row.amount_micro,
		priority: Number(row.priority),
		effectiveAtMs: Number(row.effective_at_ms),
		expiresAtMs: optionalNumber(row.expires_at_ms),
		promotionId: row.promotion_id,
		note: row.note,
		remainingMicro: row.remaining_micro,
		heldMicro: row.held_micro,
		settledMicro: row.settled_micro,
		expiredMicro: row.expired_micro,
		voidedMicro: row.voided_micro,
		isVoided: row.is_voided !== 0n,
	};
}

const COLUMN_OF: ReadonlyMap<string, string> = new Map(USAGE_COLUMNS.map(({ name, column }) => [name, column]));

/** Reads a running total. Throws `ledger_corrupt` for a total that is no whole number. */
export function readUsageTotal(row: UsageTotalRow): UsageDelta {
	const counts = countsOf((name) => {
		const value = row[COLUMN_OF.get(name) ?? ''];
		if (typeof value !== 'bigint') throw corrupt(`the total ${name} of a day is ${String(value)}, which is no whole number`);
		return value;
	});
	return { day: row.day, labels: decodeLabels(row.labels), ...counts };
}
