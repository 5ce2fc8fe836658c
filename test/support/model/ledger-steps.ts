/**
 * Owns random steps of a ledger's life, and taking them in a store and in the naive ledger alike. Holds and grants are named by the order
 * they were made in, because the two number them differently.
 */
import * as fc from 'fast-check';
import type { Command, Outcome } from '../../../lib/core/nouns/commands';
import type { LedgerStore } from '../../../lib/ledger/store';
import { addPriceList, priceNamed } from '../ledger/ledger-commands';
import type { NaiveLedger } from './naive-ledger';
import { type NaiveAnswer } from './naive-ledger';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOWHERE = 999_999;
const EXECUTION = 'e1';

/** One way to serve a request: the amount, how much more it may cost, the model and the version of the price of each call. */
export interface Offer {
	readonly rung: number;
	readonly calls: readonly {
		readonly amount: number | null;
		readonly reach: number;
		readonly model: string;
		readonly price: string | null;
	}[];
}

export type Action =
	| {
			readonly kind: 'grant';
			readonly key: string;
			readonly amount: number;
			readonly category: 'promotional' | 'purchased' | 'adjustment';
			readonly priority: number;
			readonly fromInMs: number | null;
			readonly untilInMs: number | null;
	  }
	| {
			readonly kind: 'claim';
			readonly key: string;
			readonly id: string;
			readonly amount: number;
			readonly fromInMs: number;
			readonly lengthMs: number;
			readonly days: number;
	  }
	| { readonly kind: 'void'; readonly key: string; readonly nth: number }
	| { readonly kind: 'change'; readonly key: string; readonly plan?: 'paid' | 'trial'; readonly policy?: 'release' | 'charge' }
	| {
			readonly kind: 'reserve';
			readonly key: string;
			readonly fingerprint: string;
			readonly offers: readonly Offer[];
			readonly timeoutMs: number;
			readonly mayWait: boolean;
			readonly person: string | null;
			readonly caps: { readonly send: number | null; readonly execution: number | null };
	  }
	| { readonly kind: 'refund'; readonly key: string; readonly nth: number; readonly amount: number | null; readonly renews: boolean }
	| {
			readonly kind: 'budget';
			readonly key: string;
			readonly name: string;
			readonly scope: 'campaign' | 'model' | 'person' | 'account';
			readonly value: string | null;
			readonly period: 'total' | 'day' | 'send';
			readonly limit: number;
	  }
	| { readonly kind: 'floor'; readonly key: string; readonly name: string; readonly exempt: readonly string[]; readonly floor: number }
	| { readonly kind: 'remove'; readonly key: string; readonly limit: 'budget' | 'floor'; readonly name: string }
	| { readonly kind: 'enforcement'; readonly key: string; readonly enforcement: 'enforce' | 'shadow' }
	| { readonly kind: 'warn'; readonly key: string; readonly low: readonly number[]; readonly expiring: readonly number[] }
	| { readonly kind: 'tell'; readonly reader: string }
	| { readonly kind: 'forget'; readonly person: string }
	| { readonly kind: 'freeze'; readonly key: string; readonly reason: string }
	| { readonly kind: 'thaw'; readonly key: string }
	| { readonly kind: 'list'; readonly version: string; readonly text: string }
	| { readonly kind: 'pin'; readonly key: string; readonly version: string | null }
	| { readonly kind: 'settle'; readonly nth: number; readonly actual: number }
	| { readonly kind: 'release' | 'expire'; readonly nth: number };

/** A step: time passes, or the clock steps back, and then something is asked for. */
export interface Step {
	readonly passMs: number;
	readonly action: Action;
}

