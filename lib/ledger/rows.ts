/**
 * Owns how accounts, grants, counters and totals are written in columns and read back: numbers for the fixed words, texts for what has
 * parts. Refuses what it cannot read as `ledger_corrupt`.
 */
import { countsOf } from '../core/nouns/usage-totals';
import { USAGE_COLUMNS } from './usage-columns';
import { ALERT_STATE, NO_ALERTS, type AlertState } from '../core/nouns/alert';
import type { CostAverage } from '../core/nouns/cost-averages';
import { z } from 'zod';
import { decodeStored, storedMicro } from '../core/values/stored';
import { canonicalJson } from '../core/values/idempotency';
import { ACCOUNT_SETTINGS, NO_SETTINGS, type AccountSettings } from '../core/nouns/settings';
import { decodeLabels } from '../core/journal/journal';
import type { UsageDelta } from '../core/nouns/usage-totals';
import { FROZEN, type Account, type BudgetCounter, type Frozen, type GrantState } from '../core/nouns/records';
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
		frozen: row.frozen === null ? null : decodeStored(FROZEN, row.frozen, 'the freeze of an account'),
		overdraftMicro: row.overdraft_micro,
		reachMicro: row.reach_micro,
		lastAtMs: Number(row.last_at_ms),
		lastSeq: Number(row.last_seq),
		settings: readSettings(row.settings),
		alerts: row.alerts === null ? NO_ALERTS : decodeStored(ALERT_STATE, row.alerts, 'the alerts of an account'),
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
	const settings = decodeStored(ACCOUNT_SETTINGS, text, 'the settings of an account');
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

/** A campaign, its day with calls and cost, and what was usual before. */
const AVERAGE = z
	.tuple([z.string(), z.string(), z.number(), storedMicro, z.number(), storedMicro])
	.transform(([campaign, day, calls, costMicro, usualCalls, usualMicro]): CostAverage => ({
		campaign,
		day,
		calls,
		costMicro,
		usualCalls,
		usualMicro,
	}));
const AVERAGES = z.array(AVERAGE);

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
	const averages = decodeStored(AVERAGES, text, 'the averages of an account');
	lastAverages = { text, averages };
	return averages;
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
