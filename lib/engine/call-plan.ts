/**
 * Owns what is fixed about an item's call before credits are touched: messages, price, labels, the idempotency key. The size
 * of its reservation is taken at the last moment, from what is learned by then.
 */
import { estimateCost, shorterCall, type EstimateMode, type Learned, type RequestSize } from '../core/estimate';
import { CreditError } from '../core/errors';
import { DEFAULT_HOLD_TIMEOUT_MS, MAX_HOLD_TIMEOUT_MS } from '../core/hold';
import { canonicalJson, sha256 } from '../core/idempotency';
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
	/** The reservation of a call that starts now. */
	reserve(): Omit<ReserveInput, 'key' | 'signal'>;
	/** The request in a structured mode. */
	request(mode: StructuredMode, signal: AbortSignal | null): ChatRequest;
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
		labels: labelsOf(context, input, model),
		person: checkedLabel('Person', input.person) || null,
		sendId: key.length > MAX_LABEL_LENGTH ? sha256(key) : key,
		executionId: context.executionId?.slice(0, MAX_LABEL_LENGTH) ?? null,
		priceVersion: price?.version ?? null,
		waitMs: values.waitForCreditsSeconds * 1000,
		holdTimeoutMs: holdTimeoutMs(values),
	};
	const sizing = new Sizing(context, { price, size, memoryId });
	return {
		key,
		handle,
		price,
		size,
		memoryId,
		modeId: `${handle.service}|${model}`,
		reserve: () => ({ ...fixed, ...sizing.reserve() }),
		request: (mode, signal) => ({
			...requestSettings(values),
			maxOutputTokens: sizing.outputLimitTokens,
			model,
			messages: messagesFor(mode),
			...formOf(contract, mode),
			signal,
		}),
	};
}

/** The size of an item's reservation, and the output limit that goes with it. */
class Sizing {
	outputLimitTokens: number;
	readonly #context: ActionContext;
	readonly #call: Pick<CallPlan, 'price' | 'size' | 'memoryId'>;

	constructor(context: ActionContext, call: Pick<CallPlan, 'price' | 'size' | 'memoryId'>) {
		this.#context = context;
		this.#call = call;
		this.outputLimitTokens = context.values.maxOutputTokens;
	}

	/** The amount for a call that starts now; a learned one may be asked for again with a shorter answer in mind. */
	reserve(): Pick<ReserveInput, 'amountMicro' | 'askForLess'> {
		const { values, memory } = this.#context;
		const { price, size, memoryId } = this.#call;
		this.outputLimitTokens = values.maxOutputTokens;
		if (!price) return { amountMicro: null };
		const amountMicro = estimateCost(price, size, estimateModeOf(values, memory.learned(memoryId)));
		if (values.reservation !== 'learned') return { amountMicro };
		const askForLess = (availableMicro: Micro): Micro => {
			const shorter = shorterCall(price, size, { learned: memory.learned(memoryId), availableMicro });
			this.outputLimitTokens = shorter.outputLimitTokens;
			return shorter.amountMicro;
		};
		return { amountMicro, askForLess };
	}
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

function labelsOf({ labels }: ActionContext, input: ItemInput, model: string): Labels {
	const all = {
		campaign: checkedLabel('Campaign', input.campaign),
		segment: checkedLabel('Segment', input.segment),
		workspace: checkedLabel('Workspace', input.workspace),
		tag: checkedLabel('Tag', input.tag),
		flow: labels.flow.slice(0, MAX_LABEL_LENGTH),
		node: labels.node.slice(0, MAX_LABEL_LENGTH),
		model: model.slice(0, MAX_LABEL_LENGTH),
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
