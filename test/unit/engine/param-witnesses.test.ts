/** Every parameter does what it says: a value that is set reaches the request, the ledger, the item or the time. */
import { expect } from 'chai';
import { LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { PARAM_WITNESSES, traceOf } from '../../support/scenarios/param-witnesses';

describe('parameters of LLM Action do what they say', function () {
	this.timeout(60_000);

	it('each has a witness, or is one that the hosts act on', () => {
		const without = LLM_ACTION_PARAMS.filter(({ name }) => PARAM_WITNESSES[name] === null).map(({ name }) => name);
		expect(without).to.deep.equal(['purpose']);
		expect(Object.keys(PARAM_WITNESSES).sort()).to.deep.equal(LLM_ACTION_PARAMS.map(({ name }) => name).sort());
	});

	for (const { name } of LLM_ACTION_PARAMS) {
		const witness = PARAM_WITNESSES[name];
		if (witness === null) continue;
		it(`${name}, in the ${witness.place}`, async () => {
			const usual = await traceOf(name, witness, undefined);
			const same = await traceOf(name, witness, undefined);
			const other = await traceOf(name, witness, witness.value);
			expect(same[witness.place], 'two runs with the same values are the same').to.equal(usual[witness.place]);
			expect(other[witness.place]).not.to.equal(usual[witness.place]);
		});
	}
});
