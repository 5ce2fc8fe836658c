/**
 * Owns the Portkey gateway as a peer: the package from npm, installed once per machine, as a process of its own on a free port of
 * loopback. Refuses to be reached from elsewhere.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow, start, until } from '../support/machine/child';
import { freePort } from '../support/machine/free-port';
import { cleanEnvironment, machineCacheFolder } from '../support/machine/repository';

/** The version that is measured. */
export const PORTKEY_VERSION = '1.15.2';
const PACKAGE = '@portkey-ai/gateway';
const INSTALL_TIMEOUT_MS = 5 * 60_000;

/** A gateway that answers. */
export interface Gateway {
	readonly url: string;
	/** What a request says so that the gateway passes it on to an endpoint. */
	headersFor(endpointUrl: string): Record<string, string>;
	stop(): Promise<unknown>;
}

/** Starts a gateway, installing it first where that was never done, and resolves once it takes requests. */
export async function startPortkey(): Promise<Gateway> {
	const program = await ensureInstalled();
	const port = await freePort();
	const args = ['--require', join(__dirname, 'loopback-only.js'), program, '--headless', `--port=${String(port)}`];
	const server = start(process.execPath, args, { env: cleanEnvironment({ NODE_ENV: 'production' }) });
	await until(
		() => {
			if (!server.isRunning()) throw new Error(`The Portkey gateway ended at once:\n${server.output()}`);
			return Promise.resolve(server.output().includes('Ready for connections') ? true : null);
		},
		{ timeoutMs: 30_000, everyMs: 50, describe: () => server.output() },
	);
	return {
		url: `http://127.0.0.1:${String(port)}/v1`,
		headersFor: (endpointUrl) => ({ 'x-portkey-provider': 'openai', 'x-portkey-custom-host': endpointUrl }),
		stop: () => server.stop(),
	};
}

async function ensureInstalled(): Promise<string> {
	const folder = machineCacheFolder(`portkey-${PORTKEY_VERSION}`);
	const program = join('node_modules', PACKAGE, 'build', 'start-server.js');
	if (existsSync(join(folder, program))) return join(folder, program);
	const draft = `${folder}.${String(process.pid)}`;
	mkdirSync(draft, { recursive: true });
	writeFileSync(join(draft, 'package.json'), JSON.stringify({ name: 'portkey-for-benchmarks', private: true }));
	await runOrThrow('npm', ['install', `${PACKAGE}@${PORTKEY_VERSION}`, '--ignore-scripts', '--no-audit', '--no-fund'], {
		cwd: draft,
		env: cleanEnvironment(),
		timeoutMs: INSTALL_TIMEOUT_MS,
	});
	rmSync(folder, { recursive: true, force: true });
	renameSync(draft, folder);
	return join(folder, program);
}
