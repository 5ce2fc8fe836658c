/**
 * Owns the projection of lib/params to n8n's form: kinds to types, sections to collections, conditions to display options, and
 * n8n's conventions for texts. Refuses to know any node: what a parameter means is said in lib/params alone.
 */
import { isObject } from '../../lib/core/values/foreign';
import type {
	INodeProperties,
	INodePropertyCollection,
	INodePropertyMode,
	INodePropertyOptions,
	INodePropertyTypeOptions,
	NodeParameterValueType,
} from 'n8n-workflow';
import { PROVIDER_SLOTS, SAME_PROVIDER } from '../../lib/params/llm-action/providers';
import { FOLDED_SECTIONS, type Choice, type FieldParam, type Param, type RowsParam, type Section } from '../../lib/params/param';

/** Name of the list inside a fixed collection. */
export const ROWS = 'values';
/** Credential switch behind which the section `options` lies, because n8n's credential form has no collections. */
const MORE_SETTINGS = 'moreSettings';

/** From how many options on n8n's conventions have them sorted by name. */
const SORTED_FROM = 5;

/** Sections that are one list each: n8n shows a list by itself, so no collection is put around it. */
const LISTS: ReadonlySet<Section> = new Set<Section>(['cheaper', 'passes']);

/**
 * The form of a node. Parameters that are the same for all items take no expression, since an expression would be computed for
 * the first item only and its value be used for all the others.
 */
export function nodeProperties(params: readonly Param[]): INodeProperties[] {
	const inline = (section: Section): INodeProperties[] =>
		params.filter((param) => param.section === section).map((param) => toProperty(param, { isInside: false }));
	const folded = FOLDED_SECTIONS.flatMap((section) => (LISTS.has(section.name) ? inline(section.name) : collectionOf(params, section)));
	return [...inline('main'), ...folded];
}

/** The form of a credential: everything inline, the section `options` behind one switch. */
export function credentialProperties(params: readonly Param[]): INodeProperties[] {
	const inline = (param: Param): INodeProperties => {
		const { noDataExpression: _, ...property } = toProperty(param, { isInside: false });
		return property;
	};
	const isOption = ({ section }: Param): boolean => section === 'options';
	const main = params.filter((param) => !isOption(param)).map(inline);
	const more = params.filter(isOption).map((param) => ({ ...inline(param), displayOptions: { show: { [MORE_SETTINGS]: [true] } } }));
	if (more.length === 0) return main;
	return [...main, moreSettings(params.filter(isOption)), ...more];
}

function moreSettings(params: readonly Param[]): INodeProperties {
	const labels = params.map(({ label }) => label).join(', ');
	return {
		displayName: 'More Settings',
		name: MORE_SETTINGS,
		type: 'boolean',
		default: false,
		description: `Whether to use any of these: ${labels}. Off means that none of them is used`,
	};
}

/** True for a section whose parameters stand at the top of n8n's form. */
function isInline(section: Section): boolean {
	return section === 'main' || LISTS.has(section);
}

/** Where n8n keeps the value of a node's parameter. */
export function pathOf({ name, section }: Param): string {
	return isInline(section) ? name : `${section}.${name}`;
}

/** The default as n8n's form shows it. A number that may be empty is an option: once it is added, it starts at what is suggested, else at 1 within its bounds. */
function hostDefault(param: Param): NodeParameterValueType {
	switch (param.kind) {
		case 'rows':
			return { [ROWS]: param.default.map((row) => ({ ...row })) };
		case 'model':
			return { __rl: true, mode: 'list', value: param.default, cachedResultName: param.default };
		case 'provider':
			return SAME_PROVIDER;
		case 'choices':
			return [...param.default];
		case 'number':
			return param.default ?? param.suggested ?? Math.min(Math.max(1, param.min), param.max);
		case 'text':
		case 'secret':
		case 'credits':
		case 'boolean':
		case 'choice':
			return param.default;
		default:
			return param satisfies never;
	}
}

