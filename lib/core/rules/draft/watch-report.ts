/**
 * Owns when an account is warned of costs that a provider reports and the price list does not (ledger rule 47): by more than a fifth, once
 * for each model until a report agrees again, and not before another day, because routes at a provider change from call to call.
 */
import { costDiffersKey } from '../../nouns/alert';
import type { EntryBody } from '../../nouns/records';
import { dayOf } from '../../values/time';
import type { Micro } from '../../values/money';
import type { Draft } from './draft';

/** Further off than this is told, and nearer than this agrees again; in per cent of the list price. */
const TOLD_PERCENT = 20n;
const AGREES_PERCENT = 10n;
/** So many models are known to differ; the one told longest ago makes room for the next. */
const MAX_MODELS = 50;

/** Compares what was reported of a settled call with what the list says of it. */
export function watchReport(draft: Draft, { holdSeq, facts }: Extract<EntryBody, { kind: 'settled' }>): void {
	const { reportedMicro, listMicro } = facts;
	if (reportedMicro === null || listMicro === null) return;
	const { model = '' } = draft.hold(holdSeq).labels;
	const key = costDiffersKey(model);
	const { account, nowMs } = draft;
	const told = account.alerts.standing.filter((alert) => alert.key.startsWith(costDiffersKey('')));
	const standing = told.find((alert) => alert.key === key);
	const offMicro = reportedMicro > listMicro ? reportedMicro - listMicro : listMicro - reportedMicro;
	const day = dayOf(nowMs, account.timeZone);
	const rearm = (keys: readonly string[]): void => {
		draft.append({ kind: 'alerts_rearmed', keys, counters: [] });
	};
	if (!standing && isBeyond(offMicro, listMicro, TOLD_PERCENT)) {
		const [oldest] = told.length < MAX_MODELS ? [] : told;
		if (oldest) rearm([oldest.key]);
		draft.append({ kind: 'alerted', alert: { type: 'cost_differs', model, reportedMicro, listMicro, day }, silences: [] });
	} else if (standing && standing.day !== day && !isBeyond(offMicro, listMicro, AGREES_PERCENT)) rearm([key]);
}

function isBeyond(offMicro: Micro, listMicro: Micro, percent: bigint): boolean {
	return offMicro * 100n > listMicro * percent;
}
