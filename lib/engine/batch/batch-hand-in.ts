/**
 * Owns handing in what was set aside for: lines of one model in one batch, found again by its name where nobody confirmed it. Refuses to
 * give credits back while the batch may exist, and to hand anything in twice.
 */
import { compareInstants } from '../../core/values/time';
import { backoffMs, MAX_RETRY_AFTER_MS } from '../../core/calls/retry';
import type { BatchProvider, BatchState, ProviderFault } from '../../providers/provider';
import type { Form, Manner } from '../../core/calls/manner';
import { mannerOf, type CallPlan } from '../plan/call-plan';
import { HAND_IN_WITHIN_MS, type BatchContext, type Parked } from './batch-park';
import { nameOfLine, requestOf } from '../outcome/batch-mark';
import { cancelled, FallbackError } from '../outcome/fallback-error';
import { healthOf, reasonOf } from '../outcome/fault-reasons';
import type { ItemResult } from '../outcome/item-result';

/** What providers take in one file, with some room. */
const MAX_LINES = 50_000;
const MAX_BYTES = 90_000_000;
/** What a line has besides its messages. */
const LINE_BYTES = 4_000;
/** How long a batch may take to appear in the provider's list, in milliseconds between looks. */
const LOOKS_MS = [1_000, 3_000, 6_000];
/** Clocks of the provider and of this machine may differ. */
const CLOCK_MARGIN_MS = 60 * 60_000;

/** What became of one file. `unsure`: it may have been taken. */
type HandedIn =
	| { readonly kind: 'taken'; readonly batch: BatchState }
	| { readonly kind: 'unsure'; readonly message: string }
	| { readonly kind: 'failed'; readonly why: FallbackError };

/** What was reserved under one submission; used once. */
export class BatchHandIn {
	readonly #context: BatchContext;
	readonly #submission: string;
	readonly #startedMs: number;

	/** `startedMs`: monotonic milliseconds before the first reservation. */
	constructor(context: BatchContext, { submission, startedMs }: { submission: string; startedMs: number }) {
		this.#context = context;
		this.#submission = submission;
		this.#startedMs = startedMs;
	}

