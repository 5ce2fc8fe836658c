/** Records whose names are declared in one place: their names in order, and a value for each. The compiler knows neither by itself. */

/** The names of a record in the order of its declaration. */
export function namesOf<N extends string>(record: Readonly<Record<N, unknown>>): readonly N[] {
	return Object.keys(record) as N[];
}

/** A record with the value that `valueOf` gives for each name. */
export function recordOf<N extends string, V>(names: readonly N[], valueOf: (name: N, place: number) => V): Readonly<Record<N, V>> {
	const record: Partial<Record<N, V>> = {};
	names.forEach((name, place) => {
		record[name] = valueOf(name, place);
	});
	return record as Record<N, V>;
}
