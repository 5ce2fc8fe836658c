/**
 * Owns budgets, caps and floors: which counters a call counts in, and whether it fits (ledger rules 21 and 22). All limits that apply
 * are checked together with the balance in one decision; the tightest is named. Refuses limits that could never work.
 */
import { CreditError } from '../../values/errors';
import type { Cap, Command, ReserveCommand } from '../../nouns/commands';
import type { BudgetCounter, CounterRef, Hold } from '../../nouns/records';
import type { PeopleSnapshot } from '../../nouns/person';
import type { AccountSettings, Budget, Floor } from '../../nouns/settings';
import { formatCredits, MAX_AMOUNT_MICRO, type Micro } from '../../values/money';
import { dayOf, isZone, monthOf, weekOf, type Instant } from '../../values/time';
import { NOBODY, People, type KnownBy } from './people';

/** What a call is judged by. */
export type LimitedCall = Pick<ReserveCommand, 'labels' | 'person' | 'sendId' | 'executionId'>;

/** The limit that is named for a call that does not fit, and whether it would fit all limits of its kind once open holds close. */
export interface LimitHit {
	readonly reason: 'cap_reached' | 'budget_exceeded' | 'floor_reached';
	readonly name: string;
	readonly mayPass: boolean;
}

/** A limit that a call counts against, and the counter in which it counts. */
export interface Claim {
	readonly ref: CounterRef;
	/** What the budget counted for the same person under the name, before there were pseudonyms; it is read, and counts no more. */
	readonly plainRef?: CounterRef;
	readonly name: string;
	readonly limitMicro: Micro;
	/** Place among the limits of its kind, in the order in which they were set. */
	readonly order: number;
}

/** A claim with what all calls of an alternative together would take of it. */
export type KnownClaim = Claim & { readonly amountMicro: Micro };

/** The number under which caps are counted: they are no budgets of the account, and no entry has it. */
const CAP_SEQ = 0;

/** More limits than this make every reservation slow. */
const MAX_LIMITS = 200;
const MAX_NAME_LENGTH = 100;
const MAX_VALUE_LENGTH = 200;

/** The budgets that a call counts against, each with its counter. */
export function budgetClaims(
	budgets: readonly Budget[],
	call: LimitedCall,
	{ atMs, timeZone, people = NOBODY }: { atMs: Instant; timeZone: string; people?: KnownBy },
): Claim[] {
	return budgets.flatMap((budget, order) => {
		const value = valueOf(budget.scope, call);
		const period = periodOf(budget, call, { atMs, timeZone });
		if (value === null || period === null || !isFor(budget, value, people)) return [];
		const { seq, name, limitMicro } = budget;
		const plain = budget.scope === 'person' ? people.plainOf(value) : null;
		const plainRef = plain === null ? {} : { plainRef: { budgetSeq: seq, period, value: plain } };
		return [{ ref: { budgetSeq: seq, period, value }, ...plainRef, name, limitMicro, order }];
	});
}

/** Budgets that are older than pseudonyms are for a person by name. */
function isFor({ scope, value }: Budget, counted: string, people: KnownBy): boolean {
	return value === null || value === counted || (scope === 'person' && value === people.nameOf(counted));
}

/** The caps that the calls of a command count against. One for a send or an execution that the command does not name limits nothing. */
export function capClaims({ caps, sendId, executionId }: Pick<ReserveCommand, 'caps' | 'sendId' | 'executionId'>): Claim[] {
	const ids: Readonly<Record<Cap['period'], string | null>> = { send: sendId, execution: executionId };
	return caps.flatMap(({ period, scope, limitMicro }, order) => {
		const id = ids[period];
		return id === null ? [] : [{ ref: { budgetSeq: CAP_SEQ, period: id, value: `${period}/${scope}` }, name: period, limitMicro, order }];
	});
}

/** The command as its call sees it: with its own model among the labels. */
export function limitedCall({ labels, person, sendId, executionId }: ReserveCommand, model: string | null): LimitedCall {
	return { labels: model === null ? labels : { ...labels, model }, person, sendId, executionId };
}

