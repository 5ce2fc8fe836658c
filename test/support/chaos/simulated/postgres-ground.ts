/** A ledger on a PostgreSQL server, and what befalls it: the server is away, connections break, a session keeps the account, the schema goes. */
import { setTimeout as realPause } from 'node:timers/promises';
import { expect } from 'chai';
import { Client } from 'pg';
import { verifyLedger } from '../../../../lib/engine/moving/verify-ledger';
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
const DEADLINE_MS = 3_000;
/** Whoever waits for a lock on a server waits in real time. */
const LOCKED_MS = 400;
/** One fault in so many stops the server itself; the others break the way to it, which is quicker. */
const RESTARTS_ONE_IN = 12;

const SCHEMA = 'chaos';

/** A server with one ledger for many runs, each with an account of its own, and a way to it that can break. */
export class PostgresField {
	readonly server: PostgresServer;
	readonly proxy: CuttingProxy;
	#owner: Client;
	/** As another process has it, straight from the server. */
	#beside: LedgerStore | null = null;
	#clock: () => number = Date.now;
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
		this.#clock = world.time.wallMs;
		const { adapters } = world.time;
		this.#beside ??= await openUsual({ url: this.address(this.server.port), ...adapters, clock: () => this.#clock(), poolSize: 1 });
		return new PostgresGround(this, { ...world, beside: this.#beside, accountId: `run-${String(this.#runs)}` });
	};

	/** Throws unless the ledger of all runs is right, its tables too. */
	async stop(): Promise<void> {
		const violations = this.#beside === null ? [] : (await verifyLedger(this.#beside)).violations;
		await this.#beside?.close();
		await this.#owner.end();
		await this.proxy.stop();
		await this.server.stop();
		expect(violations).to.deep.equal([]);
	}

	/** The ledger, by this port. */
	address(port: number): string {
		const url = new URL(this.server.url());
		url.port = String(port);
		url.searchParams.set('schema', SCHEMA);
		return url.href;
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

interface Ledger {
	readonly time: SimulatedTime;
	readonly process: () => SimulatedProcess;
	readonly beside: LedgerStore;
	readonly accountId: string;
}

class PostgresGround implements Ground {
	readonly folder = temporaryFolder();
	readonly place: string;
	readonly faults: readonly Fault[];
	readonly open: Ground['open'];
	readonly #field: PostgresField;
	readonly #beside: LedgerStore;
	readonly accountId: string;
	readonly #time: SimulatedTime;
	readonly #opened = new Set<Promise<LedgerStore>>();

	constructor(field: PostgresField, { time, process, beside, accountId }: Ledger) {
		this.#field = field;
		this.#beside = beside;
		this.accountId = accountId;
		this.#time = time;
		this.place = field.address(field.proxy.port);
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

	/** Of the proof, what is about the account; the rest is proved when all runs are over. */
	beside<T>(use: (store: LedgerStore) => Promise<T>): Promise<T> {
		const { accountId } = this;
		const store = new Proxy(this.#beside, {
			get: (target, name) => {
				if (name === 'proof') return undefined;
				if (name === 'accounts') return async () => (await target.accounts()).filter(({ id }) => id === accountId);
				const value: unknown = Reflect.get(target, name, target);
				return typeof value === 'function' ? (value.bind(target) as unknown) : value;
			},
		});
		return this.#time.track(use(store));
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

	remove(): Promise<void> {
		return this.heal();
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
		await this.#run(`SELECT 1 FROM ${SCHEMA}.accounts WHERE public_id = '${this.accountId}' FOR UPDATE`);
		await realPause(LOCKED_MS);
		await this.#run('ROLLBACK');
	}

	async #moveAway(struck: Struck): Promise<void> {
		struck.blur();
		await this.#run(`ALTER SCHEMA ${SCHEMA} RENAME TO ${SCHEMA}_away`);
		await this.#time.pause(someTime(struck));
		await this.#run(`ALTER SCHEMA ${SCHEMA}_away RENAME TO ${SCHEMA}`);
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
