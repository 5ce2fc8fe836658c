/**
 * Owns a second opinion on the ledger's rules, as plain as can be: every micro-credit is a coin that lies in exactly one place, and time
 * is walked through instant by instant. It shares no code with the ledger; only amounts and instants have the same types.
 */
import { NaiveAlerts } from './naive-alerts';
import type { Micro } from '../../../lib/core/values/money';
import type { Instant } from '../../../lib/core/values/time';

type Place = 'remaining' | 'held' | 'settled' | 'expired' | 'voided';

interface Coin {
	readonly grant: NaiveGrant;
	place: Place;
}

export interface NaiveGrant {
	readonly order: number;
	readonly category: 'promotional' | 'purchased' | 'adjustment';
	readonly priority: number;
	readonly fromMs: Instant;
	readonly untilMs: Instant;
	readonly promotionId: string | null;
	isVoided: boolean;
	readonly coins: Coin[];
}

export interface NaiveHold {
	readonly amount: number;
	readonly reach: number;
	readonly reservedAtMs: Instant;
	/** By the clock. */
	readonly timeoutAtMs: Instant;
	state: 'open' | 'settled' | 'released' | 'expired';
	coins: Coin[];
	actual: number | null;
	overdraft: number;
	refunded: number;
	isLate: boolean;
	/** The budgets it counts in, with the period and value it counts under. */
	readonly counted: readonly Counted[];
	readonly campaign: string;
	readonly model: string;
	readonly price: string | null;
	readonly shadow: string | null;
	readonly rung: number;
	readonly pass: number;
	readonly steppedDown: string | null;
}

interface Counted {
	readonly budget: NaiveBudget;
	readonly period: string;
	readonly value: string;
}

/** A budget is the same one as long as nothing but its limit changes. */
interface NaiveBudget {
	readonly name: string;
	readonly scope: 'campaign' | 'model' | 'person' | 'account';
	readonly value: string | null;
	readonly period: 'total' | 'day' | 'send';
	limit: number;
	since: number;
	/** What was spent before it was set, by period and value. */
	readonly before: ReadonlyMap<string, number>;
}

interface NaiveFloor {
	readonly name: string;
	readonly exempt: readonly string[];
	readonly floor: number;
}

interface Offer {
	readonly rung: number;
	/** `reach`: how much more than its amount a call may cost. */
	readonly calls: readonly {
		readonly amount: number | null;
		readonly reach: number;
		readonly model: string;
		readonly price: string | null;
	}[];
}

interface ReserveRequest {
	readonly offers: readonly Offer[];
	readonly caps: { readonly send: number | null; readonly execution: number | null };
	readonly timeoutMs: number;
	readonly mayWait: boolean;
	readonly campaign: string;
	readonly person: string | null;
	readonly send: string;
	readonly execution: string;
}

interface Refusal {
	readonly why: string;
	readonly mayPass: boolean;
	readonly name?: string;
}

export interface GrantRequest {
	readonly amount: number;
	readonly category: NaiveGrant['category'];
	readonly priority: number;
	readonly fromMs: Instant | null;
	readonly untilMs: Instant | null;
	readonly promotionId?: string;
}

export interface PromotionRequest {
	readonly id: string;
	readonly amount: number;
	readonly fromMs: Instant;
	readonly untilMs: Instant;
	readonly days: number;
	readonly priority: number;
}

interface Trace {
	readonly isShort?: boolean;
	readonly isDrained?: boolean;
	/** Budgets that were asked or charged, and what was refused by them. */
	readonly counted?: readonly (Counted & { readonly refused: number | null })[];
}

export type NaiveAnswer =
	| { readonly kind: 'granted' | 'voided'; readonly grant: NaiveGrant; readonly isReplayed: boolean }
	| { readonly kind: 'reserved'; readonly hold: NaiveHold; readonly further: readonly NaiveHold[]; readonly isReplayed: boolean }
	| { readonly kind: 'closed' | 'refunded'; readonly hold: NaiveHold; readonly isReplayed: boolean }
	| { readonly kind: 'refused' | 'not_granted'; readonly reason: string; readonly limit?: string | null; readonly isReplayed: boolean }
	| { readonly kind: 'wait' }
	| { readonly kind: 'account' }
	| { readonly kind: 'forgotten'; readonly wasKnown: boolean }
	| { readonly kind: 'alerts'; readonly words: readonly string[] }
	| { readonly kind: 'fault'; readonly code: string };

interface Remembered {
	readonly request: string;
	readonly answer: NaiveAnswer;
}

