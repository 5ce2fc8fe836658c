/** Owns how results are told: a table for people, and JSON for programs. Refuses to hide the spread or a row that was missed. */
import Table from 'cli-table3';
import { cpus, totalmem } from 'node:os';
import { isReached, ratiosOf, spreadOf, type Measured, type Reach, type Spread } from './measure';

/** A row of the JSON file; medians. `ratio` is ours over peer, `null` where a row has no peer. */
export interface Row {
	readonly name: string;
	readonly ours: number;
	readonly peer: number | null;
	readonly ratio: number | null;
	readonly unit: string;
	readonly note: string;
}

/** The row of a measurement. */
export function rowOf(measured: Measured): Row {
	const { name, unit, note } = measured;
	return {
		name,
		ours: rounded(spreadOf(measured.ours).median),
		peer: measured.peer === null ? null : rounded(spreadOf(measured.peer).median),
		ratio: measured.peer === null ? null : rounded(ratiosOf(measured)?.median ?? Number.NaN),
		unit,
		note,
	};
}

/** The table for people, one line a row. */
export function tableOf(results: readonly Measured[]): string {
	const table = new Table({
		head: ['name', 'ours', 'peer', 'ratio', 'reach', '', 'note'],
		style: { head: [], border: [] },
		colWidths: [null, null, null, null, null, null, 60],
		wordWrap: true,
	});
	for (const measured of results) table.push(cellsOf(measured));
	return table.toString();
}

/** What a table says of one row: name, ours, peer, ratio, reach, verdict, note. */
export function cellsOf(measured: Measured): string[] {
	const ratios = ratiosOf(measured);
	return [
		measured.name,
		`${spreadText(spreadOf(measured.ours))} ${measured.unit}`,
		measured.peer === null ? '' : spreadText(spreadOf(measured.peer)),
		ratios === null ? '' : spreadText(ratios),
		reachText(measured.reach),
		{ yes: 'reached', no: 'missed', none: '' }[verdictOf(measured)],
		measured.note,
	];
}

/** One line about the machine and the versions that the figures belong to. */
export function machineText(): string {
	const [first] = cpus();
	const memoryGb = totalmem() / 1e9;
	return `${String(cpus().length)} × ${first?.model.trim() ?? 'unknown processor'}, ${memoryGb.toFixed(0)} GB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

function verdictOf(measured: Measured): 'yes' | 'no' | 'none' {
	const reached = isReached(measured);
	return reached === null ? 'none' : reached ? 'yes' : 'no';
}

function reachText(reach: Reach): string {
	if (reach === null) return '';
	return 'atLeast' in reach ? `≥ ${String(reach.atLeast)}` : `≤ ${String(reach.atMost)}`;
}

function spreadText({ median, lowest, highest }: Spread): string {
	return lowest === highest ? figure(median) : `${figure(median)} (${figure(lowest)} – ${figure(highest)})`;
}

/** Three digits that matter, and no decimals from 100 on. */
function figure(value: number): string {
	if (value === 0 || Math.abs(value) >= 100) return value.toLocaleString('en', { maximumFractionDigits: 0 });
	return value.toPrecision(3);
}

function rounded(value: number): number {
	return Number(value.toPrecision(6));
}
