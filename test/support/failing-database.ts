/** Owns databases whose statements fail when a test says so. Rolling back always works, as it does when a process dies. */
import type { Database } from 'better-sqlite3';
import { openFile } from '../../lib/ledger/sqlite/connection';

/** Counts the statements that run while it is armed, and throws before or after one of them. */
export class StatementFaults {
	#failAt: number | null = null;
	#count = 0;
	#moment: 'before' | 'after' = 'before';

	/** The next `statement`-th statement fails; counting starts now. */
	arm(statement: number, moment: 'before' | 'after'): void {
		this.#failAt = statement;
		this.#moment = moment;
		this.#count = 0;
	}

	/** Stops failing; returns how many statements ran since it was armed. */
	disarm(): number {
		this.#failAt = null;
		return this.#count;
	}

	/** Opens a file like the store does, with statements that obey. */
	readonly open = (path: string): Database => {
		const db = openFile(path);
		return new Proxy(db, {
			get: (target, name) => {
				if (name === 'prepare') return (sql: string) => this.#watched(target.prepare(sql), sql);
				const value: unknown = Reflect.get(target, name, target);
				return typeof value === 'function' ? (value.bind(target) as unknown) : value;
			},
		});
	};

	#watched(statement: object, sql: string): object {
		const watched: object = new Proxy(statement, {
			get: (target, name) => {
				const value: unknown = Reflect.get(target, name, target);
				if (typeof value !== 'function') return value;
				const call = (...args: unknown[]): unknown => (value as (...given: unknown[]) => unknown).apply(target, args);
				if (name === 'pluck') return () => (call(), watched);
				return ['run', 'get', 'all', 'iterate'].includes(String(name)) ? (...args: unknown[]) => this.#run(sql, () => call(...args)) : call;
			},
		});
		return watched;
	}

	#run(sql: string, call: () => unknown): unknown {
		if (this.#failAt === null || sql === 'ROLLBACK') return call();
		this.#count += 1;
		const isNow = this.#count === this.#failAt;
		if (isNow && this.#moment === 'before') throw new Error(`Died before: ${sql}`);
		const result = call();
		if (isNow) throw new Error(`Died after: ${sql}`);
		return result;
	}
}
