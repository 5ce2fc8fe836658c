/**
 * Compares what calls cost here with what genai-prices makes of them, on its public data set: usage that real services have sent, with the
 * prices that its authors work out. Each figure is equal, or the difference has a reason that is worked out too; anything else is an error.
 * `npm run price-data` fetches the data set; `npm run price-data -- --from FILE` reads a copy of it, `--rows` tells each difference.
 */
import { readFileSync } from 'node:fs';
import { calcPrice } from '@pydantic/genai-prices';
import { z } from 'zod';
import { priceAt } from '../lib/core/prices/batch-price';
import { servedAs } from '../lib/core/prices/bills/service-tiers';
import { BUILT_IN_PRICES } from '../lib/core/prices/price-list';
import { priceUsage, type ModelPrice } from '../lib/core/prices/pricing';
import { readSaid } from '../lib/core/usage/provider-said';
import { readUsage } from '../lib/core/usage/usage';
import type { Usage } from '../lib/core/usage/usage-fields';
import { ownId } from './compile-rate-card';

const ADDRESS = 'https://raw.githubusercontent.com/pydantic/genai-prices/main/tests/dataset/usages.json';
/** The instant at which the data set is priced by its authors. */
const PRICED_AT_MS = Date.UTC(2025, 10, 6, 12);
/** Ours is rounded up to a ten-billionth of a dollar, theirs is made of floats. */
const ROUNDING_DOLLARS = 2e-10;
const FLOAT_ERROR = 1e-9;

const FIGURE = z.object({
	provider_id: z.string(),
	api_flavor: z.string(),
	input_price: z.string().default('0'),
	output_price: z.string().default('0'),
	total_price: z.string().nullable().default(null),
});
const ROWS = z.array(
	z.object({
		body: z.record(z.string(), z.unknown()),
		model: z.string().default(''),
		extracted: z.array(z.object({ usage: z.record(z.string(), z.number()), extractors: z.array(FIGURE) })),
	}),
);
type Row = z.output<typeof ROWS>[number];
type Figure = z.output<typeof FIGURE>;

/** What became of a figure. `reason`: why it is another, in words that are counted. */
export type Finding =
	| { readonly kind: 'equal' | 'unpriced by both' }
	| { readonly kind: 'explained'; readonly reason: string }
	| { readonly kind: 'unexplained'; readonly reason: string };

/** A figure of the data set: one answer as one reading of one provider has it. */
export interface Compared {
	readonly model: string;
	readonly provider: string;
	readonly reading: string;
	/** Dollars; `null`: no price. */
	readonly ours: number | null;
	readonly theirs: number | null;
	readonly finding: Finding;
}

/** Compares every figure of the data set, given as text. Throws for what is not the data set. */
export function comparePrices(text: string): readonly Compared[] {
	return ROWS.parse(JSON.parse(text)).flatMap((row) =>
		row.extracted.flatMap(({ usage, extractors }) => extractors.map((figure) => compare(row, { usage, figure }))),
	);
}

function compare(row: Row, { usage, figure }: { usage: Record<string, number>; figure: Figure }): Compared {
	const { model } = row;
	const providerId = figure.provider_id;
	const theirs = theirPrice(usage, { model, providerId });
	const own = ownPrice(row, providerId);
	const common = { model, provider: providerId, reading: figure.api_flavor, ours: own.dollars, theirs };
	return { ...common, finding: findingOf({ row, figure, theirs, own }) };
}

interface OwnPrice {
	readonly dollars: number | null;
	readonly price: ModelPrice | null;
	readonly usage: Usage | null;
	readonly ratePercent: number;
}

