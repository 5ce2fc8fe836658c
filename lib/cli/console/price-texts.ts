/** Owns how prices look to people: tables of credits for a thousand and a million tokens, and what became of a list. */
import type { PriceChange, PriceDifference } from '../../core/prices/price-difference';
import type { ListedPrice } from '../../core/prices/price-list';
import type { Micro } from '../../core/values/money';
import { USUAL_RATE, type FixedCharge, type ModelPrice, type RateKind, type Rates, type Tier } from '../../core/prices/pricing';
import { isUse, thousandMicro, PRICED_KINDS } from '../../engine/report/price-documents';
import { count, counted, credits } from './format';
import { table, type Column } from './table';

const right = (title: string): Column => ({ title, align: 'right' });

const KIND_NAMES: Readonly<Record<keyof Rates, string>> = {
	input: 'input',
	cachedInput: 'input from the cache',
	cacheWrite: 'written to the cache',
	longCacheWrite: 'written to the cache for an hour',
	output: 'output, thinking included',
	audioInput: 'audio in',
	cachedAudio: 'audio from the cache',
	audioOutput: 'audio out',
	reasoning: 'thinking',
	citation: 'citations',
	search: 'searches',
	toolCall: 'other tools of the provider',
};

/** Many models, a row for each tier: credits for 1,000 tokens, then for a million. */
export function priceTable(listed: readonly ListedPrice[]): string {
	const columns = [{ title: 'provider' }, { title: 'model' }, right('from')];
	const amounts = ['in /1K', 'cached /1K', 'out /1K', 'in /1M', 'out /1M'].map(right);
	return table(
		[...columns, ...amounts],
		listed.flatMap(({ provider, price }) =>
			price.tiers.map(({ fromInputTokens, rates }, index) => [
				index === 0 ? provider : '',
				index === 0 ? price.model : '',
				fromInputTokens === 0 ? '' : count(fromInputTokens),
				...[rates.input, rates.cachedInput, rates.output].map(thousandText),
				...[rates.input, rates.output].map(credits),
			]),
		),
	);
}

/** One price with every kind of token that has a rate of its own. */
export function priceDetail(price: ModelPrice): string {
	const tiers = price.tiers.map((tier) => tierTable(tier, price.tiers.length > 1));
	const flat = price.perCallMicro === 0n ? [] : [`Each call costs ${credits(price.perCallMicro)} credits on top.`];
	const context = price.contextTokens === null ? [] : [`The model takes ${count(price.contextTokens)} tokens, answer included.`];
	const charging = price.charging ? [chargingText(price.charging)] : [];
	return [...tiers, ...flat, ...context, ...charging].join('\n\n');
}

function chargingText({ kind, rateMicro }: FixedCharge): string {
	if (rateMicro === 0n) return 'This call is charged nothing: its item has a rate, which another of its calls carries.';
	const when = kind === 'flat' ? 'whatever its calls cost' : 'where its answer passes its checks, and nothing otherwise';
	return `The item is charged ${credits(rateMicro)} credits, ${when}.`;
}

function tierTable({ fromInputTokens, rates }: Tier, isOneOfSeveral: boolean): string {
	const told = PRICED_KINDS.filter((kind) => !isUsual(kind, rates));
	const rows = told.map((kind) => [nameOfKind(kind, rates), thousandText(rates[kind]), credits(rates[kind])]);
	const text = table([{ title: '' }, right('credits /1,000'), right('credits /1,000,000')], rows);
	return isOneOfSeveral ? `From ${count(fromInputTokens)} input tokens on:\n${text}` : text;
}

function nameOfKind(kind: RateKind, rates: Rates): string {
	return kind === 'output' && rates.reasoning !== rates.output ? 'output' : KIND_NAMES[kind];
}

function isUsual(kind: RateKind, rates: Rates): boolean {
	const usual = USUAL_RATE[kind];
	return usual === null ? isUse(kind) && rates[kind] === 0n : rates[kind] === rates[usual];
}

function thousandText(rateMicro: Micro): string {
	return credits(thousandMicro(rateMicro));
}

/** What is different, at most `limit` rows. */
export function differenceText({ changes, same }: PriceDifference, limit: number): string {
	if (changes.length === 0) return `All ${counted(same, 'model costs', 'models cost')} the same.`;
	const columns = [{ title: 'provider' }, { title: 'model' }, { title: '' }, right('in /1M'), right('now'), right('out /1M'), right('now')];
	const rows = changes.slice(0, limit).map((change) => {
		const [before, after] = [firstRates(change.before), firstRates(change.after)];
		const amounts = (['input', 'output'] as const).flatMap((kind) => [textOf(before, kind), textOf(after, kind)]);
		return [change.provider, change.model, wordOf(change), ...amounts];
	});
	const more = changes.length > limit ? [`${count(changes.length - limit)} more; --limit lists them.`] : [];
	return [table(columns, rows), ...more, summaryText({ changes, same })].join('\n\n');
}

/** How many models are new, gone, dearer, cheaper and otherwise changed. */
export function summaryText({ changes, same }: PriceDifference): string {
	const words = changes.map(wordOf);
	const parts = ['new', 'gone', 'dearer', 'cheaper', 'changed'].map(
		(word) => [word, words.filter((each) => each === word).length] as const,
	);
	const told = parts.filter(([, number]) => number > 0).map(([word, number]) => `${count(number)} ${word}`);
	return `${[...told, `${count(same)} as before`].join(', ')}.`;
}

function wordOf({ before, after }: PriceChange): string {
	if (!before) return 'new';
	if (!after) return 'gone';
	const [old, now] = [firstRates(before), firstRates(after)];
	if (!old || !now) return 'changed';
	const steps = (['input', 'output'] as const).map((kind) => now[kind] - old[kind]);
	if (steps.every((step) => step === 0n)) return 'changed';
	if (steps.every((step) => step >= 0n)) return 'dearer';
	return steps.every((step) => step <= 0n) ? 'cheaper' : 'changed';
}

function firstRates(price: ModelPrice | null): Rates | undefined {
	return price?.tiers[0]?.rates;
}

function textOf(rates: Rates | undefined, kind: RateKind): string {
	return rates ? credits(rates[kind]) : '';
}