const key = fc.oneof({ weight: 5, arbitrary: fc.uuid() }, { weight: 1, arbitrary: fc.constantFrom('k1', 'k2', 'k3', 'k4') });
/** Counted back from the newest. */
const nth = fc.oneof({ weight: 5, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(30) });
const passMs = fc.oneof(
	{ weight: 20, arbitrary: fc.constant(0) },
	{ weight: 10, arbitrary: fc.integer({ min: 1, max: 1500 }) },
	{ weight: 6, arbitrary: fc.constantFrom(1000, 2000, 60_000, HOUR_MS) },
	{ weight: 1, arbitrary: fc.integer({ min: HOUR_MS, max: DAY_MS }) },
	{ weight: 2, arbitrary: fc.integer({ min: -2 * HOUR_MS, max: -1 }) },
);
const grantAction: fc.Arbitrary<Action> = fc.record({
	kind: fc.constant('grant'),
	key,
	amount: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 60 }) }, { weight: 1, arbitrary: fc.constant(0) }),
	category: fc.constantFrom('promotional', 'purchased', 'adjustment'),
	priority: fc.constantFrom(50, 50, 50, 10, 90),
	fromInMs: fc.constantFrom(null, null, null, 0, 1000, HOUR_MS, -HOUR_MS),
	untilInMs: fc.constantFrom(null, null, null, 2000, 60_000, HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, DAY_MS, 2 * DAY_MS, 2 * DAY_MS),
});
const claimAction: fc.Arbitrary<Action> = fc.record({
	kind: fc.constant('claim'),
	key,
	id: fc.constantFrom('intro', 'summer'),
	amount: fc.integer({ min: 1, max: 40 }),
	fromInMs: fc.constantFrom(-DAY_MS, 0, HOUR_MS),
	lengthMs: fc.constantFrom(HOUR_MS, 5 * DAY_MS),
	days: fc.constantFrom(1, 2),
});
const amount = fc.oneof(
	{ weight: 20, arbitrary: fc.integer({ min: 1, max: 30 }) },
	{ weight: 2, arbitrary: fc.constant(0) },
	{ weight: 1, arbitrary: fc.constant(null) },
);
const reach = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }) });
const calls = (maxLength: number) =>
	fc.array(fc.record({ amount, reach, model: fc.constantFrom('big', 'small'), price: fc.constantFrom(null, 'may', 'june') }), {
		minLength: 1,
		maxLength,
		size: 'max',
	});
/** Without a price nothing is known of a call; and the last of several ways must be one that costs no more than its amount. */
const within = (made: readonly Offer[]): Offer[] =>
	made.map((offer, index) => ({
		...offer,
		calls: offer.calls.map((call) => (index === made.length - 1 || call.amount === null ? { ...call, reach: 0 } : call)),
	}));
const offers = fc
	.oneof(
		{ weight: 6, arbitrary: calls(1).map((one) => [{ rung: 0, calls: one }]) },
		{ weight: 1, arbitrary: fc.constant([]) },
		{ weight: 6, arbitrary: fc.array(fc.record({ rung: fc.nat(3), calls: calls(3) }), { minLength: 1, maxLength: 3, size: 'max' }) },
	)
	.map(within);
