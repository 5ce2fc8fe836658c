/**
 * Owns the description language of node parameters. Each parameter is declared once in this folder; the n8n description, the
 * Node-RED form, its help, validation and the README's tables are projections of it. Refuses host types: it knows neither host.
 */

/** A part of a form that is folded until somebody opens it. */
interface FoldedSection {
	readonly name: string;
	readonly title: string;
	/** One sentence without a final period. */
	readonly intro: string;
}

/** The folded parts of a form, in the order in which they are shown. */
export const FOLDED_SECTIONS = [
	{ name: 'cheaper', title: 'Cheaper Models', intro: 'What to ask before an item takes its fallback values' },
	{ name: 'passes', title: 'Passes', intro: 'Improve each answer before it leaves' },
	{
		name: 'checks',
		title: 'Checks',
		intro: 'What an item must have before a model is asked, and what an answer must pass before it leaves',
	},
	{ name: 'labels', title: 'Labels', intro: 'What the credits are counted under, so that you can see what each campaign or segment cost' },
	{ name: 'limits', title: 'Limits', intro: 'What this node may spend at most' },
	{ name: 'reuse', title: 'Reuse', intro: 'Use an answer again where the request is exactly the same' },
	{ name: 'batch', title: 'Batch', intro: 'For campaigns that can wait: answers within hours, at the price of a batch' },
	{ name: 'time', title: 'Time', intro: 'How long to wait, and how often to try' },
	{ name: 'options', title: 'Options', intro: 'What is not set here stays at its default' },
] as const satisfies readonly FoldedSection[];

/** Where a parameter is shown: at once, or in one of the folded parts. */
export type Section = 'main' | (typeof FOLDED_SECTIONS)[number]['name'];

interface ParamBase {
	/** The same in both hosts and in exported flows. */
	readonly name: string;
	/** Title Case. */
	readonly label: string;
	/** One sentence without a final period. */
	readonly help: string;
	readonly section: Section;
	/** Shown only while each named parameter has one of the values. */
	readonly showWhen?: Readonly<Record<string, readonly (string | boolean)[]>>;
	/** May be computed for each item: an expression in n8n, a typed input in Node-RED. */
	readonly isPerItem?: boolean;
	readonly placeholder?: string;
	readonly isRequired?: boolean;
}

export interface TextParam extends ParamBase {
	readonly kind: 'text';
	readonly default: string;
	/** More than 1 shows a text area. */
	readonly rows?: number;
	/** Refused when longer. */
	readonly maxLength?: number;
}

/** A model id: free text with a picker that asks the endpoint. */
export interface ModelParam extends ParamBase {
	readonly kind: 'model';
	readonly default: string;
}

/** Another provider than the node's own: what the host calls it. Empty: the node's own. Only in rows. */
export interface ProviderParam extends ParamBase {
	readonly kind: 'provider';
	readonly default: '';
}

/** Kept in the host's credentials, never in a flow. */
export interface SecretParam extends ParamBase {
	readonly kind: 'secret';
	readonly default: '';
}

export interface NumberParam extends ParamBase {
	readonly kind: 'number';
	/** `null`: empty, which the help explains. */
	readonly default: number | null;
	readonly min: number;
	readonly max: number;
	readonly isInteger: boolean;
	/** Shown behind the field. */
	readonly unit?: string;
	/** For one that may be empty: what a field that cannot be empty starts with. */
	readonly suggested?: number;
	/** What a node has that was saved when this was the default, and left it out. */
	readonly formerDefault?: number;
}

/** An amount of credits as a decimal text, exact to the micro-credit. */
export interface CreditsParam extends ParamBase {
	readonly kind: 'credits';
	readonly default: string;
}

export interface BooleanParam extends ParamBase {
	readonly kind: 'boolean';
	readonly default: boolean;
}

export interface Choice<V extends string = string> {
	readonly value: V;
	readonly label: string;
	readonly help: string;
}

export interface ChoiceParam<V extends string = string> extends ParamBase {
	readonly kind: 'choice';
	readonly default: V;
	readonly choices: readonly Choice<V>[];
}

/** Several of the choices, in the order given. */
export interface ChoicesParam<V extends string = string> extends ParamBase {
	readonly kind: 'choices';
	readonly default: readonly V[];
	readonly choices: readonly Choice<V>[];
}

/** A list of records that the user adds to. */
export interface RowsParam extends ParamBase {
	readonly kind: 'rows';
	/** What one row is called, for the add button. */
	readonly rowLabel: string;
	readonly fields: readonly FieldParam[];
	readonly default: readonly Readonly<Record<string, string | number | null>>[];
	readonly minRows: number;
	/** Refused when there are more. */
	readonly maxRows?: number;
}

/** A field of a record. A number whose default is `null` may be left empty. */
export type FieldParam = TextParam | ChoiceParam | SecretParam | ModelParam | ProviderParam | NumberParam;
export type Param =
	TextParam | ModelParam | ProviderParam | SecretParam | NumberParam | CreditsParam | BooleanParam | ChoiceParam | ChoicesParam | RowsParam;

export interface NodeOutput {
	readonly name: string;
	readonly label: string;
	readonly help: string;
}

/** Everything both hosts show of a node. */
export interface NodeDescription {
	/** Type in Node-RED; n8n's type is `n8nName`. */
	readonly type: string;
	readonly n8nName: string;
	readonly label: string;
	/** One sentence for palettes and lists. */
	readonly summary: string;
	/** Markdown paragraphs for the help panel. */
	readonly help: readonly string[];
	/** `#rrggbb`, the Node-RED palette colour. */
	readonly colour: string;
	/** File name without ending under icons/. */
	readonly icon: string;
	/** `null`: outputs depend on parameters, see the host. */
	readonly outputs: readonly NodeOutput[] | null;
	readonly needs: { readonly ledger: 'required' | 'optional' | 'none'; readonly provider: 'required' | 'none' };
	readonly params: readonly Param[];
}

/** A config node in Node-RED, a credential type in n8n. */
export interface ConnectionDescription {
	readonly type: string;
	readonly n8nName: string;
	readonly label: string;
	readonly help: readonly string[];
	readonly icon: string;
	readonly params: readonly Param[];
}

/** Type of the value that a parameter reads to. */
export type ValueOf<P extends Param> = P extends { kind: 'number' }
	? P extends { default: null }
		? number | null
		: number
	: P extends { kind: 'boolean' }
		? boolean
		: P extends { kind: 'rows'; fields: readonly (infer F extends FieldParam)[] }
			? readonly { readonly [K in F as K['name']]: ValueOf<K> }[]
			: P extends { kind: 'choice'; choices: readonly Choice<infer V>[] }
				? V
				: P extends { kind: 'choices'; choices: readonly Choice<infer V>[] }
					? readonly V[]
					: string;

/** Type of all values of a list of parameters, by name. */
export type ValuesOf<Ps extends readonly Param[]> = { readonly [P in Ps[number] as P['name']]: ValueOf<P> };

/** Type of the values that are the same for all items, by name. Those of each item are not in it: there is no value that holds for all. */
export type SharedValuesOf<Ps extends readonly Param[]> = Omit<ValuesOf<Ps>, keyof ItemValuesOf<Ps>>;

/** Type of the values that may differ for each item, by name. */
export type ItemValuesOf<Ps extends readonly Param[]> = {
	readonly [P in Extract<Ps[number], { readonly isPerItem: true }> as P['name']]: ValueOf<P>;
};
