/**
 * Owns the lines of ledger scenarios that speak of limits and refunds: `budget spring campaign=a day 10`, `floor vip segment 5 exempt gold`,
 * `remove budget spring`, `shadow on`, `counter spring 2026-04-08 a held 3 settled 4`. Refuses a line it does not understand.
 */
import type { Alternative, Cap, Command, Outcome } from '../../../lib/core/nouns/commands';
import type { BudgetCounter } from '../../../lib/core/nouns/records';
import type { BudgetScope } from '../../../lib/core/nouns/settings';
import type { BudgetPeriod } from '../../../lib/core/nouns/words';
import { LABEL_NAMES, type LabelName, type Labels } from '../../../lib/core/nouns/labels';
import { formatCredits, parseCredits, type Micro } from '../../../lib/core/values/money';

const PERIODS: readonly string[] = ['send', 'execution', 'day', 'week', 'month', 'total'] satisfies readonly BudgetPeriod[];
const SCOPES: readonly string[] = [...LABEL_NAMES, 'person', 'account'];

/** An amount in credits; may be negative, to try what is refused. */
export const micro = (text: string): Micro => parseCredits(text, { field: 'amount', min: -(10n ** 15n) });

/** Options of an action after its fixed words: `exp 10d prio 10` … */
export function optionsOf(words: readonly string[]): Map<string, string> {
	const options = new Map<string, string>();
	for (let index = 0; index < words.length; index += 2) options.set(words[index] ?? '', words[index + 1] ?? '');
	return options;
}

/** The labels among the options. */
export function labelsOf(options: ReadonlyMap<string, string>): Labels {
	return Object.fromEntries(LABEL_NAMES.flatMap((name) => (options.has(name) ? [[name, options.get(name)]] : [])));
}

/** The alternatives written as `2@big+3@big/1@small`, `unpriced`, or `-` for none; the first is rung 0. */
export function alternativesOf(text: string): Alternative[] {
	const callOf = (word: string): Alternative['calls'][number] => {
		const [amount = '', model] = word.split('@');
		return { amountMicro: amount === 'unpriced' ? null : micro(amount), model: model ?? null, price: null };
	};
	return text === '-' ? [] : text.split('/').map((calls, rung) => ({ rung, calls: calls.split('+').map(callOf) }));
}

/** The caps among the options: `capsend 5 capexecution 20`. */
export function capsOf(options: ReadonlyMap<string, string>): Cap[] {
	return (['send', 'execution'] as const).flatMap((period) => {
		const limit = options.get(`cap${period}`);
		return limit === undefined ? [] : [{ period, scope: 'node', limitMicro: micro(limit) }];
	});
}

/** The command of a line that changes limits, or `null` when it is about something else. */
export function limitCommand([verb = '', name = '', third = '', ...rest]: readonly string[], key: string): Command | null {
	switch (verb) {
		case 'budget': {
			const [scope = '', value] = third.split('=');
			const [period = '', limit = '', ...words] = rest;
			if (!SCOPES.includes(scope) || !PERIODS.includes(period)) throw new Error(`A budget by "${third}" for each "${period}" is none.`);
			const budget = { name, scope: scope as BudgetScope, value: value ?? null, period: period as BudgetPeriod, limitMicro: micro(limit) };
			return { kind: 'set_budget', key: optionsOf(words).get('key') ?? key, budget };
		}
		case 'floor': {
			const [amount = '', ...words] = rest;
			const options = optionsOf(words);
			const exempt = options.get('exempt')?.split(',') ?? [];
			return {
				kind: 'set_floor',
				key: options.get('key') ?? key,
				floor: { name, label: third as LabelName | 'person', exempt, floorMicro: micro(amount) },
			};
		}
		case 'remove':
			return { kind: 'remove_limit', key: optionsOf(rest).get('key') ?? key, limit: name as 'budget' | 'floor', name: third };
		case 'shadow':
			if (name !== 'on' && name !== 'off') throw new Error(`Shadow mode is on or off, not "${name}".`);
			return { kind: 'set_enforcement', key, enforcement: name === 'on' ? 'shadow' : 'enforce' };
		default:
			return null;
	}
}

/**
 * What is expected of a counter and what it is, as texts. Between the budget and `held` may stand the period and the value (`-` is
 * none); without them the budget must have exactly one counter.
 */
export function counterTexts(
	words: readonly string[],
	{ counters, seqOf }: { counters: readonly BudgetCounter[]; seqOf: (name: string) => number | undefined },
): { expected: string; actual: string } {
	const from = words.indexOf('held');
	const [name = '', period, value] = words.slice(0, from);
	const found = counters.filter(
		(counter) =>
			counter.budgetSeq === seqOf(name) &&
			(period === undefined || counter.period === named(period)) &&
			(value === undefined || counter.value === named(value)),
	);
	const [counter] = found;
	const actual =
		found.length === 1 && counter
			? `held ${formatCredits(counter.heldMicro)} settled ${formatCredits(counter.settledMicro)}`
			: `${String(found.length)} counters`;
	return { expected: words.slice(from).join(' '), actual };
}

const named = (text: string): string => (text === '-' ? '' : text);

/** All words that may be expected of an outcome. */
export function tell(outcome: Outcome | undefined): string[] {
	if (!outcome) return ['nothing'];
	const words: string[] = [outcome.kind];
	if (outcome.kind === 'fault') words.push(`fault ${outcome.error.code}`);
	if ('reason' in outcome) words.push(`${outcome.kind} ${outcome.reason ?? 'for nothing'}`);
	if (outcome.kind === 'refused' && outcome.limit !== null) words.push(`refused ${outcome.reason} ${outcome.limit}`);
	if ('isReplayed' in outcome) words.push(outcome.isReplayed ? 'replayed' : 'new');
	if ('hold' in outcome) {
		const { state, isLate, shadow, refundedMicro, rung, steppedDown } = outcome.hold;
		words.push(`rung ${String(rung)}`, `stepped ${steppedDown ?? 'nothing'}`);
		words.push(state, isLate ? 'late' : 'in time', `shadow ${shadow ?? 'nothing'}`, `refunded ${formatCredits(refundedMicro)}`);
	}
	if (outcome.kind === 'closed') words.push(`differs ${formatCredits(outcome.differsByMicro)}`);
	if (outcome.kind === 'account')
		words.push(outcome.account.frozen === null ? 'not frozen' : `frozen ${outcome.account.frozen.reason}`.trim());
	if (outcome.kind === 'reserved') words.push(`holds ${String(1 + outcome.further.length)}`);
	if (outcome.kind === 'refunded') {
		const { repaidMicro, renewedMicro, restored, forfeited } = outcome.refund;
		const sum = (slices: readonly { readonly amountMicro: Micro }[]): Micro =>
			slices.reduce((total, slice) => total + slice.amountMicro, 0n);
		const parts = { repaid: repaidMicro, renewed: renewedMicro, restored: sum(restored), forfeited: sum(forfeited) };
		for (const [part, amountMicro] of Object.entries(parts)) words.push(`${part} ${formatCredits(amountMicro)}`);
	}
	return words;
}
