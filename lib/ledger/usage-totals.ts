/**
 * Owns adding up running totals into the groups that people ask for; one way for every store. Refuses nothing: a label that
 * was not set groups under the empty text.
 */
import type { UsageDelta } from '../core/nouns/usage-totals';
import { LABEL_NAMES } from '../core/nouns/labels';
import { addCounts, NO_USAGE } from '../core/nouns/usage-totals';
import type { UsageGrouping, UsageQuery, UsageRow } from './store';

type Group = UsageRow['group'];

/** Totals per group, largest charge first, equal ones in the order of their groups' texts. */
export function totalUsage(totals: Iterable<UsageDelta>, query: UsageQuery): UsageRow[] {
	const rows = new Map<string, UsageRow>();
	for (const total of totals) {
		if (!isAskedFor(total, query)) continue;
		const group = groupOf(total, query.groupBy);
		const id = JSON.stringify(query.groupBy.map((name) => group[name]));
		rows.set(id, { group, ...addCounts(rows.get(id) ?? NO_USAGE, total) });
	}
	return [...rows.entries()].sort(([idA, a], [idB, b]) => compareCharge(a, b) || (idA < idB ? -1 : 1)).map(([, row]) => row);
}

function isAskedFor({ day, labels }: UsageDelta, { fromDay, untilDay, where }: UsageQuery): boolean {
	if (fromDay !== null && day < fromDay) return false;
	if (untilDay !== null && day > untilDay) return false;
	return LABEL_NAMES.every((name) => where[name] === undefined || (labels[name] ?? '') === where[name]);
}

function groupOf({ day, labels }: UsageDelta, groupBy: readonly UsageGrouping[]): Group {
	return Object.fromEntries(groupBy.map((name) => [name, name === 'day' ? day : (labels[name] ?? '')]));
}

function compareCharge(a: UsageRow, b: UsageRow): number {
	if (a.chargedMicro === b.chargedMicro) return 0;
	return a.chargedMicro > b.chargedMicro ? -1 : 1;
}