/** A value as n8n delivers it, in the form that `readParam` takes: rows unwrapped, the model id without its locator, nothing as empty. */
export function fromHost(param: Param, value: unknown): unknown {
	const record = isObject(value) ? value : null;
	switch (param.kind) {
		case 'rows':
			return rowsFromHost(param, Array.isArray(value) ? value : (record?.[ROWS] ?? []));
		case 'model':
			return (record && 'value' in record ? record['value'] : value) ?? '';
		case 'provider':
			return value === SAME_PROVIDER ? '' : (value ?? '');
		case 'text':
		case 'secret':
			return value ?? '';
		case 'number':
		case 'credits':
		case 'boolean':
		case 'choice':
		case 'choices':
			return value ?? undefined;
		default:
			return param satisfies never;
	}
}

function rowsFromHost({ fields }: RowsParam, rows: unknown): unknown {
	if (!Array.isArray(rows)) return rows;
	return rows.map((row: unknown) => {
		if (!isObject(row)) return row;
		const known = fields.filter(({ name }) => name in row);
		return {
			...row,
			...Object.fromEntries(known.map((field) => [field.name, fromHost(field, row[field.name])])),
		};
	});
}

function collectionOf(params: readonly Param[], { name, title, intro }: (typeof FOLDED_SECTIONS)[number]): INodeProperties[] {
	const inside = params.filter((param) => param.section === name);
	// n8n's linter wants longer lists by name; short ones read best in their own order, what others depend on first.
	if (inside.length >= SORTED_FROM) inside.sort((a, b) => a.label.localeCompare(b.label));
	if (inside.length === 0) return [];
	const names = new Set(inside.map((param) => param.name));
	const options = inside.map((param) => toProperty(param, { isInside: true, siblings: names }));
	const shown = { displayName: title, placeholder: `Add ${title.replace(/s$/, '')}`, description: intro };
	return [{ ...shown, name, type: 'collection', default: {}, options, ...sharedCondition(inside) }];
}

/** A collection of which nothing would be shown is not shown either. */
function sharedCondition(inside: readonly Param[]): Pick<INodeProperties, 'displayOptions'> {
	const [first] = inside;
	const condition = JSON.stringify(first?.showWhen);
	if (!first?.showWhen || inside.some(({ showWhen }) => JSON.stringify(showWhen) !== condition)) return {};
	return { displayOptions: { show: mutable(first.showWhen) } };
}

interface Place {
	/** Inside a collection, where names are relative to it and `/` leads to the node. */
	readonly isInside: boolean;
	readonly siblings?: ReadonlySet<string>;
}

function toProperty(param: Param, { isInside, siblings }: Place): INodeProperties {
	const show = Object.entries(param.showWhen ?? {}).map(
		([name, values]) => [!isInside || siblings?.has(name) ? name : `/${name}`, values] as const,
	);
	return {
		...typeOf(param),
		displayName: param.label,
		name: param.name,
		default: hostDefault(param),
		description: param.help,
		...hintOf(param),
		...(param.placeholder === undefined ? {} : { placeholder: placeholderOf(param.placeholder) }),
		...(param.isRequired && !isInside ? { required: true } : {}),
		...(param.isPerItem ? {} : { noDataExpression: true }),
		...(show.length > 0 ? { displayOptions: { show: mutable(Object.fromEntries(show)) } } : {}),
	};
}

function typeOf(param: Param): Pick<INodeProperties, 'type' | 'typeOptions' | 'options' | 'modes' | 'placeholder'> {
	switch (param.kind) {
		case 'text':
			return param.rows === undefined ? { type: 'string' } : { type: 'string', typeOptions: { rows: param.rows } };
		case 'secret':
			return { type: 'string', typeOptions: { password: true } };
		case 'credits':
			return { type: 'string' };
		case 'boolean':
			return { type: 'boolean' };
		case 'number':
			return { type: 'number', typeOptions: numberOptions(param) };
		case 'choice':
			return { type: 'options', options: choicesOf(param.choices, param) };
		case 'choices':
			return { type: 'multiOptions', options: choicesOf(param.choices, param) };
		case 'model':
			return { type: 'resourceLocator', modes: MODEL_MODES };
		case 'provider':
			return { type: 'options', options: choicesOf(PROVIDER_CHOICES, param) };
		case 'rows':
			return rowsType(param);
		default:
			return param satisfies never;
	}
}

