/** Owns saying beforehand what moving a ledger would do, and calling a move off. Planning changes nothing. */
import type { LedgerStore } from '../../ledger/store';
import type { LedgerSide } from './compare-ledgers';
import { countRows } from './copy-rows';
import { assertMayMove } from './move-access';
import type { Timing } from '../waiting/timing';
import { callOff, callsUnderWay, sideOf } from './move-ledger';
import { MoveRefusal, overtaken } from './move-refusal';

/** What a move would find. */
export interface MovePlan {
	/** `new`: it would begin; `begun`: it would go on; `done`: there is nothing left to do. */
	readonly state: 'new' | 'begun' | 'done';
	/** The address in the old ledger's mark: of a move that was begun or is done. */
	readonly to: string | null;
	/** Rows of each table of the old ledger. */
	readonly rows: ReadonlyMap<string, number>;
	/** Calls under way now. */
	readonly openCalls: number;
	/** False where something else than an empty ledger, or the copy of this very move, is at the new place. */
	readonly isTargetFree: boolean;
}

/** Looks at both. `target` is `null` where there is no ledger yet. */
export async function planMove(source: LedgerStore, target: LedgerStore | null): Promise<MovePlan> {
	const side = sideOf(source);
	const mark = await side.transfer.mark();
	const isBegun = mark !== null && ['closing', 'moving', 'moved'].includes(mark.state);
	const found = target ? await sideOf(target).transfer.mark() : null;
	const isOfThis = found !== null && found.copyId === mark?.copyId && found.state !== 'moved';
	const isEmpty = found === null && (target === null || (await target.accounts()).length === 0);
	const isDone = mark?.state === 'moved' && mark.isOpened;
	return {
		state: isDone ? 'done' : isBegun ? 'begun' : 'new',
		to: isBegun ? mark.other : null,
		rows: await countRows(side),
		openCalls: await callsUnderWay(source),
		isTargetFree: isDone || isOfThis || isEmpty,
	};
}

/**
 * Calls a move off: the old ledger goes on. `target` is cleared of what had arrived; `null` leaves that where it is. Returns the address it
 * was to go to, or `null` when the ledger is not being moved. Rejects with a refusal when it was moved already.
 */
export async function undoMove(
	source: LedgerStore,
	{
		target,
		adminKeys,
		timing,
	}: { readonly target: LedgerStore | null; readonly adminKeys: readonly string[]; readonly timing: Pick<Timing, 'pause'> },
): Promise<string | null> {
	const side: LedgerSide = sideOf(source);
	const mark = await side.transfer.mark();
	if (mark === null || mark.state === 'arrived' || mark.state === 'called_off') return null;
	await assertMayMove(source, { mark, adminKeys, timing });
	if (mark.state === 'moved' || mark.state === 'arriving') {
		const isMoved = mark.state === 'moved';
		throw new MoveRefusal('other_target', {
			message: `The ledger ${source.location} ${isMoved ? `was moved to ${mark.other}` : `is the new one of a move from ${mark.other}`}, which cannot be called off here.`,
			mend: isMoved
				? 'To come back, move it from there to an empty place: "llm-credits copy --from … --to …".'
				: 'Call it off with --from the old ledger.',
		});
	}
	if (!(await callOff(side, target ? sideOf(target) : null, mark.copyId))) throw overtaken(source.location);
	return mark.other;
}
