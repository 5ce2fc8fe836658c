/**
 * Random lives of an account on PostgreSQL: every answer, every entry with its hash, and everything materialised are those of the
 * memory, which agrees with SQLite and with the naive ledger of single coins (ledger-model.test.ts).
 */
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Command, Outcome } from '../../lib/core/nouns/commands';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import { openMemoryLedger } from '../../lib/ledger/memory/store';
import { openAccount } from '../support/ledger/ledger-commands';
import { MEMORY, POSTGRES } from '../support/ledger/ledger-places';
import { commandOf, remember, steps, type Made, type Step } from '../support/model/ledger-steps';
import { ManualClock, newPersonKey } from '../support/machine/manual-clock';
import { holds as propertyHolds } from '../support/machine/property-runs';
import { SharedLedgers } from '../support/ledger/shared-ledgers';

const ACCOUNT = 'acme';
const OPEN: Command = openAccount({ name: 'Acme' });

let lives = 0;

/** Commands that were committed together, at an instant. */
interface Batch {
	readonly atMs: number;
	readonly commands: readonly Command[];
}

/** What a store answered to the batches, and what it then keeps. Proves the ledger. */
async function lifeIn(ledgers: SharedLedgers, batches: readonly Batch[], where: Parameters<SharedLedgers['open']>[1]) {
	const clock = new ManualClock();
	const store = await ledgers.open(clock.read, where);
	try {
		const answers: unknown[] = [];
		for (const { atMs, commands } of batches) {
			clock.nowMs = atMs;
			answers.push((await store.commit(ACCOUNT, commands)).map(comparable));
		}
		const { violations } = await verifyLedger(store);
		const entries = await store.entries(ACCOUNT, { afterSeq: 0, limit: 10_000 });
		const holds = await store.holds(ACCOUNT, { state: null, afterSeq: 0, limit: 10_000 });
		const told = await store.materialised(ACCOUNT);
		const usage = await store.usage(ACCOUNT, { groupBy: ['day', 'campaign'], fromDay: null, untilDay: null, where: {} });
		return { answers, entries, holds, usage, violations, account: told?.account, grants: told?.grants, chainHash: told?.account.chainHash };
	} finally {
		await store.close();
	}
}

const comparable = (outcome: Outcome): unknown =>
	outcome.kind === 'fault' ? { kind: outcome.kind, code: outcome.error.code, message: outcome.error.message } : outcome;

/** The commands of the steps, with the numbers that the memory gives out, one batch each. */
async function batchesOf(taken: readonly Step[]): Promise<Batch[]> {
	const clock = new ManualClock();
	const startMs = clock.nowMs;
	const store = openMemoryLedger({ clock: clock.read, newPersonKey });
	const batches: Batch[] = [{ atMs: startMs, commands: [OPEN] }];
	await store.commit(ACCOUNT, [OPEN]);
	const made: Made = { grantSeqs: [], holdSeqs: [] };
	for (const { passMs, action } of taken) {
		clock.advance(passMs);
		const command = commandOf(action, made, startMs);
		batches.push({ atMs: clock.nowMs, commands: [command] });
		remember(made, (await store.commit(ACCOUNT, [command]))[0]);
	}
	await store.close();
	return batches;
}

/** The same commands in fewer batches: neighbours of one instant are committed together. */
function joined(batches: readonly Batch[]): Batch[] {
	const together: Batch[] = [];
	for (const batch of batches) {
		const last = together.at(-1);
		if (last?.atMs === batch.atMs) together[together.length - 1] = { ...last, commands: [...last.commands, ...batch.commands] };
		else together.push(batch);
	}
	return together;
}

/** Lives side by side: one alone leaves the server or the test waiting for the other. */
interface Lane {
	readonly memory: SharedLedgers;
	readonly postgres: SharedLedgers;
}
const newLane = (): Lane => ({ memory: new SharedLedgers(MEMORY), postgres: new SharedLedgers(POSTGRES) });
const LANES = [newLane(), newLane(), newLane(), newLane()] as const;

/** Steps, whether neighbours of one instant are committed together, and which of two processes commits each time. */
const life = fc.record({ taken: steps(24), isJoined: fc.boolean(), turns: fc.infiniteStream(fc.boolean()) });
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

async function agree({ memory, postgres }: Lane, { taken, isJoined, turns }: Life): Promise<void> {
	const apart = await batchesOf(taken);
	const accountId = `life-${String((lives += 1))}`;
	const expected = await lifeIn(memory, apart, { accountId });
	expect(expected.violations).to.deep.equal([]);
	const isOther = (): boolean => turns.next().value === true;
	const found = await lifeIn(postgres, isJoined ? joined(apart) : apart, { accountId, isOther });
	expect(found.chainHash).to.equal(expected.chainHash);
	expect({ ...found, answers: found.answers.flat() }).to.deep.equal({ ...expected, answers: expected.answers.flat() });
}

describe('random commands on PostgreSQL', function () {
	this.timeout(0);
	after(() => Promise.all(LANES.flatMap(({ memory, postgres }) => [memory.close(), postgres.close()])));

	it('give the same answers, journal and balances as in memory, over two processes, committed one by one or together', async () => {
		const together = fc.array(life, { minLength: LANES.length, maxLength: LANES.length });
		await propertyHolds(
			'in PostgreSQL and memory',
			60,
			fc.asyncProperty(together, async (taken) => {
				await Promise.all(taken.map((each, index) => agree(LANES[index % LANES.length] ?? LANES[0], each)));
			}),
			{ lanes: LANES.length },
		);
	});
});
