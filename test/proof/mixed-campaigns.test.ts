/** A hundred campaigns of each kind at an endpoint that mixes everything endpoints are known to do, and every row of it is met. */
import { expect } from 'chai';
import { MIXED_ROWS } from '../support/mixed/mixed-rows';
import { expectInvariantsHold } from '../support/mixed/mixed-runs';
import { MIXED_KINDS } from '../support/mixed/mixed-suite';

const USUAL = 100;

describe('a hundred campaigns at an endpoint that mixes everything', function () {
	this.timeout(0);

	for (const { name, ...kind } of MIXED_KINDS) {
		it(`keep every promise: ${name}`, async () => {
			const met = await expectInvariantsHold(name, { usual: USUAL, ...kind });
			if (process.env['LLM_CREDITS_RUNS'] !== undefined) return;
			expect(MIXED_ROWS.map((row) => row.name).filter((row) => !met.has(row))).to.deep.equal([]);
		});
	}
});
