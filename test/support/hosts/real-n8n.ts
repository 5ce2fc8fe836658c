/**
 * Owns the real n8n that end-to-end tests run: installed once per machine, our tarball put in as n8n's own installer would, its
 * command line and its server. Refuses mocks, and any address but loopback.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, runOrThrow, start, until, type Finished, type Running } from '../machine/child';
import { freePort } from '../machine/free-port';
import { cacheFolder, cleanEnvironment, machineCacheFolder, repositoryRoot } from '../machine/repository';

/** The n8n that is developed with, and the oldest one supported: the last n8n 1. Each with what its dependencies need to be installed. */
const OVERRIDES = {
	'2.41.1': { linkedom: '0.18.12' },
	'1.123.81': { linkedom: '0.18.12', xlsx: '0.18.5', '@langchain/langgraph-checkpoint': '1.0.0' },
} as const;

export type N8nVersion = keyof typeof OVERRIDES;

const NEWEST: N8nVersion = '2.41.1';
const INSTALL_TIMEOUT_MS = 20 * 60_000;
/** The flags n8n itself gives npm when it installs a community package. */
const N8N_INSTALL_FLAGS = [
	'--audit=false',
	'--fund=false',
	'--bin-links=false',
	'--install-strategy=shallow',
	'--ignore-scripts=true',
	'--package-lock=false',
];

/** The owner every started server has. */
const N8N_OWNER = { email: 'owner@llm-credits.test', password: 'Campaign-2026' } as const;
const OWNER_PASSWORD_HASH = '$2b$10$OMxk2tgDXgpzOnA9/xyWGe0r2z09mfLRTbyHbTTzlSp.gWL7Xlbi6';

/** Where n8n lies: its folder, and the script that Node runs. */
export interface InstalledN8n {
	readonly dir: string;
	readonly bin: string;
}

const installed = new Map<N8nVersion, Promise<InstalledN8n>>();

/** Installs n8n on first use on a machine (about five minutes, with a line of progress every 15 s) and says where it is. */
function ensureN8n(version: N8nVersion = NEWEST): Promise<InstalledN8n> {
	const known = installed.get(version) ?? install(version);
	installed.set(version, known);
	return known;
}

async function install(version: N8nVersion): Promise<InstalledN8n> {
	const dir = machineCacheFolder(`n8n-${version}`);
	const found = { dir, bin: join(dir, 'node_modules', 'n8n', 'bin', 'n8n') };
	const marker = join(dir, '.complete');
	if (existsSync(marker)) return found;
	mkdirSync(dirname(dir), { recursive: true });
	const unlock = await lock(`${dir}.lock`);
	try {
		if (!existsSync(marker) && !(await isWhole(found, version))) await installInto(dir, version);
		if (!(await isWhole(found, version)))
			throw new Error(`n8n ${version} in ${dir} does not start. Remove that folder and run the tests again.`);
		writeFileSync(marker, `${version}\n`);
	} finally {
		unlock();
	}
	return found;
}

/** Waits while another live process holds the lock file; takes over the lock of a dead one. */
async function lock(path: string): Promise<() => void> {
	await until(
		async () => {
			const owner = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
			if (owner > 0 && !isAlive(owner)) rmSync(path, { force: true });
			try {
				writeFileSync(path, String(process.pid), { flag: 'wx' });
				return await Promise.resolve(true);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
				return null;
			}
		},
		{ timeoutMs: INSTALL_TIMEOUT_MS, everyMs: 500, describe: () => `another process holds ${path}` },
	);
	return () => {
		rmSync(path, { force: true });
	};
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

async function isWhole({ dir, bin }: InstalledN8n, version: N8nVersion): Promise<boolean> {
	if (!existsSync(bin) || !existsSync(join(dir, 'node_modules', 'sqlite3', 'build', 'Release', 'node_sqlite3.node'))) return false;
	const { code, stdout } = await run(process.execPath, [bin, '--version'], { cwd: dir, env: cleanEnvironment(), timeoutMs: 60_000 });
	return code === 0 && stdout.includes(version);
}

async function installInto(dir: string, version: N8nVersion): Promise<void> {
	rmSync(dir, { recursive: true, force: true });
	mkdirSync(dir, { recursive: true });
	writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: 'n8n-for-tests', private: true, overrides: OVERRIDES[version] }));
	const startedAtMs = Date.now();
	const progress = setInterval(() => {
		process.stderr.write(
			`Installing n8n ${version} for the tests (once, about 5 minutes): ${Math.round((Date.now() - startedAtMs) / 1000)} s\n`,
		);
	}, 15_000);
	const options = { cwd: dir, env: cleanEnvironment(), timeoutMs: INSTALL_TIMEOUT_MS };
	const flags = ['--before=2026-10-01', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
	try {
		await runOrThrow('npm', ['install', `n8n@${version}`, ...flags], options);
		await runOrThrow('npm', ['rebuild', 'sqlite3'], options);
	} finally {
		clearInterval(progress);
	}
}

