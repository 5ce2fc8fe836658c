/**
 * Owns the two ways in which moving a ledger ends without success: refused, with everything as it was, or broken off. Refuses to leave
 * open which ledger can be spent on.
 */

/** Why a ledger is not moved. */
export type MoveRefusalCode =
	'nothing_to_move' | 'not_movable' | 'ledger_wrong' | 'target_not_empty' | 'other_target' | 'overtaken' | 'copy_wrong' | 'stopped';

/** A move that does not go on. `mend` says what can be done. */
export class MoveRefusal extends Error {
	readonly code: MoveRefusalCode;
	readonly mend: string;

	constructor(code: MoveRefusalCode, { message, mend }: { message: string; mend: string }) {
		super(message);
		this.name = 'MoveRefusal';
		this.code = code;
		this.mend = mend;
	}
}

/** A move that failed after the old ledger was closed; `cause` is what went wrong. */
export class MoveBroken extends Error {
	/** Which ledger goes on: the old one, because the move was called off, or none until the move is finished. */
	readonly goesOn: 'old' | 'none';

	constructor(goesOn: MoveBroken['goesOn'], cause: unknown) {
		super('The move was broken off.', { cause });
		this.name = 'MoveBroken';
		this.goesOn = goesOn;
	}
}

/** Another process changed what this one was working on. */
export function overtaken(location: string): MoveRefusal {
	return new MoveRefusal('overtaken', {
		message: `Somebody else moves the ledger ${location} at the same time, or has called the move off.`,
		mend: 'See which process it is; when it has ended, run the same command again.',
	});
}
