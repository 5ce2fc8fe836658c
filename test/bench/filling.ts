/** Owns filling a ledger with settled calls the way hosts do, by reserving and settling in group commits; for rows about large ledgers. */
import { GroupCommit } from '../../lib/ledger/group-commit';
import type { LedgerStore } from '../../lib/ledger/store';
import { grant, openAccount, priceNamed, reserve, setBudget, settle, tokens } from '../support/ledger/ledger-commands';

export const FILLED_ACCOUNT = 'hot';
const AT_ONCE = 256;
/** What the calls are counted under. */
export const LABELS = {
	campaign: 'spring-2026',
	segment: 'returning',
	flow: 'Welcome',
	node: 'Write',
	model: 'gpt-4.1-mini',
	purpose: 'live',
};

/** Opens the account, with credits for a hundred million calls; with a budget for each person, which has a counter for each person, if asked for. */
export async function openFilled(store: LedgerStore, { hasPersonBudget = false } = {}): Promise<void> {
	const budget = setBudget('each', { name: 'each person', scope: 'person', period: 'total', limit: 1000 });
	await store.commit(FILLED_ACCOUNT, [openAccount(), grant('first', 300_000_000), ...(hasPersonBudget ? [budget] : [])]);
}

/** Adds settled calls with person, campaign and segment, numbered from `first`. */
export async function fill(store: LedgerStore, { first, calls }: { first: number; calls: number }): Promise<void> {
	const commits = new GroupCommit(store);
	for (let done = 0; done < calls; done += AT_ONCE) {
		const numbers = Array.from({ length: Math.min(AT_ONCE, calls - done) }, (_, index) => first + done + index);
		const held = await Promise.all(
			numbers.map((number) =>
				commits.submit(
					FILLED_ACCOUNT,
					reserve(`run-${String(number)}`, 3, {
						fingerprint: String(number),
						labels: LABELS,
						person: `customer-${String(number)}`,
						price: priceNamed('openai/gpt-4.1-mini/1'),
					}),
				),
			),
		);
		await Promise.all(
			held.map((answer) => {
				if (answer.kind !== 'reserved') throw new Error(`Reserving gave ${answer.kind}.`);
				return commits.submit(FILLED_ACCOUNT, settle(answer.hold.seq, 1, { usage: tokens(100, 20) }));
			}),
		);
	}
}
