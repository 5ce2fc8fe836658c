/** The command that lists what administrators did, and who they were. */
import type { Command } from 'commander';
import { shownPerson } from '../../../core/nouns/person';
import type { Entry } from '../../../core/nouns/records';
import { changeDocument, newestChanges } from '../../../engine/report/changes-list';
import { credits, counted, localTime } from '../../console/format';
import { wholeNumber } from '../../console/options';
import type { Output } from '../../console/output';
import { table } from '../../console/table';
import { readLedger, type CommonOptions } from '../../console/session';

interface ChangesOptions extends CommonOptions {
	readonly limit?: string;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100_000;

/** `changes`, the newest first. */
async function changes(options: ChangesOptions, output: Output): Promise<void> {
	const limit = wholeNumber(options.limit, { option: '--limit', min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT;
	await readLedger(options, async ({ ledger, store }) => {
		const { account } = await ledger.balance();
		const found = await newestChanges(store, { accountId: account.id, lastSeq: account.lastSeq, limit });
		output.answer({ account: account.id, changes: found.map(changeDocument) }, () =>
			[
				changesTable(found, account.timeZone),
				...(found.length === limit ? [`These are the newest ${counted(limit, 'change', 'changes')}; --limit lists more.`] : []),
			].join('\n\n'),
		);
	});
}

/** Adds `changes` to `program`. */
export function describeChangesCommand(
	program: Command,
	run: (work: (options: ChangesOptions, output: Output) => Promise<void>) => (this: Command) => Promise<void>,
): void {
	program
		.command('changes')
		.description('list what administrators did and who they were, the newest first; wrong admin keys as well')
		.option('--limit <n>', `how many at most (default ${String(DEFAULT_LIMIT)})`)
		.action(run(changes));
}

function changesTable(found: readonly Entry[], timeZone: string): string {
	const columns = [{ title: 'entry', align: 'right' }, { title: 'at' }, { title: 'change' }, { title: 'of' }, { title: 'by' }] as const;
	const rows = found.map(({ seq, atMs, body, actor }) => [
		String(seq),
		localTime(atMs, timeZone),
		body.kind.replaceAll('_', ' '),
		subjectOf(body),
		actor ?? '',
	]);
	return `${table(columns, rows)}\n\nTimes are those of ${timeZone}.`;
}

/** What was changed, as far as a word or two tell it. */
function subjectOf(body: Entry['body']): string {
	switch (body.kind) {
		case 'granted':
			return `${credits(body.grant.amountMicro)} ${body.grant.category} credits`;
		case 'grant_voided':
			return `g${String(body.grantSeq)}`;
		case 'refunded':
			return `${credits(body.amountMicro)} credits of h${String(body.holdSeq)}`;
		case 'budget_set':
			return `${body.budget.name}: ${credits(body.budget.limitMicro)} credits`;
		case 'floor_set':
			return `${body.floor.name}: ${credits(body.floor.floorMicro)} credits`;
		case 'limit_removed':
		case 'text_removed':
			return body.name;
		case 'text_set':
			return body.text.name;
		case 'enforcement_set':
			return body.enforcement;
		case 'admin_key_set':
			return body.adminKey === null ? 'none any more' : 'a new key';
		case 'admin_denied':
			return `a wrong admin key for ${body.command.replaceAll('_', ' ')}`;
		case 'account_frozen':
			return body.reason;
		case 'person_forgotten':
			return shownPerson(body.person, []);
		default:
			return '';
	}
}
