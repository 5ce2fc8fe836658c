/**
 * Owns the way of one item down its ladder: the first rung that fits credits, limits, time and the provider's health; the next where
 * a model fails; then a cached answer or the fallback values. Refuses to reject for anything an item, a provider or a ledger can do.
 */
import { isCreditError } from '../core/errors';
import { missingContext } from '../core/gates/required-context';
import { holdId } from '../core/model';
import { formatCredits } from '../core/money';
import type { PriceList } from '../core/price-list';
import type { AccountProfile } from '../ledger/store';
import { withAccountTexts } from './account-prompt';
import type { ActionContext, ActionItem, ItemContext, ItemInput, ProviderHandle } from './action-types';
import { AnswerGates, type AskedOf } from './answer-gates';
import { accountLanguages, expectedLanguage } from './check-settings';
import { cancelled, Fallback, fallbackOf, messageOf, outOfTime } from './fallback';
import { refusalMessage } from './fault-reasons';
import { ItemParts } from './item-parts';
import { creditsOrNull, tokenUsageOf, type ItemChecks, type ItemResult } from './item-result';
import { ItemReuse, type Reused } from './item-reuse';
import { ItemTally } from './item-tally';
import { ItemTime } from './item-time';
import { offersOf, planLadder, type LadderPlan, type Rung } from './ladder-plan';
import { choiceThatFits, type RungChoice } from './rung-choice';
import { RungRun, type Answer, type Reserved } from './rung-run';
import type { SpendingAccount } from './spending-account';

/** More keys than this for one item mean that something goes round in circles. */
const MAX_KEYS = 100;

const OFFLINE =
	'The ledger is away. This call was paid from the credits that the connection allows meanwhile, and is charged when the ledger is back.';

/** What produced an item, why, and what people should know. */
type End = Pick<ItemResult['llmCredits'], 'source' | 'reason' | 'message'>;

/** One item on its way through; used once. */
export class ItemRun {
	readonly #context: ActionContext;
	readonly #item: ActionItem;
	readonly #time: ItemTime;
	readonly #tally = new ItemTally();
	#model: string;
	#checks: ItemChecks | null = null;
	/** Known once the item's request is. */
	#reuse: ItemReuse | null = null;

	constructor(context: ActionContext, item: ActionItem) {
		this.#context = context;
		this.#item = item;
		const { deadlineSeconds, model } = context.values;
		this.#time = new ItemTime(context.timing, { deadlineSeconds, signal: item.signal ?? null });
		this.#model = model;
	}

	/** Never rejects for anything an item, a provider or a ledger can do. */
	async run(): Promise<ItemResult> {
		try {
			return await this.#byModel();
		} catch (error) {
			return await this.#withoutModel(fallbackOf(error));
		} finally {
			this.#time.end();
		}
	}

	async #byModel(): Promise<ItemResult> {
		if (this.#time.isCancelled) throw cancelled();
		const { input, asked: about } = await this.#readInput();
		this.#model = input.model;
		await this.#needContext(input);
		if (input.prompt.trim() === '')
			throw new Fallback('empty_prompt', 'The prompt is empty for this item. Check the fields it is made of.');
		const { ledger, prices } = await this.#openLedger();
		// Calls are priced by the account's prices, whatever package asks for them.
		const context: ItemContext = {
			...this.#context,
			provider: () => pricedBy(this.#context.provider(), prices),
			isCharged: () => this.#tally.chargedMicro > 0n,
		};
		const profile = await ledger.readProfile();
		const plan = this.#plan(context, input, profile);
		const item = new ItemParts({
			context,
			plan,
			ledger,
			profile,
			time: this.#time,
			tally: this.#tally,
			signal: this.#item.signal ?? null,
		});
		const languages = about.languages.length > 0 ? about.languages : accountLanguages(profile.account.settings.languages);
		const asked = { ...about, languages, prompts: plan.texts };
		const reuse = await ItemReuse.of(item, asked);
		this.#reuse = reuse;
		const got = await reuse.orAsk(() => this.#down(item, { choice: choiceThatFits(item), asked }));
		return 'own' in got ? got.own : this.#reused(got.reused, { reason: 'cached', message: null });
	}

	/** Down the ladder. What waits for its outcome is charged before the item leaves, and costs nothing where it did not get that far. */
	async #down(item: ItemParts, { choice, asked }: { choice: RungChoice; asked: AskedOf }): Promise<ItemResult> {
		try {
			return await this.#rungByRung(item, { choice, asked });
		} finally {
			await item.conclude('unread');
		}
	}

	/** Each reservation has a key of its own. */
	async #rungByRung(item: ItemParts, { choice, asked }: { choice: RungChoice; asked: AskedOf }): Promise<ItemResult> {
		while (item.keys < MAX_KEYS) {
			const { rung, ...reserved } = await this.#reserve(item, choice);
			item.keys += 1;
			this.#model = rung.calls[0]?.model ?? this.#model;
			const run = new RungRun(item, { rung, reserved, draftAttempts: choice.attemptsOf(rung) });
			const end = await run.run();
			choice.attempted(rung, run.draftAttempts);
			switch (end.kind) {
				case 'answered':
					return this.#passed(item, end.answer, { rung, choice, asked });
				case 'paused':
					choice.paused(rung);
					break;
				case 'failed':
					choice.failed(rung, end);
					if (end.move === 'leave') throw choice.why();
					break;
				default:
					return end satisfies never;
			}
		}
		throw new Fallback('provider_error', 'The item was tried too often under one idempotency key. Use a new key.');
	}

