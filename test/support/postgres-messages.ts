/**
 * Owns cutting a stream of bytes between a program and a PostgreSQL server into messages, and messages into statements. Refuses to
 * understand what programs say, and encrypted streams.
 */

/** A type, unless it is the first a program sends, and a length that includes itself. */
const LENGTH_BYTES = 4;
const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);
const READY_FOR_QUERY = 'Z'.charCodeAt(0);
/** Messages of a statement that ends with a Sync: Parse, Bind, Describe, Execute, Close. */
const PARTS = new Set(Buffer.from('PBDEC'));

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

/** A whole statement, or another message. */
export interface SentMessage {
	readonly bytes: Buffer;
	readonly isStatement: boolean;
}

/** What a program sends: whole statements, and messages that are none, in order. */
export class SentStatements {
	readonly #stream = new MessageStream({ startsUntyped: true });
	#parts: Buffer[] = [];
	#isStarted = false;

	take(chunk: Buffer): SentMessage[] {
		return this.#stream.take(chunk).flatMap((message): SentMessage[] => {
			const type = this.#isStarted ? message[0] : undefined;
			this.#isStarted = true;
			if (type === undefined || !(PARTS.has(type) || type === QUERY || type === SYNC)) return [{ bytes: message, isStatement: false }];
			this.#parts.push(message);
			if (PARTS.has(type)) return [];
			const bytes = Buffer.concat(this.#parts);
			this.#parts = [];
			return [{ bytes, isStatement: true }];
		});
	}
}

/** What a server answers: counts the statements that it is done with. */
export class AnsweredStatements {
	readonly #stream = new MessageStream({ startsUntyped: false });
	/** The first time it is ready, no statement was sent yet. */
	#readies = -1;

	get count(): number {
		return Math.max(this.#readies, 0);
	}

	take(chunk: Buffer): void {
		for (const message of this.#stream.take(chunk)) if (message[0] === READY_FOR_QUERY) this.#readies += 1;
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
