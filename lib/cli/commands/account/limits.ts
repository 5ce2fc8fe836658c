/** Owns the commands that limit spending: budgets and floors. */
import type { Command } from 'commander';
import type { Account } from '../../../core/nouns/records';
import type { Budget, Floor } from '../../../core/nouns/settings';
import type { CountedBefore } from '../../../core/nouns/usage-totals';
import { BUDGET_PERIODS, type BudgetPeriod } from '../../../core/nouns/words';
import { LABEL_NAMES } from '../../../core/nouns/labels';
import { formatCredits, parseCredits, sumMicro } from '../../../core/values/money';
import { shownText } from '../../../core/values/shown-text';
import { budgetDocument, budgetSetDocument, budgetUses, floorDocument, roomOf, type BudgetUse } from '../../../engine/report/budget-list';
import { floorsWithNames } from '../../../engine/report/person-names';
import { unlessRefused, wrongUse } from '../../console/failure';
import { alignedCredits, count, credits } from '../../console/format';
import { keyOf, oneOf, required, wholeNumber } from '../../console/options';
import type { Output } from '../../console/output';
import { table } from '../../console/table';
import { readLedger, type CommonOptions } from '../../console/session';

interface SetBudgetOptions extends CommonOptions {
	readonly name?: string;
	readonly scope?: string;
	readonly value?: string;
	readonly period?: string;
	readonly credits?: string;
	readonly key?: string;
}

interface SetFloorOptions extends CommonOptions {
	readonly name?: string;
	readonly label?: string;
	readonly exempt?: string;
	readonly credits?: string;
	readonly key?: string;
}

interface ListOptions extends CommonOptions {
	readonly limit?: string;
}

interface RemoveOptions extends CommonOptions {
	readonly name?: string;
	readonly key?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

const FLOOR_LABELS = [...LABEL_NAMES, 'person'] as const;
const SCOPES = [...FLOOR_LABELS, 'account'] as const;
const DEFAULT_VALUES = 10;
const MAX_VALUES = 1_000_000;

/** `budget set`. */
async function setBudget(options: SetBudgetOptions, output: Output): Promise<void> {
	const budget = budgetOf(options);
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		const { account, isReplayed, counted } = await unlessRefused(ledger.setBudget({ ...budget, key }));
		output.answer({ account: account.id, ...budgetSetDocument(budget, counted), replayed: isReplayed }, () =>
			[
				`${replayText(isReplayed)}Budget ${shownText(budget.name)}: ${budgetText(budget)}.`,
				...countedRemark(counted, budget),
				...shadowRemark(account),
			].join('\n'),
		);
	});
}

/** `budget list`. */
async function listBudgets(options: ListOptions, output: Output): Promise<void> {
	const limit = wholeNumber(options.limit, { option: '--limit', min: 1, max: MAX_VALUES }) ?? DEFAULT_VALUES;
	await readLedger(options, async ({ store }) => {
		const { account, uses } = await budgetUses(store, { accountId: options.account });
		const budgets = uses.map((use) => budgetDocument(use, limit));
		output.answer({ account: account.id, mode: account.settings.enforcement, timeZone: account.timeZone, budgets }, () =>
			uses.length === 0
				? 'There is no budget. Set one with "llm-credits budget set".'
				: [budgetTable(uses, { limit, output }), ...cutRemark(uses, limit), ...shadowRemark(account)].join('\n\n'),
		);
	});
}

/** `floor set`. */
async function setFloor(options: SetFloorOptions, output: Output): Promise<void> {
	const floor: Omit<Floor, 'seq'> = {
		name: required(options.name, '--name <name>'),
		label: oneOf(FLOOR_LABELS, { option: '--label', given: required(options.label, '--label <label>') }),
		exempt: exemptOf(options.exempt),
		floorMicro: parseCredits(required(options.credits, '--credits <n>'), { field: '--credits' }),
	};
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		const { account, isReplayed } = await unlessRefused(ledger.setFloor({ ...floor, key }));
		output.answer({ account: account.id, floor: floorDocument(floor), replayed: isReplayed }, () =>
			[`${replayText(isReplayed)}Floor ${shownText(floor.name)}: ${floorText(floor)}.`, ...shadowRemark(account)].join('\n'),
		);
	});
}

