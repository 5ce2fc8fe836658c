/**
 * Owns the typed attributes of an action: the JSON schema the provider is asked to keep, reading an answer into values, and
 * the fallback values. Refuses settings that could not work, naming the attribute and the mend.
 */
import { z } from 'zod';
import { CreditError } from '../../core/values/errors';
import type { AnswerText } from '../../core/gates/finding';
import type { LLM_ACTION_PARAMS } from '../../params/llm-action/llm-action';
import type { ValuesOf } from '../../params/param';
import { exampleOf, schemaOf, textsOf, type AttributeSettings } from './attribute-types';

/** What came of reading an answer. */
export type Reading =
	| { readonly kind: 'values'; readonly values: Record<string, unknown> }
	| { readonly kind: 'empty' }
	| { readonly kind: 'invalid'; readonly detail: string };

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

	/** Reads an answer's text. Takes JSON, also inside a code fence; plain text only where the one attribute is a text. */
	read(text: string, { allowsPlainText }: { allowsPlainText: boolean }): Reading {
		if (text.trim() === '') return { kind: 'empty' };
		const json = parseJson(text);
		if (json === undefined) {
			const [only, ...others] = this.#attributes;
			if (allowsPlainText && only?.type === 'text' && others.length === 0) return { kind: 'values', values: { [only.name]: text.trim() } };
			return { kind: 'invalid', detail: 'The answer is not JSON.' };
		}
		const parsed = this.#schema.safeParse(json);
		if (!parsed.success) return { kind: 'invalid', detail: explain(parsed.error) };
		const values = parsed.data;
		return Object.values(values).every((value) => typeof value === 'string' && value.trim() === '')
			? { kind: 'empty' }
			: { kind: 'values', values };
	}
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
	const raw = type === 'list' || type === 'object' ? parseJson(fallback) : fallback.trim();
	const parsed = schemaOf(attribute).safeParse(raw);
	if (parsed.success) return parsed.data;
	throw new CreditError(
		'invalid_settings',
		`The fallback value of ${JSON.stringify(name)} is ${JSON.stringify(fallback)}, which is not a ${type}. Write something like ${JSON.stringify(exampleOf(attribute))}.`,
	);
}

/** JSON from a text that may wrap it in a fence or in words; `undefined` when there is none. */
function parseJson(text: string): unknown {
	const start = text.indexOf('{');
	const end = text.lastIndexOf('}');
	const candidates = [text, start >= 0 && end > start ? text.slice(start, end + 1) : ''];
	for (const candidate of candidates) {
		try {
			return JSON.parse(candidate);
		} catch {
			continue;
		}
	}
	return undefined;
}

/** What did not fit, by field, without repeating the answer's text. */
function explain(error: z.ZodError): string {
	const issues = error.issues
		.slice(0, 3)
		.map((issue) => `${issue.path.length === 0 ? 'the answer' : issue.path.join('.')}: ${issue.message}`);
	return `The answer does not fit: ${issues.join('; ')}.`;
}
