/**
 * Notes beside a ledger file how far the journal of each account was durable, so that a proof can name a journal that lost its end: a log
 * that is deleted after a host was killed takes the newest charges with it, and what is left adds up. Noted now and then and when the
 * ledger is closed, so a note may be behind the journal, and never ahead of it.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { SeenEnd } from '../../store';
import { FILE_MODE } from './file';

/** At least so long between two notes; a charge must not wait for a second file. */
const EVERY_MS = 250;
/** The accounts that were used last. */
const MAX_ACCOUNTS = 1000;
const HASH_LENGTH = 16;

const SEEN = z.object({ file: z.string(), ends: z.array(z.object({ accountId: z.string(), seq: z.number().int(), hash: z.string() })) });

/** The name of the note beside a ledger file. */
export function seenPath(path: string): string {
	return `${path}-seen`;
}

/** What was noted about this very file; nothing when the file was replaced since, or when the note cannot be read. */
export function readSeen(path: string): readonly SeenEnd[] {
	try {
		const { file, ends } = SEEN.parse(JSON.parse(readFileSync(seenPath(path), 'utf8')));
		return file === birthOf(path) ? ends : [];
	} catch {
		return [];
	}
}

/** Notes for one open ledger file. */
export class SeenEnds {
	readonly #path: string;
	/** The file that is open; another may stand in its place by now. */
	readonly #file: string;
	readonly #fresh = new Map<string, SeenEnd>();
	readonly #pause: (delayMs: number, signal?: AbortSignal | null) => Promise<void>;
	readonly #closed = new AbortController();
	#notedAtMs = Number.NEGATIVE_INFINITY;
	/** A note is written soon, whether or not anything else is committed. */
	#isDue = false;

	constructor(path: string, { pause }: { readonly pause: (delayMs: number, signal?: AbortSignal | null) => Promise<void> }) {
		this.#path = path;
		this.#file = birthOf(path);
		this.#pause = pause;
	}

	/** An account's newest entry is durable. */
	note(accountId: string, { seq, hash, nowMs }: { readonly seq: number; readonly hash: string; readonly nowMs: number }): void {
		this.#fresh.set(accountId, { accountId, seq, hash: hash.slice(0, HASH_LENGTH) });
		if (Math.abs(nowMs - this.#notedAtMs) < EVERY_MS) {
			this.#writeSoon();
			return;
		}
		this.#notedAtMs = nowMs;
		this.write();
	}

	/** Writes what is left, and nothing later. */
	close(): void {
		this.#closed.abort();
		this.write();
	}

	/** The last charges of a campaign must not stay unnoted until the next one. */
	#writeSoon(): void {
		if (this.#isDue) return;
		this.#isDue = true;
		void this.#pause(EVERY_MS, this.#closed.signal).then(() => {
			this.#isDue = false;
			if (!this.#closed.signal.aborted) this.write();
		});
	}

	/** Writes what is not written yet. Where that cannot be done, only the proof knows less. */
	write(): void {
		if (this.#fresh.size === 0) return;
		try {
			// What the file that is open holds says nothing about another one.
			if (birthOf(this.#path) !== this.#file) return;
			const ends = new Map(readSeen(this.#path).map((end) => [end.accountId, end]));
			for (const end of this.#fresh.values()) {
				const other = ends.get(end.accountId);
				ends.delete(end.accountId);
				ends.set(end.accountId, other && other.seq > end.seq ? other : end);
			}
			const draft = `${seenPath(this.#path)}.${String(process.pid)}`;
			const kept = [...ends.values()].slice(-MAX_ACCOUNTS);
			writeFileSync(draft, JSON.stringify({ file: this.#file, ends: kept }), { mode: FILE_MODE });
			renameSync(draft, seenPath(this.#path));
			this.#fresh.clear();
		} catch {
			this.#notedAtMs += EVERY_MS;
		}
	}
}

/** Which file it is, from its making on; another file in its place has another. */
function birthOf(path: string): string {
	const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
	return `${String(dev)}:${String(ino)}:${String(birthtimeNs)}`;
}
