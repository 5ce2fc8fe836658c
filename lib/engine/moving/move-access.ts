/**
 * Owns who may move a ledger: an administrator of every account in it that has an admin key. Refuses like any other command of
 * administrators: a wrong key is recorded in the journal as long as that takes entries.
 */
import { isProofOf, notAuthorised } from '../../core/rules/commands/admin';
import type { AdminKey } from '../../core/nouns/admin-key';
import { isOpen, type MoveMark } from '../../core/rules/move';
import type { LedgerStore } from '../../ledger/store';
import { proofOf } from '../account/admin-key';

/** Throws `not_authorised` for the first account whose admin key is none of `adminKeys`. Takes about a tenth of a second for each key tried. */
export async function assertMayMove(
	store: LedgerStore,
	{ mark, adminKeys }: { readonly mark: MoveMark | null; readonly adminKeys: readonly string[] },
): Promise<void> {
	for (const { id, settings } of await store.accounts()) {
		if (settings.adminKey === null) continue;
		const { proof, isRight } = await bestProof(settings.adminKey, adminKeys);
		if (isOpen(mark)) await ask(store, id, proof);
		else if (!isRight) throw notAuthorised(id);
	}
}

async function bestProof(adminKey: AdminKey, keys: readonly string[]): Promise<{ proof: string | null; isRight: boolean }> {
	let proof: string | null = null;
	for (const key of keys) {
		proof = await proofOf(key, adminKey.salt);
		if (isProofOf(adminKey, proof)) return { proof, isRight: true };
	}
	return { proof, isRight: false };
}

async function ask(store: LedgerStore, accountId: string, proof: string | null): Promise<void> {
	const command = { kind: 'move_ledger' } as const;
	const [outcome] = await store.commit(accountId, [proof === null ? command : { kind: 'as_admin', proof, command }]);
	if (outcome?.kind === 'fault') throw outcome.error;
}
