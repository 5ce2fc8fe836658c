/** Owns the commands that only read: balance, usage, verify. */
import { addCounts, NO_USAGE, type UsageCounts } from '../../../core/nouns/usage-totals';
import type { Command } from 'commander';
import type { Balance } from '../../../core/rules/draft/balance';
import { spendableMicro } from '../../../core/rules/draft/spendable';
import { isLive } from '../../../core/rules/draft/burn-down';
import { grantId, type GrantState } from '../../../core/nouns/records';
import { LABEL_NAMES } from '../../../core/nouns/labels';
import { floorDivide, type Micro } from '../../../core/values/money';
import { DUMP_HINT, restoreHint } from '../../../core/values/restore-hint';
import { shownText } from '../../../core/values/shown-text';
import { compareInstants } from '../../../core/values/time';
import { balanceDocument, dayOrNull, usageDocuments } from '../../../engine/credit-balance';
import { aheadText, blockedText } from '../../../engine/report/balance-words';
import { NEVER_PROVED, verifyLedger, type Verification } from '../../../engine/moving/verify-ledger';
import { isServerAddress, scratchCounters } from '../../../runtime/runtime';
import { EXIT, wrongUse } from '../../console/failure';
import { alignedCredits, count, counted, dollars, localTime, rough } from '../../console/format';
import type { Colour, Output } from '../../console/output';
import { table, type Column } from '../../console/table';
import { viewLedger, type CommonOptions } from '../../console/session';

interface BalanceOptions extends CommonOptions {
	readonly all?: boolean;
}

