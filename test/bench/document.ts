/**
 * Owns the table of results in docs/benchmarks.md, between markers: a run replaces the rows that it measured and leaves the others, each
 * row saying when it was measured and how busy the machine was. Refuses to touch anything outside the markers.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { repositoryRoot } from '../support/machine/repository';
import type { Measured } from './measure';
import { cellsOf } from './report';
import { writeScaleDocument } from './simulation/scale-document';

const MARKED = /(<!-- results -->\n)([\s\S]*?)(\n<!-- end -->)/;
const HEAD = ['name', 'ours', 'peer', 'ratio', 'reach', '', 'measured', 'note'];
/** The order of the rows; names that are not here follow in the order in which they came. */
const ORDER = [
	'call.c1.added-commits',
	'call.c16.throughput',
	'call.c64.throughput',
	'call.c16.vs-portkey',
	'campaign.200ms.c64',
	'campaign.auto.vs-best.steady',
	'campaign.auto.vs-best.limited',
	'campaign.auto.vs-best.strained',
	'campaign.auto.vs-best.failing',
	'n8n.default.vs-openai-node',
	'n8n.campaign.vs-openai-node',
	'nodered.flow.added',
	'sqlite.pairs.vs-raw',
	'sqlite.8writers.share',
	'sqlite.8writers.p99-wait-ms',
	'sqlite.8writers.loop-stall-ms',
	'postgres.pairs.vs-pgbench',
	'postgres.pairs.vs-raw',
	'postgres.batch-1.ms',
	'postgres.batch-16.ms',
	'postgres.batch-256.ms',
	'postgres.bytes-per-call',
	'postgres.log-bytes-per-call',
	'scale.10m.reserve',
	'scale.10m.balance',
	'scale.bytes-per-call',
	'verify.entries-per-s',
	'load.ms',
	'load.rss-mb',
	'install.mb',
];

/** When rows were measured: the time in UTC, and the load of the machine as the run began. */
export interface Moment {
	readonly at: Date;
	readonly load: number;
}

/** Now, and the load average of the last minute. */
export function thisMoment(): Moment {
	return { at: new Date(), load: loadavg()[0] ?? 0 };
}

/** The document with these rows in place of the earlier ones of the same names. Throws when it has no place for results. */
export function documentWith(text: string, results: readonly Measured[], moment: Moment): string {
	const [, , before = null] = MARKED.exec(text) ?? [];
	if (before === null) throw new Error('docs/benchmarks.md has no place for results between <!-- results --> and <!-- end -->.');
	const rows = new Map([...before.matchAll(/^\| `([^`]+)`.*$/gm)].map(([line, name = '']) => [name, line]));
	for (const measured of results) rows.set(measured.name, lineOf(rowCells(measured, moment)));
	const names = [...rows.keys()];
	const ordered = [...ORDER.filter((name) => rows.has(name)), ...names.filter((name) => !ORDER.includes(name))];
	const table = [lineOf(HEAD), lineOf(HEAD.map(() => '---')), ...ordered.map((name) => rows.get(name) ?? '')].join('\n');
	return text.replace(MARKED, (_whole, begin: string, _rows: string, end: string) => `${begin}\n${table}\n${end}`);
}

/** Writes them into docs/benchmarks.md of the repository, in the project's format, and what follows from them into docs/scale.md. */
export async function writeDocument(results: readonly Measured[], moment: Moment): Promise<void> {
	const path = join(repositoryRoot(), 'docs', 'benchmarks.md');
	const text = documentWith(readFileSync(path, 'utf8'), results, moment);
	writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
	await writeScaleDocument();
}

function rowCells(measured: Measured, { at, load }: Moment): string[] {
	const [name = '', ours = '', peer = '', ratio = '', reach = '', verdict = '', note = ''] = cellsOf(measured);
	const day = at.toLocaleDateString('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
	const when = `${day}, ${at.toISOString().slice(11, 16)}, load ${load.toFixed(1)}`;
	return [`\`${name}\``, ours, peer, ratio, reach, verdict, when, note];
}

function lineOf(cells: readonly string[]): string {
	return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
