/**
 * Owns reserve (ledger rules 10, 16 and 18): which of the alternatives of a request is held, or why none is. One decision chooses, so
 * nothing can come between looking and taking. An alternative is all or nothing and is never shrunk to fit.
 */
import { drawSlices } from '../draft/burn-down';
import type { Alternative, Outcome, ReserveCommand, AlternativeCall } from '../../nouns/commands';
import type { Draft, EntryContext } from '../draft/draft';
import { CreditError } from '../../values/errors';
import { checkAmount } from './close-hold';
import { hashPassKey } from '../../values/idempotency';
import {
	budgetClaims,
	capClaims,
	claimHit,
	floorHit,
	limitedCall,
	type Claim,
	type LimitedCall,
	type LimitHit,
	type KnownClaim,
} from '../draft/limits';
import { counterKey } from '../../nouns/counters';
import { checkCounters, checkDay, checkReach } from '../draft/totals';
import type { CounterRef } from '../../nouns/records';
import type { RefusalReason } from '../../nouns/words';
import type { Labels } from '../../nouns/labels';
import { formatCredits, minMicro, sumMicro, type Micro } from '../../values/money';
import type { ModelPrice } from '../../prices/pricing';
import { pinKeyHash, pinOf } from '../../prices/recorded-price';
import { REFUSED_COUNTS } from '../../journal/usage-counts';

export const DEFAULT_HOLD_TIMEOUT_MS = 15 * 60_000;
/** A call ends within a day; a batch may take a week, and its answers wait another day for somebody who collects them. */
const MAX_HOLD_TIMEOUT_MS = 8 * 24 * 3_600_000;
/** More would make a decision slow. */
const MAX_ALTERNATIVES = 50;
const MAX_CALLS = 10;

/**
 * Holds credits for the first alternative that fits, or says why the first of all does not. With `mayWait`, an alternative that
 * would fit once open holds close is waited for rather than passed over. Precedence of refusals: `unpriced_model`, `account_frozen`; then an
 * amount of 0 always passes; `plan_not_eligible`, `overdrawn`, `cap_reached`, `budget_exceeded`, `floor_reached`, and `credits_held` (would
 * fit once open holds close) before `credits_exhausted`. In shadow mode the first alternative is held, and why it would not have
 * been is recorded, but a frozen account is frozen in shadow mode too. An alternative whose calls may cost more than their amount is passed over in silence where there is no room for that.
 */
export function reserve(draft: Draft, command: ReserveCommand, context: EntryContext, before: RefusedBefore | null = null): Outcome {
	checkReserve(command);
	const isShadow = draft.account.settings.enforcement === 'shadow' && draft.account.frozen === null;
	let first: { readonly claiming: AlternativeWithClaims; readonly refusal: Refusal } | null = null;
	for (const [choice, alternative] of command.alternatives.entries()) {
		const claiming = withClaims(draft, command, alternative);
		const hasReach = alternative.calls.some(({ mostMicro }) => mostMicro !== undefined);
		if (hasReach && !isShadow && refusalOf(draft, command, reaching(claiming))) continue;
		const refusal = refusalOf(draft, command, claiming);
		if (!refusal || isShadow) {
			const why = { shadow: refusal?.reason ?? null, steppedDown: first?.refusal.reason ?? null };
			return hold(draft, command, { context, choice, claiming, why });
		}
		if (refusal.mayPass && command.mayWait) return { kind: 'wait', reason: refusal.reason, availableMicro: draft.availableMicro() };
		first ??= { claiming, refusal };
	}
	return first
		? refuse(draft, command, { context, before, ...first })
		: { kind: 'wait', reason: null, availableMicro: draft.availableMicro() };
}

/** A call of an alternative with what it is counted under. */
interface CallWithClaims extends AlternativeCall {
	readonly limited: LimitedCall;
	readonly budgets: readonly Claim[];
}

interface AlternativeWithClaims {
	readonly rung: number;
	readonly calls: readonly CallWithClaims[];
	/** Of all calls together; `null` where one of them has no price. */
	readonly amountMicro: Micro | null;
}

function withClaims(draft: Draft, command: ReserveCommand, { rung, calls }: Alternative): AlternativeWithClaims {
	const { settings, timeZone } = draft.account;
	let amountMicro: Micro | null = 0n;
	const claiming = calls.map((call) => {
		amountMicro = amountMicro === null || call.amountMicro === null ? null : amountMicro + call.amountMicro;
		const limited = limitedCall(command, call.model);
		const budgets =
			settings.budgets.length === 0 ? [] : budgetClaims(settings.budgets, limited, { atMs: draft.nowMs, timeZone, people: draft.people });
		return { ...call, limited, budgets };
	});
	return { rung, calls: claiming, amountMicro };
}

