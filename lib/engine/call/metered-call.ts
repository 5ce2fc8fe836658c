/** Asks the provider under one hold, again where that may help and nothing was billed, and closes it: settle, release or expire. */
import { isCreditError } from '../../core/values/errors';
import { learn } from '../../core/prices/estimate';
import { backoffMs, MAX_RETRY_AFTER_MS, nextAfterFault, nextTry, type NextTry } from '../../core/calls/retry';
import type { Hold } from '../../core/nouns/records';
import type { Micro } from '../../core/values/money';
import type { UsageReading } from '../../core/usage/usage';
import type { Usage } from '../../core/usage/usage-fields';
import type { Reason } from '../../params/fallback-switch';
import type { Manner } from '../../core/calls/manner';
import type { ChatAnswer, ChatOutcome, ChatRequest, Provider, ProviderFault } from '../../providers/provider';
import { nowOf } from '../account/ledger-now';
import { fixedForm, type CallPlan } from '../plan/call-plan';
import { cancelled, outOfTime } from '../outcome/fallback-error';
import { healthOf, mayDiffer, reasonOf } from '../outcome/fault-reasons';
import type { ItemTime } from './item-time';
import { keptFor, unreadOf, type Kept } from '../outcome/kept-result';
import type { SpendingAccount } from '../account/spending-account';
import type { Health } from '../learned/provider-health';
import type { ActionContext } from '../plan/action-types';
import { chargedUnconfirmed, costOf, countable, percentOfList } from './call-cost';
import { hintOnce, joined } from './learned-hint';
import { leaveToAsk, type Leave } from './leave-to-ask';
import { useOf, type Again, type Use } from './answer-use';
import { giveBack, recordCost } from './owed-call';
import { limitsOf } from './changed-call';
import { trialOf } from './call-trial';
import { mannerOfRequest, type MannerTrial } from './manner-trial';

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
	/** `again`: under a new hold, because this one is closed; where it was paid, otherwise than before. */
	| {
			readonly kind: 'gone';
			readonly next: NextTry;
			readonly reason: Reason;
			readonly message: string;
			readonly again?: Again | null;
	  };

