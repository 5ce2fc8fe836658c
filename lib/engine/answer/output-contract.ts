/**
 * Owns the typed attributes of an action: the JSON schema the provider is asked to keep, reading an answer into values, and
 * the fallback values. Refuses settings that could not work, naming the attribute and the mend.
 */
import { isObject, propertyOf } from '../../core/values/foreign';
import { z } from 'zod';
import { CreditError } from '../../core/values/errors';
import type { AnswerText } from '../../core/gates/finding';
import type { LLM_ACTION_PARAMS } from '../../params/llm-action/llm-action';
import type { ValuesOf } from '../../params/param';
import { jsonIn, withoutFence } from './json-in-text';
import { exampleOf, schemaOf, textsOf, type AttributeSettings } from './attribute-types';

/** What came of reading an answer. */
export type Reading =
	/** `isPlain`: they were plain words, without the form asked for. */
	| { readonly kind: 'values'; readonly values: Record<string, unknown>; readonly isPlain?: true }
	| { readonly kind: 'empty' }
	/** The answer ends too early. */
	| { readonly kind: 'cut_off' }
	/** `isForm`: it does not even have the form of JSON, so the form was not understood. */
	| { readonly kind: 'invalid'; readonly detail: string; readonly isForm: boolean };

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** The names that would clash with what the node itself writes, or with how JavaScript builds objects. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['llmCredits', 'tokenUsage', '__proto__', 'constructor', 'prototype']);

/** The attributes of one action. */
export class OutputContract {
	/** JSON schema of the answer, in the strict subset that providers enforce: closed objects, every field required. */
	readonly jsonSchema: Readonly<Record<string, unknown>>;
	/** The schema as it is sent. */
	readonly schemaText: string;
	/** A few lines that describe the form for servers that take no schema. */
	readonly inWords: string;
	readonly #attributes: readonly AttributeSettings[];
	readonly #schema: z.ZodObject;
	readonly #fallbacks: Readonly<Record<string, unknown>>;

	/** Throws `invalid_settings` for bad or repeated names, details that cannot be read, and fallback values of the wrong type. */
	constructor(attributes: ValuesOf<typeof LLM_ACTION_PARAMS>['attributes']) {
		this.#attributes = attributes;
		checkNames(attributes);
		this.#schema = z.object(Object.fromEntries(attributes.map((attribute) => [attribute.name, schemaOf(attribute)])));
		this.jsonSchema = toProviderSchema(this.#schema);
		this.schemaText = JSON.stringify(this.jsonSchema);
		this.inWords = describe(attributes, this.schemaText);
		this.#fallbacks = Object.fromEntries(attributes.map((attribute) => [attribute.name, readFallback(attribute)]));
	}

	/** A fresh copy of the fallback values. */
	fallbacks(): Record<string, unknown> {
		return structuredClone(this.#fallbacks);
	}

	/** The texts of an answer that somebody reads, by attribute. */
	texts(values: Readonly<Record<string, unknown>>): AnswerText[] {
		return this.#attributes.flatMap((attribute) =>
			textsOf(attribute, values[attribute.name]).map((text) => ({ attribute: attribute.name, text })),
		);
	}

	/**
	 * Reads an answer's text: JSON bare, fenced, among words, wrapped in something else, or mended where it is broken; plain text only where
	 * the one attribute is a text, or the words are its value. What looks like JSON is never taken for plain text.
	 */
	read(text: string, { allowsPlainText }: { allowsPlainText: boolean }): Reading {
		const reading = this.#read(text, { allowsPlainText });
		return reading.kind === 'values' ? { ...reading, values: readable(reading.values) } : reading;
	}

	#read(text: string, { allowsPlainText }: { allowsPlainText: boolean }): Reading {
		if (text.trim() === '') return { kind: 'empty' };
		const found = jsonIn(text);
		switch (found.kind) {
			case 'found':
				return this.#valuesIn(found.values, { text, allowsPlainText });
			case 'cut_off':
				return { kind: 'cut_off' };
			case 'none':
				if (!found.isBroken && allowsPlainText) return this.#plain(withoutFence(text)) ?? NO_JSON;
				return found.isBroken ? { kind: 'invalid', detail: 'The answer is broken JSON.', isForm: false } : NO_JSON;
			default:
				return found satisfies never;
		}
	}

