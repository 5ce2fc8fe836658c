/**
 * Owns how one item uses answers that were given to identical requests: a fresh one before any model is asked, one that another item is
 * just getting, an older one where no model can answer. Refuses answers that do not fit the form or the checks of the item, and to keep
 * what a preview asked: it shows what a call costs.
 */
import { dayOf } from '../../core/values/time';
import type { Micro } from '../../core/values/money';
import type { CachedAnswer, KeptAnswer } from '../../ledger/answer-store';
import { nowOf } from '../account/ledger-now';
import type { AnswerCache } from '../account/answer-cache';
import { freeFindings, type AskedOf } from './answer-gates';
import { answerKey } from './answer-key';
import type { FallbackError } from '../outcome/fallback-error';
import type { PlannedItem } from '../call/planned-item';
import type { Rung } from '../plan/ladder-plan';
import type { Answer } from '../call/rung-run';
import { inPlace } from '../waiting/slots';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Whoever has no deadline waits this long for what another item asks, and then asks by itself. */
const LONGEST_WAIT_MS = 15 * 60_000;
/** A longer answer is not kept: the ledger is no store of documents. */
const MAX_KEPT_CHARACTERS = 100_000;

/** An answer that was given before. */
export interface Reused {
	readonly attributes: Record<string, unknown>;
	/** The model that gave it. */
	readonly model: string;
	/** Calendar day of the account on which it was given. */
	readonly day: string;
}

/** An answer that was given before, or what the item got by itself. */
export type Got<T> = { readonly reused: Reused } | { readonly own: T };

/** Reasons that say nothing about models: there is no request, or the item is not wanted any more. */
const NO_NEED: ReadonlySet<FallbackError['reason']> = new Set([
	'batch_pending',
	'cancelled',
	'empty_prompt',
	'idempotency_conflict',
	'invalid_item',
	'ledger_unavailable',
]);

/** The reuse of answers for one item. */
export class ItemReuse {
	readonly #item: PlannedItem;
	readonly #asked: AskedOf;
	/** `null`: none is wanted, or they cannot be reached. */
	readonly #answers: AnswerCache | null;
	/** What this item has given to others. */
	#kept: KeptAnswer | null = null;

	private constructor(item: PlannedItem, { asked, answers }: { asked: AskedOf; answers: AnswerCache | null }) {
		this.#item = item;
		this.#asked = asked;
		this.#answers = answers;
	}

	/** The reuse for an item that is asked of like this. */
	static async of(item: PlannedItem, asked: AskedOf): Promise<ItemReuse> {
		const isWanted = item.context.values.reuseAnswers !== 'never';
		return new ItemReuse(item, { asked, answers: isWanted ? await item.ledger.openAnswers() : null });
	}

	/** A fresh answer, one that another item is just getting, or what `ask` comes to. Rejects as `ask` does. */
	async orAsk<T>(ask: () => Promise<T>): Promise<Got<T>> {
		const { context, plan, time } = this.#item;
		const { reuseAnswers, reuseFreshHours } = context.values;
		const [first] = plan.rungs;
		if (!this.#answers || reuseAnswers !== 'first' || this.#isPreview || !first) return { own: await ask() };
		const key = this.#keyOf(first);
		const mine: { got?: Got<T> } = {};
		const lookOrAsk = async (): Promise<CachedAnswer | null> => {
			const fresh = await this.#find(key, reuseFreshHours * HOUR_MS);
			mine.got = fresh ? { reused: this.#saved(fresh) } : { own: await ask() };
			return fresh?.answer ?? this.#kept;
		};
		// Looking is shared as well: who looks just before an answer is kept must not ask just after.
		const patience = { waitMs: Math.min(time.leftMs, LONGEST_WAIT_MS), signal: time.stopsWaiting, aside: context.aside ?? inPlace };
		const { value, isShared } = await this.#answers.underWay.share(key, lookOrAsk, patience);
		const shared = isShared && value ? await this.#read(value) : null;
		if (shared) return { reused: this.#saved(shared) };
		return mine.got ?? { own: await ask() };
	}

	/** An answer of any rung that is not too old, where no model could answer for this reason. */
	async inNeed({ reason }: FallbackError): Promise<Reused | null> {
		const { context, plan } = this.#item;
		if (NO_NEED.has(reason)) return null;
		for (const rung of plan.rungs) {
			const found = await this.#find(this.#keyOf(rung), context.values.reuseNeedDays * DAY_MS);
			if (!found) continue;
			this.#answers?.noteUse(found.answer);
			return found.reused;
		}
		return null;
	}

	/** Keeps an answer that passed, for others. */
	keep(rung: Rung, { attributes }: Answer, costMicro: Micro): void {
		const { context, plan } = this.#item;
		const { reuseAnswers, reuseFreshHours, reuseNeedDays } = context.values;
		const text = encode({ model: rung.calls.at(-1)?.model ?? '', values: JSON.stringify(attributes) });
		if (!this.#answers || this.#isPreview || text.length > MAX_KEPT_CHARACTERS) return;
		const storedAtMs = nowOf(this.#item.ledger, context.timing);
		const keptForMs = Math.max(reuseAnswers === 'first' ? reuseFreshHours * HOUR_MS : 0, reuseNeedDays * DAY_MS);
		const { labels, person } = plan.reserve;
		const { campaign = '', node = '' } = labels;
		this.#kept = { key: this.#keyOf(rung), campaign, node, person, text, storedAtMs, keptUntilMs: storedAtMs + keptForMs, costMicro };
		this.#answers.keep(this.#kept);
	}

	get #isPreview(): boolean {
		return this.#item.context.labels.purpose === 'preview';
	}

	async #find(key: string, maxAgeMs: number): Promise<Found | null> {
		const answer = await this.#answers?.find(key, maxAgeMs);
		return answer ? this.#read(answer) : null;
	}

	/** A kept answer as attributes, or null for one that has not the form, or would not pass the checks, of this item. */
	async #read(answer: CachedAnswer): Promise<Found | null> {
		const { context, profile } = this.#item;
		const text = decode(answer.text);
		const reading = context.contract.read(text.values, { allowsPlainText: false });
		if (reading.kind !== 'values') return null;
		if ((await freeFindings(context, reading.values, this.#asked)).length > 0) return null;
		return { answer, reused: { attributes: reading.values, model: text.model, day: dayOf(answer.storedAtMs, profile.account.timeZone) } };
	}

	/** A call was not made because of it. */
	#saved({ answer, reused }: Found): Reused {
		this.#answers?.noteUse(answer);
		this.#answers?.noteSaving(answer, this.#item.plan.reserve.labels.campaign ?? '');
		return reused;
	}

	#keyOf(rung: Rung): string {
		return answerKey(this.#item, rung);
	}
}

interface Found {
	readonly answer: CachedAnswer;
	readonly reused: Reused;
}

interface KeptText {
	readonly model: string;
	/** JSON. */
	readonly values: string;
}

/** The model in the first line, the values behind it. */
function encode({ model, values }: KeptText): string {
	return `${model.replaceAll('\n', ' ')}\n${values}`;
}

function decode(text: string): KeptText {
	const end = text.indexOf('\n');
	return { model: text.slice(0, end), values: text.slice(end + 1) };
}
