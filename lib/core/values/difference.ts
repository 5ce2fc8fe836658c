/** Owns telling in what two values differ, for people who look for a fault. */
import { isObject, propertyOf } from './foreign';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from './idempotency';

/** True when two values have the same canonical text. Equal values have, and a proof that finds nothing compares nothing else. */
export function isSame(a: unknown, b: unknown): boolean {
	return isDeepStrictEqual(a, b) || canonicalJson(a) === canonicalJson(b);
}

/** The fields that differ, as text. */
export function difference<T extends object>(expected: T, stored: T): string {
	const fields: Readonly<Record<string, unknown>> = isObject(expected) ? expected : {};
	return Object.entries(fields)
		.filter(([name, value]) => !isSame(value, propertyOf(stored, name)))
		.map(([name, value]) => `${name} is ${canonicalJson(propertyOf(stored, name))} instead of ${canonicalJson(value)}`)
		.join(', ');
}
