/** Owns the commands that open, show, list and change accounts. */
import type { Command } from 'commander';
import type { Account } from '../../../core/nouns/records';
import { UNCONFIRMED_POLICIES, type Plan, type UnconfirmedPolicy } from '../../../core/nouns/words';
import { shownText } from '../../../core/values/shown-text';
import { checkedZone } from '../../../core/values/time';
import { machineTimeZone } from '../../../runtime/runtime';
import { newId } from '../../../runtime/system';
import { wrongUse } from '../../console/failure';
import { accountDocument, count, counted, localTime, planText, zonedTime } from '../../console/format';
import { oneOf } from '../../console/options';
import type { Output } from '../../console/output';
import { table } from '../../console/table';
import { ledgerPathOf, readLedger, withLedger, type CommonOptions } from '../../console/session';

interface AccountOptions extends CommonOptions {
	readonly name?: string;
	readonly timeZone?: string;
	readonly plan?: string;
	readonly unconfirmed?: string;
}

/** `account open`: makes the account, or leaves an existing one as it is. */
async function openAccount(options: AccountOptions, output: Output): Promise<void> {
	const plan = planOf(options.plan);
	const unconfirmed = unconfirmedOf(options);
	if (options.timeZone !== undefined) checkedZone(options.timeZone);
	await withLedger(ledgerPathOf(options), options, async ({ store, ledger }) => {
		const known = (await store.accounts()).find(({ id }) => id === options.account);
		const account =
			known ??
			(
				await ledger.open({
					name: options.name ?? options.account,
					timeZone: options.timeZone ?? machineTimeZone(),
					plan: plan ?? 'paid',
					...unconfirmed,
				})
			).account;
		output.answer({ account: accountDocument(account), opened: known === undefined }, () =>
			known
				? `Account ${shownText(account.id)} was open already; nothing changed.\n\n${accountText(account)}`
				: `Account ${shownText(account.id)} is open.\n\n${accountText(account)}`,
		);
	});
}

/** `account show`. */
async function showAccount(options: CommonOptions, output: Output): Promise<void> {
	await readLedger(options, async ({ ledger }) => {
		const { account } = await ledger.balance();
		output.answer({ account: accountDocument(account) }, () => accountText(account));
	});
}

/** `account list`. */
async function listAccounts(options: CommonOptions, output: Output): Promise<void> {
	await readLedger(options, async ({ store }) => {
		const accounts = await store.accounts();
		output.answer({ accounts: accounts.map(accountDocument) }, () =>
			accounts.length === 0 ? 'The ledger has no account yet. Open one with "llm-credits account open".' : accountTable(accounts),
		);
	});
}

/** `account set`: changes what is given and leaves the rest. */
async function setAccount(options: AccountOptions, output: Output): Promise<void> {
	const plan = planOf(options.plan);
	const { name, timeZone } = options;
	const unconfirmed = unconfirmedOf(options);
	if (name === undefined && timeZone === undefined && plan === undefined && options.unconfirmed === undefined) {
		throw wrongUse('Nothing to change is given.', 'Give --name, --time-zone, --plan or --unconfirmed.');
	}
	await readLedger(options, async ({ ledger }) => {
		const change = {
			...(name === undefined ? {} : { name }),
			...(timeZone === undefined ? {} : { timeZone }),
			...(plan === undefined ? {} : { plan }),
			...unconfirmed,
		};
		const { account } = await ledger.changeAccount({ ...change, key: `cli ${newId()}` });
		output.answer(
			{
				account: accountDocument(account),
				changed: Object.keys(change).map((name) => (name === 'unconfirmedPolicy' ? 'unconfirmed' : name)),
			},
			() => `Account ${shownText(account.id)} was changed.\n\n${accountText(account)}`,
		);
	});
}

/** Adds the four commands to `program`. */
export function describeAccountCommands(
	program: Command,
	run: (work: (options: AccountOptions, output: Output) => Promise<void>) => (this: Command) => Promise<void>,
): void {
	const group = program.command('account').description('open, show, list and change accounts');
	const withSettings = (command: Command, zone: string): Command =>
		command
			.option('--name <text>', 'name for people')
			.option('--time-zone <zone>', zone)
			.option('--plan <plan>', 'paid, or trial: a trial account cannot spend')
			.option('--unconfirmed <policy>', 'calls whose billing nobody knows: charge what was expected (as usual), or release it');
	withSettings(
		group.command('open').description('open an account; makes the ledger when it is missing'),
		'IANA zone in which days and expiries are counted (default: of this machine)',
	).action(run(openAccount));
	group.command('show').description('show an account').action(run(showAccount));
	group.command('list').description('list all accounts of the ledger').action(run(listAccounts));
	withSettings(group.command('set').description('change an account'), 'IANA zone; expiries that are stored stay as they are').action(
		run(setAccount),
	);
}

function planOf(given: string | undefined): Plan | undefined {
	if (given === undefined || given === 'paid' || given === 'trial') return given;
	throw wrongUse(`The plan is ${JSON.stringify(given)}.`, 'Give --plan paid or --plan trial.');
}

/** What becomes of unconfirmed calls, where that is given. */
function unconfirmedOf({ unconfirmed: given }: AccountOptions): { readonly unconfirmedPolicy?: UnconfirmedPolicy } {
	return given === undefined ? {} : { unconfirmedPolicy: oneOf(UNCONFIRMED_POLICIES, { option: '--unconfirmed', given }) };
}

function accountText(account: Account): string {
	const { id, name, timeZone, plan, unconfirmedPolicy, frozen, settings, lastSeq, lastAtMs } = account;
	const since = account.paidSinceMs === null ? '' : `, since ${zonedTime(account.paidSinceMs, timeZone)}`;
	const lines = [
		['Account', id],
		['Name', name],
		['Plan', `${planText(plan)}${since}`],
		['Mode', settings.enforcement === 'shadow' ? 'shadow (nothing is refused)' : 'enforce'],
		['Unknown bills', unconfirmedPolicy === 'charge' ? 'charged what was expected' : 'given back'],
		...(frozen
			? [['Frozen', `since ${zonedTime(frozen.sinceMs, timeZone)}${frozen.reason === '' ? '' : `: ${frozen.reason}`}`] as const]
			: []),
		['Time zone', timeZone],
		['Journal', `${counted(lastSeq, 'entry', 'entries')}, the last at ${zonedTime(lastAtMs, timeZone)}`],
	] as const;
	return lines.map(([label, value]) => `${label.padEnd(13)} ${shownText(value)}`).join('\n');
}

function accountTable(accounts: readonly Account[]): string {
	const columns = [
		{ title: 'account' },
		{ title: 'name' },
		{ title: 'plan' },
		{ title: 'time zone' },
		{ title: 'entries', align: 'right' },
		{ title: 'last entry' },
	] as const;
	return table(
		columns,
		accounts.map(({ id, name, plan, timeZone, lastSeq, lastAtMs }) => [
			id,
			name,
			plan,
			timeZone,
			count(lastSeq),
			localTime(lastAtMs, timeZone),
		]),
	);
}
