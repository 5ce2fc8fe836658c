/** Owns the shape of the command line: its commands, options, help and examples. Refuses work of its own. */
import { Command, Option, type CommanderError } from 'commander';
import { describeAccountCommands } from './commands/account/account';
import { describeAdminKeyCommands } from './commands/account/admin-key';
import { describeAlertCommands } from './commands/reading/alerts';
import { describeBackupCommand } from './commands/files/backup';
import { describeCacheCommands } from './commands/files/cache';
import { describeChangesCommand } from './commands/reading/changes';
import { describeCheckCommand } from './commands/reading/checks';
import { describeCopyCommand } from './commands/files/copy';
import { describeDoctorCommand } from './commands/reading/doctor';
import { describeCreditCommands } from './commands/credits/credits';
import { describeHoldCommand } from './commands/reading/holds';
import { describeLimitCommands } from './commands/account/limits';
import { describeForgetCommand } from './commands/account/forget';
import { describeFreezeCommands } from './commands/account/freeze';
import { describeModeCommand } from './commands/account/mode';
import { describePriceCommands } from './commands/prices/prices';
import { describeReadingCommands } from './commands/reading/reading';
import { describeReconcileCommand } from './commands/files/reconcile';
import { describeRestoreCommands } from './commands/files/restore';
import { describeReturnCommands } from './commands/credits/returns';
import { describeTextCommands } from './commands/account/texts';
import { EXAMPLES } from './examples';
import { Output, printText } from './console/output';
import type { CommonOptions } from './console/session';
import { usualLedgerFor } from './console/usual-ledger';

const EXIT_CODES =
	'Exit codes: 0 done, 1 refused or a violation found, 2 wrong use, 3 the ledger cannot be used, 4 done, but the answer could not be printed.';

/** The whole command line. `onParseError` is given what cannot be parsed; help and version end through it as well. */
export function createProgram({ version, onParseError }: { version: string; onParseError: (error: CommanderError) => never }): Command {
	const program = new Command('llm-credits')
		.description('Look after the credits of LLM Credits: one ledger, shared by n8n, Node-RED and this command.')
		.version(version, '-V, --version', 'print the version')
		.addOption(
			new Option(
				'--ledger <file>',
				'the ledger: a file, or a postgres:// address; without it, the usual one of n8n or Node-RED on this machine',
			).env('LLM_CREDITS_LEDGER'),
		)
		.addOption(new Option('--account <id>', 'account inside the ledger').env('LLM_CREDITS_ACCOUNT').default('default'))
		.addOption(
			new Option(
				'--admin-key-file <file>',
				'file with the admin key, for what needs it on an account that has one; or set LLM_CREDITS_ADMIN_KEY',
			),
		)
		.option('--json', 'print one JSON document on standard output, everything else on standard error')
		.showHelpAfterError(false)
		.configureHelp({ showGlobalOptions: true });
	describeCommands(program);
	for (const command of allCommands(program)) {
		command
			.exitOverride(onParseError)
			.configureOutput({ writeOut: printText, writeErr: () => undefined })
			.helpOption('-h, --help', 'show help')
			.helpCommand(false);
		const examples = EXAMPLES[wordsOf(command)];
		if (examples) command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
	}
	return program.addHelpText('after', `\n${EXIT_CODES}`);
}

/** Adds every command. */
function describeCommands(program: Command): void {
	describeAccountCommands(program, run);
	describeAdminKeyCommands(program, run);
	describeCreditCommands(program, run);
	describeReturnCommands(program, run);
	describeLimitCommands(program, run);
	describeModeCommand(program, run);
	describeFreezeCommands(program, run);
	describeForgetCommand(program, run);
	describePriceCommands(program, run);
	describeTextCommands(program, run);
	describeCacheCommands(program, run);
	describeReadingCommands(program, run);
	describeChangesCommand(program, run);
	describeCheckCommand(program, run);
	describeHoldCommand(program, run);
	describeAlertCommands(program, run);
	describeDoctorCommand(program, run);
	describeReconcileCommand(program, run);
	describeBackupCommand(program, run);
	describeRestoreCommands(program, run);
	describeCopyCommand(program, run);
}

/** The program and everything below it. */
export function allCommands(command: Command): Command[] {
	return [command, ...command.commands.flatMap(allCommands)];
}

/** The words by which a command is called, without the program: "account open". */
export function wordsOf(command: Command): string {
	if (!command.parent) return '';
	return `${wordsOf(command.parent)} ${command.name()}`.trim();
}

/** Gives the work its options, those of the program and its plain words included, and somewhere to print. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- which options a command has is said by its work alone.
function run<O extends CommonOptions>(work: (options: O, output: Output) => Promise<void>): (this: Command) => Promise<void> {
	return async function action(this: Command) {
		const given = this.optsWithGlobals<O>();
		const output = new Output(given.json === true);
		await work({ ...given, words: this.args, usualLedger: usualLedgerFor(output) }, output);
	};
}
