/**
 * Owns the batch interface as OpenAI made it and others took it over: a file of lines is uploaded, a batch is made of it, its state is
 * asked for, its files are read. Refuses to hand anything in twice: what may have been made is told, and looked for by its name.
 */
import { propertyOf } from '../../core/values/foreign';
import { listOf, readBatch, readLines, SUBMISSION } from './batch-reading';
import { watchCall } from '../transport/call-watch';
import type { EndpointHabits } from './chat-body';
import type { Endpoint } from '../transport/endpoint';
import { faultOfGarbage, faultOfRefusal } from './fault-mapping';
import type { BatchCreation, BatchInput, BatchProvider, BatchReading, BatchResult, BatchState, ProviderFault } from '../provider';
import { contextOf, overTheWire, type Send, type WireResult } from './wire';

/** Looking for a batch goes back so many pages of so many batches. */
const MAX_PAGES = 20;
const PAGE = 100;
/** A file of answers may be large, and slow to come. */
const MAX_FILE_BYTES = 400_000_000;
const FILE_TIMEOUT_MS = 10 * 60_000;
const DAY_HOURS = 24;
const FILE_PREFIX = 'llm-credits-';

/** Batches of one endpoint. */
export class OpenAiBatches implements BatchProvider {
	readonly #endpoint: Endpoint;
	readonly #habits: EndpointHabits;

	constructor(endpoint: Endpoint, habits: EndpointHabits) {
		this.#endpoint = endpoint;
		this.#habits = habits;
	}

	async create({ submission, lines, windowHours, timeoutMs }: BatchInput): Promise<BatchCreation> {
		const text = lines
			.map(({ customId, request }) =>
				this.#line(customId, this.#habits.bodyFor({ ...request, without: [...(request.without ?? []), 'stream'] })),
			)
			.join('');
		const uploaded = this.#read(await this.#ask(upload(fileNameOf(submission), text), FILE_TIMEOUT_MS), idOf);
		// A file by itself costs nothing and asks nobody.
		if (uploaded.kind === 'failed') return { ...uploaded, mayExist: false };
		const body = {
			input_file_id: uploaded.value,
			endpoint: this.#path,
			completion_window: windowOf(windowHours),
			metadata: { [SUBMISSION]: submission },
		};
		const made = await this.#ask((client, options) => client.post('/batches', { body, ...options }), timeoutMs);
		const batch = this.#read(made, (answer) => readBatch(answer, this.#endpoint.secrets));
		if (batch.kind === 'read') return { kind: 'created', batch: batch.value };
		return { ...batch, mayExist: mayHaveWorked(made) };
	}

	async state(id: string): Promise<BatchReading<BatchState | null>> {
		const asked = await this.#ask((client, options) => client.get(`/batches/${encodeURIComponent(id)}`, options));
		if (asked.kind === 'refused' && asked.refusal.status === 404) return { kind: 'read', value: null };
		return this.#read(asked, (answer) => readBatch(answer, this.#endpoint.secrets));
	}

	async find({ submission, sinceMs }: Parameters<BatchProvider['find']>[0]): Promise<BatchReading<readonly BatchState[]>> {
		const found: BatchState[] = [];
		let after = '';
		for (let page = 0; page < MAX_PAGES; page += 1) {
			const query = { limit: PAGE, ...(after === '' ? {} : { after }) };
			const asked = await this.#ask((client, options) => client.get('/batches', { query, ...options }));
			const listed = this.#read(asked, (answer) => listOf(answer, this.#endpoint.secrets));
			if (listed.kind === 'failed') return listed;
			const { batches, next } = listed.value;
			for (const batch of batches) {
				const isIt = await this.#isNamed(batch, { submission, sinceMs });
				if (isIt.kind === 'failed') return isIt;
				if (isIt.value) found.push(batch);
			}
			// The newest come first.
			if (next === null || batches.every(({ createdAtMs }) => createdAtMs < sinceMs)) break;
			after = next;
		}
		return { kind: 'read', value: found };
	}

