/** Owns the command that tells what checks of answers came to: which found how much, and what became of the items. */
import type { Command } from 'commander';
import { CHECK_GROUPINGS, checkReport, type CheckGrouping, type CheckRow } from '../../../engine/report/check-report';
import { dayOrNull } from '../../../engine/credit-balance';
import { wrongUse } from '../../console/failure';
import { count } from '../../console/format';
import type { Output } from '../../console/output';
import { table } from '../../console/table';
import { viewLedger, type CommonOptions } from '../../console/session';

interface CheckOptions extends CommonOptions {
	readonly by: string;
	readonly from?: string;
	readonly until?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

/** `checks`. */
async function checks(options: CheckOptions, output: Output): Promise<void> {
	const by = groupingsOf(options.by);
	const fromDay = dayOrNull(options.from ?? '', '--from');
	const untilDay = dayOrNull(options.until ?? '', '--until');
	await viewLedger(options, async ({ ledger, store }) => {
		await ledger.balance();
		const rows = checkReport(await store.checks.counts(options.account, { fromDay, untilDay }), by);
		output.answer({ account: options.account, by, from: fromDay, until: untilDay, rows }, () => checkText(rows, by));
	});
}

/** Adds `checks` to `program`. */
export function describeCheckCommand(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('checks')
		.description('show in how many items checks found something, and what became of them: repaired, replaced, fallback, or unjudged')
		.option('--by <what>', `one or more of ${CHECK_GROUPINGS.join(', ')}, separated by commas`, 'gate,outcome')
		.option('--from <day>', 'first day, such as 2026-11-01, in the zone of the account')
		.option('--until <day>', 'last day, itself included')
		.action(run(checks));
}

function groupingsOf(by: string): CheckGrouping[] {
	return by.split(',').map((part) => {
		const found = CHECK_GROUPINGS.find((name) => name === part.trim());
		if (!found)
			throw wrongUse(`--by has ${JSON.stringify(part.trim())}.`, `Give one or more of ${CHECK_GROUPINGS.join(', ')}, separated by commas.`);
		return found;
	});
}

function checkText(rows: readonly CheckRow[], by: readonly CheckGrouping[]): string {
	if (rows.length === 0) return 'No check has found anything in this time.';
	return table(
		[...by.map((title) => ({ title })), { title: 'items', align: 'right' as const }],
		rows.map(({ group, items }) => [...by.map((name) => group[name] ?? ''), count(items)]),
	);
}
