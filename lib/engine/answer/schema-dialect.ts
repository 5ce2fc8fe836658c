/**
 * Writes the schema of an answer in the smaller dialect of endpoints that refuse OpenAI's strict form: no `additionalProperties`, no
 * `format`. What a format said is said in the description. Our own check of the answer stays as strict as it is.
 */

type Schema = Readonly<Record<string, unknown>>;

const LEFT_OUT: ReadonlySet<string> = new Set(['additionalProperties', 'format', '$schema', '$id', 'default', 'const']);
const FORMAT_WORDS: Readonly<Record<string, string>> = { date: 'A date, written YYYY-MM-DD' };

/** The schema without the keywords that such endpoints do not know. */
export function subsetOf(schema: Schema): Schema {
	const kept = Object.entries(schema).flatMap(([name, value]): [string, unknown][] =>
		LEFT_OUT.has(name) ? [] : [[name, subsetValue(name, value)]],
	);
	const words = FORMAT_WORDS[String(schema['format'])];
	const description = [schema['description'], words].filter((text) => typeof text === 'string').join('. ');
	return { ...Object.fromEntries(kept), ...(description === '' ? {} : { description }) };
}

/** Names of fields are no keywords, so they are kept whatever they are. */
function subsetValue(name: string, value: unknown): unknown {
	if (name === 'properties' && isSchema(value)) {
		return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, isSchema(inner) ? subsetOf(inner) : inner]));
	}
	if (Array.isArray(value)) return value.map((inner: unknown) => (isSchema(inner) ? subsetOf(inner) : inner));
	return isSchema(value) ? subsetOf(value) : value;
}

function isSchema(value: unknown): value is Schema {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
