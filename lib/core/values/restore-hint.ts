/** How a backup is brought back, said in one place: every message that sends people to a backup says it with this. */

/** What to do, as the end of a sentence; `file`: where the ledger lies, if that is known and a file. */
export function restoreHint(file?: string): string {
	const command = `"llm-credits restore --from BACKUP --ledger ${file ?? 'FILE'}"`;
	return `stop what uses it and restore a backup with ${command}${file === undefined ? `, or ${DUMP_HINT}` : ''}`;
}

/** The same for a server. */
export const DUMP_HINT = 'on PostgreSQL as docs/postgres.md says under "Backup and restore"';
