/**
 * Owns who may administer an account (ledger rule 35): spending needs no key; everything that makes, moves or limits credits
 * needs the admin key once one is set. Refuses to say whether a key was missing or nearly right; compares in constant time.
 */
import { timingSafeEqual } from 'node:crypto';
import type { AdminCommand, PlainCommand } from '../../nouns/commands';
import type { Draft } from '../draft/draft';
import { CreditError } from '../../values/errors';
import { sha256 } from '../../values/idempotency';
import type { AdminKey } from '../../nouns/admin-key';

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
};

/** True for commands that an account's admin key protects. */
export function isAdminCommand(command: PlainCommand): command is AdminCommand {
	return command.kind in ADMIN_KINDS;
}

/**
 * Throws `not_authorised` unless the account has no admin key or `proof` is the one. A wrong proof is recorded in the journal; a
 * missing one is not, because nobody tried anything.
 */
export function authorise(draft: Draft, command: AdminCommand, proof: string | null): void {
	const adminKey = draft.hasAccount ? draft.account.settings.adminKey : null;
	if (adminKey === null || (proof !== null && isProofOf(adminKey, proof))) return;
	if (proof !== null) draft.append({ kind: 'admin_denied', command: command.kind });
	throw notAuthorised(draft.accountId);
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