const DAY_MS = 86_400_000;
const FIVE_MINUTES_MS = 300_000;
/** Refusals that stay whatever changes; all others are asked again. */
const CAUSED_BY_REQUEST: ReadonlySet<string> = new Set(['unpriced_model', 'cap_reached']);

export class NaiveLedger {
	readonly grants: NaiveGrant[] = [];
	readonly holds: NaiveHold[] = [];
	/** Prices that calls were held with, in the order of the first use of each. */
	readonly pricesWritten = new Set<string>();
	/** Text of each list of prices, by version. */
	readonly priceLists = new Map<string, string>();
	pinnedPrices: string | null = null;
	budgets: NaiveBudget[] = [];
	floors: NaiveFloor[] = [];
	isShadow = false;
	isFrozen = false;
	readonly alerts = new NaiveAlerts();
	#limitsSet = 0;
	readonly #sendCap: NaiveBudget = { name: 'send', scope: 'account', value: null, period: 'send', limit: 0, since: -1, before: new Map() };
	readonly #executionCap: NaiveBudget = {
		name: 'execution',
		scope: 'account',
		value: null,
		period: 'send',
		limit: 0,
		since: -2,
		before: new Map(),
	};
	/** What the command under way means for alerts. */
	#trace: Trace = {};
	readonly #keys = new Map<string, Remembered>();
	/** How often each person was forgotten: whoever comes back is somebody else. */
	readonly #lives = new Map<string, number>();
	/** Persons whom something was written about since. */
	readonly #known = new Set<string>();
	/** All budgets that ever began to count. */
	readonly budgetsMade: NaiveBudget[] = [];
	/** Every charge, and what took some of one back. */
	readonly #charges: { readonly day: string; readonly campaign: string; readonly model: string; readonly amount: number }[] = [];
	nowMs: Instant;
	/** What the clock says, which may be behind the newest change. */
	#clockMs: Instant;
	/** When it was noticed that the clock is behind, by the clock, and how many holds there were. */
	#noticed: { readonly clockMs: Instant; readonly holds: number } | null = null;
	#lastChangeMs: Instant;
	overdraft = 0;
	plan: 'paid' | 'trial' = 'paid';
	policy: 'release' | 'charge' = 'release';
	#paidSinceMs: Instant | null;

	constructor(openedAtMs: Instant) {
		this.nowMs = openedAtMs;
		this.#clockMs = openedAtMs;
		this.#lastChangeMs = openedAtMs;
		this.#paidSinceMs = openedAtMs;
	}

	get available(): number {
		return this.#spendable().length - this.overdraft;
	}

	count(grant: NaiveGrant, place: Place): Micro {
		return BigInt(grant.coins.filter((coin) => coin.place === place).length);
	}

	/** The newest change, where it is far ahead of the clock. */
	get aheadUntilMs(): Instant | null {
		return this.#lastChangeMs > this.#clockMs + FIVE_MINUTES_MS ? this.#lastChangeMs : null;
	}

	/** Lets time pass to `atMs`; a clock that stepped back stands still at the newest change. */
	pass(atMs: Instant): void {
		this.#clockMs = atMs;
		const untilMs = Math.max(atMs, this.#lastChangeMs);
		const sinceMs = this.#lastChangeMs;
		const warnings = this.grants.flatMap((grant) => this.alerts.expiryDays.map((days) => grant.untilMs - days * DAY_MS));
		const ends = this.grants.flatMap((grant) => [grant.fromMs, grant.untilMs]);
		const over = this.holds.filter((hold, index) => hold.state === 'open' && this.#isOver(hold, index));
		const instants = [...over.map((hold) => hold.timeoutAtMs), ...ends, ...warnings];
		const due = [...new Set(instants)].filter((instant) => instant <= untilMs).sort((a, b) => a - b);
		for (const instant of due) this.#happenAt(instant, { sinceMs, over });
		this.nowMs = untilMs;
		for (const hold of [...over].sort((a, b) => a.timeoutAtMs - b.timeoutAtMs)) if (hold.state === 'open') this.#timeOut(hold);
		this.#repay();
		this.#noticeClock();
	}

	/** By the clock; a hold that a clock ahead has made is over when its whole time has passed since that was noticed, and five minutes. */
	#isOver({ reservedAtMs, timeoutAtMs }: NaiveHold, index: number): boolean {
		if (timeoutAtMs <= this.#clockMs) return true;
		if (this.#noticed === null || index >= this.#noticed.holds || reservedAtMs <= this.#noticed.clockMs) return false;
		return this.#clockMs - this.#noticed.clockMs >= timeoutAtMs - reservedAtMs + FIVE_MINUTES_MS;
	}

	#noticeClock(): void {
		if (this.#noticed === null && this.aheadUntilMs !== null) {
			this.#noticed = { clockMs: this.#clockMs, holds: this.holds.length };
			this.alerts.clockIsBehind();
			this.#changed();
		}
		if (this.#noticed !== null && this.#clockMs >= this.#lastChangeMs) {
			this.#noticed = null;
			this.alerts.clockIsRight();
			this.#changed();
		}
	}

	freeze(key: string, reason: string): NaiveAnswer {
		return this.#once(`spender ${key}`, ['freeze', reason], () => this.#setFrozen(true));
	}

	thaw(key: string): NaiveAnswer {
		return this.#once(key, ['thaw'], () => this.#setFrozen(false));
	}

	#setFrozen(isFrozen: boolean): NaiveAnswer {
		this.#changed();
		this.isFrozen = isFrozen;
		return { kind: 'account' };
	}

	grant(key: string, request: GrantRequest): NaiveAnswer {
		return this.#once(key, ['grant', request], () => this.#grant(request));
	}

	claim(key: string, promotion: PromotionRequest): NaiveAnswer {
		return this.#once(key, ['claim', promotion], () => this.#claim(promotion));
	}

	void(key: string, order: number): NaiveAnswer {
		return this.#once(key, ['void', order], () => this.#void(this.grants[order]));
	}

	change(key: string, change: { readonly plan?: 'paid' | 'trial'; readonly policy?: 'release' | 'charge' }): NaiveAnswer {
		return this.#once(key, ['change', change], () => {
			if (change.plan === 'paid' && this.plan === 'trial') this.#paidSinceMs = this.nowMs;
			if (change.plan === 'trial') this.#paidSinceMs = null;
			this.plan = change.plan ?? this.plan;
			this.policy = change.policy ?? this.policy;
			this.#changed();
			return { kind: 'account' };
		});
	}

	setBudget(
		key: string,
		{
			name,
			scope,
			value,
			period,
			limit,
		}: {
			name: string;
			scope: 'campaign' | 'model' | 'person' | 'account';
			value: string | null;
			period: 'total' | 'day' | 'send';
			limit: number;
		},
	): NaiveAnswer {
		const named = scope === 'person' ? value : null;
		if (named !== null) value = this.#who(named);
		return this.#once(key, ['budget', name, scope, value, period, limit], () => {
			if (scope === 'account' && value !== null) return { kind: 'fault', code: 'invalid_argument' };
			const old = this.budgets.find((budget) => budget.name === name);
			this.#limitsSet += 1;
			const isSame = old?.scope === scope && old.value === value && old.period === period;
			const next =
				old && isSame
					? old
					: { name, scope, value, period, limit, since: this.#limitsSet, before: this.#spentBefore({ scope, value, period }) };
			if (next !== old) this.budgetsMade.push(next);
			next.limit = limit;
			this.budgets = [...this.budgets.filter((budget) => budget.name !== name), next];
			if (named !== null) this.#known.add(named);
			this.#changed();
			return { kind: 'account' };
		});
	}

	setFloor(key: string, { name, exempt, floor }: NaiveFloor): NaiveAnswer {
		return this.#once(key, ['floor', name, exempt, floor], () => {
			this.floors = [...this.floors.filter((other) => other.name !== name), { name, exempt, floor }];
			this.#changed();
			return { kind: 'account' };
		});
	}

	removeLimit(key: string, { limit, name }: { limit: 'budget' | 'floor'; name: string }): NaiveAnswer {
		return this.#once(key, ['remove', limit, name], () => {
			const from: readonly { readonly name: string }[] = limit === 'budget' ? this.budgets : this.floors;
			if (!from.some((one) => one.name === name)) return { kind: 'fault', code: 'invalid_argument' };
			if (limit === 'budget') this.budgets = this.budgets.filter((budget) => budget.name !== name);
			else this.floors = this.floors.filter((floor) => floor.name !== name);
			this.#changed();
			return { kind: 'account' };
		});
	}

	addPriceList(version: string, text: string): NaiveAnswer {
		const kept = this.priceLists.get(version);
		if (kept !== undefined && kept !== text) return { kind: 'fault', code: 'invalid_argument' };
		if (kept === undefined) this.#changed();
		this.priceLists.set(version, text);
		return { kind: 'account' };
	}

	pinPrices(key: string, version: string | null): NaiveAnswer {
		return this.#once(key, ['pin', version], () => {
			if (version !== null && !this.priceLists.has(version)) return { kind: 'fault', code: 'invalid_argument' };
			this.pinnedPrices = version;
			this.#changed();
			return { kind: 'account' };
		});
	}

	setEnforcement(key: string, enforcement: 'enforce' | 'shadow'): NaiveAnswer {
		return this.#once(key, ['enforcement', enforcement], () => {
			this.isShadow = enforcement === 'shadow';
			this.#changed();
			return { kind: 'account' };
		});
	}

	warn(key: string, { low, expiring }: { low: readonly number[]; expiring: readonly number[] }): NaiveAnswer {
		return this.#once(key, ['warn', low, expiring], () => {
			this.alerts.set({ low, expiring });
			this.#changed();
			return { kind: 'account' };
		});
	}

	forget(person: string): NaiveAnswer {
		if (!this.#known.delete(person)) return { kind: 'forgotten', wasKnown: false };
		this.#lives.set(person, (this.#lives.get(person) ?? 0) + 1);
		this.#changed();
		this.#look({});
		return { kind: 'forgotten', wasKnown: true };
	}

	#who(person: string): string {
		return `${person} in life ${String(this.#lives.get(person) ?? 0)}`;
	}

	tell(reader: string): NaiveAnswer {
		const { words, isNoted } = this.alerts.tell(reader);
		if (isNoted) this.#changed();
		return { kind: 'alerts', words };
	}

	/** What calls were charged so far within the period that runs now. */
	#spentBefore({ scope, value, period }: Pick<NaiveBudget, 'scope' | 'value' | 'period'>): Map<string, number> {
		const sums = new Map<string, number>();
		if (period === 'send' || scope === 'person') return sums;
		for (const { day, amount, ...values } of this.#charges) {
			const own = { ...values, account: '' }[scope];
			if ((value !== null && value !== own) || (period === 'day' && day !== this.#day)) continue;
			const id = `${period === 'day' ? day : ''}/${own}`;
			sums.set(id, (sums.get(id) ?? 0) + amount);
		}
		return sums;
	}

	get #day(): string {
		return new Date(this.nowMs).toISOString().slice(0, 10);
	}

	#charge({ campaign, model }: NaiveHold, amount: number): void {
		this.#charges.push({ day: this.#day, campaign, model, amount });
	}

	/** What a budget has counted, from the holds themselves, and from what was spent before it was set. */
	used({ budget, period, value }: Counted): { held: number; settled: number; reach: number } {
		let held = 0;
		let reach = 0;
		let settled = Math.max(0, budget.before.get(`${period}/${value}`) ?? 0);
		for (const hold of this.holds) {
			if (!hold.counted.some((one) => one.budget === budget && one.period === period && one.value === value)) continue;
			if (hold.state === 'open') held += hold.amount;
			if (hold.state === 'open') reach += hold.reach;
			if (hold.state === 'settled') settled += (hold.actual ?? 0) - hold.refunded;
			if (hold.state === 'expired') settled += hold.coins.length;
		}
		return { held, settled, reach };
	}

	/** What is available and not kept free for open holds that may cost more than they hold. */
	get #free(): number {
		return this.holds.filter(({ state }) => state === 'open').reduce((free, { reach }) => free - reach, this.available);
	}

	reserve(key: string, { fingerprint, ...request }: { fingerprint: string } & ReserveRequest): NaiveAnswer {
		// Keys of spenders are a space of their own; all others are keys of administrators.
		const answer = this.#once(`spender ${key}`, ['reserve', fingerprint], () => this.#reserve(request));
		const isNews = (answer.kind === 'reserved' || answer.kind === 'refused') && !answer.isReplayed;
		if (isNews && request.person !== null) this.#known.add(request.person);
		if (answer.kind !== 'reserved') return answer;
		// A repeated request is shown as many calls as it asks for itself.
		const most = Math.max(1, ...request.offers.map(({ calls }) => calls.length));
		return { ...answer, further: answer.further.slice(0, most - 1) };
	}

	settle(order: number, actual: number): NaiveAnswer {
		return this.#close(order, ['settled', 'released'], (hold) => {
			this.#settle(hold, actual);
		});
	}

	refund(key: string, order: number, { amount, renews }: { amount: number | null; renews: boolean }): NaiveAnswer {
		return this.#once(key, ['refund', order, amount, renews], () => this.#refund(this.holds[order], amount, renews));
	}

	release(order: number): NaiveAnswer {
		return this.#close(order, ['settled', 'released'], (hold) => {
			if (hold.state === 'expired') this.#charge(hold, -hold.coins.length);
			this.#giveBack(hold.coins);
			hold.coins = [];
			hold.state = 'released';
		});
	}

	expire(order: number): NaiveAnswer {
		return this.#close(order, ['settled', 'released', 'expired'], (hold) => {
			this.#expireHold(hold);
		});
	}

	#once(key: string, request: unknown, act: () => NaiveAnswer): NaiveAnswer {
		const text = JSON.stringify(request);
		const earlier = this.#keys.get(key);
		const isCured = earlier?.request === text && earlier.answer.kind === 'refused' && !CAUSED_BY_REQUEST.has(earlier.answer.reason);
		if (earlier && !isCured)
			return earlier.request === text
				? ({ ...earlier.answer, isReplayed: true } as NaiveAnswer)
				: { kind: 'fault', code: 'idempotency_conflict' };
		this.#trace = {};
		const answer = act();
		// The same refusal again is no news.
		if (isCured && answer.kind === 'refused' && 'reason' in earlier.answer && answer.reason === earlier.answer.reason) {
			if (answer.limit === earlier.answer.limit) return { ...answer, isReplayed: true };
		}
		if (answer.kind === 'refused') this.#changed();
		this.#look(this.#trace);
		const leavesNothing = answer.kind === 'fault' || answer.kind === 'wait' || answer.kind === 'not_granted';
		if (!leavesNothing) this.#keys.set(key, { request: text, answer });
		return answer;
	}

	#grant({ amount, category, priority, fromMs, untilMs, promotionId }: GrantRequest): NaiveAnswer {
		const startMs = fromMs ?? this.nowMs;
		const endMs = untilMs ?? Infinity;
		if (amount <= 0) return { kind: 'fault', code: 'invalid_amount' };
		if (endMs <= startMs || endMs <= this.nowMs) return { kind: 'fault', code: 'invalid_time' };
		const grant: NaiveGrant = {
			order: this.grants.length,
			category,
			priority,
			fromMs: startMs,
			untilMs: endMs,
			promotionId: promotionId ?? null,
			isVoided: false,
			coins: [],
		};
		for (let index = 0; index < amount; index += 1) grant.coins.push({ grant, place: 'remaining' });
		this.grants.push(grant);
		this.#changed();
		this.#repay();
		return { kind: 'granted', grant, isReplayed: false };
	}

	#claim({ id, amount, fromMs, untilMs, days, priority }: PromotionRequest): NaiveAnswer {
		const refused = (reason: string): NaiveAnswer => ({ kind: 'not_granted', reason, isReplayed: false });
		if (this.grants.some((grant) => grant.promotionId === id)) return refused('already_claimed');
		if (this.#paidSinceMs === null) return refused('plan_not_eligible');
		const startMs = Math.max(fromMs, this.#paidSinceMs);
		if (startMs > this.nowMs || startMs >= untilMs) return refused('outside_window');
		const endMs = startMs + days * DAY_MS;
		if (endMs <= this.nowMs) return refused('promotion_expired');
		return this.#grant({ amount, category: 'promotional', priority, fromMs: startMs, untilMs: endMs, promotionId: id });
	}

	#void(grant: NaiveGrant | undefined): NaiveAnswer {
		if (!grant) return { kind: 'fault', code: 'grant_not_found' };
		if (grant.isVoided) {
			this.#changed();
			return { kind: 'voided', grant, isReplayed: true };
		}
		const left = grant.coins.filter((coin) => coin.place === 'remaining');
		for (const coin of left) coin.place = 'voided';
		this.#trace = { isDrained: left.length > 0 };
		grant.isVoided = true;
		this.#changed();
		return { kind: 'voided', grant, isReplayed: false };
	}

	#reserve(request: ReserveRequest): NaiveAnswer {
		const isShadow = this.isShadow && !this.isFrozen;
		let first: (Refusal & { readonly offer: Offer }) | null = null;
		for (const offer of request.offers) {
			const hasReach = offer.calls.some(({ reach }) => reach > 0);
			// As if it went all the way; where that does not fit, it is as if it had not been offered.
			const whole = offer.calls.map((call) => ({ ...call, amount: call.amount === null ? null : call.amount + call.reach }));
			if (hasReach && !isShadow && this.#refusal({ ...offer, calls: whole }, request)) continue;
			const refusal = this.#refusal(offer, request);
			if (!refusal || isShadow) return this.#hold(offer, request, { shadow: refusal?.why ?? null, steppedDown: first?.why ?? null });
			if (refusal.mayPass && request.mayWait) return { kind: 'wait' };
			first ??= { ...refusal, offer };
		}
		if (!first) return { kind: 'wait' };
		this.#trace = { isShort: isWant(first.why), counted: first.why === 'budget_exceeded' ? this.#namedBy(first, request) : [] };
		return { kind: 'refused', reason: first.why, limit: first.name ?? null, isReplayed: false };
	}

	#hold(
		{ rung, calls }: Offer,
		request: ReserveRequest,
		{ shadow, steppedDown }: { shadow: string | null; steppedDown: string | null },
	): NaiveAnswer {
		this.#changed();
		const made = calls.map(({ amount, reach, model, price }, pass): NaiveHold => {
			if (price !== null) this.pricesWritten.add(price);
			const coins = this.#spendable().slice(0, amount ?? 0);
			for (const coin of coins) coin.place = 'held';
			return {
				amount: amount ?? 0,
				reach,
				reservedAtMs: this.nowMs,
				timeoutAtMs: this.#clockMs + request.timeoutMs,
				state: 'open',
				coins,
				actual: null,
				overdraft: 0,
				refunded: 0,
				isLate: false,
				campaign: request.campaign,
				model,
				counted: [...this.#capsOf(request), ...this.#countedIn(request, model)],
				shadow,
				price,
				rung,
				pass,
				steppedDown,
			};
		});
		this.holds.push(...made);
		const isOver = shadow === 'budget_exceeded';
		this.#trace = {
			isShort: isWant(shadow),
			counted: made.flatMap((hold) => hold.counted.map((one) => ({ ...one, refused: isOver ? hold.amount : null }))),
		};
		const [hold, ...further] = made;
		if (!hold) throw new Error('An offer has at least one call.');
		return { kind: 'reserved', hold, further, isReplayed: false };
	}

	/** The budget that refused the first offer, for its first call, with what the whole offer asked for. */
	#namedBy(
		{ name, offer: { calls } }: Refusal & { readonly offer: Offer },
		request: ReserveRequest,
	): (Counted & { readonly refused: number | null })[] {
		const refused = calls.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
		const counted = this.#countedIn(request, calls[0]?.model ?? '');
		return counted.filter(({ budget }) => budget.name === name).map((one) => ({ ...one, refused }));
	}

	/** A cap counts like a budget of the whole account that belongs to the request; its limit is the request's. */
	#capsOf({ caps, send, execution }: ReserveRequest): Counted[] {
		return [
			...(caps.send === null ? [] : [{ budget: this.#sendCap, period: send, value: '' }]),
			...(caps.execution === null ? [] : [{ budget: this.#executionCap, period: execution, value: '' }]),
		];
	}

	#countedIn({ campaign, person, send }: ReserveRequest, model: string): Counted[] {
		const values = { campaign, model, account: '', person: person === null ? null : this.#who(person) };
		return this.budgets
			.filter(({ scope, value }) => values[scope] !== null && (value === null || value === values[scope]))
			.map((budget) => ({
				budget,
				value: values[budget.scope] ?? '',
				period: { total: '', day: new Date(this.nowMs).toISOString().slice(0, 10), send }[budget.period],
			}));
	}

	#refusal({ calls }: Offer, request: ReserveRequest): Refusal | null {
		if (calls.some(({ amount }) => amount === null)) return { why: 'unpriced_model', mayPass: false };
		if (this.isFrozen) return { why: 'account_frozen', mayPass: false };
		const amount = calls.reduce((sum, call) => sum + (call.amount ?? 0), 0);
		if (amount === 0) return null;
		if (this.plan === 'trial') return { why: 'plan_not_eligible', mayPass: false };
		if (this.overdraft > 0) return { why: 'overdrawn', mayPass: false };
		const held = this.grants
			.filter((grant) => this.#isLive(grant))
			.flatMap((grant) => grant.coins.filter((coin) => coin.place === 'held')).length;
		const tightest = (limits: readonly { room: number; asked: number; held: number; name: string }[]): typeof limits =>
			limits.filter(({ room, asked }) => asked > room).sort((x, y) => x.room - y.room);
		const capped = tightest(
			this.#capsOf(request).map((one) => {
				const name = one.budget === this.#sendCap ? 'send' : 'execution';
				const used = this.used(one);
				const room = (request.caps[name] ?? 0) - used.held - used.settled - used.reach;
				return { room, asked: amount, held: used.held + used.reach, name };
			}),
		);
		const full = tightest(this.#demands(calls, request));
		const barring = this.floors
			.filter((one) => !one.exempt.includes(request.campaign) && this.#free - amount < one.floor)
			.sort((x, y) => y.floor - x.floor);
		const room = this.available + held - amount;
		// Waiting helps when everything in the way would be gone if no open hold cost anything.
		const mayPass =
			[...capped, ...full].every((one) => one.asked <= one.room + one.held) && barring.every((one) => room >= one.floor) && room >= 0;
		if (capped[0]) return { why: 'cap_reached', name: capped[0].name, mayPass };
		if (full[0]) return { why: 'budget_exceeded', name: full[0].name, mayPass };
		if (barring[0]) return { why: 'floor_reached', name: barring[0].name, mayPass };
		if (amount <= this.#free) return null;
		return { why: mayPass ? 'credits_held' : 'credits_exhausted', mayPass };
	}

	/** What the calls that cost something ask of each budget together. */
	#demands(calls: Offer['calls'], request: ReserveRequest): { room: number; asked: number; held: number; name: string }[] {
		const paid = calls.filter(({ amount }) => amount !== 0).map((call) => ({ ...call, counted: this.#countedIn(request, call.model) }));
		return this.budgets.flatMap((budget) => {
			const values = [...new Set(paid.flatMap(({ counted }) => counted.filter((one) => one.budget === budget).map(({ value }) => value)))];
			return values.map((value) => {
				const own = paid.filter(({ counted }) => counted.some((one) => one.budget === budget && one.value === value));
				const asked = own.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
				const [one] = own[0]?.counted.filter((each) => each.budget === budget) ?? [];
				const used = one ? this.used(one) : { held: 0, settled: 0, reach: 0 };
				const room = budget.limit - used.held - used.settled - used.reach;
				return { room, asked, held: used.held + used.reach, name: budget.name };
			});
		});
	}

	#close(order: number, final: readonly NaiveHold['state'][], act: (hold: NaiveHold) => void): NaiveAnswer {
		const hold = this.holds[order];
		if (!hold) return { kind: 'fault', code: 'hold_not_found' };
		if (final.includes(hold.state)) return { kind: 'closed', hold, isReplayed: true };
		act(hold);
		this.#changed();
		this.#repay();
		this.#look({ counted: untouched(hold), isDrained: hold.state === 'settled' ? hold.actual !== 0 : hold.coins.length > 0 });
		return { kind: 'closed', hold, isReplayed: false };
	}

	#refund(hold: NaiveHold | undefined, asked: number | null, renews: boolean): NaiveAnswer {
		if (!hold) return { kind: 'fault', code: 'hold_not_found' };
		if (hold.state !== 'settled') return { kind: 'fault', code: 'invalid_argument' };
		const left = (hold.actual ?? 0) - hold.refunded;
		const amount = asked ?? left;
		if (amount <= 0 || amount > left) return { kind: 'fault', code: 'invalid_amount' };
		hold.refunded += amount;
		this.#charge(hold, -amount);
		this.#changed();
		let again = 0;
		for (let coinsLeft = amount; coinsLeft > 0; coinsLeft -= 1) {
			if (this.overdraft > 0) {
				this.overdraft -= 1;
				continue;
			}
			const coin = hold.coins.pop();
			if (!coin) again += 1;
			else {
				this.#giveBack([coin]);
				if (coin.place !== 'remaining' && renews) again += 1;
			}
		}
		if (again > 0) this.#grant({ amount: again, category: 'adjustment', priority: 50, fromMs: null, untilMs: null });
		this.#repay();
		this.#trace = { counted: untouched(hold) };
		return { kind: 'refunded', hold, isReplayed: false };
	}

	#settle(hold: NaiveHold, actual: number): void {
		this.#charge(hold, actual - (hold.state === 'expired' ? hold.coins.length : 0));
		const own = hold.coins.slice(0, actual);
		this.#giveBack(hold.coins.slice(actual));
		const more = this.#spendable().filter((coin) => !hold.coins.includes(coin));
		// Coins that this very settle gives back are not needed by it: there is an excess only when none are given back.
		const drawn = more.slice(0, actual - own.length);
		for (const coin of [...own, ...drawn]) coin.place = 'settled';
		hold.isLate = hold.state === 'expired';
		hold.state = 'settled';
		hold.actual = actual;
		hold.coins = [...own, ...drawn];
		hold.overdraft = actual - hold.coins.length;
		this.overdraft += hold.overdraft;
	}

	#expireHold(hold: NaiveHold): void {
		hold.state = 'expired';
		if (this.policy === 'charge') {
			for (const coin of hold.coins) coin.place = 'settled';
			this.#charge(hold, hold.coins.length);
			return;
		}
		this.#giveBack(hold.coins);
		hold.coins = [];
	}

	#giveBack(coins: readonly Coin[]): void {
		for (const coin of coins) coin.place = this.#isLive(coin.grant) ? 'remaining' : coin.grant.isVoided ? 'voided' : 'expired';
	}

	#timeOut(hold: NaiveHold): void {
		this.#expireHold(hold);
		this.#changed();
		this.#repay();
		this.#look({ isDrained: hold.coins.length > 0, counted: untouched(hold) });
	}

	#happenAt(instant: Instant, { sinceMs, over }: { sinceMs: Instant; over: readonly NaiveHold[] }): void {
		if (instant > this.nowMs) this.nowMs = instant;
		for (const hold of over) if (hold.state === 'open' && hold.timeoutAtMs <= instant) this.#timeOut(hold);
		for (const grant of this.grants) {
			if (grant.untilMs > instant) continue;
			const lost = grant.coins.filter((coin) => coin.place === 'remaining');
			for (const coin of lost) coin.place = 'expired';
			if (lost.length > 0) this.#changed();
			this.#look({ isDrained: lost.length > 0 && !grant.isVoided });
		}
		this.#repay();
		this.#look({});
		this.#warnAt(instant, sinceMs);
	}

	/** Warnings of what will end are given once, when time passes over their instant. */
	#warnAt(instant: Instant, sinceMs: Instant): void {
		if (instant <= sinceMs) return;
		for (const grant of this.grants) {
			const unused = grant.coins.filter((coin) => coin.place === 'remaining').length;
			for (const days of this.alerts.expiryDays) {
				if (grant.untilMs - days * DAY_MS !== instant || instant <= grant.fromMs || unused === 0) continue;
				this.alerts.say(`expiring:${String(grant.order)}:${String(days)}`);
				this.#changed();
			}
		}
	}

	/** What a command or the passing of time has done, as alerts see it. */
	#look({ isShort = false, isDrained = false, counted = [] }: Trace): void {
		const live = this.grants.filter((grant) => this.#isLive(grant));
		const held = live.flatMap((grant) => grant.coins.filter((coin) => coin.place === 'held')).length;
		const unused = live.filter((grant) => grant.coins.some((coin) => coin.place === 'remaining' || coin.place === 'held'));
		const granted = unused.reduce((sum, grant) => sum + grant.coins.length, 0);
		const spendable = this.available + held;
		if (this.alerts.look({ isPaid: this.plan === 'paid', spendable, granted, isShort, isDrained })) this.#changed();
		const ids = new Map<string, Counted & { readonly refused: number | null }>();
		for (const one of counted) {
			const id = `${String(one.budget.since)}/${one.period}/${one.value}`;
			const before = ids.get(id)?.refused ?? -1;
			ids.set(id, { ...one, refused: one.refused === null || one.refused < before ? (ids.get(id)?.refused ?? null) : one.refused });
		}
		for (const [id, { budget, period, value, refused }] of ids) {
			if (!this.budgets.includes(budget) || budget.period === 'send' || budget.scope === 'person') continue;
			const { settled } = this.used({ budget, period, value });
			const word = `budget:${budget.name}:${period}:${value}`;
			if (this.alerts.lookAtBudget({ id, word, limit: budget.limit, settled, refused, isCharged: isDrained })) this.#changed();
		}
	}

	#repay(): void {
		const coins = this.#spendable().slice(0, this.overdraft);
		for (const coin of coins) coin.place = 'settled';
		this.overdraft -= coins.length;
		if (coins.length > 0) this.#changed();
	}

	#changed(): void {
		this.#lastChangeMs = this.nowMs;
	}

	#isLive(grant: NaiveGrant): boolean {
		return !grant.isVoided && grant.fromMs <= this.nowMs && this.nowMs < grant.untilMs;
	}

	#spendable(): Coin[] {
		const rank = { promotional: 1, adjustment: 2, purchased: 3 };
		const inOrder = this.grants
			.filter((grant) => this.#isLive(grant))
			.sort((a, b) => {
				if (a.priority !== b.priority) return a.priority - b.priority;
				if (a.untilMs !== b.untilMs) return a.untilMs < b.untilMs ? -1 : 1;
				if (a.category !== b.category) return rank[a.category] - rank[b.category];
				if (a.fromMs !== b.fromMs) return a.fromMs - b.fromMs;
				return a.order - b.order;
			});
		return inOrder.flatMap((grant) => grant.coins.filter((coin) => coin.place === 'remaining'));
	}
}

const isWant = (reason: string | null): boolean => reason === 'credits_exhausted' || reason === 'overdrawn';

/** The budgets that a hold counts in, when nothing was refused. */
function untouched(hold: NaiveHold): (Counted & { readonly refused: null })[] {
	return hold.counted.map((one) => ({ ...one, refused: null }));
}
