/**
 * Collects one item that waits in a batch: its line is settled once when it is there, passes the checks, and leaves. Without a line the
 * item waits on, or its credits go back once none can come. What was settled is told again from the ledger.
 */
import { isCreditError } from '../../core/values/errors';
import type { Hold } from '../../core/nouns/records';
import type { ChatOutcome, ChatRequest, ProviderFault } from '../../providers/provider';
import type { ActionItem } from '../plan/action-types';
import type { BatchView, ReadLine } from './batch-board';
import { BatchEnding, faulty, waiting } from './batch-ending';
import { requestOf, type PendingItem } from '../outcome/batch-mark';
import { forgottenCall } from './forgotten-call';
import { isAbandoned, isOpen, type BatchContext } from './batch-park';
import { FallbackError, fallbackOf, messageOf } from '../outcome/fallback-error';
import { refusalMessage } from '../outcome/fault-reasons';
import { ItemLeaving } from '../item/item-leaving';
import type { ItemResult } from '../outcome/item-result';
import { ItemReuse } from '../item/item-reuse';
import { givenBy, startItem, type Started } from '../item/item-start';
import { ItemState } from '../call/item-state';
import { ItemTime } from '../call/item-time';
import { decodeKept, type Kept } from '../outcome/kept-result';
import type { Rung } from '../plan/ladder-plan';
import { MeteredCall, type MeteredPlan } from '../call/metered-call';
import { trialOf } from '../call/call-trial';
import { providerOfRung } from '../plan/action-sources';
import { mannerOf, type CallPlan } from '../plan/call-plan';
import type { Manner } from '../../core/calls/manner';
import type { PricedHold } from '../account/priced-hold';
import type { Answer } from '../call/rung-run';
import type { SpendingAccount } from '../account/spending-account';

/** One item that comes back; used once. */
export class BatchCollect {
	readonly #context: BatchContext;
	readonly #item: ActionItem;
	readonly #pending: PendingItem;
	readonly #state: ItemState;
	readonly #leaving: ItemLeaving;
	/** Known once the item's request is, where the answer may be kept under it. */
	#reuse: ItemReuse | null = null;
	#isAsHandedIn = false;

	constructor(context: BatchContext, item: ActionItem, pending: PendingItem) {
		this.#context = context;
		this.#item = { ...item, read: () => item.read(), data: withoutFallbacks(context, item.data ?? {}) };
		this.#pending = pending;
		const { deadlineSeconds } = context.values;
		const time = new ItemTime(context.timing, { deadlineSeconds, signal: item.signal ?? null });
		this.#state = new ItemState(time);
		this.#leaving = new ItemLeaving(context, this.#state);
		const { holdSeq, ...batch } = pending;
		this.#state.mark({ batch, holdSeq });
	}

	/** Never rejects for anything an item, a provider or a ledger can do. */
	async run(): Promise<ItemResult> {
		try {
			return await this.#collect();
		} catch (error) {
			return await this.#leaving.withoutModel(fallbackOf(error), this.#reuse);
		} finally {
			this.#state.time.end();
		}
	}

