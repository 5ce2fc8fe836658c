/** What a process has once, whichever copy of this package asks for it: after a reload, and where a host has loaded the package twice. */

/**
 * The value of that name, made by whoever asks first. The name ends with a version, `owed.v1`: raise it when the shape of the value changes,
 * so that copies of different versions do not share one.
 */
export function processWide<T>(name: string, make: () => T): T {
	const key = Symbol.for(`llm-credits.${name}`);
	const holder = globalThis as Record<symbol, T>;
	return (holder[key] ??= make());
}
