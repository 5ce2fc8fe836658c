/**
 * Owns who may administer an account (ledger rule 35): spending needs no key; everything that makes, moves or limits credits
 * needs the admin key once one is set. Refuses to say whether a key was missing or nearly right; compares in constant time.
 */
import { timingSafeEqual } from 'node:crypto';
import type { AdminCommand, AsAdmin, OpenCommand, PlainCommand } from '../../nouns/commands';
import type { Draft } from '../draft/draft';
import { CreditError } from '../../values/errors';
import { isSettingsBody } from '../../journal/settings-after';
import type { Account, EntryBody } from '../../nouns/records';
import { sha256 } from '../../values/idempotency';
import { compareInstants } from '../../values/time';
import type { AdminKey } from '../../nouns/admin-key';

const MAX_ACTOR_LENGTH = 200;
const ADMIN_KINDS: Readonly<Record<AdminCommand['kind'], true>> = {
	change_account: true,
	grant: true,
	claim_promotion: true,
	void_grant: true,
	refund: true,
	set_budget: true,
	set_floor: true,
	remove_limit: true,
	set_enforcement: true,
	thaw_account: true,
	set_admin_key: true,
	set_alerts: true,
	set_text: true,
	remove_text: true,
	set_languages: true,
	set_cache_limits: true,
	add_price_list: true,
	pin_prices: true,
	move_ledger: true,
	forget_person: true,
};

/** True for commands that an account's admin key protects. */
export function isAdminCommand(command: PlainCommand): command is AdminCommand {
	return command.kind in ADMIN_KINDS;
}

/** True for what the entries of administrators' commands say. */
export function isAdministratorsBody(body: EntryBody): boolean {
	if (isSettingsBody(body)) return true;
	return ['account_changed', 'account_thawed', 'granted', 'grant_voided', 'refunded', 'person_forgotten'].includes(body.kind);
}

/** The admin key of the whole ledger and its account: the first that was set. `null` while no account has one. */
export function ledgerKeyOf(
	accounts: readonly Pick<Account, 'id' | 'settings'>[],
): { readonly accountId: string; readonly adminKey: AdminKey } | null {
	const keys = accounts.flatMap(({ id, settings: { adminKey } }) => (adminKey === null ? [] : [{ accountId: id, adminKey }]));
	const order = keys.sort(
		(a, b) => compareInstants(a.adminKey.sinceMs ?? 0, b.adminKey.sinceMs ?? 0) || (a.accountId < b.accountId ? -1 : 1),
	);
	return order[0] ?? null;
}

/** Throws `not_authorised` for an account that is not open yet, in a ledger with an admin key, unless `proof` is the one of that key. */
function authoriseOpening(draft: Draft, proof: string | null): void {
	if (draft.hasAccount || draft.ledgerKey === null || (proof !== null && isProofOf(draft.ledgerKey, proof))) return;
	throw new CreditError(
		'not_authorised',
		`There is no account "${draft.accountId}" in this ledger, and opening one needs the ledger's admin key, which is the first that was set in it. Check the name of the account, or open it once with that key: llm-credits account open --account ${draft.accountId} --admin-key-file FILE. The key may also stand in the ledger's connection, or in LLM_CREDITS_ADMIN_KEY.`,
	);
}

/** Throws `not_authorised` unless whoever gives the command may. */
export function authoriseGiven(draft: Draft, command: PlainCommand, { proof, actor }: Pick<AsAdmin, 'proof' | 'actor'>): void {
	if (isOpening(command)) authoriseOpening(draft, proof);
	else if (isAdminCommand(command)) authorise(draft, command, { proof, ...(actor === undefined ? {} : { actor }) });
}

function isOpening(command: PlainCommand): command is OpenCommand {
	return command.kind === 'open_account';
}

/**
 * Throws `not_authorised` unless the account has no admin key or `proof` is the one. A wrong proof is recorded in the journal; a
 * missing one is not, because nobody tried anything.
 */
function authorise(draft: Draft, command: AdminCommand, { proof, actor }: Pick<AsAdmin, 'proof' | 'actor'>): void {
	const adminKey = draft.hasAccount ? draft.account.settings.adminKey : null;
	if (adminKey === null || (proof !== null && isProofOf(adminKey, proof))) return;
	if (proof !== null) draft.append({ kind: 'admin_denied', command: command.kind }, { actor: actorText(actor) });
	throw notAuthorised(draft.accountId);
}

/** Who gave a command, as entries name it. */
export function actorText(actor: string | undefined): string | null {
	const text = (actor ?? '').trim().slice(0, MAX_ACTOR_LENGTH);
	return text === '' ? null : text;
}

/** True when the proof is the one of this key. */
export function isProofOf({ hash }: AdminKey, proof: string): boolean {
	return isSame(sha256(proof), hash);
}

/** What is said to whoever has not given an account's admin key. */
export function notAuthorised(accountId: string): CreditError {
	return new CreditError(
		'not_authorised',
		`Account "${accountId}" has an admin key, and the right one was not given. Give it in the ledger's connection, or to the command line with --admin-key-file or LLM_CREDITS_ADMIN_KEY.`,
	);
}

/** Both are hashes of one length, so comparing takes the same time wherever they differ. */
function isSame(a: string, b: string): boolean {
	return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
