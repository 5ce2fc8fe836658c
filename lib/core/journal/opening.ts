/** What the journal tells of the opening of an account: the hash that holds the account's id. */
import { canonicalJson, shortHash } from '../values/idempotency';

/** What was opened, as the journal tells it, and under which id. */
export interface AccountOpening {
	readonly name: string;
	readonly timeZone: string;
	readonly plan: string;
	readonly unconfirmed?: string | undefined;
}

/** Hash of opening an account under its id: the journal holds the id nowhere else, and a proof compares it. */
export function hashOpening(accountId: string, { name, timeZone, plan, unconfirmed }: AccountOpening): string {
	return shortHash(canonicalJson({ kind: 'open_account', accountId, name, timeZone, plan, unconfirmedPolicy: unconfirmed }));
}

/** True for a hash as journals of before hold it: without the id, whatever became of what is not confirmed. */
export function isOpeningWithoutId(requestHash: string | null, { name, timeZone, plan }: AccountOpening): boolean {
	const hashes = ['release', 'charge'].map((unconfirmedPolicy) =>
		shortHash(canonicalJson({ kind: 'open_account', name, timeZone, plan, unconfirmedPolicy })),
	);
	return requestHash !== null && hashes.includes(requestHash);
}
