/**
 * Owns which rungs of an item may be offered now, apart from credits: those that were not given up, whose models are not left alone,
 * and that usually end in time. Remembers why the others are not, because the item says so.
 */
import { promptSizeFinding } from '../../core/gates/prompt-size';
import { fewestTokens } from '../../core/usage/fewest-tokens';
import type { Reason } from '../../params/fallback-switch';
import { FallbackError, outOfTime } from '../outcome/fallback-error';
import type { PlannedItem } from './planned-item';
import type { Rung } from '../plan/ladder-plan';
import type { Wait } from '../waiting/reserve-waiting';

/** A call by another item may bring the model back at any time; this is how long at most until a waiting item notices. */
const POLL_MS = 500;

interface Why {
	readonly reason: Reason;
	readonly message: string;
}

const PAUSED: Why = {
	reason: 'provider_paused',
	message: 'The model failed again and again. It is left alone for a while, and tried again now and then.',
};

/** The rungs of one item. */
export class RungChoice {
	readonly #item: PlannedItem;
	readonly #why = new Map<Rung, Why>();
	readonly #givenUp = new Set<Rung>();
	readonly #attempts = new Map<Rung, number>();

	constructor(item: PlannedItem) {
		this.#item = item;
	}

	/** How often the rung's draft was asked for so far. */
	attemptsOf(rung: Rung): number {
		return this.#attempts.get(rung) ?? 0;
	}

	attempted(rung: Rung, attempts: number): void {
		this.#attempts.set(rung, attempts);
	}

	/** The rung's model is left alone; it may be tried again later. */
	paused(rung: Rung): void {
		this.#why.set(rung, PAUSED);
	}

	/** The rung is of no use for this item. */
	failed(rung: Rung | undefined, why: Why): void {
		if (!rung) return;
		this.#why.set(rung, { reason: why.reason, message: why.message });
		this.#givenUp.add(rung);
	}

	/** The provider of a rung is of no use for this item, so none of its rungs is. */
	providerFailed({ provider }: Rung, why: Why): void {
		for (const rung of this.#item.plan.rungs) if (rung.provider === provider && !this.#givenUp.has(rung)) this.failed(rung, why);
	}

	/** Why the first rung was not taken, followed by what is said of the others. */
	why(): FallbackError {
		const whys = this.#item.plan.rungs.flatMap((rung) => this.#why.get(rung) ?? []);
		const messages = [...new Set(whys.map(({ message }) => message))];
		return new FallbackError(whys[0]?.reason ?? 'provider_error', messages.join(' '));
	}

	/**
	 * The rungs to offer, the preferred first. While all models are left alone, waits for one to come back, as long as the failures
	 * have not lasted longer than items wait. Where the key was used before, what is stored decides, and all are returned. Throws a
	 * {@link FallbackError} when none is left.
	 */
	async fitting(key: string): Promise<readonly Rung[]> {
		const { plan, ledger } = this.#item;
		for (;;) {
			const inPlay = plan.rungs.filter((rung) => !this.#givenUp.has(rung));
			if (inPlay.length === 0) throw this.why();
			const inTime = inPlay.filter((rung) => this.#isInTime(rung));
			const fitting = inTime.filter((rung) => !this.#isPaused(rung));
			if (fitting.length > 0) return fitting;
			if (await ledger.lookUp({ ...plan.reserve, key })) return plan.rungs;
			if (inTime.length === 0 || !(await this.#waitForAny(inTime))) throw this.why();
		}
	}

	/** How long to wait for credits: no longer than leaves time for the call itself. */
	waiting(rungs: readonly Rung[]): Wait {
		const waiting = this.#item.waiting();
		if (this.#item.time.leftMs === Number.POSITIVE_INFINITY) return waiting;
		const neededMs = Math.min(...rungs.map((rung) => this.#usualMs(rung)));
		return { ...waiting, waitMs: Math.max(0, Math.min(waiting.waitMs, this.#item.time.leftMs - neededMs)) };
	}

	/** A call that was given up at a deadline is known to take at least as long, so the usual time must be shorter. */
	#isInTime(rung: Rung): boolean {
		const { leftMs } = this.#item.time;
		if (leftMs === Number.POSITIVE_INFINITY || this.#usualMs(rung) < leftMs) return true;
		const { reason, message } = outOfTime();
		this.#why.set(rung, { reason, message });
		return false;
	}

	#isPaused(rung: Rung): boolean {
		const { health } = this.#item.context.memory;
		const isPaused = rung.calls.some(({ healthId }) => health.isPaused(healthId));
		if (isPaused) this.paused(rung);
		return isPaused;
	}

	#usualMs({ calls }: Rung): number {
		const { health } = this.#item.context.memory;
		return calls.reduce((sum, { healthId }) => sum + health.usualMs(healthId), 0);
	}

	/** False when none of them is worth waiting for, or the item's time is over. */
	async #waitForAny(rungs: readonly Rung[]): Promise<boolean> {
		const { time, context } = this.#item;
		const { health } = context.memory;
		const patienceMs = context.values.waitForProviderSeconds * 1000;
		const waits = rungs.flatMap((rung) => {
			const ids = rung.calls.map(({ healthId }) => healthId).filter((id) => health.isPaused(id));
			const isHopeless = ids.some((id) => health.illForMs(id) >= patienceMs);
			return isHopeless ? [] : [Math.max(...ids.map((id) => health.retryInMs(id)))];
		});
		if (waits.length === 0 || time.stopsWaiting.aborted) return false;
		const wakeUp = new AbortController();
		const forget = health.onChange(() => {
			wakeUp.abort();
		});
		try {
			// 0 while another item tries; its answer wakes this one.
			const waitMs = Math.min(Math.min(...waits) || POLL_MS, POLL_MS, time.leftMs);
			await context.timing.pause(waitMs, AbortSignal.any([wakeUp.signal, time.stopsWaiting]));
		} finally {
			forget();
		}
		return true;
	}
}

/** The choice of an item's rungs, without those whose provider cannot be asked, or whose prompt is surely too long for their model or for one send. */
export function choiceThatFits(item: PlannedItem): RungChoice {
	const choice = new RungChoice(item);
	const capMicro = item.plan.reserve.caps.find(({ period }) => period === 'send')?.limitMicro ?? null;
	let fewest: number | null = null;
	const fewestOf = (): number => (fewest ??= item.plan.texts.reduce((sum, text) => sum + fewestTokens(text), 0));
	for (const rung of item.plan.rungs) {
		const problem = rung.calls.find((call) => call.problem)?.problem;
		if (problem) choice.failed(rung, problem);
		const found = rung.calls.flatMap(({ price, size }) => {
			if (!price) return [];
			return promptSizeFinding({ inputBytes: size.inputBytes, fewestTokens: fewestOf, price, capMicro }) ?? [];
		});
		const [first] = found;
		if (first) choice.failed(rung, { reason: 'context_too_long', message: `No model was asked: ${first.detail}.` });
	}
	return choice;
}
