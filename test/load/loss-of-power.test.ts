/**
 * Losses of power under load, as copies of a ledger's files at random moments: of everything, of what was synced to the disk, and with the
 * write-ahead log cut or torn anywhere. What was answered is in the first two; the last is the ledger as it was a moment before.
 */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, openSync, closeSync, statSync, truncateSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerStore } from '../../lib/ledger/store';
import { until } from '../support/machine/child';
import { Aftermath, addTallies, entriesOf, expectProven, type Tally } from '../support/loads/ledger-aftermath';
import { openAt } from '../support/ledger/ledger-places';
import { CROWD, withLoads, type Load } from '../support/loads/ledger-processes';
import { Chance, roundsOf } from '../support/machine/proof-rounds';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';
import { endOfFrames, extentOf, framesMoved } from '../support/ledger/write-ahead-log';

const LIVES = roundsOf({ usual: 2, proof: 20 });
const MOMENTS = roundsOf({ usual: 3, proof: 10 });
const CUTS = 2;
const LONGEST_PAUSE_MS = 60;
/** A life begins to be looked at after so many bytes of answers at most. */
const MOST_BYTES = 4000;

describe('loss of power on SQLite', function () {
	this.timeout(0);
	const chance = new Chance();

	it(`at ${LIVES * MOMENTS} moments: every answer is on the disk, and a log that lost its end is an earlier moment (LLM_CREDITS_SEED=${chance.seed})`, async () => {
		const tallies: Tally[] = [];
		const unsynced: number[] = [];
		const losses: number[] = [];
		for (let life = 0; life < LIVES; life += 1) {
			const path = newLedgerPath();
			const crowd = life % 2 === 1 ? { concurrency: CROWD } : {};
			await withLoads({ place: path, names: ['a', 'b'], notesSyncs: true, ...crowd }, async (...loads) => {
				await Promise.all(loads.map((load) => load.untilGrown(1 + chance.below(MOST_BYTES))));
				for (let moment = 0; moment < MOMENTS; moment += 1) {
					await pause(chance.below(LONGEST_PAUSE_MS));
					await stopped(loads, async () => {
						tallies.push(await new Aftermath(copyOf(path, moment % 2 === 0 ? ['-wal', '-shm'] : ['-wal'])).examine(loads));
						unsynced.push(await examineSynced(path, loads));
						for (let cut = 0; cut < CUTS; cut += 1) losses.push(await examineCut(path, chance, { isTorn: cut % 2 === 1 }));
					});
				}
			});
		}
		const { acknowledged, replayed } = addTallies(tallies);
		const some = (counts: readonly number[]): number => counts.filter((count) => count > 0).length;
		process.stdout.write(
			`      ${tallies.length} copies of everything, ${acknowledged} answers kept, ${replayed} commands asked again and answered alike\n` +
				`      ${unsynced.length} without what was not synced, ${some(unsynced)} of them with less in the log, all answers kept\n` +
				`      ${losses.length} with the log cut or torn anywhere, ${some(losses)} of them an earlier moment\n`,
		);
		expect(acknowledged).to.be.greaterThan(tallies.length);
		expect(some(losses)).to.be.greaterThan(0);
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

/** A copy of the file, and of the files beside it that end so. */
function copyOf(path: string, suffixes: readonly string[]): string {
	const copy = newLedgerPath();
	for (const suffix of ['', ...suffixes]) if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
	return copy;
}

/**
 * The disk as a loss of power may leave it: of the log only what a process has synced, or SQLite by itself because it moves it into the
 * file. Everything that was answered is there. Returns how many frames are not.
 */
async function examineSynced(path: string, loads: readonly Load[]): Promise<number> {
	const copy = copyOf(path, ['-wal']);
	const extent = extentOf(`${copy}-wal`);
	const synced = loads.flatMap((load) => load.synced()).filter(({ salts }) => salts === extent.salts);
	const kept = Math.max(framesMoved(`${path}-shm`, extent), ...synced.map(({ frames }) => frames));
	truncateSync(`${copy}-wal`, endOfFrames(kept));
	await new Aftermath(copy).examine(loads);
	return extent.frames - kept;
}

/** A log without its end, as far as that is not in the file: a ledger that proves, and that is as the whole one was at some moment. Returns how many entries are missing. */
async function examineCut(path: string, chance: Chance, { isTorn }: { isTorn: boolean }): Promise<number> {
	const [whole, cut] = [copyOf(path, ['-wal']), copyOf(path, ['-wal'])] as const;
	const log = `${cut}-wal`;
	const bytes = statSync(log).size;
	const first = endOfFrames(framesMoved(`${path}-shm`, extentOf(log)));
	const from = first + chance.below(bytes - first + 1);
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
