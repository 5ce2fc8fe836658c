/** Owns what people are told about kept answers: sums, and an order that is the same wherever the ledger lies. */
import type { AnswerGroup, AnswerSaving, AnswerStore } from '../../ledger/answer-store';

export interface AnswerReport {
	readonly answers: number;
	readonly bytes: number;
	/** The largest first. */
	readonly groups: readonly AnswerGroup[];
	/** Day by day. */
	readonly savings: readonly AnswerSaving[];
}

/** The summary of a store, added up and in order. */
export function answerReport({ groups, savings }: Awaited<ReturnType<AnswerStore['summary']>>): AnswerReport {
	const sum = (pick: (group: AnswerGroup) => number): number => groups.reduce((total, group) => total + pick(group), 0);
	return {
		answers: sum(({ answers }) => answers),
		bytes: sum(({ bytes }) => bytes),
		groups: [...groups].sort((a, b) => b.bytes - a.bytes || compare([a.campaign, a.node], [b.campaign, b.node])),
		savings: [...savings].sort((a, b) => compare([a.day, a.campaign], [b.day, b.campaign])),
	};
}

function compare(a: readonly string[], b: readonly string[]): number {
	return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
