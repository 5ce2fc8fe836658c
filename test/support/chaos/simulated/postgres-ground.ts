/** A ledger on a PostgreSQL server, and what befalls it: the server is away, connections break, a session keeps the account, the schema goes. */
import { Client } from 'pg';
import { openPostgresLedger } from '../../../../lib/ledger/postgres/store';
import { openSqliteLedger } from '../../../../lib/ledger/sqlite/store';
import type { LedgerStore } from '../../../../lib/ledger/store';
import { temporaryFolder } from '../../machine/temporary-folder';
import { startCuttingProxy, type CuttingProxy } from '../../postgres/cutting-proxy';
import { startPostgres, type PostgresServer } from '../../postgres/postgres-server';
import { NOTHING_KNOWN, type Acknowledged } from '../ledger-end';
import { asSeenBy, COMMON_FAULTS, someTime, type Fault, type Ground, type SimulatedProcess, type Struck } from './ground';
import type { MakeGround } from './simulated-run';
import type { SimulatedTime } from './simulated-time';

/** As they are now, whatever a simulation puts in their place. */
const openUsual = openPostgresLedger;
/** Behind a way that is cut, answers are not waited for long. */
const DEADLINE_MS = 500;
/** Whoever waits for a lock on a server waits in real time. */
const LOCKED_MS = 400;
/** One fault in so many stops the server itself; the others break the way to it, which is quicker. */
const RESTARTS_ONE_IN = 12;

/** A server for many runs, each in a schema of its own, with a way to it that can break. */
export class PostgresField {
	readonly server: PostgresServer;
	readonly proxy: CuttingProxy;
	#owner: Client;
	#runs = 0;

	private constructor(server: PostgresServer, parts: { proxy: CuttingProxy; owner: Client }) {
		this.server = server;
		this.proxy = parts.proxy;
		this.#owner = parts.owner;
	}

	static async start(): Promise<PostgresField> {
		const server = await startPostgres({ fsync: 'off', full_page_writes: 'off' });
		return new PostgresField(server, { proxy: await startCuttingProxy(server.port), owner: await ownerOf(server) });
	}

	readonly makeGround: MakeGround = async (world) => {
		this.#runs += 1;
		return Promise.resolve(new PostgresGround(this, { ...world, schema: `chaos_${String(this.#runs)}` }));
	};

	async stop(): Promise<void> {
		await this.#owner.end();
		await this.proxy.stop();
		await this.server.stop();
	}

	/** As the owner, in one session. */
	async run(sql: string): Promise<void> {
		await this.#owner.query(sql);
	}

	/** As an immediate shutdown, and a start. */
	async restart(): Promise<void> {
		await this.#owner.end();
		await this.server.stop();
		await this.server.restart();
		this.#owner = await ownerOf(this.server);
	}
}

class PostgresGround implements Ground {
	readonly folder = temporaryFolder();
	readonly place: string;
	readonly faults: readonly Fault[];
	readonly open: Ground['open'];
	readonly #field: PostgresField;
	readonly #schema: string;
	readonly #time: SimulatedTime;
	readonly #opened = new Set<Promise<LedgerStore>>();

