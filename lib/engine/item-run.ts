/**
 * Owns the way of one item: reserve, call, settle, in this order, again where that may help, else the fallback values.
 * No transaction is open while the provider is asked. A billed attempt is settled even when its answer is of no use.
 */
import { isCreditError, isLedgerFault } from '../core/errors';
import { nextMove } from '../core/ladder';
import { holdId, type Hold, type RefusalReason } from '../core/model';
import { formatCredits, type Micro } from '../core/money';
import type { Usage } from '../core/usage';
import type { Reason } from '../params/fallback-switch';
import { REFUSAL_MESSAGES } from './fault-reasons';
import { creditsOrNull, tokenUsageOf, type ItemResult } from './item-result';
import { decodeKept } from './kept-result';
import type { LedgerAccount } from './ledger-account';
import type { ActionContext, ActionItem, ItemInput } from './action-types';
import { MeteredCall } from './metered-call';
import { planCall, type CallPlan, type SizedCall } from './call-plan';

/** More keys than this for one item mean that something goes round in circles. */
const MAX_KEYS = 100;
const REPLAY_POLL_MS = 250;

/** Ends the item with its fallback values. Thrown inside this module only. */
class Fallback extends Error {
	constructor(
		readonly reason: Reason,
		message: string,
	) {
		super(message);
	}
}

interface Answer {
	readonly reason: 'answered' | 'replayed';
	readonly attributes: Record<string, unknown>;
	readonly message: string | null;
}

/** One item on its way through; used once. */
export class ItemRun {
	readonly #context: ActionContext;
	readonly #item: ActionItem;
	readonly #startedMs: number;
	#model = '';
	#attempts = 0;
	#chargedMicro: Micro = 0n;
	#availableMicro: Micro | null = null;
	#usage: Usage | null = null;
	#hold: Hold | null = null;

	constructor(context: ActionContext, item: ActionItem) {
		this.#context = context;
		this.#item = item;
		this.#startedMs = context.timing.monotonicMs();
		this.#model = context.values.model;
	}

	/** Never rejects for anything an item, a provider or a ledger can do. */
	async run(): Promise<ItemResult> {
		try {
			const answer = await this.#answer();
			return this.#result('result', answer.attributes, { source: 'model', reason: answer.reason, message: answer.message });
		} catch (error) {
			const { reason, message } = error instanceof Fallback ? error : faultOf(error);
			return this.#result('fallback', this.#context.contract.fallbacks(), { source: 'fallback', reason, message });
		}
	}

	async #answer(): Promise<Answer> {
		if (this.#item.signal?.aborted) throw cancelled();
		const input = await this.#readInput();
		this.#model = input.model;
		if (input.prompt.trim() === '')
			throw new Fallback('empty_prompt', 'The prompt is empty for this item. Check the fields it is made of.');
		const plan = this.#plan(input);
		const ledger = await this.#openLedger();
		for (let number = 1; number <= MAX_KEYS; number += 1) {
			const answer = await this.#tryKey(ledger, plan, number === 1 ? plan.key : `${plan.key}#${String(number)}`);
			if (answer) return answer;
		}
		throw new Fallback('provider_error', 'The item was tried too often under one idempotency key. Use a new key.');
	}

