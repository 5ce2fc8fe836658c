/**
 * Owns the queue of one hot account: hosts collect commands while a batch of theirs is under way, their batches wait in line for the account's
 * lock, and a batch holds it for a fixed time and a time for each command. That is what group commit and the row lock of the PostgreSQL
 * store do. Refuses what arithmetic answers as well.
 *
 * A message is two commands, a reservation and a settlement some time later. Where messages come at random, so do their settlements, however
 * long the model takes; so commands come at random at twice the rate.
 */
import { chanceOf, untilNextMs } from './chance';

export interface HotAccount {
	readonly messagesPerSecond: number;
	readonly hosts: number;
	/** What a batch costs under the lock however small it is, and what each command adds. */
	readonly fixedMs: number;
	readonly perCommandMs: number;
	readonly seconds: number;
	readonly seed: number;
}

/** What the queue came to; waits are from a command's arrival until its batch is durable. */
export interface Queued {
	readonly batchesPerSecond: number;
	readonly commandsPerBatch: number;
	/** Share of the time in which the lock is held, from 0 to 1. */
	readonly busy: number;
	readonly medianMs: number;
	readonly p99Ms: number;
	/** False where the commands waiting at the end are those of more than a second: the line grows. */
	readonly keepsUp: boolean;
}

/** As in lib/ledger/group-commit. */
const MAX_BATCH = 256;

interface Batch {
	readonly host: number;
	readonly arrivalsMs: readonly number[];
}

class Line {
	readonly waitsMs: number[] = [];
	batches = 0;
	busyMs = 0;
	endsAtMs = Number.POSITIVE_INFINITY;
	readonly #queues: number[][];
	readonly #isUnderWay: boolean[];
	readonly #line: Batch[] = [];
	#served: Batch | null = null;

	constructor(readonly account: HotAccount) {
		this.#queues = Array.from({ length: account.hosts }, () => []);
		this.#isUnderWay = this.#queues.map(() => false);
	}

	get waiting(): number {
		return this.#queues.reduce((sum, queue) => sum + queue.length, 0) + this.#line.reduce((sum, batch) => sum + batch.arrivalsMs.length, 0);
	}

	arrive(host: number, atMs: number): void {
		this.#queues[host]?.push(atMs);
		this.#form(host, atMs);
	}

	/** The batch under way is durable. */
	finish(atMs: number): void {
		const { host, arrivalsMs } = this.#served ?? { host: 0, arrivalsMs: [] };
		for (const arrivalMs of arrivalsMs) this.waitsMs.push(atMs - arrivalMs);
		this.#served = null;
		this.#isUnderWay[host] = false;
		this.#serve(atMs);
		this.#form(host, atMs);
	}

	#form(host: number, atMs: number): void {
		const queue = this.#queues[host] ?? [];
		if (this.#isUnderWay[host] || queue.length === 0) return;
		this.#isUnderWay[host] = true;
		this.#line.push({ host, arrivalsMs: queue.splice(0, MAX_BATCH) });
		if (this.#served === null) this.#serve(atMs);
	}

	#serve(atMs: number): void {
		this.#served = this.#line.shift() ?? null;
		const { fixedMs, perCommandMs } = this.account;
		const takesMs = this.#served === null ? Number.POSITIVE_INFINITY : fixedMs + perCommandMs * this.#served.arrivalsMs.length;
		this.endsAtMs = atMs + takesMs;
		if (this.#served === null) return;
		this.batches += 1;
		this.busyMs += takesMs;
	}
}

/** Lets commands come for so many seconds. */
export function queueUp(account: HotAccount): Queued {
	const chance = chanceOf(account.seed);
	const perSecond = 2 * account.messagesPerSecond;
	const line = new Line(account);
	const endMs = account.seconds * 1000;
	let arrivalMs = untilNextMs(chance, perSecond);
	for (;;) {
		const atMs = Math.min(arrivalMs, line.endsAtMs);
		if (atMs > endMs) break;
		if (line.endsAtMs <= arrivalMs) line.finish(atMs);
		else {
			line.arrive(Math.floor(chance() * account.hosts), atMs);
			arrivalMs += untilNextMs(chance, perSecond);
		}
	}
	const waitsMs = Float64Array.from(line.waitsMs).sort();
	return {
		batchesPerSecond: line.batches / account.seconds,
		commandsPerBatch: line.waitsMs.length / line.batches,
		busy: Math.min(1, line.busyMs / endMs),
		medianMs: waitsMs[Math.floor(waitsMs.length * 0.5)] ?? Number.NaN,
		p99Ms: waitsMs[Math.floor(waitsMs.length * 0.99)] ?? Number.NaN,
		keepsUp: line.waiting < perSecond,
	};
}