/** `floor list`. */
async function listFloors(options: CommonOptions, output: Output): Promise<void> {
	await readLedger(options, async ({ ledger, store }) => {
		const { account, availableMicro } = await ledger.balance();
		const { enforcement } = account.settings;
		const floors = await floorsWithNames(store, account.id, account.settings.floors);
		const document = {
			account: account.id,
			mode: enforcement,
			available: formatCredits(availableMicro),
			floors: floors.map(floorDocument),
		};
		output.answer(document, () =>
			floors.length === 0
				? 'There is no floor. Set one with "llm-credits floor set".'
				: [floorTable(floors), `Available now: ${credits(availableMicro)} credits.`, ...shadowRemark(account)].join('\n\n'),
		);
	});
}

/** `budget remove` and `floor remove`. */
function removeLimit(limit: 'budget' | 'floor'): Work<RemoveOptions> {
	return async (options, output) => {
		const name = required(options.name, '--name <name>');
		const key = keyOf(options);
		await readLedger(options, async ({ ledger }) => {
			const { account, isReplayed } = await unlessRefused(ledger.removeLimit({ limit, name, key }));
			output.answer({ account: account.id, removed: { kind: limit, name }, replayed: isReplayed }, () =>
				isReplayed ? 'This was already done under the same key; nothing was removed now.' : `The ${limit} ${shownText(name)} is removed.`,
			);
		});
	};
}

/** Adds `budget` and `floor` to `program`. */
export function describeLimitCommands(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	const key = ['--key <key>', 'idempotency key: the same key again changes nothing'] as const;
	const budget = program.command('budget').description('limit what calls may take in a period');
	budget
		.command('set')
		.description('set a budget; one of the same name is replaced, and goes on counting while only its credits change')
		.option('--name <name>', 'its name, by which refusals tell of it')
		.option('--scope <scope>', `what it counts by: ${SCOPES.join(', ')}`)
		.option('--value <value>', 'the one value it is for, such as the campaign; without it, each value has the credits for itself')
		.option(
			'--period <period>',
			`${BUDGET_PERIODS.join(', ')}; days, weeks (from Monday) and months are those of the account's zone; executions are n8n's`,
		)
		.option('--credits <n>', 'how many; 0 lets nothing through that costs')
		.option(...key)
		.action(run(setBudget));
	budget
		.command('list')
		.description('show the budgets, what each has counted in its current period, and the room left')
		.option('--limit <n>', 'values of each budget to list, the fullest first (default 10)')
		.action(run(listBudgets));
	budget
		.command('remove')
		.description('remove a budget')
		.option('--name <name>', 'its name')
		.option(...key)
		.action(run(removeLimit('budget')));
	const floor = program.command('floor').description('keep credits back for more valuable calls');
	floor
		.command('set')
		.description('set a floor: other calls are refused where they would leave less than this available')
		.option('--name <name>', 'its name, by which refusals tell of it')
		.option('--label <label>', `what tells the calls apart: ${FLOOR_LABELS.join(', ')}`)
		.option('--exempt <values>', 'values that may go below the floor, separated by commas')
		.option('--credits <n>', 'how many are kept back')
		.option(...key)
		.action(run(setFloor));
	floor.command('list').description('show the floors').action(run(listFloors));
	floor
		.command('remove')
		.description('remove a floor')
		.option('--name <name>', 'its name')
		.option(...key)
		.action(run(removeLimit('floor')));
}

function countedRemark(counted: CountedBefore | null | undefined, { scope, value, period }: Omit<Budget, 'seq'>): string[] {
	if (counted === undefined || period === 'send' || period === 'execution') return [];
	if (counted === null) return [`It counts from now: what each ${scope} spent before is not known by day.`];
	const span = period === 'total' ? '' : ` in this ${period}`;
	const spentMicro = sumMicro(counted.values.map(({ amountMicro }) => amountMicro));
	if (spentMicro === 0n) return [`Nothing was spent on it${span} before it was set.`];
	const among = scope === 'account' || value !== null ? '' : `, by ${count(counted.values.length)} of its values`;
	return [`It counts ${credits(spentMicro)} credits that were spent${span} before it was set${among}.`];
}

function shadowRemark({ settings }: Account): string[] {
	return settings.enforcement === 'shadow' ? ['The account is in shadow mode: this refuses nothing now. See "llm-credits mode".'] : [];
}

