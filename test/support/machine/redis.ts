/**
 * Owns a Redis server for tests: on a free loopback port, in a folder that goes away, keeping nothing. Refuses to skip anything where
 * Redis is not installed.
 */
import { start, until, type Running } from './child';
import { freePort } from './free-port';
import { temporaryFolder } from './temporary-folder';

export interface RedisServer {
	readonly port: number;
	stop(): Promise<void>;
}

/** Starts a server and resolves when it takes connections. */
export async function startRedis(): Promise<RedisServer> {
	const port = await freePort();
	const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no'];
	const server = start('redis-server', [...args, '--dir', temporaryFolder()], { env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
	const isReady = async (): Promise<true | null> => {
		if (!server.isRunning()) throw new Error(problemOf(server));
		return Promise.resolve(server.output().includes('Ready to accept connections') ? true : null);
	};
	await until(isReady, { timeoutMs: 10_000, everyMs: 20, describe: () => server.output() });
	return {
		port,
		stop: async () => {
			await server.stop();
		},
	};
}

function problemOf(server: Running): string {
	return /could not be started.*ENOENT/.test(server.output())
		? 'n8n in queue mode needs Redis, which is not installed here. Install it with: apt-get install -y redis-server'
		: `Redis did not start:\n${server.output()}`;
}
