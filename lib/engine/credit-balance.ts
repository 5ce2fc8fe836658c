/**
 * Owns what Credit Balance and the CLI answer: JSON documents with decimal strings and ISO times. Each amount is in credits.
 */
import { USAGE_TOTALS } from '../core/nouns/usage-totals';
import type { Balance } from '../core/rules/draft/balance';
import { spendableMicro, spendingBlockOf } from '../core/rules/draft/spendable';
import type { Expiry } from '../core/nouns/commands';
import type { Frozen } from '../core/nouns/records';
import { formatCredits, formatDollars, parseCredits, type Micro } from '../core/values/money';
import { parseInstant, toIso } from '../core/values/time';
import type { UsageRow } from '../ledger/store';
import type { CREDIT_BALANCE_PARAMS } from '../params/credit-balance';
import type { ValuesOf } from '../params/param';
import { PACK_MICRO, type LedgerAccount } from './account/ledger-account';
import { CreditError } from '../core/values/errors';
import { isSettingsOperation, runSettings } from './administration/operations';
import { aheadText, blockedText, spanText } from './report/balance-words';
import { grantDocument, grantedDocument } from './report/grant-documents';

export type CreditBalanceValues = ValuesOf<typeof CREDIT_BALANCE_PARAMS>;
type Document = Record<string, unknown>;

/** Runs one operation. One document, or one per row for usage. Throws `CreditError`. */
export async function runCreditBalance(
	values: CreditBalanceValues,
	{ ledger, key }: { ledger: LedgerAccount; key: string },
): Promise<Document[]> {
	const { operation } = values;
	const givenKey = values.idempotencyKey.trim();
	if (isSettingsOperation(operation)) return runSettings({ ...values, operation }, { ledger, key: givenKey || key });
	switch (operation) {
		case 'balance':
			return [balanceDocument(await ledger.balance())];
		case 'usage':
			return usageDocuments(await ledger.usage({ groupBy: values.groupBy, ...daysOf(values), where: {} }));
		case 'grant': {
			const expiry = expiryOf(values, (await ledger.balance()).account.timeZone);
			const credits = parseCredits(values.credits, { field: 'Credits', min: 1n });
			const granted = await ledger.grant({ credits, category: values.category, expiry, note: values.note || null, key: givenKey || key });
			return [
				grantedDocument(granted.grant, {
					availableMicro: granted.availableMicro,
					isReplayed: granted.isReplayed,
					nowMs: granted.grant.effectiveAtMs,
				}),
			];
		}
		case 'purchase': {
			const granted = await ledger.purchase({ packs: values.packs, note: values.note || null, key: givenKey || key });
			return [
				grantedDocument(granted.grant, {
					availableMicro: granted.availableMicro,
					isReplayed: granted.isReplayed,
					nowMs: granted.grant.effectiveAtMs,
				}),
			];
		}
		case 'freeze':
		case 'thaw': {
			const reason = operation === 'freeze' ? values.reason : null;
			const { account, isReplayed } = await ledger.setFrozen({ reason, key });
			return [{ account: account.id, frozen: frozenDocument(account.frozen), replayed: isReplayed }];
		}
		default:
			return operation satisfies never;
	}
}

/** True for an operation whose answer is a list: one document for each row. */
export function answersWithList({ operation }: Pick<CreditBalanceValues, 'operation'>): boolean {
	return operation === 'usage' || operation === 'listBudgets' || operation === 'listFloors' || operation === 'listTexts';
}

/** What an operation would add of what it is told, in micro-credits; `null` for one that adds nothing, or what the ledger says. Throws `invalid_amount`. */
export function creditsAddedBy({ operation, credits, packs }: CreditBalanceValues): Micro | null {
	if (isSettingsOperation(operation)) return null;
	switch (operation) {
		case 'balance':
		case 'usage':
		case 'freeze':
		case 'thaw':
			return null;
		case 'grant':
			return parseCredits(credits, { field: 'Credits', min: 1n });
		case 'purchase':
			return PACK_MICRO * BigInt(Math.ceil(packs));
		default:
			return operation satisfies never;
	}
}

/** Why and since when nothing may be spent; `null` where it may. */
export function frozenDocument(frozen: Frozen | null): Document | null {
	return frozen && { reason: frozen.reason, since: toIso(frozen.sinceMs) };
}

/**
 * `{account, available, spendable, blocked, held, mayStillTake, overdraft, grants: […]}`, grants in burn-down order. With `frozen` where it
 * is, `clockAhead` where the newest entry is ahead of the clock, and `notes`, a sentence for each thing that is unusual.
 */
export function balanceDocument(balance: Balance): Document {
	const notes = [blockedText(balance), aheadText(balance)].filter((text) => text !== null);
	return {
		account: balance.account.id,
		available: formatCredits(balance.availableMicro),
		held: formatCredits(balance.heldMicro),
		mayStillTake: formatCredits(balance.mayStillTakeMicro),
		overdraft: formatCredits(balance.overdraftMicro),
		spendable: formatCredits(spendableMicro(balance)),
		blocked: spendingBlockOf(balance),
		...(balance.account.frozen ? { frozen: frozenDocument(balance.account.frozen) } : {}),
		...(balance.ahead ? { clockAhead: { until: toIso(balance.ahead.untilMs), by: spanText(balance.ahead) } } : {}),
		...(notes.length > 0 ? { notes } : {}),
		grants: balance.grants.map((grant) => grantDocument(grant, balance.atMs)),
	};
}

const COUNTED = USAGE_TOTALS.filter((name) => name !== 'chargedMicro');

/** One row for each group, largest charge first. */
export function usageDocuments(rows: readonly UsageRow[]): Document[] {
	return rows.map((row) => ({
		...row.group,
		credits: formatCredits(row.chargedMicro),
		dollars: formatDollars(row.chargedMicro),
		...Object.fromEntries(COUNTED.map((name) => [name, row[name]])),
	}));
}

function expiryOf(values: CreditBalanceValues, timeZone: string): Expiry | null {
	switch (values.expiry) {
		case 'never':
			return null;
		case 'days':
			return { days: values.expiryDays, rule: 'end_of_day' };
		case 'date':
			return { atMs: parseInstant(values.expiryDate, { field: 'Date', timeZone }) };
		default:
			return values.expiry satisfies never;
	}
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function daysOf({ fromDay, untilDay }: CreditBalanceValues): { fromDay: string | null; untilDay: string | null } {
	return { fromDay: dayOrNull(fromDay, 'From Day'), untilDay: dayOrNull(untilDay, 'Until Day') };
}

/** A calendar day as text, or `null` for empty. Throws `invalid_time` naming the field. */
export function dayOrNull(text: string, field: string): string | null {
	const day = text.trim();
	if (day === '') return null;
	if (!DAY.test(day))
		throw new CreditError('invalid_time', `${field} is ${JSON.stringify(text)}, which is not a day. Write it as 2026-11-30.`);
	return day;
}
