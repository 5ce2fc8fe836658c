/**
 * Owns the batch interface of the fake server: files, batches and their states, all as a test says. Lines are answered when the test says
 * so, in its order, and it may say anything else of them. Refuses to do anything by itself but keep what was handed in.
 */
import type http from 'node:http';
import { answerFor } from './fake-answer';
import { DEFAULT_USAGE, type Behaviour, type Recorded } from './fake-openai';

type Fields = Readonly<Record<string, unknown>>;
type Status = 'validating' | 'in_progress' | 'finalizing' | 'completed' | 'failed' | 'expired' | 'cancelling' | 'cancelled';

/** What the server says, or does instead of saying anything. */
type BatchReply =
	| { readonly kind: 'json'; readonly code: number; readonly body: unknown }
	| { readonly kind: 'text'; readonly text: string }
	| { readonly kind: 'drop' };

/** What goes wrong with a request to make something. `takesEffect`: it is made all the same. */
export type Mishap =
	| { readonly kind: 'status'; readonly code: number; readonly takesEffect?: boolean }
	| { readonly kind: 'drop'; readonly takesEffect?: boolean };

/** A line as it was handed in. */
export interface HandedLine {
	readonly custom_id: string;
	readonly method: string;
	readonly url: string;
	readonly body: Fields;
}

/** One batch, moved on by a test. */
export class FakeBatch {
	status: Status = 'validating';
	/** True to show files of lines while it is not over. */
	isShowingPartly = false;
	/** What is wrong with it as a whole. */
	error: string | null = null;
	/** Lines of the file of answers, and of that of errors. */
	readonly output: string[] = [];
	readonly errors: string[] = [];
	#answered = 0;

	constructor(
		readonly id: string,
		readonly lines: readonly HandedLine[],
		readonly request: Fields,
		readonly createdAtMs: number,
	) {}

