import { expect } from 'chai';
import { CREDIT_BALANCE, CREDIT_BALANCE_PARAMS } from '../../../lib/params/credit-balance';
import { LEDGER, PROVIDER } from '../../../lib/params/connection';
import { FALLBACK_SWITCH, FALLBACK_SWITCH_PARAMS } from '../../../lib/params/fallback-switch';
import { LLM_ACTION, LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import type { Param } from '../../../lib/params/param';
import { readParams } from '../../../lib/params/read';

const DESCRIPTIONS = [LLM_ACTION, CREDIT_BALANCE, FALLBACK_SWITCH, LEDGER, PROVIDER];

function everyParam(params: readonly Param[]): Param[] {
	return params.flatMap((param) => (param.kind === 'rows' ? [param, ...everyParam(param.fields)] : [param]));
}

/** Names of the parameters beside one: those of its row, or of the node. */
function siblingsOf(params: readonly Param[], param: Param): string[] {
	const row = params.find((candidate) => candidate.kind === 'rows' && candidate.fields.some((field) => field === param));
	return (row?.kind === 'rows' ? row.fields : params).map(({ name }) => name);
}

describe('parameters', () => {
	for (const { label, params } of DESCRIPTIONS) {
		it(`of ${label} have labels, one-sentence help, valid defaults and conditions that name real parameters`, () => {
			const names = params.map(({ name }) => name);
			expect(new Set(names).size).to.equal(names.length);
			for (const param of everyParam(params)) {
				expect(param.label, param.name).to.match(/^[A-Z]/);
				expect(param.help, param.name).to.match(/[^.]$/);
				if ('choices' in param) {
					for (const choice of param.choices) expect(choice.help, `${param.name}.${choice.value}`).to.match(/^[A-Za-z].*[^.]$/);
					if (param.kind === 'choice') expect(param.choices.map(({ value }) => value)).to.include(param.default);
				}
				for (const name of Object.keys(param.showWhen ?? {})) expect(siblingsOf(params, param)).to.include(name);
			}
		});
	}

	it('read to their defaults', () => {
		const values = readParams(LLM_ACTION_PARAMS, { prompt: 'x' });
		expect(values).to.deep.include({
			concurrency: null,
			mostCalls: 256,
			outputs: 'separate',
			temperature: null,
			reservation: 'learned',
			outputField: 'llm',
		});
		expect(values.attributes).to.deep.equal([
			{ name: 'message', type: 'text', description: 'The message for this person', details: '', fallback: '' },
		]);
	});

	it('read what people type', () => {
		const values = readParams(LLM_ACTION_PARAMS, { prompt: 'x', concurrency: '32', temperature: '0.5', maxOutputTokens: '200' });
		expect(values).to.deep.include({ concurrency: 32, temperature: 0.5, maxOutputTokens: 200 });
	});

	const wrong: [string, () => unknown, RegExp][] = [
		['an empty required text', () => readParams(LLM_ACTION_PARAMS, { prompt: ' ' }), /^Prompt is empty\. The request for one item/],
		[
			'a number out of bounds',
			() => readParams(LLM_ACTION_PARAMS, { prompt: 'x', concurrency: 1000 }),
			/^Calls at a Time is 1000\. Give a whole number from 1 to 256\.$/,
		],
		[
			'a fraction for a whole number',
			() => readParams(LLM_ACTION_PARAMS, { prompt: 'x', maxAttempts: 1.5 }),
			/^Attempts is 1\.5\. Give a whole number from 1 to 10\.$/,
		],
		['an empty number', () => readParams(LLM_ACTION_PARAMS, { prompt: 'x', maxAttempts: '' }), /^Attempts is empty/],
		[
			'an unknown choice',
			() => readParams(LLM_ACTION_PARAMS, { prompt: 'x', outputs: 'both' }),
			/^Outputs is "both"; choose one of separate, single\.$/,
		],
		['an object for a text', () => readParams(LLM_ACTION_PARAMS, { prompt: { a: 1 } }), /^Prompt is \{"a":1\}; it must be text/],
		['no attributes', () => readParams(LLM_ACTION_PARAMS, { prompt: 'x', attributes: [] }), /^Output Attributes is empty\. Add at least 1/],
		[
			'a row with a bad field',
			() => readParams(LLM_ACTION_PARAMS, { prompt: 'x', attributes: [{ name: 'a', type: 'colour' }] }),
			/^Attribute 1: Type is "colour"; choose one of/,
		],
		[
			'credits with an exponent',
			() => readParams(CREDIT_BALANCE_PARAMS, { operation: 'grant', credits: '1e5' }),
			/^Credits is "1e5", which is not an amount of credits/,
		],
		[
			'a text that is too long',
			() => readParams(FALLBACK_SWITCH_PARAMS, { rules: [{ output: 'x'.repeat(61), source: 'any', reason: 'any' }] }),
			/at most 60 are allowed/,
		],
	];
	for (const [name, run, message] of wrong) {
		it(`refuse ${name}`, () => {
			expect(run).to.throw(message);
		});
	}

	it('do not judge what is hidden', () => {
		expect(() => readParams(CREDIT_BALANCE_PARAMS, { operation: 'balance', credits: 'nonsense', packs: -1 })).not.to.throw();
	});
});
