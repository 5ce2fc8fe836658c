/** Reads counts of a usage by their paths. A count is a whole number from 0 to 10^9; anything else is remembered as a problem, never repaired. */
import { MAX_TOKENS } from './usage-fields';

type Fields = Readonly<Record<string, unknown>>;

/** Reads counts by path and remembers the first that is wrong; a wrong one reads as 0 so that reading can go on. */
export class CountReader {
	problem: string | null = null;
	readonly #root: Fields;

	constructor(root: Fields) {
		this.#root = root;
	}

	/** The count at the first of the paths ("a.b") that is given; `null` when none is. */
	optional(...paths: string[]): number | null {
		for (const path of paths) {
			const value = this.#at(path);
			if (isGiven(value)) return this.#checked(path, value);
		}
		return null;
	}

	/** As {@link optional}, with 0 for none: for parts that most providers leave out. */
	part(...paths: string[]): number {
		return this.optional(...paths) ?? 0;
	}

	/** As {@link optional}, but its absence is a problem: half a usage must not be charged as if the other half were 0. */
	required(...paths: string[]): number {
		const count = this.optional(...paths);
		if (count === null) this.problem ??= `${paths[0] ?? 'usage'} is absent`;
		return count ?? 0;
	}

	/** As {@link required}; where it is absent it is what the total has beyond the other half. Gemini writes no output where it only thought. */
	whole(paths: readonly string[], { total, other }: { readonly total: number | null; readonly other: readonly string[] }): number {
		const count = this.optional(...paths);
		const rest = total === null || count !== null ? null : this.optional(...other);
		return rest !== null && total !== null && total >= rest ? total - rest : (count ?? this.required(...paths));
	}

	/** Whether one of the fields is given. */
	hasOneOf(names: readonly string[]): boolean {
		for (const name of names) if (isGiven(this.#root[name])) return true;
		return false;
	}

	/** Sum of all numbers that are given at the paths. A provider that tells an empty list of uses, or their names, tells no count. */
	sum(places: readonly string[]): number {
		let sum = 0;
		for (const path of places) {
			const value = this.#at(path);
			if (typeof value === 'number') sum += this.#checked(path, value);
		}
		return sum;
	}

	/** Sum of the counts of one modality in Gemini's lists `[{modality, tokenCount}]`. */
	modality(path: string, modality: string): number {
		const list = this.#at(path);
		if (!Array.isArray(list)) return 0;
		return list.reduce((sum: number, entry: unknown) => {
			if (!isFields(entry) || entry['modality'] !== modality || !isGiven(entry['tokenCount'])) return sum;
			return sum + this.#checked(`${path}.tokenCount`, entry['tokenCount']);
		}, 0);
	}

	#at(path: string): unknown {
		let value: unknown = this.#root;
		for (const name of namesOf(path)) value = isFields(value) ? value[name] : undefined;
		return value;
	}

	#checked(path: string, value: unknown): number {
		if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS) return value;
		this.problem ??= `${path} is ${show(value)}, which is not a whole number of tokens from 0 to ${MAX_TOKENS}`;
		return 0;
	}
}

/** Paths are few, and each is asked for with every answer. */
const paths = new Map<string, readonly string[]>();

function namesOf(path: string): readonly string[] {
	const known = paths.get(path) ?? path.split('.');
	paths.set(path, known);
	return known;
}

/** True for an object that is no list. */
export function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for whatever is neither absent nor `null`. */
export function isGiven(value: unknown): boolean {
	return value !== undefined && value !== null;
}

/** The value for a message, cut to 40 characters so that no answer text can hide in it. */
export function show(value: unknown): string {
	const text =
		typeof value === 'string'
			? JSON.stringify(value)
			: typeof value === 'object'
				? Array.isArray(value)
					? 'a list'
					: 'an object'
				: String(value);
	return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
