/**
 * Owns how accounts, grants, counters and totals are written in columns and read back: numbers for the fixed words, texts for what has
 * parts. Refuses what it cannot read as `ledger_corrupt`.
 */
import { LRUCache } from 'lru-cache';
import { countsOf } from '../core/nouns/usage-totals';
import { amountIn, numberIn, optional, textIn, truthIn, SUMMED_APART, USAGE_COLUMNS, type Row } from './columns';
import { ALERT_STATE, NO_ALERTS, type AlertState } from '../core/nouns/alert';
import type { CostAverage } from '../core/nouns/cost-averages';
import { z } from 'zod';
import { decodeStored, storedMicro } from '../core/values/stored';
import { canonicalJson } from '../core/values/idempotency';
import { ACCOUNT_SETTINGS, NO_SETTINGS, type AccountSettings } from '../core/nouns/settings';
import { decodeLabels } from '../core/journal/journal';
import type { UsageDelta } from '../core/nouns/usage-totals';
import { FROZEN, type Account, type BudgetCounter, type Frozen, type Grant, type GrantState } from '../core/nouns/records';
import { GRANT_CATEGORIES, PLANS, UNCONFIRMED_POLICIES } from '../core/nouns/words';
import { word } from './words';

/** The terms of a grant, which nothing changes. */
export type GrantTerms = Omit<Grant, 'seq'>;
/** Where the credits of a grant are. */
export type GrantBalance = Omit<GrantState, keyof GrantTerms>;

/** Hexadecimal text as bytes; `null` stays `null`. */
export function bytesOf(hex: string): Buffer;
export function bytesOf(hex: string | null): Buffer | null;
export function bytesOf(hex: string | null): Buffer | null {
	return hex === null ? null : Buffer.from(hex, 'hex');
}

/** An account with the number that its store knows it by. */
export interface StoredAccount {
	readonly id: bigint;
	readonly account: Account;
	readonly averages: readonly CostAverage[];
	/** Hexadecimal; empty where it was not read, because whoever only reads need not know it. */
	readonly personKey: string;
}

/** Reads an account with what calls of each of its campaigns have cost lately. */
export function readStored(row: Row): StoredAccount {
	const personKey = 'person_key' in row ? textIn(row, 'person_key') : '';
	return { id: amountIn(row, 'id'), account: readAccount(row), averages: readAverages(row), personKey };
}

/** Reads an account from a row of `accounts` with its settings: hashes in hexadecimal, what has parts as canonical JSON. */
export function readAccount(row: Row): Account {
	const frozen = optional(textIn, row, 'frozen');
	const alerts = optional(textIn, row, 'alerts');
	return {
		id: textIn(row, 'public_id'),
		name: textIn(row, 'name'),
		timeZone: textIn(row, 'time_zone'),
		plan: word(PLANS, numberIn(row, 'plan'), 'plan'),
		paidSinceMs: optional(numberIn, row, 'paid_since_ms'),
		unconfirmedPolicy: word(UNCONFIRMED_POLICIES, numberIn(row, 'unconfirmed_policy'), 'unconfirmed policy'),
		frozen: frozen === null ? null : decodeStored(FROZEN, frozen, 'the freeze of an account'),
		overdraftMicro: amountIn(row, 'overdraft_micro'),
		reachMicro: amountIn(row, 'reach_micro'),
		lastAtMs: numberIn(row, 'last_at_ms'),
		lastSeq: numberIn(row, 'last_seq'),
		settings: readSettings(optional(textIn, row, 'settings')),
		alerts: alerts === null ? NO_ALERTS : decodeStored(ALERT_STATE, alerts, 'the alerts of an account'),
		chainHash: textIn(row, 'chain_hash'),
	};
}

/** The settings of an account as canonical text. */
export function encodeSettings(settings: AccountSettings): string {
	return canonicalJson(settings);
}

/** Settings hardly ever change, and are read with every batch. */
const MAX_KNOWN_SETTINGS = 100;
const knownSettings = new LRUCache<string, AccountSettings>({ max: MAX_KNOWN_SETTINGS });

