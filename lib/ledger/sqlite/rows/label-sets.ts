/** Owns the numbers of sets of labels in a ledger file: a set is stored once. Runs inside the transaction of its caller. */
import { LRUCache } from 'lru-cache';
import type { Database, Statement } from 'better-sqlite3';
import { amountIn, type Row } from '../../columns';

/** Sets of labels whose numbers are remembered. */
const MAX_REMEMBERED_SETS = 10_000;

/** Finds and gives numbers. */
export class LabelSets {
	readonly #find: Statement<[string], Row>;
	readonly #add: Statement<[string]>;
	readonly #known = new LRUCache<string, bigint>({ max: MAX_REMEMBERED_SETS });

	constructor(db: Database) {
		this.#find = db.prepare('SELECT id FROM label_sets WHERE labels = ?');
		this.#add = db.prepare('INSERT INTO label_sets (labels) VALUES (?)');
	}

	/** The number of a set, given as canonical text; a new set is added. */
	numberOf(text: string): bigint {
		const remembered = this.#known.get(text);
		if (remembered !== undefined) return remembered;
		const found = this.#find.get(text);
		const number = found ? amountIn(found, 'id') : BigInt(this.#add.run(text).lastInsertRowid);
		this.#known.set(text, number);
		return number;
	}

	/** To be called when a transaction was rolled back: numbers given in it do not exist. */
	forget(): void {
		this.#known.clear();
	}
}
