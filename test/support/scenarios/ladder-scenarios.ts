/**
 * Owns what both hosts must do the same on the ladder: settings, a provider, and then what each person gets and what stands in the
 * journal. Refuses to know a host; each lends its own way to run it.
 */
import { ACTION_OPERATION } from '../../../lib/params/llm-action/operation';
import { LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { pathOf, ROWS } from '../../../nodes/n8n/properties';
import { chooserOf, type Chooser } from '../provider/fake-openai';

/** One credit for the usual answer of the fake provider. */
export const LADDER_MODEL = 'gpt-4o-mini';
/** A tenth of a credit. */
const SMALL_MODEL = 'small-model';
/** Prices of both, as the provider's settings take them. */
export const LADDER_PRICES = `${LADDER_MODEL}, 0.60, 2.00\n${SMALL_MODEL}, 0.06, 0.20`;

export interface LadderScenario {
	readonly name: string;
	readonly credits: string;
	readonly people: number;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly choose?: Chooser;
	/** For each person in order: source, reason and model. */
	readonly got: readonly string[];
	/** What stands in the journal in the end, call by call: rung/pass, model, how it ended, and why not the first rung. */
	readonly story: readonly string[];
	/** Requests that reached the provider. */
	readonly requests: number;
}

const small = { model: SMALL_MODEL, passes: 'single', maxOutputTokens: '', temperature: '', reasoningEffort: 'same' };
const passes = [
	{ kind: 'refine', model: '', instructions: '' },
	{ kind: 'validate', model: SMALL_MODEL, instructions: 'Check the names.' },
];
const times = (count: number, line: string): string[] => Array<string>(count).fill(line);
const failing = (contains: string, code: number, body?: unknown): Chooser =>
	chooserOf({ match: [{ contains, behaviour: { kind: 'status', code, ...(body === undefined ? {} : { body }) } }] });

export const LADDER_SCENARIOS: readonly LadderScenario[] = [
	{
		name: 'a cheaper model as credits run low, the fallback when they are gone, and less than one call is left',
		credits: '3.35',
		people: 8,
		settings: { reservation: 'learned', concurrency: 1, waitForCreditsSeconds: 1, cheaperModels: [small] },
		got: [
			...times(3, `model answered ${LADDER_MODEL}`),
			...times(3, `cheaper_model credits_exhausted ${SMALL_MODEL}`),
			...times(2, `fallback credits_exhausted ${LADDER_MODEL}`),
		],
		story: [
			`0/0 ${LADDER_MODEL} settled 1`,
			// By now credits are few and little is learned: the answers are bounded below what is typical.
			...times(2, `0/0 ${LADDER_MODEL} settled 1 not credits_exhausted`),
			...times(3, `1/0 ${SMALL_MODEL} settled 0.1 not credits_exhausted`),
			...times(2, 'refused credits_exhausted'),
		],
		requests: 6,
	},
	{
		name: 'a cheaper model when the provider does not have the first',
		credits: '100',
		people: 2,
		settings: { concurrency: 1, cheaperModels: [small] },
		choose: failing(`"${LADDER_MODEL}"`, 404, { error: { message: 'The model does not exist', code: 'model_not_found' } }),
		got: times(2, `cheaper_model model_not_found ${SMALL_MODEL}`),
		story: [0, 1].flatMap(() => [`0/0 ${LADDER_MODEL} released`, `1/0 ${SMALL_MODEL} settled 0.1`]),
		requests: 4,
	},
	{
		name: 'an answer in three passes, each paid for itself',
		credits: '100',
		people: 1,
		settings: { passes },
		got: [`model answered ${LADDER_MODEL}`],
		story: [`0/0 ${LADDER_MODEL} settled 1`, `0/1 ${LADDER_MODEL} settled 1`, `0/2 ${SMALL_MODEL} settled 0.1`],
		requests: 3,
	},
	{
		name: 'a pass that fails leaves the answer of the one before it',
		credits: '100',
		people: 1,
		settings: { passes },
		choose: failing('Check the names.', 500),
		got: [`model answered ${LADDER_MODEL}`],
		story: [`0/0 ${LADDER_MODEL} settled 1`, `0/1 ${LADDER_MODEL} settled 1`, `0/2 ${SMALL_MODEL} released`],
		requests: 3,
	},
	{
		name: 'one shot where the credits are not enough for all passes',
		credits: '2.5',
		people: 1,
		settings: { passes, cheaperModels: [{ ...small, model: '' }] },
		got: [`cheaper_model credits_exhausted ${LADDER_MODEL}`],
		story: [`1/0 ${LADDER_MODEL} settled 1 not credits_exhausted`],
		requests: 1,
	},
	{
		name: 'a send that has used what it may',
		credits: '100',
		people: 1,
		settings: { maxAttempts: 5, capPerSend: '1.5' },
		choose: () => ({ kind: 'invalid' }),
		got: [`fallback cap_reached ${LADDER_MODEL}`],
		story: [`0/0 ${LADDER_MODEL} settled 1`, 'refused cap_reached'],
		requests: 1,
	},
	{
		name: 'an execution that has used what it may, with all its calls at once',
		credits: '100',
		people: 7,
		settings: { concurrency: 8, waitForCreditsSeconds: 5, capPerExecution: '3' },
		choose: () => ({ kind: 'answer', delayMs: 100 }),
		got: [...times(3, `model answered ${LADDER_MODEL}`), ...times(4, `fallback cap_reached ${LADDER_MODEL}`)],
		story: [...times(3, `0/0 ${LADDER_MODEL} settled 1`), ...times(4, 'refused cap_reached')],
		requests: 3,
	},
	{
		name: 'a deadline: the item leaves in time, and the answer that comes later is charged once',
		credits: '100',
		people: 2,
		settings: { concurrency: 2, deadlineSeconds: 1, timeoutSeconds: 20 },
		choose: () => ({ kind: 'answer', delayMs: 2500 }),
		got: times(2, `fallback deadline_reached ${LADDER_MODEL}`),
		story: times(2, `0/0 ${LADDER_MODEL} settled 1`),
		requests: 2,
	},
	{
		name: 'a model that fails again and again is left alone after the fifth time',
		credits: '100',
		people: 9,
		settings: { concurrency: 1, cheaperModels: [small] },
		choose: failing(`"${LADDER_MODEL}"`, 500),
		got: [...times(5, `cheaper_model provider_error ${SMALL_MODEL}`), ...times(4, `cheaper_model provider_paused ${SMALL_MODEL}`)],
		story: [
			...Array.from({ length: 5 }, () => [`0/0 ${LADDER_MODEL} released`, `1/0 ${SMALL_MODEL} settled 0.1`]).flat(),
			...times(4, `1/0 ${SMALL_MODEL} settled 0.1`),
		],
		requests: 14,
	},
	{
		name: 'with no other model, items take their fallback while it is left alone for longer than they wait',
		credits: '100',
		people: 9,
		settings: { concurrency: 1, waitForProviderSeconds: 0 },
		choose: () => ({ kind: 'status', code: 500 }),
		got: [...times(5, `fallback provider_error ${LADDER_MODEL}`), ...times(4, `fallback provider_paused ${LADDER_MODEL}`)],
		story: times(5, `0/0 ${LADDER_MODEL} released`),
		requests: 5,
	},
];

/** Settings as n8n keeps them: lists wrapped, the folded parts in collections of their own. */
export function asN8nParameters(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const parameters: Record<string, Record<string, unknown>> = {};
	for (const param of [ACTION_OPERATION, ...LLM_ACTION_PARAMS]) {
		const value = settings[param.name];
		if (value === undefined) continue;
		const kept = param.kind === 'rows' ? { [ROWS]: value } : value;
		const [place = '', inside] = pathOf(param).split('.');
		if (inside === undefined) parameters[place] = kept as Record<string, unknown>;
		else parameters[place] = { ...parameters[place], [inside]: kept };
	}
	return parameters;
}
