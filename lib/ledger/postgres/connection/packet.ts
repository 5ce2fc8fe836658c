/**
 * Owns sending statements to a PostgreSQL server as one packet with one Sync behind them: the server is woken once and answers once, and
 * after one that fails it carries out none of the others. Knows which statements a connection has prepared, and what their rows look
 * like. Refuses statements of several commands.
 */
import { asError } from '../../../core/values/foreign';
import type { Connection, FieldDef, Submittable } from 'pg';
import type { Row } from '../../columns';
import { parameterOf, readerOf, type Value } from './wire-values';

/** A statement with its values; `name` makes the server keep its plan for the connection. */
export interface Statement {
	readonly name?: string;
	readonly text: string;
	readonly values?: readonly Value[];
}

/** Texts as the server sent them, in the order of the columns. */
type SentRow = readonly (string | null)[];

interface Column {
	readonly name: string;
	readonly read: (text: string) => unknown;
}

/** What a connection has prepared under a name. */
interface Prepared {
	readonly text: string;
	readonly columns: readonly Column[];
}

const preparedOn = new WeakMap<Connection, Map<string, Prepared>>();

/** Statements on their way; the driver calls it with what the server answers. */
export class Packet implements Submittable {
	/** How long the driver waits for the answer, in milliseconds; 0: as long as for every other. The name is the driver's. */
	readonly query_timeout: number;
	/** Told when the server is ready again, or what failed first. The driver puts its own in between. */
	callback: (error: Error | null, rows?: Row[][]) => void;
	readonly #statements: readonly Statement[];
	readonly #answers: { readonly columns: readonly Column[]; readonly rows: readonly SentRow[] }[] = [];
	#prepared = new Map<string, Prepared>();
	/** Of the statement that is being answered, when it was described. */
	#columns: readonly Column[] | null = null;
	#rows: SentRow[] = [];

	constructor(statements: readonly Statement[], { timeoutMs, callback }: { timeoutMs: number | null; callback: Packet['callback'] }) {
		this.#statements = statements;
		this.query_timeout = timeoutMs ?? 0;
		this.callback = callback;
	}

	submit(connection: Connection): void {
		this.#prepared = preparedOn.get(connection) ?? new Map<string, Prepared>();
		preparedOn.set(connection, this.#prepared);
		const { stream } = connection;
		stream.cork();
		try {
			for (const statement of this.#statements) this.#send(connection, statement);
			connection.sync();
		} finally {
			stream.uncork();
		}
	}

	#send(connection: Connection, { name = '', text, values = [] }: Statement): void {
		const isPrepared = this.#prepared.get(name)?.text === text;
		if (!isPrepared) {
			this.#prepared.delete(name);
			// One that failed may be prepared all the same; closing what is not there is no fault.
			if (name !== '') connection.close({ type: 'S', name }, true);
			connection.parse({ name, text, types: [] }, true);
		}
		connection.bind({ statement: name, values: values.map(parameterOf) }, true);
		if (!isPrepared) connection.describe({ type: 'P', name: '' }, true);
		connection.execute(null, true);
	}

	handleRowDescription({ fields }: { readonly fields: readonly FieldDef[] }): void {
		this.#columns = fields.map(({ name, dataTypeID }) => ({ name, read: readerOf(dataTypeID) }));
	}

	handleDataRow({ fields }: { readonly fields: SentRow }): void {
		this.#rows.push(fields);
	}

	handleCommandComplete(): void {
		const { name = '', text = '' } = this.#statements[this.#answers.length] ?? {};
		const prepared = this.#prepared.get(name);
		const columns = this.#columns ?? prepared?.columns ?? [];
		if (name !== '' && !prepared) this.#prepared.set(name, { text, columns });
		this.#answers.push({ columns, rows: this.#rows });
		this.#columns = null;
		this.#rows = [];
	}

	handleEmptyQuery(): void {
		this.handleCommandComplete();
	}

	handleError(error: Error): void {
		this.#prepared.delete(this.#statements[this.#answers.length]?.name ?? '');
		this.callback(error);
	}

	handleReadyForQuery(): void {
		let rows: Row[][];
		try {
			rows = this.#answers.map((answer) => answer.rows.map((row) => rowOf(row, answer.columns)));
		} catch (error) {
			// Thrown here it would end the host.
			this.callback(asError(error));
			return;
		}
		this.callback(null, rows);
	}
}

function rowOf(sent: SentRow, columns: readonly Column[]): Row {
	const row: Record<string, unknown> = {};
	columns.forEach(({ name, read }, index) => {
		const text = sent[index] ?? null;
		row[name] = text === null ? null : read(text);
	});
	return row;
}