	/** Holds credits for the first rung that fits, waiting where that helps; or finds what an earlier run took. */
	async #reserve(item: ItemParts, choice: RungChoice): Promise<Reserved & { readonly rung: Rung }> {
		const { plan, ledger, time } = item;
		const key = item.keyOf(item.keys + 1);
		const rungs = await choice.fitting(key);
		const waiting = choice.waiting(rungs);
		const outcome = await ledger.reserve({ ...plan.reserve, key, alternatives: () => offersOf(rungs), ...waiting });
		this.#tally.availableMicro = outcome.availableMicro;
		if (outcome.kind === 'refused') {
			choice.failed(rungs[0], { reason: outcome.reason, message: refusalMessage(outcome) });
			throw choice.why();
		}
		const { hold, further, taken } = outcome;
		const holds = [hold, ...further];
		const rung = plan.rungs[hold.rung];
		if (!rung) throw new Fallback('idempotency_conflict', 'The idempotency key was used by a longer ladder than this. Use a new key.');
		if (!taken) return { rung, key, holds: await this.#allHolds(item, { key, rung, holds }), taken };
		if (time.stopsWaiting.aborted) {
			for (const { seq } of holds) await item.giveBack(seq);
			throw time.isCancelled ? cancelled() : outOfTime();
		}
		if (hold.steppedDown !== null) {
			const message = refusalMessage({ reason: hold.steppedDown, limit: null });
			choice.failed(rungs[0], { reason: hold.steppedDown, message });
		}
		return { rung, key, holds, taken };
	}

