/**
 * Owns programs started by tests: their output is kept, a deadline ends them, and none outlives the test process. Refuses to use a
 * shell.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const running = new Set<ChildProcess>();
process.on('exit', () => {
	for (const child of running) child.kill('SIGKILL');
});

/** What a finished program left: `code` is null when a signal ended it. */
export interface Finished {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface StartOptions {
	readonly cwd?: string;
	readonly env: Readonly<Record<string, string>>;
	/** Whom the program runs as; for servers that refuse to run as root. */
	readonly uid?: number;
	readonly gid?: number;
}

/** A program that is still running. */
export interface Running {
	readonly pid: number;
	readonly finished: Promise<Finished>;
	/** Both streams so far, in order of arrival. */
	output(): string;
	isRunning(): boolean;
	/** Asks the program to end, and ends it by force after `graceMs` (default 10 s). */
	stop(graceMs?: number): Promise<Finished>;
	kill(signal: NodeJS.Signals): Promise<Finished>;
	/** Sends a signal that does not end the program. */
	signal(signal: NodeJS.Signals): void;
}

/** Starts a program; rejects nothing: what went wrong is in `finished`. */
export function start(program: string, args: readonly string[], options: StartOptions): Running {
	const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
	running.add(child);
	const chunks: { readonly stream: 'stdout' | 'stderr'; readonly text: string }[] = [];
	child.stdout.setEncoding('utf8').on('data', (text: string) => chunks.push({ stream: 'stdout', text }));
	child.stderr.setEncoding('utf8').on('data', (text: string) => chunks.push({ stream: 'stderr', text }));
	const textOf = (stream: 'stdout' | 'stderr'): string =>
		chunks
			.filter((chunk) => chunk.stream === stream)
			.map((chunk) => chunk.text)
			.join('');
	const finished = new Promise<Finished>((done) => {
		const end = (code: number | null): void => {
			running.delete(child);
			done({ code, stdout: textOf('stdout'), stderr: textOf('stderr') });
		};
		child.on('close', end);
		child.on('error', (error) => {
			chunks.push({ stream: 'stderr', text: `${program} could not be started: ${error.message}\n` });
			end(-1);
		});
	});
	const kill = (signal: NodeJS.Signals): Promise<Finished> => {
		child.kill(signal);
		return finished;
	};
	const stop = async (graceMs = 10_000): Promise<Finished> => {
		const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
		try {
			return await kill('SIGTERM');
		} finally {
			clearTimeout(force);
		}
	};
	return {
		pid: child.pid ?? -1,
		finished,
		output: () => chunks.map((chunk) => chunk.text).join(''),
		isRunning: () => running.has(child),
		stop,
		kill,
		signal: (signal) => void child.kill(signal),
	};
}

/** Runs a program to its end. Throws with the whole output when it takes longer than `timeoutMs`. */
export async function run(
	program: string,
	args: readonly string[],
	{ timeoutMs, ...options }: StartOptions & { readonly timeoutMs: number },
): Promise<Finished> {
	const child = start(program, args, options);
	const isLate = Symbol('late');
	const alarm = new AbortController();
	const first = await Promise.race([child.finished, pause(timeoutMs, isLate, { signal: alarm.signal }).catch(() => child.finished)]);
	alarm.abort();
	if (first !== isLate) return child.finished;
	await child.kill('SIGKILL');
	throw new Error(`${program} ${args.join(' ')} was still running after ${timeoutMs} ms. Its output:\n${child.output()}`);
}

/** Runs a program to its end and throws with the whole output unless it succeeded. */
export async function runOrThrow(
	program: string,
	args: readonly string[],
	options: StartOptions & { readonly timeoutMs: number },
): Promise<Finished> {
	const result = await run(program, args, options);
	if (result.code !== 0)
		throw new Error(`${program} ${args.join(' ')} ended with ${result.code ?? 'a signal'}:\n${result.stdout}\n${result.stderr}`);
	return result;
}

/** Asks `isReady` again and again until it gives something else than null. Throws `describe()` after `timeoutMs`. */
export async function until<T>(
	isReady: () => Promise<T | null>,
	{ timeoutMs, everyMs = 100, describe }: { timeoutMs: number; everyMs?: number; describe: () => string },
): Promise<T> {
	const deadlineMs = Date.now() + timeoutMs;
	for (;;) {
		const answer = await isReady();
		if (answer !== null) return answer;
		if (Date.now() >= deadlineMs) throw new Error(`Not ready after ${timeoutMs} ms: ${describe()}`);
		await pause(everyMs);
	}
}
