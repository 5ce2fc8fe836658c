/** The labels that calls are counted under, declared once: parameters, requests, the journal, groupings and reports follow from this list. */

/**
 * Each label with where its value comes from: `item`, a parameter of the node that may differ for each item; `node`, what the host says of
 * the node; `call`, what the engine knows of a call. Append only: the journal writes labels in this order.
 */
const LABELS = [
	{ name: 'campaign', from: 'item' },
	{ name: 'segment', from: 'item' },
	{ name: 'workspace', from: 'item' },
	{ name: 'flow', from: 'node' },
	{ name: 'node', from: 'node' },
	{ name: 'model', from: 'call' },
	{ name: 'purpose', from: 'node' },
	{ name: 'tag', from: 'item' },
	{ name: 'batch', from: 'call' },
] as const satisfies readonly { name: string; from: 'item' | 'node' | 'call' }[];

type Label = (typeof LABELS)[number];
export type LabelName = Label['name'];
/** Labels that are parameters of a node. */
export type ItemLabelName = Extract<Label, { from: 'item' }>['name'];

/** Labels that the host gives for a node. */
export type NodeLabelName = Extract<Label, { from: 'node' }>['name'];

/** Labels of a call. Every label is optional; empty text is no label. `person` is kept apart: it has too many values to total. */
export type Labels = Readonly<Partial<Record<LabelName, string>>>;

export const LABEL_NAMES: readonly LabelName[] = LABELS.map(({ name }) => name);

/** The labels that are parameters of a node, in their order. */
export const ITEM_LABELS: readonly ItemLabelName[] = LABELS.flatMap((label) => (label.from === 'item' ? [label.name] : []));