const cap = fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 }) });
const PEOPLE = ['ada', 'bob'];
const reserveAction: fc.Arbitrary<Action> = fc.record({
	kind: fc.constant('reserve'),
	key,
	fingerprint: fc.constantFrom('same', 'same', 'same', 'other'),
	offers,
	timeoutMs: fc.constantFrom(1000, 2000, 60_000, HOUR_MS),
	mayWait: fc.boolean(),
	person: fc.constantFrom(null, null, ...PEOPLE),
	caps: fc.record({ send: cap, execution: cap }),
});
const closeAction: fc.Arbitrary<Action> = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.record({
			kind: fc.constant('settle' as const),
			nth,
			actual: fc.oneof(
				{ weight: 4, arbitrary: fc.integer({ min: 0, max: 20 }) },
				{ weight: 1, arbitrary: fc.integer({ min: 0, max: 60 }) },
			),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('release' as const, 'expire' as const), nth }) },
);
const refundAction: fc.Arbitrary<Action> = fc.record({
	kind: fc.constant('refund'),
	key,
	nth,
	amount: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 12 }) }, { weight: 1, arbitrary: fc.constant(null) }),
	renews: fc.boolean(),
});
const CAMPAIGNS = ['c1000', 'c2000', 'c60000'];
const limitName = fc.constantFrom('b1', 'b2', 'b3');
const limitAction: fc.Arbitrary<Action> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			kind: fc.constant('budget' as const),
			key,
			name: limitName,
			scope: fc.constantFrom('campaign' as const, 'campaign' as const, 'person' as const, 'model' as const, 'account' as const),
			value: fc.constantFrom(null, null, ...CAMPAIGNS, 'big', 'ada'),
			period: fc.constantFrom('total' as const, 'day' as const, 'send' as const),
			limit: fc.integer({ min: 0, max: 60 }),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			kind: fc.constant('floor' as const),
			key,
			name: limitName,
			exempt: fc.subarray(CAMPAIGNS),
			floor: fc.integer({ min: 0, max: 30 }),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			kind: fc.constant('remove' as const),
			key,
			limit: fc.constantFrom('budget' as const, 'floor' as const),
			name: limitName,
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant('enforcement' as const),
			key,
			enforcement: fc.constantFrom('enforce' as const, 'enforce' as const, 'shadow' as const),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant('list' as const),
			version: fc.constantFrom('l1', 'l2'),
			text: fc.constantFrom('x', 'x', 'y'),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('pin' as const), key, version: fc.constantFrom(null, 'l1', 'l2') }) },
);
const campaignOf = ({ timeoutMs }: { readonly timeoutMs: number }): string => `c${String(timeoutMs)}`;
const changeAction: fc.Arbitrary<Action> = fc.oneof(
	fc.record({
		kind: fc.constant('change' as const),
		key,
		plan: fc.constantFrom('paid' as const, 'paid' as const, 'paid' as const, 'trial' as const),
	}),
	fc.record({ kind: fc.constant('change' as const), key, policy: fc.constantFrom('release' as const, 'charge' as const) }),
);
const alertAction: fc.Arbitrary<Action> = fc.oneof(
	fc.record({
		kind: fc.constant('warn' as const),
		key,
		low: fc.constantFrom([20, 5], [50], [30, 20, 10], []),
		expiring: fc.constantFrom([7, 1], [1], []),
	}),
	fc.record({ kind: fc.constant('tell' as const), reader: fc.constantFrom('one', 'two') }),
);

/** Thawed more often than frozen, or little would ever happen. */
const freezeAction: fc.Arbitrary<Action> = fc.oneof(
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('freeze' as const), key, reason: fc.constantFrom('', 'audit') }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant('thaw' as const), key }) },
);

const action: fc.Arbitrary<Action> = fc.oneof(
	{ weight: 6, arbitrary: grantAction },
	{ weight: 1, arbitrary: claimAction },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('void' as const), key, nth }) },
	{ weight: 1, arbitrary: changeAction },
	{ weight: 10, arbitrary: reserveAction },
	{ weight: 8, arbitrary: closeAction },
	{ weight: 3, arbitrary: refundAction },
	{ weight: 5, arbitrary: limitAction },
	{ weight: 2, arbitrary: alertAction },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), person: fc.constantFrom(...PEOPLE) }) },
	{ weight: 2, arbitrary: freezeAction },
);

/** Random lives of an account. */
export const steps = (maxLength: number): fc.Arbitrary<Step[]> =>
	fc.array(fc.record({ passMs, action }), { minLength: 1, maxLength, size: 'max' });

/** Numbers in the store of what was made, in order of making. */
export interface Made {
	readonly grantSeqs: number[];
	readonly holdSeqs: number[];
}

const pickOrder = (count: number, nthOne: number): number => (count === 0 ? NOWHERE : count - 1 - (nthOne % count));
const pick = (seqs: readonly number[], nthOne: number): number => seqs[pickOrder(seqs.length, nthOne)] ?? NOWHERE;

