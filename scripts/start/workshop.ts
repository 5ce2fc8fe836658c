/**
 * Owns the folder in which a start works: Node-RED's own folder with this package installed from its tarball, the ledger, the people and
 * the results. Refuses the network: what the package depends on is linked from the repository's own installation.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StartFailure } from './start-failure';

const run = promisify(execFile);
const PACK_LIMIT_MS = 120_000;

interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly dependencies: Readonly<Record<string, string>>;
}

/** Where everything of one start lies. */
export interface Workshop {
	readonly folder: string;
	readonly isTemporary: boolean;
	/** Node-RED's folder. */
	readonly userDir: string;
	readonly ledger: string;
	readonly people: string;
	readonly results: string;
	/** The installed package. */
	readonly installed: string;
	/** For people: name and version. */
	readonly tarball: string;
	/** Removes the folder when it is temporary. */
	remove(): void;
}

/** Makes the folder and installs the package in it. Throws a {@link StartFailure}. */
export async function openWorkshop({ repository, data }: { repository: string; data: string | null }): Promise<Workshop> {
	const folder = makeFolder(data);
	const isTemporary = data === null;
	const remove = (): void => {
		if (isTemporary) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	};
	try {
		const userDir = join(folder, 'node-red');
		const { installed, tarball } = await install({ repository, userDir });
		return {
			folder,
			isTemporary,
			userDir,
			ledger: join(folder, 'ledger.db'),
			people: join(folder, 'people.csv'),
			results: join(folder, 'results.jsonl'),
			installed,
			tarball,
			remove,
		};
	} catch (error) {
		remove();
		throw error;
	}
}

function makeFolder(data: string | null): string {
	try {
		if (data === null) return mkdtempSync(join(tmpdir(), 'llm-credits-start-'));
		mkdirSync(data, { recursive: true });
		return data;
	} catch (error) {
		throw new StartFailure(
			`The folder ${data ?? tmpdir()} cannot be used: ${error instanceof Error ? error.message : String(error)}. Give another one with --data.`,
			2,
		);
	}
}

async function install({ repository, userDir }: { repository: string; userDir: string }): Promise<{ installed: string; tarball: string }> {
	const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as Manifest;
	const modules = join(userDir, 'node_modules');
	const installed = join(modules, manifest.name);
	rmSync(installed, { recursive: true, force: true });
	mkdirSync(modules, { recursive: true });
	const tarball = await pack({ repository, into: userDir });
	await unpack({ tarball: join(userDir, tarball), modules, installed });
	for (const dependency of Object.keys(manifest.dependencies))
		link({ from: join(repository, 'node_modules', dependency), to: join(modules, dependency) });
	const description = { name: 'llm-credits-start', private: true, dependencies: { [manifest.name]: `file:${tarball}` } };
	writeFileSync(join(userDir, 'package.json'), `${JSON.stringify(description, null, '\t')}\n`);
	return { installed, tarball };
}

/** npm itself where it started this program, so that the same npm packs; otherwise the one on PATH. */
async function pack({ repository, into }: { repository: string; into: string }): Promise<string> {
	const npm = process.env['npm_execpath'];
	const [program, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
	for (const old of readdirSync(into)) if (old.endsWith('.tgz')) rmSync(join(into, old));
	await attempt('pack the package with npm', () =>
		run(program, [...first, 'pack', '--ignore-scripts', '--silent', '--pack-destination', into], {
			cwd: repository,
			timeout: PACK_LIMIT_MS,
			shell: process.platform === 'win32' && first.length === 0,
		}),
	);
	const tarball = readdirSync(into).find((name) => name.endsWith('.tgz'));
	if (tarball === undefined) throw new StartFailure('npm pack wrote no tarball. Run "npm pack --dry-run" to see why.');
	return tarball;
}

async function unpack({ tarball, modules, installed }: { tarball: string; modules: string; installed: string }): Promise<void> {
	const unpacked = join(modules, 'package');
	rmSync(unpacked, { recursive: true, force: true });
	await attempt('unpack the tarball', () => run('tar', ['-xzf', tarball, '-C', modules], { timeout: PACK_LIMIT_MS }));
	renameSync(unpacked, installed);
}

function link({ from, to }: { from: string; to: string }): void {
	if (!existsSync(from)) throw new StartFailure(`${from} is missing. Run "npm ci" first.`);
	mkdirSync(dirname(to), { recursive: true });
	rmSync(to, { recursive: true, force: true });
	symlinkSync(from, to, 'junction');
}

async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
	try {
		await work();
	} catch (error) {
		const { stderr = '', message = String(error) } = error as { stderr?: string; message?: string };
		throw new StartFailure(
			`It was not possible to ${what}: ${(stderr.trim() || message).split('\n').slice(-3).join(' ')}. Check that npm and tar work, and that the disk has room.`,
		);
	}
}
