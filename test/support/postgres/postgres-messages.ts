/**
 * Owns cutting a stream of bytes between a program and a PostgreSQL server into messages, and messages into statements. Refuses to
 * understand what programs say, and encrypted streams.
 */

/** A type, unless it is the first a program sends, and a length that includes itself. */
const LENGTH_BYTES = 4;
const SCRIPT = 'Q'.charCodeAt(0);
const EXECUTE = 'E'.charCodeAt(0);
/** What a statement has before its Execute: Close, Parse, Bind, Describe. */
const PARTS = new Set(Buffer.from('CPBD'));
const READY_FOR_QUERY = 'Z'.charCodeAt(0);
const ERROR = 'E'.charCodeAt(0);
/** Command complete, and the answer to an empty one. */
const DONE = new Set(Buffer.from('CI'));
/** Makes the server send what it has answered so far. */
export const FLUSH = Buffer.from('H\0\0\0\x04');

/** Splits a stream; what is not whole yet waits for the rest. */
class MessageStream {
	#rest: Buffer = Buffer.alloc(0);
	#typeBytes: 0 | 1;

	/** `startsUntyped`: the first message has no type, as the one that begins a session. */
	constructor({ startsUntyped }: { startsUntyped: boolean }) {
		this.#typeBytes = startsUntyped ? 0 : 1;
	}

	take(chunk: Buffer): Buffer[] {
		this.#rest = Buffer.concat([this.#rest, chunk]);
		const messages: Buffer[] = [];
		for (;;) {
			if (this.#rest.length < this.#typeBytes + LENGTH_BYTES) return messages;
			const length = this.#typeBytes + this.#rest.readInt32BE(this.#typeBytes);
			if (this.#rest.length < length) return messages;
			messages.push(this.#rest.subarray(0, length));
			this.#rest = this.#rest.subarray(length);
			this.#typeBytes = 1;
		}
	}
}

/** A whole statement, a script of several, or another message, such as the Sync behind statements. */
export interface SentMessage {
	readonly bytes: Buffer;
	readonly kind: 'statement' | 'script' | 'other';
}

/** What a program sends, in order. */
export class SentStatements {
	readonly #stream = new MessageStream({ startsUntyped: true });
	#parts: Buffer[] = [];
	#isStarted = false;

	take(chunk: Buffer): SentMessage[] {
		return this.#stream.take(chunk).flatMap((message): SentMessage[] => {
			const type = this.#isStarted ? message[0] : undefined;
			this.#isStarted = true;
			if (type === SCRIPT) return [{ bytes: message, kind: 'script' }];
			if (type === undefined || !(PARTS.has(type) || type === EXECUTE)) return [{ bytes: message, kind: 'other' }];
			this.#parts.push(message);
			if (type !== EXECUTE) return [];
			const bytes = Buffer.concat(this.#parts);
			this.#parts = [];
			return [{ bytes, kind: 'statement' }];
		});
	}
}

/** What a server answers: tells when it is done with all that it was given. */
export class AnsweredStatements {
	readonly #stream = new MessageStream({ startsUntyped: false });
	#open: ('statement' | 'script')[] = [];

	/** True when the server has nothing left to answer. */
	get isDone(): boolean {
		return this.#open.length === 0;
	}

	/** To be told of everything that the server is given. */
	give(kind: 'statement' | 'script'): void {
		this.#open.push(kind);
	}

	take(chunk: Buffer): void {
		for (const [type] of this.#stream.take(chunk)) {
			// After a failure the server passes over everything until the next Sync.
			if (type === ERROR) this.#open = [];
			const isEnd = this.#open[0] === 'script' ? type === READY_FOR_QUERY : DONE.has(type ?? 0);
			if (isEnd) this.#open.shift();
		}
	}
}

/** What a server says to its client before it falls because there is no room for its log: a PANIC, without being ready afterwards. */
export function lastWords(): Buffer {
	const fields = ['SPANIC', 'VPANIC', 'C53100', 'Mcould not write to file "pg_wal/xlogtemp.7": No space left on device', ''];
	const body = Buffer.from(`${fields.join('\0')}\0`);
	const head = Buffer.alloc(1 + LENGTH_BYTES);
	head.write('E');
	head.writeInt32BE(LENGTH_BYTES + body.length, 1);
	return Buffer.concat([head, body]);
}
