/**
 * Owns short ways to write ledger commands in tests: amounts in whole credits, everything else with a plain default.
 */
import { isAdminCommand } from '../../../lib/core/rules/commands/admin';
import type {
	AdminCommand,
	Alternative,
	Cap,
	Command,
	Expiry,
	Outcome,
	ReserveCommand,
	SettleCommand,
} from '../../../lib/core/nouns/commands';
import { sha256 } from '../../../lib/core/values/idempotency';
import type { BudgetScope } from '../../../lib/core/nouns/settings';
import type { BudgetPeriod, GrantCategory, Plan, UnconfirmedPolicy } from '../../../lib/core/nouns/words';
import type { Measure } from '../../../lib/core/nouns/call-facts';
import type { LabelName, Labels } from '../../../lib/core/nouns/labels';
import { MICRO_PER_CREDIT, type Micro } from '../../../lib/core/values/money';
import type { ModelPrice, Rates } from '../../../lib/core/prices/pricing';
import { NO_TOKENS, type Usage } from '../../../lib/core/usage/usage-fields';

const DOLLAR = 10_000_000_000n;
const EVERY_RATE: Rates = {
	input: DOLLAR,
	cachedInput: DOLLAR,
	cacheWrite: DOLLAR,
	longCacheWrite: DOLLAR,
	audioInput: DOLLAR,
	cachedAudio: DOLLAR,
	output: DOLLAR,
	audioOutput: DOLLAR,
	reasoning: DOLLAR,
	citation: DOLLAR,
	search: 0n,
	toolCall: 0n,
};

/** Whole credits in micro-credits. */
export const credits = (whole: number): Micro => BigInt(whole) * MICRO_PER_CREDIT;

export const openAccount = (
	options: { key?: string; name?: string; timeZone?: string; plan?: Plan; unconfirmedPolicy?: UnconfirmedPolicy } = {},
): Command => ({
	kind: 'open_account',
	key: 'open',
	name: 'Acme',
	timeZone: 'UTC',
	plan: 'paid',
	unconfirmedPolicy: 'release',
	...options,
});

export interface GrantOptions {
	readonly category?: GrantCategory;
	readonly priority?: number;
	readonly effectiveAtMs?: number | null;
	readonly expiry?: Expiry | null;
	readonly note?: string | null;
}

export const grant = (key: string, whole: number, options: GrantOptions = {}): Command => ({
	kind: 'grant',
	key,
	category: 'purchased',
	amountMicro: credits(whole),
	priority: 50,
	effectiveAtMs: null,
	expiry: null,
	note: null,
	...options,
});

export interface ReserveOptions {
	readonly fingerprint?: string;
	readonly timeoutMs?: number;
	readonly labels?: Labels;
	readonly person?: string | null;
	readonly sendId?: string | null;
	readonly executionId?: string | null;
	readonly caps?: readonly Cap[];
	readonly price?: ModelPrice | null;
	readonly mayWait?: boolean;
}

/** A price of that version: a dollar per million tokens of any kind. */
export const priceNamed = (version: string): ModelPrice => ({
	version,
	model: version,
	tiers: [{ fromInputTokens: 0, rates: { ...EVERY_RATE } }],
	perCallMicro: 0n,
	contextTokens: null,
});

/** Keeps a list of prices with this text. */
export const addPriceList = (version: string, text: string): AdminCommand => ({
	kind: 'add_price_list',
	list: { version, date: '2026-05-01', hash: sha256(text), models: 1 },
	text,
});

/** One way to serve a request, with whole credits and the model of each call. */
export const alternative = (rung: number, ...calls: readonly (readonly [whole: number | null, model?: string])[]): Alternative => ({
	rung,
	calls: calls.map(([whole, model = null]) => ({ amountMicro: whole === null ? null : credits(whole), model, price: null })),
});

export const reserve = (key: string, whole: number | null, { price = null, ...options }: ReserveOptions = {}): Command => ({
	...reserveOneOf(key, [{ rung: 0, calls: [{ amountMicro: whole === null ? null : credits(whole), model: null, price }] }]),
	...options,
});

export const reserveOneOf = (
	key: string,
	alternatives: readonly Alternative[],
	options: Omit<ReserveOptions, 'price'> = {},
): ReserveCommand => ({
	kind: 'reserve',
	key,
	fingerprint: 'same',
	alternatives,
	timeoutMs: 900_000,
	labels: {},
	person: null,
	sendId: null,
	executionId: null,
	caps: [],
	mayWait: false,
	...options,
});

export interface SettleOptions {
	readonly measure?: Measure;
	readonly usage?: Usage | null;
	readonly result?: { readonly text: string; readonly keptUntilMs: number } | null;
	readonly facts?: SettleCommand['facts'];
}

export const settle = (holdSeq: number, whole: number, { facts, ...options }: SettleOptions = {}): Command => ({
	kind: 'settle',
	holdSeq,
	actualMicro: credits(whole),
	measure: 'reported',
	usage: null,
	result: null,
	...options,
	...(facts ? { facts } : {}),
});

export const release = (holdSeq: number): Command => ({ kind: 'release', holdSeq });
export const expire = (holdSeq: number): Command => ({ kind: 'expire', holdSeq });
export const voidGrant = (key: string, grantSeq: number): Command => ({ kind: 'void_grant', key, grantSeq });

export const refund = (key: string, holdSeq: number, whole: number | null, { renews = false } = {}): Command => ({
	kind: 'refund',
	key,
	holdSeq,
	amountMicro: whole === null ? null : credits(whole),
	renews,
});

export const setBudget = (
	key: string,
	{ limit, value = null, ...rest }: { name: string; scope: BudgetScope; value?: string | null; period: BudgetPeriod; limit: number },
): Command => ({ kind: 'set_budget', key, budget: { ...rest, value, limitMicro: credits(limit) } });

export const setFloor = (
	key: string,
	{ floor, ...rest }: { name: string; label: LabelName | 'person'; exempt: readonly string[]; floor: number },
): Command => ({ kind: 'set_floor', key, floor: { ...rest, floorMicro: credits(floor) } });

/** Token counts with nothing cached and nothing reasoned. */
export const tokens = (inputTokens: number, outputTokens: number): Usage => ({ ...NO_TOKENS, inputTokens, outputTokens });

/** The outcome if it is of this kind; throws with the outcome otherwise. */
export function expectKind<K extends Outcome['kind']>(outcome: Outcome | undefined, kind: K): Extract<Outcome, { kind: K }> {
	if (outcome?.kind !== kind) throw new Error(`Expected ${kind}, got ${describeOutcome(outcome)}.`);
	return outcome as Extract<Outcome, { kind: K }>;
}

function describeOutcome(outcome: Outcome | undefined): string {
	return outcome?.kind === 'fault' ? `${outcome.error.code}: ${outcome.error.message}` : showValue(outcome);
}

/** A value as text, big integers included. */
export function showValue(value: unknown): string {
	return JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? `${String(inner)}n` : inner));
}

/** A command of an administrator, or the opening of an account, with a proof and a name. */
export function asAdmin(
	command: Command,
	{ proof = null, actor }: { readonly proof?: string | null; readonly actor?: string } = {},
): Command {
	if (command.kind === 'as_admin' || (command.kind !== 'open_account' && !isAdminCommand(command)))
		throw new Error(`${command.kind} needs no proof.`);
	return { kind: 'as_admin', proof, ...(actor === undefined ? {} : { actor }), command };
}
