/**
 * Owns reading parameter values that a host delivers: types, bounds, defaults, and errors that name the field, the value and
 * the mend. Refuses to guess: a value that does not fit is an `invalid_settings` fault, never a silent default.
 */
import { isList, isObject } from '../core/values/foreign';
import { CreditError } from '../core/values/errors';
import { parseCredits } from '../core/values/money';
import type { ItemValuesOf, Param, RowsParam, SharedValuesOf, ValuesOf } from './param';

type Raw = Readonly<Record<string, unknown>>;

/** Reads all parameters that are shown for these values; hidden ones read to their defaults. Throws `invalid_settings`. */
export function readParams<const Ps extends readonly Param[]>(params: Ps, raw: Raw): ValuesOf<Ps> {
	return valuesOf(params, raw) as ValuesOf<Ps>;
}

/** Reads the parameters that are the same for all items, and only those: of the others there is nothing to read yet. Throws `invalid_settings`. */
export function readShared<const Ps extends readonly Param[]>(params: Ps, raw: Raw): SharedValuesOf<Ps> {
	const shared = params.filter(({ isPerItem }) => isPerItem !== true);
	return valuesOf(shared, raw) as SharedValuesOf<Ps>;
}

/**
 * Makes a reader of the parameters of each item. An empty one is read as it is, whether it is required or not: what to do without it is for
 * the engine to say, and for that item alone. The reader throws `invalid_settings`.
 */
export function itemValuesReader<const Ps extends readonly Param[]>(params: Ps): (raw: Raw) => ItemValuesOf<Ps> {
	const perItem = params.filter(({ isPerItem }) => isPerItem).map((param) => ({ ...param, isRequired: false, showWhen: {} }));
	return (raw) => valuesOf(perItem, raw) as ItemValuesOf<Ps>;
}

function valuesOf(params: readonly Param[], raw: Raw): Readonly<Record<string, unknown>> {
	const values: Record<string, unknown> = {};
	const shownBy = { ...defaultsOf(params), ...raw };
	for (const param of params) {
		const given = raw[param.name] ?? defaultOf(param);
		values[param.name] = isShown(param, shownBy) ? readParam(param, given) : defaultOf(param);
	}
	return values;
}

/** Reads one value of one parameter. Throws `invalid_settings` naming its label. */
export function readParam(param: Param, given: unknown): unknown {
	switch (param.kind) {
		case 'text':
		case 'model':
		case 'provider':
		case 'secret':
			return readText(param, given);
		case 'number':
			return readNumber(param, given);
		case 'credits':
			return readCredits(param, given);
		case 'boolean':
			return readBoolean(param, given);
		case 'choice':
			return readChoice(param, given);
		case 'choices':
			return (Array.isArray(given) ? given : [given]).map((value) => readChoice(param, value));
		case 'rows':
			return readRows(param, given);
		default:
			return param satisfies never;
	}
}

/** Default values of all parameters by name. */
export function defaultsOf(params: readonly Param[]): Readonly<Record<string, unknown>> {
	return Object.fromEntries(params.map((param) => [param.name, defaultOf(param)]));
}

/** What a node has that was saved before another default, and left the value out; `undefined` where there was no other. */
export function formerDefaultOf(param: Param): unknown {
	return param.kind === 'number' ? param.formerDefault : undefined;
}

/** True when the values of other parameters let this one be shown. */
export function isShown(param: Param, values: Raw): boolean {
	return Object.entries(param.showWhen ?? {}).every(([name, allowed]) => allowed.some((value) => value === values[name]));
}

function defaultOf(param: Param): unknown {
	return param.default;
}

function readText(param: Extract<Param, { kind: 'text' | 'model' | 'provider' | 'secret' }>, given: unknown): string {
	if (given === null || typeof given === 'object' || typeof given === 'function' || typeof given === 'symbol') {
		throw invalid(param, given, 'it must be text. If it is computed, make it give a text');
	}
	const text = String(given);
	if (param.isRequired && text.trim() === '') throw new CreditError('invalid_settings', `${param.label} is empty. ${param.help}.`);
	const maxLength = param.kind === 'text' ? param.maxLength : undefined;
	if (maxLength !== undefined && text.length > maxLength) {
		throw invalid(param, `${text.slice(0, 40)}…`, `it has ${String(text.length)} characters, and at most ${String(maxLength)} are allowed`);
	}
	return text;
}

function readNumber(param: Extract<Param, { kind: 'number' }>, given: unknown): number | null {
	if (given === null || given === '') {
		if (param.default === null) return null;
		throw new CreditError('invalid_settings', `${param.label} is empty. ${range(param)}`);
	}
	const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
	if (
		typeof value !== 'number' ||
		!Number.isFinite(value) ||
		value < param.min ||
		value > param.max ||
		(param.isInteger && !Number.isInteger(value))
	) {
		throw new CreditError('invalid_settings', `${param.label} is ${show(given)}. ${range(param)}`);
	}
	return value;
}

function range(param: Extract<Param, { kind: 'number' }>): string {
	return `Give a ${param.isInteger ? 'whole ' : ''}number from ${String(param.min)} to ${String(param.max)}${param.unit ? ` (${param.unit})` : ''}.`;
}

/** Stays a decimal text; only checked here, so that no amount ever passes through a float. */
function readCredits(param: Extract<Param, { kind: 'credits' }>, given: unknown): string {
	parseCredits(given, { field: param.label, min: 0n });
	return String(given).trim();
}

function readBoolean(param: Param, given: unknown): boolean {
	if (given === true || given === 'true') return true;
	if (given === false || given === 'false') return false;
	throw invalid(param, given, 'it must be true or false');
}

function readChoice(param: Extract<Param, { kind: 'choice' | 'choices' }>, given: unknown): string {
	const choice = param.choices.find(({ value }) => value === given);
	if (choice) return choice.value;
	throw invalid(param, given, `choose one of ${param.choices.map(({ value }) => value).join(', ')}`);
}

function readRows(param: RowsParam, given: unknown): Record<string, unknown>[] {
	if (!isList(given)) throw invalid(param, given, 'it must be a list');
	if (given.length < param.minRows)
		throw new CreditError('invalid_settings', `${param.label} is empty. Add at least ${String(param.minRows)}: ${param.help}.`);
	if (param.maxRows !== undefined && given.length > param.maxRows)
		throw new CreditError(
			'invalid_settings',
			`${param.label} has ${String(given.length)} rows; at most ${String(param.maxRows)} are allowed.`,
		);
	return given.map((row, index) => {
		if (!isObject(row)) throw invalid(param, row, `${param.rowLabel} ${String(index + 1)} must be a record of fields`);
		const fields = param.fields.map((field): [string, unknown] => {
			const label = `${param.rowLabel} ${String(index + 1)}: ${field.label}`;
			return [field.name, readParam({ ...field, label }, row[field.name] ?? field.default)];
		});
		return Object.fromEntries(fields);
	});
}

function invalid(param: Param, given: unknown, mend: string): CreditError {
	return new CreditError('invalid_settings', `${param.label} is ${show(given)}; ${mend}.`);
}

function show(value: unknown): string {
	const text = typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? JSON.stringify(value) : String(value);
	return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
