/** Checks who may read and write a ledger file and what lies beside it, and whether all of it has one owner. Changes nothing. */
import { lstatSync, statSync, type Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { codeOf } from '../../core/values/foreign';
import { isSkipped, isWell, type CheckFinding } from './finding';

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
/** The folder that hosts make for the ledger inside their own. */
const OWN_FOLDER = 'llm-credits';

interface Looked {
	readonly path: string;
	readonly stats: Stats;
}

/** What is known of the rights of the file at `path`, its side files and its folder. */
export function rightsFinding(path: string): CheckFinding {
	if (process.platform === 'win32') return isSkipped('rights', 'Windows keeps rights in another way; the file has those of its folder.');
	const files = [path, `${path}-wal`, `${path}-shm`].flatMap(looked);
	const folder = looked(dirname(path))[0];
	if (files.length === 0 || !folder) return isSkipped('rights', 'There is no file to look at.');
	return openToOthers(files, folder) ?? ownedByOthers(files, folder) ?? isWell('rights', 'Only its owner can read and write the ledger.');
}

function openToOthers(files: readonly Looked[], folder: Looked): CheckFinding | null {
	const open = files.filter(({ stats }) => (stats.mode & OTHERS) !== 0);
	const [first] = open;
	if (first) {
		return {
			check: 'rights',
			state: 'wrong',
			says: `${first.path} has the rights ${modeOf(first)}, so other users of this machine can read or change it.`,
			todo: `Run: chmod 600 ${open.map(({ path }) => path).join(' ')}`,
		};
	}
	if ((folder.stats.mode & OTHERS_WRITE) === 0 || (folder.stats.mode & STICKY) !== 0) return null;
	return {
		check: 'rights',
		state: 'wrong',
		says: `The folder ${folder.path} has the rights ${modeOf(folder)}, so other users of this machine can put another file in the place of the ledger.`,
		todo: `Run: chmod 700 ${folder.path}`,
	};
}

/** A file that root made in the folder of a host cannot be opened by that host. */
function ownedByOthers(files: readonly Looked[], folder: Looked): CheckFinding | null {
	const isShared = (folder.stats.mode & STICKY) !== 0;
	const host = basename(folder.path) === OWN_FOLDER ? (looked(dirname(folder.path))[0] ?? folder) : folder;
	const others = [...(isShared ? [] : [folder]), ...files].filter(({ stats }) => stats.uid !== (isShared ? files[0] : host)?.stats.uid);
	const [first] = others;
	if (!first) return null;
	const owner = isShared ? files[0] : host;
	return {
		check: 'rights',
		state: 'wrong',
		says: `${first.path} belongs to user ${String(first.stats.uid)}, and ${owner?.path ?? ''} to user ${String(owner?.stats.uid)}; the host of that user cannot use the ledger.`,
		todo: `Run as root: chown ${String(owner?.stats.uid)}:${String(owner?.stats.gid)} ${others.map(({ path }) => path).join(' ')} – and use this command as the user of the host.`,
	};
}

function modeOf({ stats }: Looked): string {
	return (stats.mode & 0o7777).toString(8).padStart(4, '0');
}

/** What is at a path; nothing where nothing is, or where this user may not look. */
function looked(path: string): Looked[] {
	try {
		const stats = basename(path).endsWith('-wal') || basename(path).endsWith('-shm') ? lstatSync(path) : statSync(path);
		return [{ path, stats }];
	} catch (error) {
		if (codeOf(error) === '') throw error;
		return [];
	}
}