	/** One key, one hold: `null` when the item should try again under a new key. */
	async #tryKey(ledger: LedgerAccount, plan: CallPlan, key: string): Promise<Answer | null> {
		const reserved = await ledger.reserve({ ...plan.reserve, key, signal: this.#item.signal ?? null });
		this.#availableMicro = reserved.availableMicro;
		if (this.#item.signal?.aborted) {
			if (reserved.kind === 'reserved' && !reserved.isReplayed) await ledger.release(reserved.hold.seq);
			throw cancelled();
		}
		if (reserved.kind === 'refused') throw refused(reserved);
		this.#hold = reserved.hold;
		const { hold, taken } = reserved;
		return taken ? this.#call(ledger, { plan, hold, taken }) : this.#replay(ledger, { plan, key, hold });
	}

	async #call(ledger: LedgerAccount, { plan, hold, taken }: { plan: CallPlan; hold: Hold; taken: SizedCall }): Promise<Answer | null> {
		const call = new MeteredCall({
			context: this.#context,
			ledger,
			plan,
			hold,
			outputLimitTokens: taken.outputLimitTokens,
			attemptsBefore: this.#attempts,
			signal: this.#item.signal ?? null,
		});
		const end = await call.run();
		this.#attempts += call.attempts;
		this.#chargedMicro += call.chargedMicro;
		this.#availableMicro = call.availableMicro ?? this.#availableMicro;
		this.#usage = call.usage ?? this.#usage;
		if (end.kind === 'answered') return { reason: 'answered', attributes: end.attributes, message: end.message };
		if (end.move === 'retry' && !this.#item.signal?.aborted) return null;
		throw new Fallback(end.reason, end.message);
	}

	/** A key that was used before: its answer, when it was kept; its rung again, when it was unusable; never a second charge. */
	async #replay(ledger: LedgerAccount, { plan, key, hold }: { plan: CallPlan; key: string; hold: Hold }): Promise<Answer | null> {
		const closed = hold.state === 'open' ? await this.#waitForClosing(ledger, { plan, key }) : hold;
		this.#hold = closed;
		if (closed.state === 'released' || closed.state === 'expired') return null;
		this.#chargedMicro += closed.actualMicro ?? 0n;
		this.#attempts += 1;
		const kept = decodeKept(await ledger.keptResult(closed.seq));
		if (!kept)
			throw new Fallback(
				'result_not_kept',
				'This item was paid for before, but its answer is not kept any more. Keep answers for longer, or use a new idempotency key.',
			);
		this.#usage = kept.usage ?? this.#usage;
		if (kept.kind === 'values') return { reason: 'replayed', attributes: kept.values, message: null };
		const move = nextMove(
			{ kind: 'unusable', isRetryable: true },
			{ attempt: this.#attempts, maxAttempts: this.#context.values.maxAttempts },
		);
		if (move === 'retry') return null;
		throw new Fallback(kept.reason, kept.message);
	}

	async #waitForClosing(ledger: LedgerAccount, { plan, key }: { plan: CallPlan; key: string }): Promise<Hold> {
		const { timing, values } = this.#context;
		const deadlineMs = timing.monotonicMs() + values.waitForCreditsSeconds * 1000;
		while (timing.monotonicMs() < deadlineMs && !this.#item.signal?.aborted) {
			await timing.pause(REPLAY_POLL_MS, this.#item.signal ?? null);
			const again = await ledger.lookUp({ ...plan.reserve, key });
			if (again?.kind === 'reserved' && again.hold.state !== 'open') return again.hold;
		}
		if (this.#item.signal?.aborted) throw cancelled();
		throw new Fallback(
			'call_in_flight',
			'The same request is being paid for by another run that has not finished. It is not paid for twice.',
		);
	}

	async #readInput(): Promise<ItemInput> {
		try {
			return await this.#item.read();
		} catch (error) {
			throw new Fallback('invalid_item', `A parameter could not be read for this item: ${messageOf(error)}`);
		}
	}

	#plan(input: ItemInput): CallPlan {
		try {
			return planCall(this.#context, input, this.#item.key);
		} catch (error) {
			if (isCreditError(error) && error.code === 'provider_misconfigured') throw new Fallback('provider_rejected', error.message);
			throw new Fallback('invalid_item', messageOf(error));
		}
	}

	async #openLedger(): Promise<LedgerAccount> {
		try {
			return await this.#context.openLedger();
		} catch (error) {
			throw new Fallback('ledger_unavailable', messageOf(error));
		}
	}

	#result(
		route: ItemResult['route'],
		attributes: Record<string, unknown>,
		end: Pick<ItemResult['llmCredits'], 'source' | 'reason' | 'message'>,
	): ItemResult {
		return {
			route,
			attributes,
			llmCredits: {
				...end,
				model: this.#model,
				credits: formatCredits(this.#chargedMicro),
				balance: creditsOrNull(this.#availableMicro),
				usage: this.#usage,
				attempts: this.#attempts,
				latencyMs: Math.round(this.#context.timing.monotonicMs() - this.#startedMs),
				holdId: this.#hold ? holdId(this.#hold.seq) : null,
				purpose: this.#context.labels.purpose,
			},
			tokenUsage: tokenUsageOf(this.#usage),
		};
	}
}

function refused({ reason, limit }: { reason: RefusalReason; limit: string | null }): Fallback {
	return new Fallback(
		reason,
		limit === null ? REFUSAL_MESSAGES[reason] : `${REFUSAL_MESSAGES[reason]} It is called ${JSON.stringify(limit)}.`,
	);
}

function cancelled(): Fallback {
	return new Fallback('cancelled', 'The flow was stopped before this item was answered.');
}

/** A fault that no step expected. The campaign goes on; what happened is on the item. */
function faultOf(error: unknown): { reason: Reason; message: string } {
	if (isLedgerFault(error)) return { reason: 'ledger_unavailable', message: error.message };
	if (isCreditError(error) && error.code === 'idempotency_conflict') return { reason: 'idempotency_conflict', message: error.message };
	if (isCreditError(error)) return { reason: 'invalid_item', message: error.message };
	return { reason: 'provider_error', message: `Something unexpected happened: ${messageOf(error)}` };
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
