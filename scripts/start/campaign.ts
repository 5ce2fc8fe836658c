/**
 * Owns watching a campaign: presses the button, follows the file of results line by line, and ends when every person has left the flow.
 * Refuses to wait for ever: when nothing comes for ten minutes, something is lost, and that is said.
 */
import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { NodeRed } from './node-red';
import { StartFailure } from './start-failure';

export type Source = 'model' | 'cheaper_model' | 'cache' | 'fallback';

/** One line of the results: whom it is for, what is to be sent, and what it cost. */
export interface Result {
	readonly person: Readonly<Record<string, string>>;
	readonly subject_line: string;
	readonly message: string;
	readonly source: Source;
	readonly reason: string;
	/** For people: why it is a fallback. */
	readonly why: string | null;
	/** Decimal text. */
	readonly credits: string;
	readonly tokens: number;
}

const POLL_MS = 100;
const STALL_LIMIT_MS = 600_000;
const CHUNK_BYTES = 1 << 20;

/** Runs the campaign and returns one result for each person. Throws a {@link StartFailure} when some never arrive. */
export async function runCampaign({
	nodeRed,
	path,
	people,
	onProgress,
}: {
	nodeRed: NodeRed;
	path: string;
	people: number;
	onProgress: (done: number) => void;
}): Promise<Result[]> {
	rmSync(path, { force: true });
	await nodeRed.runCampaign();
	const follower = new Follower(path);
	const results: Result[] = [];
	let lastNewsMs = Date.now();
	while (results.length < people) {
		nodeRed.assertAlive();
		const lines = follower.next();
		if (lines.length > 0) lastNewsMs = Date.now();
		results.push(...lines.map((line) => JSON.parse(line) as Result));
		onProgress(results.length);
		if (Date.now() - lastNewsMs > STALL_LIMIT_MS) {
			throw new StartFailure(
				`${String(people - results.length)} of ${String(people)} people did not leave the flow in ten minutes. Look at the flow in the editor.`,
			);
		}
		if (results.length < people) await pause(POLL_MS);
	}
	await pause(POLL_MS);
	const extra = follower.next().length;
	follower.close();
	if (results.length + extra > people)
		throw new StartFailure(`${String(results.length + extra)} results came for ${String(people)} people. Look at the flow in the editor.`);
	return results;
}

/** Reads a growing file by whole lines. */
class Follower {
	readonly #path: string;
	#file: number | null = null;
	#rest = Buffer.alloc(0);

	constructor(path: string) {
		this.#path = path;
	}

	/** The lines that were completed since the last time. */
	next(): string[] {
		if (this.#file === null && !existsSync(this.#path)) return [];
		this.#file ??= openSync(this.#path, 'r');
		const chunk = Buffer.alloc(CHUNK_BYTES);
		for (let bytes = readSync(this.#file, chunk); bytes > 0; bytes = readSync(this.#file, chunk))
			this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, bytes)]);
		const end = this.#rest.lastIndexOf(0x0a) + 1;
		const text = this.#rest.subarray(0, end).toString('utf8');
		this.#rest = this.#rest.subarray(end);
		return text.split('\n').filter((line) => line.trim() !== '');
	}

	close(): void {
		if (this.#file !== null) closeSync(this.#file);
	}
}