	/** A stored outcome shows as many holds as are asked for; the rung that it took may have more. */
	async #allHolds(item: ItemParts, { key, rung, holds }: Omit<Reserved, 'taken'> & { rung: Rung }): Promise<Reserved['holds']> {
		if (holds.length >= rung.calls.length) return holds;
		const { plan, ledger } = item;
		const outcome = await ledger.reserve({ ...plan.reserve, key, alternatives: () => offersOf([rung]), waitMs: 0 });
		return outcome.kind === 'reserved' ? [outcome.hold, ...outcome.further] : holds;
	}

	/** What leaves when the answer passed. What a check had to replace, or could not look at, is nothing for others. */
	async #passed(
		item: ItemParts,
		given: Answer,
		{ rung, choice, asked }: { rung: Rung; choice: RungChoice; asked: AskedOf },
	): Promise<ItemResult> {
		const answer = await this.#checked(item, given, { rung, asked });
		const isSound = this.#checks === null || this.#checks.outcome === 'repaired';
		if (answer.isWhole && !answer.isStored && isSound) this.#reuse?.keep(rung, answer, this.#tally.chargedMicro);
		return this.#answered(answer, { rung, choice });
	}

	/** The answer once it passed; what did not pass ends the item. */
	async #checked(item: ItemParts, answer: Answer, { rung, asked }: { rung: Rung; asked: AskedOf }): Promise<Answer> {
		const end = await new AnswerGates(item, { rung, asked }).pass(answer);
		this.#checks = end.checks;
		const note = await item.conclude(end.kind === 'passed' && end.checks?.outcome !== 'replaced' ? 'passed' : 'failed');
		// A retry that gets its stored answers was counted when they were paid.
		if (end.checks && !answer.isStored) (await item.ledger.openChecks())?.note(end.checks, item.plan.reserve.labels);
		if (end.kind === 'failed') throw new Fallback('failed_checks', end.message);
		return { ...end.answer, message: end.answer.message ?? note };
	}

	#answered({ attributes, isStored, message }: Answer, { rung, choice }: { rung: Rung; choice: RungChoice }): ItemResult {
		const source = rung.index === 0 ? 'model' : 'cheaper_model';
		if (isStored) return this.#result('result', attributes, { source, reason: 'replayed', message });
		if (rung.index === 0) return this.#result('result', attributes, { source, reason: 'answered', message });
		const why = choice.why();
		return this.#result('result', attributes, { source, reason: why.reason, message: message ?? why.message });
	}

	/** Below the models: an answer to the same request that is not too old, and in the end the fallback values. */
	async #withoutModel(why: Fallback): Promise<ItemResult> {
		const { reason, message } = why;
		const reused = await this.#reuse?.inNeed(why);
		if (reused) {
			const note = `${message} An answer of ${reused.day} to the same request is used.`;
			return this.#reused(reused, { reason, message: note });
		}
		return this.#result('fallback', this.#context.contract.fallbacks(), { source: 'fallback', reason, message });
	}

	/** Before anything is paid: what the prompt is made of must be there. */
	async #needContext({ campaign, segment }: ItemInput): Promise<void> {
		const failed = missingContext(this.#item.data, this.#context.checks.requiredFields);
		if (failed.length === 0) return;
		this.#checks = { outcome: 'fallback', failed };
		const ledger = await this.#context.openLedger().catch(() => null);
		(await ledger?.openChecks())?.note(this.#checks, { campaign: campaign.trim(), segment: segment.trim() });
		throw new Fallback('missing_context', `No model was asked: ${failed.map(({ detail }) => detail).join('; ')}.`);
	}

	#reused({ attributes, model }: Reused, end: Omit<End, 'source'>): ItemResult {
		this.#model = model;
		this.#checks = null;
		return this.#result('result', attributes, { source: 'cache', ...end });
	}

	async #readInput(): Promise<{ input: ItemInput; asked: Pick<AskedOf, 'data' | 'languages'> }> {
		try {
			const input = await this.#item.read();
			const { llmCredits: _credits, tokenUsage: _usage, _msgid, ...data } = this.#item.data ?? {};
			const language = expectedLanguage(input.answerLanguage ?? '');
			return { input, asked: { data, languages: language === '' ? [] : [language] } };
		} catch (error) {
			throw new Fallback('invalid_item', `A parameter could not be read for this item: ${messageOf(error)}`);
		}
	}

	#plan(context: ItemContext, input: ItemInput, { texts }: AccountProfile): LadderPlan {
		try {
			const { judge } = context.checks;
			// A judge that could not be asked must be known before anything is paid.
			if (judge) withAccountTexts({ systemPrompt: judge.criteria, prompt: '' }, texts);
			return planLadder(context, input, { item: this.#item, texts });
		} catch (error) {
			if (isCreditError(error) && error.code === 'provider_misconfigured') throw new Fallback('provider_rejected', error.message);
			throw new Fallback('invalid_item', messageOf(error));
		}
	}

	async #openLedger(): Promise<{ readonly ledger: SpendingAccount; readonly prices: PriceList }> {
		try {
			const ledger = await this.#context.openLedger();
			return { ledger, prices: await ledger.prices.current() };
		} catch (error) {
			throw new Fallback('ledger_unavailable', messageOf(error));
		}
	}

	#result(route: ItemResult['route'], attributes: Record<string, unknown>, end: End): ItemResult {
		const { chargedMicro, reservedMicro, availableMicro, usage, attempts, hold, passes } = this.#tally;
		const isOffline = hold !== null && hold.seq < 0;
		return {
			route,
			attributes,
			llmCredits: {
				...end,
				message: end.message ?? (isOffline ? OFFLINE : null),
				model: this.#model,
				credits: formatCredits(chargedMicro),
				reserved: formatCredits(reservedMicro),
				balance: creditsOrNull(isOffline ? null : availableMicro),
				usage,
				attempts,
				latencyMs: Math.round(this.#time.spentMs),
				holdId: hold ? holdId(hold.seq) : null,
				purpose: this.#context.labels.purpose,
				checks: this.#checks,
				passes: passes.length === 0 ? null : passes.map(({ chargedMicro: micro, ...pass }) => ({ ...pass, credits: formatCredits(micro) })),
			},
			tokenUsage: tokenUsageOf(usage),
		};
	}
}

/** The same provider, with the prices of a list. */
function pricedBy(handle: ProviderHandle, list: PriceList): ProviderHandle {
	return { ...handle, priceOf: (model, atMs) => handle.priceOf(model, atMs, list) };
}
