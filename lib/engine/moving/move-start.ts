/**
 * Owns what comes before a ledger is closed: that the old one is sound and may be moved, that the new one is empty, and announcing the move
 * in both. Refuses to touch a ledger that has anything in it. Announcing leaves the old one open, so nothing is lost by it.
 */
import { restoreHint } from '../../core/values/restore-hint';
import type { MoveMark } from '../../core/rules/move';
import { verifyLedger } from './verify-ledger';
import type { LedgerSide } from './compare-ledgers';
import type { MoveOptions } from './move-options';
import { MoveRefusal, overtaken } from './move-refusal';

/** A move that both ledgers know of. */
export interface Announced {
	readonly mark: MoveMark;
	readonly targetMark: MoveMark;
}

/** Rejects with a refusal unless there is something to move, and every account's journal gives what is stored. */
export async function assertSound({ store }: LedgerSide, { onProgress, makeCounters }: MoveOptions): Promise<void> {
	if ((await store.accounts()).length === 0) {
		throw new MoveRefusal('nothing_to_move', {
			message: `There is no account in the ledger ${store.location}.`,
			mend: 'Check --from; a ledger without accounts need not be moved.',
		});
	}
	const { violations } = await verifyLedger(store, {
		onProgress: ({ entries, ofEntries }) => onProgress({ step: 'verifying', done: entries, total: ofEntries }),
		makeCounters,
	});
	const [first] = violations;
	if (!first) return;
	throw new MoveRefusal('ledger_wrong', {
		message: `The ledger ${store.location} is wrong in ${String(violations.length)} ${violations.length === 1 ? 'place' : 'places'} (account "${first.accountId}": ${first.detail}), so it is not moved.`,
		mend: `See all of them with "llm-credits verify", and ${restoreHint()}.`,
	});
}

/** Writes into both ledgers that this move is to come; from then on the new one takes no commands. The old one goes on. */
export async function announce(
	{ source, target, sourceMark }: { source: LedgerSide; target: LedgerSide; sourceMark: MoveMark | null },
	{ copyId, to, timing }: MoveOptions,
): Promise<Announced> {
	await assertEmpty(target, sourceMark);
	const mark: MoveMark = { state: 'announced', copyId, other: to, sinceMs: timing.clock(), progress: null, isOpened: false };
	if (!(await source.transfer.replaceMark({ from: sourceMark, to: mark }))) throw overtaken(source.store.location);
	const targetMark: MoveMark = { ...mark, state: 'arriving', other: addressOf(source.store.location) };
	if (!(await target.transfer.replaceMark({ from: null, to: targetMark, onlyIfEmpty: true }))) throw notEmpty(target);
	return { mark, targetMark };
}

/** The mark of the new ledger of a move under way. Rejects with a refusal where it is not the one that the move was begun with. */
export async function markOfTarget(
	{ source, target, mark }: { source: LedgerSide; target: LedgerSide; mark: MoveMark },
	{ to }: MoveOptions,
): Promise<MoveMark> {
	const found = await target.transfer.mark();
	if (found?.state === 'arriving' && found.copyId === mark.copyId) return found;
	const isLost = found === null && mark.other === to && mark.state !== 'moved';
	const again: MoveMark = { ...mark, state: 'arriving', other: addressOf(source.store.location), progress: null };
	// What had arrived is gone, and it was never open: the old ledger still has everything.
	if (isLost && (await target.transfer.replaceMark({ from: null, to: again, onlyIfEmpty: true }))) return again;
	throw otherTarget(target.store.location, mark);
}

/** The ledger is being moved, or was moved, to another place than the one given. */
export function otherTarget(given: string, { other, state }: MoveMark): MoveRefusal {
	const isMoved = state === 'moved';
	return new MoveRefusal('other_target', {
		message: `The ledger ${isMoved ? 'was' : 'is being'} moved to ${other}, and ${addressOf(given)} is not the copy made for that.`,
		mend: isMoved ? `Use it there, or move it on from there.` : `Give --to that address to go on, or call the move off with --undo.`,
	});
}

/** The address without the user, who is another on another machine. */
export function addressOf(location: string): string {
	return location.replace(/^(postgres(?:ql)?:\/\/)[^@/]*@/i, '$1');
}

/** Clears what is left of the last try of this very ledger, which never opened; anything else stays as it is. */
async function assertEmpty(target: LedgerSide, sourceMark: MoveMark | null): Promise<void> {
	const found = await target.transfer.mark();
	const isOver = sourceMark?.state === 'announced' || sourceMark?.state === 'called_off';
	const isLeftover = found?.state === 'arriving' && isOver && found.copyId === sourceMark.copyId;
	if (isLeftover && (await target.transfer.clear(found))) return;
	if (found?.state === 'arriving') {
		throw new MoveRefusal('target_not_empty', {
			message: `In ${target.store.location} there is a part of another move, from ${found.other}.`,
			mend: 'Go on with that one, or call it off with "llm-credits copy --undo"; or choose another place.',
		});
	}
	if (found !== null || (await target.store.accounts()).length > 0) throw notEmpty(target);
}

function notEmpty({ store }: LedgerSide): MoveRefusal {
	return new MoveRefusal('target_not_empty', {
		message: `There is a ledger at ${store.location} already, and a move replaces nothing.`,
		mend: 'Choose a place without one: another file, or another schema with ?schema=name.',
	});
}
