/**
 * Says what a new budget counts of the time before it was set (ledger rule 38): what was charged within its period, by the totals of days.
 * Pure; amounts are micro-credits.
 */
import type { Command, PlainCommand } from '../../nouns/commands';
import type { Budget } from '../../nouns/settings';
import type { CountedBefore, DaySpan, UsageDelta } from '../../nouns/usage-totals';
import type { Micro } from '../../values/money';
import { dayOf, isZone, weekDaysOf, type Instant } from '../../values/time';
import { periodOf, valueOf } from './limits';
import { checkCounted, isLarge } from './totals';

interface At {
	readonly atMs: Instant;
	readonly timeZone: string;
}

/** More values than this make an entry too long; those that were charged least count from now. */
const MAX_COUNTED = 10_000;

/** The days of the period that a budget counts from its start; `null` where it counts from now: totals know no person, send or execution. */
export function spanOf({ scope, period }: Pick<Budget, 'scope' | 'period'>, { atMs, timeZone }: At): DaySpan | null {
	if (scope === 'person') return null;
	const day = dayOf(atMs, timeZone);
	switch (period) {
		case 'send':
		case 'execution':
			return null;
		case 'day':
			return { fromDay: day, untilDay: day };
		case 'week':
			return weekDaysOf(atMs, timeZone);
		case 'month':
			return { fromDay: `${day.slice(0, 7)}-01`, untilDay: `${day.slice(0, 7)}-31` };
		case 'total':
			return { fromDay: '', untilDay: '~' };
		default:
			return period satisfies never;
	}
}

/** The spans whose totals a batch needs: for new budgets, and the day for large amounts. In the account's zone, and in those that the batch changes to. */
export function spansNeeded(commands: readonly Command[], { atMs, timeZone }: At): DaySpan[] {
	const plain = commands.map((command): PlainCommand => (command.kind === 'as_admin' ? command.command : command));
	const budgets = plain.flatMap((command) => (command.kind === 'set_budget' ? [command.budget] : []));
	const isDayNeeded = plain.some(isLarge);
	if (budgets.length === 0 && !isDayNeeded) return [];
	const changedTo = plain.flatMap((command) => (command.kind === 'change_account' ? (command.timeZone ?? []) : []));
	const zones = [timeZone, ...changedTo.filter(isZone)];
	const days = isDayNeeded ? [{ scope: 'account', period: 'day' } as const] : [];
	const spans = zones.flatMap((zone) => [...days, ...budgets].flatMap((each) => spanOf(each, { atMs, timeZone: zone }) ?? []));
	return [...new Map(spans.map((span) => [`${span.fromDay}/${span.untilDay}`, span])).values()];
}

/** What a budget counts of these totals of its span: an amount for each of its values, the largest first. Throws `invalid_amount` for more than it can count. */
export function countedBefore(budget: Omit<Budget, 'seq'>, totals: readonly UsageDelta[], at: At): CountedBefore {
	const amounts = new Map<string, Micro>();
	for (const { labels, chargedMicro } of totals) {
		const value = valueOf(budget.scope, { labels, person: null });
		if (value !== null && (budget.value === null || budget.value === value)) amounts.set(value, (amounts.get(value) ?? 0n) + chargedMicro);
	}
	const values = [...amounts].flatMap(([value, amountMicro]) => (amountMicro > 0n ? [{ value, amountMicro }] : []));
	for (const { amountMicro } of values) checkCounted(budget.name, amountMicro);
	const ordered = values.sort((a, b) =>
		a.amountMicro === b.amountMicro ? (a.value < b.value ? -1 : 1) : a.amountMicro > b.amountMicro ? -1 : 1,
	);
	return { period: periodOf(budget, { sendId: null, executionId: null }, at) ?? '', values: ordered.slice(0, MAX_COUNTED) };
}