/** The step's command for a store. Instants are relative to `startMs`, so that a repeated key repeats the same request. */
export function commandOf(asked: Action, made: Made, startMs: number): Command {
	switch (asked.kind) {
		case 'grant':
			return {
				kind: 'grant',
				key: asked.key,
				category: asked.category,
				amountMicro: BigInt(asked.amount),
				priority: asked.priority,
				effectiveAtMs: asked.fromInMs === null ? null : startMs + asked.fromInMs,
				expiry: asked.untilInMs === null ? null : { atMs: startMs + asked.untilInMs },
				note: null,
			};
		case 'claim':
			return {
				kind: 'claim_promotion',
				key: asked.key,
				promotion: {
					id: asked.id,
					amountMicro: BigInt(asked.amount),
					window: { fromMs: startMs + asked.fromInMs, untilMs: startMs + asked.fromInMs + asked.lengthMs },
					expiry: { days: asked.days, rule: 'exact' },
					priority: 20,
				},
			};
		case 'void':
			return { kind: 'void_grant', key: asked.key, grantSeq: pick(made.grantSeqs, asked.nth) };
		case 'change':
			return {
				kind: 'change_account',
				key: asked.key,
				...(asked.plan ? { plan: asked.plan } : {}),
				...(asked.policy ? { unconfirmedPolicy: asked.policy } : {}),
			};
		case 'reserve':
			return {
				kind: 'reserve',
				key: asked.key,
				fingerprint: asked.fingerprint,
				alternatives: asked.offers.map(({ rung, calls: made }) => ({
					rung,
					calls: made.map(({ amount: whole, reach: further, model, price }) => ({
						amountMicro: whole === null ? null : BigInt(whole),
						...(further === 0 ? {} : { mostMicro: BigInt((whole ?? 0) + further) }),
						model,
						price: price === null ? null : priceNamed(price),
					})),
				})),
				timeoutMs: asked.timeoutMs,
				labels: { campaign: campaignOf(asked) },
				person: asked.person,
				sendId: asked.fingerprint,
				executionId: EXECUTION,
				caps: (['send', 'execution'] as const).flatMap((period) => {
					const limit = asked.caps[period];
					return limit === null ? [] : [{ period, scope: 'node', limitMicro: BigInt(limit) }];
				}),
				mayWait: asked.mayWait,
			};
		case 'refund':
			return {
				kind: 'refund',
				key: asked.key,
				holdSeq: pick(made.holdSeqs, asked.nth),
				amountMicro: asked.amount === null ? null : BigInt(asked.amount),
				renews: asked.renews,
			};
		case 'budget': {
			const { name, scope, value, period, limit } = asked;
			return { kind: 'set_budget', key: asked.key, budget: { name, scope, value, period, limitMicro: BigInt(limit) } };
		}
		case 'floor':
			return {
				kind: 'set_floor',
				key: asked.key,
				floor: { name: asked.name, label: 'campaign', exempt: asked.exempt, floorMicro: BigInt(asked.floor) },
			};
		case 'remove':
			return { kind: 'remove_limit', key: asked.key, limit: asked.limit, name: asked.name };
		case 'freeze':
			return { kind: 'freeze_account', key: asked.key, reason: asked.reason };
		case 'thaw':
			return { kind: 'thaw_account', key: asked.key };
		case 'list':
			return addPriceList(asked.version, `${asked.version}: ${asked.text}`);
		case 'pin':
			return { kind: 'pin_prices', key: asked.key, version: asked.version };
		case 'enforcement':
			return { kind: 'set_enforcement', key: asked.key, enforcement: asked.enforcement };
		case 'warn': {
			const alerts = { lowPercents: asked.low, expiryDays: asked.expiring, driftPercent: 50 };
			return { kind: 'set_alerts', key: asked.key, alerts };
		}
		case 'tell':
			return { kind: 'claim_alerts', consumer: asked.reader };
		case 'forget':
			return { kind: 'forget_person', person: asked.person, salt: 'aa' };
		case 'settle':
			return {
				kind: 'settle',
				holdSeq: pick(made.holdSeqs, asked.nth),
				actualMicro: BigInt(asked.actual),
				measure: 'reported',
				usage: null,
				result: null,
			};
		case 'release':
		case 'expire':
			return { kind: asked.kind, holdSeq: pick(made.holdSeqs, asked.nth) };
		default:
			return asked satisfies never;
	}
}

