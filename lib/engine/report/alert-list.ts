/**
 * Owns what people read of alerts: the newest ones, which of them still stand, each as a document for machines and as a sentence.
 * Refuses to decide when an alert is due; that is the ledger's.
 */
import { clockAheadText } from './balance-words';
import { keyOf, type Alert, type GivenAlert } from '../../core/nouns/alert';
import { given } from '../../core/rules/commands/claim';
import { CreditError } from '../../core/values/errors';
import { counterKey } from '../../core/nouns/counters';
import { grantId, type Account, type BudgetCounter } from '../../core/nouns/records';
import { formatCredits, formatDollars, type Micro } from '../../core/values/money';
import { toIso } from '../../core/values/time';
import type { LedgerStore } from '../../ledger/store';

const PAGE = 500;

/** An alert, and whether it would not be given again now because it still stands. */
export interface ListedAlert extends GivenAlert {
	readonly isStanding: boolean;
}

/** The newest `limit` alerts of an account, the newest last, with the account. Throws `account_not_found`. */
export async function newestAlerts(
	store: LedgerStore,
	{ accountId, limit }: { accountId: string; limit: number },
): Promise<{ account: Account; alerts: readonly ListedAlert[] }> {
	const { account } = await store.snapshot(accountId);
	if (!account) throw new CreditError('account_not_found', `There is no account "${accountId}" in this ledger.`);
	const reached = new Set((await store.counters(accountId)).filter(stands).map(counterKey));
	const keys = new Set(account.alerts.standing.map(({ key }) => key));
	const found: GivenAlert[] = [];
	for (let afterSeq = 0; ;) {
		const page = (await store.entries(accountId, { afterSeq, limit: PAGE, kind: 'alerted' })).map(given);
		found.push(...page);
		found.splice(0, found.length - limit);
		const last = page.at(-1);
		if (!last || page.length < PAGE) break;
		afterSeq = last.seq;
	}
	return { account, alerts: withStanding(found, { keys, reached }) };
}

function stands({ reachedRoomMicro }: BudgetCounter): boolean {
	return reachedRoomMicro !== null;
}

/** Of several alerts of one kind only the newest stands. */
function withStanding(
	alerts: readonly GivenAlert[],
	{ keys, reached }: { keys: ReadonlySet<string>; reached: ReadonlySet<string> },
): ListedAlert[] {
	const newest = new Map(alerts.map((one) => [identity(one.alert), one.seq]));
	return alerts.map((one) => {
		const key = keyOf(one.alert);
		const isOn = key === null ? one.alert.type === 'budget_reached' && reached.has(counterKey(one.alert)) : keys.has(key);
		return { ...one, isStanding: isOn && newest.get(identity(one.alert)) === one.seq };
	});
}

function identity(alert: Alert): string {
	return alert.type === 'budget_reached' ? counterKey(alert) : (keyOf(alert) ?? '');
}

/** An alert as JSON: amounts as decimal credits, times in ISO 8601. */
export function alertDocument({ seq, atMs, alert }: GivenAlert): Record<string, unknown> {
	return { id: `a${String(seq)}`, at: toIso(atMs), ...detail(alert), text: alertText(alert) };
}

