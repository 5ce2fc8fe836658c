/** Owns the commands that set, change and remove the admin key of an account. Refuses keys on the command line itself. */
import type { Command } from 'commander';
import { newId, newSalt } from '../../../runtime/system';
import { keyInFile } from '../../console/key-file';
import { required } from '../../console/options';
import type { Output } from '../../console/output';
import { readLedger, type CommonOptions } from '../../console/session';

interface AdminKeyOptions extends CommonOptions {
	readonly newKeyFile?: string;
}

/** `admin-key set`: from now on, granting, refunding, voiding, limits and account changes need the key. */
async function setAdminKey(options: AdminKeyOptions, output: Output): Promise<void> {
	const newKey = keyInFile(required(options.newKeyFile, '--new-key-file'), '--new-key-file');
	await readLedger(options, async ({ ledger }) => {
		await ledger.setAdminKey({ newKey, salt: newSalt(), key: `cli ${newId()}` });
		output.answer(
			{ account: options.account, adminKey: 'set' },
			() =>
				`Account ${options.account} has a new admin key. Granting, buying, refunding, voiding, limits and account changes need it now; spending does not.`,
		);
	});
}

/** `admin-key remove`: whoever may write the ledger may administer the account again. */
async function removeAdminKey(options: CommonOptions, output: Output): Promise<void> {
	await readLedger(options, async ({ ledger }) => {
		await ledger.setAdminKey({ newKey: null, salt: newSalt(), key: `cli ${newId()}` });
		output.answer({ account: options.account, adminKey: 'none' }, () => `Account ${options.account} has no admin key any more.`);
	});
}

/** Adds the commands to `program`. */
export function describeAdminKeyCommands(
	program: Command,
	run: (work: (options: AdminKeyOptions, output: Output) => Promise<void>) => (this: Command) => Promise<void>,
): void {
	const group = program.command('admin-key').description('protect what makes, moves or limits credits with a key; spending needs none');
	group
		.command('set')
		.description('set or change the key; changing it needs the present one (--admin-key-file)')
		.option('--new-key-file <file>', 'file whose first line is the new key, at least 12 characters')
		.action(run(setAdminKey));
	group.command('remove').description('remove the key; needs the present one').action(run(removeAdminKey));
}
