/**
 * Owns one hold from the moment it is made to its closing: asking the provider, again where that may help and nothing was
 * billed, then settle, release or expire. Whatever happens, the hold is closed or its timeout closes it.
 */
import { atRate, chargeOf } from '../../core/prices/charging';
import { isCreditError } from '../../core/values/errors';
import { learn } from '../../core/prices/estimate';
import { backoffMs, MAX_RETRY_AFTER_MS, nextTry, type NextTry } from '../../core/calls/retry';
import type { Hold } from '../../core/nouns/records';
import type { Measure } from '../../core/nouns/call-facts';
import type { Micro } from '../../core/values/money';
import type { UsageReading } from '../../core/usage/usage';
import type { Usage } from '../../core/usage/usage-fields';
import type { Reason } from '../../params/fallback-switch';
import type { ChatAnswer, ChatOutcome, Provider, ProviderFault, StructuredMode } from '../../providers/provider';
import { structuredModeOf, type CallPlan } from '../plan/call-plan';
import { cancelled, outOfTime } from '../outcome/fallback-error';
import { healthOf, mayDifferByModel, reasonOf } from '../outcome/fault-reasons';
import type { ItemTime } from './item-time';
import { encodeKept, type Kept } from '../outcome/kept-result';
import type { SpendingAccount } from '../account/spending-account';
import type { Admission, Health } from '../learned/provider-health';
import type { ActionContext } from '../plan/action-types';
import { weakerMode } from '../plan/prompt';

/** A longer answer is not kept for retries: the ledger is no store of documents. */
const MAX_KEPT_CHARACTERS = 100_000;
const UNREAD = { reason: 'deadline_reached', message: 'The answer came after its item had left.' } as const;

/**
 * Charges an answer by what became of it, once that is known; `unread`: the item had left, and a repeated run asks again. Returns a
 * note for people when something about the charge is unusual.
 */
export type Conclude = (end: 'passed' | 'failed' | 'unread') => Promise<string | null>;

export type CallEnd =
	| {
			readonly kind: 'answered';
			readonly attributes: Record<string, unknown>;
			readonly message: string | null;
			/** The hold is open until this is called; `null`: it is charged. */
			readonly conclude: Conclude | null;
	  }
	/** The model is left alone for a while; what was set aside is given back. */
	| { readonly kind: 'paused' }
	/** `again`: under a new hold, because this one is closed. */
	| { readonly kind: 'gone'; readonly move: NextTry; readonly reason: Reason; readonly message: string };

/** What a call needs of its plan. */
export type MeteredPlan = Pick<CallPlan, 'modelId' | 'memoryId' | 'price' | 'size' | 'request'> & {
	readonly handle: { readonly provider: Pick<Provider, 'chat'> };
};

interface MeteredCallOptions {
	readonly context: ActionContext;
	readonly ledger: SpendingAccount;
	readonly plan: MeteredPlan;
	readonly hold: Hold;
	readonly outputLimitTokens: number;
	/** The answer of the pass before. */
	readonly previous: string | null;
	readonly attemptsBefore: number;
	readonly signal: AbortSignal | null;
	readonly time: ItemTime;
}

/** The life of one hold. Its fields tell afterwards what happened. */
export class MeteredCall {
	readonly #options: MeteredCallOptions;
	/** How often the provider was asked under this hold. */
	attempts = 0;
	chargedMicro: Micro = 0n;
	/** What was set aside, once it is charged. */
	reservedMicro: Micro = 0n;
	availableMicro: Micro | null = null;
	usage: Usage | null = null;

	constructor(options: MeteredCallOptions) {
		this.#options = options;
	}

	get hold(): Hold {
		return this.#options.hold;
	}

	/**
	 * Asks until the hold is closed. At the item's deadline it goes on without trying again, so that what is billed is settled.
	 * Rejects only for defects of our own, and then the hold is ended as unconfirmed first.
	 */
	async run(): Promise<CallEnd> {
		try {
			return await this.#askUntilClosed();
		} catch (error) {
			await this.#close('expire');
			throw error;
		}
	}

