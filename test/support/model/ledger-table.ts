/**
 * Owns ledger scenarios as text, one line a step: `at 10d | reserve a 5 timeout 1h | reserved | available 95 | held 5`.
 * Amounts are credits, grants are g1, g2 … in order of making, holds go by their key, the further calls of one as `a.2`, `a.3` … The
 * alternatives of a reserve stand between `/`, their calls between `+`, a call's model after `@`: `2@big+3@big/1@small`. What is asked together in one batch stands
 * between `&`, and so do its answers. Refuses a line it does not understand.
 */
import { expect } from 'chai';
import { balanceAt } from '../../../lib/core/rules/draft/balance';
import { spendableMicro } from '../../../lib/core/rules/draft/spendable';
import type { Command, Outcome, SettleCommand } from '../../../lib/core/nouns/commands';
import type { Promotion } from '../../../lib/core/nouns/promotion';
import { nameOf } from '../../../lib/core/nouns/person';
import type { BudgetCounter, Entry, GrantState } from '../../../lib/core/nouns/records';
import type { GrantCategory, Plan } from '../../../lib/core/nouns/words';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import type { LedgerStore } from '../../../lib/ledger/store';
import { openAccount } from '../ledger/ledger-commands';
import { alternativesOf, capsOf, counterTexts, labelsOf, limitCommand, micro, optionsOf, tell } from './ledger-table-limits';
import { alertCommand, alertWords, toldWords } from './ledger-table-alerts';
import { ManualClock } from '../machine/manual-clock';

const OWN_ACCOUNT = 'acme';
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export interface TableOptions {
	readonly timeZone?: string;
	readonly start?: string;
	readonly plan?: Plan;
	readonly promotions?: readonly Promotion[];
	/** A store to take the scenario in, and the account to open in it; the caller proves and closes it. */
	readonly ledger?: { readonly store: LedgerStore; readonly clock: ManualClock; readonly accountId: string };
}

/** `1d-1ms` in milliseconds; an ISO instant is taken relative to the start. */
function spanMs(text: string, startMs: number): number {
	if (/^\d{4}-/.test(text)) return Date.parse(text) - startMs;
	const parts = [...text.matchAll(/([+-]?\d+)(ms|[smhd])/g)];
	if (text !== '0' && parts.map(([part]) => part).join('') !== text) throw new Error(`"${text}" is not a span of time.`);
	return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? NaN), 0);
}

class Scenario {
	readonly #store: LedgerStore;
	readonly #startMs: number;
	readonly #options: TableOptions;
	readonly #grantSeqs: number[] = [];
	readonly #holdSeqs = new Map<string, number>();
	readonly #budgetSeqs = new Map<string, number>([['cap', 0]]);
	readonly #clock: ManualClock;
	readonly #accountId: string;
	#keys = 0;
	/** Number of the newest entry before the step. */
	#seenSeq = 0;

	constructor(options: TableOptions) {
		this.#options = options;
		this.#startMs = Date.parse(options.start ?? '2026-04-08T12:00:00Z');
		const { store, clock = new ManualClock(), accountId = OWN_ACCOUNT } = options.ledger ?? {};
		this.#clock = clock;
		this.#clock.nowMs = this.#startMs;
		this.#accountId = accountId;
		this.#store = store ?? openMemoryLedger({ clock: clock.read });
	}

	async run(lines: readonly string[]): Promise<void> {
		const { timeZone = 'UTC', plan = 'paid' } = this.#options;
		await this.#store.commit(this.#accountId, [openAccount({ timeZone, plan })]);
		for (const line of lines) await this.#step(line);
		if (!this.#options.ledger) expect((await verifyLedger(this.#store)).violations).to.deep.equal([]);
	}

	async #step(line: string): Promise<void> {
		const [at = '', action = '', ...expectations] = line.split('|').map((part) => part.trim());
		this.#clock.nowMs = this.#startMs + spanMs(at.replace(/^at /, ''), this.#startMs);
		const commands = action.split(/\s+&\s+/).flatMap((each) => this.#command(each.split(/\s+/)) ?? []);
		this.#seenSeq = (await this.#store.snapshot(this.#accountId)).account?.lastSeq ?? 0;
		const outcomes = await this.#store.commit(this.#accountId, commands);
		for (const [index, outcome] of outcomes.entries()) this.#remember(commands[index], outcome);
		for (const expectation of expectations) await this.#expect(expectation, { line, outcomes });
	}

	#remember(command: Command | undefined, outcome: Outcome): void {
		if (outcome.kind === 'granted' && !outcome.isReplayed) this.#grantSeqs.push(outcome.grant.seq);
		if (outcome.kind === 'refunded' && outcome.renewed) this.#grantSeqs.push(outcome.renewed.seq);
		if (outcome.kind === 'reserved' && command && 'key' in command) {
			const { hold, further } = outcome;
			for (const { seq, pass } of [hold, ...further])
				this.#holdSeqs.set(pass === 0 ? command.key : `${command.key}.${String(pass + 1)}`, seq);
		}
		if (outcome.kind === 'account') for (const { name, seq } of outcome.account.settings.budgets) this.#budgetSeqs.set(name, seq);
	}

