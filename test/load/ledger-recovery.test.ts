/**
 * Death before and after each statement of every kind of batch, and of making the ledger, in both stores: the ledger is as it was before,
 * or as it is after, and never between; and asking again gives what would have been given without the death.
 */
import { expect } from 'chai';
import { copyFileSync, existsSync } from 'node:fs';
import type { Command, Outcome } from '../../lib/core/nouns/commands';
import { isAdminCommand } from '../../lib/core/rules/commands/admin';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../lib/ledger/group-commit';
import { openMemoryLedger } from '../../lib/ledger/memory/store';
import type { LedgerStore } from '../../lib/ledger/store';
import { startCuttingProxy, type CuttingProxy } from '../support/postgres/cutting-proxy';
import { faultOf } from '../support/machine/error-code';
import { ADMIN_PROOF, comparable, EVERY_COMMAND } from '../support/ledger/every-command';
import { StatementFaults, type Moment } from '../support/ledger/failing-database';
import { grant, openAccount, reserve } from '../support/ledger/ledger-commands';
import { ManualClock } from '../support/machine/manual-clock';
import { newLedgerUrl, openPostgresTestLedger } from '../support/postgres/postgres';
import { IS_PROOF, roundsOf } from '../support/machine/proof-rounds';
import { newLedgerPath, openTestLedger } from '../support/ledger/sqlite-ledger';

const ACCOUNT = 'acme';

/** How far an account is: its last entry and the hash of everything before. */
type Position = string;

async function positionOf(store: LedgerStore): Promise<Position> {
	const { account } = await store.snapshot(ACCOUNT);
	return account ? `${account.lastSeq} ${account.chainHash}` : 'nothing';
}

async function expectProven(store: LedgerStore): Promise<void> {
	const { violations } = await verifyLedger(store);
	expect(violations).to.deep.equal([]);
}

/** A batch, and what it comes to when nobody dies. */
interface Step {
	readonly passMs: number;
	readonly commands: readonly Command[];
	readonly outcomes: readonly Outcome[];
	readonly before: Position;
	readonly after: Position;
}

/** The script in memory. */
async function undisturbed(): Promise<readonly Step[]> {
	const clock = new ManualClock();
	const store = openMemoryLedger({ clock: clock.read });
	const steps: Step[] = [];
	for (const [passMs, commands] of EVERY_COMMAND) {
		clock.advance(passMs);
		const before = await positionOf(store);
		const outcomes = await store.commit(ACCOUNT, commands);
		steps.push({ passMs, commands, outcomes, before, after: await positionOf(store) });
	}
	return steps;
}

/** What a process that dies now leaves, as another finds it: the files as they are, without what the process had in memory. */
async function remainsOf(path: string, clock: () => number): Promise<Position> {
	const grave = newLedgerPath();
	for (const suffix of ['', '-wal']) if (existsSync(path + suffix)) copyFileSync(path + suffix, grave + suffix);
	const found = await openTestLedger({ path: grave, clock });
	const position = await positionOf(found);
	await expectProven(found);
	await found.close();
	return position;
}

/** Asks again for what was written but not answered: nothing is done twice. Faults and waiting leave nothing to ask for. */
async function expectReplayed(store: LedgerStore, { commands, outcomes, after }: Step): Promise<void> {
	// Asking for the right to move writes nothing, nor does what was done already, so there is nothing to find again; a refusal may be
	// cured by what came behind it (ledger rule 36).
	const isWritten = (command: Command, outcome: Outcome | undefined): boolean =>
		outcome !== undefined &&
		outcome.kind !== 'refused' &&
		'isReplayed' in outcome &&
		!outcome.isReplayed &&
		(command.kind === 'as_admin' ? command.command : command).kind !== 'move_ledger';
	const written = commands.flatMap((command, index) =>
		isWritten(command, outcomes[index]) ? [{ command, outcome: outcomes[index] }] : [],
	);
	const again = await store.commit(
		ACCOUNT,
		written.map(({ command }) => authorised(command)),
	);
	expect(again.map(({ kind }) => kind)).to.deep.equal(written.map(({ outcome }) => outcome?.kind));
	for (const outcome of again) expect('isReplayed' in outcome && outcome.isReplayed, outcome.kind).to.equal(true);
	expect(await positionOf(store)).to.equal(after);
}