interface Manifest {
	readonly name: string;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly [key: string]: unknown;
}

/**
 * Installs the tarball into an n8n user folder as n8n does: unpacked, development and peer dependencies dropped, npm run inside.
 * What npm fetched is kept in the repository's cache until a dependency changes.
 */
export async function installPackage(tarball: string, userFolder: string): Promise<string> {
	const { name } = JSON.parse(readFileSync(join(repositoryRoot(), 'package.json'), 'utf8')) as Manifest;
	const target = join(userFolder, '.n8n', 'nodes', 'node_modules', name);
	rmSync(target, { recursive: true, force: true });
	mkdirSync(target, { recursive: true });
	await runOrThrow('tar', ['-xzf', tarball, '--strip-components=1', '-C', target], { env: cleanEnvironment(), timeoutMs: 60_000 });
	const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as Manifest;
	const dropped = ['devDependencies', 'peerDependencies', 'peerDependenciesMeta', 'optionalDependencies'];
	const kept = Object.fromEntries(Object.entries(manifest).filter(([key]) => !dropped.includes(key)));
	writeFileSync(join(target, 'package.json'), JSON.stringify(kept, null, 2));
	cpSync(await dependencyTree(manifest.dependencies ?? {}), join(target, 'node_modules'), { recursive: true });
	return target;
}

/** The `node_modules` that npm makes of these dependencies, under the versions the lock file was made with. */
async function dependencyTree(dependencies: Readonly<Record<string, string>>): Promise<string> {
	const key = createHash('sha256')
		.update(JSON.stringify(dependencies))
		.update(readFileSync(join(repositoryRoot(), 'package-lock.json')));
	const folder = cacheFolder(`n8n-package-${key.digest('hex').slice(0, 16)}`);
	const tree = join(folder, 'node_modules');
	if (existsSync(tree)) return tree;
	const draft = `${folder}.${process.pid}`;
	mkdirSync(draft, { recursive: true });
	writeFileSync(join(draft, 'package.json'), JSON.stringify({ name: 'dependencies', private: true, dependencies }));
	await runOrThrow('npm', ['install', ...N8N_INSTALL_FLAGS], { cwd: draft, env: cleanEnvironment(), timeoutMs: INSTALL_TIMEOUT_MS });
	if (existsSync(tree)) rmSync(draft, { recursive: true, force: true });
	else renameSync(draft, folder);
	return tree;
}

async function n8nEnvironment({ userFolder, env = {}, version = NEWEST }: N8nOptions): Promise<Record<string, string>> {
	const off = [
		'DIAGNOSTICS',
		'VERSION_NOTIFICATIONS',
		'TEMPLATES',
		'PERSONALIZATION',
		'HIRING_BANNER',
		'DYNAMIC_BANNERS',
		'LICENSE_AUTO_RENEW',
		'VERIFIED_PACKAGES',
	];
	return cleanEnvironment({
		...Object.fromEntries(off.map((name) => [`N8N_${name}_ENABLED`, 'false'])),
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: 'llm-credits-tests',
		N8N_PORT: String(await freePort()),
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_SECURE_COOKIE: 'false',
		// Would ask a server on the internet for its list at every start. n8n 1 does not know it, and refuses the name.
		...(version === '1.123.81' ? {} : { N8N_DISABLED_MODULES: 'mcp-registry' }),
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'true',
		N8N_INSTANCE_OWNER_EMAIL: N8N_OWNER.email,
		N8N_INSTANCE_OWNER_FIRST_NAME: 'Test',
		N8N_INSTANCE_OWNER_LAST_NAME: 'Owner',
		N8N_INSTANCE_OWNER_PASSWORD_HASH: OWNER_PASSWORD_HASH,
		...env,
	});
}