	constructor(field: PostgresField, { time, process, schema }: { time: SimulatedTime; process: () => SimulatedProcess; schema: string }) {
		this.#field = field;
		this.#schema = schema;
		this.#time = time;
		this.place = this.#address(field.proxy.port);
		this.open = {
			openSqliteLedger,
			openPostgresLedger: async (options) => {
				const opener = process();
				const opening = time.track(openUsual({ ...options, ...time.adapters, deadlineMs: DEADLINE_MS }));
				this.#opened.add(opening);
				const store = await opening;
				return asSeenBy(store, { time, process: opener });
			},
		};
		this.faults = [...COMMON_FAULTS, ...this.#ownFaults()];
	}

	openBeside(): Promise<LedgerStore> {
		return this.#time.track(openUsual({ url: this.#address(this.#field.server.port), ...this.#time.adapters, poolSize: 1 }));
	}

	/** Nothing is lost on a server, so nothing is looked for. */
	acknowledged(): Acknowledged {
		return NOTHING_KNOWN;
	}

	bury(): Promise<void> {
		return this.close();
	}

	async close(): Promise<void> {
		const opened = [...this.#opened];
		this.#opened.clear();
		// What was being opened is given up too.
		for (const one of await Promise.allSettled(opened)) if (one.status === 'fulfilled') await one.value.close();
	}

	/** A server is backed up with tools of its own. */
	backUp(): Promise<void> {
		return Promise.resolve();
	}

	heal(): Promise<void> {
		this.#field.proxy.disarm();
		this.#field.proxy.setOpen(true);
		return Promise.resolve();
	}

	async remove(): Promise<void> {
		await this.heal();
		await this.#run(`DROP SCHEMA IF EXISTS ${this.#schema} CASCADE`);
	}

	#address(port: number): string {
		const url = new URL(this.#field.server.url());
		url.port = String(port);
		url.searchParams.set('schema', this.#schema);
		return url.href;
	}

	async #run(sql: string): Promise<void> {
		await this.#time.track(this.#field.run(sql));
	}

	#ownFaults(): Fault[] {
		return [
			{ name: 'the process dies', strike: ({ die }) => die() },
			{ name: 'the server is away', strike: (struck) => this.#away(struck) },
			{ name: 'a connection breaks at a statement', strike: (struck) => this.#cut(struck) },
			{ name: 'a connection breaks at a statement', strike: (struck) => this.#cut(struck) },
			{ name: 'the server ends its sessions', strike: () => this.#endSessions() },
			{ name: 'another session keeps the account locked', strike: () => this.#lock() },
			{ name: 'the schema is moved away and back', strike: (struck) => this.#moveAway(struck) },
			{ name: 'the server takes no writing', strike: (struck) => this.#refuseWriting(struck) },
		];
	}

	async #away(struck: Struck): Promise<void> {
		const { proxy } = this.#field;
		if (struck.chance.below(RESTARTS_ONE_IN) === 0) await this.#restart();
		proxy.setOpen(false);
		await this.#time.pause(someTime(struck));
		proxy.setOpen(true);
	}

	async #restart(): Promise<void> {
		await this.#time.track(this.#field.restart());
	}

	#cut({ chance }: Struck): Promise<void> {
		this.#field.proxy.cutAtStatement(1 + chance.below(12), chance.pick(['before', 'after', 'after_last_words']));
		return Promise.resolve();
	}

	async #endSessions(): Promise<void> {
		await this.#run(
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'llm-credits' AND pid <> pg_backend_pid()`,
		);
	}

	async #lock(): Promise<void> {
		await this.#run('BEGIN');
		await this.#run(`SELECT 1 FROM ${this.#schema}.accounts FOR UPDATE`);
		await this.#time.pause(LOCKED_MS);
		await this.#run('ROLLBACK');
	}

	async #moveAway(struck: Struck): Promise<void> {
		struck.blur();
		await this.#run(`ALTER SCHEMA ${this.#schema} RENAME TO ${this.#schema}_away`);
		await this.#time.pause(someTime(struck));
		await this.#run(`ALTER SCHEMA ${this.#schema}_away RENAME TO ${this.#schema}`);
	}

	async #refuseWriting(struck: Struck): Promise<void> {
		const set = (isOn: boolean): Promise<void> =>
			this.#run(`ALTER DATABASE postgres SET default_transaction_read_only = ${isOn ? 'on' : 'off'}`);
		await set(true);
		await this.#endSessions();
		await this.#time.pause(someTime(struck));
		await this.#run('SET default_transaction_read_only = off');
		await set(false);
		await this.#endSessions();
	}
}

async function ownerOf(server: PostgresServer): Promise<Client> {
	const owner = new Client({ connectionString: server.url() });
	await owner.connect();
	return owner;
}
