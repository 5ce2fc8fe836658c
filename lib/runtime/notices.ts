/** What the process says that belongs to no node and no command: both hosts show its warnings in their log. */
import { shownText } from '../core/values/shown-text';
import type { Migration } from '../ledger/sqlite/file/migrations';

/** Says one line. What would act on a terminal is written out: paths and addresses are typed by people. */
export function notice(line: string): void {
	process.emitWarning(shownText(line), 'LlmCreditsNotice');
}

/** Says that a ledger was brought to a newer schema, and what that means for other hosts. */
export function tellMigration({ location, from, to, backup }: Migration): void {
	const kept = backup === null ? '' : ` As it was, it is kept as ${backup}.`;
	notice(
		`The ledger ${location} was brought from schema ${String(from)} to ${String(to)}.${kept} Hosts with an older version of LLM Credits cannot use it any more; update them.`,
	);
}
