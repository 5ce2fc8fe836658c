/**
 * Owns who may move a ledger: an administrator of every account in it that has an admin key. Refuses like any other command of
 * administrators: a wrong key is recorded in the journal as long as that takes entries.
 */
import { notAuthorised } from '../../core/rules/commands/admin';
import { isOpen, type MoveMark } from '../../core/rules/move';
import type { LedgerStore } from '../../ledger/store';
import { KeyProver } from '../account/admin-key';
import type { Timing } from '../waiting/timing';

/** Throws `not_authorised` for the first account whose admin key is none of `adminKeys`. Takes about a tenth of a second for each key tried. */
export async function assertMayMove(
	store: LedgerStore,
	{
		mark,
		adminKeys: [first, ...others],
		timing,
	}: { readonly mark: MoveMark | null; readonly adminKeys: readonly string[]; readonly timing: Pick<Timing, 'pause'> },
): Promise<void> {
	const prover = new KeyProver({ tries: store.tries, timing });
	for (const { id, settings } of await store.accounts()) {
		if (settings.adminKey === null) continue;
		const tried = first === undefined ? null : await prover.prove(settings.adminKey, [first, ...others]);
		try {
			if (isOpen(mark)) await ask(store, id, tried?.proof ?? null);
			else if (tried?.isRight !== true) throw notAuthorised(id);
		} finally {
			await tried?.settle();
		}
	}
}

async function ask(store: LedgerStore, accountId: string, proof: string | null): Promise<void> {
	const [outcome] = await store.commit(accountId, [{ kind: 'as_admin', proof, command: { kind: 'move_ledger' } }]);
	if (outcome?.kind === 'fault') throw outcome.error;
}