/** The batch may have set the admin key; with its proof or without it is the same request. */
function authorised(command: Command): Command {
	return command.kind !== 'as_admin' && isAdminCommand(command) ? { kind: 'as_admin', proof: ADMIN_PROOF, command } : command;
}

/** A ledger of which every statement can be let die, and another process that looks at it. */
interface Patient {
	readonly store: LedgerStore;
	readonly outside: LedgerStore;
	readonly faults: StatementFaults;
	readonly path: string;
	readonly clock: () => number;
}

/** Takes one step, dying at its first statement, then at its second, until it is through. Returns how often it died. */
async function dieThroughStep(step: Step, { store, outside, faults, path, clock }: Patient, moment: Moment): Promise<number> {
	let lastFault: unknown = null;
	for (let statement = 1; ; statement += 1) {
		const where = `${moment} statement ${statement}`;
		expect(statement, `no batch has so many statements, so this one fails for another reason: ${String(lastFault)}`).to.be.below(1000);
		const remains: Promise<Position>[] = [];
		faults.arm(statement, moment, () => {
			if (IS_PROOF) remains.push(remainsOf(path, clock));
		});
		const outcomes = await store.commit(ACCOUNT, step.commands).catch((fault: unknown) => {
			lastFault = fault;
			return null;
		});
		faults.disarm();
		if (outcomes) {
			expect(outcomes.map(comparable)).to.deep.equal(step.outcomes.map(comparable));
			return statement - 1;
		}
		const position = await positionOf(outside);
		for (const left of await Promise.all(remains)) expect(left, where).to.equal(position);
		if (position === step.after) {
			await expectReplayed(store, step);
			return statement;
		}
		expect(position, where).to.equal(step.before);
	}
}

describe('death at every statement on SQLite', function () {
	this.timeout(IS_PROOF ? 0 : 60_000);

	for (const moment of ['before', 'after', 'with_all'] as const satisfies readonly Moment[]) {
		const when = moment === 'with_all' ? 'with the whole transaction' : `${moment} each`;
		it(`of every kind of batch, ${when}: nothing is half-written, and asking again does nothing twice`, async () => {
			const clock = new ManualClock();
			const path = newLedgerPath();
			const faults = new StatementFaults();
			const store = await openTestLedger({ path, clock: clock.read, openDatabase: faults.open });
			const outside = await openTestLedger({ path, clock: clock.read });
			let deaths = 0;
			for (const step of await undisturbed()) {
				clock.advance(step.passMs);
				deaths += await dieThroughStep(step, { store, outside, faults, path, clock: clock.read }, moment);
				expect(await positionOf(outside)).to.equal(step.after);
				await expectProven(outside);
			}
			await Promise.all([store.close(), outside.close()]);
			process.stdout.write(`      ${deaths} deaths\n`);
			expect(deaths).to.be.greaterThan(200);
		});

		it(`of making the ledger, ${when}: whoever comes next makes it`, async () => {
			const path = newLedgerPath();
			const faults = new StatementFaults();
			const open = (): Promise<LedgerStore | null> =>
				openTestLedger({ path, clock: Date.now, openDatabase: faults.open }).catch(() => null);
			for (let statement = 1; ; statement += 1) {
				const remains: Promise<Position>[] = [];
				faults.arm(statement, moment, () => remains.push(remainsOf(path, Date.now)));
				const opened = await open();
				faults.disarm();
				await opened?.close();
				if (opened) break;
				expect(await Promise.all(remains)).to.deep.equal(['nothing']);
			}
			const store = await open();
			expect((await store?.commit(ACCOUNT, [openAccount()]))?.[0]?.kind).to.equal('account');
			await store?.close();
		});
	}

	it('rejects every command of the group with the same fault, and the next group goes through', async () => {
		const faults = new StatementFaults();
		const store = await openTestLedger({ clock: Date.now, openDatabase: faults.open });
		await store.commit(ACCOUNT, [openAccount(), grant('g', 20)]);
		const commits = new GroupCommit(store);
		faults.arm(5, 'before');
		const rejected = await Promise.all(['x', 'y'].map((key) => faultOf(commits.submit(ACCOUNT, reserve(key, 1)))));
		faults.disarm();
		expect(rejected[0]).to.equal(rejected[1]);
		expect(rejected[0]?.code).to.equal('ledger_unavailable');
		expect((await commits.submit(ACCOUNT, reserve('x', 1))).kind).to.equal('reserved');
		await store.close();
	});
});

