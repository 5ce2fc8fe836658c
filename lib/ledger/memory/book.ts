/** What one account of a ledger in memory is kept in, what a decision is told of it, and what it changes. */
import type { CostAverage } from '../../core/nouns/cost-averages';
import { counterKey } from '../../core/nouns/counters';
import type { Command } from '../../core/nouns/commands';
import type { PeopleSnapshot, Person } from '../../core/nouns/person';
import type { Account, BudgetCounter, Entry, GrantState, Hold } from '../../core/nouns/records';
import type { AccountSnapshot, Decision, KeptResult, SnapshotNeeds } from '../../core/nouns/snapshot';
import type { DaySpan, UsageDelta } from '../../core/nouns/usage-totals';
import { UsageTally } from '../../core/journal/usage-tally';
import { alertsNeeded, MAX_CLAIMED } from '../../core/rules/commands/claim';
import type { BatchTime } from '../../core/rules/draft/ledger-time';
import { countersNeeded } from '../../core/rules/draft/limits';
import { keptFor } from '../../core/rules/draft/people';
import { spansNeeded } from '../../core/rules/draft/spent-before';
import { withLaterDecisions } from '../../core/rules/later-decisions';
import { hasPassed, type Instant } from '../../core/values/time';
import { closingSeqs, grantsHeldBy, grantsNamedBy } from '../related';
import type { PageQuery } from '../store';
import { MemoryPersons } from './persons';

/** One account. */
export interface Book {
	account: Account | null;
	readonly grants: Map<number, GrantState>;
	readonly holds: Map<number, Hold>;
	/** For each hold, the number of the last entry that closed or refunded it. */
	readonly closings: Map<number, number>;
	readonly entries: Entry[];
	readonly entriesByKey: Map<string, Entry>;
	readonly promotions: Map<string, number>;
	readonly counters: Map<string, BudgetCounter>;
	averages: readonly CostAverage[];
	readonly usage: UsageTally;
	readonly results: Map<number, KeptResult>;
	readonly texts: Map<string, string>;
	readonly persons: MemoryPersons;
}

/** An account that is not there yet. */
export function emptyBook(personKey: string): Book {
	return {
		account: null,
		grants: new Map(),
		holds: new Map(),
		closings: new Map(),
		entries: [],
		entriesByKey: new Map(),
		promotions: new Map(),
		counters: new Map(),
		averages: [],
		usage: new UsageTally(),
		results: new Map(),
		texts: new Map(),
		persons: new MemoryPersons(personKey),
	};
}

/** What is to be told of an account. */
export interface Loading {
	readonly needs: SnapshotNeeds;
	readonly time: BatchTime;
	/** How many answers are kept of a person. */
	readonly answersOf?: (pseudonym: string) => number;
}

/** The snapshot for these commands. */
export function load(book: Book, commands: readonly Command[], { needs, time, answersOf = () => 0 }: Loading): AccountSnapshot {
	const { atMs, dueUntilMs } = time;
	const byKeys = (hashes: readonly string[]): Entry[] => hashes.flatMap((hash) => book.entriesByKey.get(hash) ?? []);
	const entries = withLaterDecisions(commands, { entries: byKeys(needs.keyHashes), asked: needs.keyHashes, load: byKeys });
	const promotions = new Map([...book.promotions].filter(([id]) => needs.promotionIds.includes(id)));
	const holdSeqs = new Set([...needs.holdSeqs, ...entries.map((entry) => entry.seq)]);
	const holds = [...book.holds.values()].filter(
		(hold) => holdSeqs.has(hold.seq) || (hold.state === 'open' && hasPassed(hold.timeoutAtMs, { atMs: dueUntilMs })),
	);
	const grantSeqs = new Set([
		...needs.grantSeqs,
		...promotions.values(),
		...entries.flatMap(grantsNamedBy),
		...holds.flatMap(grantsHeldBy),
	]);
	const grants = [...book.grants.values()].filter((grant) => grantSeqs.has(grant.seq) || grant.remainingMicro > 0n || grant.heldMicro > 0n);
	const { account, averages } = book;
	const spans = account ? spansNeeded(commands, { atMs, timeZone: account.timeZone }) : [];
	const spent = spans.map((span) => ({ span, totals: spentOn(book, span) }));
	const people = loadPeople(book, commands, { needs, holds, answersOf });
	const counters = loadCounters(book, commands, { holds, atMs, people });
	return { account, grants, holds, entries, promotions, counters, alerts: loadAlerts(book, commands), averages, spent, people };
}