interface UsageOptions extends CommonOptions {
	readonly by: string;
	readonly from?: string;
	readonly until?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;
type UsageLine = Awaited<ReturnType<Parameters<Parameters<typeof viewLedger>[1]>[0]['ledger']['usage']>>[number];
type Grouping = (typeof GROUPINGS)[number];

type GrantColumn = Column & { readonly texts: readonly string[] };

const GROUPINGS = [...LABEL_NAMES, 'day'] as const;
const LOW_PERCENT = 20n;
const VERY_LOW_PERCENT = 5n;

/** `balance`. */
async function balance(options: BalanceOptions, output: Output): Promise<void> {
	await viewLedger(options, async ({ ledger }) => {
		const found = await ledger.balance();
		output.answer(balanceDocument(found), () => balanceText(found, { output, location: ledger.location, isAll: options.all === true }));
	});
}

/** `usage`. */
async function usage(options: UsageOptions, output: Output): Promise<void> {
	const groupBy = groupingsOf(options.by);
	const fromDay = dayOrNull(options.from ?? '', '--from');
	const untilDay = dayOrNull(options.until ?? '', '--until');
	await viewLedger(options, async ({ ledger }) => {
		await ledger.balance();
		const rows = await ledger.usage({ groupBy, fromDay, untilDay, where: {} });
		const [total = null] = usageDocuments(rows.length === 0 ? [] : [sumOf(rows)]);
		output.answer({ account: options.account, by: groupBy, from: fromDay, until: untilDay, rows: usageDocuments(rows), total }, () =>
			rows.length === 0 ? 'No call was counted in this time.' : usageText(rows, groupBy),
		);
	});
}

/** `verify`: exit code 1 when a promise is broken. */
async function verify(options: CommonOptions, output: Output): Promise<void> {
	await viewLedger(options, async ({ store }) => {
		const progress = output.progress('Verifying');
		const verification = await verifyLedger(store, {
			onProgress: ({ entries, ofEntries }) => progress.update(entries, ofEntries),
			makeCounters: scratchCounters,
		}).finally(() => progress.stop());
		const { ok, accounts, entries, violations } = verification;
		output.answer({ ok, accounts, entries, violations, notProved: notProved(verification) }, () =>
			verificationText(verification, { output, ledger: store.location }),
		);
		if (!ok) process.exitCode = EXIT.refused;
	});
}

/** Adds the three commands to `program`. */
export function describeReadingCommands(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('balance')
		.description('show what is available, held and overdrawn, and each grant in the order in which it is used up')
		.option('--all', 'list grants that are used up, expired or void as well')
		.action(run(balance));
	program
		.command('usage')
		.description('show calls, credits and tokens, largest first')
		.option('--by <labels>', `one or more of ${GROUPINGS.join(', ')}, separated by commas`, 'model')
		.option('--from <day>', 'first day, such as 2026-11-01, in the zone of the account')
		.option('--until <day>', 'last day, itself included')
		.action(run(usage));
	program
		.command('verify')
		.description('derive all balances and holds again from the journal, and name each difference')
		.action(run(verify));
}

function balanceText(found: Balance, { output, location, isAll }: { output: Output; location: string; isAll: boolean }): string {
	const { account, heldMicro, mayStillTakeMicro, overdraftMicro, grants } = found;
	const spendable = spendableMicro(found);
	const aligned = alignedCredits([spendable, heldMicro, mayStillTakeMicro, overdraftMicro]);
	const [available = '', held = '', mayStillTake = '', overdraft = ''] = aligned;
	const width = Math.max(...aligned.map(({ length }) => length));
	const colour = colourOf(found);
	const [block, ahead] = [blockedText(found), aheadText(found)];
	const shown = isAll ? grants : grants.filter((grant) => isOpen(grant, found));
	const hidden = grants.length - shown.length;
	const amount = (text: string): string => text.padStart(width);
	return [
		`Account ${shownText(account.id)} of ${shownText(location)}`,
		'',
		`Available  ${colour ? output.colour(amount(available), colour) : amount(available)} credits  (${dollars(spendable)})`,
		...(block === null ? [] : [output.colour(shownText(block), 'red')]),
		...(ahead === null ? [] : [output.colour(ahead, 'yellow')]),
		`Held       ${amount(held)} credits${heldMicro > 0n ? '  by calls under way' : ''}`,
		...(mayStillTakeMicro > 0n
			? [`Kept free  ${amount(mayStillTake)} credits  which those calls may still take; others wait for them`]
			: []),
		...(overdraftMicro > 0n ? [`Overdraft  ${output.colour(amount(overdraft), 'red')} credits  repaid first by the next credits`] : []),
		...(account.settings.enforcement === 'shadow' ? ['Shadow mode: calls are metered, and none is refused.'] : []),
		'',
		shown.length === 0
			? 'No grant has credits left. Add some with "llm-credits grant" or "llm-credits purchase".'
			: grantTable(shown, account.timeZone),
		...(hidden > 0
			? ['', `${counted(hidden, 'grant is', 'grants are')} used up, expired or void; --all lists ${hidden === 1 ? 'it' : 'them'}.`]
			: []),
	].join('\n');
}

/** Still of use: has credits, or will have once it begins. */
function isOpen(grant: GrantState, { atMs }: Balance): boolean {
	if (grant.heldMicro > 0n) return true;
	return grant.remainingMicro > 0n && (isLive(grant, atMs) || compareInstants(grant.effectiveAtMs, atMs) > 0);
}

function colourOf({ availableMicro, grantedMicro }: Balance): Colour | null {
	if (availableMicro <= 0n || availableMicro * 100n <= grantedMicro * VERY_LOW_PERCENT) return 'red';
	return availableMicro * 100n <= grantedMicro * LOW_PERCENT ? 'yellow' : null;
}

/** Columns in which every row would say the same nothing are left out. */
function grantTable(grants: readonly GrantState[], timeZone: string): string {
	const text = (title: string, of: (grant: GrantState) => string): GrantColumn => ({ title, align: 'left', texts: grants.map(of) });
	const amount = (title: string, of: (grant: GrantState) => Micro): GrantColumn => ({
		title,
		align: 'right',
		texts: alignedCredits(grants.map(of)),
	});
	const columns = [
		text('grant', ({ seq }) => grantId(seq)),
		text('category', ({ category }) => category),
		amount('amount', ({ amountMicro }) => amountMicro),
		amount('used', ({ settledMicro }) => settledMicro),
		amount('held', ({ heldMicro }) => heldMicro),
		amount('remaining', ({ remainingMicro }) => remainingMicro),
		text('from', ({ effectiveAtMs }) => localTime(effectiveAtMs, timeZone)),
		text('until', ({ expiresAtMs }) => localTime(expiresAtMs, timeZone)),
		text('note', ({ note }) => note ?? ''),
	].filter(({ title, texts }) => !['held', 'note'].includes(title) || texts.some((cell) => !['', '0'].includes(cell.trim())));
	const rows = grants.map((_, index) => columns.map(({ texts }) => texts[index] ?? ''));
	return `${table(columns, rows)}\n\nTimes are those of ${timeZone}.`;
}

function groupingsOf(given: string): Grouping[] {
	return given.split(',').map((part) => {
		const grouping = GROUPINGS.find((name) => name === part.trim());
		if (grouping === undefined)
			throw wrongUse(`--by has ${JSON.stringify(part.trim())}.`, `Give one or more of ${GROUPINGS.join(', ')}, separated by commas.`);
		return grouping;
	});
}

function sumOf(rows: readonly UsageLine[]): UsageLine {
	return { group: {}, ...rows.reduce<UsageCounts>(addCounts, NO_USAGE) };
}

function usageText(rows: readonly UsageLine[], groupBy: readonly Grouping[]): string {
	const all = rows.length > 1 ? [...rows, sumOf(rows)] : rows;
	const charged = alignedCredits(all.map((row) => row.chargedMicro));
	const perThousand = alignedCredits(
		all.map((row) => (row.calls === 0 ? 0n : rough(floorDivide(row.chargedMicro * 1000n, BigInt(row.calls))))),
	);
	const numbers = ['calls', 'credits', 'per 1,000 calls', 'tokens in', 'tokens out', 'refused'].map((title) => ({
		title,
		align: 'right' as const,
	}));
	const isTotal = (index: number): boolean => index === rows.length;
	const body = all.map((row, index) => [
		...groupBy.map((name, place) =>
			isTotal(index) ? (place === 0 ? 'all' : '') : row.group[name] === '' ? '(none)' : (row.group[name] ?? '(none)'),
		),
		count(row.calls),
		charged[index] ?? '',
		perThousand[index] ?? '',
		count(row.inputTokens),
		count(row.outputTokens),
		count(row.refusals),
	]);
	return table([...groupBy.map((title) => ({ title })), ...numbers], body);
}

/** What the proof says nothing about. */
function notProved({ unproved = [] }: Verification): string[] {
	return [...NEVER_PROVED, ...unproved];
}

function verificationText(verification: Verification, { output, ledger }: { readonly output: Output; readonly ledger: string }): string {
	const { ok, accounts, entries, violations } = verification;
	const looked = `${counted(entries, 'entry', 'entries')} of ${counted(accounts, 'account', 'accounts')} replayed`;
	const rest = `Not proved: ${notProved(verification).join('; ')}.`;
	if (ok) return `${output.colour('The ledger is right:', 'green')} ${looked}, every balance and hold comes out the same.\n${rest}`;
	const listed = table(
		[{ title: 'account' }, { title: 'violation' }, { title: 'what is wrong' }],
		violations.map(({ accountId, code, detail }) => [accountId === '' ? '(none)' : accountId, code, detail]),
	);
	const wrong = output.colour(`The ledger is wrong in ${counted(violations.length, 'place', 'places')}:`, 'red');
	return `${wrong} ${looked}.\n\n${listed}\n\n${rest}\n${restoreText(ledger)}`;
}

/** A ledger on a server is restored with the tools of the server. */
function restoreText(ledger: string): string {
	if (isServerAddress(ledger)) return `To go on: stop what uses it and restore a backup ${DUMP_HINT}.`;
	return `To go on: ${restoreHint(ledger)}. The file that is there now is kept beside it.`;
}
