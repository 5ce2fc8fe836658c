/** Puts the events of a streamed completion together into one, for servers that stream although nobody asked. Linear in the text. */
import { isList, isRecord } from '../../core/values/foreign';
import { parseForeignJson } from '../../core/values/foreign-json';

type Fields = Readonly<Record<string, unknown>>;

/** Names of the fields of a delta that are texts in pieces. */
const PIECES = ['content', 'refusal', 'reasoning_content', 'reasoning'] as const;

/** Whether a body is a stream of events, by its first line. */
export function isEventStream(text: string): boolean {
	return /^\uFEFF?\s{0,100}(data|event|id|retry)?:/.test(text.slice(0, 200));
}

/**
 * The completion that the events make: texts joined, the last model, reason and usage. An event that is whole stands for itself, an error is
 * kept, and a stream that stopped without a reason and without its end mark is said to have broken off.
 */
export function assembledStream(text: string): unknown {
	const stream = new Assembled();
	for (const data of dataOf(text)) stream.take(data);
	return stream.body();
}

class Assembled {
	readonly #texts = new Map<string, string[]>();
	readonly #parts: unknown[] = [];
	#whole: Fields | null = null;
	readonly #last = new Map<string, unknown>();
	#error: unknown = null;
	#finishReason: unknown = null;
	#isDone = false;
	#events = 0;

	take(data: string): void {
		if (data.trim() === '[DONE]') {
			this.#isDone = true;
			return;
		}
		const event = parsed(data);
		if (!isRecord(event)) return;
		this.#events += 1;
		for (const [name, value] of Object.entries(event)) if (value !== null) this.#last.set(name, value);
		this.#error ??= event['error'] ?? (event['type'] === 'error' || event['object'] === 'error' ? event : null);
		const choice: unknown = Array.isArray(event['choices']) ? event['choices'].find(isFirst) : null;
		if (!isRecord(choice)) return;
		this.#error ??= choice['error'] ?? null;
		this.#finishReason = choice['finish_reason'] ?? this.#finishReason;
		if (isRecord(choice['message'])) this.#whole = choice['message'];
		this.#takeDelta(isRecord(choice['delta']) ? choice['delta'] : { content: choice['text'] });
	}

	#takeDelta(delta: Fields): void {
		for (const name of PIECES) {
			const piece = delta[name];
			if (typeof piece === 'string') this.#pieces(name).push(piece);
			else if (name === 'content' && isList(piece)) for (const part of piece) this.#parts.push(part);
		}
	}

	#pieces(name: string): string[] {
		const known = this.#texts.get(name) ?? [];
		this.#texts.set(name, known);
		return known;
	}

	body(): unknown {
		if (this.#events === 0) return null;
		const isBroken = this.#finishReason === null && !this.#isDone && this.#whole === null;
		const texts = Object.fromEntries([...this.#texts].map(([name, pieces]) => [name, pieces.join('')]));
		const message = this.#whole ?? (this.#parts.length > 0 ? { ...texts, content: this.#parts } : texts);
		const choices = [{ index: 0, message, finish_reason: this.#finishReason ?? (isBroken ? 'error' : null) }];
		return { ...Object.fromEntries(this.#last), ...(this.#error === null ? {} : { error: this.#error }), choices };
	}
}

/** The data of each event; its lines are joined. */
function* dataOf(text: string): Generator<string> {
	let lines: string[] = [];
	for (let start = 0; start <= text.length;) {
		const found = text.indexOf('\n', start);
		const end = found === -1 ? text.length : found;
		const line = text.slice(start, end).replace(/\r$/, '');
		start = end + 1;
		if (line.startsWith('data:')) lines.push(line.slice(5).replace(/^ /, ''));
		else if (line === '' && lines.length > 0) {
			yield lines.join('\n');
			lines = [];
		}
	}
	if (lines.length > 0) yield lines.join('\n');
}

function isFirst(choice: unknown): boolean {
	return isRecord(choice) && (choice['index'] ?? 0) === 0;
}

function parsed(data: string): unknown {
	try {
		return parseForeignJson(data);
	} catch {
		return null;
	}
}
