/** The commands that change a whole ledger file: bringing a backup back, and bringing an older schema forward. */
import type { Command } from 'commander';
import { shownText } from '../../../core/values/shown-text';
import { dumpCommand } from '../../../runtime/dump-command';
import { restoreLedger } from '../../../runtime/restore';
import { isServerAddress, nameOfPlace, openLedgerStore } from '../../../runtime/runtime';
import { refused } from '../../console/failure';
import { counted } from '../../console/format';
import { required } from '../../console/options';
import type { Output } from '../../console/output';
import { ledgerPathOf, namedLedgerOf, type CommonOptions } from '../../console/session';

interface RestoreOptions extends CommonOptions {
	readonly from?: string;
}

interface MigrateOptions extends CommonOptions {
	readonly dumped?: boolean;
}

type Work<O> = (options: O, output: Output) => Promise<void>;
type Migration = Parameters<NonNullable<NonNullable<Parameters<typeof openLedgerStore>[1]>['onMigrated']>>[0];

/** `restore`: exit code 1 when the backup does not verify; then nothing was changed. */
async function restore(options: RestoreOptions, output: Output): Promise<void> {
	const from = required(options.from, '--from <file>');
	const to = namedLedgerOf(options);
	if (isServerAddress(to) || isServerAddress(from)) {
		throw refused('not_a_file', {
			message: 'A ledger on a PostgreSQL server is restored with the tool of the server.',
			mend: 'Stop the hosts, drop the schema, and run pg_restore with the dump; then run "llm-credits verify".',
		});
	}
	const { verification, kept, lostEntries } = await restoreLedger({ from, to });
	const { ok, accounts, entries, violations } = verification;
	if (!ok) {
		throw refused('backup_wrong', {
			message: `The backup ${nameOfPlace(from)} is wrong in ${counted(violations.length, 'place', 'places')}: ${violations[0]?.detail ?? ''} Nothing was changed.`,
			mend: 'Use another backup.',
		});
	}
	output.answer({ ok, ledger: to, from: nameOfPlace(from), kept, accounts, entries, lostEntries }, () =>
		[
			`${output.colour('The backup is restored:', 'green')} ${to} has ${counted(entries, 'entry', 'entries')} of ${counted(accounts, 'account', 'accounts')}, every balance and hold comes out the same.`,
			...(kept === null ? [] : [`The file that was there is kept as ${kept}.`]),
			...(lostEntries === null ? ['It could not be read, so it is not known what it had that the backup has not.'] : []),
			...(lostEntries
				? [
						`${counted(lostEntries, 'entry', 'entries')} of it ${lostEntries === 1 ? 'is' : 'are'} not in the backup: what was charged since is known to the provider alone.`,
					]
				: []),
		].join('\n'),
	);
}

/** `migrate`: brings the ledger's schema to this version's, after a copy was made. */
async function migrate(options: MigrateOptions, output: Output): Promise<void> {
	const place = ledgerPathOf(options);
	if (isServerAddress(place) && options.dumped !== true) {
		throw refused('not_dumped', {
			message: 'Make a dump of the ledger first: older versions cannot use it any more when it was brought forward.',
			mend: `Run: ${dumpCommand(place, { to: 'ledger.dump' })} – then run this command again with --dumped.`,
		});
	}
	let done: Migration | null = null;
	const store = await openLedgerStore(place, { mayMake: false, older: 'migrate', onMigrated: (migration) => (done = migration) });
	await store.close();
	answerMigrated(done, { output, location: store.location });
}

function answerMigrated(done: Migration | null, { output, location }: { readonly output: Output; readonly location: string }): void {
	output.answer(
		{ ok: true, ledger: location, migrated: done !== null, from: done?.from ?? null, to: done?.to ?? null, backup: done?.backup ?? null },
		() => {
			if (done === null) return `The ledger ${shownText(location)} has the schema of this version already; nothing was changed.`;
			const kept = done.backup === null ? '' : ` As it was, it is kept as ${done.backup}.`;
			return `The ledger ${shownText(location)} was brought from schema ${String(done.from)} to ${String(done.to)}.${kept} Hosts with an older version must be updated.`;
		},
	);
}

/** Adds `restore` and `migrate` to `program`. */
export function describeRestoreCommands(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('restore')
		.description('prove a backup and put it in the place of the ledger file; the file that was there is kept beside it')
		.option('--from <file>', 'the backup')
		.action(run(restore));
	program
		.command('migrate')
		.description("bring a ledger of an older version to this version's schema, after a copy was put beside it")
		.option('--dumped', 'for PostgreSQL: a dump was made')
		.action(run(migrate));
}
