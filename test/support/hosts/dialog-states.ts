/**
 * Owns which settings show every field of a form: fields that depend on the same choice in different ways cannot be seen at once.
 * Refuses to know a host.
 */
import type { Param } from '../../../lib/params/param';

/** Choices by the name of their parameter. */
export type Settings = Readonly<Record<string, string | boolean>>;

/** A few settings, each whole, under which together every parameter is shown: as few as come out of taking the parameters in their order. */
export function statesOf(params: readonly Param[]): Settings[] {
	const states: Record<string, string | boolean>[] = [];
	for (const param of params) {
		const settings = needs(param, params);
		const fitting = states.find((state) => Object.entries(settings).every(([name, value]) => (state[name] ?? value) === value));
		if (fitting) Object.assign(fitting, settings);
		else states.push({ ...settings });
	}
	return states;
}

/** What shows a parameter: the first value of each condition, and whatever shows the parameter that the condition is about. */
function needs({ showWhen = {} }: Param, params: readonly Param[]): Settings {
	const own = Object.entries(showWhen).map(([name, values]) => {
		const control = params.find((param) => param.name === name);
		const first = values[0];
		if (control === undefined || first === undefined) throw new Error(`Nothing shows what depends on ${name}.`);
		return { ...needs(control, params), [name]: first };
	});
	return Object.assign({}, ...own) as Settings;
}

/** Whether settings show a parameter, where what they do not name is at its default. */
export function isShownBy({ showWhen = {} }: Param, params: readonly Param[], settings: Settings): boolean {
	return Object.entries(showWhen).every(([name, values]) => {
		const control = params.find((param) => param.name === name);
		return values.includes(settings[name] ?? (control?.default as string | boolean));
	});
}

/** Rows in which every field is in use, by the name of their list. */
export const FULL_ROWS: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
	attributes: [
		{ name: 'subject_line', type: 'text', description: 'At most 45 characters, no emoji', details: '', fallback: 'News for you' },
		{ name: 'urgency', type: 'number', description: 'From 0 to 1', details: '', fallback: '0' },
		{ name: 'is_gift', type: 'boolean', description: '', details: '', fallback: 'false' },
		{ name: 'send_on', type: 'date', description: '', details: '', fallback: '2026-12-01' },
		{ name: 'tier', type: 'choice', description: '', details: 'gold, silver, bronze', fallback: 'bronze' },
		{ name: 'products', type: 'list', description: '', details: 'text', fallback: '[]' },
		{ name: 'shop', type: 'object', description: '', details: 'city: text, floor: number', fallback: '{"city": "Oslo", "floor": 1}' },
	],
	cheaperModels: [
		{ model: 'gpt-4.1-nano', passes: 'single', maxOutputTokens: '80', temperature: '0.4', reasoningEffort: 'same' },
		{ model: '', passes: 'all', maxOutputTokens: '', temperature: '', reasoningEffort: 'default' },
	],
	passes: [
		{ kind: 'refine', model: '', instructions: '' },
		{ kind: 'validate', model: 'gpt-4.1', instructions: 'Check the names and the dates.' },
	],
	answerRules: [
		{ check: 'max_characters', attribute: 'subject_line', value: '45' },
		{ check: 'avoids', attribute: '', value: 'guarantee*, free' },
	],
};