function readSettings(text: string | null): AccountSettings {
	if (text === null) return NO_SETTINGS;
	const known = knownSettings.get(text);
	if (known) return known;
	const settings = decodeStored(ACCOUNT_SETTINGS, text, 'the settings of an account');
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
function readAverages(row: Row): readonly CostAverage[] {
	const text = optional(textIn, row, 'averages');
	if (text === null) return [];
	if (text === lastAverages.text) return lastAverages.averages;
	const averages = decodeStored(AVERAGES, text, 'the averages of an account');
	lastAverages = { text, averages };
	return averages;
}

/** Reads a budget counter from a row of `budget_counters`. */
export function readCounter(row: Row): BudgetCounter {
	return {
		budgetSeq: numberIn(row, 'budget'),
		period: textIn(row, 'period'),
		value: textIn(row, 'value'),
		heldMicro: amountIn(row, 'held_micro'),
		settledMicro: amountIn(row, 'settled_micro'),
		reachedRoomMicro: optional(amountIn, row, 'reached_room_micro'),
		reachMicro: amountIn(row, 'reach_micro'),
	};
}

/** Reads the terms of a grant from a row of `grants`. */
export function readTerms(row: Row): GrantTerms {
	return {
		category: word(GRANT_CATEGORIES, numberIn(row, 'category'), 'grant category'),
		amountMicro: amountIn(row, 'amount_micro'),
		priority: numberIn(row, 'priority'),
		effectiveAtMs: numberIn(row, 'effective_at_ms'),
		expiresAtMs: optional(numberIn, row, 'expires_at_ms'),
		promotionId: optional(textIn, row, 'promotion_id'),
		note: optional(textIn, row, 'note'),
	};
}

/** Reads where the credits of a grant are from a row of `grant_balances`. */
export function readGrantBalance(row: Row): GrantBalance {
	return {
		seq: numberIn(row, 'seq'),
		remainingMicro: amountIn(row, 'remaining_micro'),
		heldMicro: amountIn(row, 'held_micro'),
		settledMicro: amountIn(row, 'settled_micro'),
		expiredMicro: amountIn(row, 'expired_micro'),
		voidedMicro: amountIn(row, 'voided_micro'),
		isVoided: truthIn(row, 'is_voided'),
	};
}

/** A grant of its terms and its balance. Field by field: a spread for each grant of each call takes several times as long. */
export function grantOf(terms: GrantTerms, balance: GrantBalance): GrantState {
	return {
		seq: balance.seq,
		category: terms.category,
		amountMicro: terms.amountMicro,
		priority: terms.priority,
		effectiveAtMs: terms.effectiveAtMs,
		expiresAtMs: terms.expiresAtMs,
		promotionId: terms.promotionId,
		note: terms.note,
		remainingMicro: balance.remainingMicro,
		heldMicro: balance.heldMicro,
		settledMicro: balance.settledMicro,
		expiredMicro: balance.expiredMicro,
		voidedMicro: balance.voidedMicro,
		isVoided: balance.isVoided,
	};
}

/** Reads a grant from a row that has its terms and its balance. */
export function readGrant(row: Row): GrantState {
	return grantOf(readTerms(row), readGrantBalance(row));
}

const COLUMN_OF: ReadonlyMap<string, string> = new Map(USAGE_COLUMNS.map(({ name, column }) => [name, column]));

/** Reads a running total, or a sum of them, from a row with its labels as text. Throws `ledger_corrupt` for a total that is no whole number. */
export function readUsageTotal(row: Row): UsageDelta {
	const counts = countsOf((name) => {
		const column = COLUMN_OF.get(name) ?? '';
		const whole = `${column}_whole` in row ? amountIn(row, `${column}_whole`) : 0n;
		return whole * BigInt(SUMMED_APART) + amountIn(row, column);
	});
	return { day: textIn(row, 'day'), labels: decodeLabels(textIn(row, 'labels')), ...counts };
}
