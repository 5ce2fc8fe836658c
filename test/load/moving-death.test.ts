/**
 * A move that dies before or after any of its steps, is called off at any of them, or meets another mover: at no instant both ledgers take
 * commands, nothing is lost, and the same move again finishes it.
 */
import { expect } from 'chai';
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MoveBroken, MoveRefusal } from '../../lib/engine/moving/move-refusal';
import { timing } from '../../lib/runtime/runtime';
import { undoMove } from '../../lib/engine/moving/move-plan';
import type { LedgerStore } from '../../lib/ledger/store';
import { expectKind, grant, openAccount, reserve } from '../support/ledger/ledger-commands';
import { POSTGRES, SQLITE, type LedgerKind, type LedgerPlace } from '../support/ledger/ledger-places';
import { ManualClock } from '../support/machine/manual-clock';
import { contentOf, expectMoved, fill, move, OTHER_ACCOUNT, takesCommands } from '../support/ledger/moving';
import { Chance, IS_PROOF } from '../support/machine/proof-rounds';
import { newLedgerPath, openTestLedger } from '../support/ledger/sqlite-ledger';
import { WatchedMove, type Moment } from '../support/ledger/watched-move';

const ACCOUNTS = ['acme', OTHER_ACCOUNT];
/** More than a page, so that copying stops in the middle of a table too. */
const CALLS = 1100;
const BATCH = 220;

/** In `npm test` one step in so many, from a random one on; all of them in `npm run test:proof`. */
const STRIDE = IS_PROOF ? 1 : 6;
const chance = new Chance();

function* someOf(steps: number): Iterable<number> {
	for (let step = 1 + chance.below(STRIDE); step <= steps; step += STRIDE) yield step;
}

/** A ledger to move, made once and copied for each try. */
let original: string;
const clock = new ManualClock();

interface Scene {
	readonly source: LedgerStore;
	readonly targetPlace: LedgerPlace;
	readonly target: LedgerStore;
	close(): Promise<void>;
}

async function scene({ newPlace }: LedgerKind): Promise<Scene> {
	const path = newLedgerPath();
	copyFileSync(original, path);
	const source = await openTestLedger({ path, clock: clock.read });
	const targetPlace = await newPlace();
	const target = await targetPlace(clock.read);
	const close = async (): Promise<void> => {
		await Promise.all([source.close(), target.close()]);
	};
	return { source, targetPlace, target, close };
}

/** Which of the two ledgers take commands; an account that has not arrived is opened where that is possible, which would be seen. */
async function open({ source, target }: Scene): Promise<[boolean, boolean]> {
	const isTargetEmpty = (await target.accounts()).length === 0;
	const mark = await target.transfer?.mark();
	const isTargetOpen = isTargetEmpty ? mark !== null && mark?.state !== 'arriving' : await takesCommands(target, ACCOUNTS[0]!);
	return [await takesCommands(source, ACCOUNTS[0]!), isTargetOpen];
}

function deathAt(at: { readonly step: number; readonly moment: Moment }): WatchedMove {
	return new WatchedMove(async (step, moment) => {
		if (step === at.step && moment === at.moment) throw new Error('Died here.');
		return Promise.resolve();
	});
}

/** What a move ended with that was watched so. */
async function die(on: Scene, watched: WatchedMove): Promise<unknown> {
	return move({ source: watched.store(on.source), target: watched.store(on.target), clock: clock.read }).then(
		() => null,
		(error: unknown) => error,
	);
}

/** Every step of a move with nothing in its way, with who takes commands around it. */
async function stepsOf(kind: LedgerKind): Promise<readonly (readonly [boolean, boolean])[]> {
	const on = await scene(kind);
	const seen: (readonly [boolean, boolean])[] = [];
	const watched = new WatchedMove(async () => void seen.push(await open(on)));
	await move({ source: watched.store(on.source), target: watched.store(on.target), clock: clock.read });
	await expectMoved(on.source, on.target);
	await on.close();
	return seen;
}

/** Of a move that nothing gets in the way of. */
let steps: number;

