/** Checks what a ledger file lies on: a network drive, a layer that goes with its container, a disk that is read-only or full. Changes nothing. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../core/values/foreign';
import { isSkipped, isWell, type CheckFinding, type FindingState } from './finding';
import { mountOf, parseMounts, readMountInfo, type Mount } from './mount-info';

const NETWORK =
	/^(nfs\d?|cifs|smb\d?|smbfs|ncpfs|afs|ceph|glusterfs|lustre|gpfs|beegfs|ocfs2|gfs2|fuse\.(sshfs|rclone|s3fs|gcsfuse|glusterfs|davfs2?|juicefs|ceph.*)|davfs2?)$/;
const DESKTOP = /^(9p|virtiofs|fakeowner|drvfs|vboxsf|fuse\.(grpcfuse|osxfs|vmhgfs.*)|osxfs|prl_fs)$/;
const MEMORY = /^(tmpfs|ramfs)$/;
const CONTAINER_LAYER = /^(overlay|aufs|fuse\.fuse-overlayfs)$/;
const MEGABYTE = 1024 * 1024;
/** Below this nothing more can be written soon; below the other it is time to make room. */
const FULL_BYTES = MEGABYTE;
const LOW_BYTES = 64 * MEGABYTE;
const VOLUME = 'In Docker, mount a named volume on the data folder of the host: /home/node/.n8n for n8n, /data for Node-RED.';
const DURABLE = 'Put the ledger on a named volume of Docker or a local disk, or move it to PostgreSQL: llm-credits copy.';

/** What is known of a disk; tests give another. */
export interface KnownDisk {
	/** The text of /proc/self/mountinfo; `null` on a system that has none. */
	readonly mountInfo: string | null;
	readonly freeBytes: number | null;
}

/** What the file at `path`, whose links are resolved, lies on. */
export function mountFinding(path: string, known: Partial<KnownDisk> = {}): CheckFinding {
	const mountInfo = known.mountInfo === undefined ? readMountInfo() : known.mountInfo;
	const freeBytes = known.freeBytes === undefined ? freeBytesAt(dirname(path)) : known.freeBytes;
	const mount = mountInfo === null ? null : mountOf(path, parseMounts(mountInfo));
	return unusable(mount, { path, freeBytes }) ?? risky(mount, { freeBytes }) ?? isWellOrUnknown(mount);
}

function finding(state: FindingState, says: string, todo: string): CheckFinding {
	return { check: 'mount', state, says, todo };
}

function unusable(
	mount: Mount | null,
	{ path, freeBytes }: { readonly path: string; readonly freeBytes: number | null },
): CheckFinding | null {
	if (/^(\\\\|\/\/)[^\\/]/.test(path) || (mount && NETWORK.test(mount.type))) {
		const type = mount?.type ?? 'a share of Windows';
		const why = 'SQLite shares memory between the processes of one machine, and over a network the file can be damaged';
		return finding('wrong', `The ledger lies on a network file system (${type}). ${why}.`, DURABLE);
	}
	if (mount?.isReadOnly)
		return finding('wrong', `${mount.point} is mounted read-only.`, 'Mount it for writing, or choose another path for the ledger.');
	if (freeBytes === null || freeBytes >= FULL_BYTES) return null;
	return finding('wrong', 'The disk of the ledger is full.', 'Make room on the disk.');
}

function risky(mount: Mount | null, { freeBytes }: { readonly freeBytes: number | null }): CheckFinding | null {
	if (mount && CONTAINER_LAYER.test(mount.type)) {
		const says = `The ledger lies in a layer of a container (${mount.type}), and goes when the container is removed.`;
		return finding('warning', says, VOLUME);
	}
	if (mount && MEMORY.test(mount.type))
		return finding('warning', `The ledger lies in memory (${mount.type}), and goes at a restart.`, DURABLE);
	if (mount && DESKTOP.test(mount.type)) {
		const says = `The ledger lies on a folder of another system (${mount.type}), such as one of Windows or macOS in a container; only one side may use it.`;
		return finding('warning', says, DURABLE);
	}
	if (freeBytes === null || freeBytes >= LOW_BYTES) return null;
	const free = `${String(Math.floor(freeBytes / MEGABYTE))} MB`; // ratio: room, for people
	return finding('warning', `The disk of the ledger has only ${free} left.`, 'Make room on the disk.');
}

function isWellOrUnknown(mount: Mount | null): CheckFinding {
	if (mount === null) return isSkipped('mount', 'This system does not say what the ledger lies on. It must be a disk of this machine.');
	return isWell('mount', `The ledger lies on a disk of this machine (${mount.type}).`);
}

/** The nearest folder that is there tells of the disk. */
function freeBytesAt(folder: string): number | null {
	try {
		const { bavail, bsize } = statfsSync(folder);
		return bavail * bsize;
	} catch (error) {
		if (codeOf(error) === '') throw error;
		return dirname(folder) === folder ? null : freeBytesAt(dirname(folder));
	}
}
