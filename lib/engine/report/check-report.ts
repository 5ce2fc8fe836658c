/** Owns what people are told about checks: sums by what they ask for, in an order that is the same wherever the ledger lies. */
import type { CheckCount } from '../../ledger/check-store';

/** What counts can be added up by. */
export const CHECK_GROUPINGS = ['gate', 'outcome', 'campaign', 'segment', 'day'] as const;
export type CheckGrouping = (typeof CHECK_GROUPINGS)[number];

export interface CheckRow {
	readonly group: Readonly<Partial<Record<CheckGrouping, string>>>;
	/** Items, each once for every gate that found something in it. */
	readonly items: number;
}

/** Counts by groups, the largest first. */
export function checkReport(counts: readonly CheckCount[], by: readonly CheckGrouping[]): CheckRow[] {
	const rows = new Map<string, CheckRow>();
	for (const count of counts) {
		const group = Object.fromEntries(by.map((name) => [name, count[name]]));
		const id = JSON.stringify(by.map((name) => count[name]));
		rows.set(id, { group, items: (rows.get(id)?.items ?? 0) + count.items });
	}
	return [...rows].sort(([idA, a], [idB, b]) => b.items - a.items || (idA < idB ? -1 : 1)).map(([, row]) => row);
}
