/**
 * A PostgreSQL server that is killed under load, whole or one of its processes: clients go on when it is back, what they were told is there,
 * and nothing is paid twice.
 */
import { expect } from 'chai';
import { Aftermath, addTallies, type Tally } from '../support/loads/ledger-aftermath';
import { withLoads } from '../support/loads/ledger-processes';
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server';
import { Chance, roundsOf } from '../support/machine/proof-rounds';

const ROUNDS = roundsOf({ usual: 3, proof: 36 });
const ROUNDS_OF_LEDGER = 6;
const MOST_BYTES = 15_000;

type Death = readonly [what: string, act: (server: PostgresServer) => Promise<void>];

const DEATHS: readonly Death[] = [
	['the whole server by SIGKILL', (server) => server.kill().then(() => server.restart())],
	['one of its processes by SIGKILL', (server) => server.killBackend()],
	['an immediate shutdown', (server) => server.stop().then(() => server.restart())],
];

describe('death of a PostgreSQL server under load', function () {
	this.timeout(0);
	const chance = new Chance();

	it(`clients go on, what they were told is there, nothing is paid twice (${ROUNDS} deaths, LLM_CREDITS_SEED=${chance.seed})`, async () => {
		const server = await startPostgres();
		const tallies: Tally[] = [];
		try {
			let ledger = new Aftermath(server.url());
			for (let round = 0; round < ROUNDS; round += 1) {
				if (round % ROUNDS_OF_LEDGER === 0) ledger = new Aftermath(`${server.url()}?schema=round_${round}`);
				const death = DEATHS[round % DEATHS.length]!;
				const tally = await withLoads({ place: ledger.address, names: [`a${round}`, `b${round}`] }, async (...loads) => {
					await Promise.all(loads.map((load) => load.untilGrown(500)));
					await loads[0]?.untilGrown(1 + chance.below(MOST_BYTES));
					await death[1](server);
					await Promise.all(loads.map((load) => load.untilGrown(3000)));
					await Promise.all(loads.map((load) => load.kill()));
					return ledger.examine(loads);
				});
				tallies.push(tally);
			}
		} finally {
			await server.stop();
		}
		const { acknowledged, replayed, faults } = addTallies(tallies);
		const each = DEATHS.map(([what], index) => `${tallies.filter((_, round) => round % DEATHS.length === index).length} × ${what}`);
		process.stdout.write(
			`      ${each.join(', ')}: ${acknowledged} answers kept, ${replayed} commands asked again and answered alike, ${faults} faults told\n`,
		);
		expect(acknowledged).to.be.greaterThan(ROUNDS * 50);
		expect(replayed).to.be.at.least(acknowledged);
	});
});
