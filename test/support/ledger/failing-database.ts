/**
 * Owns databases of which every statement is watched, and statements that fail when a test says so. Rolling back is never watched: it
 * always works, as it does when a process dies.
 */
import type { Database } from 'better-sqlite3';
import { openFile } from '../../../lib/ledger/sqlite/file/connection';

/** Runs a statement, or does something before or after it, or throws instead. */
export type Watch = <T>(sql: string, run: () => T, db: Database) => T;

/** When a statement fails: before or after it ran, or instead of it, with its whole transaction, as on a full disk. */
export type Moment = 'before' | 'after' | 'with_all';

const STATEMENT_CALLS = ['run', 'get', 'all', 'iterate'];
/** Calls that change how a statement reads and give it back. */
const SETTINGS = ['pluck', 'raw', 'safeIntegers'];

/** Opens a file like the store does, with a watch over every statement. */
export function openWatched(path: string, watch: Watch): Database {
	const db = openFile(path);
	const watched = <T>(sql: string, run: () => T): T => (sql === 'ROLLBACK' ? run() : watch(sql, run, db));
	return new Proxy(db, {
		get: (target, name) => {
			if (name === 'prepare') return (sql: string) => watchedStatement(target.prepare(sql), sql, watched);
			if (name === 'exec') return (sql: string) => watched(sql, () => target.exec(sql));
			if (name === 'pragma') return (sql: string, options?: { simple?: boolean }) => watched(sql, () => target.pragma(sql, options));
			const value: unknown = Reflect.get(target, name, target);
			return typeof value === 'function' ? (value.bind(target) as unknown) : value;
		},
	});
}

function watchedStatement(statement: object, sql: string, watched: <T>(sql: string, run: () => T) => T): object {
	const proxy: object = new Proxy(statement, {
		get: (target, name) => {
			const value: unknown = Reflect.get(target, name, target);
			if (typeof value !== 'function') return value;
			const call = (...args: unknown[]): unknown => (value as (...given: unknown[]) => unknown).apply(target, args);
			if (SETTINGS.includes(String(name))) return (...args: unknown[]) => (call(...args), proxy);
			return STATEMENT_CALLS.includes(String(name)) ? (...args: unknown[]) => watched(sql, () => call(...args)) : call;
		},
	});
	return proxy;
}

/** Rows that nobody will read must not keep the connection busy, as they would not in a process that died. */
function close(result: unknown): void {
	if (typeof result === 'object' && result !== null && 'return' in result && typeof result.return === 'function') result.return();
}

/** Counts the statements that run while it is armed, and throws before or after one of them. */
export class StatementFaults {
	#failAt: number | null = null;
	#count = 0;
	#moment: Moment = 'before';
	#onDeath: () => void = () => undefined;

	/** The next `statement`-th statement fails; counting starts now. `onDeath` is called at that moment. */
	arm(statement: number, moment: Moment, onDeath: () => void = () => undefined): void {
		this.#failAt = statement;
		this.#moment = moment;
		this.#count = 0;
		this.#onDeath = onDeath;
	}

	/** Stops failing. */
	disarm(): void {
		this.#failAt = null;
	}

	/** Opens a file like the store does, with statements that obey. */
	readonly open = (path: string): Database => openWatched(path, (sql, run, db) => this.#run(sql, run, db));

	#run<T>(sql: string, run: () => T, db: Database): T {
		if (this.#failAt === null) return run();
		this.#count += 1;
		const isNow = this.#count === this.#failAt;
		if (isNow && this.#moment === 'with_all' && db.inTransaction) db.exec('ROLLBACK');
		if (isNow && this.#moment !== 'after') this.#die(`before: ${sql}`);
		const result = run();
		if (isNow) {
			close(result);
			this.#die(`after: ${sql}`);
		}
		return result;
	}

	#die(where: string): never {
		this.#onDeath();
		throw new Error(`Died ${where}`);
	}
}