	/** Answers lines, chosen by place. `behaviour` is as in a chat; without any, all lines that are left. */
	answer(
		places: readonly number[] = this.lines.map((_, index) => index),
		behaviour: Partial<Extract<Behaviour, { kind: 'answer' }>> = {},
	): this {
		for (const place of places) {
			const line = this.line(place);
			this.#answered += 1;
			const body = answerFor(line.body, { behaviour: { kind: 'answer', ...behaviour }, n: this.#answered, usage: DEFAULT_USAGE });
			this.say(this.output, { custom_id: line.custom_id, response: { status_code: 200, request_id: 'r', body }, error: null });
		}
		return this;
	}

	/** A line that the model's server refused. */
	refuse(places: readonly number[], code: number, error: Fields): this {
		for (const place of places)
			this.say(this.errors, { custom_id: this.line(place).custom_id, response: { status_code: code, body: { error } }, error: null });
		return this;
	}

	/** A line that nobody got to. */
	drop(places: readonly number[], code: 'batch_expired' | 'batch_cancelled'): this {
		for (const place of places)
			this.say(this.errors, { custom_id: this.line(place).custom_id, response: null, error: { code, message: 'Not executed.' } });
		return this;
	}

	/** Anything, as a line of a file. */
	say(file: string[], line: unknown): this {
		file.push(typeof line === 'string' ? line : JSON.stringify({ id: `line-${String(file.length)}`, ...(line as object) }));
		return this;
	}

	end(status: Status): this {
		this.status = status;
		return this;
	}

	line(place: number): HandedLine {
		const line = this.lines[place];
		if (!line) throw new Error(`The batch has no line ${String(place)}.`);
		return line;
	}

	get shown(): Fields {
		const isOver = ['completed', 'failed', 'expired', 'cancelled'].includes(this.status);
		const fileOf = (lines: readonly string[], name: string): string | null =>
			lines.length > 0 && (isOver || this.isShowingPartly) ? `file-${name}-${this.id}` : null;
		return {
			...this.request,
			id: this.id,
			object: 'batch',
			status: this.status,
			created_at: Math.floor(this.createdAtMs / 1000),
			output_file_id: fileOf(this.output, 'output'),
			error_file_id: fileOf(this.errors, 'errors'),
			errors: this.error === null ? null : { object: 'list', data: [{ code: 'invalid', message: this.error, line: 1 }] },
			request_counts: { total: this.lines.length, completed: this.output.length, failed: this.errors.length },
		};
	}
}

/** All batches of the fake server. */
export class FakeBatches {
	readonly made: FakeBatch[] = [];
	/** What happens to the next requests to upload or to make a batch, in order. */
	readonly uploadMishaps: Mishap[] = [];
	readonly createMishaps: Mishap[] = [];
	/** So many lists are without the newest batch; negative: all, until it is set. */
	lateLists = 0;
	/** False: metadata are forgotten, as some servers do. */
	keepsMetadata = true;
	/** A status for every request that asks for a state, a list or a file; `null`: none. */
	readFault: number | null = null;
	/** Epoch milliseconds. */
	clock = Date.now;
	/** What is waited for before anybody is told that a batch was made; `null`: nothing. */
	beforeCreated: Promise<void> | null = null;
	/** Requests by kind. */
	readonly counts = { uploads: 0, creations: 0, states: 0, lists: 0, files: 0 };
	readonly #files = new Map<string, { readonly filename: string; readonly text: string }>();

	/** The batch that was made last. */
	get last(): FakeBatch {
		const last = this.made.at(-1);
		if (!last) throw new Error('No batch was made.');
		return last;
	}

	/** Answers a request of the batch interface; false for any other. */
	answer(recorded: Recorded, response: http.ServerResponse): boolean {
		const reply = this.#reply(recorded);
		const isCreation = recorded.method === 'POST' && recorded.path.includes('/batches');
		if (reply) void Promise.resolve(isCreation ? this.beforeCreated : null).then(() => send(response, reply));
		return reply !== null;
	}

	#reply({ method, path, body, headers }: Recorded): BatchReply | null {
		const [, kind = '', id = '', part = ''] = /\/(files|batches)(?:\/([^/?]+))?(?:\/([^/?]+))?(?:\?.*)?$/.exec(path) ?? [];
		if (kind === '') return null;
		if (method === 'POST')
			return kind === 'files' ? this.#upload(String(body), headers['content-type'] ?? '') : this.#create(body as Fields);
		if (kind === 'files' && part === 'content') this.counts.files += 1;
		if (kind === 'batches') this.counts[id === '' ? 'lists' : 'states'] += 1;
		if (this.readFault !== null) return json(this.readFault, { error: { message: `Status ${String(this.readFault)}` } });
		if (kind === 'files') return this.#file(id, part);
		if (id === '') return this.#list(new URLSearchParams(path.split('?')[1] ?? ''));
		const batch = this.made.find((each) => each.id === id);
		return batch ? json(200, batch.shown) : json(404, { error: { message: `No batch ${id}`, type: 'invalid_request_error' } });
	}

	#upload(text: string, type: string): BatchReply {
		this.counts.uploads += 1;
		const mishap = this.uploadMishaps.shift();
		const id = `file-${String(this.counts.uploads)}`;
		const parts = text.split(`--${/boundary=(.+)$/.exec(type)?.[1] ?? '\n'}`);
		const part = parts.find((each) => each.includes('filename=')) ?? '';
		const filename = /filename="([^"]+)"/.exec(part)?.[1] ?? '';
		const isWhole = text.includes('name="purpose"\r\n\r\nbatch') && filename !== '';
		if (mishap && !mishap.takesEffect) return said(mishap);
		this.#files.set(id, { filename, text: part.split('\r\n\r\n').slice(1).join('\r\n\r\n').replace(/\r\n$/, '') });
		if (mishap) return said(mishap);
		return isWhole ? json(200, { id, object: 'file', purpose: 'batch', filename }) : json(400, { error: { message: 'No file.' } });
	}

	#create(request: Fields): BatchReply {
		this.counts.creations += 1;
		const mishap = this.createMishaps.shift();
		if (mishap && !mishap.takesEffect) return said(mishap);
		const file = this.#files.get(String(request['input_file_id']));
		if (!file) return json(400, { error: { message: 'No such file.', type: 'invalid_request_error' } });
		const lines = file.text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as HandedLine]));
		const kept = this.keepsMetadata ? request : { ...request, metadata: null };
		const batch = new FakeBatch(`batch_${String(this.made.length + 1)}`, lines, kept, this.clock());
		this.made.push(batch);
		return mishap ? said(mishap) : json(200, batch.shown);
	}

	#list(query: URLSearchParams): BatchReply {
		const isLate = this.lateLists !== 0;
		if (this.lateLists > 0) this.lateLists -= 1;
		const all = [...this.made].reverse().slice(isLate ? 1 : 0);
		const from = all.findIndex(({ id }) => id === query.get('after')) + 1;
		const page = all.slice(from, from + Number(query.get('limit') ?? '20'));
		return json(200, { object: 'list', data: page.map(({ shown }) => shown), has_more: from + page.length < all.length });
	}

	#file(id: string, part: string): BatchReply {
		const [, name, batchId] = /^file-(output|errors)-(.+)$/.exec(id) ?? [];
		const batch = this.made.find((each) => each.id === batchId);
		if (batch && part === 'content') return { kind: 'text', text: `${(name === 'output' ? batch.output : batch.errors).join('\n')}\n` };
		const file = this.#files.get(id);
		if (!file) return json(404, { error: { message: `No file ${id}` } });
		return part === 'content'
			? { kind: 'text', text: file.text }
			: json(200, { id, object: 'file', filename: file.filename, purpose: 'batch' });
	}
}

function json(code: number, body: unknown): BatchReply {
	return { kind: 'json', code, body };
}

function said(mishap: Mishap): BatchReply {
	return mishap.kind === 'drop' ? { kind: 'drop' } : json(mishap.code, { error: { message: `Status ${String(mishap.code)}` } });
}

function send(response: http.ServerResponse, reply: BatchReply): void {
	switch (reply.kind) {
		case 'json':
			response.writeHead(reply.code, { 'content-type': 'application/json' });
			response.end(JSON.stringify(reply.body));
			return;
		case 'text':
			response.writeHead(200, { 'content-type': 'application/octet-stream' });
			response.end(reply.text);
			return;
		case 'drop':
			response.destroy();
			return;
		default:
			reply satisfies never;
	}
}
