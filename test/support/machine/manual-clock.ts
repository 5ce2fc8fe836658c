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
