/**
 * Owns what is fixed about one call before credits are touched: model, price, messages, and how large it is. What to set aside for
 * it is taken at the last moment, from what is learned by then.
 */
import { priceAt } from '../../core/prices/batch-price';
import { atRate, chargedBy } from '../../core/prices/charging';
import type { AlternativeCall } from '../../core/nouns/commands';
import {
	boundedCall,
	boundedOutput,
	estimateCost,
	expectedCost,
	mostCost,
	shorterCalls,
	type EstimateMode,
	type Learned,
	type RequestSize,
} from '../../core/prices/estimate';
import { CreditError, isCreditError } from '../../core/values/errors';
import { FallbackError, messageOf } from '../outcome/fallback-error';
import { parseCredits, type Micro } from '../../core/values/money';
import type { FixedCharge, ModelPrice } from '../../core/prices/pricing';
import { USUAL_MANNER, type Form, type Manner } from '../../core/calls/manner';
import type { ChatMessage, ChatRequest } from '../../providers/provider';
import { subsetOf } from '../answer/schema-dialect';
import type { SpokenInput } from './account-prompt';
import type { ActionContext, ItemContext, LlmActionValues, ProviderHandle } from './action-types';
import { OWN_PROVIDER } from './action-sources';
import { instructionsOf, type PassKind } from './pass-instructions';
import { buildMessages, continueMessages, inputSize, withoutSystemRole } from './prompt';
import type { KnownSizes } from '../learned/text-sizes';
import type { OutputContract } from '../answer/output-contract';

/** Labels are cut or refused beyond this. */
export const MAX_LABEL_LENGTH = 200;
/** A token stands for at most so many bytes of an answer that is passed on; a longer answer is not. */
const MOST_BYTES_PER_TOKEN = 8;

/** How a rung asks its model. */
export interface CallSettings {
	readonly model: string;
	readonly maxOutputTokens: number;
	readonly temperature: number | null;
	readonly reasoningEffort: ChatRequest['reasoningEffort'];
}

/** A call that may be reserved, with the output limit that goes with its amount. */
export interface ItemAlternativeCall extends AlternativeCall {
	readonly outputLimitTokens: number;
}

/** What is only known when the call is made. */
export interface Asking {
	/** How the model of this endpoint is asked. */
	readonly manner: Manner;
	/** The answer of the pass before; `null` for the draft. */
	readonly previous: string | null;
	readonly outputLimitTokens: number;
	readonly signal: AbortSignal | null;
}

/** One call of an item. */
export interface CallPlan {
	readonly pass: PassKind;
	readonly model: string;
	readonly handle: ProviderHandle;
	/** Why its provider cannot be asked; `null`: it can. What was paid under its key before is followed all the same. */
	readonly problem: FallbackError | null;
	/** With the rate of the whole item, where the charge is not by tokens. */
	readonly price: ModelPrice | null;
	/** Why the model has no price, where the price list says it. */
	readonly unpriced: string | null;
	readonly size: RequestSize;
	/** What is learned about its size is kept under this id. */
	readonly memoryId: string;
	/** Names the model of its endpoint: for how it is asked. */
	readonly modelId: string;
	/** Names it with the key it is asked with, because limits and quotas belong to the key: for its health and its pace. */
	readonly healthId: string;
	readonly settings: CallSettings;
	/** What a pass is told; empty for the draft. */
	readonly instructions: string;
	/** What the fingerprint of the item tells of this call. */
	readonly asked: readonly (string | number)[];
	/** What to reserve now: as usual, and where sizes are learned, for a shorter answer in three steps. */
	reservable(): readonly ItemAlternativeCall[];
	/** True when an answer may be passed on to this call without exceeding what was set aside at most. */
	takes(previous: string): boolean;
	request(asking: Asking): ChatRequest;
}

/** What an item asks, whatever model is asked: the messages of its draft and how large they are. */
export interface RequestText {
	readonly messages: (form: Form) => ChatMessage[];
	readonly inputTokens: number;
	readonly inputBytes: number;
}

/** Puts the request of an item together, and measures it once for all its rungs. */
export function requestText({ contract, known }: ActionContext, input: SpokenInput): RequestText {
	const messages = (form: Form): ChatMessage[] => buildMessages({ ...input, contract, form });
	// Tokens are estimated for the usual way of asking; bytes for the wordiest, because they must bound every way.
	const usual = inputSize(messages('json_schema'), { schemaText: contract.schemaText, known });
	const wordiest = inputSize(messages('prompt'), { schemaText: '', known });
	return { messages, inputTokens: usual.inputTokens, inputBytes: Math.max(usual.inputBytes, wordiest.inputBytes) };
}