before('a ledger to move is made', async function () {
	this.timeout(60_000);
	original = join(dirname(newLedgerPath()), 'original.db');
	const store = await openTestLedger({ path: original, clock: clock.read });
	await fill(store, clock);
	for (let first = 0; first < CALLS; first += BATCH) {
		await store.commit(
			OTHER_ACCOUNT,
			Array.from({ length: BATCH }, (_, index) => reserve(`many ${first + index}`, 0, { labels: { segment: `s${index % 7}` } })),
		);
	}
	await store.close();
	steps = (await stepsOf(SQLITE)).length / 2;
});

describe(`a move that dies (LLM_CREDITS_SEED=${chance.seed})`, function () {
	this.timeout(300_000);

	for (const kind of [SQLITE, POSTGRES]) {
		it(`SQLite to ${kind.name}: one after the other takes commands, never both, and the new one is opened by the last step but one`, async () => {
			const seen = await stepsOf(kind);
			expect(seen.length / 2).to.be.greaterThan(25);
			const told = seen.map(([source, target]) => `${source ? 'old' : ''}${target ? 'new' : ''}` || 'none');
			expect([...new Set(told)]).to.deep.equal(['old', 'none', 'new']);
			expect(told.join(' ')).to.match(/^(old )+(none )+new new new$/);
		});
	}

	for (const moment of ['before', 'after'] as const) {
		it(`SQLite to SQLite, ${moment} any step: the same move again finishes it`, async () => {
			for (const step of someOf(steps)) {
				const on = await scene(SQLITE);
				const what = `${moment} step ${step}`;
				const before = await contentOf(on.source);
				expect(await die(on, deathAt({ step, moment })), what).to.be.instanceOf(Error);
				expect(await open(on), what).to.not.deep.equal([true, true]);
				await move({ source: on.source, target: on.target, clock: clock.read });
				await expectMoved(on.source, on.target);
				expect(await contentOf(on.target), what).to.deep.equal(before);
				await on.close();
			}
		});

		it(`SQLite to SQLite, ${moment} any step: called off, the old one goes on and can be moved to the same place later`, async () => {
			let finals = 0;
			for (const step of someOf(steps)) {
				const on = await scene(SQLITE);
				const what = `${moment} step ${step}`;
				expect(await die(on, deathAt({ step, moment })), what).to.be.instanceOf(Error);
				const undone = await undoMove(on.source, { target: on.target, adminKeys: [], timing }).catch((error: unknown) => error);
				if (undone instanceof MoveRefusal) {
					finals += 1;
					expect(undone.message, what).to.match(/was moved to .*cannot be called off/);
				} else {
					expect(undone instanceof Error, what).to.equal(false);
					expect((await open(on))[0], what).to.equal(true);
					expectKind((await on.source.commit(OTHER_ACCOUNT, [grant('after it', 1)]))[0], 'granted');
				}
				await move({ source: on.source, target: on.target, clock: clock.read });
				await expectMoved(on.source, on.target);
				await on.close();
			}
			// Past the decision there are opening the new one and noting that in the old one.
			if (STRIDE === 1) expect(finals).to.equal(moment === 'before' ? 2 : 3);
		});
	}

	it('SQLite to PostgreSQL, after any step: the same move again finishes it', async () => {
		for (const step of someOf(steps)) {
			const on = await scene(POSTGRES);
			expect(await die(on, deathAt({ step, moment: 'after' })), `step ${step}`).to.be.instanceOf(Error);
			expect(await open(on), `step ${step}`).to.not.deep.equal([true, true]);
			await move({ source: on.source, target: on.target, clock: clock.read });
			await expectMoved(on.source, on.target);
			await on.close();
		}
	});
});

