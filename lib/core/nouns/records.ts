/**
 * The records of the ledger: account, grant, hold, slice, budget, entry. Types only, no behaviour.
 * Amounts are micro-credits, instants epoch milliseconds UTC, intervals half-open. Rule source: docs/ledger.md.
 */
import { z } from 'zod';
import type { Labels } from './labels';
import type { CountedBefore } from './usage-totals';
import type { AccountSettings, Budget, Floor } from './settings';
import type { Movement, RefundedBody, Slice } from './movement';
import type { AdminKey } from './admin-key';
import type { CallFacts, Measure } from './call-facts';
import type { Alert, AlertKey, AlertSettings, AlertState } from './alert';
import type { Micro } from '../values/money';
import type { PriceBody, RecordedPriceBody } from '../prices/price-settings';
import type { ProfileBody } from './profile';
import type { Instant } from '../values/time';
import type { Usage } from '../usage/usage-fields';
import type { Enforcement, GrantCategory, HoldState, Plan, RefusalReason, UnconfirmedPolicy } from './words';

/** What one budget has counted for one value in one period. */
export interface BudgetCounter extends CounterRef {
	/** By open holds. */
	readonly heldMicro: Micro;
	/** By settled calls, less what was refunded. */
	readonly settledMicro: Micro;
	/** The room that was left when the account was warned of this budget, until the warning is armed again; else `null`. */
	readonly reachedRoomMicro: Micro | null;
	/** What its open holds may cost beyond their amounts. */
	readonly reachMicro: Micro;
}

/** Names a counter; budget 0 counts for caps. `period` is `2026-11-21`, `2026-W47`, `2026-11`, the id of a send or execution, or `''` for total. */
export interface CounterRef {
	readonly budgetSeq: number;
	readonly period: string;
	readonly value: string;
}

export interface Account {
	readonly id: string;
	readonly name: string;
	/** IANA zone in which days, expiries and calendar periods are counted. */
	readonly timeZone: string;
	readonly plan: Plan;
	/** When the current paid plan started; `null` on a trial plan. */
	readonly paidSinceMs: Instant | null;
	readonly unconfirmedPolicy: UnconfirmedPolicy;
	/** `null`: it may be spent from. */
	readonly frozen: Frozen | null;
	/** Spent but not covered by any grant; repaid first by the next credits. */
	readonly overdraftMicro: Micro;
	/** What open holds may cost beyond their amounts. It is available to nobody else until they close. */
	readonly reachMicro: Micro;
	readonly settings: AccountSettings;
	readonly alerts: AlertState;
	/** Instant and number of the newest entry; time never runs backwards behind it. */
	readonly lastAtMs: Instant;
	readonly lastSeq: number;
	/** Hash of the newest entry, hexadecimal; empty before the first. */
	readonly chainHash: string;
}

/** The unchangeable part of a grant. */
export interface Grant {
	/** Number of the entry that made it; its public id is `g<seq>`. */
	readonly seq: number;
	readonly category: GrantCategory;
	readonly amountMicro: Micro;
	/** Lower burns first; default 50. */
	readonly priority: number;
	readonly effectiveAtMs: Instant;
	readonly expiresAtMs: Instant | null;
	readonly promotionId: string | null;
	readonly note: string | null;
}

/** A grant with where its credits are now: amount = remaining + held + settled + expired + voided, always. */
export interface GrantState extends Grant {
	readonly remainingMicro: Micro;
	readonly heldMicro: Micro;
	readonly settledMicro: Micro;
	readonly expiredMicro: Micro;
	readonly voidedMicro: Micro;
	readonly isVoided: boolean;
}

export interface Hold {
	/** Number of the entry that made it; its public id is `h<seq>`. */
	readonly seq: number;
	readonly state: HoldState;
	readonly reservedAtMs: Instant;
	/** At this instant the hold stops counting. */
	readonly timeoutAtMs: Instant;
	readonly amountMicro: Micro;
	/** How much more than its amount the call may cost. */
	readonly reachMicro: Micro;
	/** While open: the slices held. Afterwards: the slices charged, in the order of collection. */
	readonly slices: readonly Slice[];
	readonly labels: Labels;
	/** A pseudonym (ledger rule 48), or in old entries a name; see `shownPerson`. */
	readonly person: string | null;
	/** The budget counters that count this hold. */
	readonly counters: readonly CounterRef[];
	/** Why it would have been refused, had the account not been in shadow mode. */
	readonly shadow: RefusalReason | null;
	/** Which rung of the caller's ladder was taken, 0 for the first, and which of its calls this is, 0 for the first. */
	readonly rung: number;
	readonly pass: number;
	/** Why the first alternative that was offered did not fit; `null` when it did. */
	readonly steppedDown: RefusalReason | null;
	/** The price this hold was reserved with and will be settled with, by the name it is recorded under. */
	readonly priceVersion: string | null;
	readonly closedAtMs: Instant | null;
	/** What the call cost; `null` until it is settled. */
	readonly actualMicro: Micro | null;
	/** The part of the cost that no grant could cover when it was settled. */
	readonly overdraftMicro: Micro;
	/** Settled after it had expired. */
	readonly isLate: boolean;
	/** The part of the cost that was refunded. */
	readonly refundedMicro: Micro;
	/** What is charged for it when nobody learns what it cost; never more than its amount. */
	readonly expectedMicro: Micro;
	/** How its cost was known; `null` until it is settled. */
	readonly measure: Measure | null;
	/** More usage was reported than the request can have had. */
	readonly isImplausible: boolean;
}

