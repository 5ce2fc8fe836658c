/** Every parameter does what it says: a value that is set reaches the request, the ledger, the item or the time. */
import { expect } from 'chai';
import { PARAM_WITNESSES, traceOf } from '../../support/witnesses/param-witnesses';

describe('parameters of LLM Action do what they say', function () {
	this.timeout(60_000);

	for (const [name, witness] of Object.entries(PARAM_WITNESSES)) {
		it(`${name}, in the ${witness.place}`, async () => {
			const usual = await traceOf(name, witness, undefined);
			const same = await traceOf(name, witness, undefined);
			const other = await traceOf(name, witness, witness.value);
			expect(same[witness.place], 'two runs with the same values are the same').to.equal(usual[witness.place]);
			expect(other[witness.place]).not.to.equal(usual[witness.place]);
		});
	}
});