describe('death of the connection at every statement on PostgreSQL', function () {
	this.timeout(IS_PROOF ? 0 : 60_000);
	let proxy: CuttingProxy;
	afterEach(() => proxy.stop());

	/** Opens a new ledger that dies on its way, and another that looks at it and does not. */
	const openDying = async (mortality: Mortality, clock: () => number): Promise<{ store: LedgerStore; outside: LedgerStore }> => {
		const direct = await newLedgerUrl();
		proxy = await startCuttingProxy(Number(new URL(direct).port));
		const url = new URL(direct);
		url.port = String(proxy.port);
		// The store asks again by itself, after a pause.
		const pause = (): Promise<void> => mortality.next(proxy);
		const store = await mortality.dying(proxy, () => openPostgresTestLedger({ url: url.href, clock, poolSize: 1, jitter: () => 0, pause }));
		return { store, outside: await openPostgresTestLedger({ url: direct, clock, mayMake: false }) };
	};

	// To the server, before a statement is after the one before it; the proof does both all the same.
	for (const moment of IS_PROOF ? (['before', 'after'] as const) : (['after'] as const)) {
		it(`of every kind of batch and of making the ledger, ${moment} each: the same commands end as if nothing had happened`, async () => {
			const clock = new ManualClock();
			const mortality = new Mortality(moment);
			const { store, outside } = await openDying(mortality, clock.read);
			for (const step of await undisturbed()) {
				clock.advance(step.passMs);
				mortality.witness = async () => {
					expect([step.before, step.after]).to.include(await positionOf(outside));
					if (IS_PROOF) await expectProven(outside);
				};
				const outcomes = await mortality.dying(proxy, () => store.commit(ACCOUNT, step.commands));
				expect(outcomes.map(comparable)).to.deep.equal(step.outcomes.map(comparable));
				expect(await positionOf(outside)).to.equal(step.after);
				await expectProven(outside);
			}
			await Promise.all([store.close(), outside.close()]);
			process.stdout.write(`      ${mortality.deaths} deaths\n`);
			expect(mortality.deaths).to.be.greaterThan(IS_PROOF ? 150 : 40);
		});
	}
});

/** A death costs a connection: the usual tests die at every third statement, each time at others, and the proof at each. */
const STRIDE = roundsOf({ usual: 3, proof: 1 });

/** Lets work die at one of its first statements, then at a later one, until it is through. */
class Mortality {
	readonly #moment: 'before' | 'after';
	#statement = 1;
	#works = 0;
	deaths = 0;
	/** Looks at the ledger after each death. */
	witness: () => Promise<void> = () => Promise.resolve();

	constructor(moment: 'before' | 'after') {
		this.#moment = moment;
	}

	async dying<T>(proxy: CuttingProxy, work: () => Promise<T>): Promise<T> {
		this.#statement = 1 + (this.#works % STRIDE);
		this.#works += 1;
		proxy.cutAtStatement(this.#statement, this.#moment);
		const result = await work();
		proxy.disarm();
		return result;
	}

	/** To be called after a death, before the next attempt. */
	async next(proxy: CuttingProxy): Promise<void> {
		this.deaths += 1;
		await this.witness();
		this.#statement += STRIDE;
		proxy.cutAtStatement(this.#statement, this.#moment);
	}
}
