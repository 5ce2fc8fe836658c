/** A ledger that is moved while processes spend from it, and whose mover is killed: what they were told is on the new one, and nothing after. */
import { expect } from 'chai';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerStore } from '../../lib/ledger/store';
import { start, until, type Running } from '../support/machine/child';
import { Aftermath, entriesOf } from '../support/loads/ledger-aftermath';
import { openAt, POSTGRES, SQLITE, type SharedKind } from '../support/ledger/ledger-places';
import { withLoads, type Load } from '../support/loads/ledger-processes';
import { WORKER_ACCOUNT } from '../support/loads/ledger-worker';
import { contentOf, takesCommands } from '../support/ledger/moving';
import { Chance, roundsOf } from '../support/machine/proof-rounds';
import { cleanEnvironment, outputRoot } from '../support/machine/repository';

const KILLS = roundsOf({ usual: 3, proof: 60 });
/** From its announcement on, a move of such a ledger takes about that long. */
const LONGEST_MS = 250;
const chance = new Chance();

function startCopy(from: string, to: string): Running {
	const program = join(outputRoot(), 'lib', 'cli', 'llm-credits.js');
	return start(process.execPath, [program, 'copy', '--from', from, '--to', to, '--wait', '20', '--json'], { env: cleanEnvironment() });
}

async function copy(from: string, to: string): Promise<Record<string, unknown>> {
	const { code, stdout, stderr } = await startCopy(from, to).finished;
	expect(code, stderr).to.equal(0);
	return JSON.parse(stdout) as Record<string, unknown>;
}

/** Runs `work` with the ledgers of both places. */
async function withBoth(from: string, to: string, work: (source: LedgerStore, target: LedgerStore) => Promise<void>): Promise<void> {
	const [source, target] = await Promise.all([openAt(from, Date.now), openAt(to, Date.now)]);
	try {
		await work(source, target);
	} finally {
		await Promise.all([source.close(), target.close()]);
	}
}

async function untilAnnounced(from: string, mover: Running): Promise<void> {
	const source = await openAt(from, Date.now);
	const isAnnounced = async (): Promise<true | null> => ((await source.transfer?.mark()) !== null || !mover.isRunning() ? true : null);
	await until(isAnnounced, { timeoutMs: 60_000, everyMs: 1, describe: () => mover.output() });
	await source.close();
}

async function untilMoved(loads: readonly Load[]): Promise<void> {
	// Every process goes on asking, and is told.
	for (const load of loads) await load.untilGrown(500);
	for (const load of loads) await load.kill();
}

function faultsOf(loads: readonly Load[]): string[] {
	return [...new Set(loads.flatMap((load) => load.answered().flatMap((line) => (line.step === 'fault' ? [line.code] : []))))];
}

const PAIRS: readonly (readonly [SharedKind, SharedKind])[] = [
	[SQLITE, POSTGRES],
	[POSTGRES, SQLITE],
];

for (const [from, to] of PAIRS) {
	describe(`a ledger that is spent from while it moves from ${from.name} to ${to.name}`, function () {
		this.timeout(0);

		it('has every answer on the new one, and no call that was under way is left open', async () => {
			const [old, next] = [await from.newAddress(), await to.newAddress()];
			await withLoads({ place: old, names: ['a', 'b'] }, async (...loads) => {
				for (const load of loads) await load.untilGrown(8000);
				const report = await copy(old, next);
				await untilMoved(loads);
				expect(report).to.include({ moved: true, openCalls: 0 });
				expect(faultsOf(loads)).to.deep.equal(['ledger_moved']);
				await withBoth(old, next, async (source, target) => {
					expect(await contentOf(target)).to.deep.equal(await contentOf(source));
					const entries = await entriesOf(source);
					expect(report['rows']).to.include({ entries: entries.length });
				});
				const tally = await new Aftermath(next).examine(loads);
				expect(tally.acknowledged).to.be.greaterThan(100);
				process.stdout.write(`      ${tally.acknowledged} answers kept, ${tally.faults} commands told that the ledger moved\n`);
			});
		});
	});
}

describe('a mover that is killed while processes spend', function () {
	this.timeout(0);

	it(`never leaves two ledgers that take commands, and the same command finishes it (${KILLS} deaths, LLM_CREDITS_SEED=${chance.seed})`, async () => {
		const seen = new Map<string, number>();
		for (let round = 0; round < KILLS; round += 1) {
			const [old, next] = [await SQLITE.newAddress(), await (round % 2 === 0 ? SQLITE : POSTGRES).newAddress()];
			await withLoads({ place: old, names: [`r${round}`] }, async (load) => {
				await load.untilGrown(5000);
				const mover = startCopy(old, next);
				await untilAnnounced(old, mover);
				await pause(chance.below(LONGEST_MS));
				await mover.kill('SIGKILL');
				await withBoth(old, next, async (source, target) => {
					const hasArrived = (await target.accounts()).length > 0;
					const open = [await takesNew(source), hasArrived && (await takesNew(target))];
					expect(open, `round ${round}`).to.not.deep.equal([true, true]);
					const state = `${(await source.transfer?.mark())?.state ?? 'open'} ${(await target.transfer?.mark())?.state ?? 'open'}`;
					seen.set(state, (seen.get(state) ?? 0) + 1);
				});
				await copy(old, next);
				await untilMoved([load]);
				await withBoth(old, next, async (source, target) => {
					expect(await contentOf(target)).to.deep.equal(await contentOf(source));
				});
				await new Aftermath(next).examine([load]);
			});
		}
		process.stdout.write(`      found after death (old new): ${[...seen].map(([state, count]) => `${state} ${count}×`).join(', ')}\n`);
		expect([...seen.values()].reduce((sum, count) => sum + count, 0)).to.equal(KILLS);
	});
});

async function takesNew(store: LedgerStore): Promise<boolean> {
	return takesCommands(store, WORKER_ACCOUNT);
}
