/**
 * Owns what people see of budgets: each with what it has counted in its current period and the room that is left. A view at an
 * instant: holds whose time is over no longer count. Changes nothing.
 */
import { advance } from '../../core/rules/draft/advance';
import { Draft } from '../../core/rules/draft/draft';
import { budgetClaims } from '../../core/rules/draft/limits';
import { nameOf, shownPerson } from '../../core/nouns/person';
import type { Account, BudgetCounter } from '../../core/nouns/records';
import type { Budget, Floor } from '../../core/nouns/settings';
import type { CountedBefore } from '../../core/nouns/usage-totals';
import { formatCredits, sumMicro, type Micro } from '../../core/values/money';
import type { Instant } from '../../core/values/time';
import type { LedgerStore } from '../../ledger/store';
import type { NamesOf } from './person-names';

/** What is needed of a ledger to show budgets. */
export type BudgetStore = NamesOf & Pick<LedgerStore, 'counters' | 'snapshot'>;

/** A budget and its counters, the fullest first. */
export interface BudgetUse {
	readonly budget: Budget;
	/** The current calendar period, `''` for total; `null` where each send or execution has its own. */
	readonly period: string | null;
	/** Of the current period; of all sends or executions where each has its own. */
	readonly counters: readonly BudgetCounter[];
}

/** The budgets of an account and what they have counted by now. Throws `account_not_found`. */
export async function budgetUses(
	store: BudgetStore,
	{ accountId }: { accountId: string },
): Promise<{ readonly account: Account; readonly uses: readonly BudgetUse[] }> {
	// In this order: a hold that ends in between is then only shown as still counting.
	const counters = await store.counters(accountId);
	const { clockMs, ...snapshot } = await store.snapshot(accountId);
	const draft = new Draft(accountId, { ...snapshot, counters }, clockMs);
	advance(draft);
	const { account } = draft;
	const uses = account.settings.budgets.map((budget) => {
		const period = currentPeriod(budget, { atMs: draft.nowMs, timeZone: account.timeZone });
		const own = counters.filter(({ budgetSeq, period: counted }) => budgetSeq === budget.seq && (period === null || counted === period));
		return { budget, period, counters: own.map((counter) => draft.counter(counter)).sort(byFullness) };
	});
	return { account, uses: await budgetsWithNames(store, accountId, uses) };
}

/** What is left under the limit; below 0 when calls cost more than was set aside for them, or the limit was lowered. */
export function roomOf({ limitMicro }: Budget, { heldMicro, settledMicro }: Pick<BudgetCounter, 'heldMicro' | 'settledMicro'>): Micro {
	return limitMicro - settledMicro - heldMicro;
}

/** A budget as JSON, with at most `limit` of its counters; `counted` says how many there are. */
export function budgetDocument({ budget, period, counters }: BudgetUse, limit: number): Record<string, unknown> {
	return {
		...settingDocument(budget),
		currentPeriod: period === '' ? null : period,
		counted: counters.length,
		counters: counters.slice(0, limit).map((counter) => ({
			value: counter.value === '' ? null : counter.value,
			period: counter.period === '' ? null : counter.period,
			used: formatCredits(counter.settledMicro),
			held: formatCredits(counter.heldMicro),
			room: formatCredits(roomOf(budget, counter)),
		})),
	};
}

/** A budget's own settings as JSON. */
function settingDocument({ name, scope, value, period, limitMicro }: Omit<Budget, 'seq'>): Record<string, unknown> {
	return { name, scope, value, period, credits: formatCredits(limitMicro) };
}

/** A budget that was set, with what was spent before; `countsFromNow` where nothing of that counts. Nothing of it for a budget that goes on. */
export function budgetSetDocument(terms: Omit<Budget, 'seq'>, counted: CountedBefore | null | undefined): Record<string, unknown> {
	const budget = settingDocument(terms);
	if (counted === undefined) return { budget };
	const values = counted?.values ?? [];
	return {
		budget,
		countsFromNow: counted === null,
		countedBefore: formatCredits(sumMicro(values.map(({ amountMicro }) => amountMicro))),
		countedValues: values.length,
	};
}

/** A floor as JSON. */
export function floorDocument({ name, label, exempt, floorMicro }: Omit<Floor, 'seq'>): Record<string, unknown> {
	return { name, label, exempt, credits: formatCredits(floorMicro) };
}

/** Asks the rule itself, by a call that belongs to no send and no execution. */
function currentPeriod(budget: Budget, at: { atMs: Instant; timeZone: string }): string | null {
	const ofAnyone: Budget = { ...budget, scope: 'account', value: null };
	const [claim] = budgetClaims([ofAnyone], { labels: {}, person: null, sendId: null, executionId: null }, at);
	return claim?.ref.period ?? null;
}

function byFullness(a: BudgetCounter, b: BudgetCounter): number {
	const [fullOfA, fullOfB] = [a.settledMicro + a.heldMicro, b.settledMicro + b.heldMicro];
	if (fullOfA !== fullOfB) return fullOfA > fullOfB ? -1 : 1;
	return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

/** The budgets with persons as they are shown; what was counted for one under a name, and under the pseudonym since, is one. */
async function budgetsWithNames(store: NamesOf, accountId: string, uses: readonly BudgetUse[]): Promise<readonly BudgetUse[]> {
	const ofPersons = uses.filter(({ budget }) => budget.scope === 'person');
	const held = ofPersons.flatMap(({ budget: { value }, counters }) => [
		...counters.map((one) => one.value),
		...(value === null ? [] : [value]),
	]);
	if (held.length === 0) return uses;
	const persons = await store.names.find(accountId, held);
	const shown = (value: string): string => shownPerson(value, persons);
	const whose = ({ value }: BudgetCounter): string => nameOf(value, persons ?? []) ?? value;
	return uses.map((use) => {
		if (use.budget.scope !== 'person') return use;
		const { value } = use.budget;
		const counters = together(use.counters, whose);
		return {
			...use,
			budget: { ...use.budget, value: value === null ? null : shown(value) },
			counters: counters.map((counter) => ({ ...counter, value: shown(counter.value) })),
		};
	});
}

function together(counters: readonly BudgetCounter[], whose: (counter: BudgetCounter) => string): BudgetCounter[] {
	const sums = new Map<string, BudgetCounter>();
	for (const counter of counters) {
		const key = JSON.stringify([counter.period, whose(counter)]);
		const sum = sums.get(key);
		sums.set(key, {
			...counter,
			heldMicro: counter.heldMicro + (sum?.heldMicro ?? 0n),
			settledMicro: counter.settledMicro + (sum?.settledMicro ?? 0n),
			reachMicro: counter.reachMicro + (sum?.reachMicro ?? 0n),
		});
	}
	return [...sums.values()];
}
