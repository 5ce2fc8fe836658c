/**
 * Owns whether an item has what its prompt is made of, before anything is paid. Refuses to look into texts: a field is there or not.
 */
import { isObject } from '../values/foreign';
import { withoutEnd, withoutStart } from '../values/ends';
import { excerpt, type Finding } from './finding';
import { isPlainRecord } from './reading/plain-data';

/** Names of fields as people write them: separated by commas or lines, with or without what the host puts around them. */
export function fieldNames(text: string): string[] {
	return text
		.split(/[,\n;]/)
		.map((name) =>
			withoutStart(withoutEnd(name.trim(), ' \t}'), ' \t={')
				.trim()
				.replace(/^(?:\$json|msg)(?=[.[])/, '')
				.replace(/^\./, ''),
		)
		.filter((name) => name !== '');
}

/** The value of a field: by its whole name, else by a path such as order.items[0].name; `undefined` where there is none. */
export function fieldOf(item: unknown, name: string): unknown {
	if (isObject(item) && Object.hasOwn(item, name)) return item[name];
	const steps = name.match(/[^.[\]"']+/g) ?? [];
	return steps.reduce<unknown>((value, step) => (isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined), item);
}

/** What a field holds when a table or a program had nothing to put there. */
const NOTHING = /^(?:|null|undefined|nan|n\/a|#n\/a)$/i;

/** True for what says nothing: missing, blank, an empty list or object, or the written name of nothing. 0 and false are values. */
export function isEmptyValue(value: unknown): boolean {
	if (value === undefined || value === null) return true;
	if (typeof value === 'string') return NOTHING.test(value.trim());
	if (typeof value === 'number') return Number.isNaN(value);
	if (Array.isArray(value)) return value.every(isEmptyValue);
	return isPlainRecord(value) && Object.values(value).every(isEmptyValue);
}

/** The required fields that the item does not have, by name. */
export function missingContext(item: unknown, names: readonly string[]): Finding[] {
	return names
		.filter((name) => isEmptyValue(fieldOf(item, name)))
		.map((name) => ({ gate: 'required_context', attribute: null, detail: `the field ${excerpt(name)} is missing or empty` }));
}
