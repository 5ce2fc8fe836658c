/**
 * Owns what the ledger is asked and what it answers: commands, outcomes, the snapshot a decision is made on, and what a store
 * must write. Types only. Amounts are micro-credits, instants epoch milliseconds UTC.
 */
import type { Labels } from './labels';
import type { AlertSettings, GivenAlert } from './alert';
import type { AdminKey } from './admin-key';
import type { CreditError } from '../values/errors';
import type { Account, GrantState, Hold } from './records';
import type { Budget, Floor } from './settings';
import type { GrantCategory, Plan, UnconfirmedPolicy, Enforcement, RefusalReason } from './words';
import type { CallFacts, Measure } from './call-facts';
import type { RefundedBody } from './movement';
import type { KeptOfPerson } from './person';
import type { ProfileCommand } from './profile';
import type { CountedBefore } from './usage-totals';
import type { Micro } from '../values/money';
import type { PriceCommand } from '../prices/price-settings';
import type { ModelPrice } from '../prices/pricing';
import type { Promotion, PromotionRefusal } from './promotion';
import type { ExpiryRule, Instant } from '../values/time';
import type { Usage } from '../usage/usage-fields';

/** When granted credits end: never, at an instant, or after a number of days by a rule. */
export type Expiry = { readonly atMs: Instant } | { readonly days: number; readonly rule: ExpiryRule };

/** Everything that changes an account, with the proof of an administrator or without. */
export type Command = PlainCommand | AsAdmin;

/** Everything that changes an account. Commands with a `key` are idempotent by it; closing a hold is idempotent by the hold. */
export type PlainCommand =
	| {
			readonly kind: 'open_account';
			readonly key: string;
			readonly name: string;
			readonly timeZone: string;
			readonly plan: Plan;
			readonly unconfirmedPolicy: UnconfirmedPolicy;
	  }
	| {
			readonly kind: 'change_account';
			readonly key: string;
			readonly name?: string;
			readonly timeZone?: string;
			readonly plan?: Plan;
			readonly unconfirmedPolicy?: UnconfirmedPolicy;
	  }
	| GrantCommand
	| { readonly kind: 'claim_promotion'; readonly key: string; readonly promotion: Promotion }
	| { readonly kind: 'void_grant'; readonly key: string; readonly grantSeq: number }
	| { readonly kind: 'set_budget'; readonly key: string; readonly budget: Omit<Budget, 'seq'> }
	| { readonly kind: 'set_floor'; readonly key: string; readonly floor: Omit<Floor, 'seq'> }
	| { readonly kind: 'remove_limit'; readonly key: string; readonly limit: 'budget' | 'floor'; readonly name: string }
	| { readonly kind: 'set_enforcement'; readonly key: string; readonly enforcement: Enforcement }
	/** Refuses every reservation from now on (ledger rule 49). Anybody may do it who may spend. */
	| { readonly kind: 'freeze_account'; readonly key: string; readonly reason: string }
	| { readonly kind: 'thaw_account'; readonly key: string }
	| { readonly kind: 'set_admin_key'; readonly key: string; readonly adminKey: AdminKey | null }
	| { readonly kind: 'set_alerts'; readonly key: string; readonly alerts: AlertSettings }
	/** Tells a reader the alerts it has not seen, once whoever asks in its name; a new reader gets those that stand. */
	| { readonly kind: 'claim_alerts'; readonly consumer: string }
	| ProfileCommand
	| PriceCommand
	/** Asks whether the ledger may be moved as far as this account is concerned. Changes nothing. */
	| { readonly kind: 'move_ledger' }
	/**
	 * Removes the name of a person and what is kept of answers to the person's requests. Has no key: doing it again does nothing more. `salt`:
	 * random, hexadecimal.
	 */
	| { readonly kind: 'forget_person'; readonly person: string; readonly salt: string }
	| ReserveCommand
	| SettleCommand
	| { readonly kind: 'release'; readonly holdSeq: number }
	| RefundCommand
	/** Ends a hold before its timeout because nobody will report on it any more; a late settle is still accepted. */
	| { readonly kind: 'expire'; readonly holdSeq: number };

