/**
 * Judges a campaign at a mixed endpoint by the endpoint's book and by the ledger: each promise is an invariant with a name. It shares no code
 * with the engine.
 */
import type { Micro } from '../../../lib/core/values/money';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import type { Reason } from '../../../lib/params/fallback-switch';
import type { BookedRequest } from './mixed-endpoint';

/** What the ledger has of one call. */
export interface HeldCall {
	readonly id: string;
	/** Of the item that it was made for. */
	readonly tag: string;
	readonly state: string;
	readonly amountMicro: Micro;
	readonly expectedMicro: Micro;
	/** What was taken from credits or is owed. */
	readonly chargedMicro: Micro;
	readonly measure: string | null;
	readonly isImplausible: boolean;
}

export interface MixedItem {
	readonly tag: string;
	/** Whom its request is about. */
	readonly subject: string;
}

/** Everything that is known when a campaign is over. */
export interface MixedEnding {
	/** Calls at a time; `null`: automatic. */
	readonly concurrency: number | null;
	readonly items: readonly MixedItem[];
	readonly results: readonly ItemResult[];
	/** How often the host was told that one more had left. */
	readonly told: number;
	readonly fallbacks: Readonly<Record<string, unknown>>;
	/** What a whole answer has beside its message. */
	readonly beside: Readonly<Record<string, unknown>>;
	readonly requests: readonly BookedRequest[];
	readonly refusedAgain: readonly string[];
	readonly mostAtOnce: number;
	readonly holds: readonly HeldCall[];
	readonly mostPaid: number;
	readonly hasDeadline: boolean;
	readonly hasJudge: boolean;
	readonly grantedMicro: Micro;
	readonly availableMicro: Micro;
	readonly heldMicro: Micro;
	readonly overdraftMicro: Micro;
	readonly violations: readonly string[];
}

/** Where the number is found automatically, it stays below this. */
export const MOST_CALLS = 48;

interface Invariant {
	readonly name: string;
	readonly find: (ending: MixedEnding) => readonly string[];
}

/** An item may leave for these whatever the endpoint says. */
const OF_OURS: ReadonlySet<Reason> = new Set<Reason>([
	'credits_exhausted',
	'credits_held',
	'budget_exceeded',
	'cap_reached',
	'overdrawn',
	'deadline_reached',
	'provider_paused',
	'timeout',
]);

