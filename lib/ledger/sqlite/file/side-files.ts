/**
 * Watches the log that SQLite keeps beside a ledger in use. It holds what was charged lately: when it is deleted, replaced or cut while a
 * host has the ledger open, those charges may be on no disk any more, and nothing is built upon them without a word.
 */
import { existsSync, realpathSync, renameSync, statSync } from 'node:fs';
import { CreditError } from '../../../core/values/errors';
import { restoreHint } from '../../../core/values/restore-hint';
import { fileIdentity } from './file';

/** A log that is longer is cut back to this size when it is emptied; a shorter one is never cut while the ledger is in use. */
export const MAX_IDLE_LOG_BYTES = 16 * 1024 * 1024;

/** What became of a log. `gone`: SQLite still has the file open, and moves it into the ledger when it closes. `cut`: its end is lost. */
export type LogState = 'whole' | 'gone' | 'cut';

/** The side files of one open ledger file. */
export class SideFiles {
	readonly #path: string;
	/** How many bytes of the log are in use, told by SQLite, asked for when the log has become shorter. */
	readonly #usedBytes: () => number;
	readonly #identities = new Map<string, string>();
	#logBytes = 0;
	#state: LogState = 'whole';

	constructor(path: string, usedBytes: () => number) {
		// SQLite keeps them beside the file itself, not beside a link to it.
		this.#path = realpathSync(path);
		this.#usedBytes = usedBytes;
		this.#note();
	}

	/** What became of the log so far; what is lost stays lost until the ledger is opened again. */
	get state(): LogState {
		return this.#state;
	}

	/** Throws `ledger_corrupt` when the log is no longer what it was. To be called before a transaction begins. */
	assertWhole(): void {
		if (this.#state === 'whole') this.#look();
		if (this.#state === 'whole') return;
		throw new CreditError(
			'ledger_corrupt',
			`The log ${this.#path}-wal was ${this.#state === 'gone' ? 'deleted or replaced' : 'cut'} while the ledger was in use, so the newest charges may be lost. Look with "llm-credits verify". If entries are missing: ${restoreHint(this.#path)}.`,
		);
	}

	/** Moves side files that belong to a ledger file that was replaced out of the way of the new one, which must not take them for its own. */
	putAway(): void {
		for (const [ending, identity] of this.#identities) {
			const path = `${this.#path}${ending}`;
			if (fileIdentity(path) === identity) renameSync(path, freeName(`${path}.of-replaced`));
		}
	}

	#look(): void {
		const known = this.#identities.get('-wal');
		const found = statSync(`${this.#path}-wal`, { bigint: true, throwIfNoEntry: false });
		if (known === undefined) {
			this.#note();
			return;
		}
		if (!found || `${String(found.dev)}:${String(found.ino)}` !== known) {
			this.#state = 'gone';
			return;
		}
		const bytes = Number(found.size);
		if (bytes < Math.min(this.#logBytes, MAX_IDLE_LOG_BYTES) && bytes < this.#usedBytes()) this.#state = 'cut';
		this.#logBytes = bytes;
	}

	#note(): void {
		for (const ending of ['-wal', '-shm']) {
			const identity = fileIdentity(`${this.#path}${ending}`);
			if (identity !== null) this.#identities.set(ending, identity);
		}
	}
}

/** The name, or the first of `name.2`, `name.3` … that nothing has. */
export function freeName(name: string): string {
	for (let number = 1; ; number += 1) {
		const free = number === 1 ? name : `${name}.${String(number)}`;
		if (!existsSync(free)) return free;
	}
}