interface NeededBy {
	readonly settings: AccountSettings;
	readonly holds: readonly Hold[];
	readonly atMs: Instant;
	readonly timeZone: string;
	readonly people: PeopleSnapshot;
}

/**
 * The counters that a batch may read or change: those of its reservations at `atMs`, in the account's zone and in those that the
 * batch itself changes to, and those of the holds it may close.
 */
export function countersNeeded(commands: readonly Command[], { settings, holds, atMs, timeZone, people }: NeededBy): CounterRef[] {
	const known = new People(people);
	const reserves = commands.filter((command) => command.kind === 'reserve');
	const changedTo = commands
		.map((command) => (command.kind === 'as_admin' ? command.command : command))
		.flatMap((command) => (command.kind === 'change_account' ? (command.timeZone ?? []) : []));
	const zones = [timeZone, ...changedTo.filter(isZone)];
	const claimed = reserves.flatMap((plain) => {
		if (settings.budgets.length === 0) return capClaims(plain);
		const command = known.hideIn(plain);
		const models = new Set(command.alternatives.flatMap(({ calls }) => calls.map(({ model }) => model)));
		const calls = [...models].map((model) => limitedCall(command, model));
		const budgets = zones.flatMap((zone) =>
			calls.flatMap((call) => budgetClaims(settings.budgets, call, { atMs, timeZone: zone, people: known })),
		);
		return [...capClaims(command), ...budgets];
	});
	return [...claimed.flatMap(({ ref, plainRef }) => (plainRef ? [ref, plainRef] : [ref])), ...holds.flatMap((hold) => hold.counters)];
}

/**
 * The tightest claim without room for its amount, or `null`; of equally tight ones that which was set first. Room is the limit less what
 * is settled and held, and what open holds may cost beyond that; every one must make room.
 */
export function claimHit(
	claims: readonly KnownClaim[],
	{ reason, counterOf }: { reason: 'cap_reached' | 'budget_exceeded'; counterOf: (ref: CounterRef) => BudgetCounter },
): LimitHit | null {
	let tightest: { name: string; roomMicro: Micro; order: number } | null = null;
	let mayPass = true;
	for (const { ref, plainRef, name, limitMicro, amountMicro, order } of claims) {
		const { heldMicro, settledMicro, reachMicro } = together(counterOf(ref), plainRef && counterOf(plainRef));
		const roomMicro = limitMicro - settledMicro - heldMicro - reachMicro;
		if (amountMicro <= roomMicro) continue;
		mayPass &&= amountMicro <= roomMicro + heldMicro + reachMicro;
		const isTighter = !tightest || roomMicro < tightest.roomMicro || (roomMicro === tightest.roomMicro && order < tightest.order);
		if (isTighter) tightest = { name, roomMicro, order };
	}
	return tightest && { reason, name: tightest.name, mayPass };
}

/** What was counted under a pseudonym, and before that under the name. */
function together(counter: BudgetCounter, plain: BudgetCounter | undefined): BudgetCounter {
	if (!plain) return counter;
	return {
		...counter,
		heldMicro: counter.heldMicro + plain.heldMicro,
		settledMicro: counter.settledMicro + plain.settledMicro,
		reachMicro: counter.reachMicro + plain.reachMicro,
	};
}

/** The highest floor that would be passed: what is free would fall below it, and one of the calls is not exempt. */
export function floorHit(
	floors: readonly Floor[],
	calls: readonly LimitedCall[],
	{
		amountMicro,
		freeMicro,
		returnableMicro,
		people = NOBODY,
	}: { amountMicro: Micro; freeMicro: Micro; returnableMicro: Micro; people?: KnownBy },
): LimitHit | null {
	const isExempt = ({ label, exempt }: Floor, call: LimitedCall): boolean => {
		const value = valueOf(label, call) ?? '';
		return exempt.includes(value) || (label === 'person' && exempt.includes(people.nameOf(value) ?? ''));
	};
	const barring = floors.filter((floor) => freeMicro - amountMicro < floor.floorMicro && calls.some((call) => !isExempt(floor, call)));
	const highest = barring.reduce<Floor | null>((found, floor) => (found && found.floorMicro >= floor.floorMicro ? found : floor), null);
	return (
		highest && {
			reason: 'floor_reached',
			name: highest.name,
			mayPass: freeMicro + returnableMicro - amountMicro >= highest.floorMicro,
		}
	);
}

