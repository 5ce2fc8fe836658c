/** Runs one command from its arguments: prints what it answers, and leaves its exit code to the process. */
import { propertyOf } from '../core/values/foreign';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { EXIT, reportOf, wrongUse } from './console/failure';
import { outliveLostOutput, Output } from './console/output';
import { createProgram } from './program';

/** package.json lies three folders above the compiled file, in the repository and in an installation alike. */
function ownVersion(): string {
	const manifest: unknown = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8'));
	return String(propertyOf(manifest, 'version'));
}

/** One command. What fails is printed and becomes the exit code; nothing is thrown. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
	outliveLostOutput();
	process.exitCode = EXIT.done;
	const program = createProgram({
		version: ownVersion(),
		onParseError: (error) => {
			throw error;
		},
	});
	try {
		await program.parseAsync(args, { from: 'user' });
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) return;
		const report = reportOf(error instanceof CommanderError ? parseFailure(error) : error);
		new Output(args.includes('--json')).failure(report);
		process.exitCode = report.exitCode;
	}
}

function parseFailure({ code, message }: CommanderError): Error {
	if (code === 'commander.help') return wrongUse('No command is given.', 'See "llm-credits --help".');
	const words = withoutValues(code, message)
		.replace(/^error: /, '')
		.replace(/\s+/g, ' ')
		.replace(/\.$/, '');
	return wrongUse(`${words.charAt(0).toUpperCase()}${words.slice(1)}.`, 'See "llm-credits --help".');
}

/** An option that nobody knows is told without what was given with it, which may be a key or a password. */
function withoutValues(code: string, message: string): string {
	return code === 'commander.unknownOption' ? message.replace(/'(--[^'=\s]{0,100}|-.).{0,2000}'/, "'$1'") : message;
}
