/**
 * Losses of power under load, as copies of a ledger's files at random moments: with and without the shared memory, with the write-ahead log
 * cut at any byte, and with its end torn. What was answered is in the whole copies; the others are the ledger as it was a moment before.
 */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, openSync, closeSync, statSync, truncateSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerStore } from '../../lib/ledger/store';
import { until } from '../support/child';
import { Aftermath, addTallies, entriesOf, expectProven, type Tally } from '../support/ledger-aftermath';
import { openAt } from '../support/ledger-places';
import { withLoads, type Load } from '../support/ledger-processes';
import { Chance, roundsOf } from '../support/proof-rounds';
import { newLedgerPath } from '../support/sqlite-ledger';

const LIVES = roundsOf({ usual: 1, proof: 20 });
const MOMENTS = roundsOf({ usual: 5, proof: 10 });
const CUTS = 2;
const LONGEST_PAUSE_MS = 60;

describe('loss of power on SQLite', function () {
	this.timeout(0);
	const chance = new Chance();

	it(`at ${LIVES * MOMENTS} moments: every answer is in the files, and a log that lost its end is an earlier moment (LLM_CREDITS_SEED=${chance.seed})`, async () => {
		const tallies: Tally[] = [];
		const losses: number[] = [];
		for (let life = 0; life < LIVES; life += 1) {
			const path = newLedgerPath();
			await withLoads(path, ['a', 'b'], async (...loads) => {
				await Promise.all(loads.map((load) => load.untilGrown(1)));
				for (let moment = 0; moment < MOMENTS; moment += 1) {
					await pause(chance.below(LONGEST_PAUSE_MS));
					await stopped(loads, async () => {
						tallies.push(await examineWhole(path, { loads, hasMemory: moment % 2 === 0 }));
						for (let cut = 0; cut < CUTS; cut += 1) losses.push(await examineCut(path, chance, { isTorn: cut % 2 === 1 }));
					});
				}
			});
		}
		const { acknowledged, replayed } = addTallies(tallies);
		const lost = losses.filter((entries) => entries > 0).length;
		process.stdout.write(
			`      ${tallies.length} whole copies, ${acknowledged} answers kept, ${replayed} commands asked again and answered alike; ${losses.length} logs cut or torn, ${lost} of them an earlier moment\n`,
		);
		expect(acknowledged).to.be.greaterThan(tallies.length * 20);
		expect(lost).to.be.greaterThan(0);
	});
});

/** Runs `work` while the processes stand still, in the middle of whatever they were doing. */
async function stopped(loads: readonly Load[], work: () => Promise<void>): Promise<void> {
	for (const { process: running } of loads) running.signal('SIGSTOP');
	for (const { process: running } of loads) {
		const stateOf = (): string => execFileSync('ps', ['-o', 'stat=', '-p', String(running.pid)], { encoding: 'utf8' }).trim();
		await until(() => Promise.resolve(stateOf().startsWith('T') || null), { timeoutMs: 10_000, everyMs: 2, describe: stateOf });
	}
	await work();
	for (const { process: running } of loads) running.signal('SIGCONT');
}

function copyOf(path: string, suffixes: readonly string[]): string {
	const copy = newLedgerPath();
	for (const suffix of suffixes) if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
	return copy;
}

/** Everything that was answered until now is in the files as they are now. */
async function examineWhole(path: string, { loads, hasMemory }: { loads: readonly Load[]; hasMemory: boolean }): Promise<Tally> {
	const copy = copyOf(path, hasMemory ? ['', '-wal', '-shm'] : ['', '-wal']);
	return new Aftermath(copy).examine(loads);
}

/** A log without its end: a ledger that proves, and that is as the whole one was at some moment. Returns how many entries are missing. */
async function examineCut(path: string, chance: Chance, { isTorn }: { isTorn: boolean }): Promise<number> {
	const [whole, cut] = [copyOf(path, ['', '-wal']), copyOf(path, ['', '-wal'])] as const;
	const log = `${cut}-wal`;
	const bytes = statSync(log).size;
	const from = chance.below(bytes + 1);
	if (isTorn) tear(log, { from, bytes: bytes - from }, chance);
	else truncateSync(log, from);
	const [all, left] = [await openAt(whole, Date.now), await openAt(cut, Date.now)];
	await expectProven(left);
	const [allEntries, leftEntries] = [await entriesOf(all), await entriesOf(left)];
	expect(leftEntries.at(-1)?.hash, `cut at ${from} of ${bytes}`).to.equal(allEntries[leftEntries.length - 1]?.hash);
	await Promise.all([all, left].map((store: LedgerStore) => store.close()));
	return allEntries.length - leftEntries.length;
}

/** Bytes that never reached the disk are whatever was there before. */
function tear(log: string, { from, bytes }: { from: number; bytes: number }, chance: Chance): void {
	const file = openSync(log, 'r+');
	writeSync(file, Buffer.from(Array.from({ length: bytes }, () => chance.below(256))), 0, bytes, from);
	closeSync(file);
}
