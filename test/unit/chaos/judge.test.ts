/** The judge of campaigns that met faults can be failed: by each thing that may go wrong, and by hosts and ledgers that are broken on purpose. */
import { expect } from 'chai';
import type { Command } from '../../../lib/core/nouns/commands';
import type { LedgerStore } from '../../../lib/ledger/store';
import { complaintsOf, type BilledCall, type Departure, type Ending } from '../../support/chaos/judge';
import { SimulatedRun, type Sabotage } from '../../support/chaos/simulated/simulated-run';
import { SqliteGround } from '../../support/chaos/simulated/sqlite-ground';

const call = (more: Partial<BilledCall> = {}): BilledCall => ({
	person: 'p0',
	askedAtMs: 1,
	billedMicro: 2n,
	told: 'the cost',
	isForgotten: false,
	isExcused: false,
	...more,
});
const departure = (more: Partial<Departure> = {}): Departure => ({
	person: 'p0',
	round: 1,
	atMs: 5,
	route: 'result',
	reason: 'answered',
	message: null,
	isForgotten: false,
	...more,
});
const RIGHT: Ending = {
	people: ['p0'],
	rounds: [1],
	healedRound: 1,
	departures: [departure()],
	calls: [call()],
	given: [{ amountMicro: 10n, isForgotten: false }],
	allowanceMicro: 0n,
	holdMicro: 3n,
	lapsedMicro: 0n,
	mostMicro: 50n,
	isExact: true,
	ledger: { availableMicro: 8n, heldMicro: 0n, chargedMicro: 2n },
	proofs: [{ when: 'in the end', named: [], missingEntries: 0, mayBeUnnamed: false }],
};
const BLIND = { when: 'in the end', named: [], missingEntries: 3, mayBeUnnamed: false };

const WRONG: readonly (readonly [string, Partial<Ending>, RegExp])[] = [
	['somebody who never left', { departures: [] }, /^p0 left 0 times in round 1/],
	['somebody who left twice', { departures: [departure(), departure()] }, /^p0 left 2 times/],
	['somebody who was never sent', { departures: [departure(), departure({ person: 'p9' })] }, /^p9 left in round 1 and was never sent/],
	['a fallback without a word', { departures: [departure({ route: 'fallback', message: null })] }, /^p0 left by fallback and nobody/],
	[
		'a ledger that is there and is not used',
		{ departures: [departure({ route: 'fallback', reason: 'ledger_unavailable', message: 'x' })] },
		/^p0 is told that/,
	],
	[
		'a second payment',
		{ calls: [call(), call({ askedAtMs: 9, billedMicro: 0n }), call({ askedAtMs: 9 })] },
		/^p0 had an answer and was paid/,
	],
	['more billed than granted', { given: [{ amountMicro: 1n, isForgotten: false }] }, /^The provider billed 0.000002 credits/],
	['a bill that the ledger does not know', { calls: [call(), call({ person: 'p1' })] }, /^The ledger charged .*; the provider billed/],
	[
		'a charge that nobody billed',
		{ ledger: { availableMicro: 7n, heldMicro: 0n, chargedMicro: 3n } },
		/can have cost 0.000002 credits at most/,
	],
	['credits out of nothing', { ledger: { availableMicro: 9n, heldMicro: 0n, chargedMicro: 2n } }, /^Available, held and charged/],
	['a hold without an end', { ledger: { availableMicro: 7n, heldMicro: 1n, chargedMicro: 2n } }, /is still held/],
	['a blind proof', { proofs: [BLIND] }, /3 entries are missing, and the proof says that all is right/],
	['a false alarm', { proofs: [{ ...BLIND, missingEntries: 0, named: ['x'] }] }, /nothing is missing, and the proof says: x/],
];

describe('the judge of campaigns that met faults', () => {
	it('finds nothing where nothing is wrong', () => {
		expect(complaintsOf(RIGHT)).to.deep.equal([]);
	});

	for (const [what, change, says] of WRONG) {
		it(`finds ${what}`, () => {
			const complaints = complaintsOf({ ...RIGHT, ...change });
			expect(
				complaints.some((complaint) => says.test(complaint)),
				complaints.join('\n'),
			).to.equal(true);
		});
	}

	it('excuses what was in flight or forgotten when a ledger was replaced, and costs that nobody was told up to what was held', () => {
		const excused = { ...RIGHT, calls: [call(), call({ person: 'p1', isExcused: true }), call({ person: 'p2', isForgotten: true })] };
		expect(complaintsOf({ ...excused, isExact: false })).to.deep.equal([]);
		const unknown = { ...RIGHT, calls: [call({ told: 'nothing' })], ledger: { availableMicro: 7n, heldMicro: 0n, chargedMicro: 3n } };
		expect(complaintsOf(unknown)).to.deep.equal([]);
		expect(complaintsOf({ ...RIGHT, proofs: [{ ...BLIND, mayBeUnnamed: true }] })).to.deep.equal([]);
	});
});

/** A ledger whose commands are others than those that were given. */
function changing(change: (command: Command) => Command): (store: LedgerStore) => LedgerStore {
	return (store) =>
		new Proxy(store, {
			get: (target, name) => {
				if (name !== 'commit') return Reflect.get(target, name, target) as unknown;
				const commit: LedgerStore['commit'] = (id, commands, onWritten) => store.commit(id, commands.map(change), onWritten);
				return commit;
			},
		});
}

const SABOTAGES: readonly (readonly [string, Sabotage, RegExp])[] = [
	['a ledger that gives everything back', { store: changing(releasing) }, /^The ledger charged .*; the provider billed/],
	['a ledger that sets nothing aside', { store: changing(holdingNothing) }, /^The provider billed .*; .* was granted/],
	['a host that loses somebody', { departs: (one) => (one.person === 'p1' ? [] : [one]) }, /^p1 left 0 times/],
	['a host that does not say why', { departs: (one) => [{ ...one, message: null }] }, /nobody is told why/],
	['keys that are others each time', { keyOf: (person, round) => `${person} ${String(round)}` }, /had an answer and was paid for again/],
];

function releasing(command: Command): Command {
	return command.kind === 'settle' ? { kind: 'release', holdSeq: command.holdSeq } : command;
}

function holdingNothing(command: Command): Command {
	if (command.kind !== 'reserve') return command;
	const alternatives = command.alternatives.map((each) => ({ ...each, calls: each.calls.map((one) => ({ ...one, amountMicro: 0n })) }));
	return { ...command, alternatives };
}

describe('simulated campaigns on what is broken', function () {
	this.timeout(60_000);

	for (const [what, sabotage, says] of SABOTAGES) {
		it(`tell ${what}`, async () => {
			const found: string[] = [];
			for (let seed = 1; seed <= 12 && !found.some((complaint) => says.test(complaint)); seed += 1) {
				const run = new SimulatedRun(seed, { ...sabotage, isFaultless: true });
				found.push(...complaintsOf((await run.run((world) => Promise.resolve(new SqliteGround(world)))).ending));
			}
			expect(
				found.some((complaint) => says.test(complaint)),
				found.join('\n'),
			).to.equal(true);
		});
	}
});
