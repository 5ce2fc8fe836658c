/**
 * Keeps the running totals of an account within what its columns hold: of a day, of a counter, of overdraft and reach. Whatever would take
 * one beyond that is refused by name before anything is written. Pure; amounts are micro-credits.
 */
import type { Command, PlainCommand } from '../../nouns/commands';
import type { CounterRef } from '../../nouns/records';
import { CreditError } from '../../values/errors';
import { formatCredits, MAX_AMOUNT_MICRO, MICRO_PER_CREDIT, sumMicro, type Micro } from '../../values/money';
import { dayOf } from '../../values/time';
import type { Draft } from './draft';

/** The most that a total may come to, as many micro-credits; columns of 64 bits hold a little more. */
const MAX_TOTAL_MICRO: Micro = 9n * MAX_AMOUNT_MICRO;
/** Smaller amounts cannot fill the total of a day: it would take nine million of them. */
const LARGE_MICRO: Micro = 1_000_000n * MICRO_PER_CREDIT;

/** What a command adds to totals, and how it is named for people. */
interface Added {
	readonly what: string;
	readonly amountMicro: Micro;
}

/** True for a command whose amount may fill the total of a day, which must be known then. */
export function isLarge(given: Command): boolean {
	const command: PlainCommand = given.kind === 'as_admin' ? given.command : given;
	switch (command.kind) {
		case 'settle':
			return command.actualMicro >= LARGE_MICRO;
		case 'refund':
			return command.amountMicro === null || command.amountMicro >= LARGE_MICRO;
		case 'reserve':
			return command.alternatives.some(({ calls }) => sumMicro(calls.map(({ amountMicro }) => amountMicro ?? 0n)) >= LARGE_MICRO);
		default:
			return false;
	}
}

/**
 * Throws `invalid_amount` where the day's charges and what is held, which may be charged any time, would come to too much; without
 * `freedMicro` of what is held, which the command gives up.
 */
export function checkDay(draft: Draft, { what, amountMicro, freedMicro = 0n }: Added & { readonly freedMicro?: Micro }): void {
	if (amountMicro < LARGE_MICRO) return;
	const day = dayOf(draft.nowMs, draft.account.timeZone);
	const chargedMicro = sumMicro(draft.spentIn({ fromDay: day, untilDay: day }).map((total) => total.chargedMicro));
	const heldMicro = sumMicro([...draft.grants].map((grant) => grant.heldMicro));
	const soFarMicro = (chargedMicro < 0n ? -chargedMicro : chargedMicro) + heldMicro - freedMicro;
	check(soFarMicro, { what, amountMicro, of: `what is charged or held on ${day}` });
}

/** Throws `invalid_amount` where a counter would come to too much. */
export function checkCounters(draft: Draft, refs: readonly CounterRef[], added: Added): void {
	for (const ref of refs) {
		const { heldMicro, settledMicro, reachMicro } = draft.counter(ref);
		const { name = '' } = draft.account.settings.budgets.find(({ seq }) => seq === ref.budgetSeq) ?? {};
		check(heldMicro + settledMicro + reachMicro, {
			...added,
			of: name === '' ? 'what a cap has counted' : `what budget ${name} has counted`,
		});
	}
}

/** Throws `invalid_amount` where the overdraft would come to too much. */
export function checkOverdraft(draft: Draft, added: Added): void {
	check(draft.account.overdraftMicro, { ...added, of: 'the overdraft' });
}

/** Throws `invalid_amount` where open calls could take too much beyond what is held for them. */
export function checkReach(draft: Draft, added: Added): void {
	check(draft.account.reachMicro, { ...added, of: 'what open calls may still take' });
}

/** Throws `invalid_amount` where a new budget would have to count more than it can of the time before. */
export function checkCounted(name: string, amountMicro: Micro): void {
	if (amountMicro <= MAX_TOTAL_MICRO) return;
	throw new CreditError(
		'invalid_amount',
		`Budget ${JSON.stringify(name)} would begin with ${formatCredits(amountMicro)} credits that were spent before, and can count ${formatCredits(MAX_TOTAL_MICRO)}. Set one for a month, or for a narrower scope.`,
	);
}

function check(beforeMicro: Micro, { what, amountMicro, of }: Added & { readonly of: string }): void {
	if (amountMicro <= 0n || beforeMicro + amountMicro <= MAX_TOTAL_MICRO) return;
	throw new CreditError(
		'invalid_amount',
		`The ${what} is ${formatCredits(amountMicro)} credits; with it, ${of} would come to ${formatCredits(beforeMicro + amountMicro)}, and ${formatCredits(MAX_TOTAL_MICRO)} is the most that the ledger counts. Check the price and the amount; another account has totals of its own.`,
	);
}