/** What a call needs of its plan. */
export type MeteredPlan = Pick<CallPlan, 'model' | 'modelId' | 'healthId' | 'memoryId' | 'price' | 'size' | 'request' | 'settings'> & {
	readonly handle: {
		readonly provider: Pick<Provider, 'chat'>;
		readonly service: string;
		readonly chargesReported?: boolean;
		readonly manner?: Manner;
	};
	/** The settings have changed since it was sent, so that nobody knows any more what exactly was. */
	readonly isChangedSince?: boolean;
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
	/** How often the item has paid for what it could not use, before this call. */
	readonly paidFailuresBefore: number;
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
	#sent: ChatRequest | null = null;
	/** 1 where it was paid and is of no use. */
	paidFailures = 0;
	/** 1 where nobody knows what it cost; what it was expected to cost is charged, or nothing, as the account says. */
	unconfirmed = 0;
	readonly #trial: MannerTrial;

	constructor(options: MeteredCallOptions) {
		const { context, plan, ledger } = options;
		this.#options = options;
		this.#trial = trialOf(context, { plan, ledger });
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
			await this.#expire();
			throw error;
		}
	}

	async #askUntilClosed(): Promise<CallEnd> {
		for (;;) {
			const leave = await leaveToAsk(this.#options);
			if (typeof leave === 'string') {
				this.availableMicro = await giveBack(this.#options.context, this.#options);
				return leave === 'paused' ? { kind: 'paused' } : this.#interrupted();
			}
			this.attempts += 1;
			const { outcome, manner } = await this.#chat(leave);
			const end = outcome.kind === 'answered' ? await this.#takeAnswer(outcome, manner) : await this.#takeFault(outcome.fault);
			if (end) return end;
		}
	}

	/** One question, asked again at once and free where only its manner was refused; and what it says about the model. */
	async #chat(leave: Leave): Promise<{ outcome: ChatOutcome; manner: Manner }> {
		const { context, plan, signal, time } = this.#options;
		let [health, last]: [Health, ChatOutcome | null] = [{ kind: 'unknown' }, null];
		try {
			const learning = this.#trial.loading(context.timing);
			if (learning) await learning;
			for (;;) {
				const { manner } = this.#trial;
				const { outputLimitTokens, previous } = this.#options;
				const request = plan.request({ manner, previous, outputLimitTokens: this.#trial.within(outputLimitTokens), signal });
				this.#sent = plan.isChangedSince ? null : request;
				leave.begin();
				const outcome = await plan.handle.provider.chat(request);
				last = outcome;
				const isAnswered = outcome.kind === 'answered';
				if (!isAnswered && !time.stopsWaiting.aborted && this.#trial.refused(outcome.fault, { request, manner })) continue;
				if (isAnswered) this.#trial.taken(outcome.adapted ?? [], { request, manner });
				// A call that the item has left was counted then.
				const tellsPace = isAnswered || outcome.fault.code === 'timeout';
				if (tellsPace && !time.isOver.aborted) context.memory.health.took(plan.healthId, outcome.latencyMs);
				health = isAnswered ? { kind: 'well' } : healthOf(outcome.fault, { isFinal: this.#nextAfter(outcome.fault) !== 'again' });
				return { outcome, manner: mannerOfRequest(request, isAnswered ? this.#trial.manner : manner) };
			}
		} finally {
			leave.end(last, health);
		}
	}

	async #takeAnswer(answer: ChatAnswer, manner: Manner): Promise<CallEnd> {
		const use = this.#use(answer, manner);
		const { kept, again } = use;
		this.#learnFrom(use);
		const hint = hintOnce(this.#options.context, { plan: this.#options.plan, manner });
		const isByOutcome = this.#options.plan.price?.charging?.kind === 'outcome' && this.hold.amountMicro > 0n;
		if (kept.kind === 'values' && isByOutcome) {
			this.usage = countable(answer.usage);
			const conclude: Conclude = async (end) =>
				this.#settle(answer.usage, { kept: end === 'unread' ? unreadOf(kept) : kept, hasPassed: end === 'passed' });
			return { kind: 'answered', attributes: kept.values, message: hint, conclude };
		}
		const message = joined(await this.#settle(answer.usage, { kept, hasPassed: false }), hint);
		if (kept.kind === 'values') return { kind: 'answered', attributes: kept.values, message, conclude: null };
		this.paidFailures = 1;
		return { kind: 'gone', next: kept.next, reason: kept.reason, message: kept.message, again };
	}

	/** `null`: ask again under the same hold. */
	async #takeFault(fault: ProviderFault): Promise<CallEnd | null> {
		const next = this.#nextAfter(fault);
		const gone: CallEnd = { kind: 'gone', next, ...wordsOf(fault) };
		switch (fault.billed) {
			case 'no':
				if (next === 'again' && (await this.#backOff(fault))) return null;
				this.availableMicro = await giveBack(this.#options.context, this.#options);
				return next === 'again' ? this.#interrupted() : gone;
			case 'unknown':
				await this.#expire();
				break;
			case 'yes':
				this.paidFailures = 1;
				await this.#settle(fault.usage, { kept: { kind: 'unusable', ...wordsOf(fault), next, usage: null }, hasPassed: false });
				break;
			default:
				return fault.billed satisfies never;
		}
		return next === 'again' && !(await this.#backOff(fault)) ? this.#interrupted() : gone;
	}

	#nextAfter(fault: ProviderFault): NextTry {
		const isWorthWaiting = (fault.retryAfterMs ?? 0) <= MAX_RETRY_AFTER_MS;
		// What was paid is not bought again as it was.
		if (fault.billed === 'yes') return nextAfterFault(mayDiffer(fault));
		return nextTry({ kind: 'failed', isRetryable: fault.isRetryable && isWorthWaiting, mayDiffer: mayDiffer(fault) }, this.#progress());
	}

	#interrupted(): CallEnd {
		const { reason, message } = this.#options.time.isCancelled ? cancelled() : outOfTime();
		return { kind: 'gone', next: 'leave', reason, message };
	}

	#use(answer: ChatAnswer, manner: Manner): Use {
		const { context, plan, paidFailuresBefore } = this.#options;
		const { outputLimitTokens, roomTokens } = this.#limits;
		return useOf(answer, {
			contract: context.contract,
			manner,
			mayAskInWords: fixedForm(context.values) === null,
			isObedient: context.memory.manners.isObedient(plan.modelId),
			outputLimitTokens,
			hasMoreRoom: roomTokens > outputLimitTokens,
			paidFailures: paidFailuresBefore,
			progress: this.#progress(),
		});
	}

	/** What the first answers teach, the next calls do from the start. */
	#learnFrom({ kept, isFormIgnored, isFormKept, isThoughtAway }: Use): void {
		const { context, plan } = this.#options;
		const { outputLimitTokens, roomTokens } = this.#limits;
		const limitTokens = plan.settings.maxOutputTokens;
		if (isFormKept) context.memory.manners.obeyed(plan.modelId);
		if (isFormIgnored) this.#trial.ignoresForm();
		const isRoomNeeded = isThoughtAway || (kept.kind === 'values' && outputLimitTokens > limitTokens);
		if (isRoomNeeded && roomTokens > limitTokens) context.memory.needsRoom(plan.memoryId, { limitTokens, roomTokens });
	}

	get #limits(): ReturnType<typeof limitsOf> {
		const { plan, outputLimitTokens } = this.#options;
		return limitsOf({ plan, outputLimitTokens: this.#trial.within(outputLimitTokens) }, this.#trial.manner);
	}

	/** Charges the call. Returns a note for people when something about the charge is unusual. */
	async #settle(reading: UsageReading, { kept, hasPassed }: { kept: Kept; hasPassed: boolean }): Promise<string | null> {
		const { context, ledger, hold, plan } = this.#options;
		const { price, handle } = plan;
		const { actualMicro, measure, usage, facts, note } = costOf(reading, { price, hold, hasPassed, request: this.#sent, handle });
		if (price) this.usage = usage;
		const result = keptFor(kept, { hours: context.values.keepResultsHours, nowMs: nowOf(ledger, context.timing) });
		this.chargedMicro = actualMicro;
		this.reservedMicro = hold.amountMicro;
		if (this.usage && !facts.isImplausible) this.#learn(this.usage, percentOfList({ actualMicro, facts }), kept.kind === 'values');
		const cost = { actualMicro, measure, usage: this.usage, result, facts };
		const recorded = await recordCost(context, { ledger, hold }, cost);
		this.availableMicro = recorded.availableMicro;
		return recorded.note ?? note;
	}

	#learn(usage: Usage, ratePercent: number, isUsable: boolean): void {
		const { context, plan, outputLimitTokens } = this.#options;
		const isLowered = outputLimitTokens < plan.size.outputLimitTokens;
		const isCutOff = isLowered && !isUsable && usage.outputTokens >= outputLimitTokens;
		const lesson = { estimatedInputTokens: plan.size.inputTokens, usage, isCutOff, ratePercent };
		context.memory.setLearned(plan.memoryId, learn(context.memory.learned(plan.memoryId), lesson));
	}

	/** A hold that cannot be ended now is ended by its timeout; the item must not suffer for it. */
	async #expire(): Promise<void> {
		const { ledger, hold } = this.#options;
		this.unconfirmed = 1;
		try {
			const { availableMicro, hold: closed } = await ledger.expire(hold.seq);
			[this.availableMicro, this.chargedMicro] = [availableMicro, chargedUnconfirmed(closed)];
			if (this.chargedMicro > 0n) this.reservedMicro = hold.amountMicro;
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
}

const wordsOf = (fault: ProviderFault): { reason: Reason; message: string } => ({ reason: reasonOf(fault), message: fault.message });
