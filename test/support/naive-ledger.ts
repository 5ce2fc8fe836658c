/**
 * Owns a second opinion on the ledger's rules, as plain as can be: every micro-credit is a coin that lies in exactly one place, and time
 * is walked through instant by instant. It shares no code with the ledger; only amounts and instants have the same types.
 */
import type { Micro } from '../../lib/core/money';
import type { Instant } from '../../lib/core/time';

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
	readonly timeoutAtMs: Instant;
	state: 'open' | 'settled' | 'released' | 'expired';
	coins: Coin[];
	actual: number | null;
	overdraft: number;
	refunded: number;
	isLate: boolean;
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

export type NaiveAnswer =
	| { readonly kind: 'granted' | 'voided'; readonly grant: NaiveGrant; readonly isReplayed: boolean }
	| { readonly kind: 'reserved' | 'closed' | 'refunded'; readonly hold: NaiveHold; readonly isReplayed: boolean }
	| { readonly kind: 'refused' | 'not_granted'; readonly reason: string; readonly isReplayed: boolean }
	| { readonly kind: 'wait' }
	| { readonly kind: 'account' }
	| { readonly kind: 'fault'; readonly code: string };

interface Remembered {
	readonly request: string;
	readonly answer: NaiveAnswer;
}

const DAY_MS = 86_400_000;

export class NaiveLedger {
	readonly grants: NaiveGrant[] = [];
	readonly holds: NaiveHold[] = [];
	readonly #keys = new Map<string, Remembered>();
	nowMs: Instant;
	#lastChangeMs: Instant;
	overdraft = 0;
	plan: 'paid' | 'trial' = 'paid';
	policy: 'release' | 'charge' = 'release';
	#paidSinceMs: Instant | null;

	constructor(openedAtMs: Instant) {
		this.nowMs = openedAtMs;
		this.#lastChangeMs = openedAtMs;
		this.#paidSinceMs = openedAtMs;
	}

	get available(): number {
		return this.#spendable().length - this.overdraft;
	}

	count(grant: NaiveGrant, place: Place): Micro {
		return BigInt(grant.coins.filter((coin) => coin.place === place).length);
	}

	/** Lets time pass to `atMs`; a clock that stepped back stands still at the newest change. */
	pass(atMs: Instant): void {
		const untilMs = Math.max(atMs, this.#lastChangeMs);
		const instants = [...this.holds.map((hold) => hold.timeoutAtMs), ...this.grants.flatMap((grant) => [grant.fromMs, grant.untilMs])];
		const due = [...new Set(instants)].filter((instant) => instant <= untilMs).sort((a, b) => a - b);
		for (const instant of due) this.#happenAt(instant);
		this.nowMs = untilMs;
		this.#repay();
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

	reserve(
		key: string,
		{ fingerprint, ...request }: { fingerprint: string; amount: number | null; timeoutMs: number; mayWait: boolean },
	): NaiveAnswer {
		return this.#once(key, ['reserve', fingerprint], () => this.#reserve(request));
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
		return this.#close(order, ['settled', 'released', 'expired'], (hold) => {
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
		if (earlier)
			return earlier.request === text
				? ({ ...earlier.answer, isReplayed: true } as NaiveAnswer)
				: { kind: 'fault', code: 'idempotency_conflict' };
		const answer = act();
		const leavesNothing =
			answer.kind === 'fault' || answer.kind === 'wait' || answer.kind === 'not_granted' || (answer.kind === 'voided' && answer.isReplayed);
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
		if (grant.isVoided) return { kind: 'voided', grant, isReplayed: true };
		for (const coin of grant.coins) if (coin.place === 'remaining') coin.place = 'voided';
		grant.isVoided = true;
		this.#changed();
		return { kind: 'voided', grant, isReplayed: false };
	}

	#reserve({ amount, timeoutMs, mayWait }: { amount: number | null; timeoutMs: number; mayWait: boolean }): NaiveAnswer {
		const reason = this.#refusal(amount);
		if (reason === 'credits_held' && mayWait) return { kind: 'wait' };
		this.#changed();
		if (reason !== null || amount === null) return { kind: 'refused', reason: reason ?? 'unpriced_model', isReplayed: false };
		const coins = this.#spendable().slice(0, amount);
		for (const coin of coins) coin.place = 'held';
		const hold: NaiveHold = {
			amount,
			timeoutAtMs: this.nowMs + timeoutMs,
			state: 'open',
			coins,
			actual: null,
			overdraft: 0,
			refunded: 0,
			isLate: false,
		};
		this.holds.push(hold);
		return { kind: 'reserved', hold, isReplayed: false };
	}

	#refusal(amount: number | null): string | null {
		if (amount === null) return 'unpriced_model';
		if (amount === 0) return null;
		if (this.plan === 'trial') return 'plan_not_eligible';
		if (this.overdraft > 0) return 'overdrawn';
		if (amount <= this.available) return null;
		const held = this.grants.filter((grant) => this.#isLive(grant)).flatMap((grant) => grant.coins.filter((coin) => coin.place === 'held'));
		return amount <= this.available + held.length ? 'credits_held' : 'credits_exhausted';
	}

	#close(order: number, final: readonly NaiveHold['state'][], act: (hold: NaiveHold) => void): NaiveAnswer {
		const hold = this.holds[order];
		if (!hold) return { kind: 'fault', code: 'hold_not_found' };
		if (final.includes(hold.state)) return { kind: 'closed', hold, isReplayed: true };
		act(hold);
		this.#changed();
		this.#repay();
		return { kind: 'closed', hold, isReplayed: false };
	}

	#refund(hold: NaiveHold | undefined, asked: number | null, renews: boolean): NaiveAnswer {
		if (!hold) return { kind: 'fault', code: 'hold_not_found' };
		if (hold.state !== 'settled') return { kind: 'fault', code: 'invalid_argument' };
		const left = (hold.actual ?? 0) - hold.refunded;
		const amount = asked ?? left;
		if (amount <= 0 || amount > left) return { kind: 'fault', code: 'invalid_amount' };
		hold.refunded += amount;
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
		return { kind: 'refunded', hold, isReplayed: false };
	}

	#settle(hold: NaiveHold, actual: number): void {
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
			return;
		}
		this.#giveBack(hold.coins);
		hold.coins = [];
	}

	#giveBack(coins: readonly Coin[]): void {
		for (const coin of coins) coin.place = this.#isLive(coin.grant) ? 'remaining' : coin.grant.isVoided ? 'voided' : 'expired';
	}

	#happenAt(instant: Instant): void {
		if (instant > this.nowMs) this.nowMs = instant;
		for (const hold of this.holds) {
			if (hold.state !== 'open' || hold.timeoutAtMs > instant) continue;
			this.#expireHold(hold);
			this.#changed();
			this.#repay();
		}
		for (const grant of this.grants) {
			if (grant.untilMs > instant) continue;
			const lost = grant.coins.filter((coin) => coin.place === 'remaining');
			for (const coin of lost) coin.place = 'expired';
			if (lost.length > 0) this.#changed();
		}
		this.#repay();
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