/** The same as large as it may become. */
function reaching({ rung, calls: claiming }: AlternativeWithClaims): AlternativeWithClaims {
	const calls = claiming.map((call) => ({ ...call, amountMicro: call.mostMicro ?? call.amountMicro }));
	const amounts = calls.map(({ amountMicro }) => amountMicro);
	return { rung, calls, amountMicro: amounts.includes(null) ? null : sumMicro(amounts.map((amountMicro) => amountMicro ?? 0n)) };
}

interface Holding {
	readonly context: EntryContext;
	readonly choice: number;
	readonly claiming: AlternativeWithClaims;
	readonly why: { readonly shadow: RefusalReason | null; readonly steppedDown: RefusalReason | null };
}

/** Appends one hold for each call. The first carries the key, the others keys made of it, so that a replay finds them all. */
function hold(draft: Draft, command: ReserveCommand, { context, choice, claiming: { rung, calls }, why }: Holding): Outcome {
	const timeoutAtMs = draft.clockMs + command.timeoutMs;
	const caps = capClaims(command);
	checkTotals(draft, calls, caps);
	const seqs = calls.map(({ amountMicro: priced, mostMicro, expectedMicro: expected, price, limited, budgets }, pass) => {
		const priceVersion = pinPrice(draft, price);
		const amountMicro = priced ?? 0n;
		const reachMicro = mostMicro === undefined ? 0n : mostMicro - amountMicro;
		const expectedMicro = expected === undefined ? amountMicro : minMicro(expected, amountMicro);
		const slices = drawSlices(draft.grants, { amountMicro, atMs: draft.nowMs });
		const counters = [...caps, ...budgets].map(({ ref }) => ref);
		const keyed = pass === 0 ? context : { ...context, keyHash: hashPassKey(command.key, pass) };
		const { labels, person } = limited;
		const size = { amountMicro, reachMicro, expectedMicro };
		const body = { kind: 'reserved', ...size, slices, timeoutAtMs, priceVersion, counters, rung, pass, ...why } as const;
		return draft.append(body, { ...keyed, labels, person }).seq;
	});
	const [held, ...further] = seqs.map((seq) => draft.hold(seq));
	if (!held) throw new TypeError('An alternative without calls was checked before');
	return { kind: 'reserved', hold: held, further, choice, availableMicro: draft.availableMicro(), isReplayed: false };
}

/** Throws `invalid_amount` where a running total of the account would come to more than it can. */
function checkTotals(draft: Draft, calls: readonly CallWithClaims[], caps: readonly Claim[]): void {
	const what = 'reservation';
	const amountMicro = sumMicro(calls.map((call) => call.amountMicro ?? 0n));
	const mostMicro = sumMicro(calls.map((call) => call.mostMicro ?? call.amountMicro ?? 0n));
	const refs = [...caps, ...calls.flatMap(({ budgets }) => budgets)].map(({ ref }) => ref);
	checkCounters(draft, refs, { what, amountMicro: mostMicro });
	checkReach(draft, { what, amountMicro: mostMicro - amountMicro });
	checkDay(draft, { what, amountMicro });
}

/** Writes a price down unless that was done before, and returns the name that the hold pins; `null` for no price. */
function pinPrice(draft: Draft, price: ModelPrice | null): string | null {
	if (price === null) return null;
	const pin = pinOf(price);
	const keyHash = pinKeyHash(pin);
	if (!draft.entryByKey(keyHash)) draft.append({ kind: 'price_recorded', price }, { keyHash });
	return pin;
}

interface Refusal {
	readonly reason: RefusalReason;
	/** Name of the budget, floor or cap that refuses. */
	readonly limit: string | null;
	/** True when it would fit once open holds close: nothing else that never makes room is in the way. */
	readonly mayPass: boolean;
}

/** How the same request was refused before; the same refusal again is not recorded again. */
type RefusedBefore = Pick<Refusal, 'reason' | 'limit'>;

interface Refusing {
	readonly context: EntryContext;
	readonly before: RefusedBefore | null;
	readonly claiming: AlternativeWithClaims;
	readonly refusal: Refusal;
}

function refuse(draft: Draft, command: ReserveCommand, { context, before, claiming, refusal: { reason, limit } }: Refusing): Outcome {
	if (before?.reason === reason && before.limit === limit)
		return { kind: 'refused', reason, limit, availableMicro: draft.availableMicro(), isReplayed: true };
	const labels: Labels = claiming.calls[0]?.limited.labels ?? command.labels;
	draft.append({ kind: 'refused', reason, amountMicro: claiming.amountMicro, limit }, { ...context, labels, person: command.person });
	draft.count(labels, REFUSED_COUNTS);
	return { kind: 'refused', reason, limit, availableMicro: draft.availableMicro(), isReplayed: false };
}