export const INVARIANTS: readonly Invariant[] = [
	{
		name: 'every item leaves once, in order',
		find: ({ items, results, told, holds }) => {
			const tags = new Map(holds.map(({ id, tag }) => [id, tag]));
			const strangers = results.flatMap(({ llmCredits: { holdId } }, index) => {
				const tag = holdId === null ? undefined : tags.get(holdId);
				return tag === undefined || tag === items[index]?.tag ? [] : [`in the place of ${String(items[index]?.tag)} left ${tag}`];
			});
			const isWhole = results.length === items.length && told === items.length;
			return isWhole
				? strangers
				: [`${String(items.length)} entered, ${String(results.length)} left, the host was told of ${String(told)}`];
		},
	},
	{
		name: 'nothing half-made leaves by Result',
		find: (ending) =>
			each(ending, ({ attributes, route }, { subject }) => {
				if (route !== 'result') return [];
				const { message, ...beside } = attributes;
				const isWhole = ending.requests.some((request) => request.subject === subject && request.whole.some((text) => text === message));
				if (!isWhole) return [`left with ${JSON.stringify(message)}`];
				return same(beside, ending.beside) ? [] : [`left with ${JSON.stringify(beside)} beside the message`];
			}),
	},
	{
		name: 'whoever gets no answer gets the fallback values, a reason that was met, and words',
		find: (ending) =>
			each(ending, ({ attributes, route, llmCredits: { source, reason, message } }, { subject }) => {
				if ((route === 'fallback') !== (source === 'fallback')) return [`left by ${route} from ${source}`];
				if (route !== 'fallback') return [];
				if (!same(attributes, ending.fallbacks)) return [`left with ${JSON.stringify(attributes)}`];
				if (message === null || message === '') return ['nobody is told why'];
				if (/[{[]\s*"|<html/i.test(message)) return [`people are told: ${message}`];
				const met = ending.requests.filter((request) => request.subject === subject).flatMap(({ reasons }) => reasons);
				const isCaused = OF_OURS.has(reason) || met.includes(reason) || (ending.hasJudge && reason === 'failed_checks');
				return isCaused ? [] : [`left as ${reason}, which nothing it met explains: ${message}`];
			}),
	},
	{
		name: 'each call is charged what it was told to cost, and where nothing is told, what was set aside',
		find: (ending) =>
			bySubject(ending, (requests, holds) => {
				const told = requests.filter(({ telling }) => telling === 'told').map(({ costMicro }) => costMicro);
				const settled = holds.filter(({ state, isImplausible }) => state === 'settled' && !isImplausible);
				const charged = settled.filter(({ measure }) => measure === 'reported').map(({ chargedMicro }) => chargedMicro);
				const estimated = settled.filter(({ measure }) => measure === 'estimated');
				const untold = requests.filter(({ telling }) => telling === 'untold').length;
				const beyond = requests.filter(({ telling }) => telling === 'beyond').length;
				const found: string[] = [];
				if (!same(inOrder(told), inOrder(charged))) found.push(`was told ${text(told)}, and is charged ${text(charged)}`);
				if (estimated.length !== untold)
					found.push(`${String(untold)} answers told nothing, ${String(estimated.length)} are charged by estimate`);
				for (const { chargedMicro, amountMicro } of estimated)
					if (chargedMicro !== amountMicro)
						found.push(`an answer that told nothing is charged ${String(chargedMicro)}, not ${String(amountMicro)}`);
				const implausible = holds.filter(({ isImplausible }) => isImplausible).length;
				if (implausible !== beyond) found.push(`${String(beyond)} bills cannot be, ${String(implausible)} are marked`);
				return found;
			}),
	},
	{
		name: 'a call whose billing nobody knows is charged what was expected',
		find: (ending) =>
			bySubject(ending, (requests, holds) => {
				const unknown = requests.filter(({ telling }) => telling === 'unknown').length;
				const expired = holds.filter(({ state }) => state === 'expired');
				if (expired.length !== unknown) return [`${String(unknown)} calls were lost, ${String(expired.length)} are charged as such`];
				return expired.flatMap(({ chargedMicro, expectedMicro }) =>
					chargedMicro === expectedMicro ? [] : [`a lost call is charged ${String(chargedMicro)}, not ${String(expectedMicro)}`],
				);
			}),
	},
	{
		name: 'items say what they were charged',
		find: (ending) => {
			// What comes after the deadline is charged when the item has left.
			if (ending.hasDeadline) return [];
			const said = ending.results.reduce((sum, { llmCredits }) => sum + microOf(llmCredits.credits), 0n);
			const charged = ending.holds.reduce((sum, { chargedMicro }) => sum + chargedMicro, 0n);
			return said === charged ? [] : [`they say ${String(said)}, and the ledger charged ${String(charged)}`];
		},
	},
	{
		name: 'no item pays for more calls than its passes and rungs, one repeat, its repair and its judge',
		find: ({ holds, mostPaid, items }) => {
			const paid = new Map<string, number>();
			for (const { tag, state } of holds) if (state === 'settled') paid.set(tag, (paid.get(tag) ?? 0) + 1);
			return items.flatMap(({ tag }) => {
				const count = paid.get(tag) ?? 0;
				return count > mostPaid ? [`${tag} paid for ${String(count)} calls, and ${String(mostPaid)} are enough`] : [];
			});
		},
	},
	{
		name: 'what was learnt is not tried again',
		find: ({ refusedAgain }) => refusedAgain.map((what) => `refused although it was known: ${what}`),
	},
	{
		name: 'no more calls at a time than were asked for',
		find: ({ mostAtOnce, concurrency }) => {
			const most = concurrency ?? MOST_CALLS;
			return mostAtOnce > most ? [`${String(mostAtOnce)} calls at a time, ${String(most)} were asked for`] : [];
		},
	},
	{
		name: 'billed is at most what was granted and what was in flight',
		find: ({ requests, grantedMicro }) => {
			const billed = requests.filter(({ telling }) => telling === 'told');
			return billed.flatMap(({ subject, row, beganAt }) => {
				const before = billed.filter(({ endedAt }) => endedAt < beganAt).reduce((sum, { costMicro }) => sum + costMicro, 0n);
				return before >= grantedMicro ? [`${subject} (${row}) began when ${String(before)} of ${String(grantedMicro)} were billed`] : [];
			});
		},
	},
	{
		name: 'nothing is overdrawn but by bills that nobody could expect',
		find: ({ requests, overdraftMicro, holds }) => {
			const odd = requests.filter(({ isOddlyPriced }) => isOddlyPriced).reduce((sum, { costMicro }) => sum + costMicro, 0n);
			const bounds = holds.filter(({ isImplausible }) => isImplausible).reduce((sum, { chargedMicro }) => sum + chargedMicro, 0n);
			return overdraftMicro > odd + bounds
				? [`${String(overdraftMicro)} are overdrawn, ${String(odd + bounds)} of it nobody could expect`]
				: [];
		},
	},
	{
		name: 'the balance is what was granted less what was charged, and nothing is held',
		find: ({ grantedMicro, availableMicro, heldMicro, overdraftMicro, holds }) => {
			const charged = holds.reduce((sum, { chargedMicro }) => sum + chargedMicro, 0n);
			const left = availableMicro < 0n ? availableMicro : availableMicro - overdraftMicro;
			const found =
				left === grantedMicro - charged ? [] : [`${String(grantedMicro)} granted, ${String(charged)} charged, ${String(left)} left`];
			return heldMicro === 0n ? found : [...found, `${String(heldMicro)} is still held`];
		},
	},
	{ name: 'the ledger proves itself', find: ({ violations }) => violations },
];

/** Everything that is wrong, each with the name of its invariant. */
export function brokenBy(ending: MixedEnding): string[] {
	return INVARIANTS.flatMap(({ name, find }) => find(ending).map((what) => `${name}: ${what}`));
}

function each({ results, items }: MixedEnding, find: (result: ItemResult, item: MixedItem) => readonly string[]): string[] {
	return results.flatMap((result, index) => {
		const item = items[index] ?? { tag: `item ${String(index)}`, subject: '' };
		return find(result, item).map((what) => `${item.tag} ${what}`);
	});
}

/** Items that ask the same share their calls. */
function bySubject(
	{ items, requests, holds }: MixedEnding,
	find: (requests: readonly BookedRequest[], holds: readonly HeldCall[]) => readonly string[],
): string[] {
	return [...new Set(items.map(({ subject }) => subject))].flatMap((subject) => {
		const tags = new Set(items.filter((item) => item.subject === subject).map(({ tag }) => tag));
		const own = requests.filter((request) => request.subject === subject);
		const rows = own.map(({ row }) => row).join(', ');
		return find(
			own,
			holds.filter(({ tag }) => tags.has(tag)),
		).map((what) => `${subject} ${what} (${rows})`);
	});
}

const inOrder = (amounts: readonly Micro[]): string[] => amounts.map(String).sort();
const text = (amounts: readonly Micro[]): string => `[${inOrder(amounts).join(' ')}]`;
const same = (one: unknown, other: unknown): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

function sorted(value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));
}

function microOf(credits: string): Micro {
	const [whole = '0', part = ''] = credits.split('.');
	return BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, '0'));
}
