/**
 * Owns what is found out about one item before credits are touched: its values, the account with its prices and texts, the plan of its
 * calls. Refuses an item that could only be asked for nothing: without the data that its prompt is made of, or without a prompt.
 */
import { isCreditError } from '../../core/values/errors';
import { isPlainRecord } from '../../core/gates/reading/plain-data';
import { missingContext } from '../../core/gates/required-context';
import type { PriceList } from '../../core/prices/price-list';
import type { AccountProfile } from '../../ledger/store';
import { withAccountTexts } from '../plan/account-prompt';
import type { ActionContext, ActionItem, ItemContext, ItemInput, ProviderHandle } from '../plan/action-types';
import type { AskedOf } from './answer-gates';
import { accountLanguages, expectedLanguage } from '../plan/check-settings';
import { FallbackError, messageOf } from '../outcome/fallback-error';
import type { ItemLeaving } from './item-leaving';
import { ItemParts } from '../call/item-parts';
import type { ItemTally } from '../call/item-tally';
import type { ItemTime } from '../call/item-time';
import { planLadder, type LadderPlan } from '../plan/ladder-plan';
import type { SpendingAccount } from '../account/spending-account';

/** What an item starts from. */
export interface StartParts {
	readonly context: ActionContext;
	readonly item: ActionItem;
	readonly time: ItemTime;
	readonly tally: ItemTally;
	/** Told what the item is asked with, and what it lacks. */
	readonly leaving: ItemLeaving;
	/** What becomes of the provider for this item; absent: nothing. */
	readonly provided?: (handle: ProviderHandle) => ProviderHandle;
	/** True where the answer is there already, so that nothing can be wrong with the question. */
	readonly isAnswered?: boolean;
}

/** An item that can be asked for. */
export interface Started {
	readonly item: ItemParts;
	readonly asked: AskedOf;
}

/** Finds out. Throws a {@link FallbackError} for an item that cannot be asked for. */
export async function startItem(parts: StartParts): Promise<Started> {
	const { context: shared, item, time, tally, leaving, provided = same, isAnswered = false } = parts;
	const { input, about } = await readInput(item);
	if (!isAnswered) {
		leaving.model = input.model;
		await needContext(parts, input);
		if (input.prompt.trim() === '')
			throw new FallbackError('empty_prompt', 'The prompt is empty for this item. Check the fields it is made of.');
	}
	const { ledger, prices } = await openLedger(shared);
	// Calls are priced by the account's prices, whatever package asks for them.
	const context: ItemContext = {
		...shared,
		provider: () => provided(pricedBy(shared.provider(), prices)),
		isCharged: () => tally.chargedMicro > 0n,
	};
	const profile = await ledger.readProfile();
	const plan = planOf(context, input, { item, profile });
	const languages = about.languages.length > 0 ? about.languages : accountLanguages(profile.account.settings.languages);
	return {
		item: new ItemParts({ context, plan, ledger, profile, time, tally, signal: item.signal ?? null }),
		asked: { ...about, languages, prompts: plan.texts },
	};
}

/** The ledger to spend from, with the prices that hold. Throws a {@link FallbackError} while it cannot be used. */
export async function openLedger({
	openLedger: open,
}: Pick<ActionContext, 'openLedger'>): Promise<{ readonly ledger: SpendingAccount; readonly prices: PriceList }> {
	try {
		const ledger = await open();
		return { ledger, prices: await ledger.prices.current() };
	} catch (error) {
		throw new FallbackError('ledger_unavailable', messageOf(error));
	}
}

async function readInput(item: ActionItem): Promise<{ input: ItemInput; about: Pick<AskedOf, 'data' | 'languages'> }> {
	try {
		const input = await item.read();
		const data = withoutPlumbing(item.data ?? {});
		const language = expectedLanguage(input.answerLanguage ?? '');
		return { input, about: { data, languages: language === '' ? [] : [language] } };
	} catch (error) {
		throw new FallbackError('invalid_item', `A parameter could not be read for this item: ${messageOf(error)}`);
	}
}

/** What is on an item for the host's own use: random ids there would make invented numbers look like given ones. */
function withoutPlumbing(item: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	const { llmCredits: _credits, tokenUsage: _usage, _msgid, _event, parts, ...data } = item;
	const isSequence = isPlainRecord(parts) && 'id' in parts && 'index' in parts;
	return parts === undefined || isSequence ? data : { ...data, parts };
}

/** Before anything is paid: what the prompt is made of must be there. */
async function needContext({ context, item, leaving }: StartParts, { campaign, segment }: ItemInput): Promise<void> {
	const failed = missingContext(item.data, context.checks.requiredFields);
	if (failed.length === 0) return;
	leaving.checks = { outcome: 'fallback', failed };
	const ledger = await context.openLedger().catch(() => null);
	(await ledger?.openChecks())?.note(leaving.checks, { campaign: campaign.trim(), segment: segment.trim() });
	throw new FallbackError('missing_context', `No model was asked: ${failed.map(({ detail }) => detail).join('; ')}.`);
}

function planOf(
	context: ItemContext,
	input: ItemInput,
	{ item, profile: { texts } }: { item: ActionItem; profile: AccountProfile },
): LadderPlan {
	try {
		const { judge } = context.checks;
		// A judge that could not be asked must be known before anything is paid.
		if (judge) withAccountTexts({ systemPrompt: judge.criteria, prompt: '' }, texts);
		return planLadder(context, input, { item, texts });
	} catch (error) {
		if (isCreditError(error) && error.code === 'provider_misconfigured') throw new FallbackError('provider_rejected', error.message);
		throw new FallbackError('invalid_item', messageOf(error));
	}
}

/** The same provider, with the prices of a list. */
function pricedBy(handle: ProviderHandle, list: PriceList): ProviderHandle {
	return { ...handle, priceOf: (model, atMs) => handle.priceOf(model, atMs, list) };
}

function same<T>(value: T): T {
	return value;
}