/** A command given together with the proof of the account's admin key; the proof is no part of what is asked. */
export interface AsAdmin {
	readonly kind: 'as_admin';
	/** Hexadecimal; derived from the key and the account's salt. `null`: no key was given. */
	readonly proof: string | null;
	/** Who gives the command, for people: the host and its flow, or the user of the command line. */
	readonly actor?: string;
	readonly command: AdminCommand | OpenCommand;
}

/** Opening an account needs the admin key of the ledger, where there is one; anybody may join one that is open. */
export type OpenCommand = Extract<PlainCommand, { kind: 'open_account' }>;

/** What only an administrator may do once an account has an admin key. */
export type AdminCommand = Extract<
	PlainCommand,
	{
		kind:
			| 'change_account'
			| 'grant'
			| 'claim_promotion'
			| 'void_grant'
			| 'refund'
			| 'set_budget'
			| 'set_floor'
			| 'remove_limit'
			| 'set_enforcement'
			| 'thaw_account'
			| 'set_admin_key'
			| 'set_alerts'
			| 'move_ledger'
			| 'forget_person'
			| (ProfileCommand | PriceCommand)['kind'];
	}
>;

export interface GrantCommand {
	readonly kind: 'grant';
	readonly key: string;
	readonly category: GrantCategory;
	readonly amountMicro: Micro;
	readonly priority: number;
	/** Default: the instant of the command. */
	readonly effectiveAtMs: Instant | null;
	readonly expiry: Expiry | null;
	readonly note: string | null;
}

export interface RefundCommand {
	readonly kind: 'refund';
	readonly key: string;
	readonly holdSeq: number;
	/** `null`: everything that was not refunded yet. */
	readonly amountMicro: Micro | null;
	/** Give what would be forfeited, because its grant has ended, back as a new grant. */
	readonly renews: boolean;
}

/** One call that a reserve covers, with its price, which the hold pins: a single shot has one, an answer in several passes one for each. */
export interface AlternativeCall {
	/** `null`: the model has no price. */
	readonly amountMicro: Micro | null;
	/** The label `model` of this call; `null` leaves the labels of the command as they are. */
	readonly model: string | null;
	readonly price: ModelPrice | null;
	/** What the call costs at most, where that is more than its amount. Such a call is held only where there is room for all of it. */
	readonly mostMicro?: Micro;
	/** What the call is expected to cost, where that is less than its amount; charged when nobody learns what it cost (ledger rule 37). */
	readonly expectedMicro?: Micro;
}

/** One way to serve a request. All its calls are held, or none. */
export interface Alternative {
	/** Place on the caller's ladder, 0 for the first. It is stored, so that a replay takes the same. */
	readonly rung: number;
	/** At least one. */
	readonly calls: readonly AlternativeCall[];
}

/** The most credits that the calls of one send or one execution may take. It belongs to the command, not to the account. */
export interface Cap {
	readonly period: 'send' | 'execution';
	/** What counts together within the send or execution, such as the id of a node. */
	readonly scope: string;
	readonly limitMicro: Micro;
}

export interface ReserveCommand {
	readonly kind: 'reserve';
	readonly key: string;
	/** What is asked for, apart from the amounts: two commands of one key must agree in it. */
	readonly fingerprint: string;
	/** The ways to serve the request, the preferred first. An empty list only looks up the stored outcome of the key. */
	readonly alternatives: readonly Alternative[];
	readonly timeoutMs: number;
	readonly labels: Labels;
	readonly person: string | null;
	/** The send (one item with all its passes and retries) and the execution it belongs to, for budgets and caps of these periods. */
	readonly sendId: string | null;
	readonly executionId: string | null;
	readonly caps: readonly Cap[];
	/** When open holds would make room for an alternative, answer `wait` and record nothing, instead of trying the next or refusing. */
	readonly mayWait: boolean;
}

