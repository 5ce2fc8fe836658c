/**
 * Owns opening and changing accounts, and credits coming in: grants, promotions, voids (ledger rules 5–9).
 * Refuses promotions as values; bad arguments are faults that name the field.
 */
import { repayOverdraft } from '../draft/advance';
import type { Draft, EntryContext } from '../draft/draft';
import { CreditError } from '../../values/errors';
import type { PlainCommand, Expiry, GrantCommand, Outcome } from '../../nouns/commands';
import type { Promotion, PromotionRefusal } from '../../nouns/promotion';
import type { Grant } from '../../nouns/records';
import { hashOpening } from '../../journal/opening';
import { formatCredits, MAX_AMOUNT_MICRO } from '../../values/money';
import { checkedInstant, checkedZone, expiryAfterDays, hasPassed, later, type Instant } from '../../values/time';

type Of<K extends PlainCommand['kind']> = Extract<PlainCommand, { kind: K }>;

export const DEFAULT_PRIORITY = 50;

/** Opens the account, or returns it unchanged when it exists already (two processes starting at once is normal). */
export function openAccount(draft: Draft, command: Of<'open_account'>, context: EntryContext): Outcome {
	if (draft.hasAccount) return { kind: 'account', account: draft.account, isReplayed: true };
	const { name, timeZone, plan, unconfirmedPolicy: unconfirmed } = command;
	const opening = { name, timeZone: checkedZone(timeZone), plan, unconfirmed };
	draft.append({ kind: 'account_opened', ...opening }, { ...context, requestHash: hashOpening(draft.accountId, opening) });
	return { kind: 'account', account: draft.account, isReplayed: false };
}

/** Changes what is named and leaves the rest. Stored expiries keep their instants when the time zone changes. */
export function changeAccount(draft: Draft, command: Of<'change_account'>, context: EntryContext): Outcome {
	const { kind: _kind, key: _key, unconfirmedPolicy, ...change } = command;
	if (change.timeZone !== undefined) checkedZone(change.timeZone);
	draft.append(
		{ kind: 'account_changed', ...change, ...(unconfirmedPolicy === undefined ? {} : { unconfirmed: unconfirmedPolicy }) },
		context,
	);
	return { kind: 'account', account: draft.account, isReplayed: false };
}

/** Adds a grant and repays overdraft from it first. A trial account may be given credits; it can spend them once its plan is paid. */
export function grantCredits(draft: Draft, command: GrantCommand, context: EntryContext): Outcome {
	checkAmount(command.amountMicro);
	if (!Number.isInteger(command.priority) || command.priority < 0 || command.priority > 1000) {
		throw new CreditError(
			'invalid_argument',
			`The priority is ${String(command.priority)}; give a whole number from 0 (burns first) to 1000.`,
		);
	}
	const effectiveAtMs = checkedInstant(command.effectiveAtMs ?? draft.nowMs, 'effectiveAt');
	const expiresAtMs = resolveExpiry(command.expiry, effectiveAtMs, draft.account.timeZone);
	if (hasPassed(expiresAtMs, { atMs: later(effectiveAtMs, draft.nowMs) })) {
		throw new CreditError(
			'invalid_time',
			'The grant would expire before it can be used. Give an expiry later than now and later than its effective instant.',
		);
	}
	const { category, amountMicro, priority, note } = command;
	return addGrant(draft, { category, amountMicro, priority, effectiveAtMs, expiresAtMs, promotionId: null, note }, context);
}

/** Claims a promotion once. The grant is dated at the moment of entitlement: the window's start, or the start of the paid plan inside it. */
export function claimPromotion(draft: Draft, { promotion }: Of<'claim_promotion'>, context: EntryContext): Outcome {
	checkAmount(promotion.amountMicro);
	const earlierSeq = draft.promotionGrantSeq(promotion.id);
	if (earlierSeq !== undefined) return notGranted(draft, 'already_claimed', earlierSeq);
	const { paidSinceMs } = draft.account;
	if (paidSinceMs === null) return notGranted(draft, 'plan_not_eligible');
	const entitledAtMs = later(promotion.window.fromMs, paidSinceMs);
	if (!hasPassed(entitledAtMs, { atMs: draft.nowMs }) || hasPassed(promotion.window.untilMs, { atMs: entitledAtMs })) {
		return notGranted(draft, 'outside_window');
	}
	const expiresAtMs = resolveExpiry(promotion.expiry, entitledAtMs, draft.account.timeZone);
	if (hasPassed(expiresAtMs, { atMs: draft.nowMs })) return notGranted(draft, 'promotion_expired');
	return addGrant(draft, promotionalGrant(promotion, entitledAtMs, expiresAtMs), context);
}

/** Forfeits what the grant has left and nobody holds. Voiding again gives the same result; its entry moves nothing and keeps the key. */
export function voidGrant(draft: Draft, command: Of<'void_grant'>, context: EntryContext): Outcome {
	const { isVoided, remainingMicro } = draft.grant(command.grantSeq);
	draft.append({ kind: 'grant_voided', grantSeq: command.grantSeq, amountMicro: remainingMicro }, context);
	return { kind: 'voided', grant: draft.grant(command.grantSeq), availableMicro: draft.availableMicro(), isReplayed: isVoided };
}

function promotionalGrant(promotion: Promotion, effectiveAtMs: Instant, expiresAtMs: Instant | null): Omit<Grant, 'seq'> {
	const { amountMicro, priority, id } = promotion;
	return { category: 'promotional', amountMicro, priority, effectiveAtMs, expiresAtMs, promotionId: id, note: null };
}

function addGrant(draft: Draft, grant: Omit<Grant, 'seq'>, context: EntryContext): Outcome {
	const { seq } = draft.append({ kind: 'granted', grant }, context);
	repayOverdraft(draft);
	return { kind: 'granted', grant: draft.grant(seq), availableMicro: draft.availableMicro(), isReplayed: false };
}

function notGranted(draft: Draft, reason: PromotionRefusal, seq?: number): Outcome {
	return { kind: 'not_granted', reason, grant: seq === undefined ? null : draft.grant(seq), availableMicro: draft.availableMicro() };
}

function resolveExpiry(expiry: Expiry | null, grantedAtMs: Instant, timeZone: string): Instant | null {
	if (expiry === null) return null;
	if ('atMs' in expiry) return checkedInstant(expiry.atMs, 'expiresAt');
	return expiryAfterDays({ grantedAtMs, ...expiry, timeZone });
}

function checkAmount(amountMicro: bigint): void {
	if (amountMicro <= 0n || amountMicro > MAX_AMOUNT_MICRO) {
		throw new CreditError(
			'invalid_amount',
			`The grant is ${formatCredits(amountMicro)} credits; give more than 0 and at most ${formatCredits(MAX_AMOUNT_MICRO)}.`,
		);
	}
}