function spentOn({ usage }: Book, { fromDay, untilDay }: DaySpan): UsageDelta[] {
	return usage.totals().filter(({ day }) => fromDay <= day && day <= untilDay);
}

function loadAlerts({ account, entries }: Book, commands: readonly Command[]): Entry[] {
	const afterSeq = alertsNeeded(commands, account);
	if (afterSeq === null) return [];
	return pageOf(
		entries.filter(({ body }) => body.kind === 'alerted'),
		{ afterSeq, limit: MAX_CLAIMED },
	);
}

function loadCounters(
	{ account, counters }: Book,
	commands: readonly Command[],
	{ holds, atMs, people }: { holds: readonly Hold[]; atMs: Instant; people: PeopleSnapshot },
): BudgetCounter[] {
	const refs = account ? countersNeeded(commands, { settings: account.settings, timeZone: account.timeZone, holds, atMs, people }) : [];
	return [...new Set(refs.map(counterKey))].flatMap((key) => counters.get(key) ?? []);
}

function loadPeople(
	{ persons, results, entries }: Book,
	commands: readonly Command[],
	{ needs, holds, answersOf }: { needs: SnapshotNeeds; holds: readonly Hold[]; answersOf: (pseudonym: string) => number },
): PeopleSnapshot {
	const ofResults = keptFor(commands, (seq) => holds.find((hold) => hold.seq === seq));
	const isOf = (person: Person, seq: number): boolean => entries[seq - 1]?.person === person.pseudonym;
	const kept = persons.find(needs.forgotten).map((person) => {
		const ofPerson = [...results.keys()].filter((seq) => isOf(person, seq));
		return [person.name, { results: ofPerson.length, answers: answersOf(person.pseudonym), plainEntries: 0 }] as const;
	});
	return { key: persons.key, persons: persons.find([...needs.names, ...ofResults]), kept: new Map(kept) };
}

/** Takes what was decided. */
export function apply(book: Book, decision: Decision): void {
	if (!decision.account) return;
	book.account = decision.account;
	for (const grant of decision.grants) {
		book.grants.set(grant.seq, grant);
		if (grant.promotionId !== null) book.promotions.set(grant.promotionId, grant.seq);
	}
	for (const hold of decision.holds) book.holds.set(hold.seq, hold);
	for (const [holdSeq, seq] of closingSeqs(decision.entries)) book.closings.set(holdSeq, seq);
	for (const entry of decision.entries) {
		book.entries.push(entry);
		if (entry.keyHash !== null) book.entriesByKey.set(entry.keyHash, entry);
	}
	for (const counter of decision.counters) book.counters.set(counterKey(counter), counter);
	book.averages = decision.averages ?? book.averages;
	for (const { day, labels, ...counts } of decision.usage) book.usage.add(day, labels, counts);
	for (const result of decision.results) book.results.set(result.holdSeq, result);
	const { forgotten } = book.persons.apply(decision.people);
	for (const seq of book.results.keys()) if (forgotten.has(book.entries[seq - 1]?.person ?? '')) book.results.delete(seq);
	for (const { name, text } of decision.texts) {
		if (text === null) book.texts.delete(name);
		else book.texts.set(name, text);
	}
}

/** The rows behind `afterSeq`, at most `limit`. */
export function pageOf<T extends { readonly seq: number }>(rows: readonly T[], { afterSeq, limit }: PageQuery): T[] {
	return rows.filter((row) => row.seq > afterSeq).slice(0, limit);
}
