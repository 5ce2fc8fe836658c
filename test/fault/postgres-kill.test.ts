/** Processes and servers that are killed in the middle of work: what was acknowledged stays, nothing is paid twice. */
import { randomInt } from 'node:crypto';
import { acknowledgedBy, expectKept, startLoad, untilAnswers } from '../support/ledger-load';
import { newLedgerUrl, openPostgresTestLedger, startPostgres, type PostgresServer } from '../support/postgres';

const roundsOf = (usual: number): number => Number(process.env['LLM_CREDITS_RUNS'] ?? usual);

/** A sequence of numbers from 0 to `limit` that a seed repeats (mulberry32). */
function seeded(seed: number): (limit: number) => number {
	let state = seed;
	return (limit) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
	};
}

describe('killed under load on PostgreSQL', function () {
	this.timeout(0);
	const seed = Number(process.env['LLM_CREDITS_SEED'] ?? randomInt(1_000_000));
	const chance = seeded(seed);

	it(`a process: what it was told is there, and the others go on (LLM_CREDITS_SEED=${seed})`, async () => {
		for (let round = 0; round < roundsOf(3); round += 1) {
			const url = await newLedgerUrl();
			const [killed, survivor] = [startLoad(url, 'killed'), startLoad(url, 'survivor')];
			await untilAnswers(killed, 1 + chance(200));
			await killed.kill('SIGKILL');
			await untilAnswers(survivor, 50);
			await survivor.kill('SIGKILL');
			const store = await openPostgresTestLedger({ url, clock: Date.now });
			await expectKept(store, [...acknowledgedBy(killed), ...acknowledgedBy(survivor)]);
			await store.close();
		}
	});

	it(`the server: processes go on when it is back, and nobody is told another's answer (LLM_CREDITS_SEED=${seed})`, async () => {
		const server = await startPostgres();
		try {
			for (let round = 0; round < roundsOf(2); round += 1) await killServer(server, round, chance);
		} finally {
			await server.stop();
		}
	});
});

async function killServer(server: PostgresServer, round: number, chance: (limit: number) => number): Promise<void> {
	const url = `${server.url()}?schema=round_${round}`;
	const workers = [startLoad(url, 'a'), startLoad(url, 'b')];
	await Promise.all(workers.map((worker) => untilAnswers(worker, 20)));
	await untilAnswers(workers[0]!, 1 + chance(200));
	await server.kill();
	await server.restart();
	await Promise.all(workers.map((worker) => untilAnswers(worker, 50)));
	await Promise.all(workers.map((worker) => worker.kill('SIGKILL')));
	const store = await openPostgresTestLedger({ url, clock: Date.now });
	await expectKept(store, workers.flatMap(acknowledgedBy));
	await store.close();
}
