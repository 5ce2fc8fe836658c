/** Owns measuring what the rules of the ledger cost on one hot account, beside the bare rows they leave behind. */
import { GroupCommit } from '../../lib/ledger/group-commit';
import { openSqliteLedger } from '../../lib/ledger/sqlite/store';
import { jitter, pause, systemClock } from '../../lib/runtime/system';
import { grant, openAccount, priceNamed, reserve, settle, tokens } from '../support/ledger-commands';
import { newLedgerPath } from '../support/sqlite-ledger';
import { inTurns, timed, type Bench } from './measure';
import { openRaw, readScript, writeScript } from './raw-ledger';

const NAME = 'sqlite.pairs.vs-raw';
const GROUP = 64;
const GROUPS = 100;
const ROUNDS = 7;
const ACCOUNT = 'hot';
const LABELS = { campaign: 'spring-2026', segment: 'returning', flow: 'Welcome', node: 'Write', model: 'gpt-4.1-mini', purpose: 'live' };

/** The row of reserve and settle pairs. */
export const PAIRS_BENCH: Bench = {
	names: [NAME],
	run: async () => {
		let script = (await ourPairs()).script;
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
		const note = `${String(GROUP * GROUPS)} pairs a round, ${String(ROUNDS)} rounds, synchronous = FULL; the peer writes the very rows ours wrote`;
		return [{ name: NAME, unit: 'pairs/s', ...rates, reach: { atLeast: 0.6 }, note }];
	},
};

async function ourPairs(): Promise<{ perSecond: number; script: ReturnType<typeof readScript> }> {
	const path = newLedgerPath();
	const store = await openSqliteLedger({ path, clock: systemClock, pause, jitter });
	const commits = new GroupCommit(store);
	await commits.submit(ACCOUNT, openAccount());
	await commits.submit(ACCOUNT, grant('first', 1_000_000));
	const tookMs = await timed(async () => {
		for (let group = 0; group < GROUPS; group += 1) {
			const held = await Promise.all(
				Array.from({ length: GROUP }, (_, index) =>
					commits.submit(
						ACCOUNT,
						reserve(`k${String(group)}-${String(index)}`, 3, { labels: LABELS, price: priceNamed('openai/gpt-4.1-mini/1') }),
					),
				),
			);
			await Promise.all(
				held.map((answer) => {
					if (answer.kind !== 'reserved') throw new Error(`Reserving gave ${answer.kind}.`);
					return commits.submit(ACCOUNT, settle(answer.hold.seq, 1, { usage: tokens(100, 20) }));
				}),
			);
		}
	});
	await store.close();
	return { perSecond: perSecond(tookMs), script: readScript(path, GROUP) };
}

function perSecond(tookMs: number): number {
	return (GROUP * GROUPS * 1000) / tookMs;
}
