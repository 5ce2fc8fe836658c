/** A PostgreSQL server is stopped while calls are in flight: their answers leave, and what they cost is charged when it is back, by itself. */
import { expect } from 'chai';
import { owedCosts } from '../../lib/runtime/owed';
import { grantCredits, proofOf, readBalance } from '../support/ledger/ledger-reader';
import { start, until } from '../support/machine/child';
import { cleanEnvironment, outputRoot } from '../support/machine/repository';
import { temporaryFolder } from '../support/machine/temporary-folder';
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server';
import { callsInFlight } from '../support/failures/calls-in-flight';
import { join } from 'node:path';

const CALLS = 10;

describe('a PostgreSQL server that is stopped while calls are in flight', function () {
	this.timeout(120_000);
	let server: PostgresServer;
	beforeEach(async () => {
		server = await startPostgres();
	});
	afterEach(async () => {
		await server.stop();
	});

	for (const outageCredits of ['0', '50'])
		it(`with ${outageCredits} credits for an outage: everything that was billed is charged, and nothing else`, async () => {
			const place = server.url();
			await grantCredits(place, '100');
			const flight = await callsInFlight({ place, folder: temporaryFolder(), count: CALLS, outageCredits });
			await server.stop();
			const results = await flight.answer();
			expect(results.map(({ route, llmCredits }) => [route, llmCredits.source, llmCredits.credits])).to.deep.equal(
				Array(CALLS).fill(['result', 'model', '1']),
			);
			// The run is over, as a host's is, before the server is back.
			await flight.leave();
			expect(owedCosts().lost()).to.have.length(outageCredits === '0' ? 1 : 0);
			await server.restart();
			await owedCosts().recorded();
			expect(await readBalance(place)).to.deep.include({ available: '90', held: '0', overdraft: '0' });
			expect(await proofOf(place)).to.deep.include({ ok: true });
		});

	it('a process that ends before it is back says what is lost, with the amounts', async () => {
		const place = server.url();
		await grantCredits(place, '100');
		const worker = join(outputRoot(), 'test', 'support', 'failures', 'owing-host.js');
		const host = start(process.execPath, [worker, place, temporaryFolder()], { env: cleanEnvironment() });
		await until(() => Promise.resolve(host.output().includes('in flight') ? true : null), {
			timeoutMs: 30_000,
			describe: () => host.output(),
		});
		await server.stop();
		host.signal('SIGUSR2');
		const { code, stdout, stderr } = await host.finished;
		expect(code, stderr).to.equal(0);
		expect(stdout).to.include('3 left by result');
		expect(stderr).to.match(
			/LlmCreditsNotice: The ledger postgres:\/\/.* \(account default\) cannot be used, so what calls cost is kept in the memory of this process/,
		);
		expect(stderr).to.match(
			/LLM Credits: This process ends, and the ledger postgres:\/\/.* was not back\. Not recorded: what 3 calls cost, 3 credits\. .*: h\d+ 1, h\d+ 1, h\d+ 1\.\n/,
		);
		expect(stderr).to.not.include(new URL(place).password);
	});
});
