/** Calls that find out at the same time how a model is asked: each goes by what the others have learnt, and takes nothing of it away. */
import { expect } from 'chai';
import { USUAL_MANNER, type Form, type Manner } from '../../../lib/core/calls/manner';
import { MannerTrial } from '../../../lib/engine/call/manner-trial';
import { LearnedManners } from '../../../lib/engine/learned/learned-manners';
import type { ChatRequest, ProviderFault } from '../../../lib/providers/provider';

const REQUEST: ChatRequest = {
	model: 'm',
	messages: [
		{ role: 'system', content: 'x' },
		{ role: 'user', content: 'x' },
	],
	structured: 'json_schema',
	schema: {},
	maxOutputTokens: 100,
	temperature: 0.5,
	reasoningEffort: 'low',
	timeoutMs: 1000,
	signal: null,
};
const FAULT: ProviderFault = {
	code: 'bad_request',
	billed: 'no',
	isRetryable: false,
	retryAfterMs: null,
	status: 400,
	message: 'Bad request.',
	usage: { kind: 'missing' },
};
const GATEWAY: ProviderFault = { ...FAULT, code: 'server_error', billed: 'unknown', status: 504, isRetryable: true };

function world(): { readonly known: () => Manner; readonly trial: (form?: Form) => MannerTrial } {
	const manners = new LearnedManners(() => 1);
	return {
		known: () => manners.of('m', USUAL_MANNER),
		trial: (form) =>
			new MannerTrial({ manners, modelId: 'm', usual: USUAL_MANNER, keeper: null, form: form ?? null, background: (work) => void work }),
	};
}

/** As a call does it: refused with words, or without. */
function refuse(trial: MannerTrial, more: Partial<ProviderFault> = {}): boolean {
	return trial.refused({ ...FAULT, ...more }, { request: REQUEST, manner: trial.manner });
}

describe('how a model is asked, found out by several calls at once', () => {
	it('what the adapter left out on the way takes nothing away that another call has learnt meanwhile', () => {
		const { trial, known } = world();
		const [slow, quick] = [trial(), trial()];
		const { manner } = slow;
		expect(refuse(quick, { message: 'System role not supported' })).to.equal(true);
		slow.taken([{ field: 'temperature', within: null }], { request: REQUEST, manner });
		expect(known()).to.include({ sendsSystemRole: false, sendsTemperature: false });
	});

	it('what was only tried takes nothing away either, and the form that settings fix is no lesson', () => {
		const { trial, known } = world();
		const [slow, quick] = [trial('json_object'), trial()];
		expect(refuse(slow)).to.equal(true);
		const { manner } = slow;
		expect(refuse(quick, { message: 'temperature is not supported' })).to.equal(true);
		slow.taken([], { request: REQUEST, manner });
		expect(known()).to.deep.equal({ ...USUAL_MANNER, sendsTemperature: false, schema: manner.schema });
	});

	it('a call that tries ways asks as another has just learnt, also where the form is fixed', () => {
		for (const form of [undefined, 'json_schema'] as const) {
			const { trial } = world();
			const [slow, quick] = [trial(form), trial(form)];
			expect(refuse(slow)).to.equal(true);
			expect(refuse(quick, { message: 'temperature is not supported' })).to.equal(true);
			expect(refuse(slow)).to.equal(true);
			expect(slow.manner, 'without what is known to be refused').to.deep.equal({ ...USUAL_MANNER, sendsTemperature: false });
		}
	});

	it('what passes by itself ends no trial, and does not make trying useless for others', () => {
		const { trial } = world();
		const one = trial();
		expect(refuse(one)).to.equal(true);
		const tried = one.manner;
		expect(one.refused(GATEWAY, { request: REQUEST, manner: tried })).to.equal(false);
		expect(one.manner).to.deep.equal(tried);
		expect(refuse(trial()), 'others try too').to.equal(true);
	});
});