function refusalOf(draft: Draft, command: ReserveCommand, claiming: AlternativeWithClaims): Refusal | null {
	const { plan, overdraftMicro, frozen } = draft.account;
	const { amountMicro } = claiming;
	const plain = (reason: RefusalReason): Refusal => ({ reason, limit: null, mayPass: false });
	if (amountMicro === null) return plain('unpriced_model');
	if (frozen !== null) return plain('account_frozen');
	if (amountMicro === 0n) return null;
	if (plan !== 'paid') return plain('plan_not_eligible');
	if (overdraftMicro > 0n) return plain('overdrawn');
	const hits = [...limitHits(draft, command, { ...claiming, amountMicro }), ...creditsHit(draft, amountMicro)];
	return hits[0] ? { ...hits[0], mayPass: hits.every(({ mayPass }) => mayPass) } : null;
}

/** The first cap, the first budget and the first floor in the way. */
function limitHits(
	draft: Draft,
	command: ReserveCommand,
	{ calls, amountMicro }: AlternativeWithClaims & { readonly amountMicro: Micro },
): Refusal[] {
	const { floors } = draft.account.settings;
	const counterOf = (ref: CounterRef): ReturnType<Draft['counter']> => draft.counter(ref);
	const caps = capClaims(command).map((claim) => ({ ...claim, amountMicro }));
	const hits: (LimitHit | null)[] = [
		claimHit(caps, { reason: 'cap_reached', counterOf }),
		claimHit(known(calls), { reason: 'budget_exceeded', counterOf }),
	];
	if (floors.length > 0) {
		const [freeMicro, returnableMicro] = [draft.freeMicro(), draft.account.reachMicro + draft.returnableMicro()];
		const paid = calls.filter((call) => call.amountMicro !== 0n).map(({ limited }) => limited);
		hits.push(floorHit(floors, paid, { amountMicro, freeMicro, returnableMicro, people: draft.people }));
	}
	return hits.flatMap((hit) => (hit ? [{ reason: hit.reason, limit: hit.name, mayPass: hit.mayPass }] : []));
}

/** The budgets of all calls, each with what those of its calls take together. */
function known(calls: readonly CallWithClaims[]): KnownClaim[] {
	const [only, ...more] = calls;
	if (only && more.length === 0) return only.budgets.map((claim) => ({ ...claim, amountMicro: only.amountMicro ?? 0n }));
	const byCounter = new Map<string, KnownClaim>();
	for (const { budgets, amountMicro } of calls) {
		if (!amountMicro) continue;
		for (const claim of budgets) {
			const key = counterKey(claim.ref);
			byCounter.set(key, { ...claim, amountMicro: (byCounter.get(key)?.amountMicro ?? 0n) + amountMicro });
		}
	}
	return [...byCounter.values()];
}

function creditsHit(draft: Draft, amountMicro: Micro): Refusal[] {
	if (amountMicro <= draft.freeMicro()) return [];
	const mayPass = amountMicro <= draft.availableMicro() + draft.returnableMicro();
	return [{ reason: mayPass ? 'credits_held' : 'credits_exhausted', limit: null, mayPass }];
}

function checkReserve({ alternatives, timeoutMs, caps }: ReserveCommand): void {
	if (alternatives.length > MAX_ALTERNATIVES || alternatives.some(({ calls }) => calls.length === 0 || calls.length > MAX_CALLS)) {
		throw new CreditError(
			'invalid_argument',
			`A reservation may have ${String(MAX_ALTERNATIVES)} alternatives with 1 to ${String(MAX_CALLS)} calls each. Use fewer.`,
		);
	}
	if (alternatives.length > 0 && alternatives.every(({ calls }) => calls.some(({ mostMicro }) => mostMicro !== undefined)))
		throw new CreditError('invalid_argument', 'Every alternative may cost more than its amount. Offer one that may not.');
	for (const { calls } of alternatives) {
		for (const { amountMicro, mostMicro, expectedMicro } of calls) {
			if (amountMicro !== null) checkAmount(amountMicro, 'reservation');
			if (mostMicro !== undefined) checkMost(mostMicro, amountMicro);
			if (expectedMicro !== undefined) checkAmount(expectedMicro, 'expected cost of the call');
		}
	}
	for (const { limitMicro } of caps) checkAmount(limitMicro, 'cap');
	if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1000 || timeoutMs > MAX_HOLD_TIMEOUT_MS) {
		throw new CreditError('invalid_time', `The hold's timeout is ${String(timeoutMs)} ms; give 1 second to 8 days.`);
	}
}

function checkMost(mostMicro: Micro, amountMicro: Micro | null): void {
	checkAmount(mostMicro, 'most that a call may cost');
	if (amountMicro === null || mostMicro < amountMicro)
		throw new CreditError(
			'invalid_amount',
			`A call may cost ${formatCredits(mostMicro)} credits at most; give no less than what is held for it.`,
		);
}
