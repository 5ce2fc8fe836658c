/**
 * Owns writing what was decided into a ledger file, within the transaction of its caller. Adds and replaces rows exactly as the
 * decision says; decides nothing.
 */
import { USAGE_COLUMNS } from '../../columns';
import type { Database, Statement } from 'better-sqlite3';
import { encodeLabels } from '../../../core/journal/journal';
import type { Decision, KeptResult } from '../../../core/nouns/snapshot';
import type { UsageDelta } from '../../../core/nouns/usage-totals';
import type { Account, Entry, GrantState, Hold } from '../../../core/nouns/records';
import { encodeAlerts, encodeAverages, encodeFrozen, encodeSettings } from '../../rows';
import { categoryCode, holdStateCode, kindCode, planCode, policyCode } from '../../words';
import { closingSeqs } from '../../related';
import { LabelSets } from './label-sets';
import { SqlitePersons } from './persons';
import type { StoredAccount } from './reader';

type Column = string | number | bigint | Buffer | null;
type Write = Statement<Column[]>;

/** Writes the nouns of the ledger into rows. */
export class Writer {
	readonly #addAccount: Write;
	readonly #changeTerms: Write;
	readonly #moveAccount: Write;
	readonly #putSettings: Write;
	readonly #putCounter: Write;
	readonly #addGrant: Write;
	readonly #putBalance: Write;
	readonly #addEntry: Write;
	readonly #addHold: Write;
	readonly #closeHold: Write;
	readonly #addUsage: Write;
	readonly #keepResult: Write;
	readonly #purgeResults: Write;
	readonly #putText: Write;
	readonly #removeText: Write;
	readonly #labelSets: LabelSets;
	readonly #persons: SqlitePersons;