/** What a call is planned from. `before` is the call whose answer it works on; `null` for the draft. */
export interface CallPlanOptions {
	readonly text: RequestText;
	readonly settings: CallSettings;
	/** The name of its provider in the settings. */
	readonly provider: string;
	readonly pass: LlmActionValues['passes'][number] | null;
	readonly before: CallPlan | null;
}

/** Plans one call. Throws a `CreditError` for a model that cannot be used. */
export function planCall(context: ItemContext, { text, settings, provider, pass, before }: CallPlanOptions): CallPlan {
	const { values, contract, timing, charge } = context;
	// A model that a pass names is one of the node's own provider.
	const model = modelOf((provider === OWN_PROVIDER ? pass?.model : null) ?? '', settings);
	const { handle, problem } = handleOf(context, provider);
	const price = chargedBy(charge, { price: handle.priceOf(model, timing.clock()), model });
	const kind = pass?.kind ?? 'draft';
	const instructions = pass ? instructionsOf(pass) : '';
	const modelId = `${handle.service}|${model}`;
	const memoryId = [context.nodeKey, modelId, ...(pass ? [kind] : [])].join('|');
	const { inputTokens, inputBytes } = text;
	const size = before
		? laterSize(before, { instructions, settings, known: context.known, learned: context.memory.learned(before.memoryId) })
		: { inputTokens, inputBytes, outputLimitTokens: context.memory.limitFor(memoryId, settings.maxOutputTokens) };
	return {
		pass: kind,
		model,
		handle,
		problem,
		price,
		unpriced: price ? null : (handle.whyUnpriced?.(model, timing.clock()) ?? null),
		size,
		memoryId,
		modelId,
		healthId: `${modelId}|${handle.keyId ?? ''}`,
		settings,
		instructions,
		asked: [model, settings.maxOutputTokens, instructions],
		reservable: () => reservableCalls(context, { pass: kind, model, price, size, memoryId }),
		takes: (previous) => values.reservation !== 'strict' || Buffer.byteLength(previous) <= mostBytes(settings),
		request: ({ manner, previous, outputLimitTokens, signal }) => {
			const draft = text.messages(manner.form);
			const messages = previous === null ? draft : continueMessages(draft, { answer: previous, instructions });
			return {
				model,
				messages: manner.sendsSystemRole ? messages : withoutSystemRole(messages),
				structured: manner.form,
				schema: schemaIn(manner, contract),
				...(manner.schema === 'subset' ? { isSchemaStrict: false } : {}),
				...(manner.limitField === 'usual' ? {} : { limitField: manner.limitField }),
				maxOutputTokens: Math.min(outputLimitTokens, manner.mostTokens ?? outputLimitTokens),
				temperature: manner.sendsTemperature ? settings.temperature : null,
				reasoningEffort: manner.sendsReasoningEffort ? settings.reasoningEffort : null,
				timeoutMs: values.timeoutSeconds * 1000,
				signal,
			};
		},
	};
}

function handleOf({ providers }: ItemContext, name: string): Pick<CallPlan, 'handle' | 'problem'> {
	const provider = providers.get(name) ?? { problem: new TypeError(`Nobody made the provider ${JSON.stringify(name)}`) };
	if ('handle' in provider) return { handle: provider.handle, problem: null };
	return { handle: NOBODY, problem: problemOf(provider.problem) };
}

function problemOf(problem: unknown): FallbackError {
	const isSettings = isCreditError(problem) && problem.code === 'provider_misconfigured';
	return new FallbackError(isSettings ? 'provider_rejected' : 'invalid_item', messageOf(problem));
}

/** Stands for a provider that cannot be made. Without a price nothing is set aside for it, so nobody asks it. */
const NOBODY: ProviderHandle = {
	provider: {
		name: '',
		chat: () => Promise.reject(new TypeError('There is no provider to ask')),
		listModels: () => Promise.resolve([]),
	},
	service: '',
	priceOf: () => null,
};

function schemaIn({ form, schema }: Manner, { jsonSchema }: OutputContract): ChatRequest['schema'] {
	if (form !== 'json_schema') return null;
	return schema === 'strict' ? jsonSchema : subsetOf(jsonSchema);
}

function modelOf(own: string, { model }: CallSettings): string {
	const name = own.trim() === '' ? model.trim() : own.trim();
	if (name !== '') return name;
	throw new CreditError('invalid_settings', 'The model is empty for this item. Choose one, or check the field it is taken from.');
}

