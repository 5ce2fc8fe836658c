/**
 * Owns the real Node-RED that end-to-end tests run: the packed tarball in a user folder, a process of its own on loopback, its
 * admin interface. Refuses mocks, and any address but 127.0.0.1.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOrThrow, start as startProgram, until, type Finished, type Running } from '../machine/child';
import { freePort } from '../machine/free-port';
import { packOnce } from '../machine/pack';
import { cacheFolder, cleanEnvironment, repositoryRoot } from '../machine/repository';

const UP_TIMEOUT_MS = 30_000;
/** Node-RED's password hash of "campaign" (bcrypt, 4 rounds). */
const EDITOR_PASSWORD_HASH = '$2b$04$dLae0XJt.DjMGPyX1GyF5.G.Zudu5vx7378B1W5XZ1H4nneIYvXoS';

/** An entry of a flow. */
export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };
export type DeployType = 'full' | 'nodes' | 'flows';

export interface NodeRedOptions {
	/** A folder of an earlier run; a new one with the package installed when it is left out. */
	readonly userDir?: string;
	/** False: nothing is installed; the test does it. */
	readonly isInstalled?: boolean;
	/** Users of the editor by name with their permissions, each with the password "campaign". */
	readonly users?: Readonly<Record<string, string>>;
	readonly env?: Readonly<Record<string, string>>;
}

export interface NodeRed {
	readonly url: string;
	readonly userDir: string;
	/** Asks the admin interface; `token` is that of a logged-in user. */
	request(
		path: string,
		options?: { method?: string; body?: unknown; headers?: Readonly<Record<string, string>> },
	): Promise<{ status: number; body: unknown }>;
	/** Resolves once the flow runs; `headers` carry a token where users are set. */
	deploy(flow: readonly FlowNode[], type?: DeployType, headers?: Readonly<Record<string, string>>): Promise<void>;
	login(user: string): Promise<string>;
	output(): string;
	/** By a signal, after which Node-RED closes its nodes; SIGTERM when none is given. */
	stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<void>;
	kill(): Promise<Finished>;
	/** Sends a signal that does not end it. */
	signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
	/** Removes the user folder. */
	remove(): void;
}

/** Starts a Node-RED and resolves once its flows run. */
export async function startNodeRed({
	userDir = mkdtempSync(join(tmpdir(), 'llmc-node-red-')),
	isInstalled = true,
	users,
	env = {},
}: NodeRedOptions = {}): Promise<NodeRed> {
	const port = await freePort();
	if (!existsSync(join(userDir, 'package.json'))) await prepare(userDir, isInstalled);
	writeFileSync(join(userDir, 'settings.js'), settingsFile(port, users ?? {}));
	const red = join(repositoryRoot(), 'node_modules', 'node-red', 'red.js');
	const program = startProgram(process.execPath, [red, '-u', userDir, '-s', join(userDir, 'settings.js')], {
		cwd: userDir,
		env: cleanEnvironment({ npm_config_prefer_offline: 'true', ...env }),
	});
	await until(
		async () => {
			if (!program.isRunning()) throw new Error(`Node-RED ended at once:\n${program.output()}`);
			return Promise.resolve(/Started flows|Waiting for missing types/.test(program.output()) ? true : null);
		},
		{ timeoutMs: UP_TIMEOUT_MS, everyMs: 50, describe: () => `Node-RED did not come up:\n${program.output()}` },
	);
	return sessionOf(program, { url: `http://127.0.0.1:${port}`, userDir });
}