	constructor(db: Database) {
		this.#addAccount = db.prepare(`
			INSERT INTO accounts (public_id, person_key, name, time_zone, plan, paid_since_ms, unconfirmed_policy, frozen, overdraft_micro, reach_micro, last_at_ms, last_seq, chain_hash, alerts, averages)
			VALUES (?, unhex(?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, unhex(?), ?, ?)`);
		this.#changeTerms = db.prepare(
			'UPDATE accounts SET name = ?, time_zone = ?, plan = ?, paid_since_ms = ?, unconfirmed_policy = ?, frozen = ? WHERE id = ?',
		);
		this.#moveAccount = db.prepare(`
			UPDATE accounts SET overdraft_micro = ?, reach_micro = ?, last_at_ms = ?, last_seq = ?, chain_hash = unhex(?), alerts = ?, averages = coalesce(?, averages)
			WHERE id = ?`);
		this.#putSettings = db.prepare('REPLACE INTO account_settings VALUES (?, ?)');
		this.#putCounter = db.prepare('REPLACE INTO budget_counters VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
		this.#addGrant = db.prepare('INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
		this.#putBalance = db.prepare('REPLACE INTO grant_balances VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
		this.#addEntry = db.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, unhex(?), unhex(?), ?, ?, ?, unhex(?))');
		this.#addHold = db.prepare('INSERT INTO holds VALUES (?, ?, ?, ?, ?)');
		this.#closeHold = db.prepare('UPDATE holds SET state = ?, closed_seq = ? WHERE account = ? AND seq = ?');
		this.#labelSets = new LabelSets(db);
		this.#persons = new SqlitePersons(db);
		this.#addUsage = db.prepare(`
			INSERT INTO usage_days (account, label_set, day, ${USAGE_COLUMNS.map(({ column }) => column).join(', ')})
			VALUES (?, ?, ?, ${USAGE_COLUMNS.map(() => '?').join(', ')})
			ON CONFLICT DO UPDATE SET ${USAGE_COLUMNS.map(({ column }) => `${column} = ${column} + excluded.${column}`).join(', ')}`);
		this.#keepResult = db.prepare('REPLACE INTO kept_results VALUES (?, ?, ?, ?)');
		this.#purgeResults = db.prepare('DELETE FROM kept_results WHERE kept_until_ms <= ?');
		this.#putText = db.prepare('REPLACE INTO account_texts VALUES (?, ?, ?)');
		this.#removeText = db.prepare('DELETE FROM account_texts WHERE account = ? AND name = ?');
	}

	/** Writes a decision that has entries; `stored` is the account that it was made on, `null` when it opens one. */
	write(decision: Decision, stored: StoredAccount | null): void {
		if (!decision.account) return;
		const id = this.#writeAccount(decision.account, decision, stored);
		if (decision.hasNewSettings) this.#putSettings.run(id, encodeSettings(decision.account.settings));
		const made = new Set(decision.entries.map((entry) => entry.seq));
		for (const entry of decision.entries) this.#writeEntry(id, entry);
		for (const grant of decision.grants) this.#writeGrant(id, grant, made.has(grant.seq));
		const closings = closingSeqs(decision.entries);
		for (const hold of decision.holds) this.#writeHold(id, hold, { isNew: made.has(hold.seq), closedSeq: closings.get(hold.seq) ?? null });
		for (const { budgetSeq, period, value, heldMicro, settledMicro, reachedRoomMicro, reachMicro } of decision.counters)
			this.#putCounter.run(id, budgetSeq, period, value, heldMicro, settledMicro, reachedRoomMicro, reachMicro);
		for (const usage of decision.usage) this.#writeUsage(id, usage);
		for (const result of decision.results) this.#writeResult(id, result);
		for (const { name, text } of decision.texts) {
			if (text === null) this.#removeText.run(id, name);
			else this.#putText.run(id, name, text);
		}
		this.#persons.write(id, decision.people);
	}

	/** Removes kept texts whose time is over at `atMs`; returns how many. */
	purgeResults(atMs: number): number {
		return this.#purgeResults.run(atMs).changes;
	}

	/** To be called when a transaction was rolled back: numbers given in it do not exist. */
	forget(): void {
		this.#labelSets.forget();
	}

	/** Most batches only move an account: writing its terms as well would take longer than all the rest of its row. */
	#writeAccount(account: Account, { averages, people }: Decision, stored: StoredAccount | null): bigint {
		const { overdraftMicro, reachMicro, lastAtMs, lastSeq, chainHash, alerts } = account;
		const position = [overdraftMicro, reachMicro, lastAtMs, lastSeq, chainHash, encodeAlerts(alerts), encodeAverages(averages)];
		const terms = termsOf(account);
		if (!stored) return BigInt(this.#addAccount.run(account.id, people.key, ...terms, ...position).lastInsertRowid);
		const before = termsOf(stored.account);
		if (terms.some((term, index) => term !== before[index])) this.#changeTerms.run(...terms, stored.id);
		this.#moveAccount.run(...position, stored.id);
		return stored.id;
	}

	#writeEntry(id: bigint, { seq, atMs, body, keyHash, requestHash, labels, labelsText, person, bodyText, hash }: Entry): void {
		const labelSet = labels === null ? null : this.#labelSet(labelsText);
		this.#addEntry.run(id, seq, atMs, kindCode(body.kind), keyHash, requestHash, labelSet, person, bodyText, hash);
	}

	#writeGrant(id: bigint, grant: GrantState, isNew: boolean): void {
		const { seq, category, amountMicro, priority, effectiveAtMs, expiresAtMs, promotionId, note } = grant;
		if (isNew) this.#addGrant.run(id, seq, categoryCode(category), amountMicro, priority, effectiveAtMs, expiresAtMs, promotionId, note);
		const { remainingMicro, heldMicro, settledMicro, expiredMicro, voidedMicro, isVoided } = grant;
		this.#putBalance.run(id, seq, remainingMicro, heldMicro, settledMicro, expiredMicro, voidedMicro, isVoided ? 1 : 0);
	}

	#writeHold(id: bigint, { seq, state, timeoutAtMs }: Hold, { isNew, closedSeq }: { isNew: boolean; closedSeq: number | null }): void {
		if (isNew) this.#addHold.run(id, seq, holdStateCode(state), timeoutAtMs, closedSeq);
		else this.#closeHold.run(holdStateCode(state), closedSeq, id, seq);
	}

	#writeUsage(id: bigint, usage: UsageDelta): void {
		const counts = USAGE_COLUMNS.map(({ name }) => usage[name]);
		this.#addUsage.run(id, this.#labelSet(encodeLabels(usage.labels)), usage.day, ...counts);
	}

	#writeResult(id: bigint, { holdSeq, keptUntilMs, text }: KeptResult): void {
		this.#keepResult.run(id, holdSeq, keptUntilMs, text);
	}

	#labelSet(text: string): bigint {
		return this.#labelSets.numberOf(text);
	}
}

/** What only its owner changes of an account, as columns. */
function termsOf({ name, timeZone, plan, paidSinceMs, unconfirmedPolicy, frozen }: Account): Column[] {
	return [name, timeZone, planCode(plan), paidSinceMs, policyCode(unconfirmedPolicy), encodeFrozen(frozen)];
}
