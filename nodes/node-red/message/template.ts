/**
 * Owns text with data inserted: Mustache over a message and the context, as Node-RED's template node reads it, but as plain
 * text. Refuses HTML escaping: a prompt is no web page.
 */
import { isList, wordsOf } from '../../../lib/core/values/foreign';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import Mustache from 'mustache';
import { CreditError } from '../../../lib/core/values/errors';

const FROM_CONTEXT = /^(flow|global)(?:\[(\w+)\])?\.(.+)$/;
const FROM_ENVIRONMENT = /^env\.(.+)$/;

/** Falls back to values looked up beforehand for names that the message does not have. */
class MessageContext extends Mustache.Context {
	readonly #found: ReadonlyMap<string, unknown>;

	constructor(view: unknown, found: ReadonlyMap<string, unknown>, parent?: Mustache.Context) {
		super(view, parent);
		this.#found = found;
	}

	override push(view: unknown): Mustache.Context {
		return new MessageContext(view, this.#found, this);
	}

	override lookup(name: string): unknown {
		const own: unknown = super.lookup(name);
		return own ?? this.#found.get(name);
	}
}

export class Template {
	readonly #text: string;
	readonly #outside: readonly string[];

	/** Throws `invalid_settings` naming the field when a tag cannot be read. */
	constructor(text: string, field: string) {
		this.#text = text;
		try {
			this.#outside = [...namesIn(Mustache.parse(text))].filter((name) => FROM_CONTEXT.test(name) || FROM_ENVIRONMENT.test(name));
		} catch (error) {
			throw new CreditError('invalid_settings', `${field} has a {{ }} that cannot be read: ${wordsOf(error)}.`, { cause: error });
		}
	}

	/** The text with the data of a message. Rejects when a context store fails or a value cannot be written as JSON. */
	async fill(msg: NodeMessage, { RED, node }: { RED: NodeAPI; node: Node }): Promise<string> {
		const found = new Map<string, unknown>();
		for (const name of this.#outside) found.set(name, await lookUp(name, { RED, node, msg }));
		return Mustache.render(this.#text, new MessageContext(msg, found), undefined, { escape: asText });
	}
}

/** Objects and lists are written as JSON, which models read well. */
function asText(value: unknown): string {
	return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** The names in the tokens of a template: each has its kind, its name and, where it holds others, these in the fifth place. */
function namesIn(tokens: unknown, names = new Set<string>()): Set<string> {
	for (const token of isList(tokens) ? tokens : []) {
		const [kind, name, , , inside] = isList(token) ? token : [];
		if (kind !== 'text' && typeof name === 'string') names.add(name);
		namesIn(inside, names);
	}
	return names;
}

async function lookUp(name: string, { RED, node, msg }: { RED: NodeAPI; node: Node; msg: NodeMessage }): Promise<unknown> {
	const [, variable] = FROM_ENVIRONMENT.exec(name) ?? [];
	if (variable !== undefined) return RED.util.getSetting(node, variable);
	const [, type = '', store, key = ''] = FROM_CONTEXT.exec(name) ?? [];
	return evaluate(store === undefined ? key : `#:(${store})::${key}`, type, { RED, node, msg });
}

/** A value of a message, a context or the environment. Rejects when its store fails. */
export function evaluate(
	value: string,
	type: string,
	{ RED, node, msg }: { RED: NodeAPI; node: Node; msg: NodeMessage },
): Promise<unknown> {
	return new Promise((resolve, reject) => {
		RED.util.evaluateNodeProperty(value, type, node, msg, (error: Error | null, result: unknown) => {
			if (error) reject(error);
			else resolve(result);
		});
	});
}
