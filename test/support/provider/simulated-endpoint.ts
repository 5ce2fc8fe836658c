/**
 * Endpoints as they are under load, for simulations in virtual time: as quick as ever, slower the more is asked at once, with a limit of
 * calls a second or at a time, or out of order for a while. What they do follows from their seed and the instants at which they are asked.
 */
import { Chance } from '../machine/proof-rounds';

/** What becomes of a call that arrives. */
export interface Served {
	readonly kind: 'answered' | 'limited' | 'overloaded' | 'failed';
	readonly afterMs: number;
	readonly retryAfterMs: number | null;
	readonly headroom: { readonly remaining: number; readonly resetMs: number | null } | null;
}

/** An endpoint; `underWay` are the calls that it has at that moment, this one included. */
export interface SimulatedEndpoint {
	arrived(nowMs: number, underWay: number): Served;
}

const answered = (afterMs: number): Served => ({ kind: 'answered', afterMs, retryAfterMs: null, headroom: null });

/** Spreads a time as models do: most answers are near the middle, a few take several times as long. */
function spread(meanMs: number, width: number, chance: Chance): number {
	const uniform = (): number => (chance.below(1_000_000) + 1) / 1_000_001;
	const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
	return meanMs * Math.exp(width * normal - (width * width) / 2);
}

/** Answers after the same time, whatever is asked; `width` 0 is exactly so. */
export function steadyEndpoint({ latencyMs, width, seed }: { latencyMs: number; width: number; seed: number }): SimulatedEndpoint {
	const chance = new Chance(seed);
	return { arrived: () => answered(spread(latencyMs, width, chance)) };
}

/** How the time of an answer grows with what is under way. */
export type Strain = 'lanes' | 'shared' | 'thrashing';

/**
 * `lanes`: so many at a time, the others wait. `shared`: everything takes longer by the same, but more is answered. `thrashing`: beyond its
 * measure it answers less and less.
 */
export function strainedEndpoint({
	latencyMs,
	width,
	seed,
	measure,
	strain,
}: {
	latencyMs: number;
	width: number;
	seed: number;
	measure: number;
	strain: Strain;
}): SimulatedEndpoint {
	const chance = new Chance(seed);
	const freeAtMs: number[] = Array.from({ length: measure }, () => 0);
	return {
		arrived: (nowMs, underWay) => {
			const ownMs = spread(latencyMs, width, chance);
			switch (strain) {
				case 'lanes': {
					const lane = freeAtMs.indexOf(Math.min(...freeAtMs));
					const endMs = Math.max(nowMs, freeAtMs[lane] ?? 0) + ownMs;
					freeAtMs[lane] = endMs;
					return answered(endMs - nowMs);
				}
				case 'shared':
					return answered(ownMs * (1 + underWay / measure));
				case 'thrashing':
					return answered(ownMs * (1 + (underWay / measure) ** 2));
				default:
					return strain satisfies never;
			}
		},
	};
}

/** How an endpoint counts what it takes. */
export type Limiter =
	| { readonly kind: 'window'; readonly calls: number; readonly windowMs: number }
	| { readonly kind: 'bucket'; readonly perSecond: number; readonly burst: number }
	| { readonly kind: 'at once'; readonly calls: number };

/** What an endpoint says of its limit. */
export interface Telling {
	readonly retryAfter: boolean;
	readonly headers: boolean;
	/** How long a refusal takes. */
	readonly refusalMs: number;
}

/** Refuses what is beyond its limit. */
export function limitedEndpoint(
	inner: SimulatedEndpoint,
	limiter: Limiter,
	{ retryAfter, headers, refusalMs }: Telling,
): SimulatedEndpoint {
	let [windowAtMs, used, filledAtMs] = [0, 0, 0];
	let level = limiter.kind === 'bucket' ? limiter.burst : 0;
	const refused = (resetMs: number): Served => ({
		kind: 'limited',
		afterMs: refusalMs,
		retryAfterMs: retryAfter ? Math.ceil(resetMs / 1000) * 1000 : null,
		headroom: headers ? { remaining: 0, resetMs } : null,
	});
	return {
		arrived: (nowMs, underWay) => {
			if (limiter.kind === 'at once') return underWay > limiter.calls ? refused(1) : inner.arrived(nowMs, underWay);
			if (limiter.kind === 'window') {
				const at = Math.floor(nowMs / limiter.windowMs);
				if (at !== windowAtMs) [windowAtMs, used] = [at, 0];
				const resetMs = (at + 1) * limiter.windowMs - nowMs;
				if (used >= limiter.calls) return refused(resetMs);
				used += 1;
				const headroom = headers ? { remaining: limiter.calls - used, resetMs } : null;
				return { ...inner.arrived(nowMs, underWay), headroom };
			}
			level = Math.min(limiter.burst, level + ((nowMs - filledAtMs) * limiter.perSecond) / 1000);
			filledAtMs = nowMs;
			if (level < 1) return refused(((1 - level) * 1000) / limiter.perSecond);
			level -= 1;
			const resetMs = ((limiter.burst - level) * 1000) / limiter.perSecond;
			return { ...inner.arrived(nowMs, underWay), headroom: headers ? { remaining: Math.floor(level), resetMs } : null };
		},
	};
}

/** Fails from one instant to another, and is well before and after. */
export function failingEndpoint(
	inner: SimulatedEndpoint,
	{ fromMs, untilMs, kind }: { fromMs: number; untilMs: number; kind: 'failed' | 'overloaded' },
): SimulatedEndpoint {
	return {
		arrived: (nowMs, underWay) =>
			nowMs >= fromMs && nowMs < untilMs ? { kind, afterMs: 20, retryAfterMs: null, headroom: null } : inner.arrived(nowMs, underWay),
	};
}
