/**
 * Campaigns of 60 items and more at a real endpoint that mixes everything endpoints are known to do, on both stores, 64 calls at a time and with
 * the number found automatically: what must hold stands in test/support/mixed/mixed-judge.ts. `npm run test:proof` has a hundred of each.
 */
import { expectInvariantsHold } from '../support/mixed/mixed-runs';
import { MIXED_KINDS } from '../support/mixed/mixed-suite';

const USUAL = 2;

describe('campaigns at an endpoint that mixes everything', function () {
	this.timeout(0);

	for (const { name, ...kind } of MIXED_KINDS) {
		it(`keep every promise: ${name}`, async () => {
			await expectInvariantsHold(name, { usual: USUAL, ...kind });
		});
	}
});
