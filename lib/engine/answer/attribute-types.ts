/**
 * Owns the types an attribute can have and what its Details mean: choices, fields of an object, the type of a list's values.
 * Lenient in reading where a model's habit is harmless ("5" for 5, "Gold" for gold), strict in what comes out.
 */
import { propertyOf } from '../../core/values/foreign';
import { z } from 'zod';
import { CreditError } from '../../core/values/errors';

export interface AttributeSettings {
	readonly name: string;
	readonly type: 'text' | 'number' | 'boolean' | 'date' | 'choice' | 'list' | 'object';
	readonly description: string;
	readonly details: string;
	readonly fallback: string;
}

type SimpleType = 'text' | 'number' | 'boolean' | 'date';
const SIMPLE_TYPES: readonly SimpleType[] = ['text', 'number', 'boolean', 'date'];
const DECIMAL = /^-?\d+(\.\d+)?$/;
const ISO_DATE_START = /^\d{4}-\d{2}-\d{2}(?=T|$)/;

/** Schema of one attribute's value with its description. Throws `invalid_settings` when Details cannot be read. */
export function schemaOf(attribute: AttributeSettings): z.ZodType {
	const schema = bareSchema(attribute);
	return attribute.description.trim() === '' ? schema : schema.describe(attribute.description.trim());
}

/** The texts that somebody reads in a value of the type: none of dates, choices and numbers, which have their own checks. */
export function textsOf(attribute: AttributeSettings, value: unknown): string[] {
	const strings = (values: readonly unknown[]): string[] => values.filter((inner): inner is string => typeof inner === 'string');
	const fields = (object: unknown): string[] =>
		strings(
			fieldsOf(attribute)
				.filter(([, type]) => type === 'text')
				.map(([field]) => propertyOf(object, field)),
		);
	switch (attribute.type) {
		case 'text':
			return strings([value]);
		case 'list':
			if (!Array.isArray(value)) return [];
			if (attribute.details.includes(':')) return value.flatMap(fields);
			return listType(attribute) === 'text' ? strings(value) : [];
		case 'object':
			return typeof value === 'object' && value !== null ? fields(value) : [];
		case 'number':
		case 'boolean':
		case 'date':
		case 'choice':
			return [];
		default:
			return attribute.type satisfies never;
	}
}

/** A value of the type, to show what is meant. */
export function exampleOf(attribute: AttributeSettings): unknown {
	switch (attribute.type) {
		case 'text':
		case 'number':
		case 'boolean':
		case 'date':
			return simpleExample(attribute.type);
		case 'choice':
			return choicesOf(attribute)[0];
		case 'list':
			return attribute.details.includes(':') ? [objectExample(attribute)] : [simpleExample(listType(attribute))];
		case 'object':
			return objectExample(attribute);
		default:
			return attribute.type satisfies never;
	}
}

function bareSchema(attribute: AttributeSettings): z.ZodType {
	switch (attribute.type) {
		case 'text':
		case 'number':
		case 'boolean':
		case 'date':
			return simpleSchema(attribute.type);
		case 'choice':
			return choiceSchema(choicesOf(attribute));
		case 'list':
			return z.array(attribute.details.includes(':') ? objectSchema(attribute) : simpleSchema(listType(attribute)));
		case 'object':
			return objectSchema(attribute);
		default:
			return attribute.type satisfies never;
	}
}

function simpleSchema(type: SimpleType): z.ZodType {
	switch (type) {
		case 'text':
			return z.string();
		case 'number':
			return z.preprocess((value) => (typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : value), z.number());
		case 'boolean':
			return z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean());
		case 'date':
			return z.preprocess((value) => (typeof value === 'string' ? (ISO_DATE_START.exec(value.trim())?.[0] ?? value) : value), z.iso.date());
		default:
			return type satisfies never;
	}
}

function simpleExample(type: SimpleType): unknown {
	return { text: 'text', number: 1, boolean: true, date: '2026-07-08' }[type];
}

function choiceSchema(choices: readonly string[]): z.ZodType {
	const byFold = new Map(choices.map((choice) => [choice.toLowerCase(), choice]));
	return z.preprocess((value) => (typeof value === 'string' ? (byFold.get(value.trim().toLowerCase()) ?? value) : value), z.enum(choices));
}

function choicesOf({ name, details }: AttributeSettings): string[] {
	const choices = splitDetails(details);
	if (choices.length < 2 || new Set(choices).size !== choices.length) {
		throw new CreditError(
			'invalid_settings',
			`The details of ${JSON.stringify(name)} are ${JSON.stringify(details)}; write at least two different values separated by commas, such as gold, silver, bronze.`,
		);
	}
	return choices;
}

function listType({ name, details }: AttributeSettings): SimpleType {
	return details.trim() === '' ? 'text' : simpleType(name, details);
}

function simpleType(name: string, text: string): SimpleType {
	const type = SIMPLE_TYPES.find((candidate) => candidate === text.trim().toLowerCase());
	if (type) return type;
	throw new CreditError(
		'invalid_settings',
		`The details of ${JSON.stringify(name)} name the type ${JSON.stringify(text.trim())}; use one of ${SIMPLE_TYPES.join(', ')}.`,
	);
}

function fieldsOf({ name, details }: AttributeSettings): [string, SimpleType][] {
	const fields = splitDetails(details).map((part): [string, SimpleType] => {
		const [field = '', type = 'text'] = part.split(':');
		if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(field.trim())) {
			throw new CreditError(
				'invalid_settings',
				`The details of ${JSON.stringify(name)} name a field ${JSON.stringify(field.trim())}; write fields as in city: text, age: number.`,
			);
		}
		return [field.trim(), simpleType(name, type)];
	});
	if (fields.length === 0)
		throw new CreditError(
			'invalid_settings',
			`The details of ${JSON.stringify(name)} are empty; name its fields as in city: text, age: number.`,
		);
	return fields;
}

function objectSchema(attribute: AttributeSettings): z.ZodType {
	return z.object(Object.fromEntries(fieldsOf(attribute).map(([field, type]) => [field, simpleSchema(type)])));
}

function objectExample(attribute: AttributeSettings): unknown {
	return Object.fromEntries(fieldsOf(attribute).map(([field, type]) => [field, simpleExample(type)]));
}

function splitDetails(details: string): string[] {
	return details
		.split(',')
		.map((part) => part.trim())
		.filter((part) => part !== '');
}