	/** Hands the lines in, and tells how each item leaves. Never rejects. */
	async run(parked: readonly Parked[], signal: AbortSignal | null): Promise<ReadonlyMap<Parked, ItemResult>> {
		const results = new Map<Parked, ItemResult>();
		for (const [index, lines] of filesOf(parked).entries()) {
			const name = `${this.#submission}.${String(index + 1)}`;
			const handedIn = await this.#handIn(name, { lines, signal });
			for (const each of lines) results.set(each, await this.#leave(each, handedIn));
		}
		return results;
	}

	async #handIn(name: string, { lines, signal }: { lines: readonly Parked[]; signal: AbortSignal | null }): Promise<HandedIn> {
		const [first] = lines;
		const { provider } = first?.call.handle ?? {};
		if (!first || !provider?.batches)
			return failed(new FallbackError('provider_rejected', 'This provider has no batch interface. Ask for each item at once instead.'));
		const admission = this.#context.memory.health.admit(first.call.healthId);
		if (!admission) return failed(new FallbackError('provider_paused', 'The model failed again and again. It is left alone for a while.'));
		const { timing, values } = this.#context;
		let fault: ProviderFault | null = null;
		for (let attempt = 1; attempt <= values.maxAttempts; attempt += 1) {
			if (signal?.aborted) break;
			if (timing.monotonicMs() - this.#startedMs > HAND_IN_WITHIN_MS) break;
			const end = await this.#once(provider.batches, { name, lines });
			if (end.kind !== 'refused') {
				admission.report({ kind: 'unknown' });
				return end;
			}
			({ fault } = end);
			if (!fault.isRetryable || (fault.retryAfterMs ?? 0) > MAX_RETRY_AFTER_MS) break;
			await timing.pause(backoffMs({ attempt, retryAfterMs: fault.retryAfterMs, jitter: timing.jitter() }), signal);
		}
		admission.report(fault ? healthOf(fault, { isFinal: true }) : { kind: 'unknown' });
		if (fault) return failed(new FallbackError(reasonOf(fault), fault.message));
		return failed(signal?.aborted ? cancelled() : new FallbackError('timeout', 'It took too long to hand the batch in.'));
	}

	/** One try. `refused`: the provider has no such batch. */
	async #once(
		batches: BatchProvider,
		{ name, lines }: { name: string; lines: readonly Parked[] },
	): Promise<HandedIn | { readonly kind: 'refused'; readonly fault: ProviderFault }> {
		const { values } = this.#context;
		const creation = await batches.create({
			submission: name,
			lines: lines.map((parked) => this.#line(parked)),
			windowHours: values.batchWindowHours,
			timeoutMs: values.timeoutSeconds * 1000,
		});
		if (creation.kind === 'created') return { kind: 'taken', batch: creation.batch };
		const { fault, mayExist } = creation;
		if (!mayExist) return { kind: 'refused', fault };
		// Not tried again: should the provider be late with its list, two batches would be paid.
		return (await this.#lookFor(batches, { name, lines })) ?? { kind: 'refused', fault: { ...fault, isRetryable: false } };
	}

	#line({ hold, call, mode, outputLimitTokens }: Parked): { customId: string; request: ReturnType<typeof call.request> } {
		return {
			customId: nameOfLine({ holdSeq: hold.seq, mode, submission: this.#submission }),
			request: call.request({ manner: this.#manner(call, mode), previous: null, outputLimitTokens, signal: null }),
		};
	}

	/** In the form that the name of the line tells, so that its answer is read by it. */
	#manner(call: CallPlan, form: Form): Manner {
		return { ...mannerOf(this.#context, call), form };
	}

	/** Whether the batch was made although nobody confirmed it; `null`: the provider's list says that it was not. */
	async #lookFor(batches: BatchProvider, { name, lines }: { name: string; lines: readonly Parked[] }): Promise<HandedIn | null> {
		// Not as so many arguments: a file may have hundreds of thousands of lines.
		const [first] = lines.map(({ hold }) => hold.reservedAtMs).sort(compareInstants);
		const sinceMs = (first ?? this.#context.timing.clock()) - CLOCK_MARGIN_MS;
		let unread: ProviderFault | null = null;
		for (const waitMs of LOOKS_MS) {
			await this.#context.timing.pause(waitMs);
			const found = await batches.find({ submission: name, sinceMs });
			unread = found.kind === 'failed' ? found.fault : null;
			const [batch] = found.kind === 'read' ? found.value : [];
			if (batch) return { kind: 'taken', batch };
		}
		if (unread === null) return null;
		return { kind: 'unsure', message: `Whether the batch was taken is not known yet. ${unread.message}` };
	}

	async #leave({ item, leaving, reuse, hold }: Parked, handedIn: HandedIn): Promise<ItemResult> {
		const mark = { submission: this.#submission, request: requestOf(item.plan) };
		try {
			const { kind } = handedIn;
			switch (kind) {
				case 'taken':
					item.state.mark({ batch: { ...mark, id: handedIn.batch.id } });
					return await leaving.withoutModel(new FallbackError('batch_pending', `Handed in with the batch ${handedIn.batch.id}.`), reuse);
				case 'unsure':
					item.state.mark({ batch: { ...mark, id: null } });
					return await leaving.withoutModel(new FallbackError('batch_pending', handedIn.message), reuse);
				case 'failed':
					await item.giveBack(hold);
					return await leaving.withoutModel(handedIn.why, reuse);
				default:
					return kind satisfies never;
			}
		} finally {
			item.time.end();
		}
	}
}

function failed(why: FallbackError): HandedIn {
	return { kind: 'failed', why };
}

/** A file asks one model with one key, and is no larger than providers take. */
function filesOf(parked: readonly Parked[]): Parked[][] {
	const files: Parked[][] = [];
	const open = new Map<string, { readonly lines: Parked[]; bytes: number }>();
	for (const each of parked) {
		const bytes = each.call.size.inputBytes + LINE_BYTES;
		const known = open.get(each.call.healthId);
		const file = known && known.lines.length < MAX_LINES && known.bytes + bytes <= MAX_BYTES ? known : { lines: [], bytes: 0 };
		if (file !== known) {
			files.push(file.lines);
			open.set(each.call.healthId, file);
		}
		file.lines.push(each);
		file.bytes += bytes;
	}
	return files;
}
