/** Freezing an account and thawing it (ledger rule 49): while it is frozen, nothing is reserved; open holds settle, and credits come in. */
import type { Outcome } from '../../nouns/commands';
import { CreditError } from '../../values/errors';
import type { Draft, EntryContext } from '../draft/draft';

const MAX_REASON_LENGTH = 200;

/**
 * Freezes the account. One that is frozen already stays as it is; the entry is written all the same, because it keeps the key: the same
 * command again, after a thaw, must not freeze anew (ledger rule 17). Throws `invalid_argument` for a reason of more than 200 characters.
 */
export function freeze(draft: Draft, reason: string, context: EntryContext): Outcome {
	const text = reason.trim();
	if (text.length > MAX_REASON_LENGTH) {
		throw new CreditError(
			'invalid_argument',
			`The reason for freezing has ${String(text.length)} characters; give at most ${String(MAX_REASON_LENGTH)}.`,
		);
	}
	const isReplayed = draft.account.frozen !== null;
	draft.append({ kind: 'account_frozen', reason: text }, context);
	return { kind: 'account', account: draft.account, isReplayed };
}

/** Lets the account be spent from again. Where nobody froze it, the entry keeps the key and changes nothing. */
export function thaw(draft: Draft, context: EntryContext): Outcome {
	const isReplayed = draft.account.frozen === null;
	draft.append({ kind: 'account_thawed' }, context);
	return { kind: 'account', account: draft.account, isReplayed };
}