function detail(alert: Alert): Record<string, unknown> {
	switch (alert.type) {
		case 'low': {
			const { type, percent, spendableMicro, grantedMicro } = alert;
			return { type, percent, left: formatCredits(spendableMicro), granted: formatCredits(grantedMicro) };
		}
		case 'exhausted':
			return { type: alert.type, left: formatCredits(alert.spendableMicro) };
		case 'expiring': {
			const { type, grantSeq, days, unusedMicro, expiresAtMs } = alert;
			return { type, grant: grantId(grantSeq), days, unused: formatCredits(unusedMicro), expiresAt: toIso(expiresAtMs) };
		}
		case 'budget_reached': {
			const { type, name, period, value, limitMicro, settledMicro } = alert;
			return { type, budget: name, period, value, limit: formatCredits(limitMicro), used: formatCredits(settledMicro) };
		}
		case 'drift': {
			const { type, campaign, calls, averageMicro, usualMicro, percent } = alert;
			return { type, campaign, calls, average: formatCredits(averageMicro), usual: formatCredits(usualMicro), percent };
		}
		case 'clock_ahead':
			return { type: alert.type, clock: toIso(alert.clockMs), until: toIso(alert.newestAtMs) };
		case 'cost_differs': {
			const { type, model, reportedMicro, listMicro } = alert;
			return { type, model, reported: formatCredits(reportedMicro), list: formatCredits(listMicro) };
		}
		default:
			return alert satisfies never;
	}
}

/** An alert in one sentence. Amounts are exact; names of budgets and campaigns are as people wrote them, to be escaped where they are shown. */
export function alertText(alert: Alert): string {
	switch (alert.type) {
		case 'low':
			return `Credits are low: ${formatCredits(alert.spendableMicro)} of ${formatCredits(alert.grantedMicro)} are left (${String(alert.percent)} % or less).`;
		case 'exhausted':
			return `Credits are exhausted: ${leftText(alert.spendableMicro)}. Items take their fallback until credits are added.`;
		case 'expiring':
			return `${formatCredits(alert.unusedMicro)} credits of grant ${grantId(alert.grantSeq)} ($${formatDollars(alert.unusedMicro)}) are unused and expire in ${alert.days === 1 ? '1 day' : `${String(alert.days)} days`}.`;
		case 'budget_reached': {
			const where = [alert.value === '' ? [] : [`for ${alert.value}`], alert.period === '' ? [] : [`in ${alert.period}`]].flat().join(' ');
			return `Budget ${alert.name}${where === '' ? '' : ` ${where}`} is reached: ${formatCredits(alert.settledMicro)} of ${formatCredits(alert.limitMicro)} credits are used.`;
		}
		case 'drift':
			return `Calls ${alert.campaign === '' ? 'without a campaign' : `of campaign ${alert.campaign}`} cost more than usual: ${formatCredits(alert.averageMicro)} credits each today (${String(alert.calls)} calls), usually ${formatCredits(alert.usualMicro)}.`;
		case 'clock_ahead':
			return clockAheadText(alert);
		case 'cost_differs': {
			const { model, reportedMicro, listMicro } = alert;
			const [told, listed] = [reportedMicro, listMicro].map(formatCredits);
			return `A call ${model === '' ? 'without a model' : `of ${model}`} cost ${String(told)} credits, as its provider says, and ${String(listed)} by the price list: a newer price list may be needed, or another route at the provider.`;
		}
		default:
			return alert satisfies never;
	}
}

function leftText(spendableMicro: Micro): string {
	if (spendableMicro > 0n) return `${formatCredits(spendableMicro)} are left, too few for a call that was asked for`;
	return spendableMicro === 0n ? 'none are left' : `none are left, and ${formatCredits(-spendableMicro)} are owed`;
}

/** What an account warns of, in words; what is switched off says so. */
export function warningTexts({ settings }: Pick<Account, 'settings'>): readonly string[] {
	const { lowPercents, expiryDays, driftPercent } = settings.alerts;
	const list = (values: readonly number[], unit: string): string => (values.length === 0 ? 'off' : `${values.join(' and ')} ${unit}`);
	return [
		`low credits: ${list(lowPercents, '% of what was granted')}`,
		`expiring credits: ${list(expiryDays, expiryDays.length === 1 && expiryDays[0] === 1 ? 'day before' : 'days before')}`,
		`drift: ${driftPercent === 0 ? 'off' : `calls that cost ${String(driftPercent)} % more than usual`}`,
		'exhausted credits, reached budgets, reported costs that are not those of the price list, and entries ahead of the clock: always',
	];
}
