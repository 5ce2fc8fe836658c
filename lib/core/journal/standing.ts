/**
 * Owns what entries about alerts do to an account: which alerts stand, and who has seen them. Arithmetic only, like evolve; the
 * rules that decide on such entries are in watch.
 */
import {
	CLOCK_AHEAD,
	costDiffersKey,
	driftKey,
	EXHAUSTED,
	keyOf,
	lowKey,
	type AlertSettings,
	type AlertState,
	type StandingAlert,
} from '../nouns/alert';
import type { EntryBody } from '../nouns/records';

type Of<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;

/** More readers than this take the place of the one that was told longest ago. */
const MAX_CONSUMERS = 20;

/** An alert was given: it stands from now on, and so do the milder ones that it silences. */
export function afterAlert(state: AlertState, seq: number, { alert, silences }: Of<'alerted'>): AlertState {
	const key = keyOf(alert);
	if (key === null) return state;
	const spendableMicro = 'spendableMicro' in alert ? alert.spendableMicro : 0n;
	const more = alert.type === 'clock_ahead' ? { clockMs: alert.clockMs } : alert.type === 'cost_differs' ? { day: alert.day } : {};
	const fresh = [key, ...silences].map((each): StandingAlert => ({ key: each, seq, spendableMicro, ...more }));
	return { ...state, standing: [...state.standing, ...fresh] };
}

/** Alerts are armed again. */
export function afterRearming(state: AlertState, { keys }: Of<'alerts_rearmed'>): AlertState {
	return { ...state, standing: state.standing.filter(({ key }) => !keys.includes(key)) };
}

/** A reader has seen everything up to an entry. */
export function afterClaim(state: AlertState, { consumer, untilSeq }: Of<'alerts_claimed'>): AlertState {
	const others = state.consumers.filter(({ name }) => name !== consumer);
	return { ...state, consumers: [...others.slice(-(MAX_CONSUMERS - 1)), { name: consumer, seq: untilSeq }] };
}

/** New settings: what is not warned of any more does not stand. */
export function afterSetting(state: AlertState, { lowPercents, driftPercent }: AlertSettings): AlertState {
	const kept = new Set([EXHAUSTED, CLOCK_AHEAD, ...lowPercents.map(lowKey)]);
	const isKept = ({ key }: StandingAlert): boolean =>
		kept.has(key) || key.startsWith(costDiffersKey('')) || (driftPercent > 0 && key.startsWith(driftKey('')));
	return { ...state, standing: state.standing.filter(isKept) };
}
