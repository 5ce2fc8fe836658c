/**
 * Owns a small copy of the message that a node saw last, from which its dialog can preview. Kept in memory alone, while the node lives.
 * Refuses to copy much or often: however large messages are and however fast they come, it takes a moment each second.
 */
import { propertyOf } from '../../../lib/core/values/foreign';
import type { Node, NodeMessage } from 'node-red';
import { monotonicMs } from '../../../lib/runtime/system';

const EVERY_MS = 1_000;
const MAX_DEPTH = 6;
const MAX_ENTRIES = 50;
const MAX_VALUES = 500;
/** Of one text, and of all texts together. */
const MAX_CHARACTERS = 2_000;
const MAX_ALL_CHARACTERS = 20_000;
/** What belongs to Node-RED and not to the data of a message, or cannot be written as JSON. */
const LEFT_OUT: ReadonlySet<string> = new Set(['_msgid', '_event', 'parts', 'req', 'res', 'llmCredits', 'tokenUsage']);

interface Seen {
	readonly atMs: number;
	readonly sample: Readonly<Record<string, unknown>> | null;
}

const seenBy = new WeakMap<Node, Seen>();

/** Notes what a node sees; never throws. */
export function rememberSample(node: Node, msg: NodeMessage): void {
	const atMs = monotonicMs();
	const last = seenBy.get(node);
	if (last && atMs - last.atMs < EVERY_MS) return;
	seenBy.set(node, { atMs, sample: sampleOf(msg) });
}

/** What a node saw last, or about a second before; `null` when it saw nothing that can be copied. */
export function sampleSeenBy(node: Node): Readonly<Record<string, unknown>> | null {
	return seenBy.get(node)?.sample ?? null;
}

/** A copy of a message as plain JSON, cut where it is long; `null` for one that cannot be read. */
function sampleOf(msg: NodeMessage): Readonly<Record<string, unknown>> | null {
	const left = { values: MAX_VALUES, characters: MAX_ALL_CHARACTERS, copied: new WeakSet<object>() };
	try {
		return copyEntries(msg, { depth: 1, left });
	} catch {
		// A getter of somebody's object threw.
		return null;
	}
}

interface Place {
	readonly depth: number;
	/** What may still be copied, all levels together. */
	readonly left: { values: number; characters: number; readonly copied: WeakSet<object> };
}

function copy(value: unknown, { depth, left }: Place): unknown {
	left.values -= 1;
	if (left.values < 0) return undefined;
	switch (typeof value) {
		case 'string':
			return copyText(value, left);
		case 'number':
			return Number.isFinite(value) ? value : null;
		case 'boolean':
			return value;
		case 'bigint':
			return String(value);
		case 'object':
			return value === null || depth > MAX_DEPTH ? null : copyObject(value, { depth, left });
		default:
			return undefined;
	}
}

function copyText(text: string, left: Place['left']): string {
	const room = Math.min(MAX_CHARACTERS, left.characters);
	left.characters -= Math.min(text.length, room);
	return text.length > room ? `${text.slice(0, room)}…` : text;
}

function copyObject(value: object, { depth, left }: Place): unknown {
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
	// What holds itself would be read again and again.
	if (ArrayBuffer.isView(value) || left.copied.has(value)) return null;
	left.copied.add(value);
	if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((entry: unknown) => copy(entry, { depth: depth + 1, left }) ?? null);
	return copyEntries(value, { depth, left });
}

function copyEntries(record: object, { depth, left }: Place): Record<string, unknown> {
	const copied: [string, unknown][] = [];
	// Not all names at once: there may be a million of them.
	for (const name in record) {
		if (copied.length === MAX_ENTRIES || left.values <= 0) break;
		if (!Object.hasOwn(record, name) || (depth === 1 && LEFT_OUT.has(name))) continue;
		const value = copy(propertyOf(record, name), { depth: depth + 1, left });
		if (value !== undefined) copied.push([name, value]);
	}
	return Object.fromEntries(copied);
}