/** A later pass reads all that the pass before read, and its answer. */
function laterSize(
	{ size }: CallPlan,
	{ instructions, settings, known, learned }: { instructions: string; settings: CallSettings; known: KnownSizes; learned: Learned },
): RequestSize {
	const outputLimitTokens = settings.maxOutputTokens;
	const own = inputSize([{ role: 'user', content: instructions }], { schemaText: '', known });
	return {
		inputTokens: size.inputTokens + boundedOutput(size, learned) + own.inputTokens,
		inputBytes: size.inputBytes + mostBytes(settings) + own.inputBytes,
		outputLimitTokens,
	};
}

function mostBytes({ maxOutputTokens }: CallSettings): number {
	return maxOutputTokens * MOST_BYTES_PER_TOKEN;
}

/** The form that the settings fix; `null`: the strictest that the model is not known to refuse. */
export function fixedForm({ structuredOutput }: LlmActionValues): Form | null {
	return structuredOutput === 'auto' ? null : structuredOutput;
}

/** How the models of a provider are asked until they have refused something. */
export function usualMannerOf({ manner }: Pick<ProviderHandle, 'manner'>): Manner {
	return manner ?? USUAL_MANNER;
}

/** How a model is asked now: as far as it is known, with the form that the settings fix. */
export function mannerOf({ values, memory }: ActionContext, call: Pick<CallPlan, 'modelId' | 'handle'> | null): Manner {
	const manner = call ? memory.manners.of(call.modelId, usualMannerOf(call.handle)) : USUAL_MANNER;
	const form = fixedForm(values) ?? manner.form;
	return form === manner.form ? manner : { ...manner, form };
}

/** Lines of a batch have room for twice as long an answer as is expected: one that is cut off is paid for and cannot be asked again at once. */
const WIDE = 2;

/**
 * What to reserve for a call now: as usual; where sizes are learned, also for an answer that is bounded by what is set aside, and for a
 * shorter one in three steps.
 */
export function reservableCalls(
	context: ItemContext,
	{ pass, model, price: full, size, memoryId }: Pick<CallPlan, 'pass' | 'model' | 'price' | 'size' | 'memoryId'>,
): ItemAlternativeCall[] {
	const { values, memory, isCharged } = context;
	// A rate is for the item as a whole: its first call carries it.
	const price = full && (pass === 'draft' && !isCharged() ? full : atRate(full, 0n));
	const shared = { model: model.slice(0, MAX_LABEL_LENGTH), price };
	if (!price) return [{ ...shared, amountMicro: null, outputLimitTokens: size.outputLimitTokens }];
	const learned = memory.learned(memoryId);
	// What cost more than the list lately, by its tier or as its provider said, may do so again (ledger rule 27). The list's price is pinned.
	const atTier = price.charging ? price : priceAt(price, learned.dearestPercent);
	const atAmount = (amountMicro: Micro, outputLimitTokens: number): ItemAlternativeCall => ({
		...shared,
		amountMicro,
		expectedMicro: expectedCost(atTier, size, { mode: values.reservation, learned, amountMicro }),
		outputLimitTokens,
	});
	const usual = atAmount(estimateCost(atTier, size, estimateModeOf(context, learned)), size.outputLimitTokens);
	if (values.reservation !== 'learned' || price.charging) return [usual];
	const bounded = [boundedCall(atTier, size, learned), ...shorterCalls(atTier, size, learned)].map(({ amountMicro, outputLimitTokens }) =>
		atAmount(amountMicro, outputLimitTokens),
	);
	if (values.delivery === 'batch') {
		// Lines are under way for hours, so what one could cost beyond its amount must not keep credits from the others; a wide bound instead.
		const wide = boundedCall(atTier, size, learned, WIDE);
		return [atAmount(wide.amountMicro, wide.outputLimitTokens), ...bounded];
	}
	// An answer may be longer than any lately only where there is room for all that it may cost.
	return [{ ...usual, mostMicro: mostCost(atTier, size, learned) }, ...bounded];
}

/** The way of sizing reservations that the settings ask for. */
function estimateModeOf({ values, reservationMicro }: ItemContext, learned: Learned): EstimateMode {
	switch (values.reservation) {
		case 'fixed':
			return { kind: 'fixed', amountMicro: reservationMicro };
		case 'strict':
			return { kind: 'strict' };
		case 'learned':
			return { kind: 'learned', learned };
		default:
			return values.reservation satisfies never;
	}
}

/** The charge that the settings ask for; `null` is by tokens. Throws `invalid_settings` for a rate that is none. */
export function chargeIn({ charging, chargeRate }: LlmActionValues): FixedCharge | null {
	return charging === 'tokens' ? null : { kind: charging, rateMicro: parseCredits(chargeRate, { field: 'Charge Rate' }) };
}
