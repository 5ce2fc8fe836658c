/** Several real processes at one ledger file: they open it at once, race for the last credits, share the lock, and die by kill -9. */
import { expect } from 'chai';
import { balanceAt } from '../../lib/core/balance';
import { verifyLedger } from '../../lib/engine/verify-ledger';
import type { LedgerStore } from '../../lib/ledger/store';
import { until, type Running } from '../support/child';
import { credits, openAccount, reserve } from '../support/ledger-commands';
import { percentile, reportOf, startWorker } from '../support/ledger-processes';
import { WORKER_ACCOUNT, type Acknowledged } from '../support/ledger-worker';
import { newLedgerPath, openTestLedger } from '../support/sqlite-ledger';

const ROUNDS = Number(process.env['LLM_CREDITS_KILLS'] ?? 20);

/** Small and seeded, so that a round can be run again. */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return state / 2_147_483_648;
	};
}

async function proven(store: LedgerStore): Promise<void> {
	const { violations } = await verifyLedger(store);
	expect(violations).to.deep.equal([]);
}

describe('several processes at one ledger file', function () {
	this.timeout(60_000);

	it('open one new file at once and fit exactly as many reservations as there are credits for', async () => {
		const path = newLedgerPath();
		const startAtMs = Date.now() + 700;
		const workers = Array.from({ length: 8 }, (_, index) =>
			startWorker({ task: 'race', path, name: `w${String(index)}`, count: 200, concurrency: 8, startAtMs, credits: 500 }),
		);
		const reports = await Promise.all(workers.map(reportOf));
		expect(reports.reduce((sum, each) => sum + each.reserved, 0)).to.equal(500);
		expect(reports.reduce((sum, each) => sum + each.refused, 0)).to.equal(1100);
		const store = await openTestLedger({ path, clock: Date.now });
		const told = await store.materialised(WORKER_ACCOUNT);
		expect([told?.grants.length, told?.grants[0]?.heldMicro]).to.deep.equal([1, credits(500)]);
		expect(await store.holdMarks(WORKER_ACCOUNT, { afterSeq: 0, untilSeq: Number.MAX_SAFE_INTEGER })).to.have.length(500);
		await proven(store);
		await store.close();
	});

	it('share the lock fairly and keep their event loops turning', async () => {
		const path = newLedgerPath();
		const startAtMs = Date.now() + 1500;
		const workers = Array.from({ length: 8 }, (_, index) =>
			startWorker({ task: 'share', path, name: `w${String(index)}`, concurrency: 32, startAtMs, forMs: 3000 }),
		);
		const reports = await Promise.all(workers.map(reportOf));
		const shares = reports.map((each) => each.operations).sort((a, b) => a - b);
		const waitsMs = reports.flatMap((each) => each.waitsMs);
		const fairness = (shares[0] ?? 0) / (shares.at(-1) ?? 1);
		const stallMs = Math.max(...reports.map((each) => each.longestStallMs));
		const perSecond = waitsMs.length / 3;
		process.stdout.write(
			`      slowest/fastest ${fairness.toFixed(2)}, p99 wait ${percentile(waitsMs, 0.99).toFixed(0)} ms, longest ${Math.max(...waitsMs).toFixed(0)} ms, ` +
				`longest event-loop stall ${stallMs.toFixed(0)} ms, ${perSecond.toFixed(0)} operations/s\n`,
		);
		const store = await openTestLedger({ path, clock: Date.now });
		await proven(store);
		await store.close();
		expect(fairness).to.be.greaterThan(0.4);
		expect(percentile(waitsMs, 0.99)).to.be.lessThan(1500);
		expect(stallMs).to.be.lessThan(500);
	});

	it(`lose nothing that was answered when a writer is killed (${String(ROUNDS)} rounds)`, async () => {
		const seed = Number(process.env['LLM_CREDITS_SEED'] ?? Date.now() % 1_000_000);
		process.stdout.write(`      seed ${String(seed)} (set LLM_CREDITS_SEED to repeat)\n`);
		const random = randomFrom(seed);
		const path = newLedgerPath();
		const answered: Acknowledged[] = [];
		for (let round = 0; round < ROUNDS; round += 1) {
			const [victim, witness] = [`v${String(round)}`, `s${String(round)}`].map((name) =>
				startWorker({ task: 'load', path, name, concurrency: 6 }),
			) as [Running, Running];
			await until(() => Promise.resolve(victim.output().includes('ready') || null), {
				timeoutMs: 10_000,
				everyMs: 5,
				describe: () => victim.output(),
			});
			const killAtLength = victim.output().length + Math.floor(random() * 8000);
			await until(() => Promise.resolve(victim.output().length >= killAtLength || null), {
				timeoutMs: 10_000,
				everyMs: 1,
				describe: () => victim.output().slice(-500),
			});
			const dead = await Promise.all([victim.kill('SIGKILL'), witness.kill('SIGKILL')]);
			answered.push(...dead.flatMap(({ stdout }) => readAnswers(stdout)));
			await checkAfterDeath(path, answered);
		}
		expect(answered.length).to.be.greaterThan(ROUNDS);
	}).timeout(120_000);
});

function readAnswers(stdout: string): Acknowledged[] {
	const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1);
	const said = whole
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Acknowledged | { readonly kind: 'ready' });
	return said.filter((each): each is Acknowledged => each.kind !== 'ready');
}

/** The ledger opens, proves, has every answer, and is exact once the holds of the dead have timed out. */
async function checkAfterDeath(path: string, answered: readonly Acknowledged[]): Promise<void> {
	let nowMs = Date.now();
	const store = await openTestLedger({ path, clock: () => nowMs });
	await store.commit(WORKER_ACCOUNT, [openAccount()]);
	const holds = new Map(
		(await store.holds(WORKER_ACCOUNT, { state: null, afterSeq: 0, limit: 1_000_000 })).map((hold) => [hold.seq, hold]),
	);
	for (const { kind, key, holdSeq } of answered) {
		const hold = holds.get(holdSeq);
		if (!hold) throw new Error(`The answered reservation ${key} is gone.`);
		if (kind === 'settled') expect(hold.actualMicro, `the settle of ${key}`).to.equal(credits(1));
	}
	const [last] = answered.slice(-1);
	if (last) expect((await store.commit(WORKER_ACCOUNT, [reserve(last.key, 3)]))[0]).to.include({ kind: 'reserved', isReplayed: true });
	const { account } = await store.snapshot(WORKER_ACCOUNT);
	nowMs = Math.max(nowMs, account?.lastAtMs ?? 0) + 60_001;
	await store.commit(WORKER_ACCOUNT, []);
	const settled = [...holds.values()].filter((hold) => hold.state === 'settled').length;
	const balance = balanceAt(await store.snapshot(WORKER_ACCOUNT), { accountId: WORKER_ACCOUNT, atMs: nowMs });
	expect([balance.availableMicro, balance.heldMicro]).to.deep.equal([credits(1_000_000 - settled), 0n]);
	await proven(store);
	await store.close();
}
