/**
 * Owns what is fixed about an item before credits are touched: its rungs, the preferred first, with the calls of each; the idempotency
 * key; what it is counted under. Refuses to choose a rung: the ledger does, in one decision.
 */
import { askedText } from './asked-text';
import { ITEM_LABELS } from '../../core/nouns/labels';
import { LABEL_PARAMS } from '../../params/llm-action/labels';
import type { Alternative, Cap } from '../../core/nouns/commands';
import { CreditError } from '../../core/values/errors';
import { sha256 } from '../../core/values/idempotency';
import type { Labels } from '../../core/nouns/labels';
import { parseCredits, sumMicro } from '../../core/values/money';
import { DEFAULT_HOLD_TIMEOUT_MS } from '../../core/rules/commands/reserve';
import { OWN_PROVIDER } from './action-sources';
import { withAccountTexts } from './account-prompt';
import type { ActionContext, ActionItem, ItemContext, ItemInput, LlmActionOptions, LlmActionValues } from './action-types';
import {
	MAX_LABEL_LENGTH,
	planCall,
	requestText,
	type CallPlan,
	type CallPlanOptions,
	type CallSettings,
	type RequestText,
	type ItemAlternativeCall,
} from './call-plan';
import type { ReserveInput } from '../account/ledger-inputs';

/** A judge, a repair, and a judge of that. */
const CHECKING_CALLS = 3;
/** Room for pauses between attempts and for the settle itself. */
const HOLD_MARGIN_MS = 60_000;
/** However many attempts and passes an item may have. */
const MAX_HOLD_TIMEOUT_MS = 24 * 3_600_000;

/** A model and a depth: one call for a single shot, or the draft and the passes after it. */
export interface Rung {
	/** Place on the ladder, 0 for the model itself. */
	readonly index: number;
	/** The name of its provider in the settings. */
	readonly provider: string;
	readonly calls: readonly CallPlan[];
}

/** A rung, or one call of it, at an amount that may be reserved. */
export interface ItemAlternative extends Alternative {
	readonly calls: readonly ItemAlternativeCall[];
}

/** What is reserved under any key of an item. */
export type CommonReserve = Omit<ReserveInput, 'key' | 'alternatives' | 'waitMs' | 'signal'>;

export interface LadderPlan {
	readonly key: string;
	readonly text: RequestText;
	/** All that the model is told, with the texts of the account. */
	readonly texts: readonly string[];
	readonly rungs: readonly Rung[];
	readonly reserve: CommonReserve;
}

/**
 * Plans an item; `texts` are those of the account. Throws a `CreditError` for labels or models that cannot be used, or a text that is not
 * there.
 */
export function planLadder(
	context: ItemContext,
	input: ItemInput,
	{ item, texts }: { item: Pick<ActionItem, 'key' | 'executionId'>; texts: ReadonlyMap<string, string> },
): LadderPlan {
	const spoken = withAccountTexts(input, texts);
	const text = requestText(context, spoken);
	const rungs = rungsOf(context, input.model, text);
	const key = input.idempotencyKey.trim() || item.key;
	const named = checkedLabel('Execution', input.execution);
	const executionId = named === '' ? (item.executionId ?? context.executionId ?? null) : named;
	return {
		key,
		text,
		texts: [spoken.head, spoken.systemPrompt, spoken.prompt],
		rungs,
		reserve: {
			fingerprint: sha256(askedText(input, { canonicalSchema: context.canonicalSchema, rungs })),
			labels: labelsOf(context, input),
			person: checkedLabel('Person', input.person) || null,
			sendId: shortId(key),
			executionId: executionId === null ? null : shortId(executionId),
			caps: context.caps,
			holdTimeoutMs: holdTimeoutMs(context.values, rungs),
		},
	};
}

/** The ways to serve these rungs now: each as usual, then where sizes are learned, with bounded and with shorter answers. */
export function alternativesOf(rungs: readonly Rung[]): ItemAlternative[] {
	return rungs.flatMap(({ index, calls }) => alternatives(index, calls));
}

/** The ways to make one call of a rung now. */
export function callAlternatives(rung: Rung, call: CallPlan): ItemAlternative[] {
	return alternatives(rung.index, [call]);
}

