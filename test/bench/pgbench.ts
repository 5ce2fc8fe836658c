/**
 * Owns finding pgbench: as Debian installs it, on the path, or fetched from Debian's package and unpacked into a folder of ours. Refuses
 * to change what is installed on the machine, so it needs no rights.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runOrThrow } from '../support/machine/child';
import { cleanEnvironment, machineCacheFolder } from '../support/machine/repository';

const DEBIAN_FOLDER = join('usr', 'lib', 'postgresql');
const FETCH_TIMEOUT_MS = 5 * 60_000;

/** A program with the environment that it needs. */
export interface Pgbench {
	readonly program: string;
	readonly env: Record<string, string>;
}

/** The newest pgbench of this machine; without one it is fetched, which takes Debian's `apt-get`. */
export async function ensurePgbench(): Promise<Pgbench> {
	const installed = foundIn('/') ?? (process.env['PATH'] ?? '').split(delimiter).map(programIn).find(existsSync);
	if (installed !== undefined) return { program: installed, env: cleanEnvironment() };
	const folder = machineCacheFolder('pgbench');
	const fetched = foundIn(folder) ?? (await fetchInto(folder));
	return { program: fetched, env: cleanEnvironment({ LD_LIBRARY_PATH: librariesOf(folder).join(delimiter) }) };
}

function programIn(folder: string): string {
	return join(folder, 'pgbench');
}

function foundIn(root: string): string | undefined {
	const folder = join(root, DEBIAN_FOLDER);
	const versions = existsSync(folder) ? readdirSync(folder).sort((a, b) => Number(b) - Number(a)) : [];
	return versions.map((version) => programIn(join(folder, version, 'bin'))).find(existsSync);
}

/** Packages that are installed already are not fetched; the others' libraries lie beside the program. */
async function fetchInto(folder: string): Promise<string> {
	const draft = `${folder}.${String(process.pid)}`;
	const archives = join(draft, 'archives');
	mkdirSync(join(archives, 'partial'), { recursive: true });
	const options = { env: cleanEnvironment(), timeoutMs: FETCH_TIMEOUT_MS };
	const settings = ['-o', `Dir::Cache::archives=${archives}`, '-o', 'Debug::NoLocking=1', '-y', '--no-install-recommends'];
	try {
		await runOrThrow('apt-get', ['install', '--download-only', ...settings, 'postgresql'], options);
	} catch (error) {
		throw new Error('There is no pgbench and it could not be fetched. On Debian: apt-get update, or apt-get install postgresql', {
			cause: error,
		});
	}
	for (const archive of readdirSync(archives).filter((name) => name.endsWith('.deb')))
		await runOrThrow('dpkg', ['-x', join(archives, archive), draft], options);
	rmSync(archives, { recursive: true });
	rmSync(folder, { recursive: true, force: true });
	renameSync(draft, folder);
	const found = foundIn(folder);
	if (found === undefined) throw new Error(`Debian's package "postgresql" brought no pgbench into ${folder}.`);
	return found;
}

function librariesOf(folder: string): string[] {
	const libraries = join(folder, 'usr', 'lib');
	const architectures = readdirSync(libraries).filter((name) => name.includes('-linux-'));
	return architectures.map((name) => join(libraries, name));
}
