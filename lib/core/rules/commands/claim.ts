/**
 * Owns telling alerts to readers (ledger rule 24): each reader gets each alert once, whichever host asks in its name. A new reader
 * gets the alerts that stand, not the history. An alert is told at most once: a host that dies with it in hand has had it.
 */
import { NO_ALERTS, type AlertState, type GivenAlert } from '../../nouns/alert';
import type { Command, Outcome } from '../../nouns/commands';
import type { Draft } from '../draft/draft';
import { CreditError } from '../../values/errors';
import type { Account, Entry } from '../../nouns/records';

/** Alerts that one claim tells at most. */
export const MAX_CLAIMED = 100;
const MAX_NAME_LENGTH = 100;

/** The entry number after which a store must load up to {@link MAX_CLAIMED} alerts for this batch; `null` when nobody claims any. */
export function alertsNeeded(commands: readonly Command[], account: Account | null): number | null {
	const claims = commands.filter((command) => command.kind === 'claim_alerts');
	if (claims.length === 0) return null;
	return Math.min(...claims.map(({ consumer }) => startOf(account?.alerts ?? NO_ALERTS, consumer)));
}

/** Tells a reader what it has not seen, and notes that it has. Throws `invalid_argument` for a name that is none. */
export function claimAlerts(draft: Draft, consumer: string): Outcome {
	if (consumer.trim() === '' || consumer.length > MAX_NAME_LENGTH) {
		throw new CreditError(
			'invalid_argument',
			`The reader of alerts is named ${JSON.stringify(consumer)}; give a name of 1 to ${String(MAX_NAME_LENGTH)} characters.`,
		);
	}
	const { alerts: state, lastSeq } = draft.account;
	const isKnown = state.consumers.some(({ name }) => name === consumer);
	const standing = new Set(state.standing.map(({ seq }) => seq));
	const isFull = draft.olderAlerts.length >= MAX_CLAIMED;
	const loaded = isFull ? draft.olderAlerts : [...draft.olderAlerts, ...draft.entriesFrom(0)];
	const afterSeq = startOf(state, consumer);
	const alerts = loaded
		.filter(({ seq, body }) => body.kind === 'alerted' && seq > afterSeq)
		.filter(({ seq }) => isKnown || standing.has(seq))
		.map(given);
	const untilSeq = isFull ? Math.max(afterSeq, loaded.at(-1)?.seq ?? 0) : lastSeq;
	if (alerts.length > 0 || !isKnown) draft.append({ kind: 'alerts_claimed', consumer, untilSeq });
	return { kind: 'alerts', alerts, hasMore: isFull };
}

/** An entry of an alert as readers get it. Throws `ledger_corrupt` for any other entry. */
export function given({ seq, atMs, body }: Entry): GivenAlert {
	if (body.kind !== 'alerted') throw new CreditError('ledger_corrupt', `Entry ${String(seq)} is no alert. Run "llm-credits verify".`);
	return { seq, atMs, alert: body.alert };
}

/** A known reader goes on where it stopped; a new one begins before the oldest alert that stands. */
function startOf({ consumers, standing }: AlertState, consumer: string): number {
	const known = consumers.find(({ name }) => name === consumer);
	return known ? known.seq : Math.min(...standing.map(({ seq }) => seq - 1), Number.MAX_SAFE_INTEGER);
}
