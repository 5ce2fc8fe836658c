/**
 * Owns the one decision of the ledger: a snapshot, a batch of commands and an instant in; outcomes and rows to write out.
 * Pure and synchronous. A command at fault is answered with its fault and changes nothing; the rest of the batch goes on.
 * A ledger that contradicts itself is thrown: nothing of the batch may be written on top of it.
 */
import { actorText, authoriseGiven, isAdminCommand, isAdministratorsBody } from './commands/admin';
import { advance } from './draft/advance';
import { claimAlerts } from './commands/claim';
import { Draft, type EntryContext } from './draft/draft';
import { CreditError, isCreditError, isLedgerFault } from '../values/errors';
import { changeAccount, claimPromotion, grantCredits, openAccount, voidGrant } from './commands/grants';
import { expire, release, settle } from './commands/close-hold';
import { isSettingsBody } from '../journal/settings-after';
import { refund } from './commands/refund';
import { reserve } from './commands/reserve';
import { forgetPerson } from './commands/forget';
import { freeze, thaw } from './commands/freeze';
import { changeSettings } from './commands/settings';
import { hashAdministratorsKey, hashKey, hashPassKey } from '../values/idempotency';
import { isCurable, newestDecision } from './later-decisions';
import { hashRequest } from './same-request';
import { listKeyHash, pinKeyHash, pinOf } from '../prices/recorded-price';
import { forgottenIn, namesIn } from './draft/people';
import { countedBefore, spanOf } from './draft/spent-before';
import { watch, watchClock } from './draft/watch';
import type { AsAdmin, Command, PlainCommand, Outcome, ReserveCommand } from '../nouns/commands';
import type { AccountSnapshot, Decision, SnapshotNeeds } from '../nouns/snapshot';
import type { Entry, Hold } from '../nouns/records';
import type { CountedBefore } from '../nouns/usage-totals';
import type { Instant } from '../values/time';

/** What a store must load before these commands can be decided. Commands with unusable keys need nothing. */
export function needsOf(commands: readonly Command[]): SnapshotNeeds {
	const keyHashes: string[] = [];
	const holdSeqs: number[] = [];
	const grantSeqs: number[] = [];
	const promotionIds: string[] = [];
	for (const given of commands) {
		const command = given.kind === 'as_admin' ? given.command : given;
		if ('key' in command && command.key.length > 0)
			keyHashes.push(...keyHashesOf(command, safeKey(command.key)), ...passKeyHashes(command));
		if (command.kind === 'reserve') keyHashes.push(...pinKeyHashes(command));
		if (command.kind === 'add_price_list') keyHashes.push(listKeyHash(command.list.hash));
		if ('holdSeq' in command) holdSeqs.push(command.holdSeq);
		if ('grantSeq' in command) grantSeqs.push(command.grantSeq);
		if (command.kind === 'claim_promotion') promotionIds.push(command.promotion.id);
	}
	return { keyHashes, holdSeqs, grantSeqs, promotionIds, names: namesIn(commands), forgotten: forgottenIn(commands) };
}

/**
 * Decides a batch when the ledger's clock says `clockMs`, in order. First time passes up to then (holds time out, grants end). Where the
 * clock is behind the account's newest entry, entries are stamped with that one's instant. Outcomes are in the order of the commands.
 */
export function decide(
	snapshot: AccountSnapshot,
	commands: readonly Command[],
	{ accountId, clockMs }: { accountId: string; clockMs: Instant },
): Decision {
	const draft = new Draft(accountId, snapshot, clockMs);
	advance(draft);
	watchClock(draft);
	return draft.finish(commands.map((command) => watched(draft, () => decideOne(draft, command))));
}

/** Warns of what the command has crossed, before the next one is decided. */
function watched(draft: Draft, decideNext: () => Outcome): Outcome {
	const before = draft.entryCount;
	const outcome = decideNext();
	if (draft.entryCount > before) watch(draft, draft.entriesFrom(before));
	return outcome;
}

