/** Lists what administrators did, the newest first, each with who did it. Changes nothing. */
import { isAdministratorsBody } from '../../core/rules/commands/admin';
import type { Entry } from '../../core/nouns/records';
import { canonicalJson } from '../../core/values/idempotency';
import { toIso } from '../../core/values/time';
import type { LedgerStore } from '../../ledger/store';

const PAGE = 1000;

/** At most `limit` entries of administrators, and of wrong admin keys, the newest first; `lastSeq` is the newest entry of the account. */
export async function newestChanges(
	store: Pick<LedgerStore, 'entries'>,
	{ accountId, lastSeq, limit }: { readonly accountId: string; readonly lastSeq: number; readonly limit: number },
): Promise<readonly Entry[]> {
	const found: Entry[] = [];
	for (let untilSeq = lastSeq; untilSeq > 0 && found.length < limit; untilSeq -= PAGE) {
		const afterSeq = Math.max(0, untilSeq - PAGE);
		const page = await store.entries(accountId, { afterSeq, limit: untilSeq - afterSeq });
		found.push(...page.filter(({ body }) => isChange(body)).reverse());
	}
	return found.slice(0, limit);
}

/** An entry of an administrator as JSON. `details` are as the journal has them, amounts in micro-credits; never more of a key than its salt and hash. */
export function changeDocument({ seq, atMs, actor, body }: Entry): Record<string, unknown> {
	const { kind, ...details } = body;
	const plain: unknown = JSON.parse(canonicalJson(details));
	return { entry: seq, at: toIso(atMs), by: actor, kind, details: plain };
}

function isChange(body: Entry['body']): boolean {
	return isAdministratorsBody(body) || ['account_opened', 'account_frozen', 'admin_denied'].includes(body.kind);
}
