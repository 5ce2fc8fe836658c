/**
 * Owns the lines of ledger scenarios that speak of alerts: `warn low 20,5 expiring 7,1 drift 50`, `tell reader`, and the expectations
 * `alerts low:20` (given in this step) and `told low:20 exhausted`. Refuses a line it does not understand.
 */
import type { Alert } from '../../../lib/core/nouns/alert';
import type { Command, Outcome } from '../../../lib/core/nouns/commands';
import type { Entry } from '../../../lib/core/nouns/records';
import { optionsOf } from './ledger-table-limits';

/** The command of a line about alerts, or `null` when it is about something else. */
export function alertCommand([verb = '', first = '', ...rest]: readonly string[], key: string): Command | null {
	if (verb === 'tell') return { kind: 'claim_alerts', consumer: first };
	if (verb !== 'warn') return null;
	const options = optionsOf([first, ...rest]);
	const numbers = (name: string): number[] => (options.get(name) ?? '').split(',').filter(Boolean).map(Number);
	return {
		kind: 'set_alerts',
		key: options.get('key') ?? key,
		alerts: { lowPercents: numbers('low'), expiryDays: numbers('expiring'), driftPercent: Number(options.get('drift') ?? 0) },
	};
}

/** An alert in one word. */
export function alertWord(alert: Alert, grantName: (seq: number) => string): string {
	switch (alert.type) {
		case 'low':
			return `low:${String(alert.percent)}`;
		case 'exhausted':
			return 'exhausted';
		case 'expiring':
			return `expiring:${grantName(alert.grantSeq)}:${String(alert.days)}`;
		case 'budget_reached':
			return ['budget', alert.name, alert.period, alert.value].join(':');
		case 'drift':
			return `drift:${alert.campaign}`;
		case 'clock_ahead':
			return 'clock_ahead';
		case 'cost_differs':
			return `cost_differs:${alert.model}`;
		default:
			return alert satisfies never;
	}
}

/** The alerts among entries in their order. */
export function alertWords(entries: readonly Entry[], grantName: (seq: number) => string): string[] {
	return entries.flatMap(({ body }) => (body.kind === 'alerted' ? [alertWord(body.alert, grantName)] : []));
}

/** What a reader was told, in order; `none` for nothing, and `more` behind it when there is more. */
export function toldWords(outcome: Outcome | undefined, grantName: (seq: number) => string): string {
	if (outcome?.kind !== 'alerts') return 'nothing at all';
	const words = outcome.alerts.map(({ alert }) => alertWord(alert, grantName));
	return [...(words.length === 0 ? ['none'] : words), ...(outcome.hasMore ? ['more'] : [])].join(' ');
}
