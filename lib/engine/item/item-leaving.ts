/**
 * Owns how one item leaves: with an answer once it passed its checks, with an older answer to the same request, or with the fallback
 * values, and what it says about that. Refuses to let an answer leave that nobody looked at.
 */
import { holdId } from '../../core/nouns/records';
import { formatCredits } from '../../core/values/money';
import type { ActionContext } from '../plan/action-types';
import { AnswerGates, type AskedOf } from './answer-gates';
import { FallbackError } from '../outcome/fallback-error';
import type { PlannedItem } from '../call/planned-item';
import { creditsOrNull, tokenUsageOf, type ItemResult } from '../outcome/item-result';
import type { ItemReuse, Reused } from './item-reuse';
import type { ItemState } from '../call/item-state';
import type { Rung } from '../plan/ladder-plan';
import type { Answer } from '../call/rung-run';

const OFFLINE =
	'The ledger is away. This call was paid from the credits that the connection allows meanwhile, and is charged when the ledger is back.';

/** What produced an item, why, and what people should know. */
type End = Pick<ItemResult['llmCredits'], 'source' | 'reason' | 'message'>;

/** Where an answer came from, and what it is looked at with. */
interface Passing {
	readonly rung: Rung;
	/** Why the first rung was not taken. */
	readonly why: () => FallbackError;
	readonly asked: AskedOf;
	/** `null`: answers are not used again. */
	readonly reuse: ItemReuse | null;
}

/** The way out of one item; used once. */
export class ItemLeaving {
	readonly #context: ActionContext;
	readonly #state: ItemState;

	constructor(context: ActionContext, state: ItemState) {
		this.#context = context;
		this.#state = state;
	}

	/** What leaves when the answer passed. What a check had to replace, or could not look at, is nothing for others. */
	async passed(item: PlannedItem, given: Answer, passing: Passing): Promise<ItemResult> {
		const { rung, reuse } = passing;
		const answer = await this.#checked(item, given, passing);
		const { checks } = this.#state.marks;
		const isSound = checks === null || checks.outcome === 'repaired';
		if (answer.isWhole && !answer.isStored && isSound) reuse?.keep(rung, answer, this.#state.sums.chargedMicro);
		return this.#answered(answer, passing);
	}

	/** The answer once it passed; what did not pass ends the item. */
	async #checked(item: PlannedItem, answer: Answer, { rung, asked }: Passing): Promise<Answer> {
		const end = await new AnswerGates(item, { rung, asked }).pass(answer);
		this.#state.mark({ checks: end.checks });
		const note = await this.#state.conclude(end.kind === 'passed' && end.checks?.outcome !== 'replaced' ? 'passed' : 'failed');
		// A retry that gets its stored answers was counted when they were paid.
		if (end.checks && !answer.isStored) (await item.ledger.openChecks().catch(() => null))?.note(end.checks, item.plan.reserve.labels);
		if (end.kind === 'failed') throw new FallbackError('failed_checks', end.message);
		return { ...end.answer, message: end.answer.message ?? note };
	}

	#answered({ attributes, isStored, message }: Answer, { rung, why: whyNot }: Passing): ItemResult {
		const source = rung.index === 0 ? 'model' : 'cheaper_model';
		if (isStored) return this.#result('result', attributes, { source, reason: 'replayed', message });
		if (rung.index === 0) return this.#result('result', attributes, { source, reason: 'answered', message });
		const why = whyNot();
		return this.#result('result', attributes, { source, reason: why.reason, message: message ?? why.message });
	}

	/** Below the models: an answer to the same request that is not too old, and in the end the fallback values. */
	async withoutModel(why: FallbackError, reuse: ItemReuse | null): Promise<ItemResult> {
		const { reason, message } = why;
		const reused = await reuse?.inNeed(why);
		if (reused) {
			const note = `${message} An answer of ${reused.day} to the same request is used.`;
			return this.reused(reused, { reason, message: note });
		}
		const route = reason === 'batch_pending' ? 'pending' : 'fallback';
		return this.#result(route, this.#context.contract.fallbacks(), { source: 'fallback', reason, message });
	}

	/** With an answer that was given before. */
	reused({ attributes, model }: Reused, end: Omit<End, 'source'>): ItemResult {
		this.#state.mark({ model, checks: null });
		return this.#result('result', attributes, { source: 'cache', ...end });
	}

	#result(route: ItemResult['route'], attributes: Record<string, unknown>, end: End): ItemResult {
		const { chargedMicro, reservedMicro, availableMicro, usage, attempts, unconfirmed, hold, passes } = this.#state.sums;
		const { model, checks, batch, holdSeq } = this.#state.marks;
		const isOffline = hold !== null && hold.seq < 0;
		const seq = hold?.seq ?? holdSeq;
		return {
			route,
			attributes,
			llmCredits: {
				...end,
				message: end.message ?? (isOffline ? OFFLINE : null),
				model,
				credits: formatCredits(chargedMicro),
				reserved: formatCredits(reservedMicro),
				balance: creditsOrNull(isOffline ? null : availableMicro),
				usage,
				attempts,
				...(unconfirmed > 0 ? { unconfirmed } : {}),
				latencyMs: Math.round(this.#state.time.spentMs),
				holdId: seq === null ? null : holdId(seq),
				purpose: this.#context.labels.purpose,
				checks,
				...(batch ? { batch } : {}),
				passes: passes.length === 0 ? null : passes.map(({ chargedMicro: micro, ...pass }) => ({ ...pass, credits: formatCredits(micro) })),
			},
			tokenUsage: tokenUsageOf(usage),
		};
	}
}
