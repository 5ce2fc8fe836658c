/** Owns a clock that tests move by hand, forwards and backwards. */
export class ManualClock {
	nowMs: number;

	constructor(startMs: number = Date.UTC(2026, 3, 8, 12)) {
		this.nowMs = startMs;
	}

	readonly read = (): number => this.nowMs;

	advance(byMs: number): void {
		this.nowMs += byMs;
	}
}

/** The key that all ledgers of tests make pseudonyms with, so that their journals can be compared. */
export const newPersonKey = (): string => '5e'.repeat(32);