/** Bounds and shortens all calls of a rung by the same step. A step that saves nothing is left out. */
function alternatives(rung: number, calls: readonly CallPlan[]): ItemAlternative[] {
	const steps = calls.map((call) => call.reservable());
	const most = Math.max(...steps.map(({ length }) => length));
	const all = Array.from({ length: most }, (_, step) => ({
		rung,
		calls: steps.flatMap((atAmount) => atAmount[step] ?? atAmount.slice(-1)),
	}));
	const reaching = all.filter((alternative) => alternative.calls.some(({ mostMicro }) => mostMicro !== undefined));
	const [full, ...shorter] = all.slice(reaching.length);
	if (!full) return [];
	const fullMicro = amountOf(full);
	return [...reaching, full, ...shorter.filter((alternative) => fullMicro !== null && (amountOf(alternative) ?? fullMicro) < fullMicro)];
}

function amountOf({ calls }: ItemAlternative): bigint | null {
	const amounts = calls.flatMap(({ amountMicro }) => amountMicro ?? []);
	return amounts.length < calls.length ? null : sumMicro(amounts);
}

function rungsOf(context: ItemContext, model: string, text: RequestText): Rung[] {
	const { values } = context;
	const main: CallSettings = {
		model,
		maxOutputTokens: values.maxOutputTokens,
		temperature: values.temperature,
		reasoningEffort: values.reasoningEffort === 'default' ? null : values.reasoningEffort,
	};
	const own = OWN_PROVIDER;
	const first: Rung = { index: 0, provider: own, calls: callsOf(context, text, { settings: main, provider: own, passes: values.passes }) };
	const cheaper = values.cheaperModels.map((row, index): Rung => ({
		index: index + 1,
		provider: row.provider,
		calls: callsOf(context, text, {
			settings: settingsOf(row, main),
			provider: row.provider,
			passes: row.passes === 'all' ? values.passes : [],
		}),
	}));
	return [first, ...cheaper];
}

function settingsOf(row: LlmActionValues['cheaperModels'][number], main: CallSettings): CallSettings {
	const { reasoningEffort } = row;
	return {
		model: row.model.trim() === '' ? main.model : row.model,
		maxOutputTokens: row.maxOutputTokens ?? main.maxOutputTokens,
		temperature: row.temperature ?? main.temperature,
		reasoningEffort: reasoningEffort === 'same' ? main.reasoningEffort : reasoningEffort === 'default' ? null : reasoningEffort,
	};
}

function callsOf(
	context: ItemContext,
	text: RequestText,
	{ passes, ...asked }: Pick<CallPlanOptions, 'settings' | 'provider'> & { passes: LlmActionValues['passes'] },
): CallPlan[] {
	let before = planCall(context, { text, ...asked, pass: null, before: null });
	const calls = [before];
	for (const pass of passes) {
		before = planCall(context, { text, ...asked, pass, before });
		calls.push(before);
	}
	return calls;
}

/** A hold must outlive all attempts of all passes made before it. */
function holdTimeoutMs({ timeoutSeconds, maxAttempts, charging }: LlmActionValues, rungs: readonly Rung[]): number {
	// What is charged by its outcome is open until the last check of the answer.
	const mostCalls = Math.max(...rungs.map(({ calls }) => calls.length)) + (charging === 'outcome' ? CHECKING_CALLS : 0);
	const neededMs = (timeoutSeconds * 1000 + HOLD_MARGIN_MS) * maxAttempts * mostCalls;
	return Math.min(Math.max(neededMs, DEFAULT_HOLD_TIMEOUT_MS), MAX_HOLD_TIMEOUT_MS);
}

/** The most that the calls of a send, and of an execution, may take; 0 in the settings is no cap. Each node counts for itself. */
export function capsOf({ values, nodeKey }: Pick<LlmActionOptions, 'values' | 'nodeKey'>): Cap[] {
	const all = [
		{ period: 'send', limitMicro: parseCredits(values.capPerSend, { field: 'Most Credits per Send' }) },
		{ period: 'execution', limitMicro: parseCredits(values.capPerExecution, { field: 'Most Credits per Execution' }) },
	] as const;
	return all.filter(({ limitMicro }) => limitMicro > 0n).map((cap) => ({ ...cap, scope: nodeKey }));
}

const TITLE_OF: ReadonlyMap<string, string> = new Map(LABEL_PARAMS.map(({ name, label }) => [name, label]));

function labelsOf({ labels: ofNode }: ActionContext, input: ItemInput): Labels {
	const ofItem = ITEM_LABELS.map((name) => [name, checkedLabel(TITLE_OF.get(name) ?? name, input[name])] as const);
	const cut = Object.entries(ofNode).map(([name, value]) => [name, value.slice(0, MAX_LABEL_LENGTH)] as const);
	return Object.fromEntries([...ofItem, ...cut].filter(([, value]) => value !== ''));
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

/** Long ids are told apart by their hash. */
function shortId(id: string): string {
	return id.length > MAX_LABEL_LENGTH ? sha256(id) : id;
}