	/** With names in the place of pseudonyms. */
	async #counters(): Promise<BudgetCounter[]> {
		const counters = await this.#store.counters(this.#accountId);
		const persons = await this.#store.names.find(
			this.#accountId,
			counters.map(({ value }) => value),
		);
		return counters.map((counter) => ({ ...counter, value: nameOf(counter.value, persons ?? []) ?? counter.value }));
	}

	#command([verb = '', first = '', second = '', ...rest]: readonly string[]): Command | null {
		const key = `key-${String((this.#keys += 1))}`;
		switch (verb) {
			case 'look':
				return null;
			case 'grant':
				return this.#grant(first, second, optionsOf(rest), key);
			case 'void':
				return { kind: 'void_grant', key, grantSeq: this.#grantSeq(first) };
			case 'plan':
				return { kind: 'change_account', key, plan: first as Plan };
			case 'policy':
				return { kind: 'change_account', key, unconfirmedPolicy: first as 'release' | 'charge' };
			case 'freeze':
				return { kind: 'freeze_account', key, reason: [first, second, ...rest].join(' ').trim() };
			case 'thaw':
				return { kind: 'thaw_account', key };
			case 'zone':
				return { kind: 'change_account', key, timeZone: first };
			case 'claim':
				return this.#claim(first, key);
			case 'reserve':
				return this.#reserve(first, second, rest);
			case 'settle':
				return {
					kind: 'settle',
					holdSeq: this.#holdSeq(first),
					actualMicro: micro(second),
					measure: 'reported',
					usage: null,
					result: null,
					...reportedIn(optionsOf(rest)),
				};
			case 'release':
			case 'expire':
				return { kind: verb, holdSeq: this.#holdSeq(first) };
			case 'refund':
				return this.#refund(first, second, { rest, key });
			default: {
				const command = limitCommand([verb, first, second, ...rest], key) ?? alertCommand([verb, first, second, ...rest], key);
				if (!command) throw new Error(`There is no action "${verb}".`);
				return command;
			}
		}
	}

	#grant(category: string, amount: string, options: Map<string, string>, key: string): Command {
		const [exp, days, from] = [options.get('exp'), options.get('days'), options.get('from')];
		return {
			kind: 'grant',
			key: options.get('key') ?? key,
			category: category as GrantCategory,
			amountMicro: micro(amount),
			priority: Number(options.get('prio') ?? 50),
			effectiveAtMs: from === undefined ? null : this.#startMs + spanMs(from, this.#startMs),
			expiry:
				exp !== undefined
					? { atMs: this.#startMs + spanMs(exp, this.#startMs) }
					: days !== undefined
						? { days: Number(days), rule: 'end_of_day' }
						: null,
			note: null,
		};
	}

	#claim(id: string, key: string): Command {
		const promotion = this.#options.promotions?.find((each) => each.id === id);
		if (!promotion) throw new Error(`There is no promotion "${id}".`);
		return { kind: 'claim_promotion', key, promotion };
	}

	#refund(hold: string, amount: string, { rest, key }: { rest: readonly string[]; key: string }): Command {
		const options = optionsOf(rest.filter((word) => word !== 'renews'));
		return {
			kind: 'refund',
			key: options.get('key') ?? key,
			holdSeq: this.#holdSeq(hold),
			amountMicro: amount === 'rest' ? null : micro(amount),
			renews: rest.includes('renews'),
		};
	}

	#reserve(key: string, amount: string, rest: readonly string[]): Command {
		const options = optionsOf(rest.filter((word) => word !== 'waits'));
		return {
			kind: 'reserve',
			key,
			fingerprint: options.get('asking') ?? 'same',
			alternatives: alternativesOf(amount),
			timeoutMs: spanMs(options.get('timeout') ?? '15m', 0),
			labels: labelsOf(options),
			person: options.get('person') ?? null,
			sendId: options.get('send') ?? null,
			executionId: options.get('execution') ?? null,
			caps: capsOf(options),
			mayWait: rest.includes('waits'),
		};
	}

	async #expect(expectation: string, { line, outcomes }: { line: string; outcomes: readonly Outcome[] }): Promise<void> {
		const told = expectation.split(/\s+&\s+/);
		if (told.length > 1) {
			told.forEach((each, index) => void expect(tell(outcomes[index]), line).to.include(each));
			return;
		}
		const [outcome] = outcomes;
		const [name = '', ...rest] = expectation.split(/\s+/);
		const value = rest.join(' ');
		const snapshot = await this.#store.snapshot(this.#accountId);
		const balance = balanceAt(snapshot, { accountId: this.#accountId });
		switch (name) {
			case 'available':
				return void expect(balance.availableMicro, line).to.equal(micro(value));
			case 'held':
				return void expect(balance.heldMicro, line).to.equal(micro(value));
			case 'overdraft':
				return void expect(balance.overdraftMicro, line).to.equal(micro(value));
			case 'spendable':
				return void expect(spendableMicro(balance), line).to.equal(micro(value));
			case 'ahead':
				return void expect(balance.ahead === null ? 'none' : new Date(balance.ahead.untilMs).toISOString(), line).to.equal(value);
			case 'order':
				return void expect(balance.grants.map((grant) => `g${String(this.#grantSeqs.indexOf(grant.seq) + 1)}`).join(' '), line).to.equal(
					value,
				);
			case 'expires':
				return void expect(outcome?.kind === 'granted' && outcome.grant.expiresAtMs, line).to.equal(Date.parse(value));
			case 'alerts':
				return void expect(alertWords(await this.#newEntries(), this.#grantName).join(' ') || 'none', line).to.equal(value);
			case 'told':
				return void expect(toldWords(outcome, this.#grantName), line).to.equal(value);
			case 'slices':
				return void expect(this.#slicesOf(outcome), line).to.equal(value);
			case 'seq':
				return void expect(snapshot.account?.lastSeq, line).to.equal(Number(value));
			case 'counters':
				return void expect(await this.#store.counters(this.#accountId), line).to.have.length(Number(value));
			case 'counter':
				return this.#expectCounter(rest, line);
			default:
				if (!/^g\d+$/.test(name)) return void expect(tell(outcome), line).to.include(expectation);
		}
		const grant = snapshot.grants.find((each) => each.seq === this.#grantSeq(name));
		expectGrant(grant, { buckets: optionsOf(rest), line });
	}

	async #newEntries(): Promise<readonly Entry[]> {
		return this.#store.entries(this.#accountId, { afterSeq: this.#seenSeq, limit: 1000, kind: 'alerted' });
	}

	readonly #grantName = (seq: number): string => `g${String(this.#grantSeqs.indexOf(seq) + 1)}`;

	async #expectCounter(words: readonly string[], line: string): Promise<void> {
		const counters = await this.#counters();
		const { expected, actual } = counterTexts(words, { counters, seqOf: (name) => this.#budgetSeqs.get(name) });
		expect(actual, line).to.equal(expected);
	}

	#slicesOf(outcome: Outcome | undefined): string {
		if (!outcome || !('hold' in outcome)) return '';
		const { slices } = outcome.hold;
		return slices
			.map((slice) => `g${String(this.#grantSeqs.indexOf(slice.grantSeq) + 1)}:${String(slice.amountMicro / 1_000_000n)}`)
			.join(' ');
	}

	#grantSeq(name: string): number {
		return this.#grantSeqs[Number(name.slice(1)) - 1] ?? 999_999;
	}

	#holdSeq(key: string): number {
		return this.#holdSeqs.get(key) ?? 999_999;
	}
}

function expectGrant(grant: GrantState | undefined, { buckets, line }: { buckets: ReadonlyMap<string, string>; line: string }): void {
	const told = {
		remaining: grant?.remainingMicro,
		held: grant?.heldMicro,
		settled: grant?.settledMicro,
		expired: grant?.expiredMicro,
		voided: grant?.voidedMicro,
	};
	for (const [bucket, amount] of buckets) expect(told[bucket as keyof typeof told], `${line}: ${bucket}`).to.equal(micro(amount));
}

/** Runs a table. Empty lines and lines that begin with # are skipped. */
export async function runTable(table: string, options: TableOptions = {}): Promise<void> {
	const lines = table.split('\n').map((line) => line.trim());
	await new Scenario(options).run(lines.filter((line) => line !== '' && !line.startsWith('#')));
}

/** `list 10 reported 12`: what the list says, and what the provider said that the call cost. */
function reportedIn(options: ReadonlyMap<string, string>): Pick<SettleCommand, 'facts'> {
	const [list, reported] = [options.get('list'), options.get('reported')];
	return list === undefined || reported === undefined ? {} : { facts: { listMicro: micro(list), reportedMicro: micro(reported) } };
}
