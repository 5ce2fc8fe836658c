/**
 * Owns what is fixed about an item's call before credits are touched: messages, price, labels, the idempotency key. The size
 * of its reservation is taken at the last moment, from what is learned by then.
 */
import { estimateCost, shorterCalls, type EstimateMode, type Learned, type RequestSize } from '../core/estimate';
import { CreditError } from '../core/errors';
import { DEFAULT_HOLD_TIMEOUT_MS, MAX_HOLD_TIMEOUT_MS } from '../core/reserve';
import { canonicalJson, sha256 } from '../core/idempotency';
import type { Alternative } from '../core/commands';
import type { Labels } from '../core/model';
import { parseCredits, type Micro } from '../core/money';
import type { ModelPrice } from '../core/pricing';
import type { ChatMessage, ChatRequest, StructuredMode } from '../providers/provider';
import type { ReserveInput } from './ledger-inputs';
import type { OutputContract } from './output-contract';
import type { ActionContext, ItemInput, LlmActionValues, ProviderHandle } from './action-types';
import { buildMessages, sizeOf } from './prompt';

const MAX_LABEL_LENGTH = 200;
/** Room for pauses between attempts and for the settle itself. */
const HOLD_MARGIN_MS = 60_000;

export interface CallPlan {
	readonly key: string;
	readonly handle: ProviderHandle;
	readonly price: ModelPrice | null;
	readonly size: RequestSize;
	/** What is learned is kept under this id. */
	readonly memoryId: string;
	readonly modeId: string;
	/** What to reserve, apart from the key. */
	readonly reserve: Omit<ReserveInput<SizedCall>, 'key' | 'signal'>;
	/** The request in a structured mode. */
	request(mode: StructuredMode, more: { readonly outputLimitTokens: number; readonly signal: AbortSignal | null }): ChatRequest;
}

/** A call as it may be reserved, with the output limit that goes with its amount. */
export interface SizedCall extends Alternative {
	readonly outputLimitTokens: number;
}

/** Plans the call of one item. Throws a `CreditError` for labels or models that cannot be used, or a misconfigured provider. */
export function planCall(context: ActionContext, input: ItemInput, hostKey: string): CallPlan {
	const { values, contract, timing } = context;
	const model = input.model.trim();
	if (model === '') {
		throw new CreditError('invalid_settings', 'The model is empty for this item. Choose one, or check the field it is taken from.');
	}
	const handle = context.provider();
	const price = handle.priceOf(model, timing.clock());
	const messagesFor = (mode: StructuredMode): ChatMessage[] => buildMessages({ ...input, contract, mode });
	const memoryId = `${context.nodeKey}|${handle.service}|${model}`;
	const size = sizeOfCall(context, messagesFor);
	const key = input.idempotencyKey.trim() || hostKey;
	const fixed = {
		fingerprint: sha256(canonicalJson([model, messagesFor('json_schema'), contract.jsonSchema, values.maxOutputTokens])),
		labels: labelsOf(context, input),
		person: checkedLabel('Person', input.person) || null,
		sendId: key.length > MAX_LABEL_LENGTH ? sha256(key) : key,
		executionId: context.executionId?.slice(0, MAX_LABEL_LENGTH) ?? null,
		caps: [],
		waitMs: values.waitForCreditsSeconds * 1000,
		holdTimeoutMs: holdTimeoutMs(values),
	};
	return {
		key,
		handle,
		price,
		size,
		memoryId,
		modeId: `${handle.service}|${model}`,
		reserve: { ...fixed, alternatives: () => sizedCalls(context, { price, size, memoryId, model }) },
		request: (mode, { outputLimitTokens, signal }) => ({
			...requestSettings(values),
			maxOutputTokens: outputLimitTokens,
			model,
			messages: messagesFor(mode),
			...formOf(contract, mode),
			signal,
		}),
	};
}

