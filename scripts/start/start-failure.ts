/** Owns the failures of the start that a person can mend. Refuses stack traces. */

/** 2: wrong use; 1: the campaign could not be run or its ledger is not right. */
export class StartFailure extends Error {
	readonly exitCode: 1 | 2;

	constructor(message: string, exitCode: 1 | 2 = 1) {
		super(message);
		this.name = 'StartFailure';
		this.exitCode = exitCode;
	}
}
