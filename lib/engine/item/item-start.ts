/**
 * Owns what is found out about one item before credits are touched: its values, the account with its prices and texts, the plan of its
 * calls. Refuses an item that could only be asked for nothing: without the data that its prompt is made of, or without a prompt.
 */
import { isPlainRecord } from '../../core/gates/reading/plain-data';
import { missingContext } from '../../core/gates/required-context';
import type { AccountProfile } from '../../ledger/store';
import { withAccountTexts } from '../plan/account-prompt';
import type {
	ActionContext,
	ActionItem,
	ItemContext,
	ItemInput,
	PricedProvider,
	PricedProviders,
	ProviderHandle,
	Sources,
} from '../plan/action-types';
import type { AskedOf } from './answer-gates';
import { accountLanguages, expectedLanguage } from '../plan/check-settings';
import { FallbackError, messageOf } from '../outcome/fallback-error';
import { PlannedItem } from '../call/planned-item';
import type { ItemState } from '../call/item-state';
import { planLadder, type LadderPlan } from '../plan/ladder-plan';

/** What the host gives an item: its values, or why they cannot be read, and who pays and answers. */
export interface Given {
	readonly item: ActionItem;
	readonly input: ItemInput | { readonly unreadable: unknown };
	readonly sources: Sources;
}

/** Asks the host for all that an item needs. Never rejects: the item tells what is missing. */
export async function givenBy({ sources }: Pick<ActionContext, 'sources'>, item: ActionItem): Promise<Given> {
	return { item, input: await inputOf(item), sources: await sources.read() };
}

async function inputOf(item: ActionItem): Promise<Given['input']> {
	try {
		return await item.read();
	} catch (error) {
		return { unreadable: error };
	}
}

/** What an item starts from. */
export interface StartOptions {
	readonly context: ActionContext;
	readonly given: Given;
	/** Told what the item is asked with, and what it lacks. */
	readonly state: ItemState;
	/** What becomes of each provider for this item; absent: nothing. */
	readonly provided?: (handle: ProviderHandle) => ProviderHandle;
	/** True where the answer is there already, so that nothing can be wrong with the question. */
	readonly isAnswered?: boolean;
}

/** An item that can be asked for. */
export interface Started {
	readonly item: PlannedItem;
	readonly asked: AskedOf;
}

/** Finds out. Throws a {@link FallbackError} for an item that cannot be asked for. */
export async function startItem(options: StartOptions): Promise<Started> {
	const { context: shared, given, state, provided, isAnswered = false } = options;
	const { item, sources } = given;
	const { input, about } = readInput(given);
	if (!isAnswered) {
		state.mark({ model: input.model });
		await needContext(options, input);
		if (input.prompt.trim() === '')
			throw new FallbackError('empty_prompt', 'The prompt is empty for this item. Check the fields it is made of.');
	}
	if (sources.kind === 'away') throw sources.why;
	const { ledger, profile, providers } = sources;
	const context: ItemContext = {
		...shared,
		providers: provided ? changed(providers, provided) : providers,
		isCharged: () => state.sums.chargedMicro > 0n,
	};
	const plan = planOf(context, input, { item, profile });
	const languages = about.languages.length > 0 ? about.languages : accountLanguages(profile.account.settings.languages);
	return {
		item: new PlannedItem({ context, plan, ledger, profile, state, signal: item.signal ?? null }),
		asked: { ...about, languages, prompts: plan.texts },
	};
}

function readInput({ item, input }: Given): { input: ItemInput; about: Pick<AskedOf, 'data' | 'languages'> } {
	try {
		if ('unreadable' in input) throw input.unreadable;
		const data = withoutPlumbing(item.data ?? {});
		const language = expectedLanguage(input.answerLanguage);
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
async function needContext({ context, given: { item, sources }, state }: StartOptions, { campaign, segment }: ItemInput): Promise<void> {
	const failed = missingContext(item.data, context.checks.requiredFields);
	if (failed.length === 0) return;
	const checks = { outcome: 'fallback', failed } as const;
	state.mark({ checks });
	(await sources.ledger?.openChecks())?.note(checks, { campaign: campaign.trim(), segment: segment.trim() });
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
		throw new FallbackError('invalid_item', messageOf(error));
	}
}

function changed(providers: PricedProviders, change: (handle: ProviderHandle) => ProviderHandle): PricedProviders {
	const each = [...providers].map(([name, provider]): [string, PricedProvider] => [
		name,
		'handle' in provider ? { handle: change(provider.handle) } : provider,
	]);
	return new Map(each);
}
