/** What a database hands out is looked at column by column, and so are answers that an earlier version kept. */
import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import { decodeKept, keptFor, type Kept } from '../../../lib/engine/outcome/kept-result';
import { readAnswer, readCheckCount, readLearnedFact } from '../../../lib/ledger/beside-rows';
import { amountIn, bytesIn, numberIn, optional, textIn, truthIn, type Row } from '../../../lib/ledger/columns';
import { readCounter, readGrant } from '../../../lib/ledger/rows';
import { copied, keysOf } from '../../../lib/ledger/transfer';

const GRANT: Row = {
	seq: 2n,
	category: 0n,
	amount_micro: 5n,
	priority: 50n,
	effective_at_ms: 1n,
	expires_at_ms: null,
	promotion_id: null,
	note: 'n',
	remaining_micro: 5n,
	held_micro: 0n,
	settled_micro: 0n,
	expired_micro: 0n,
	voided_micro: 0n,
	is_voided: 0n,
};

describe('columns of a row', () => {
	it('are read as what belongs there', () => {
		const row = { whole: 7n, small: 7, text: 'x', bytes: Buffer.from('a'), yes: 1n, no: false, nothing: null };
		expect([amountIn(row, 'whole'), numberIn(row, 'whole'), numberIn(row, 'small'), textIn(row, 'text')]).to.deep.equal([7n, 7, 7, 'x']);
		expect([bytesIn(row, 'bytes').toString(), truthIn(row, 'yes'), truthIn(row, 'no'), optional(textIn, row, 'nothing')]).to.deep.equal([
			'a',
			true,
			false,
			null,
		]);
	});

	for (const [name, value] of [
		['a text', 'secret words'],
		['a fraction', 0.5],
		['a number beyond the exact ones', 2n ** 60n],
		['nothing', null],
		['no column', undefined],
	] as const) {
		it(`are refused for ${name} where a whole number belongs, and texts are not repeated`, () => {
			expect(() => numberIn({ at: value }, 'at'))
				.to.throw(CreditError, /the column at of a row has .*, where a whole number belongs/)
				.that.satisfies(({ code, message }: CreditError) => code === 'ledger_corrupt' && !message.includes('secret'));
		});
	}

	it('of a grant are each looked at', () => {
		expect(readGrant(GRANT)).to.include({ seq: 2, category: 'promotional', amountMicro: 5n, expiresAtMs: null, isVoided: false });
		for (const column of Object.keys(GRANT)) expect(() => readGrant({ ...GRANT, [column]: [] }), column).to.throw(CreditError, column);
	});

	it('of all other tables are refused where there is nothing', () => {
		for (const read of [readCounter, readAnswer, readCheckCount, readLearnedFact]) expect(() => read({}), read.name).to.throw(CreditError);
		expect(() => copied(0.5)).to.throw(CreditError);
		expect(keysOf('["a","b"]')).to.deep.equal(['a', 'b']);
		for (const text of ['{}', '[1]', 'x']) expect(() => keysOf(text), text).to.throw(CreditError, /cannot be read/);
	});
});

describe('answers that are kept for a retry', () => {
	const kept: Kept = { kind: 'unusable', reason: 'invalid_output', message: 'No.', next: 'down', usage: null };

	it('come back as they were, those of before under the name of before', () => {
		expect(decodeKept(keptFor(kept, { hours: 1, nowMs: 0 })?.text ?? null)).to.deep.equal(kept);
		const { next, ...others } = kept;
		expect(decodeKept(JSON.stringify({ ...others, move: next }))).to.deep.equal(kept);
	});

	it('have none of a count that is younger than their text', () => {
		const text = '{"kind":"values","values":{"a":"b"},"usage":{"inputTokens":3,"outputTokens":1}}';
		expect(decodeKept(text)?.usage).to.include({ inputTokens: 3, outputTokens: 1, cachedAudioTokens: 0 });
	});

	it('are none where another version wrote what is not known here', () => {
		for (const text of ['{"kind":"parts"}', JSON.stringify({ ...kept, reason: 'of_tomorrow' }), JSON.stringify({ ...kept, next: 'up' })])
			expect(decodeKept(text), text).to.equal(null);
		expect(() => decodeKept('{')).to.throw(CreditError, /a kept answer cannot be read/);
	});
});
