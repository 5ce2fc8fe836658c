/**
 * Owns looking into the write-ahead log of a ledger file from outside, and taking away from it what a loss of power would. Refuses to know
 * what is in its pages.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const HEADER_BYTES = 32;
const SALTS_IN_HEADER = 16;
const FRAME_HEADER_BYTES = 24;
const SALTS_IN_FRAME = 8;
const SALT_BYTES = 8;
const PAGE_BYTES = 4096;
const FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES;
/** In the shared memory beside the log: its salts, and up to which frame pages may be on their way into the file. */
const SALTS_IN_MEMORY = 32;
const BACKFILL_ATTEMPTED_AT = 128;

/** How far a log is. It begins anew, with other salts, when all of it is in the file. */
export interface LogExtent {
	readonly salts: string;
	readonly frames: number;
}

/** Counts frames; goes on from where it was the last time, so that it is quick. */
export class LogRuler {
	#known: LogExtent = { salts: '', frames: 0 };

	/** How far the open log is now. */
	extent(file: number): LogExtent {
		const salts = saltsAt(file, SALTS_IN_HEADER);
		let frames = salts === this.#known.salts ? this.#known.frames : 0;
		while (salts !== '' && saltsAt(file, HEADER_BYTES + frames * FRAME_BYTES + SALTS_IN_FRAME) === salts) frames += 1;
		this.#known = { salts, frames };
		return this.#known;
	}
}

function saltsAt(file: number, position: number): string {
	const salts = Buffer.alloc(SALT_BYTES);
	return readSync(file, salts, 0, SALT_BYTES, position) === SALT_BYTES ? salts.toString('hex') : '';
}

/** How far the log at a path is. */
export function extentOf(logPath: string): LogExtent {
	const file = openSync(logPath, 'r');
	try {
		return new LogRuler().extent(file);
	} finally {
		closeSync(file);
	}
}

/**
 * Frames that may be on their way into the file, which SQLite syncs before: no loss of power takes them away, and a log without them would
 * contradict the file.
 */
export function framesMoved(memoryPath: string, { salts, frames }: LogExtent): number {
	const memory = readFileSync(memoryPath);
	const isBeginningAnew = memory.subarray(SALTS_IN_MEMORY, SALTS_IN_MEMORY + SALT_BYTES).toString('hex') !== salts;
	return isBeginningAnew ? frames : new Uint32Array(memory.buffer.slice(memory.byteOffset + BACKFILL_ATTEMPTED_AT)).at(0)!;
}

/** Where the first so many frames end. */
export function endOfFrames(frames: number): number {
	return frames === 0 ? 0 : HEADER_BYTES + frames * FRAME_BYTES;
}
