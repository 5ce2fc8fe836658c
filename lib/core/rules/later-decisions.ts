/**
 * Which refusals may be decided anew under their key, and where later decisions are found (ledger rule 36). Each is an entry under a key
 * made of the first and its number, so the entries of a request are a chain without gaps.
 */
import type { Command } from '../nouns/commands';
import type { Entry, EntryBody } from '../nouns/records';
import type { RefusalReason } from '../nouns/words';
import { hashLaterKey, hashKey } from '../values/idempotency';

type Refused = Extract<EntryBody, { kind: 'refused' }>;

/** True for what credits, a limit, a plan, a closing hold, time or a thaw can cure; the others are what the request itself causes. */
const IS_CURABLE: Readonly<Record<RefusalReason, boolean>> = {
	unpriced_model: false,
	account_frozen: true,
	plan_not_eligible: true,
	overdrawn: true,
	cap_reached: false,
	budget_exceeded: true,
	floor_reached: true,
	credits_held: true,
	credits_exhausted: true,
};

/** Later decisions that are looked for at first; then twice as many each time. */
const FIRST_LOOK = 4;

/** True for a refusal that may be decided anew. */
export function isCurable(body: EntryBody): body is Refused {
	return body.kind === 'refused' && IS_CURABLE[body.reason];
}

/** The newest decision about a request of this key, and under which key the next would be stored. */
export function newestDecision(
	first: Entry,
	{ key, entryOf }: { key: string; entryOf: (keyHash: string) => Entry | undefined },
): { readonly newest: Entry; readonly nextKeyHash: string } {
	let newest = first;
	for (let number = 1; ; number += 1) {
		const nextKeyHash = hashLaterKey(key, number);
		const later = isCurable(newest.body) ? entryOf(nextKeyHash) : undefined;
		if (!later) return { newest, nextKeyHash };
		newest = later;
	}
}

/** Keys under which there may be later decisions than those of `entries`, and that were not asked for yet. Ask again until there are none. */
export function laterKeys(commands: readonly Command[], entries: readonly Entry[], asked: ReadonlySet<string>): string[] {
	if (!entries.some(({ body }) => isCurable(body))) return [];
	const byKey = new Map(entries.flatMap((entry) => (entry.keyHash === null ? [] : [[entry.keyHash, entry] as const])));
	const keys = commands.flatMap((command) => (command.kind === 'reserve' && command.key.length > 0 ? [command.key.slice(0, 512)] : []));
	return [...new Set(keys)].flatMap((key) => {
		const first = byKey.get(hashKey(key));
		if (!first || !isCurable(first.body)) return [];
		let number = 1;
		while (byKey.has(hashLaterKey(key, number))) number += 1;
		const isEnd = asked.has(hashLaterKey(key, number));
		const count = Math.max(FIRST_LOOK, number);
		return isEnd ? [] : Array.from({ length: count }, (_, index) => hashLaterKey(key, number + index));
	});
}

/** The entries with all later decisions, where `load` reads entries by key at once. */
export function withLaterDecisions(
	commands: readonly Command[],
	{
		entries,
		asked,
		load,
	}: { entries: readonly Entry[]; asked: readonly string[]; load: (keyHashes: readonly string[]) => readonly Entry[] },
): readonly Entry[] {
	const known = new Set(asked);
	let all = entries;
	for (;;) {
		const keys = laterKeys(commands, all, known);
		if (keys.length === 0) return all;
		for (const key of keys) known.add(key);
		all = [...all, ...load(keys)];
	}
}