function ownPrice({ body, model }: Row, providerId: string): OwnPrice {
	const provider = ownId(providerId);
	const price = isKnown(provider) ? BUILT_IN_PRICES.find({ provider, model, atMs: PRICED_AT_MS }) : null;
	const reading = readUsage(body);
	const usage = reading.kind === 'reported' ? reading.usage : null;
	const ratePercent = price ? servedAs(price, readSaid(body)?.tier ?? null).percent : 100;
	const dollars = price && usage ? dollarsOf(priceUsage(priceAt(price, ratePercent), usage)) : null;
	return { dollars, price, usage, ratePercent };
}

/** Behind an unknown provider the list looks for names in all of them, which nobody asks for here. */
function isKnown(provider: string): boolean {
	return BUILT_IN_PRICES.data.providers.some(({ id }) => id === provider);
}

interface Both {
	readonly row: Row;
	readonly figure: Figure;
	readonly theirs: number | null;
	readonly own: OwnPrice;
}

function findingOf({ row, figure, theirs, own }: Both): Finding {
	const { model } = row;
	const { provider_id: providerId, api_flavor: reading } = figure;
	const provider = ownId(providerId);
	const explained = (reason: string): Finding => ({ kind: 'explained', reason });
	if (theirs === null && own.price === null) return { kind: 'unpriced by both' };
	if (own.price === null) {
		if (!isKnown(provider)) return explained('a provider that this package does not price');
		const why = BUILT_IN_PRICES.whyUnpriced({ provider, model, atMs: PRICED_AT_MS });
		return why === null
			? unexplained('only they have a price')
			: explained(`no price here: ${why.replace(/^.*? cannot be told: |\.$/g, '')}`);
	}
	if (own.dollars === null || !own.usage) return unexplained('our reading has no usage');
	if (theirs === null)
		return isOurName(own, { model, providerId }) ? explained('a spelling that only we know') : unexplained('only we have a price');
	if (isClose(own.dollars, theirs)) {
		const stated = statedPrice(figure);
		return stated === null || isClose(stated, theirs) ? { kind: 'equal' } : explained('the price list is newer than the data set');
	}
	if (isClose(own.dollars, (theirs * own.ratePercent) / 100)) return explained('the tier of service that answered');
	const atOurCounts = theirPrice(theirCounts(own.usage), { model, providerId });
	if (atOurCounts === null || !isClose(own.dollars, atOurCounts)) return unexplained('another price for the same counts');
	const what = leftOut(own, theirs);
	return what === null ? unexplained('other counts') : explained(`their reading "${reading}" misses ${what}`);
}

const unexplained = (reason: string): Finding => ({ kind: 'unexplained', reason });

/** A name with a prefix that the provider implies, or the list's own id of a model, at the price of the bare name. */
function isOurName({ dollars, price, usage }: OwnPrice, { model, providerId }: { model: string; providerId: string }): boolean {
	if (!usage || !price || dollars === null) return false;
	if (price.model.toLowerCase() === model.toLowerCase()) return true;
	const bare = theirPrice(theirCounts(usage), { model: model.slice(model.indexOf('/') + 1), providerId });
	return bare !== null && isClose(dollars, bare);
}

/** Which of our counts makes the difference: the first that gives their price when it is taken away; `null`: none. */
function leftOut({ price, usage }: OwnPrice, theirs: number): string | null {
	if (!price || !usage) return null;
	const cached = usage.cachedInputTokens + usage.cacheWriteTokens;
	const noCache = { cachedInputTokens: 0, cacheWriteTokens: 0, longCacheWriteTokens: 0 };
	const inputAlone = { ...usage, ...noCache, inputTokens: usage.inputTokens - cached };
	const without: readonly (readonly [string, Usage])[] = [
		['searches', { ...usage, searches: 0 }],
		['what was written to the cache', { ...usage, cacheWriteTokens: 0, longCacheWriteTokens: 0 }],
		['that input came from the cache', { ...usage, cachedInputTokens: 0, cachedAudioTokens: 0 }],
		['all of the cache', inputAlone],
		['what was read from the cache', { ...usage, inputTokens: usage.inputTokens - usage.cachedInputTokens, cachedInputTokens: 0 }],
		['the output', { ...usage, outputTokens: 0, reasoningTokens: 0 }],
		['the output and the cache', { ...usage, outputTokens: 0, reasoningTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0 }],
		['thinking that only the total has', { ...usage, outputTokens: usage.outputTokens - usage.reasoningTokens, reasoningTokens: 0 }],
	];
	return without.find(([, counts]) => isClose(dollarsOf(priceUsage(price, counts)), theirs))?.[0] ?? null;
}