/** Why nothing can be spent from an account, and since when (ledger rule 49). */
export const FROZEN = z.object({
	/** As whoever froze it wrote it; may be empty. */
	reason: z.string(),
	sinceMs: z.number(),
});
export type Frozen = Readonly<z.output<typeof FROZEN>>;

/** One change as it is written to the journal. Movements are explicit slices, so replaying needs no rules. */
export type EntryBody =
	| {
			readonly kind: 'account_opened';
			readonly name: string;
			readonly timeZone: string;
			readonly plan: Plan;
			/** Absent in entries of before the usual was to charge: what they said under another name is not looked at. */
			readonly unconfirmed?: UnconfirmedPolicy;
	  }
	| {
			readonly kind: 'account_changed';
			readonly name?: string;
			readonly timeZone?: string;
			readonly plan?: Plan;
			readonly unconfirmed?: UnconfirmedPolicy;
	  }
	| { readonly kind: 'account_frozen'; readonly reason: string }
	| { readonly kind: 'account_thawed' }
	/** Nobody knows any more who this pseudonym stood for. */
	| { readonly kind: 'person_forgotten'; readonly person: string }
	| { readonly kind: 'granted'; readonly grant: Omit<Grant, 'seq'> }
	| { readonly kind: 'grant_expired'; readonly grantSeq: number; readonly amountMicro: Micro }
	| { readonly kind: 'grant_voided'; readonly grantSeq: number; readonly amountMicro: Micro }
	| { readonly kind: 'overdraft_repaid'; readonly grantSeq: number; readonly amountMicro: Micro }
	| {
			readonly kind: 'reserved';
			readonly amountMicro: Micro;
			readonly reachMicro: Micro;
			readonly expectedMicro: Micro;
			readonly slices: readonly Slice[];
			readonly timeoutAtMs: Instant;
			readonly priceVersion: string | null;
			readonly counters: readonly CounterRef[];
			readonly shadow: RefusalReason | null;
			readonly rung: number;
			readonly pass: number;
			readonly steppedDown: RefusalReason | null;
	  }
	| { readonly kind: 'refused'; readonly reason: RefusalReason; readonly amountMicro: Micro | null; readonly limit: string | null }
	| {
			readonly kind: 'budget_set';
			readonly budget: Omit<Budget, 'seq'>;
			readonly replaces: number | null;
			/** Absent where nothing was. */
			readonly counted?: CountedBefore;
	  }
	| { readonly kind: 'floor_set'; readonly floor: Omit<Floor, 'seq'> }
	| { readonly kind: 'limit_removed'; readonly limit: 'budget' | 'floor'; readonly name: string }
	| { readonly kind: 'enforcement_set'; readonly enforcement: Enforcement }
	| { readonly kind: 'admin_key_set'; readonly adminKey: AdminKey | null }
	/** Somebody gave a wrong admin key for a command of this kind. */
	| { readonly kind: 'admin_denied'; readonly command: string }
	/** A threshold was crossed. The milder alerts that it silences stand from now on too. */
	| { readonly kind: 'alerted'; readonly alert: Alert; readonly silences: readonly AlertKey[] }
	| { readonly kind: 'alerts_rearmed'; readonly keys: readonly AlertKey[]; readonly counters: readonly CounterRef[] }
	| { readonly kind: 'alerts_claimed'; readonly consumer: string; readonly untilSeq: number }
	| { readonly kind: 'alerts_set'; readonly alerts: AlertSettings }
	| ProfileBody
	| PriceBody
	| RecordedPriceBody
	| ({
			readonly kind: 'settled';
			readonly holdSeq: number;
			readonly actualMicro: Micro;
			readonly overdraftMicro: Micro;
			readonly isLate: boolean;
			readonly measure: Measure;
			readonly usage: Usage | null;
			readonly facts: CallFacts;
	  } & Movement)
	| ({ readonly kind: 'released'; readonly holdSeq: number } & Movement)
	| ({ readonly kind: 'hold_expired'; readonly holdSeq: number } & Movement)
	| RefundedBody;

export interface Entry {
	/** 1, 2, 3 … without gaps within the account. */
	readonly seq: number;
	readonly atMs: Instant;
	/** Hash of the idempotency key, where the command had one. */
	readonly keyHash: string | null;
	/** Hash of what was asked under that key. */
	readonly requestHash: string | null;
	readonly labels: Labels | null;
	/** A pseudonym, or in old entries a name. */
	readonly person: string | null;
	/** Who gave the command of an administrator; `null` for all other entries, and in those of before. */
	readonly actor: string | null;
	readonly body: EntryBody;
	/** The texts of labels and body as they are stored and hashed: whatever a text says, its hash covers. */
	readonly labelsText: string;
	readonly bodyText: string;
	/** SHA-256 over the previous entry's hash and this entry's canonical text, hexadecimal. */
	readonly hash: string;
}

/** Public id of a grant. */
export const grantId = (seq: number): string => `g${String(seq)}`;
/** Public id of a hold. One with a number below 0 was made on this machine while the ledger was away. */
export const holdId = (seq: number): string => (seq < 0 ? `offline-h${String(-seq)}` : `h${String(seq)}`);