function decideOne(draft: Draft, given: Command): Outcome {
	const plain = given.kind === 'as_admin' ? given.command : given;
	try {
		const who: Pick<AsAdmin, 'proof' | 'actor'> = given.kind === 'as_admin' ? given : { proof: null };
		authoriseGiven(draft, plain, who);
		const command = draft.people.hide(plain);
		const actor = actorText(who.actor);
		if (!('key' in command)) return apply(draft, command, { actor });
		const [keyHash = ''] = keyHashesOf(command, command.key);
		const context = { keyHash, requestHash: hashRequest(command), actor };
		// Opening is idempotent by the account itself: a second host may name another time zone, and gets the account as it is.
		const earlier = command.kind === 'open_account' ? undefined : earlierEntry(draft, command);
		if (!earlier) return apply(draft, command, context);
		if (command.kind === 'reserve' && isCurable(earlier.body) && earlier.requestHash === context.requestHash)
			return decideAnew(draft, { first: earlier, command, requestHash: context.requestHash });
		return replay(draft, { earlier, command, requestHash: sameRequest(earlier, { command, plain }) });
	} catch (error) {
		if (isCreditError(error) && !isLedgerFault(error)) return { kind: 'fault', error };
		throw error;
	}
}

/** The hash that the earlier entry is to have. One that is older than pseudonyms was made of the command with names in it. */
function sameRequest(earlier: Entry, { command, plain }: { command: KeyedCommand; plain: PlainCommand }): string {
	const hash = hashRequest(command);
	if (earlier.requestHash === hash || command === plain || !('key' in plain)) return hash;
	return hashRequest(plain);
}

type KeyedCommand = Extract<PlainCommand, { key: string }>;

/** The entry that the command's key made before. One of an administrator may lie where keys of all commands lay before. */
function earlierEntry(draft: Draft, command: KeyedCommand): Entry | undefined {
	const [own = '', before] = keyHashesOf(command, command.key);
	const found = draft.entryByKey(own);
	if (found || before === undefined) return found;
	const older = draft.entryByKey(before);
	return older && isAdministratorsBody(older.body) ? older : undefined;
}

/** The hash under which a command's key is stored, and then that under which an administrator's was stored once. */
function keyHashesOf(command: PlainCommand, key: string): readonly string[] {
	return isAdminCommand(command) ? [hashAdministratorsKey(key), hashKey(key)] : [hashKey(key)];
}

function apply(draft: Draft, command: PlainCommand, context: EntryContext): Outcome {
	switch (command.kind) {
		case 'open_account':
			return openAccount(draft, command, context);
		case 'change_account':
			return changeAccount(draft, command, context);
		case 'freeze_account':
			return freeze(draft, command.reason, context);
		case 'thaw_account':
			return thaw(draft, context);
		case 'grant':
			return grantCredits(draft, command, context);
		case 'claim_promotion':
			return claimPromotion(draft, command, context);
		case 'void_grant':
			return voidGrant(draft, command, context);
		case 'set_budget':
		case 'set_floor':
		case 'remove_limit':
		case 'set_enforcement':
		case 'set_admin_key':
		case 'set_alerts':
		case 'set_text':
		case 'remove_text':
		case 'set_languages':
		case 'set_cache_limits':
		case 'add_price_list':
		case 'pin_prices':
			return changeSettings(draft, command, context);
		case 'forget_person':
			return forgetPerson(draft, command, context);
		case 'move_ledger':
			return { kind: 'account', account: draft.account, isReplayed: false };
		case 'reserve':
			return reserve(draft, command, context);
		case 'claim_alerts':
			return claimAlerts(draft, command.consumer);
		case 'refund':
			return refund(draft, command, context);
		case 'settle':
			return settle(draft, command);
		case 'release':
			return release(draft, command.holdSeq);
		case 'expire':
			return expire(draft, command.holdSeq);
		default:
			return command satisfies never;
	}
}

/** A request that was refused for what may have changed since: its newest outcome where that is final, else it is decided anew (ledger rule 36). */
function decideAnew(
	draft: Draft,
	{ first, command, requestHash }: { first: Entry; command: ReserveCommand; requestHash: string },
): Outcome {
	const { newest, nextKeyHash } = newestDecision(first, { key: command.key, entryOf: (keyHash) => draft.entryByKey(keyHash) });
	if (!isCurable(newest.body)) return replay(draft, { earlier: newest, command, requestHash });
	return reserve(draft, command, { keyHash: nextKeyHash, requestHash }, newest.body);
}

