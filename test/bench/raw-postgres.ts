/**
 * Owns the peer of the ledger on PostgreSQL: processes with bare `pg` that write the very rows a ledger wrote into the same tables, with
 * set-based statements in groups, all moving one account. Started with one JSON argument; reports on standard output. Refuses to think:
 * rows and texts are prepared before the time is taken.
 */
import { Client, types } from 'pg';
import { GO, READY } from '../support/loads/ledger-worker';

/** Which groups of a source ledger one process writes into a target. */
export interface RawOrder {
	readonly url: string;
	readonly source: string;
	readonly target: string;
	readonly groupSize: number;
	/** So many groups are written before the time is taken. */
	readonly warmGroups: number;
	/** The process writes every `of`-th group, beginning with `first`. */
	readonly first: number;
	readonly of: number;
}

type Row = Readonly<Record<string, unknown>>;

interface Query {
	readonly name: string;
	readonly text: string;
	readonly values: unknown[];
}

const ENTRY_COLUMNS = [
	['seq', 'bigint'],
	['at_ms', 'bigint'],
	['label_set', 'bigint'],
	['kind', 'smallint'],
	['key_hash', 'bytea'],
	['request_hash', 'bytea'],
	['hash', 'bytea'],
	['person', 'text'],
	['body', 'text'],
] as const;
const HOLD_COLUMNS = [
	['seq', 'bigint'],
	['timeout_at_ms', 'bigint'],
] as const;
const CLOSING_COLUMNS = [
	['seq', 'bigint'],
	['state', 'smallint'],
	['closed_seq', 'bigint'],
] as const;
const RESERVED = 6;
const SETTLED = 8;

/** The statements of one group: as many reservations, then as many settlements, each half in a transaction of its own. */
async function groupsOf(client: Client, { source, target, groupSize, first, of }: RawOrder): Promise<Query[][]> {
	const rows = async (text: string): Promise<Row[]> => (await client.query<Row>(text)).rows;
	const reserved = await rows(`SELECT * FROM "${source}".entries WHERE kind = ${String(RESERVED)} ORDER BY seq`);
	const settled = await rows(`SELECT * FROM "${source}".entries WHERE kind = ${String(SETTLED)} ORDER BY (body::json ->> 'h')::bigint`);
	const holds = await rows(`SELECT * FROM "${source}".holds WHERE state = 1 ORDER BY seq`);
	const [account = {}] = await rows(`SELECT * FROM "${target}".accounts`);
	const [balance = {}] = await rows(`SELECT * FROM "${source}".grant_balances`);
	const [usage = {}] = await rows(`SELECT * FROM "${source}".usage_days`);
	const id = account['id'];
	const both = (): Query[] => [
		{
			name: 'account',
			text: `UPDATE "${target}".accounts SET overdraft_micro = $2, last_at_ms = $3, last_seq = $4, chain_hash = $5 WHERE id = $1`,
			values: [id, 0, account['last_at_ms'], account['last_seq'], account['chain_hash']],
		},
		{
			name: 'balance',
			text: `UPDATE "${target}".grant_balances SET remaining_micro = $2, held_micro = $3, settled_micro = $4 WHERE account = $1`,
			values: [id, balance['remaining_micro'], balance['held_micro'], balance['settled_micro']],
		},
	];
	const groups: Query[][] = [];
	for (let group = first; (group + 1) * groupSize <= holds.length; group += of) {
		const part = (all: readonly Row[]): readonly Row[] => all.slice(group * groupSize, (group + 1) * groupSize);
		const addEntries = (entries: readonly Row[]): Query => insert(target, { id, table: 'entries', columns: ENTRY_COLUMNS, rows: entries });
		const addHolds = insert(target, { id, table: 'holds', columns: HOLD_COLUMNS, rows: part(holds), constants: [['state', 0]] });
		const closeHolds: Query = {
			name: 'close',
			text: `UPDATE "${target}".holds AS t SET state = v.state, closed_seq = v.closed_seq FROM unnest($2::bigint[], $3::smallint[], $4::bigint[]) AS v (seq, state, closed_seq) WHERE t.account = $1 AND t.seq = ANY ($2) AND t.seq = v.seq`,
			values: [id, ...CLOSING_COLUMNS.map(([name]) => part(holds).map((row) => row[name]))],
		};
		const addUsage: Query = {
			name: 'usage',
			text: `INSERT INTO "${target}".usage_days AS t VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0, 0) ON CONFLICT (account, label_set, day) DO UPDATE SET calls = t.calls + excluded.calls, charged_micro = t.charged_micro + excluded.charged_micro`,
			values: [id, usage['label_set'], usage['day'], groupSize, groupSize],
		};
		groups.push([...both(), addEntries(part(reserved)), addHolds], [...both(), addEntries(part(settled)), closeHolds, addUsage]);
	}
	return groups;
}

function insert(
	schema: string,
	{
		id,
		table,
		columns,
		rows,
		constants = [],
	}: {
		id: unknown;
		table: string;
		columns: readonly (readonly [string, string])[];
		rows: readonly Row[];
		constants?: readonly (readonly [string, number])[];
	},
): Query {
	const names = ['account', ...constants.map(([name]) => name), ...columns.map(([name]) => name)];
	const arrays = columns.map(([, type], index) => `$${String(index + 2)}::${type}[]`);
	const fixed = ['$1::bigint', ...constants.map(([, value]) => String(value))];
	return {
		name: `insert ${table}`,
		text: `INSERT INTO "${schema}".${table} (${names.join(', ')}) SELECT ${fixed.join(', ')}, * FROM unnest(${arrays.join(', ')})`,
		values: [id, ...columns.map(([name]) => rows.map((row) => row[name]))],
	};
}

async function main(order: RawOrder): Promise<void> {
	// Numbers and bytes stay as the server wrote them.
	types.setTypeParser(types.builtins.BYTEA, (value: string) => value);
	const client = new Client({ connectionString: order.url, pipeline: true });
	await client.connect();
	const halves = await groupsOf(client, order);
	const alive = setInterval(() => undefined, 1000);
	await new Promise<void>((go) => {
		process.once(GO, () => {
			go();
		});
		process.stdout.write(`${READY}\n`);
	});
	clearInterval(alive);
	const write = async (halves: readonly Query[][]): Promise<void> => {
		for (const statements of halves)
			await Promise.all(['BEGIN', ...statements, 'COMMIT'].map((statement) => client.query(statement as Query)));
	};
	// Two halves of a group: what is reserved, and what is settled.
	const timed = halves.slice(2 * order.warmGroups);
	await write(halves.slice(0, 2 * order.warmGroups));
	const startMs = performance.now();
	await write(timed);
	const tookMs = performance.now() - startMs;
	await client.end();
	process.stdout.write(`${JSON.stringify({ pairs: (timed.length / 2) * order.groupSize, tookMs })}\n`);
}

if (require.main === module) {
	main(JSON.parse(process.argv[2] ?? '{}') as RawOrder).catch((error: unknown) => {
		process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
		process.exitCode = 1;
	});
}