const PROVIDER_CHOICES: readonly Choice[] = [
	{ value: SAME_PROVIDER, label: 'Same as Above', help: 'The provider of the model above' },
	...Object.entries(PROVIDER_SLOTS).map(([value, { label }]) => ({ value, label, help: 'Must be one of those chosen under Providers' })),
];

const MODEL_MODES: INodePropertyMode[] = [
	{ displayName: 'From List', name: 'list', type: 'list', typeOptions: { searchListMethod: 'searchModels', searchable: true } },
	{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. gpt-4.1-mini' },
];

function numberOptions({ min, max, isInteger }: Extract<Param, { kind: 'number' }>): INodePropertyTypeOptions {
	return { minValue: min, maxValue: max, numberPrecision: isInteger ? 0 : 2 };
}

/** Rows fold up under the value of their first field. n8n writes the placeholder on the button that adds one. */
function rowsType({ fields, rowLabel }: RowsParam): Pick<INodeProperties, 'type' | 'typeOptions' | 'options' | 'placeholder'> {
	const values = fields.map((field: FieldParam) =>
		isOptionalNumber(field) ? numberAsText(field) : toProperty(field, { isInside: false }),
	);
	const options: INodePropertyCollection[] = [{ name: ROWS, displayName: rowLabel, values }];
	const itemTitle = `={{ $collection.item.value.${fields[0]?.name ?? ''} }}`;
	return {
		type: 'fixedCollection',
		placeholder: `Add ${rowLabel}`,
		typeOptions: { multipleValues: true, sortable: true, fixedCollection: { itemTitle } },
		options,
	};
}

function isOptionalNumber(field: FieldParam): field is Extract<FieldParam, { kind: 'number' }> {
	return field.kind === 'number' && field.default === null;
}

/** A number of a row that may stay empty: n8n's fields for numbers cannot. What is typed is checked when it is read. */
function numberAsText({ label, name, help, placeholder, unit }: Extract<FieldParam, { kind: 'number' }>): INodeProperties {
	const shown = placeholder === undefined ? {} : { placeholder: placeholderOf(placeholder) };
	const hint = unitHint(label, unit);
	return { displayName: label, name, type: 'string', default: '', description: help, noDataExpression: true, ...shown, ...hint };
}

/** What an amount is counted in. */
function hintOf(param: Param): Pick<INodeProperties, 'hint'> {
	if (param.kind === 'credits') return unitHint(param.label, 'credits');
	return param.kind === 'number' ? unitHint(param.label, param.unit) : {};
}

/** Nothing where the label says it. */
function unitHint(label: string, unit: string | undefined): Pick<INodeProperties, 'hint'> {
	return unit === undefined || label.toLowerCase().includes(unit) ? {} : { hint: `In ${unit}` };
}

/** n8n lists options by name; the options of an operation also say what they do in the node picker. */
function choicesOf(choices: readonly Choice[], param: Param): INodePropertyOptions[] {
	return [...choices]
		.sort((a, b) => a.label.localeCompare(b.label))
		.map(({ value, label, help }) => ({
			name: label,
			value,
			description: help,
			...(param.name === 'operation' ? { action: sentenceCase(label) } : {}),
		}));
}

function placeholderOf(placeholder: string): string {
	return /^(leave|same|all) |^(automatic|default)$|, or empty /i.test(placeholder) ? placeholder : `e.g. ${placeholder}`;
}

function mutable(conditions: NonNullable<Param['showWhen']>): Record<string, (string | boolean)[]> {
	return Object.fromEntries(Object.entries(conditions).map(([name, values]) => [name, [...values]]));
}

/** A label in Title Case as n8n writes actions: "Get balance". */
export function sentenceCase(label: string): string {
	return `${label.charAt(0)}${label.slice(1).toLowerCase()}`;
}
