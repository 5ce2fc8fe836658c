/** Owns measuring what the rules of the ledger cost on one hot account, beside the bare rows they leave behind. */
import { GroupCommit } from '../../lib/ledger/group-commit';
import { openSqliteLedger } from '../../lib/ledger/sqlite/store';
import { jitter, pause, systemClock } from '../../lib/runtime/system';
import { grant, openAccount, priceNamed, reserve, settle, tokens } from '../support/ledger/ledger-commands';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';
import { inTurns, timed, type Bench } from './measure';
import { openRaw, readScript, writeScript, type Script } from './raw-ledger';

const NAME = 'sqlite.pairs.vs-raw';
const GROUP = 64;
const GROUPS = 100;
/** One wave is decided while the other's commit is on its way to the disk. */
const WAVES = 2;
const ROUNDS = 9;
/** A host that meters has run for longer than this. */
const WARM_UP_ROUNDS = 10;
const ACCOUNT = 'hot';
const PRICE = priceNamed('openai/gpt-4.1-mini/1');
const LABELS = { campaign: 'spring-2026', segment: 'returning', flow: 'Welcome', node: 'Write', model: 'gpt-4.1-mini', purpose: 'live' };

/** The row of reserve and settle pairs. */
export const PAIRS_BENCH: Bench = {
	names: [NAME],
	run: async () => {
		let { script } = await ourPairs();
		for (let round = 1; round < WARM_UP_ROUNDS; round += 1) ({ script } = await ourPairs());
		const rates = await inTurns(ROUNDS, {
			ours: async () => {
				const result = await ourPairs();
				script = result.script;
				return result.perSecond;
			},
			peer: async () => {
				const db = await openRaw();
				const tookMs = await timed(() => writeScript(db, script));
				db.close();
				return perSecond(tookMs);
			},
		});
		const note = `${String(GROUP * GROUPS)} pairs a round, ${String(ROUNDS)} rounds, ${String(WAVES)} × ${String(GROUP)} clients, synchronous = FULL; the peer writes the very rows ours wrote, in groups of ${String(GROUP)}`;
		return [{ name: NAME, unit: 'pairs/s', ...rates, reach: { atLeast: 0.6 }, note }];
	},
};

async function ourPairs(): Promise<{ perSecond: number; script: Script }> {
	const path = newLedgerPath();
	const store = await openSqliteLedger({ path, clock: systemClock, pause, jitter });
	const commits = new GroupCommit(store);
	await commits.submit(ACCOUNT, openAccount());
	await commits.submit(ACCOUNT, grant('first', 1_000_000));
	const tookMs = await timed(async () => {
		await Promise.all(Array.from({ length: WAVES }, (_, wave) => ourWave(commits, wave)));
	});
	await store.close();
	return { perSecond: perSecond(tookMs), script: readScript(path, GROUP) };
}

/** So many clients, each of which holds credits for a call and settles it, again and again. */
async function ourWave(commits: GroupCommit, wave: number): Promise<void> {
	for (let group = 0; group < GROUPS / WAVES; group += 1) {
		const keys = Array.from({ length: GROUP }, (_, index) => `${String(wave)}-${String(group)}-${String(index)}`);
		const held = await Promise.all(keys.map((key) => commits.submit(ACCOUNT, reserve(key, 3, { labels: LABELS, price: PRICE }))));
		await Promise.all(
			held.map((answer) => {
				if (answer.kind !== 'reserved') throw new Error(`Reserving gave ${answer.kind}.`);
				return commits.submit(ACCOUNT, settle(answer.hold.seq, 1, { usage: tokens(100, 20) }));
			}),
		);
	}
}

function perSecond(tookMs: number): number {
	return (GROUP * GROUPS * 1000) / tookMs;
}
