/** How something that others made is looked at before it is used: objects, lists, properties and errors of which nothing is known yet. */

/** True for an object, a list included. Nothing is said about its properties. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null;
}

/** True for an object that is no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return isObject(value) && !Array.isArray(value);
}

/** True for a list; unlike `Array.isArray` it says nothing about what is in it. */
export function isList(value: unknown): value is readonly unknown[] {
	return Array.isArray(value);
}

/** A property of a value that may be no object; `undefined` where there is none. */
export function propertyOf(value: unknown, name: string): unknown {
	return isObject(value) ? value[name] : undefined;
}

/** The code of a fault, such as `ENOENT`; empty where it has none. */
export function codeOf(error: unknown): string {
	const code = propertyOf(error, 'code');
	return typeof code === 'string' ? code : '';
}

/** The words of whatever was thrown. */
export function wordsOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** Whatever was thrown, as an error. */
export function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