/** Takes the step in the naive ledger, whose time has already passed. */
export function askNaive(naive: NaiveLedger, asked: Action, startMs: number): NaiveAnswer {
	switch (asked.kind) {
		case 'grant':
			return naive.grant(asked.key, {
				amount: asked.amount,
				category: asked.category,
				priority: asked.priority,
				fromMs: asked.fromInMs === null ? null : startMs + asked.fromInMs,
				untilMs: asked.untilInMs === null ? null : startMs + asked.untilInMs,
			});
		case 'claim':
			return naive.claim(asked.key, {
				id: asked.id,
				amount: asked.amount,
				fromMs: startMs + asked.fromInMs,
				untilMs: startMs + asked.fromInMs + asked.lengthMs,
				days: asked.days,
				priority: 20,
			});
		case 'void':
			return naive.void(asked.key, pickOrder(naive.grants.length, asked.nth));
		case 'change':
			return naive.change(asked.key, { ...(asked.plan ? { plan: asked.plan } : {}), ...(asked.policy ? { policy: asked.policy } : {}) });
		case 'reserve':
			return naive.reserve(asked.key, { ...asked, campaign: campaignOf(asked), send: asked.fingerprint, execution: EXECUTION });
		case 'refund':
			return naive.refund(asked.key, pickOrder(naive.holds.length, asked.nth), asked);
		case 'budget':
			return naive.setBudget(asked.key, asked);
		case 'floor':
			return naive.setFloor(asked.key, asked);
		case 'remove':
			return naive.removeLimit(asked.key, asked);
		case 'freeze':
			return naive.freeze(asked.key, asked.reason);
		case 'thaw':
			return naive.thaw(asked.key);
		case 'list':
			return naive.addPriceList(asked.version, asked.text);
		case 'pin':
			return naive.pinPrices(asked.key, asked.version);
		case 'enforcement':
			return naive.setEnforcement(asked.key, asked.enforcement);
		case 'warn':
			return naive.warn(asked.key, asked);
		case 'tell':
			return naive.tell(asked.reader);
		case 'forget':
			return naive.forget(asked.person);
		case 'settle':
			return naive.settle(pickOrder(naive.holds.length, asked.nth), asked.actual);
		case 'release':
			return naive.release(pickOrder(naive.holds.length, asked.nth));
		case 'expire':
			return naive.expire(pickOrder(naive.holds.length, asked.nth));
		default:
			return asked satisfies never;
	}
}

/** Remembers what an outcome made. */
export function remember(made: Made, outcome: Outcome | undefined): void {
	if (outcome?.kind === 'granted' && !outcome.isReplayed) made.grantSeqs.push(outcome.grant.seq);
	if (outcome?.kind === 'refunded' && outcome.renewed) made.grantSeqs.push(outcome.renewed.seq);
	if (outcome?.kind === 'reserved' && !outcome.isReplayed) made.holdSeqs.push(outcome.hold.seq, ...outcome.further.map(({ seq }) => seq));
}

/** Takes all steps in a store, one commit each, and returns what they made. */
export async function takeSteps(store: LedgerStore, taken: readonly Step[], clock: { nowMs: number }): Promise<Made> {
	const made: Made = { grantSeqs: [], holdSeqs: [] };
	const startMs = clock.nowMs;
	for (const { passMs: byMs, action: asked } of taken) {
		clock.nowMs += byMs;
		const [outcome] = await store.commit('acme', [commandOf(asked, made, startMs)]);
		remember(made, outcome);
	}
	return made;
}
