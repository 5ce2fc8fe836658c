/** Owns answers that live and die with their process: the port in its simplest form. Refuses to outlive anything. */
import type { CacheLimits } from '../../core/nouns/profile';
import { compareInstants, hasPassed, later, type Instant } from '../../core/values/time';
import {
	bytesOfText,
	type AnswerChanges,
	type AnswerGroup,
	type AnswerSaving,
	type AnswerStore,
	type CachedAnswer,
	type KeptAnswer,
} from '../answer-store';

interface Shelf {
	/** `person` is a pseudonym. */
	readonly answers: Map<string, KeptAnswer & { readonly usedAtMs: Instant }>;
	readonly savings: Map<string, AnswerSaving>;
}

/** What the books know that answers lie beside. `assertUsable` throws once the ledger is closed. */
export interface Books {
	readonly assertUsable: () => void;
	readonly hasAccount: (accountId: string) => boolean;
	/** The pseudonym of a person who is known. */
	readonly pseudonymOf: (accountId: string, name: string) => string | undefined;
}

/** The answers of one ledger in memory. */
export class MemoryAnswers implements AnswerStore {
	readonly #shelves = new Map<string, Shelf>();
	readonly #books: Books;

	constructor(books: Books) {
		this.#books = books;
	}

	async find(accountId: string, key: string, atMs: Instant): Promise<CachedAnswer | null> {
		const found = this.#shelf(accountId)?.answers.get(key);
		if (!found || hasPassed(found.keptUntilMs, { atMs })) return Promise.resolve(null);
		const { usedAtMs: _usedAtMs, person: _person, ...answer } = found;
		return Promise.resolve(answer);
	}

	async write(accountId: string, { kept, used, saved }: AnswerChanges): Promise<void> {
		const shelf = this.#shelf(accountId) ?? this.#newShelf(accountId);
		for (const answer of kept) {
			const person = answer.person ? this.#books.pseudonymOf(accountId, answer.person.toWellFormed()) : null;
			if (person !== undefined) shelf?.answers.set(answer.key, { ...answer, person, usedAtMs: answer.storedAtMs });
		}
		for (const { key, atMs } of used) {
			const answer = shelf?.answers.get(key);
			if (answer) shelf?.answers.set(key, { ...answer, usedAtMs: later(answer.usedAtMs, atMs) });
		}
		for (const { day, campaign, calls, savedMicro } of saved) {
			const id = `${day} ${campaign}`;
			const before = shelf?.savings.get(id) ?? { day, campaign, calls: 0, savedMicro: 0n };
			shelf?.savings.set(id, { ...before, calls: before.calls + calls, savedMicro: before.savedMicro + savedMicro });
		}
		return Promise.resolve();
	}

	async trim(accountId: string, { maxAnswers, maxBytes }: CacheLimits): Promise<number> {
		const answers = this.#shelf(accountId)?.answers ?? new Map<string, never>();
		const newestFirst = [...answers.values()].sort((a, b) => compareInstants(b.usedAtMs, a.usedAtMs) || (a.key < b.key ? 1 : -1));
		let [count, bytes] = [0, 0];
		const removed = newestFirst.filter(({ text }) => {
			count += 1;
			bytes += bytesOfText(text);
			return count > maxAnswers || bytes > maxBytes;
		});
		for (const { key } of removed) answers.delete(key);
		return Promise.resolve(removed.length);
	}

	async summary(accountId: string): Promise<{ groups: AnswerGroup[]; savings: AnswerSaving[] }> {
		const shelf = this.#shelf(accountId);
		const groups = new Map<string, AnswerGroup>();
		for (const { campaign, node, text, storedAtMs } of shelf?.answers.values() ?? []) {
			const id = JSON.stringify([campaign, node]);
			const group = groups.get(id) ?? { campaign, node, answers: 0, bytes: 0, oldestAtMs: storedAtMs, newestAtMs: storedAtMs };
			groups.set(id, {
				...group,
				answers: group.answers + 1,
				bytes: group.bytes + bytesOfText(text),
				oldestAtMs: compareInstants(storedAtMs, group.oldestAtMs) < 0 ? storedAtMs : group.oldestAtMs,
				newestAtMs: later(storedAtMs, group.newestAtMs),
			});
		}
		return Promise.resolve({ groups: [...groups.values()], savings: [...(shelf?.savings.values() ?? [])] });
	}

	async clear(accountId: string, { campaign, node }: { campaign?: string; node?: string }): Promise<number> {
		return this.#remove(
			this.#shelf(accountId),
			(answer) => (campaign === undefined || answer.campaign === campaign) && (node === undefined || answer.node === node),
		);
	}

	/** How many answers there are to requests of this person. */
	countOf(accountId: string, pseudonym: string): number {
		return [...(this.#shelf(accountId)?.answers.values() ?? [])].filter(({ person }) => person === pseudonym).length;
	}

	/** Removes them. */
	forget(accountId: string, pseudonym: string): void {
		for (const { key, person } of this.#shelf(accountId)?.answers.values() ?? [])
			if (person === pseudonym) this.#shelves.get(accountId)?.answers.delete(key);
	}

	async purge(atMs: Instant): Promise<number> {
		this.#books.assertUsable();
		let purged = 0;
		for (const shelf of this.#shelves.values()) purged += await this.#remove(shelf, ({ keptUntilMs }) => hasPassed(keptUntilMs, { atMs }));
		return purged;
	}

	#remove(shelf: Shelf | null, isMeant: (answer: CachedAnswer) => boolean): Promise<number> {
		let removed = 0;
		for (const answer of shelf?.answers.values() ?? []) if (isMeant(answer) && shelf?.answers.delete(answer.key)) removed += 1;
		return Promise.resolve(removed);
	}

	#shelf(accountId: string): Shelf | null {
		this.#books.assertUsable();
		return this.#shelves.get(accountId) ?? null;
	}

	#newShelf(accountId: string): Shelf | null {
		if (!this.#books.hasAccount(accountId)) return null;
		const shelf: Shelf = { answers: new Map(), savings: new Map() };
		this.#shelves.set(accountId, shelf);
		return shelf;
	}
}
