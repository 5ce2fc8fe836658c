/**
 * Owns the real Node-RED of a start: its settings, a free loopback port, its process, and its end. Refuses every address but loopback,
 * telemetry, and to end any process but its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { RUN_NODE } from './campaign-flow';
import { StartFailure } from './start-failure';
import type { Workshop } from './workshop';

const FIRST_PORT = 1880;
const PORTS = 100;
const UP_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
const POLL_MS = 100;
const PACKAGE = 'n8n-nodes-llm-credits';

/** A running Node-RED. */
export interface NodeRed {
	readonly address: string;
	/** Presses the button of the campaign. */
	runCampaign(): Promise<void>;
	/** Resolves when the process has ended, for whatever reason. */
	readonly ended: Promise<void>;
	/** The end of what it printed. */
	lastWords(): string;
	/** Throws a {@link StartFailure} with Node-RED's last words when it has ended. */
	assertAlive(): void;
	stop(): Promise<void>;
}

/** Starts Node-RED on the first free port from 1880 up, and waits until the flow runs. Throws a {@link StartFailure}; the process may still run then. */
export async function startNodeRed({
	repository,
	workshop,
	onSpawned,
}: {
	repository: string;
	workshop: Workshop;
	/** Told at once, so that a start that is interrupted knows what to stop. */
	onSpawned: (nodeRed: NodeRed) => void;
}): Promise<NodeRed> {
	const program = join(repository, 'node_modules', 'node-red', 'red.js');
	if (!existsSync(program)) throw new StartFailure('Node-RED is not installed. Run "npm ci" first.');
	const port = await freePort();
	const settings = join(workshop.userDir, 'settings.js');
	writeFileSync(settings, settingsText(port));
	const child = spawn(process.execPath, [program, '-u', workshop.userDir, '-s', settings], {
		cwd: workshop.userDir,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, NODE_ENV: 'production' },
	});
	const nodeRed = watch(child, `http://127.0.0.1:${String(port)}/`);
	onSpawned(nodeRed);
	await waitUntilUp(nodeRed);
	return nodeRed;
}

function settingsText(uiPort: number): string {
	const settings = {
		uiHost: '127.0.0.1',
		uiPort,
		flowFile: 'flows.json',
		// The credentials file holds the name of an environment variable, not a key; see campaign-flow.ts.
		credentialSecret: false,
		telemetry: { enabled: false, updateNotification: false },
		editorTheme: { tours: false, page: { title: 'Node-RED with LLM Credits' }, header: { title: 'Node-RED with LLM Credits' } },
		externalModules: { autoInstall: false },
		logging: { console: { level: 'warn', metrics: false, audit: false } },
	};
	return `module.exports = ${JSON.stringify(settings, null, '\t')};\n`;
}

async function freePort(): Promise<number> {
	for (let port = FIRST_PORT; port < FIRST_PORT + PORTS; port += 1) if (await isFree(port)) return port;
	throw new StartFailure(`No port from ${String(FIRST_PORT)} to ${String(FIRST_PORT + PORTS - 1)} is free. End a program that uses one.`);
}

function isFree(port: number): Promise<boolean> {
	return new Promise((answer) => {
		const probe = createServer();
		probe.once('error', () => answer(false));
		probe.listen(port, '127.0.0.1', () => {
			probe.close(() => answer(true));
		});
	});
}

function watch(child: ChildProcess, address: string): NodeRed {
	let words = '';
	let isGone = false;
	const keep = (text: string): void => {
		words = (words + text).slice(-4000);
	};
	child.stdout?.setEncoding('utf8').on('data', keep);
	child.stderr?.setEncoding('utf8').on('data', keep);
	const gone = new Promise<void>((ended) => {
		const end = (): void => {
			isGone = true;
			ended();
		};
		child.once('exit', end).once('error', (error) => {
			keep(error.message);
			end();
		});
	});
	const kill = (): boolean => child.kill('SIGKILL');
	process.once('exit', kill);
	return {
		address,
		ended: gone,
		lastWords: () => words.trim(),
		runCampaign: async () => {
			const answer = await fetch(`${address}inject/${RUN_NODE}`, { method: 'POST' });
			if (!answer.ok) throw new StartFailure(`Node-RED would not start the campaign (${String(answer.status)}). It said:\n${words.trim()}`);
		},
		assertAlive: () => {
			if (isGone) throw new StartFailure(`Node-RED ended by itself. It said:\n${words.trim()}`);
		},
		stop: async () => {
			const force = setTimeout(kill, STOP_LIMIT_MS);
			if (!isGone) child.kill('SIGTERM');
			await gone;
			clearTimeout(force);
			process.off('exit', kill);
		},
	};
}

interface NodeSet {
	readonly module: string;
	readonly id: string;
	readonly err?: string;
}

/** Up means: this package's nodes are there without a fault, and the flow's button is. */
async function waitUntilUp(nodeRed: NodeRed): Promise<void> {
	for (let waitedMs = 0; waitedMs < UP_LIMIT_MS; waitedMs += POLL_MS) {
		nodeRed.assertAlive();
		const sets = await ask<NodeSet[]>(`${nodeRed.address}nodes`);
		const own = sets?.filter(({ module }) => module === PACKAGE) ?? [];
		const broken = own.filter(({ err }) => err !== undefined);
		if (broken.length > 0)
			throw new StartFailure(`Node-RED could not load ${broken.map(({ id, err }) => `${id}: ${String(err)}`).join('; ')}.`);
		if (sets && own.length === 0) throw new StartFailure(`Node-RED did not find the package ${PACKAGE} in its folder.`);
		if (sets && (await isFlowRunning(nodeRed.address))) return;
		await pause(POLL_MS);
	}
	throw new StartFailure(`Node-RED was not up after a minute. It said:\n${nodeRed.lastWords()}`);
}

async function isFlowRunning(address: string): Promise<boolean> {
	const state = await ask<{ readonly state?: string }>(`${address}flows/state`);
	return (state?.state ?? 'start') === 'start';
}

async function ask<T>(url: string): Promise<T | null> {
	try {
		const answer = await fetch(url, { headers: { accept: 'application/json' } });
		return answer.ok ? ((await answer.json()) as T) : null;
	} catch (error) {
		// Not listening yet.
		if (error instanceof TypeError) return null;
		throw error;
	}
}