function budgetOf({ name, scope, value, period, credits: amount }: SetBudgetOptions): Omit<Budget, 'seq'> {
	const counted = oneOf(SCOPES, { option: '--scope', given: required(scope, '--scope <scope>') });
	if (counted === 'account' && value !== undefined)
		throw wrongUse('--value is given with --scope account.', 'Leave it out: the account has only one value, itself.');
	return {
		name: required(name, '--name <name>'),
		scope: counted,
		value: value ?? null,
		period: oneOf(BUDGET_PERIODS, { option: '--period', given: required(period, '--period <period>') }),
		limitMicro: parseCredits(required(amount, '--credits <n>'), { field: '--credits' }),
	};
}

function exemptOf(given: string | undefined): string[] {
	if (given === undefined) return [];
	const values = given.split(',').map((value) => value.trim());
	if (values.includes('')) throw wrongUse(`--exempt is ${JSON.stringify(given)}, with an empty value.`, 'Write it as vip,loyal.');
	return values;
}

function replayText(isReplayed: boolean): string {
	return isReplayed ? 'This was already done under the same key; nothing was changed now. It was: ' : '';
}

function budgetText(budget: Omit<Budget, 'seq'>): string {
	return `${credits(budget.limitMicro)} credits for ${scopeText(budget)}, ${periodText(budget.period)}`;
}

function scopeText({ scope, value }: Pick<Budget, 'scope' | 'value'>): string {
	if (scope === 'account') return 'the whole account';
	return value === null ? `each ${scope}` : `${scope} ${shownText(value)}`;
}

function periodText(period: BudgetPeriod): string {
	return period === 'total' ? 'in total' : `each ${period}`;
}

function floorText({ label, exempt, floorMicro }: Omit<Floor, 'seq'>): string {
	const others = exempt.length === 0 ? 'every call' : `calls whose ${label} is not ${exempt.map(shownText).join(' or ')}`;
	return `${credits(floorMicro)} credits are kept back from ${others}`;
}

/** A budget that has counted nothing yet has one row too; the others one for each of their fullest values. */
function budgetTable(uses: readonly BudgetUse[], { limit, output }: { limit: number; output: Output }): string {
	const rows = uses.flatMap(({ budget, period, counters }) => {
		const nothing = { value: budget.value ?? '', period: period ?? '', heldMicro: 0n, settledMicro: 0n };
		return (counters.length === 0 ? [nothing] : counters.slice(0, limit)).map((counter) => ({ budget, counter }));
	});
	const limits = alignedCredits(rows.map(({ budget }) => budget.limitMicro));
	const used = alignedCredits(rows.map(({ counter }) => counter.settledMicro));
	const held = alignedCredits(rows.map(({ counter }) => counter.heldMicro));
	const rooms = rows.map(({ budget, counter }) => roomOf(budget, counter));
	const left = alignedCredits(rooms).map((text, index) => ((rooms[index] ?? 0n) <= 0n ? output.colour(text, 'red') : text));
	const amounts = ['limit', 'used', 'held', 'room'].map((title) => ({ title, align: 'right' as const }));
	return table(
		[{ title: 'budget' }, { title: 'for' }, { title: 'value' }, { title: 'period' }, ...amounts],
		rows.map(({ budget, counter }, index) => [
			budget.name,
			budget.scope === 'account' || budget.value !== null ? scopeText(budget) : `each ${budget.scope}`,
			counter.value,
			[periodText(budget.period), counter.period].join(' ').trim(),
			limits[index] ?? '',
			used[index] ?? '',
			held[index] ?? '',
			left[index] ?? '',
		]),
	);
}

function cutRemark(uses: readonly BudgetUse[], limit: number): string[] {
	const more = uses.filter(({ counters }) => counters.length > limit);
	return more.map(
		({ budget, counters }) =>
			`${shownText(budget.name)} has counted ${count(counters.length)} values; --limit lists more than ${count(limit)}.`,
	);
}

function floorTable(floors: readonly Floor[]): string {
	const kept = alignedCredits(floors.map(({ floorMicro }) => floorMicro));
	return table(
		[{ title: 'floor' }, { title: 'kept back', align: 'right' }, { title: 'by' }, { title: 'may go below' }],
		floors.map(({ name, label, exempt }, index) => [name, kept[index] ?? '', label, exempt.join(', ') || 'nobody']),
	);
}
