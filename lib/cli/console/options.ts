/** Owns reading the values of options. Refuses what cannot be meant, naming the option, the value and the mend. */
import { numberInId } from '../../engine/administration/inputs';
import { newId } from '../../runtime/system';
import { wrongUse } from './failure';

/** The idempotency key given, or a new one: without the option each call is a new request. */
export function keyOf({ key }: { readonly key?: string }): string {
	if (key?.trim() === '') throw wrongUse('--key is empty.', 'Give a text such as an invoice number, or leave the option out.');
	return key ?? `cli ${newId()}`;
}

/** The value of an option that the command cannot do without. Throws a {@link CliFailure}. */
export function required(given: string | undefined, option: string): string {
	if (given === undefined) throw wrongUse(`${option} is missing.`, 'See the examples with --help.');
	return given;
}

/** The value as one of those allowed. Throws a {@link CliFailure} naming them. */
export function oneOf<V extends string>(allowed: readonly V[], { option, given }: { option: string; given: string }): V {
	const found = allowed.find((value) => value === given);
	if (found === undefined) throw wrongUse(`${option} is ${JSON.stringify(given)}.`, `Give one of ${allowed.join(', ')}.`);
	return found;
}

/** A whole number from `min` to `max`, or `null` where the option is not given. Throws a {@link CliFailure}. */
export function wholeNumber(given: string | undefined, { option, min, max }: { option: string; min: number; max: number }): number | null {
	if (given === undefined) return null;
	const value = /^\d{1,9}$/.test(given.trim()) ? Number(given) : Number.NaN;
	if (Number.isNaN(value) || value < min || value > max) {
		throw wrongUse(`${option} is ${JSON.stringify(given)}.`, `Give a whole number from ${String(min)} to ${String(max)}.`);
	}
	return value;
}

/** The number in a public id such as h12 or g3, with or without its letter. Throws a {@link CliFailure}. */
export function numberOfId(
	given: string | undefined,
	{ option, letter, list }: { option: string; letter: 'g' | 'h'; list: string },
): number {
	const text = required(given, option);
	const number = numberInId(text, letter);
	if (number === null) throw wrongUse(`${option} is ${JSON.stringify(text)}.`, `Give an id such as ${letter}12; "${list}" lists them.`);
	return number;
}
