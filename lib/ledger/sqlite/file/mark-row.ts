/**
 * Owns the one row that says whether a ledger file is being moved, and the check that a file in use was not brought to a newer schema
 * meanwhile. Runs inside the transaction of its caller; decides nothing.
 */
import type { Database, Statement } from 'better-sqlite3';
import { decodeMark, encodeMark, type MoveMark } from '../../../core/rules/move';
import { textIn, type Row } from '../../columns';
import { assertKnown } from './migrations';

/** Reads and writes the mark of one file. */
export class MarkRow {
	readonly #path: string;
	readonly #version: Statement<[]>;
	readonly #read: Statement<[], Row>;
	readonly #write: Statement<[string]>;
	readonly #remove: Statement<[]>;

	constructor(db: Database, path: string) {
		this.#path = path;
		this.#version = db.prepare<[]>('PRAGMA user_version').pluck();
		this.#read = db.prepare('SELECT mark FROM ledger_move');
		this.#write = db.prepare<[string]>('REPLACE INTO ledger_move VALUES (1, ?)');
		this.#remove = db.prepare<[]>('DELETE FROM ledger_move');
	}

	/** The mark, before anything is written. Throws `ledger_newer` when a newer version has changed the file. */
	readToWrite(): MoveMark | null {
		assertKnown(Number(this.#version.get()), this.#path);
		return this.read();
	}

	read(): MoveMark | null {
		const row = this.#read.get();
		return row ? decodeMark(textIn(row, 'mark')) : null;
	}

	write(mark: MoveMark | null): void {
		const text = encodeMark(mark);
		if (text === null) this.#remove.run();
		else this.#write.run(text);
	}
}
