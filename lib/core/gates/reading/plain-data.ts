/**
 * Owns telling data from machinery in what a host hands over: messages carry sockets and buffers beside their data, and data may come
 * from another realm, where `instanceof` fails. Refuses to call anything but `toISOString` of a date.
 */

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

/** True for an object that only holds fields: a literal, or what a parser made. */
export function isPlainRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	if (typeof value !== 'object' || value === null || tagOf(value) !== '[object Object]') return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	// The prototype of literals, of this realm or another, has none itself.
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isDate(value: unknown): value is Date {
	return tagOf(value) === '[object Date]';
}

/** A date as text in UTC, or `null` for anything else; an invalid date is an empty text. */
export function dateText(value: unknown): string | null {
	if (!isDate(value)) return null;
	return Number.isNaN(value.getTime()) ? '' : value.toISOString();
}