	/** By its metadata; where the provider keeps none, by the name of its file. */
	async #isNamed(
		{ submission: name, inputFileId, createdAtMs }: BatchState,
		{ submission, sinceMs }: Parameters<BatchProvider['find']>[0],
	): Promise<BatchReading<boolean>> {
		if (name !== null || inputFileId === null || createdAtMs < sinceMs) return { kind: 'read', value: isPartOf(name, submission) };
		const path = `/files/${encodeURIComponent(inputFileId)}`;
		const asked = await this.#ask((client, options) => client.get(path, options));
		// A file that is gone was not handed in a moment ago.
		if (asked.kind === 'refused' && asked.refusal.status === 404) return { kind: 'read', value: false };
		return this.#read(asked, (body) => (isNamed(body) ? isPartOf(String(body.filename), FILE_PREFIX + submission) : false));
	}

	async results({ fileIds }: BatchState): Promise<BatchReading<readonly BatchResult[]>> {
		const results: BatchResult[] = [];
		for (const fileId of fileIds) {
			const path = `/files/${encodeURIComponent(fileId)}/content`;
			const asked = await this.#ask((client, options) => client.get(path, options), FILE_TIMEOUT_MS, { isText: true });
			const file = this.#read(asked, (text) => (typeof text === 'string' ? text : null));
			if (file.kind === 'failed') return file;
			// One by one: as arguments of one call, a hundred thousand are too many.
			for (const result of await readLines(file.value, this.#endpoint)) results.push(result);
		}
		return { kind: 'read', value: results };
	}

	#line(customId: string, body: object): string {
		return `${JSON.stringify({ custom_id: customId, method: 'POST', url: this.#path, body })}\n`;
	}

	/** Azure's dated API names the path of a line without the version. */
	get #path(): '/v1/chat/completions' {
		return (this.#endpoint.azure ? '/chat/completions' : '/v1/chat/completions') as '/v1/chat/completions';
	}

	/** One request, in a time of its own: whether the flow is stopped is no reason not to know what became of it. */
	async #ask(send: Send, timeoutMs = this.#endpoint.timeoutMs, { isText = false } = {}): Promise<WireResult> {
		const watch = watchCall({ timeoutMs, signal: null }, this.#endpoint.timing);
		const context = contextOf(this.#endpoint, { model: '', messages: [], timeoutMs });
		try {
			return await overTheWire({ endpoint: this.#endpoint, watch, context, maxBodyBytes: MAX_FILE_BYTES, isText }, send);
		} finally {
			watch.stop();
		}
	}

	/** What a body says, as `reader` has it; `null` is an answer that makes no sense here. */
	#read<T>(result: WireResult, reader: (body: unknown) => T | null): BatchReading<T> {
		const context = contextOf(this.#endpoint, { model: '', messages: [], timeoutMs: this.#endpoint.timeoutMs });
		if (result.kind === 'failed') return result;
		if (result.kind === 'refused') return { kind: 'failed', fault: this.#refused(faultOfRefusal(result.refusal, context)) };
		const value = reader(result.body);
		if (value !== null) return { kind: 'read', value };
		const about = { status: result.exchange.status, usage: { kind: 'missing' }, context } as const;
		return { kind: 'failed', fault: faultOfGarbage('something that is no part of a batch interface', about) };
	}

	#refused(fault: ProviderFault): ProviderFault {
		if (fault.status !== 404 && fault.status !== 405) return fault;
		const message = `${this.#endpoint.name} has no batch interface at this address (${String(fault.status)}). Ask for each item at once instead.`;
		return { ...fault, message };
	}
}

function fileNameOf(submission: string): string {
	return `${FILE_PREFIX}${submission}.jsonl`;
}

/** What is handed in under one name may be several files, told apart by what follows a dot. */
function isPartOf(name: string | null, whole: string): boolean {
	return name === whole || (name?.startsWith(`${whole}.`) ?? false);
}

function isNamed(body: unknown): body is { readonly filename: unknown } {
	return typeof body === 'object' && body !== null && 'filename' in body;
}

function upload(name: string, text: string): Send {
	return (client, options) => {
		const form = new FormData();
		form.append('purpose', 'batch');
		form.append('file', new File([text], name, { type: 'application/jsonl' }));
		return client.post('/files', { body: form, ...options });
	};
}

/** A refusal that says whose fault it is was not followed by work; everything else may have been. */
function mayHaveWorked(result: WireResult): boolean {
	switch (result.kind) {
		case 'body':
			return true;
		case 'refused':
			return result.refusal.status >= 500 || result.refusal.status === 408;
		case 'failed':
			return result.fault.billed !== 'no';
		default:
			return result satisfies never;
	}
}

/** As providers write it: hours up to a day, then days. */
function windowOf(hours: number): '24h' {
	return (hours <= DAY_HOURS || hours % DAY_HOURS !== 0 ? `${String(hours)}h` : `${String(hours / DAY_HOURS)}d`) as '24h';
}

function idOf(body: unknown): string | null {
	const id = propertyOf(body, 'id');
	return typeof id === 'string' && id !== '' ? id : null;
}
