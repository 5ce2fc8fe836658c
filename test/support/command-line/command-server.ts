/**
 * A process that runs one command of the command line after the other. Loading the program takes ten times as long as most commands, so
 * tests that run many share such a process; each command has the folder, the environment and the output of a process of its own.
 */
import { runCommandLine } from '../../../lib/cli/command-line';

/** One command: its arguments, and what its process would have been given. */
export interface CommandToRun {
	readonly args: readonly string[];
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
}

/** What it printed, in either stream, and its exit code. */
export interface CommandDone {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Keeps what is written to a stream. */
function caught(stream: NodeJS.WriteStream): { readonly text: () => string; readonly end: () => void } {
	const parts: string[] = [];
	const write = stream.write.bind(stream);
	stream.write = (chunk: string | Uint8Array): boolean => {
		parts.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
		return true;
	};
	const end = (): void => {
		stream.write = write;
		// Each command listens for a stream that is lost.
		stream.removeAllListeners('error');
	};
	return { text: () => parts.join(''), end };
}

async function runOne({ args, cwd, env }: CommandToRun): Promise<CommandDone> {
	process.chdir(cwd);
	for (const name of Object.keys(process.env)) if (!(name in env)) Reflect.deleteProperty(process.env, name);
	Object.assign(process.env, env);
	const stdout = caught(process.stdout);
	const stderr = caught(process.stderr);
	try {
		await runCommandLine(args);
	} finally {
		stdout.end();
		stderr.end();
	}
	const code = Number(process.exitCode ?? 0);
	process.exitCode = 0;
	return { code, stdout: stdout.text(), stderr: stderr.text() };
}

if (process.send) {
	process.on('message', (command: CommandToRun) => {
		void runOne(command).then((done) => process.send?.(done));
	});
	process.on('disconnect', () => process.exit());
}