/** The call as it would be reserved now: at its usual size, or where sizes are learned, with a shorter answer in mind. */
function sizedCalls(
	{ values, memory }: ActionContext,
	{ price, size, memoryId, model }: Pick<CallPlan, 'price' | 'size' | 'memoryId'> & { readonly model: string },
): SizedCall[] {
	const learned = memory.learned(memoryId);
	const asAlternative = (amountMicro: Micro | null, outputLimitTokens: number): SizedCall => ({
		rung: 0,
		calls: [{ amountMicro, model: model.slice(0, MAX_LABEL_LENGTH), priceVersion: price?.version ?? null }],
		outputLimitTokens,
	});
	if (!price) return [asAlternative(null, values.maxOutputTokens)];
	const fullMicro = estimateCost(price, size, estimateModeOf(values, learned));
	const shorter = values.reservation === 'learned' ? shorterCalls(price, size, { learned, fullMicro }) : [];
	return [
		asAlternative(fullMicro, values.maxOutputTokens),
		...shorter.map(({ amountMicro, outputLimitTokens }) => asAlternative(amountMicro, outputLimitTokens)),
	];
}

/** Tokens are estimated for the usual way of asking; bytes for the wordiest, because they must bound every way. */
function sizeOfCall({ values, contract }: ActionContext, messagesFor: (mode: StructuredMode) => ChatMessage[]): RequestSize {
	const outputLimitTokens = values.maxOutputTokens;
	const usual = sizeOf({ messages: messagesFor('json_schema'), schemaText: JSON.stringify(contract.jsonSchema), outputLimitTokens });
	const wordiest = sizeOf({ messages: messagesFor('prompt'), schemaText: '', outputLimitTokens });
	return { ...usual, inputBytes: Math.max(usual.inputBytes, wordiest.inputBytes) };
}

function requestSettings(values: LlmActionValues): Pick<ChatRequest, 'temperature' | 'reasoningEffort' | 'timeoutMs'> {
	return {
		temperature: values.temperature,
		reasoningEffort: values.reasoningEffort === 'default' ? null : values.reasoningEffort,
		timeoutMs: values.timeoutSeconds * 1000,
	};
}

function formOf(contract: OutputContract, mode: StructuredMode): Pick<ChatRequest, 'structured' | 'schema'> {
	return { structured: mode, schema: mode === 'json_schema' ? contract.jsonSchema : null };
}

/** A hold must outlive all attempts made under it. */
function holdTimeoutMs({ timeoutSeconds, maxAttempts }: ActionContext['values']): number {
	const neededMs = (timeoutSeconds * 1000 + HOLD_MARGIN_MS) * maxAttempts;
	return Math.min(Math.max(neededMs, DEFAULT_HOLD_TIMEOUT_MS), MAX_HOLD_TIMEOUT_MS);
}

function labelsOf({ labels }: ActionContext, input: ItemInput): Labels {
	const all = {
		campaign: checkedLabel('Campaign', input.campaign),
		segment: checkedLabel('Segment', input.segment),
		workspace: checkedLabel('Workspace', input.workspace),
		tag: checkedLabel('Tag', input.tag),
		flow: labels.flow.slice(0, MAX_LABEL_LENGTH),
		node: labels.node.slice(0, MAX_LABEL_LENGTH),
		purpose: labels.purpose,
	};
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function checkedLabel(name: string, value: string): string {
	const label = value.trim();
	if (label.length > MAX_LABEL_LENGTH) {
		throw new CreditError(
			'invalid_labels',
			`${name} has ${String(label.length)} characters; labels may have ${String(MAX_LABEL_LENGTH)}. Use a short name or id.`,
		);
	}
	return label;
}

/** The way of sizing reservations that the settings ask for. */
function estimateModeOf(values: LlmActionValues, learned: Learned): EstimateMode {
	switch (values.reservation) {
		case 'fixed':
			return { kind: 'fixed', amountMicro: parseCredits(values.reservationCredits, { field: 'Credits per Call', min: 1n }) };
		case 'strict':
			return { kind: 'strict' };
		case 'learned':
			return { kind: 'learned', learned };
		default:
			return values.reservation satisfies never;
	}
}
