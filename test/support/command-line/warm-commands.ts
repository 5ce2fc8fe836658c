/**
 * Runs commands of the command line in processes that are there already, one command at a time in each. For tests of what commands answer;
 * tests of the process itself (signals, terminals, full disks) start one.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { outputRoot } from '../machine/repository';
import type { Finished } from '../machine/child';
import type { CommandDone, CommandToRun } from './command-server';

const SERVER = join(outputRoot(), 'test', 'support', 'command-line', 'command-server.js');
/** As many as tests run at a time; a command beyond them waits for one. */
const MOST = 2;
const servers = new Set<ChildProcess>();
process.on('exit', () => {
	for (const server of servers) server.kill('SIGKILL');
});
const idle: ChildProcess[] = [];
const waiting: ((server: ChildProcess) => void)[] = [];
let running = 0;

function started(): ChildProcess {
	const server = fork(SERVER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
	servers.add(server);
	return server;
}

/** Runs one command to its end. Rejects when it takes longer than `timeoutMs`, and when its process dies. */
export async function runWarm(command: CommandToRun, timeoutMs: number): Promise<Finished> {
	const server = await taken();
	server.ref();
	server.channel?.ref();
	try {
		const done = await answerOf(server, command, timeoutMs);
		giveBack(server);
		return done;
	} catch (error) {
		server.kill('SIGKILL');
		giveBack(started());
		throw error;
	}
}

function taken(): Promise<ChildProcess> {
	const server = idle.pop();
	if (server) return Promise.resolve(server);
	if (running === MOST) return new Promise((resolve) => waiting.push(resolve));
	running += 1;
	return Promise.resolve(started());
}

function giveBack(server: ChildProcess): void {
	const next = waiting.shift();
	if (next) {
		next(server);
		return;
	}
	idle.push(server);
	// Nobody waits for a process that has nothing to do.
	server.unref();
	server.channel?.unref();
}

function answerOf(server: ChildProcess, command: CommandToRun, timeoutMs: number): Promise<Finished> {
	const words = `llm-credits ${command.args.join(' ')}`;
	return new Promise((resolve, reject) => {
		const end = (): void => {
			clearTimeout(alarm);
			server.off('message', onDone).off('exit', onExit);
		};
		const onDone = (done: CommandDone): void => {
			end();
			resolve(done);
		};
		const onExit = (code: number | null): void => {
			end();
			reject(new Error(`The process of ${words} ended with ${String(code)}.`));
		};
		const alarm = setTimeout(() => {
			end();
			reject(new Error(`${words} was still running after ${String(timeoutMs)} ms.`));
		}, timeoutMs);
		server.once('message', onDone).once('exit', onExit);
		server.send(command);
	});
}
