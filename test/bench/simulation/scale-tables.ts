/**
 * Owns the tables of docs/scale.md: what the measured figures come to for a year and for a campaign, and the two simulations that go on where
 * arithmetic ends. Every figure follows from docs/benchmarks.md and the seed.
 */
import { lease } from './leases';
import { queueUp } from './hot-account';
import type { FigureOf } from './measured-figures';

const SEED = 20_261_121;
const SECONDS_A_YEAR = 365 * 86_400;
const MESSAGES_A_YEAR = 18e9;
const CAMPAIGN_MESSAGES = 10e6;
const YEAR_PER_SECOND = MESSAGES_A_YEAR / SECONDS_A_YEAR;
const CAMPAIGN_PER_SECOND = CAMPAIGN_MESSAGES / 3600;
/** How long a model takes to answer; for how many calls are under way. */
const MODEL_SECONDS = 2;
const SIMULATED_SECONDS = 20;
const LEASING = { hosts: 16, messages: 1_000_000, granted: 0.9 } as const;
const LEASING_RUNS = 3;

/** Every table by the name in its markers. */
export const SCALE_TABLES: Readonly<Record<string, (figureOf: FigureOf) => string>> = {
	'what it comes to': reckoning,
	'hot account': hotAccount,
	hosts: moreHosts,
	leases,
};

function reckoning(figureOf: FigureOf): string {
	const perProcess = figureOf('call.c64.throughput');
	const perAccount = figureOf('postgres.pairs.vs-pgbench');
	const tableBytes = figureOf('postgres.bytes-per-call');
	const logBytes = figureOf('postgres.log-bytes-per-call');
	const proofPerSecond = figureOf('verify.entries-per-s');
	const columns = [
		{ perSecond: YEAR_PER_SECOND, messages: MESSAGES_A_YEAR },
		{ perSecond: CAMPAIGN_PER_SECOND, messages: CAMPAIGN_MESSAGES },
	];
	const row = (what: string, from: string, cell: (column: { perSecond: number; messages: number }) => string): string[] => [
		what,
		...columns.map(cell),
		from,
	];
	return tableOf(
		['', '18 billion a year', '10 million in an hour', 'from'],
		[
			row('messages a second', 'arithmetic', ({ perSecond }) => figure(perSecond)),
			row('calls under way', `a model that takes ${String(MODEL_SECONDS)} s`, ({ perSecond }) => figure(perSecond * MODEL_SECONDS)),
			row('host processes, each half busy', '`call.c64.throughput`', ({ perSecond }) => String(Math.ceil(perSecond / (perProcess / 2)))),
			row('share of what one hot account can do', '`postgres.pairs.vs-pgbench`, ours', ({ perSecond }) => share(perSecond / perAccount)),
			row('tables on PostgreSQL', '`postgres.bytes-per-call`', ({ messages }) => size(messages * tableBytes)),
			row('log of PostgreSQL, to each replica', '`postgres.log-bytes-per-call`', ({ perSecond }) => `${size(perSecond * logBytes)}/s`),
			row('proof from the first entry on', '`verify.entries-per-s`', ({ messages }) => duration((2 * messages) / proofPerSecond)),
		],
	);
}

/** What a batch holds the account's lock for: a fixed part and a part for each command, drawn through the smallest and the largest batch. */
function batchCosts(figureOf: FigureOf): { fixedMs: number; perCommandMs: number } {
	const [one, many] = [figureOf('postgres.batch-1.ms'), figureOf('postgres.batch-256.ms')];
	const perCommandMs = Math.max(0, (many - one) / 255);
	return { fixedMs: one - perCommandMs, perCommandMs };
}

const QUEUE_HEAD = ['batches/s', 'commands a batch', 'lock held', 'wait, median', 'wait, p99', ''];

function queueCells(parts: { messagesPerSecond: number; hosts: number; fixedMs: number; perCommandMs: number }): string[] {
	const queued = queueUp({ ...parts, seconds: SIMULATED_SECONDS, seed: SEED });
	const { batchesPerSecond, commandsPerBatch, busy, medianMs, p99Ms, keepsUp } = queued;
	const waits = keepsUp ? [`${figure(medianMs)} ms`, `${figure(p99Ms)} ms`] : ['', ''];
	return [figure(batchesPerSecond), figure(commandsPerBatch), share(busy), ...waits, keepsUp ? '' : 'falls behind'];
}

function hotAccount(figureOf: FigureOf): string {
	const costs = batchCosts(figureOf);
	const loads = [YEAR_PER_SECOND, ...[1, 2, 4, 8].map((times) => times * CAMPAIGN_PER_SECOND)];
	return tableOf(
		['messages/s', ...QUEUE_HEAD],
		loads.map((messagesPerSecond) => [figure(messagesPerSecond), ...queueCells({ messagesPerSecond, hosts: 8, ...costs })]),
	);
}

function moreHosts(figureOf: FigureOf): string {
	const costs = batchCosts(figureOf);
	return tableOf(
		['hosts', ...QUEUE_HEAD],
		[1, 4, 16, 64].map((hosts) => [String(hosts), ...queueCells({ messagesPerSecond: CAMPAIGN_PER_SECOND, hosts, ...costs })]),
	);
}

function leases(): string {
	const rows = [1_000, 10_000, 100_000].flatMap((blockCredits) =>
		[false, true].map((isShrinking) => {
			const runs = Array.from({ length: LEASING_RUNS }, (_, run) => lease({ ...LEASING, blockCredits, isShrinking, seed: SEED + run }));
			const mean = (of: (run: (typeof runs)[number]) => number): number => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
			const perThousand = mean(({ leasesPerThousand }) => leasesPerThousand);
			return [
				blockCredits.toLocaleString('en'),
				isShrinking ? 'shrinking' : 'fixed',
				figure((perThousand * CAMPAIGN_PER_SECOND) / 1000),
				share(mean(({ strandedAtFirst }) => strandedAtFirst)),
				share(mean(({ unspent }) => unspent)),
			];
		}),
	);
	return tableOf(['block, credits', 'blocks', 'leases/s', 'stranded at the first refusal', 'unspent at the end'], rows);
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Three digits that matter. */
function figure(value: number): string {
	return value >= 100 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)).toString();
}

function share(value: number): string {
	return `${figure(100 * value)} %`;
}

function size(bytes: number): string {
	const [unit = 'B', factor = 1] =
		(
			[
				['TB', 1e12],
				['GB', 1e9],
				['MB', 1e6],
				['kB', 1e3],
			] as const
		).find(([, atLeast]) => bytes >= atLeast) ?? [];
	return `${figure(bytes / factor)} ${unit}`;
}

function duration(seconds: number): string {
	const [unit = 's', factor = 1] =
		(
			[
				['days', 86_400],
				['h', 3600],
				['min', 60],
			] as const
		).find(([, atLeast]) => seconds >= 2 * atLeast) ?? [];
	return `${figure(seconds / factor)} ${unit}`;
}
