/** Owns the command that backs a ledger up while it is used, and proves the copy. Refuses to replace a file. */
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { verifyLedger } from '../../../engine/moving/verify-ledger';
import { dumpCommand } from '../../../runtime/dump-command';
import { isServerAddress, nameOfPlace, scratchCounters } from '../../../runtime/runtime';
import { EXIT, refused, wrongUse } from '../../console/failure';
import { count, counted } from '../../console/format';
import { required } from '../../console/options';
import type { Output } from '../../console/output';
import { ledgerPathOf, viewLedger, type CommonOptions } from '../../console/session';

interface BackupOptions extends CommonOptions {
	readonly to?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

/** `backup`: exit code 1 when the copy, and so the ledger, does not verify; the copy stays. */
async function backup(options: BackupOptions, output: Output): Promise<void> {
	const to = nameOfPlace(checkedTarget(options));
	await viewLedger(options, async ({ store }) => {
		if (!store.backup) throw wrongUse('This ledger is not a file.', 'Back it up with the tools of its server.');
		const progress = output.progress('Copying');
		await store.backup(to, (done, total) => progress.update(done, total)).finally(() => progress.stop());
	});
	const proving = output.progress('Verifying');
	const { ok, accounts, entries, violations } = await viewLedger({ ...options, ledger: to }, ({ store }) =>
		verifyLedger(store, {
			onProgress: (at) => proving.update(at.entries, at.ofEntries),
			makeCounters: scratchCounters,
		}).finally(() => proving.stop()),
	);
	const bytes = statSync(to).size;
	output.answer({ ok, ledger: ledgerPathOf(options), backup: to, bytes, accounts, entries, violations }, () => {
		const holds = `${counted(entries, 'entry', 'entries')} of ${counted(accounts, 'account', 'accounts')}, ${count(bytes)} bytes`;
		if (ok) return `${output.colour('The backup is right:', 'green')} ${to} has ${holds}, every balance and hold comes out the same.`;
		const wrong = `The copy ${to} has ${holds}, and is wrong in ${counted(violations.length, 'place', 'places')}`;
		return `${output.colour('The ledger is wrong:', 'red')} ${wrong}. See "llm-credits verify", and keep older backups.`;
	});
	if (!ok) process.exitCode = EXIT.refused;
}

/** Adds `backup` to `program`. */
export function describeBackupCommand(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('backup')
		.description('copy a ledger file as it is at one moment, while it is used, and verify the copy')
		.option('--to <file>', 'the new file; nothing is replaced')
		.action(run(backup));
}

function checkedTarget(options: BackupOptions): string {
	const ledger = ledgerPathOf(options);
	const to = required(options.to, '--to <file>');
	if (isServerAddress(to)) throw wrongUse('--to is a PostgreSQL address.', 'Give --to the path of a new file.');
	if (to.trim() === '' || /[\\/]$/.test(to)) throw wrongUse(`--to is ${JSON.stringify(to)}.`, 'Give the path of a new file.');
	if (isServerAddress(ledger)) {
		throw refused('not_a_file', {
			message: 'A ledger on a PostgreSQL server is backed up with the tool of the server.',
			mend: `Run: ${dumpCommand(ledger, { to: nameOfPlace(to) })} – it asks for the password, or takes PGPASSWORD. After a restore, run "llm-credits verify".`,
		});
	}
	if (existsSync(nameOfPlace(to)))
		throw refused('file_exists', {
			message: `There is something at ${nameOfPlace(to)} already, and a backup replaces nothing.`,
			mend: 'Choose another path.',
		});
	const folder = dirname(nameOfPlace(to));
	if (!existsSync(folder)) throw wrongUse(`There is no folder ${folder}.`, 'Make it, or choose another path.');
	return to;
}
