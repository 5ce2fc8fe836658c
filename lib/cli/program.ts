/** Owns the shape of the command line: its commands, options, help and examples. Refuses work of its own. */
import { Command, Option, type CommanderError } from 'commander';
import { describeAccountCommands } from './commands/account';
import { describeCreditCommands } from './commands/credits';
import { describeReadingCommands } from './commands/reading';
import { Output } from './output';
import type { CommonOptions } from './session';

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
	'llm-credits': [
		'llm-credits grant --ledger ledger.db --credits 100000 --expires-in-days 90',
		'llm-credits balance --ledger ledger.db',
		'LLM_CREDITS_LEDGER=ledger.db llm-credits usage --by campaign,day',
	],
	open: ['llm-credits account open --ledger ledger.db --account shop --name "Web shop" --time-zone Europe/Berlin'],
	show: ['llm-credits account show --ledger ledger.db --account shop'],
	list: ['llm-credits account list --ledger ledger.db --json'],
	set: ['llm-credits account set --ledger ledger.db --account shop --plan paid'],
	grant: [
		'llm-credits grant --ledger ledger.db --credits 100000 --expires-in-days 90 --note "Introductory credits"',
		'llm-credits grant --ledger ledger.db --credits 2500 --category adjustment --key ticket-4711',
		'llm-credits grant --ledger ledger.db --credits 50000 --effective-at 2027-01-01 --expires-at 2027-04-01',
	],
	purchase: [
		'llm-credits purchase --ledger ledger.db --packs 2 --key invoice-2026-0042',
		'llm-credits purchase --ledger ledger.db --credits 200000',
	],
	promote: ['llm-credits promote --ledger ledger.db --account shop'],
	balance: ['llm-credits balance --ledger ledger.db', 'llm-credits balance --ledger ledger.db --json | jq -r .available'],
	usage: [
		'llm-credits usage --ledger ledger.db --by model',
		'llm-credits usage --ledger ledger.db --by campaign,day --from 2026-11-01 --until 2026-11-30',
	],
	verify: ['llm-credits verify --ledger ledger.db', 'llm-credits verify --ledger ledger.db --json'],
};

const EXIT_CODES = 'Exit codes: 0 done, 1 refused or a violation found, 2 wrong use, 3 the ledger cannot be used.';

/** The whole command line. `onParseError` is given what cannot be parsed; help and version end through it as well. */
export function createProgram({ version, onParseError }: { version: string; onParseError: (error: CommanderError) => never }): Command {
	const program = new Command('llm-credits')
		.description('Look after the credits of LLM Credits: one ledger file, shared by n8n, Node-RED and this command.')
		.version(version, '-V, --version', 'print the version')
		.addOption(new Option('--ledger <file>', 'the ledger').env('LLM_CREDITS_LEDGER'))
		.addOption(new Option('--account <id>', 'account inside the ledger').env('LLM_CREDITS_ACCOUNT').default('default'))
		.option('--json', 'print one JSON document on standard output, everything else on standard error')
		.showHelpAfterError(false)
		.configureHelp({ showGlobalOptions: true });
	describeAccountCommands(program, run);
	describeCreditCommands(program, run);
	describeReadingCommands(program, run);
	for (const command of allCommands(program)) {
		command
			.exitOverride(onParseError)
			.configureOutput({ writeErr: () => undefined })
			.helpOption('-h, --help', 'show help')
			.helpCommand(false);
		const examples = EXAMPLES[command.name()];
		if (examples) command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
	}
	return program.addHelpText('after', `\n${EXIT_CODES}`);
}

/** The program and everything below it. */
export function allCommands(command: Command): Command[] {
	return [command, ...command.commands.flatMap(allCommands)];
}

/** Gives the work its options, those of the program included, and somewhere to print. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- which options a command has is said by its work alone.
function run<O extends CommonOptions>(work: (options: O, output: Output) => Promise<void>): (this: Command) => Promise<void> {
	return async function action(this: Command) {
		const options = this.optsWithGlobals<O>();
		await work(options, new Output(options.json === true));
	};
}
