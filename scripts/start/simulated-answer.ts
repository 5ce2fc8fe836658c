/**
 * Owns what the simulated model says: values that fit the JSON schema that was asked for, in the language of the person the prompt
 * is about. Refuses to be clever: it picks from short lists by a seed made from the request, so the same request gets the same answer.
 */
import { Chance, seedOf } from './chance';
import phrases from './phrases.data.json';

type Schema = Readonly<Record<string, unknown>>;
type Language = keyof typeof phrases;

/** What the simulator could learn from the prompt about the person. */
interface Person {
	readonly language: Language;
	readonly name: string;
	readonly product: string;
}

/** Scripts that name a language when the data does not; the first that occurs wins. */
const SCRIPTS: readonly (readonly [RegExp, Language])[] = [
	[/[\u3040-\u30ff]/, 'ja'],
	[/[\uac00-\ud7a3]/, 'ko'],
	[/[\u4e00-\u9fff]/, 'zh'],
	[/[\u0e00-\u0e7f]/, 'th'],
	[/[\u0900-\u097f]/, 'hi'],
	[/[\u0590-\u05ff]/, 'he'],
	[/[\u0600-\u06ff]/, 'ar'],
	[/[\u0370-\u03ff]/, 'el'],
	[/[іїєґІЇЄҐ]/, 'uk'],
	[/[\u0400-\u04ff]/, 'ru'],
];

/** The answer's text for a prompt: JSON that fits the schema, or a plain message where no schema was given. */
export function simulateAnswer({ prompt, schema }: { prompt: string; schema: Schema | null }): string {
	const person = personIn(prompt);
	const chance = new Chance(seedOf(prompt));
	return schema ? JSON.stringify(valueFor(schema, { name: 'answer', person, chance })) : messageFor(person, chance);
}

function personIn(prompt: string): Person {
	const field = (...names: string[]): string => {
		for (const name of names) {
			const value = new RegExp(`"${name}"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*")`, 'i').exec(prompt)?.[1];
			if (value !== undefined && value !== '""') return String(JSON.parse(value));
		}
		return '';
	};
	const name = field(
		'first_name',
		'firstname',
		'given_name',
		'vorname',
		'prénom',
		'prenom',
		'nombre',
		'nome',
		'имя',
		'名',
		'名字',
		'이름',
		'name',
		'full_name',
		'last_name',
		'nachname',
	);
	const language = field('language', 'lang', 'locale', 'sprache', 'langue', 'idioma', 'lingua', 'язык', 'мова', '语言', '言語', '언어');
	return { language: languageOf(language, name), name, product: field('last_product', 'product') };
}

function languageOf(stated: string, name: string): Language {
	const code = stated.slice(0, 2).toLowerCase();
	if (code in phrases) return code as Language;
	return SCRIPTS.find(([script]) => script.test(name))?.[1] ?? 'en';
}

interface Context {
	readonly name: string;
	readonly person: Person;
	readonly chance: Chance;
}

/** A value for any schema that structured outputs allow. */
function valueFor(schema: Schema, context: Context): unknown {
	const options = schema['enum'] ?? (isSchemaList(schema['anyOf']) ? schema['anyOf'] : null);
	if (schema['const'] !== undefined) return schema['const'];
	if (Array.isArray(schema['enum'])) return context.chance.pick(schema['enum'] as readonly unknown[]);
	if (isSchemaList(options)) return valueFor(context.chance.pick(options.filter(({ type }) => type !== 'null')), context);
	switch (Array.isArray(schema['type']) ? (schema['type'] as unknown[])[0] : schema['type']) {
		case 'object':
			return Object.fromEntries(propertiesOf(schema).map(([name, property]) => [name, valueFor(property, { ...context, name })]));
		case 'array':
			return [1, 2].map(() => valueFor((schema['items'] ?? { type: 'string' }) as Schema, context));
		case 'boolean':
			return context.chance.below(2) === 1;
		case 'integer':
		case 'number':
			return context.chance.below(100);
		default:
			return textFor(schema, context);
	}
}

function isSchemaList(value: unknown): value is readonly Schema[] {
	return Array.isArray(value) && value.every((entry) => typeof entry === 'object' && entry !== null);
}

function propertiesOf(schema: Schema): [string, Schema][] {
	return Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
}

function textFor(schema: Schema, { name, person, chance }: Context): string {
	const isDate = schema['format'] === 'date' || typeof schema['pattern'] === 'string' || /date/i.test(name);
	if (isDate) return `2026-12-${String(chance.below(20) + 10)}`;
	const isShort = /subject|title|headline|preview/i.test(name);
	return isShort ? chance.pick(phrases[person.language].subjects) : messageFor(person, chance);
}

function messageFor({ language, name, product }: Person, chance: Chance): string {
	const { hello, anyone, known, fresh, closing } = phrases[language];
	const greeting = name === '' ? anyone : hello.replace('{name}', () => name);
	const line = product === '' ? chance.pick(fresh) : chance.pick(known).replace('{product}', () => product);
	return `${greeting} ${line} ${closing}`;
}