describe('a move that somebody meddles with', function () {
	this.timeout(300_000);

	it('is called off by another process before any step: one of both wins, and one ledger takes commands in the end', async () => {
		const ends = new Set<string>();
		for (const at of someOf(steps)) {
			const on = await scene(SQLITE);
			let undone: unknown = null;
			const watched = new WatchedMove(async (step, moment) => {
				if (step === at && moment === 'before')
					undone = await undoMove(on.source, { target: on.target, adminKeys: [], timing }).catch((error: unknown) => error);
			});
			const ended = await move({ source: watched.store(on.source), target: watched.store(on.target), clock: clock.read }).catch(
				(error: unknown) => error,
			);
			const [isOld, isNew] = await open(on);
			expect(isOld !== isNew, `step ${at}: ${String(isOld)} ${String(isNew)}`).to.equal(true);
			if (ended instanceof MoveBroken) expect([ended.goesOn, isOld]).to.deep.equal(['old', true]);
			const did = undone === null ? 'nothing to undo' : undone instanceof MoveRefusal ? 'too late' : 'undone';
			ends.add(`${did}, ${isOld ? 'old' : 'new'}`);
			await move({ source: on.source, target: on.target, clock: clock.read });
			await expectMoved(on.source, on.target);
			await on.close();
		}
		if (STRIDE === 1) expect([...ends]).to.have.members(['nothing to undo, new', 'undone, old', 'too late, new']);
	});

	it('calls itself off when a step fails, and the old one goes on; past the decision it stays to be finished', async () => {
		for (const at of someOf(steps)) {
			const on = await scene(SQLITE);
			const fail = async (step: number, moment: Moment): Promise<void> => {
				if (step === at && moment === 'before') throw new Error('The disk is full.');
				return Promise.resolve();
			};
			const watched = new WatchedMove(fail, { survives: true });
			const error = await die(on, watched);
			const [isOld, isNew] = await open(on);
			// The last step only notes in the old one that the new one is open.
			expect(isNew, `step ${at}`).to.equal(at === steps);
			if (at <= 2) expect((error as Error).message).to.equal('The disk is full.');
			else
				expect([(error as MoveBroken).goesOn, ((error as MoveBroken).cause as Error).message]).to.deep.equal([
					isOld ? 'old' : 'none',
					'The disk is full.',
				]);
			expect(isOld, `step ${at}`).to.equal(at <= steps - 2);
			if (at > 2 && isOld) expect([await on.target.accounts(), await on.target.transfer?.mark()]).to.deep.equal([[], null]);
			await move({ source: on.source, target: on.target, clock: clock.read });
			await expectMoved(on.source, on.target);
			await on.close();
		}
	});

	it('meets another mover at any step: the ledger is whole in one place', async () => {
		for (const at of someOf(steps)) {
			const on = await scene(SQLITE);
			const other = await on.targetPlace(clock.read);
			const watched = new WatchedMove(async (step, moment) => {
				if (step !== at || moment !== 'before') return;
				await move({ source: on.source, target: other, clock: clock.read }).catch((error: unknown) => error);
			});
			await move({ source: watched.store(on.source), target: watched.store(on.target), clock: clock.read }).catch(
				(error: unknown) => error,
			);
			expect(await open(on), `step ${at}`).to.not.deep.equal([true, true]);
			await move({ source: on.source, target: on.target, clock: clock.read });
			await expectMoved(on.source, on.target);
			await other.close();
			await on.close();
		}
	});

	it('refuses a new place that somebody was quicker to use, and leaves that as it is', async () => {
		const on = await scene(SQLITE);
		let isTaken = false;
		const watched = new WatchedMove(async (step, moment) => {
			// Between looking at the new place and announcing the move there.
			if (step === 2 && moment === 'before') isTaken = (await on.target.commit('quick', [openAccount(), grant('g', 1)])).length === 2;
		});
		const error = await move({ source: watched.store(on.source), target: watched.store(on.target), clock: clock.read }).catch(
			(refused: unknown) => refused,
		);
		expect(isTaken).to.equal(true);
		expect((error as MoveRefusal).code).to.equal('target_not_empty');
		expect(await takesCommands(on.source, ACCOUNTS[0]!)).to.equal(true);
		expect(await takesCommands(on.target, 'quick')).to.equal(true);
		await on.close();
	});
});