	async #askUntilClosed(): Promise<CallEnd> {
		const { context, plan } = this.#options;
		for (;;) {
			const admission = context.memory.health.admit(plan.modelId);
			if (!admission) {
				await this.#close('release');
				return { kind: 'paused' };
			}
			this.attempts += 1;
			const mode = structuredModeOf(context, plan.modelId);
			const outcome = await this.#chat(admission, mode);
			const end = outcome.kind === 'answered' ? await this.#takeAnswer(outcome, mode) : await this.#takeFault(outcome.fault, mode);
			if (end) return end;
		}
	}

	/** One request, and what it says about the model. */
	async #chat(admission: Admission, mode: StructuredMode): Promise<ChatOutcome> {
		const { context, plan, outputLimitTokens, previous, signal, time } = this.#options;
		let health: Health = { kind: 'unknown' };
		try {
			const outcome = await plan.handle.provider.chat(plan.request({ mode, previous, outputLimitTokens, signal }));
			const isAnswered = outcome.kind === 'answered';
			// A call that the item has left was counted then.
			const tellsPace = isAnswered || outcome.fault.code === 'timeout';
			if (tellsPace && !time.isOver.aborted) context.memory.health.took(plan.modelId, outcome.latencyMs);
			health = isAnswered ? { kind: 'well' } : healthOf(outcome.fault, { isFinal: this.#moveAfter(outcome.fault) !== 'again' });
			return outcome;
		} finally {
			admission.report(health);
		}
	}

	async #takeAnswer(answer: ChatAnswer, mode: StructuredMode): Promise<CallEnd> {
		const kept = this.#interpret(answer, mode);
		const isByOutcome = this.#options.plan.price?.charging?.kind === 'outcome' && this.hold.amountMicro > 0n;
		if (kept.kind === 'values' && isByOutcome) {
			this.usage = countable(answer.usage);
			const unread: Kept = { kind: 'unusable', ...UNREAD, move: 'again', usage: kept.usage };
			const conclude: Conclude = async (end) =>
				this.#settle(answer.usage, { kept: end === 'unread' ? unread : kept, hasPassed: end === 'passed' });
			return { kind: 'answered', attributes: kept.values, message: null, conclude };
		}
		const message = await this.#settle(answer.usage, { kept, hasPassed: false });
		if (kept.kind === 'values') return { kind: 'answered', attributes: kept.values, message, conclude: null };
		return { kind: 'gone', move: kept.move, reason: kept.reason, message: kept.message };
	}

	/** `null`: ask again under the same hold. */
	async #takeFault(fault: ProviderFault, mode: StructuredMode): Promise<CallEnd | null> {
		if (fault.code === 'unsupported_output' && this.#weaken(mode)) return null;
		const move = this.#moveAfter(fault);
		const gone: CallEnd = { kind: 'gone', move, reason: reasonOf(fault), message: fault.message };
		switch (fault.billed) {
			case 'no':
				if (move === 'again' && (await this.#backOff(fault))) return null;
				await this.#close('release');
				return move === 'again' ? this.#interrupted() : gone;
			case 'unknown':
				await this.#close('expire');
				break;
			case 'yes':
				await this.#settle(fault.usage, {
					kept: { kind: 'unusable', reason: gone.reason, message: gone.message, move, usage: null },
					hasPassed: false,
				});
				break;
			default:
				return fault.billed satisfies never;
		}
		return move === 'again' && !(await this.#backOff(fault)) ? this.#interrupted() : gone;
	}

	#moveAfter(fault: ProviderFault): NextTry {
		const isWorthWaiting = (fault.retryAfterMs ?? 0) <= MAX_RETRY_AFTER_MS;
		return nextTry(
			{ kind: 'failed', isRetryable: fault.isRetryable && isWorthWaiting, mayDiffer: mayDifferByModel(fault) },
			this.#progress(),
		);
	}

	#interrupted(): CallEnd {
		const { reason, message } = this.#options.time.isCancelled ? cancelled() : outOfTime();
		return { kind: 'gone', move: 'leave', reason, message };
	}

	#interpret(answer: ChatAnswer, mode: StructuredMode): Kept {
		const usage = answer.usage.kind === 'reported' ? answer.usage.usage : null;
		const move = nextTry({ kind: 'unusable', isRetryable: answer.refusal === null }, this.#progress());
		const unusable = (reason: Reason, message: string): Kept => ({ kind: 'unusable', reason, message, move, usage });
		if (answer.refusal !== null) return unusable('content_refused', 'The model refused to answer this prompt.');
		const reading = this.#options.context.contract.read(answer.text, { allowsPlainText: mode === 'prompt' });
		const hint = answer.finishReason === 'length' ? ' It was cut off at the output limit; raise the Output Limit.' : '';
		switch (reading.kind) {
			case 'values':
				return { kind: 'values', values: reading.values, usage };
			case 'empty':
				return unusable('empty_answer', `The model gave an empty answer.${hint}`);
			case 'invalid':
				return unusable('invalid_output', `${reading.detail}${hint}`);
			default:
				return reading satisfies never;
		}
	}

	/** Charges the call. Returns a note for people when something about the charge is unusual. */
	async #settle(reading: UsageReading, { kept, hasPassed }: { kept: Kept; hasPassed: boolean }): Promise<string | null> {
		const { context, ledger, hold } = this.#options;
		const { actualMicro, measure, note } = this.#cost(reading, hasPassed);
		const keptForMs = context.values.keepResultsHours * 3_600_000;
		const text = encodeKept(kept);
		const isKept = keptForMs > 0 && text.length <= MAX_KEPT_CHARACTERS;
		const result = isKept ? { text, keptUntilMs: context.timing.clock() + keptForMs } : null;
		this.chargedMicro = actualMicro;
		this.reservedMicro = hold.amountMicro;
		if (this.usage) this.#learn(this.usage, kept.kind === 'values');
		try {
			const { availableMicro } = await ledger.settle({ holdSeq: hold.seq, actualMicro, measure, usage: this.usage, result });
			this.availableMicro = availableMicro;
			return note;
		} catch (error) {
			return `The cost could not be recorded and is reported as unconfirmed: ${isCreditError(error) ? error.message : String(error)}`;
		}
	}

	#learn(usage: Usage, isUsable: boolean): void {
		const { context, plan, outputLimitTokens } = this.#options;
		const isLowered = outputLimitTokens < plan.size.outputLimitTokens;
		const isCutOff = isLowered && !isUsable && usage.outputTokens >= outputLimitTokens;
		const learned = learn(context.memory.learned(plan.memoryId), { estimatedInputTokens: plan.size.inputTokens, usage, isCutOff });
		context.memory.setLearned(plan.memoryId, learned);
	}

	/** The cost from the usage reported; from the reservation where usage is missing or unusable, never 0 (ledger rule 28). */
	#cost(reading: UsageReading, hasPassed: boolean): { actualMicro: Micro; measure: Measure; note: string | null } {
		const { plan, hold } = this.#options;
		const usage = countable(reading);
		// Where the charge is a rate, it was set aside with the call of the item that carries it, and nothing with any other.
		const actualMicro = plan.price && chargeOf(atRate(plan.price, hold.amountMicro), { usage, hasPassed });
		if (plan.price) this.usage = usage;
		if (actualMicro !== null) return { actualMicro, measure: 'reported', note: null };
		const why =
			reading.kind === 'rejected'
				? `The provider reported usage that cannot be counted (${reading.detail})`
				: 'The provider did not report usage';
		return { actualMicro: hold.amountMicro, measure: 'estimated', note: `${why}, so the estimate was charged.` };
	}

	/** A hold that cannot be closed now is closed by its timeout; the item must not suffer for it. */
	async #close(verb: 'release' | 'expire'): Promise<void> {
		const { ledger, hold } = this.#options;
		try {
			const { availableMicro } = await ledger[verb](hold.seq);
			this.availableMicro = availableMicro;
		} catch (error) {
			if (!isCreditError(error)) throw error;
		}
	}

	/** Waits before the next attempt; false when the flow was stopped meanwhile, or the item has no time for it. */
	async #backOff({ retryAfterMs }: ProviderFault): Promise<boolean> {
		const { context, time } = this.#options;
		const { attempt } = this.#progress();
		const pauseMs = backoffMs({ attempt, retryAfterMs, jitter: context.timing.jitter() });
		if (pauseMs >= time.leftMs) return false;
		await context.timing.pause(pauseMs, time.stopsWaiting);
		return !time.stopsWaiting.aborted;
	}

	#progress(): { attempt: number; maxAttempts: number } {
		return { attempt: this.#options.attemptsBefore + this.attempts, maxAttempts: this.#options.context.values.maxAttempts };
	}

	/** Remembers that this endpoint needs a weaker way of asking; it does not count as an attempt. */
	#weaken(mode: StructuredMode): boolean {
		const weaker = weakerMode(mode);
		if (this.#options.context.values.structuredOutput !== 'auto' || weaker === null) return false;
		this.#options.context.memory.setMode(this.#options.plan.modelId, weaker);
		this.attempts -= 1;
		return true;
	}
}

/** An answer without a single token is a report that was not made, not a free call. */
function countable(reading: UsageReading): Usage | null {
	if (reading.kind !== 'reported') return null;
	const { inputTokens, outputTokens } = reading.usage;
	return inputTokens > 0 || outputTokens > 0 ? reading.usage : null;
}