/** The stored outcome of a key, refusals included (ledger rules 17 and 18). */
function replay(draft: Draft, { earlier, command, requestHash }: { earlier: Entry; command: KeyedCommand; requestHash: string }): Outcome {
	if (earlier.requestHash !== requestHash) {
		throw new CreditError(
			'idempotency_conflict',
			`The idempotency key ${JSON.stringify(command.key)} was used before for a different request. Use a new key for a new request.`,
		);
	}
	const availableMicro = draft.availableMicro();
	const { body } = earlier;
	if (body.kind === 'budget_set' && body.replaces === null)
		return { kind: 'account', account: draft.account, isReplayed: true, counted: countedThen(draft, earlier, body) };
	if (isSettingsBody(body)) return { kind: 'account', account: draft.account, isReplayed: true };
	switch (body.kind) {
		case 'reserved':
			return { kind: 'reserved', ...holdsOf(draft, earlier, command), choice: null, availableMicro, isReplayed: true };
		case 'refused':
			return { kind: 'refused', reason: body.reason, limit: body.limit, availableMicro, isReplayed: true };
		case 'granted':
			return { kind: 'granted', grant: draft.grant(earlier.seq), availableMicro, isReplayed: true };
		case 'grant_voided':
			return { kind: 'voided', grant: draft.grant(body.grantSeq), availableMicro, isReplayed: true };
		case 'refunded':
			return { kind: 'refunded', hold: draft.hold(body.holdSeq), refund: body, renewed: null, availableMicro, isReplayed: true };
		case 'account_opened':
		case 'account_changed':
		case 'account_frozen':
		case 'account_thawed':
			return { kind: 'account', account: draft.account, isReplayed: true };
		case 'grant_expired':
		case 'overdraft_repaid':
		case 'settled':
		case 'released':
		case 'hold_expired':
		case 'admin_denied':
		case 'alerted':
		case 'alerts_rearmed':
		case 'alerts_claimed':
		case 'price_recorded':
		case 'person_forgotten':
			throw new CreditError(
				'ledger_corrupt',
				`Entry ${String(earlier.seq)} carries an idempotency key that its kind never has. Run "llm-credits verify".`,
			);
		default:
			return body satisfies never;
	}
}

/** What a budget counted of the time before when it was set. */
function countedThen(
	draft: Draft,
	{ atMs }: Entry,
	{ budget, counted }: Extract<Entry['body'], { kind: 'budget_set' }>,
): CountedBefore | null {
	if (counted) return counted;
	const at = { atMs, timeZone: draft.account.timeZone };
	return spanOf(budget, at) && countedBefore(budget, [], at);
}

/** The keys under which the further calls of a reserve are stored: as many as its longest alternative has. */
function passKeyHashes(command: PlainCommand): string[] {
	if (command.kind !== 'reserve') return [];
	const most = command.alternatives.reduce((longest, { calls }) => Math.max(longest, calls.length), 1);
	return Array.from({ length: most - 1 }, (_, index) => hashPassKey(command.key, index + 1));
}

/** The keys of the prices that a reserve may pin, to see whether they are recorded. */
function pinKeyHashes({ alternatives }: ReserveCommand): string[] {
	return alternatives.flatMap(({ calls }) => calls.flatMap(({ price }) => (price === null ? [] : [pinKeyHash(pinOf(price))])));
}

function holdsOf(draft: Draft, first: Entry, command: PlainCommand): { readonly hold: Hold; readonly further: readonly Hold[] } {
	const further = passKeyHashes(command).flatMap((keyHash) => draft.entryByKey(keyHash) ?? []);
	return { hold: draft.hold(first.seq), further: further.map(({ seq }) => draft.hold(seq)) };
}

/** A key over the length limit is refused by the decision itself; looking it up must not fail before that. */
function safeKey(key: string): string {
	return key.slice(0, 512);
}
