/** Reserves credits, and waits for them while open holds may give enough back. Waiting takes no slot of the action. */
import type { Alternative, OutcomeOf, ReserveCommand } from '../../core/nouns/commands';
import type { Timing } from './timing';
import { inPlace, type Aside } from './slots';
import { PlaceInLine, type WakeUps } from './wake-ups';

/** Another process may close a hold at any time; this is how long at most until a waiting item notices. */
const POLL_MS = 200;

/** What became of a reserve; `taken` is the alternative that is held, `null` for a stored outcome. */
export type Taken<A extends Alternative> = OutcomeOf<'refused'> | (OutcomeOf<'reserved'> & { readonly taken: A | null });

/** How long to wait for credits that open holds may give back. */
export interface Wait {
	/** The most that this one waits; 0 does not wait. */
	readonly waitMs: number;
	/** How long everybody waits for the same cause while nothing comes free; absent: as long as this one does. */
	readonly patienceMs?: number;
	readonly signal?: AbortSignal | null;
	/** Absent: waits in its slot. */
	readonly aside?: Aside;
}

interface Means<A extends Alternative> {
	/** Asked again for each try, because waiting teaches what calls really cost. */
	readonly alternatives: () => readonly A[];
	readonly submit: (asked: {
		readonly alternatives: readonly A[];
		readonly mayWait: ReserveCommand['mayWait'];
	}) => Promise<OutcomeOf<'reserved' | 'refused' | 'wait'>>;
	readonly wakeUps: WakeUps;
	readonly timing: Timing;
}

/** Holds the first alternative that fits, or says why none does, once nothing is left to wait for. Rejects as `submit` does. */
export async function reserveWaiting<A extends Alternative>(
	wait: Wait,
	{ alternatives, submit, wakeUps, timing }: Means<A>,
): Promise<Taken<A>> {
	const { waitMs, patienceMs = waitMs, signal = null, aside = inPlace } = wait;
	const startedMs = timing.monotonicMs();
	const place = new PlaceInLine(wakeUps);
	let leftMs = waitMs;
	try {
		for (;;) {
			const since = wakeUps.count;
			const asked = alternatives();
			const outcome = await submit({ alternatives: asked, mayWait: leftMs > 0 && !signal?.aborted });
			if (outcome.kind === 'refused') return outcome;
			if (outcome.kind === 'reserved') return { ...outcome, taken: asked[outcome.choice ?? -1] ?? null };
			const nowMs = timing.monotonicMs();
			const [cause, sign] = [outcome.reason ?? '', String(outcome.availableMicro)];
			leftMs = Math.min(startedMs + waitMs - nowMs, wakeUps.patience.leftMs({ cause, sign, patienceMs, nowMs }));
			if (leftMs <= 0) continue;
			const pollMs = POLL_MS * (0.5 + timing.jitter());
			const left = leftMs;
			await aside(() => place.pause({ since, pollMs, leftMs: left, signal }, timing), signal);
		}
	} finally {
		place.leave();
	}
}
