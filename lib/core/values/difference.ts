/** Owns telling in what two values differ, for people who look for a fault. */
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from './idempotency';

/** True when two values have the same canonical text. Equal values have, and a proof that finds nothing compares nothing else. */
export function isSame(a: unknown, b: unknown): boolean {
	return isDeepStrictEqual(a, b) || canonicalJson(a) === canonicalJson(b);
}

/** The fields that differ, as text. */
export function difference<T extends object>(expected: T, stored: T): string {
	const names = Object.keys(expected) as (keyof T & string)[];
	return names
		.filter((name) => !isSame(expected[name], stored[name]))
		.map((name) => `${name} is ${canonicalJson(stored[name])} instead of ${canonicalJson(expected[name])}`)
		.join(', ');
}