export interface N8nOptions {
	/** The folder that holds `.n8n`; one per test. */
	readonly userFolder: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly timeoutMs?: number;
	/** The newest when not given. */
	readonly version?: N8nVersion | undefined;
}

/** Runs one command of n8n's command line to its end (4 to 7 s; default limit 2 minutes). */
export async function runN8n(args: readonly string[], options: N8nOptions): Promise<Finished> {
	const { userFolder, timeoutMs = 120_000, version } = options;
	const { bin } = await ensureN8n(version);
	return run(process.execPath, [bin, ...args], { cwd: userFolder, env: await n8nEnvironment(options), timeoutMs });
}

/** Starts one command of n8n's command line and leaves it running, for tests that kill it on the way. */
export async function launchN8n(args: readonly string[], options: N8nOptions): Promise<Running> {
	const { bin } = await ensureN8n(options.version);
	return start(process.execPath, [bin, ...args], { cwd: options.userFolder, env: await n8nEnvironment(options) });
}

/** A server that answers, with every active workflow's webhooks registered. */
export interface N8nServer extends Running {
	readonly baseUrl: string;
}

/** Starts the server; throws with its output when it is not ready in `timeoutMs` (default 90 s). */
export async function startN8n({
	userFolder,
	env = {},
	timeoutMs = 90_000,
	webhookPaths = [],
	version,
}: N8nOptions & { readonly webhookPaths?: readonly string[] }): Promise<N8nServer> {
	const port = env['N8N_PORT'] ?? String(await freePort());
	const child = await launchN8n(['start'], { userFolder, version, env: { N8N_LOG_LEVEL: 'info', ...env, N8N_PORT: port } });
	const baseUrl = `http://127.0.0.1:${port}`;
	const isReady = async (): Promise<true | null> => {
		if (!child.isRunning()) throw new Error(`n8n ended while it was starting:\n${child.output()}`);
		// Printed after the active workflows have been registered; readiness alone comes earlier.
		if (!child.output().includes('Editor is now accessible')) return null;
		if ((await statusOf(`${baseUrl}/healthz/readiness`)) !== 200) return null;
		const isRegistered = await Promise.all(webhookPaths.map((path) => hasWebhook(`${baseUrl}/webhook/${path}`)));
		return isRegistered.every(Boolean) ? true : null;
	};
	try {
		await until(isReady, { timeoutMs, everyMs: 200, describe: () => `n8n on ${baseUrl}. Its output:\n${child.output()}` });
	} catch (error) {
		await child.kill('SIGKILL');
		throw error;
	}
	return { ...child, baseUrl };
}

async function statusOf(url: string): Promise<number | null> {
	return fetch(url).then(
		(response) => response.status,
		() => null,
	);
}

/** Whether a production webhook is registered. Asks with OPTIONS, which names the methods and starts no execution. */
export async function hasWebhook(url: string): Promise<boolean> {
	const response = await fetch(url, { method: 'OPTIONS', headers: { origin: 'http://127.0.0.1' } }).catch(() => null);
	return (response?.headers.get('access-control-allow-methods') ?? '').split(', ').some((method) => method !== '' && method !== 'OPTIONS');
}

/** Logs the owner in; the result is the `cookie` header for `/rest`. n8n 1 takes no owner from the environment, so it is made first. */
export async function loginN8n(server: N8nServer): Promise<string> {
	const { email, password } = N8N_OWNER;
	const login = (): Promise<Response> => post(server, '/rest/login', { emailOrLdapLoginId: email, password });
	let response = await login();
	if (response.status === 401) {
		const made = await post(server, '/rest/owner/setup', { email, password, firstName: 'Test', lastName: 'Owner' });
		if (!made.ok) throw new Error(`n8n made no owner, with ${made.status}: ${await made.text()}`);
		response = await login();
	}
	if (!response.ok) throw new Error(`n8n refused the owner's login with ${response.status}: ${await response.text()}`);
	return response.headers
		.getSetCookie()
		.map((cookie) => cookie.split(';')[0])
		.join('; ');
}

function post({ baseUrl }: N8nServer, path: string, body: object): Promise<Response> {
	return fetch(`${baseUrl}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}