function theirPrice(usage: Record<string, number>, { model, providerId }: { model: string; providerId: string }): number | null {
	if (model === '') return null;
	return calcPrice(usage, model, { providerId, timestamp: new Date(PRICED_AT_MS) })?.total_price ?? null;
}

/** Our counts in their words. A part of 0 is left out: they ask for a price of each part that is named. */
function theirCounts(usage: Usage): Record<string, number> {
	const named = {
		input_tokens: usage.inputTokens,
		output_tokens: usage.outputTokens,
		cache_read_tokens: usage.cachedInputTokens,
		cache_write_tokens: usage.cacheWriteTokens,
		cache_write_1h_tokens: usage.longCacheWriteTokens,
		input_audio_tokens: usage.audioInputTokens,
		cache_audio_read_tokens: usage.cachedAudioTokens,
		output_audio_tokens: usage.audioOutputTokens,
		output_reasoning_tokens: usage.reasoningTokens,
		output_citation_tokens: usage.citationTokens,
		web_searches: usage.searches,
	};
	return Object.fromEntries(Object.entries(named).filter(([, count]) => count > 0));
}

function statedPrice({ input_price: input, output_price: output, total_price: total }: Figure): number | null {
	const sum = total === null ? Number(input) + Number(output) : Number(total);
	return sum === 0 ? null : sum;
}

function dollarsOf(micro: bigint): number {
	return Number(micro) / 1e10;
}

function isClose(a: number, b: number): boolean {
	return Math.abs(a - b) <= ROUNDING_DOLLARS + FLOAT_ERROR * Math.abs(b);
}

/** The totals as a table of Markdown, the most frequent first. */
export function totalsTable(all: readonly Compared[]): string {
	const counts = new Map<string, number>();
	for (const { finding } of all) {
		const word = 'reason' in finding ? `${finding.kind}: ${finding.reason}` : finding.kind;
		counts.set(word, (counts.get(word) ?? 0) + 1);
	}
	const rows = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word, count]) => `| ${word} | ${String(count)} |`);
	return ['| figure | how many |', '| --- | ---: |', ...rows, `| all | ${String(all.length)} |`].join('\n');
}

async function dataSet(from: string | undefined): Promise<string> {
	if (from !== undefined) return readFileSync(from, 'utf8');
	const response = await fetch(ADDRESS);
	if (!response.ok) throw new Error(`${ADDRESS} answers ${String(response.status)}. Fetch it another way, and give the file with --from.`);
	return response.text();
}

async function main(): Promise<void> {
	const at = process.argv.indexOf('--from');
	const all = comparePrices(await dataSet(at === -1 ? undefined : process.argv[at + 1]));
	const wrong = all.filter(({ finding }) => finding.kind === 'unexplained');
	const told = process.argv.includes('--rows') ? all.filter(({ finding }) => 'reason' in finding) : wrong;
	for (const { model, provider, reading, ours, theirs, finding } of told)
		process.stdout.write(`${provider} ${reading} ${model}: ours ${String(ours)}, theirs ${String(theirs)} (${JSON.stringify(finding)})\n`);
	process.stdout.write(`${totalsTable(all)}\n`);
	if (wrong.length > 0) process.exitCode = 1;
}

if (require.main === module)
	main().catch((error: unknown) => {
		process.stderr.write(
			`${error instanceof Error ? error.message : String(error)}\nWithout a network, read a copy of the data set: --from FILE.\n`,
		);
		process.exitCode = 1;
	});