export interface SettleCommand {
	readonly kind: 'settle';
	readonly holdSeq: number;
	readonly actualMicro: Micro;
	readonly measure: Measure;
	readonly usage: Usage | null;
	/** What else is known of the call; what is not given is as in `NO_FACTS`. */
	readonly facts?: Partial<Omit<CallFacts, 'resultHash'>>;
	/** Text kept for a retry of the same key, outside the journal, until the instant given. */
	readonly result: { readonly text: string; readonly keptUntilMs: Instant } | null;
}

/** What became of one command. `isReplayed` marks the stored outcome of an earlier, identical command. */
export type Outcome =
	| {
			readonly kind: 'account';
			readonly account: Account;
			readonly isReplayed: boolean;
			/** Of a new budget: what it counts of the time before; `null`: it counts from now. */
			readonly counted?: CountedBefore | null;
	  }
	| { readonly kind: 'granted'; readonly grant: GrantState; readonly availableMicro: Micro; readonly isReplayed: boolean }
	| { readonly kind: 'not_granted'; readonly reason: PromotionRefusal; readonly grant: GrantState | null; readonly availableMicro: Micro }
	| { readonly kind: 'voided'; readonly grant: GrantState; readonly availableMicro: Micro; readonly isReplayed: boolean }
	| {
			readonly kind: 'reserved';
			/** Of the first call. */
			readonly hold: Hold;
			/** Of the other calls of the alternative, in their order. */
			readonly further: readonly Hold[];
			/** Which of the command's alternatives was taken; `null` where the outcome is a stored one. */
			readonly choice: number | null;
			readonly availableMicro: Micro;
			readonly isReplayed: boolean;
	  }
	/** No alternative fits: why the first does not. `limit` names the budget, floor or cap that refused it. */
	| {
			readonly kind: 'refused';
			readonly reason: RefusalReason;
			readonly limit: string | null;
			readonly availableMicro: Micro;
			readonly isReplayed: boolean;
	  }
	/** Nothing was recorded: an alternative fits once open holds close, or (`reason` is `null`) none was given and none is stored. */
	| { readonly kind: 'wait'; readonly reason: RefusalReason | null; readonly availableMicro: Micro }
	| {
			readonly kind: 'refunded';
			readonly hold: Hold;
			readonly refund: RefundedBody;
			/** The new grant, where this command made one. */ readonly renewed: GrantState | null;
			readonly availableMicro: Micro;
			readonly isReplayed: boolean;
	  }
	/** The hold's first closing stands, whatever was asked now: see `hold.state`. */
	| {
			readonly kind: 'closed';
			readonly hold: Hold;
			readonly availableMicro: Micro;
			readonly isReplayed: boolean;
			/** How much more was asked for now than the first closing charged; below 0 for less, 0 where they agree (ledger rule 44). */
			readonly differsByMicro: Micro;
	  }
	/** `person` is the pseudonym that stays; `null`: there is nobody of that name. `limits` name budgets and floors for this person. */
	| ({
			readonly kind: 'forgotten';
			readonly person: string | null;
			readonly limits: readonly string[];
	  } & KeptOfPerson)
	/** In the order they were given; `hasMore`: ask again for the rest. */
	| { readonly kind: 'alerts'; readonly alerts: readonly GivenAlert[]; readonly hasMore: boolean }
	| { readonly kind: 'fault'; readonly error: CreditError };

/** The outcomes of some kinds. */
export type OutcomeOf<K extends Outcome['kind']> = Extract<Outcome, { kind: K }>;

/** Whether an outcome is of one of these kinds. */
export function isOneOf<K extends Outcome['kind']>(outcome: Outcome, kinds: readonly K[]): outcome is OutcomeOf<K> {
	return kinds.some((kind) => kind === outcome.kind);
}