	/** The one answer among the values found, whatever it is wrapped in. */
	#valuesIn(values: readonly unknown[], { text, allowsPlainText }: { text: string; allowsPlainText: boolean }): Reading {
		let layer = values;
		for (let depth = 0; depth <= MAX_WRAPPINGS && layer.length > 0; depth += 1) {
			const fits = layer.map((value) => this.#fit(value)).filter((fit) => fit !== null);
			if (fits.length > 1 && new Set(fits.map((each) => JSON.stringify(each))).size > 1) {
				return { kind: 'invalid', detail: 'The answer holds several different answers.', isForm: false };
			}
			const [fit] = fits;
			if (fit) return this.#isEmpty(fit) ? { kind: 'empty' } : this.#unlessCutOff(fit);
			layer = layer.flatMap(unwrapped).slice(0, MAX_UNWRAPPED);
		}
		const isProse = values.every((value) => typeof value !== 'object' || value === null || Array.isArray(value));
		if (isProse && allowsPlainText && !/^\s*[[{]\s*["{[]/.test(text)) return this.#plain(withoutFence(text)) ?? NO_JSON;
		const parsed = this.#schema.safeParse(values.find((value) => typeof value === 'object' && !Array.isArray(value)) ?? values[0]);
		return { kind: 'invalid', detail: parsed.success ? 'The answer does not fit.' : explain(parsed.error), isForm: false };
	}

	/** The value in the form asked for: as it is, with names written in another case, or as the value of the one attribute. */
	#fit(value: unknown): Record<string, unknown> | null {
		const [only, ...others] = this.#attributes;
		const parsed = this.#schema.safeParse(this.#named(value));
		if (parsed.success) return parsed.data;
		if (!only || others.length > 0 || isJsonText(value) || only.type === 'object') return null;
		const alone = this.#schema.safeParse({ [only.name]: value });
		return alone.success ? alone.data : null;
	}

	/** Names as they are declared, where only their case differs. */
	#named(value: unknown): unknown {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
		if (this.#attributes.every(({ name }) => Object.hasOwn(value, name))) return value;
		const byFold = new Map(Object.entries<unknown>({ ...value }).map(([name, inner]) => [name.trim().toLowerCase(), inner]));
		const missing = this.#attributes.filter(({ name }) => !Object.hasOwn(value, name) && byFold.has(name.toLowerCase()));
		if (missing.length === 0) return value;
		return { ...value, ...Object.fromEntries(missing.map(({ name }) => [name, byFold.get(name.toLowerCase())])) };
	}

	/** A text that is itself the JSON of an answer never leaves as it is. */
	#unlessCutOff(values: Record<string, unknown>): Reading {
		const [only, ...others] = this.#attributes;
		const text = only && others.length === 0 ? values[only.name] : null;
		if (!only || typeof text !== 'string' || !isJsonText(text)) return { kind: 'values', values };
		const found = jsonIn(text);
		if (found.kind === 'found') {
			const inner = found.values.map((value) => (typeof value === 'object' ? this.#fit(value) : null)).find((fit) => fit !== null);
			return { kind: 'values', values: inner ?? values };
		}
		if (!text.includes(`"${only.name}"`)) return { kind: 'values', values };
		return found.kind === 'cut_off' ? found : { kind: 'invalid', detail: 'The answer is broken JSON.', isForm: false };
	}

	/** True where every text is one that says nothing, and there is nothing else. */
	#isEmpty(values: Readonly<Record<string, unknown>>): boolean {
		return this.#attributes.every(({ name, type }) => {
			const value = values[name];
			return typeof value === 'string' && (value.trim() === '' || (type === 'text' && NOTHING.test(value)));
		});
	}

	/** Plain words as the value of the one attribute. */
	#plain(text: string): Reading | null {
		const [only, ...others] = this.#attributes;
		if (!only || others.length > 0 || only.type === 'object' || only.type === 'list') return null;
		const parsed = this.#schema.safeParse({ [only.name]: text });
		if (parsed.success && this.#isEmpty(parsed.data)) return { kind: 'empty' };
		return parsed.success ? { kind: 'values', values: parsed.data, isPlain: true } : null;
	}
}

/** Lists, single keys and texts that an answer may be wrapped in. */
const MAX_WRAPPINGS = 3;
const MAX_UNWRAPPED = 50;
/** Under such a name a model says why it gives no answer. */
const NO_ANSWER = /err|refus|reason|note|warn|th(ink|ought)|apolog|status|comment/i;
/** What schemas say of a value. */
const OF_SCHEMAS = /^(type|format|properties|\$schema)$/;
/** What programs write where there is nothing. */
const NOTHING = /^\s*(null|undefined|NaN)\s*$/;
const NO_JSON = { kind: 'invalid', detail: 'The answer is not JSON.', isForm: true } as const;

/** What a value holds that may be the answer. */
function unwrapped(value: unknown): readonly unknown[] {
	if (typeof value === 'string') {
		const found = isJsonText(value) ? jsonIn(value) : null;
		return found?.kind === 'found' ? found.values : [];
	}
	if (Array.isArray(value)) return value;
	if (!isObject(value)) return [];
	// The schema came back, with values in the place of what it says of them.
	if (propertyOf(value, 'type') === 'object' && isObject(propertyOf(value, 'properties'))) return [propertyOf(value, 'properties')];
	const [[name, inner] = ['', null], ...others] = Object.entries(value);
	return others.length > 0 || NO_ANSWER.test(name) || OF_SCHEMAS.test(name) ? [] : [inner];
}

/** True for a text that is JSON of an object or a list, by its looks. */
function isJsonText(value: unknown): boolean {
	return typeof value === 'string' && /^\s*(```\w*\s*)?(\{\s*["'“}\\]|\[\s*[[{"“])/.test(value);
}

/** Halves of a character, and what no text has: neither can be read, and databases refuse both. */
const UNREADABLE = /\p{Surrogate}|(?![\t\n\r])\p{Cc}/gu;

function readable(values: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, readableValue(value)]));
}

function readableValue(value: unknown): unknown {
	if (typeof value === 'string') return value.replace(UNREADABLE, '');
	if (Array.isArray(value)) return value.map(readableValue);
	return isObject(value) ? readable({ ...value }) : value;
}

function checkNames(attributes: readonly AttributeSettings[]): void {
	const seen = new Set<string>();
	attributes.forEach(({ name }, index) => {
		const label = `Attribute ${String(index + 1)}: Name`;
		if (!NAME.test(name) || RESERVED_NAMES.has(name)) {
			throw new CreditError(
				'invalid_settings',
				`${label} is ${JSON.stringify(name)}; use letters, digits and underscores, starting with a letter, such as subject_line.`,
			);
		}
		if (seen.has(name))
			throw new CreditError(
				'invalid_settings',
				`${label} is ${JSON.stringify(name)}, which another attribute has already. Give each its own name.`,
			);
		seen.add(name);
	});
}

/** Patterns and format hints beyond `date` are left to our own check: many servers refuse schemas with them. */
function toProviderSchema(schema: z.ZodObject): Record<string, unknown> {
	const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
		io: 'output',
		override: ({ jsonSchema }) => {
			delete jsonSchema.pattern;
			delete jsonSchema.minLength;
		},
	});
	return rest;
}

function describe(attributes: readonly AttributeSettings[], schemaText: string): string {
	const example = Object.fromEntries(attributes.map((attribute) => [attribute.name, exampleOf(attribute)]));
	return [
		'Answer with one JSON object and nothing else: no explanation, no code fence.',
		`It must fit this JSON schema: ${schemaText}`,
		`It looks like this: ${JSON.stringify(example)}`,
	].join('\n');
}

/** The fallback text read as a value of the attribute's type; empty is `''` for text and `null` for everything else. */
function readFallback(attribute: AttributeSettings): unknown {
	const { fallback, type, name } = attribute;
	if (type === 'text') return fallback;
	if (fallback.trim() === '') return null;
	const found = type === 'list' || type === 'object' ? jsonIn(fallback) : null;
	const raw = found ? (found.kind === 'found' ? found.values[0] : undefined) : fallback.trim();
	const parsed = schemaOf(attribute).safeParse(raw);
	if (parsed.success) return parsed.data;
	throw new CreditError(
		'invalid_settings',
		`The fallback value of ${JSON.stringify(name)} is ${JSON.stringify(fallback)}, which is not a ${type}. Write something like ${JSON.stringify(exampleOf(attribute))}.`,
	);
}

/** What did not fit, by field, without repeating the answer's text. */
function explain(error: z.ZodError): string {
	const issues = error.issues
		.slice(0, 3)
		.map((issue) => `${issue.path.length === 0 ? 'the answer' : issue.path.join('.')}: ${issue.message}`);
	return `The answer does not fit: ${issues.join('; ')}.`;
}
