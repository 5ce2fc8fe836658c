/** The settings of a campaign at a mixed endpoint, typical ones, drawn by the seed. */
import { MOST_CALLS } from './mixed-judge';
import { JUDGE } from './mixed-endpoint';
import { TRAITS, type Trait } from './mixed-rows';
import type { AnswerForm } from './mixed-endpoint';
import type { Chance } from '../machine/proof-rounds';

/** What one campaign is. */
export interface MixedSettings {
	readonly params: Readonly<Record<string, unknown>>;
	readonly form: AnswerForm;
	readonly fallbacks: Readonly<Record<string, unknown>>;
	readonly count: number;
	/** Several items ask the same. */
	readonly isShared: boolean;
	readonly grantedCredits: number;
	/** `null`: none. */
	readonly budgetCredits: number | null;
	readonly traits: Readonly<Record<string, readonly Trait[]>>;
	/** Paid calls of one item, at most. */
	readonly mostPaid: number;
	readonly hasDeadline: boolean;
	readonly hasJudge: boolean;
	readonly hasCap: boolean;
}

const attribute = (name: string, type: string, fallback: string): object => ({ name, type, description: '', details: '', fallback });
const MESSAGE = attribute('message', 'text', 'Hi');

interface Attributes {
	readonly rows: readonly object[];
	readonly beside: Readonly<Record<string, unknown>>;
	readonly fallbacks: Readonly<Record<string, unknown>>;
}

const ONE_TEXT: Attributes = { rows: [MESSAGE], beside: {}, fallbacks: { message: 'Hi' } };
const ATTRIBUTES: readonly [Attributes, ...Attributes[]] = [
	ONE_TEXT,
	ONE_TEXT,
	{
		rows: [MESSAGE, attribute('send_on', 'date', '')],
		beside: { send_on: '2026-07-08' },
		fallbacks: { message: 'Hi', send_on: null },
	},
	{
		rows: [MESSAGE, attribute('words', 'list', ''), attribute('score', 'number', '7'), attribute('is_new', 'boolean', '')],
		beside: { words: ['boots', 'back'], score: 3.5, is_new: true },
		fallbacks: { message: 'Hi', words: null, score: 7, is_new: null },
	},
];

type Passes = readonly { readonly kind: string; readonly model: string; readonly instructions: string }[];
const pass = (kind: string, model = ''): Passes[number] => ({ kind, model, instructions: '' });

/** Draws settings. */
export function mixedSettings(chance: Chance, concurrency: number | null): MixedSettings {
	const attributes = chance.pick(ATTRIBUTES);
	const passes = chance.pick<Passes>([[], [], [], [pass('refine')], [pass('refine'), pass('validate', 'gpt-4.1-nano')]]);
	const cheaper = chance.pick([[], [], ['single'], ['all']] as readonly [readonly string[], ...(readonly string[])[]]);
	const isChecked = chance.below(4) > 0;
	const hasJudge = isChecked && chance.below(5) === 0;
	const repairOnce = chance.below(2) === 0;
	const deadlineSeconds = chance.pick([0, 0, 0, 30]);
	const capPerSend = chance.pick(['0', '0', '0', '4']);
	const isShared = chance.below(4) === 0;
	const structuredOutput = chance.pick(['auto', 'auto', 'auto', 'json_schema', 'json_object', 'prompt']);
	const count = 60 + chance.below(30);
	return {
		params: {
			model: 'gpt-4.1-mini',
			prompt: 'x',
			attributes: attributes.rows,
			structuredOutput,
			passes,
			cheaperModels: cheaper.map((each) => ({
				model: 'gpt-4.1-nano',
				passes: each,
				maxOutputTokens: null,
				temperature: null,
				reasoningEffort: 'same',
			})),
			concurrency,
			mostCalls: concurrency ?? MOST_CALLS,
			reservation: chance.pick(['learned', 'learned', 'strict']),
			maxOutputTokens: chance.pick([100, 300, 1000]),
			temperature: chance.pick([null, 0.5]),
			reasoningEffort: chance.pick(['default', 'low']),
			maxAttempts: chance.pick([1, 3, 3, 10]),
			timeoutSeconds: chance.pick([20, 60]),
			deadlineSeconds,
			waitForCreditsSeconds: chance.pick([0, 5, 60]),
			waitForProviderSeconds: chance.pick([0, 60]),
			keepResultsHours: chance.pick([0, 24]),
			reuseAnswers: isShared ? chance.pick(['first', 'need']) : 'never',
			checkPlaceholders: isChecked,
			judgeModel: hasJudge ? JUDGE : '',
			judgeCriteria: 'Kind and short.',
			repairOnce,
			capPerSend,
		},
		form: { beside: attributes.beside, isChecked },
		fallbacks: attributes.fallbacks,
		count,
		isShared,
		grantedCredits: chance.pick([100_000, 100_000, 5 + chance.below(120)]),
		budgetCredits: chance.pick([null, null, null, 5 + chance.below(60)]),
		traits: { 'gpt-4.1-mini': someTraits(chance, structuredOutput), 'gpt-4.1-nano': someTraits(chance, structuredOutput) },
		mostPaid: mostPaid({ passes: passes.length, cheaper, hasJudge, repairOnce }),
		hasDeadline: deadlineSeconds > 0,
		hasJudge,
		hasCap: capPerSend !== '0',
	};
}

/**
 * Of each pass of each rung one paid answer, and of the whole item one that could not be used is asked for again; beside these its judge
 * looks at the answer and at its repair.
 */
function mostPaid(of: { passes: number; cheaper: readonly string[]; hasJudge: boolean; repairOnce: boolean }): number {
	const calls = of.cheaper.reduce((sum, each) => sum + (each === 'all' ? 1 + of.passes : 1), 1 + of.passes);
	const repairs = of.repairOnce ? 1 : 0;
	return calls + 1 + repairs + (of.hasJudge ? 1 + repairs : 0);
}

/** A form that the settings fix is asked for whatever the model says, so no model refuses it here. */
function someTraits(chance: Chance, structuredOutput: string): readonly Trait[] {
	const count = chance.pick([0, 1, 1, 2]);
	const fitting = TRAITS.filter(({ isAboutForm }) => structuredOutput === 'auto' || !isAboutForm);
	return Array.from({ length: count }, () => fitting[chance.below(fitting.length)]).filter((trait) => trait !== undefined);
}
