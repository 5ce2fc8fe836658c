/** Reads what people write for settings of an account: ids, lists of numbers, lists of values. */
import { CreditError } from '../../core/values/errors';

/** Switches a warning off. */
const OFF = 'off';

/** The number in a public id such as h12 or g3, with or without its letter; `null` for anything else. */
export function numberInId(text: string, letter: 'g' | 'h'): number | null {
	const [, digits] = new RegExp(`^${letter}?(\\d{1,15})$`).exec(text.trim()) ?? [];
	return digits === undefined ? null : Number(digits);
}

/** As {@link numberInId}. Throws `invalid_argument` naming the field, its value and where ids are found. */
export function requiredNumberInId(text: string, { field, letter, found }: { field: string; letter: 'g' | 'h'; found: string }): number {
	const number = numberInId(text, letter);
	if (number !== null) return number;
	throw new CreditError('invalid_argument', `${field} is ${JSON.stringify(text)}. Give an id such as ${letter}12; ${found}.`);
}

/** Whole numbers with commas between them, none for `off`; `null` where the text is neither. */
export function wholeNumbers(text: string): readonly number[] | null {
	if (text.trim() === OFF) return [];
	const parts = text.split(',').map((part) => part.trim());
	return parts.every((part) => /^\d{1,5}$/.test(part)) ? parts.map(Number) : null;
}

/** As {@link wholeNumbers}; `null` for an empty text. Throws `invalid_argument` naming the field, its value and what to write. */
export function numbersOrNothing(text: string, field: string): readonly number[] | null {
	if (text.trim() === '') return null;
	const numbers = wholeNumbers(text);
	if (numbers !== null) return numbers;
	throw new CreditError(
		'invalid_argument',
		`${field} is ${JSON.stringify(text)}. Give whole numbers with commas between them, ${OFF}, or nothing to leave it as it is.`,
	);
}

/** One whole number, 0 for `off`; `null` for an empty text. Throws `invalid_argument` naming the field, its value and what to write. */
export function numberOrNothing(text: string, field: string): number | null {
	const [number = 0, ...others] = numbersOrNothing(text, field) ?? [null];
	if (others.length === 0) return number;
	throw new CreditError('invalid_argument', `${field} is ${JSON.stringify(text)}. Give one whole number, or ${OFF}.`);
}

/** Values with commas between them; none for an empty text. Throws `invalid_argument` naming the field and its value. */
export function valuesIn(text: string, field: string): readonly string[] {
	if (text.trim() === '') return [];
	const values = text.split(',').map((value) => value.trim());
	if (!values.includes('')) return values;
	throw new CreditError('invalid_argument', `${field} is ${JSON.stringify(text)}, with an empty value. Write it as vip, loyal.`);
}
