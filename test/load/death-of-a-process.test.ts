/** Processes that are killed with SIGKILL under load, at any moment from their start on: what they were told is there, and nothing is paid twice. */
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { Aftermath, addTallies, type Tally } from '../support/loads/ledger-aftermath';
import { SHARED_KINDS } from '../support/ledger/ledger-places';
import { CROWD, withLoads } from '../support/loads/ledger-processes';
import { Chance, roundsOf } from '../support/machine/proof-rounds';

const ROUNDS = roundsOf({ usual: 5, proof: 200 });
/** A ledger goes through so many deaths; then a new one is made, so that making it is part of what is interrupted. */
const ROUNDS_OF_LEDGER = 5;
/** One death in so many comes by the clock, which may be before the ledger is there; the others after some answers. */
const BY_THE_CLOCK = 4;
/** One death in so many is of a process with many calls under way. */
const CROWDED = 3;
const LONGEST_START_MS = 400;
const MOST_BYTES = 15_000;

for (const { name: kind, newAddress } of SHARED_KINDS) {
	describe(`death of a process under load on ${kind}`, function () {
		this.timeout(0);
		const chance = new Chance();

		it(`field lesson 4: what it was told is there, what it held comes back, nothing is paid twice (${ROUNDS} deaths, LLM_CREDITS_SEED=${chance.seed})`, async () => {
			const tallies: Tally[] = [];
			let ledger = new Aftermath(await newAddress());
			for (let round = 0; round < ROUNDS; round += 1) {
				if (round % ROUNDS_OF_LEDGER === 0) ledger = new Aftermath(await newAddress());
				const crowd = round % CROWDED === 0 ? { concurrency: CROWD } : {};
				const tally = await withLoads({ place: ledger.address, names: [`v${round}`, `o${round}`], ...crowd }, async (victim, other) => {
					if (round % BY_THE_CLOCK === 0) await pause(chance.below(LONGEST_START_MS));
					else await victim.untilGrown(1 + chance.below(MOST_BYTES));
					await victim.kill();
					await other.untilGrown(1000);
					await other.kill();
					return ledger.examine([victim, other]);
				});
				tallies.push(tally);
			}
			const { acknowledged, replayed } = addTallies(tallies);
			process.stdout.write(`      ${ROUNDS} deaths, ${acknowledged} answers kept, ${replayed} commands asked again and answered alike\n`);
			expect(acknowledged).to.be.greaterThan(ROUNDS * 20);
			expect(replayed).to.be.at.least(acknowledged);
		});
	});
}