	async #collect(): Promise<ItemResult> {
		const { ledger, priced } = await this.#find();
		const { hold } = priced;
		this.#state.names(hold);
		if (hold.labels.model !== undefined) this.#state.mark({ model: hold.labels.model });
		const kept = hold.state === 'settled' ? decodeKept(await ledger.keptResult(hold.seq)) : null;
		if (kept) return this.#told(kept, hold);
		const line = await this.#line(ledger, hold);
		return this.#settled(ledger, priced, line);
	}

	/** The hold of the item. While the ledger is away, the item waits on: its answer is not lost. */
	async #find(): Promise<{ readonly ledger: SpendingAccount; readonly priced: PricedHold }> {
		const { submission, holdSeq } = this.#pending;
		try {
			const ledger = await this.#context.sources.ledger();
			const priced = await ledger.readHold(holdSeq);
			if (priced?.hold.labels.batch === submission) return { ledger, priced };
		} catch (error) {
			if (!isCreditError(error)) throw error;
			throw waiting(`The ledger could not be read: ${messageOf(error)}`);
		}
		throw new FallbackError('invalid_item', 'The item waits in a batch that this account of the ledger knows nothing of.');
	}

	/** What was settled before. */
	async #told(kept: Kept, hold: Hold): Promise<ItemResult> {
		const [chargedMicro, reservedMicro] = [hold.actualMicro ?? 0n, hold.amountMicro];
		this.#state.add({ attempts: 1, chargedMicro, reservedMicro, usage: kept.usage, hold, availableMicro: null });
		if (kept.kind === 'unusable') throw new FallbackError(kept.reason, kept.message);
		const answer: Answer = { attributes: kept.values, isStored: true, isWhole: true, message: null };
		return this.#passed(await this.#started(), { hold, answer });
	}

	/** The line of the item. Throws a {@link FallbackError} where there is none: the item waits on, or it is over. */
	async #line(ledger: SpendingAccount, hold: Hold): Promise<ReadLine> {
		const { batches } = this.#context.sources.provider(providerOfRung(this.#context.values, hold.rung)).provider;
		if (!batches) throw waiting('This provider has no batch interface. Choose the one that the batch was handed in to.');
		const view = await this.#context.board.view(batches, this.#pending, hold.reservedAtMs);
		switch (view.kind) {
			case 'unreadable':
				throw isOpen(hold, { ledger, timing: this.#context.timing }) ? waiting(view.fault.message) : faulty(view.fault);
			case 'absent':
				return this.#absent(ledger, hold);
			case 'there':
				return this.#there(ledger, { hold, view });
			default:
				return view satisfies never;
		}
	}

	/** What nobody confirmed and nobody knows was never handed in; a batch that was confirmed is with another key of the provider. */
	async #absent(ledger: SpendingAccount, hold: Hold): Promise<never> {
		if (!isOpen(hold, { ledger, timing: this.#context.timing }))
			throw new FallbackError('batch_failed', 'The provider knows no batch of this item any more.');
		if (this.#pending.id !== null)
			throw waiting('The provider does not know the batch. Check that the key belongs to the project that it was handed in with.');
		if (!isAbandoned(hold, { ledger, timing: this.#context.timing })) throw waiting('The batch is being handed in.');
		const why = new FallbackError('batch_failed', 'The batch was never handed in: what was to do so has ended before.');
		return this.#ending(ledger).abandon(hold, why);
	}

	async #there(ledger: SpendingAccount, { hold, view }: { hold: Hold; view: Extract<BatchView, { kind: 'there' }> }): Promise<ReadLine> {
		const { batch } = this.#state.marks;
		if (batch) this.#state.mark({ batch: { ...batch, id: this.#pending.id ?? view.id } });
		const line = view.lines.get(hold.seq);
		if (line) return line;
		const { status, detail } = view;
		if (status === 'running') throw waiting(progressOf(view));
		return this.#ending(ledger).over(hold, { status, detail });
	}

	/** Charges a line that was not charged yet, and gives its answer to the checks. */
	async #settled(ledger: SpendingAccount, { hold, price }: PricedHold, { mode, result }: ReadLine): Promise<ItemResult> {
		const started = await this.#started();
		const rung = 'item' in started ? rungOf(started, hold) : null;
		const call = rung?.calls[0] ?? null;
		const form = mode === 'text' ? 'prompt' : mode;
		const manner = { ...mannerOf(this.#context, call), form };
		const asking = { manner, previous: null, outputLimitTokens: call?.settings.maxOutputTokens ?? 1, signal: null };
		const model = hold.labels.model ?? '';
		const request = call?.request(asking) ?? { ...NOTHING_ASKED, model };
		const outcome = result.read({ model, messages: request.messages });
		if (typeof outcome === 'string') return this.#ending(ledger).over(hold, { status: outcome });
		if (outcome.kind === 'failed' && outcome.fault.billed === 'no') {
			if (call) this.#learnFrom(outcome.fault, { ledger, call, request, manner });
			return this.#ending(ledger).free(hold, faulty(outcome.fault));
		}
		if (hold.state === 'released')
			throw new FallbackError('batch_failed', 'An answer came although the provider had said that there would be none.');
		if (hold.state === 'settled') return this.#toldByLine(hold, { outcome, mode, started });
		const plan: MeteredPlan = {
			...(call ?? forgottenCall(model, this.#context)),
			model,
			price,
			request: () => request,
			isChangedSince: !call || !this.#isAsHandedIn,
			handle: { ...call?.handle, provider: { chat: () => Promise.resolve(outcome) }, service: call?.handle.service ?? '' },
		};
		return this.#metered(ledger, { hold, plan, mode, started });
	}

	/** By the rules of every other call, whose answer came long ago. */
	async #metered(
		ledger: SpendingAccount,
		{ hold, plan, mode, started }: { hold: Hold; plan: MeteredPlan; mode: ReadLine['mode']; started: Started | FallbackError },
	): Promise<ItemResult> {
		const values = { ...this.#context.values, maxAttempts: 1, structuredOutput: mode === 'text' ? 'prompt' : mode } as const;
		const context = { ...this.#context, values, memory: this.#context.memory.ofThePast() };
		const { time } = this.#state;
		const metered = new MeteredCall({
			context,
			ledger,
			plan,
			hold,
			outputLimitTokens: plan.size.outputLimitTokens,
			previous: null,
			attemptsBefore: 0,
			paidFailuresBefore: 0,
			signal: null,
			time,
		});
		const end = await metered.run();
		this.#state.add(metered);
		switch (end.kind) {
			case 'paused':
				throw waiting('The answer could not be looked at now.');
			case 'gone':
				throw new FallbackError(end.reason, end.message);
			case 'answered': {
				const conclude = async (how: 'passed' | 'failed' | 'unread'): Promise<string | null> => {
					const note = await end.conclude?.(how);
					this.#state.charge(metered);
					return note ?? null;
				};
				if ('item' in started && end.conclude) this.#state.owe(conclude);
				else if (end.conclude) await conclude('failed');
				const answer: Answer = { attributes: end.attributes, isStored: false, isWhole: true, message: end.message };
				return this.#passed(started, { hold, answer });
			}
			default:
				return end satisfies never;
		}
	}

	/** A line that was charged before, whose answer the ledger did not keep for so long. */
	async #toldByLine(
		hold: Hold,
		{ outcome, mode, started }: { outcome: ChatOutcome; mode: ReadLine['mode']; started: Started | FallbackError },
	): Promise<ItemResult> {
		const [chargedMicro, reservedMicro] = [hold.actualMicro ?? 0n, hold.amountMicro];
		const usage = outcome.kind === 'answered' && outcome.usage.kind === 'reported' ? outcome.usage.usage : null;
		this.#state.add({ attempts: 1, chargedMicro, reservedMicro, usage, hold, availableMicro: null });
		const reading = outcome.kind === 'answered' ? this.#context.contract.read(outcome.text, { allowsPlainText: mode === 'prompt' }) : null;
		if (reading?.kind !== 'values')
			throw new FallbackError('invalid_output', 'The answer was charged, but it does not have the form asked for.');
		return this.#passed(started, { hold, answer: { attributes: reading.values, isStored: true, isWhole: true, message: null } });
	}

	async #passed(started: Started | FallbackError, { hold, answer }: { hold: Hold; answer: Answer }): Promise<ItemResult> {
		if (!('item' in started)) throw started;
		const { item, asked } = started;
		const why = (): FallbackError => {
			const reason = hold.steppedDown ?? 'credits_exhausted';
			return new FallbackError(reason, refusalMessage({ reason, limit: null }));
		};
		try {
			return await this.#leaving.passed(item, answer, { rung: rungOf(started, hold), why, asked, reuse: this.#reuse });
		} finally {
			await this.#state.conclude('unread');
		}
	}

	/** What the answer is looked at with; a {@link FallbackError} where that cannot be found out, which must not keep a line from being settled. */
	async #started(): Promise<Started | FallbackError> {
		const { submission, holdSeq } = this.#pending;
		const [context, state] = [this.#context, this.#state];
		try {
			const given = await givenBy(context, this.#item);
			const { item: planned, asked } = await startItem({ context, given, state, isAnswered: true });
			// Further calls about this answer are the same calls whenever the item comes back.
			const plan = { ...planned.plan, key: `batch/${submission}/${String(holdSeq)}` };
			const own = planned.with({ plan });
			// An answer is kept for others only under the question that it was given to.
			this.#isAsHandedIn = requestOf(planned.plan) === this.#pending.request;
			if (this.#isAsHandedIn) this.#reuse = await ItemReuse.of(own, asked);
			return { item: own, asked };
		} catch (error) {
			return fallbackOf(error);
		}
	}

	#ending(ledger: SpendingAccount): BatchEnding {
		return new BatchEnding({ context: this.#context, ledger, state: this.#state });
	}

	/** What the next batch is handed in without. */
	#learnFrom(
		fault: ProviderFault,
		{ ledger, call, request, manner }: { ledger: SpendingAccount; call: CallPlan; request: ChatRequest; manner: Manner },
	): void {
		trialOf(this.#context, { plan: call, ledger }).refused(fault, { request, manner });
	}
}

const NOTHING_ASKED = {
	messages: [],
	structured: 'prompt',
	schema: null,
	maxOutputTokens: null,
	temperature: null,
	reasoningEffort: null,
	timeoutMs: 0,
	signal: null,
} as const;

/** The item as it was before it left with its fallback values, which say nothing about a person. */
function withoutFallbacks({ values, contract }: BatchContext, data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	const written = values.outputField === '' ? Object.keys(contract.fallbacks()) : [values.outputField];
	return Object.fromEntries(Object.entries(data).filter(([name]) => !written.includes(name)));
}

/** The rung that was asked, as the settings are now. */
function rungOf({ item: { plan } }: Started, { rung }: Hold): Rung {
	const known = plan.rungs[rung] ?? plan.rungs[0];
	if (!known) throw new TypeError('A ladder has at least one rung');
	return { ...known, index: rung };
}

function progressOf({ doneLines, totalLines }: Extract<BatchView, { kind: 'there' }>): string {
	if (doneLines === null || !totalLines) return 'The provider has not got to this item yet.';
	return `The provider has not got to this item yet: ${String(doneLines)} of ${String(totalLines)} are done.`;
}
