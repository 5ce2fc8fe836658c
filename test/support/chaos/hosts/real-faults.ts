/** What befalls the ledger of a real host: its file on a small disk, or its server. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { restoreLedger } from '../../../../lib/runtime/restore';
import { openLedgerStore } from '../../../../lib/runtime/runtime';
import type { SmallDisk } from '../../machine/small-disk';
import type { PostgresServer } from '../../postgres/postgres-server';
import { awhile, PROCESS_FAULTS, type RealFault, type Target } from './real-run';

/** The ledger of one run. */
export interface RealGround {
	readonly place: string;
	readonly faults: readonly RealFault[];
	backUp(): Promise<void>;
	heal(): Promise<void>;
}

const { stopped, killed, moved } = PROCESS_FAULTS;

/** A ledger file on a small disk. */
export class FileOnDisk implements RealGround {
	readonly place: string;
	readonly faults: readonly RealFault[];
	readonly #disk: SmallDisk;
	readonly #backup: string;

	/** `number` says which fault of the list this run is about. */
	constructor(disk: SmallDisk, number: number) {
		const folder = join(disk.folder, `run-${String(number)}`);
		mkdirSync(folder);
		this.#disk = disk;
		this.place = join(folder, 'ledger.db');
		this.#backup = join(folder, 'backup.db');
		const own = this.#ownFaults();
		const second = [stopped, moved, killed][number % 3] ?? stopped;
		this.faults = [own[number % own.length] ?? stopped, second];
	}

	async backUp(): Promise<void> {
		const store = await openLedgerStore(this.place);
		await store.backup?.(this.#backup, () => undefined);
		await store.close();
	}

	heal(): Promise<void> {
		this.#disk.makeRoom();
		return Promise.resolve();
	}

	#ownFaults(): RealFault[] {
		return [
			{ name: 'the disk is full', strike: (target) => this.#fill(target) },
			{ name: 'the log is deleted', strike: () => Promise.resolve().then(() => this.#deleteLog()) },
			{ name: 'the log is cut, and a backup restored', strike: (target) => this.#cutAndRestore(target) },
			{ name: 'the process is killed, and its log deleted', strike: (target) => this.#dieDamaged(target, () => this.#deleteLog()) },
			{ name: 'the process is killed, and its log cut', strike: (target) => this.#dieDamaged(target, () => this.#cutLog(target)) },
			{ name: 'the ledger is moved away and back', strike: (target) => this.#moveAway(target) },
			{ name: 'the ledger is replaced by a backup', strike: (target) => this.#replace(target) },
			killed,
		];
	}

	async #fill(target: Target): Promise<void> {
		try {
			this.#disk.leaveRoom(0);
		} catch (error) {
			// The host was quicker with the last of the room.
			if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
		}
		await wait(awhile(target));
		this.#disk.makeRoom();
	}

	#deleteLog(): void {
		rmSync(`${this.place}-wal`, { force: true });
	}

	#cutLog({ chance }: Target): void {
		const bytes = statSync(`${this.place}-wal`, { throwIfNoEntry: false })?.size ?? 0;
		if (bytes > 0) truncateSync(`${this.place}-wal`, chance.below(bytes));
	}

	async #cutAndRestore(target: Target): Promise<void> {
		this.#cutLog(target);
		await wait(awhile(target));
		await target.die(() => this.#restore(target));
	}

	async #restore(target: Target): Promise<void> {
		const { verification } = await restoreLedger({ from: this.#backup, to: this.place });
		if (!verification.ok) throw new Error(`The backup is not right: ${JSON.stringify(verification.violations)}`);
		target.wasRestored();
	}

	async #dieDamaged(target: Target, damage: () => void): Promise<void> {
		await wait(500);
		const before = await target.acknowledged();
		await target.die(async () => {
			damage();
			if ((await target.prove('after the log of a dead process was damaged', before)) > 0) await this.#restore(target);
		});
	}

	async #moveAway(target: Target): Promise<void> {
		if (!existsSync(this.place)) return;
		renameSync(this.place, `${this.place}.away`);
		await wait(awhile(target));
		renameSync(`${this.place}.away`, this.place);
	}

	#replace(target: Target): Promise<void> {
		copyFileSync(this.#backup, `${this.place}.new`);
		renameSync(`${this.place}.new`, this.place);
		target.wasRestored();
		return Promise.resolve();
	}
}

/** A ledger on a server that is stopped and started. */
export class OnServer implements RealGround {
	readonly place: string;
	readonly faults: readonly RealFault[];

	private constructor(server: PostgresServer, place: string, second: RealFault) {
		this.place = place;
		const away: RealFault = {
			name: 'the server is stopped and started',
			strike: async (target) => {
				await server.stop();
				await wait(awhile(target));
				await server.restart();
			},
		};
		this.faults = [away, second];
	}

	static on(server: PostgresServer, number: number): OnServer {
		const url = new URL(server.url());
		url.searchParams.set('schema', `run_${String(number)}`);
		return new OnServer(server, url.href, number % 2 === 0 ? killed : stopped);
	}

	/** A server is backed up with its own tools, and not restored here. */
	backUp(): Promise<void> {
		return Promise.resolve();
	}

	heal(): Promise<void> {
		return Promise.resolve();
	}
}
