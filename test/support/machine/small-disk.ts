/**
 * Owns small disks for tests, real ones that the system says are full: in memory, mounted on a folder of their own, gone with the test
 * process. Refuses to pretend where it may not mount.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder';

const mounted = new Set<string>();
process.on('exit', () => {
	for (const folder of mounted) spawnSync('umount', ['-l', folder]);
});

/** A disk with a weight on it that takes the room away. */
export interface SmallDisk {
	readonly folder: string;
	/** Leaves so much room, by a weight that takes the rest. */
	leaveRoom(bytes: number): void;
	/** Takes the weight away. */
	makeRoom(): void;
	unmount(): void;
}

/** Makes a disk of so many megabytes. Throws where that is not allowed, with what would be. */
export function mountSmallDisk(megabytes: number): SmallDisk {
	const folder = temporaryFolder();
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
	} catch (cause) {
		throw new Error('A small disk could not be mounted. That takes Linux and root: run "npm run test:proof" as root.', { cause });
	}
	mounted.add(folder);
	const weight = join(folder, 'weight');
	return {
		folder,
		leaveRoom: (bytes) => {
			const { bavail, bsize } = statfsSync(folder);
			writeFileSync(weight, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
		},
		makeRoom: () => rmSync(weight, { force: true }),
		unmount: () => {
			execFileSync('umount', ['-l', folder]);
			mounted.delete(folder);
		},
	};
}