/** The number of the budget that this one continues, or `null` when it starts counting afresh. */
export function continuedBudget(
	settings: AccountSettings,
	{ name, scope, value, period }: Omit<Budget, 'seq'>,
	people: KnownBy,
): number | null {
	const isSame = (before: Budget): boolean =>
		before.value === value || (value !== null && before.value !== null && isFor(before, value, people));
	const same = settings.budgets.find(
		(budget) => budget.name === name && budget.scope === scope && budget.period === period && isSame(budget),
	);
	return same?.seq ?? null;
}

/** Throws `invalid_argument` or `invalid_amount` naming what is wrong with a budget. */
export function checkBudget(settings: AccountSettings, { name, scope, value, limitMicro }: Omit<Budget, 'seq'>): void {
	checkLimit(settings.budgets, { name, kind: 'budget', amountMicro: limitMicro });
	if (value !== null && (scope === 'account' || value === '' || value.length > MAX_VALUE_LENGTH)) {
		throw new CreditError(
			'invalid_argument',
			`The budget ${JSON.stringify(name)} names the value ${JSON.stringify(value)}; give a value of 1 to ${String(MAX_VALUE_LENGTH)} characters, or none for each value on its own and for the whole account.`,
		);
	}
}

/** Throws `invalid_argument` or `invalid_amount` naming what is wrong with a floor. */
export function checkFloor(settings: AccountSettings, { name, exempt, floorMicro }: Omit<Floor, 'seq'>): void {
	checkLimit(settings.floors, { name, kind: 'floor', amountMicro: floorMicro });
	if (exempt.some((value) => value === '' || value.length > MAX_VALUE_LENGTH) || exempt.length > MAX_LIMITS) {
		throw new CreditError(
			'invalid_argument',
			`The floor ${JSON.stringify(name)} has an exempt value that is empty or too long; give values of 1 to ${String(MAX_VALUE_LENGTH)} characters.`,
		);
	}
}

function checkLimit(
	existing: readonly { readonly name: string }[],
	{ name, kind, amountMicro }: { name: string; kind: 'budget' | 'floor'; amountMicro: Micro },
): void {
	if (name.trim() === '' || name.length > MAX_NAME_LENGTH) {
		throw new CreditError(
			'invalid_argument',
			`The name of the ${kind} is ${JSON.stringify(name)}; give 1 to ${String(MAX_NAME_LENGTH)} characters.`,
		);
	}
	if (amountMicro < 0n || amountMicro > MAX_AMOUNT_MICRO) {
		throw new CreditError(
			'invalid_amount',
			`The ${kind} ${JSON.stringify(name)} is ${formatCredits(amountMicro)} credits; give 0 to ${formatCredits(MAX_AMOUNT_MICRO)}.`,
		);
	}
	if (existing.length >= MAX_LIMITS && !existing.some((limit) => limit.name === name)) {
		throw new CreditError('invalid_argument', `There are ${String(MAX_LIMITS)} ${kind}s already. Remove one that is not needed any more.`);
	}
}

/** The value under which a call counts; `null`: it does not count. */
export function valueOf(scope: Budget['scope'], { labels, person }: Pick<LimitedCall, 'labels' | 'person'>): string | null {
	if (scope === 'account') return '';
	const value = scope === 'person' ? person : labels[scope];
	return value === undefined || value === '' ? null : value;
}

/** The period in which a call counts; `null`: in none. */
export function periodOf(
	{ period }: Pick<Budget, 'period'>,
	{ sendId, executionId }: Pick<LimitedCall, 'sendId' | 'executionId'>,
	{ atMs, timeZone }: { atMs: Instant; timeZone: string },
): string | null {
	switch (period) {
		case 'send':
			return sendId;
		case 'execution':
			return executionId;
		case 'day':
			return dayOf(atMs, timeZone);
		case 'week':
			return weekOf(atMs, timeZone);
		case 'month':
			return monthOf(atMs, timeZone);
		case 'total':
			return '';
		default:
			return period satisfies never;
	}
}