function sessionOf(program: Running, { url, userDir }: { url: string; userDir: string }): NodeRed {
	const request: NodeRed['request'] = async (path, { method = 'GET', body, headers = {} } = {}) => {
		const isForm = body instanceof FormData;
		const sent = isForm ? body : JSON.stringify(body);
		const answer = await fetch(`${url}/${path}`, {
			method,
			headers: { accept: 'application/json', ...(isForm ? {} : { 'content-type': 'application/json' }), ...headers },
			...(body === undefined ? {} : { body: sent }),
		});
		const text = await answer.text();
		return { status: answer.status, body: parsed(text) };
	};
	return {
		url,
		userDir,
		request,
		deploy: async (flow, type = 'full', headers = {}) => {
			const before = program.output().length;
			const kind = { 'Node-RED-API-Version': 'v2', 'Node-RED-Deployment-Type': type };
			const answer = await request('flows', { method: 'POST', body: { flows: flow }, headers: { ...kind, ...headers } });
			if (answer.status !== 200) throw new Error(`The flow was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
			await until(async () => Promise.resolve(/Started (modified )?(flows|nodes)/.test(program.output().slice(before)) ? true : null), {
				timeoutMs: 20_000,
				everyMs: 20,
				describe: () => `the flow did not start:\n${program.output().slice(before)}`,
			});
		},
		login: async (user) => {
			const body = { client_id: 'node-red-editor', grant_type: 'password', scope: '', username: user, password: 'campaign' };
			const answer = await request('auth/token', { method: 'POST', body });
			return (answer.body as { access_token: string }).access_token;
		},
		output: () => program.output(),
		stop: async (signal = 'SIGTERM') => {
			await (signal === 'SIGTERM' ? program.stop(20_000) : program.kill(signal));
		},
		kill: () => program.kill('SIGKILL'),
		signal: (signal) => program.signal(signal),
		remove: () => {
			rmSync(userDir, { recursive: true, force: true });
		},
	};
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return text;
		throw error;
	}
}

function settingsFile(port: number, users: Readonly<Record<string, string>>): string {
	const list = Object.entries(users).map(([username, permissions]) => ({ username, password: EDITOR_PASSWORD_HASH, permissions }));
	const settings = {
		uiHost: '127.0.0.1',
		uiPort: port,
		flowFile: 'flows.json',
		credentialSecret: 'for tests',
		telemetry: { enabled: false, updateNotification: false },
		diagnostics: { enabled: false },
		editorTheme: { tours: false, palette: { catalogues: [] } },
		logging: { console: { level: 'info', metrics: false, audit: false } },
		...(list.length === 0 ? {} : { adminAuth: { type: 'credentials', users: list } }),
	};
	return `module.exports = ${JSON.stringify(settings, null, '\t')};\n`;
}

async function prepare(userDir: string, isInstalled: boolean): Promise<void> {
	const { name, version } = JSON.parse(readFileSync(join(repositoryRoot(), 'package.json'), 'utf8')) as { name: string; version: string };
	mkdirSync(join(userDir, 'node_modules'), { recursive: true });
	writeFileSync(
		join(userDir, 'package.json'),
		JSON.stringify({ name: 'user-folder', version: '0.0.1', private: true, dependencies: isInstalled ? { [name]: version } : {} }),
	);
	if (isInstalled) symlinkSync(await installedPackage(), join(userDir, 'node_modules', name), 'dir');
}

let installed: Promise<string> | null = null;

/** The unpacked tarball with the packages it depends on, once for each test process. */
function installedPackage(): Promise<string> {
	installed ??= install();
	return installed;
}

async function install(): Promise<string> {
	const folder = cacheFolder(`node-red-package-${process.pid}`);
	mkdirSync(folder, { recursive: true });
	process.on('exit', () => {
		rmSync(folder, { recursive: true, force: true });
	});
	await runOrThrow('tar', ['-xzf', await packOnce(), '--strip-components=1', '-C', folder], { env: cleanEnvironment(), timeoutMs: 60_000 });
	const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
	symlinkSync(await dependencyTree(dependencies), join(folder, 'node_modules'), 'dir');
	return folder;
}

/** What npm makes of the dependencies, kept until one of them or the lock file changes. */
async function dependencyTree(dependencies: Readonly<Record<string, string>>): Promise<string> {
	const lock = join(repositoryRoot(), 'package-lock.json');
	const key = createHash('sha256').update(JSON.stringify(dependencies)).update(readFileSync(lock)).digest('hex').slice(0, 16);
	const folder = cacheFolder(`node-red-dependencies-${key}`);
	if (existsSync(folder)) return join(folder, 'node_modules');
	const draft = `${folder}.${process.pid}`;
	mkdirSync(draft, { recursive: true });
	writeFileSync(
		join(draft, 'package.json'),
		JSON.stringify({ name: 'dependencies', private: true, dependencies: lockedVersions(dependencies, lock) }),
	);
	await runOrThrow(
		'npm',
		['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--package-lock=false'],
		{ cwd: draft, env: cleanEnvironment(), timeoutMs: 240_000 },
	);
	try {
		renameSync(draft, folder);
	} catch (error) {
		// Another test process was quicker.
		if (!existsSync(folder)) throw error;
		rmSync(draft, { recursive: true, force: true });
	}
	return join(folder, 'node_modules');
}

function lockedVersions(dependencies: Readonly<Record<string, string>>, lock: string): Record<string, string> {
	const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as { packages: Record<string, { version?: string }> };
	return Object.fromEntries(
		Object.entries(dependencies).map(([name, range]) => [name, packages[`node_modules/${name}`]?.version ?? range]),
	);
}
