/** A campaign in simulated time: calls to an endpoint, by the automatic control or so many at a time, and how long all of them take. */
import type { CallControl } from '../../../lib/core/calls/call-control';
import { type CallSign, type SentCall } from '../../../lib/core/calls/call-control';
import { CLOSED_CIRCUIT, failed, probed, stateOf } from '../../../lib/core/calls/circuit';
import { backoffMs } from '../../../lib/core/calls/retry';
import type { Served, SimulatedEndpoint } from './simulated-endpoint';

/** What came of a campaign. */
export interface Campaign {
	readonly tookMs: number;
	/** Calls that were sent. */
	readonly sent: number;
	readonly limited: number;
	readonly mostUnderWay: number;
}

/** A worker: how many calls at a time, or the control that finds it out. */
export type Worker = number | CallControl;

interface Ahead {
	readonly atMs: number;
	readonly happen: () => void;
}

/** What happens when, in order. */
class Course {
	nowMs = 0;
	readonly #heap: Ahead[] = [];

	at(atMs: number, happen: () => void): void {
		const heap = this.#heap;
		let index = heap.push({ atMs, happen }) - 1;
		while (index > 0) {
			const parent = (index - 1) >> 1;
			const [own, above] = [heap[index], heap[parent]];
			if (!own || !above || above.atMs <= own.atMs) break;
			[heap[index], heap[parent]] = [above, own];
			index = parent;
		}
	}

	/** False when nothing is ahead. */
	step(): boolean {
		const heap = this.#heap;
		const first = heap[0];
		const last = heap.pop();
		if (!first || !last) return false;
		if (heap.length > 0) {
			heap[0] = last;
			let index = 0;
			for (;;) {
				const [left, right] = [2 * index + 1, 2 * index + 2];
				let least = index;
				if ((heap[left]?.atMs ?? Infinity) < (heap[least]?.atMs ?? Infinity)) least = left;
				if ((heap[right]?.atMs ?? Infinity) < (heap[least]?.atMs ?? Infinity)) least = right;
				if (least === index) break;
				const [own, other] = [heap[index], heap[least]];
				if (!own || !other) break;
				[heap[index], heap[least]] = [other, own];
				index = least;
			}
		}
		this.nowMs = first.atMs;
		first.happen();
		return true;
	}
}

/** What a worker's calls share, in their course. */
class WorkerRun {
	readonly limited = { count: 0 };
	sent = 0;
	underWay = 0;
	readonly #course: Course;
	readonly #worker: Worker;
	readonly #serve: (nowMs: number) => { readonly served: Served; readonly end: () => void };
	#again = 0;
	#fresh: number;
	#circuit = CLOSED_CIRCUIT;
	#isPolling = false;
	left: number;

	constructor(course: Course, options: { worker: Worker; calls: number; serve: (nowMs: number) => { served: Served; end: () => void } }) {
		this.#course = course;
		this.#worker = options.worker;
		this.#serve = options.serve;
		this.#fresh = options.calls;
		this.left = options.calls;
	}

	pump(): void {
		while (this.#again + this.#fresh > 0) {
			const { nowMs } = this.#course;
			const state = stateOf(this.#circuit, { nowMs });
			if (state === 'open') {
				// A probe's answer wakes those who wait.
				if (!this.#circuit.isProbed) this.#poll(Math.max(1, this.#circuit.retryAtMs - nowMs));
				return;
			}
			const waitMs = typeof this.#worker === 'number' ? (this.underWay < this.#worker ? 0 : null) : this.#worker.waitMs(nowMs);
			if (waitMs === null) return;
			if (waitMs > 0) {
				this.#poll(Math.min(waitMs, 500));
				return;
			}
			const isProbe = state === 'half_open';
			if (isProbe) this.#circuit = probed(this.#circuit);
			this.#send(isProbe);
		}
	}

	#poll(inMs: number): void {
		if (this.#isPolling) return;
		this.#isPolling = true;
		this.#course.at(this.#course.nowMs + inMs, () => {
			this.#isPolling = false;
			this.pump();
		});
	}

	#send(isProbe: boolean): void {
		const { nowMs } = this.#course;
		if (this.#again > 0) this.#again -= 1;
		else this.#fresh -= 1;
		this.underWay += 1;
		this.sent += 1;
		const call = typeof this.#worker === 'number' ? null : this.#worker.sent(nowMs, this.#again + this.#fresh > 0);
		const { served, end } = this.#serve(nowMs);
		this.#course.at(nowMs + served.afterMs, () => {
			end();
			this.#ended(served, { call, isProbe, sentMs: nowMs });
		});
	}

	#ended(served: Served, { call, isProbe, sentMs }: { call: SentCall | null; isProbe: boolean; sentMs: number }): void {
		const { nowMs } = this.#course;
		this.underWay -= 1;
		if (typeof this.#worker !== 'number' && call) this.#worker.ended(call, signOf(served), { nowMs, tookMs: nowMs - sentMs });
		if (served.kind === 'answered') {
			this.left -= 1;
			this.#circuit = CLOSED_CIRCUIT;
		} else {
			if (served.kind === 'limited') this.limited.count += 1;
			else this.#circuit = failed(this.#circuit, { nowMs, isProbe });
			const pauseMs = backoffMs({ attempt: 1, retryAfterMs: served.retryAfterMs, jitter: 0.5 });
			// An item that waits keeps its place of a fixed number, as it does in the engine.
			if (typeof this.#worker === 'number') this.underWay += 1;
			this.#course.at(nowMs + pauseMs, () => {
				if (typeof this.#worker === 'number') this.underWay -= 1;
				this.#again += 1;
				this.pump();
			});
		}
		this.pump();
	}
}

function signOf({ kind, retryAfterMs, headroom }: Served): CallSign {
	switch (kind) {
		case 'answered':
			return { kind: 'well', headroom };
		case 'limited':
			return { kind: 'limited', retryAfterMs, headroom };
		case 'overloaded':
			return { kind: 'overloaded', retryAfterMs };
		case 'failed':
			return { kind: 'unknown' };
		default:
			return kind satisfies never;
	}
}

/** Runs so many calls by each of the workers, which share the endpoint. `beat` is called each second for what they tell one another. */
export function simulateCampaign(
	endpoint: SimulatedEndpoint,
	{ workers, calls, beat }: { workers: readonly Worker[]; calls: number; beat?: (nowMs: number) => void },
): Campaign {
	const course = new Course();
	let underWay = 0;
	let mostUnderWay = 0;
	const serve = (nowMs: number): { served: Served; end: () => void } => {
		underWay += 1;
		mostUnderWay = Math.max(mostUnderWay, underWay);
		return { served: endpoint.arrived(nowMs, underWay), end: () => (underWay -= 1) };
	};
	const runs = workers.map((worker) => new WorkerRun(course, { worker, calls, serve }));
	const isDone = (): boolean => runs.every(({ left }) => left === 0);
	const tick = (): void => {
		beat?.(course.nowMs);
		if (!isDone()) course.at(course.nowMs + 1000, tick);
	};
	if (beat) tick();
	for (const run of runs) run.pump();
	while (!isDone() && course.step());
	if (!isDone()) throw new Error('The campaign stands still');
	return {
		tookMs: course.nowMs,
		sent: runs.reduce((sum, run) => sum + run.sent, 0),
		limited: runs.reduce((sum, run) => sum + run.limited.count, 0),
		mostUnderWay,
	};
}
