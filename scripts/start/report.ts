/** Owns what a person sees of a finished campaign: what each source produced, what it cost, what is left, and a few messages. */
import { floorDivide, parseCredits, sumMicro, type Micro } from '../../lib/core/values/money';
import { alignedCredits, count, counted, credits, dollars, rough } from '../../lib/cli/console/format';
import { table } from '../../lib/cli/console/table';
import { REASONS, SOURCES } from '../../lib/params/fallback-switch';
import type { Result, Source } from './campaign';

interface Group {
	readonly source: Source;
	readonly reason: string;
	readonly results: readonly Result[];
}

const SAMPLES = 4;
const LINE_WIDTH = 100;

/** How many people each source served; every source is named. */
export function countSources(results: readonly Result[]): Record<Source, number> {
	const counts: Record<Source, number> = { model: 0, cheaper_model: 0, cache: 0, fallback: 0 };
	for (const { source } of results) counts[source] += 1;
	return counts;
}

/** The table of sources and reasons, with a line for all. */
export function resultTable(results: readonly Result[]): string {
	const groups = groupsOf(results);
	const all = groups.length > 1 ? [...groups, { source: 'model', reason: '', results } as const] : groups;
	const spent = all.map((group) => costOf(group.results));
	const perThousand = all.map((group, index) => floorDivide((spent[index] ?? 0n) * 1000n, BigInt(group.results.length)));
	const [spentTexts, perThousandTexts] = [alignedCredits(spent), alignedCredits(perThousand.map(rough))];
	const rows = all.map((group, index) => {
		const isAll = index === groups.length;
		const tokens = group.results.reduce((sum, result) => sum + result.tokens, 0);
		const name = isAll ? ['all', ''] : [labelOf(SOURCES, group.source), labelOf(REASONS, group.reason)];
		return [
			...name,
			count(group.results.length),
			count(tokens),
			spentTexts[index] ?? '',
			perThousandTexts[index] ?? '',
			dollars(perThousand[index] ?? 0n),
		];
	});
	const numbers = ['people', 'tokens', 'credits', 'per 1,000 sends', 'dollars per 1,000'].map((title) => ({
		title,
		align: 'right' as const,
	}));
	return table([{ title: 'what they got' }, { title: 'why' }, ...numbers], rows);
}

/** One sentence for each kind of fallback, as the flow wrote it on the items. */
export function fallbackReasons(results: readonly Result[]): string[] {
	return groupsOf(results)
		.filter(({ source }) => source === 'fallback')
		.flatMap(({ results: [first] }) => (first?.why ? [first.why] : []));
}

/** A few messages in different languages, and one of the fallback where there is one. */
export function samples(results: readonly Result[]): string {
	const chosen: Result[] = [];
	const languages = new Set<string>();
	const step = Math.max(1, Math.floor(results.length / 40));
	for (let index = 0; index < results.length && chosen.length < SAMPLES; index += step) {
		const result = results[index];
		const language = result?.person['language'];
		if (!result || (language === undefined && chosen.length > 0) || result.source === 'fallback' || languages.has(language ?? '')) continue;
		languages.add(language ?? '');
		chosen.push(result);
	}
	const fallback = results.find(({ source }) => source === 'fallback');
	return [...chosen, ...(fallback ? [fallback] : [])].map(sampleText).join('\n\n');
}

/** "1,234.5 credits ($0.12)". */
export function creditsText(text: string): string {
	const amountMicro = parseCredits(text, { field: 'credits', min: -(10n ** 18n) });
	return `${credits(amountMicro)} credits (${dollars(amountMicro)})`;
}

/** "520 people". */
export function peopleText(people: number): string {
	return counted(people, 'person', 'people');
}

function groupsOf(results: readonly Result[]): Group[] {
	const groups = new Map<string, Result[]>();
	for (const result of results) {
		const key = `${result.source} ${result.reason}`;
		const group = groups.get(key);
		if (group) group.push(result);
		else groups.set(key, [result]);
	}
	return [...groups.values()]
		.flatMap((group) => (group[0] ? [{ source: group[0].source, reason: group[0].reason, results: group }] : []))
		.sort((a, b) => Number(a.source === 'fallback') - Number(b.source === 'fallback') || b.results.length - a.results.length);
}

function costOf(results: readonly Result[]): Micro {
	return sumMicro(results.map((result) => parseCredits(result.credits, { field: 'credits' })));
}

function labelOf(choices: readonly { readonly value: string; readonly label: string }[], value: string): string {
	return choices.find((choice) => choice.value === value)?.label ?? value;
}

function sampleText({ person, subject_line: subject, message, source, credits: cost }: Result): string {
	const names = Object.entries(person)
		.filter(([column]) => /name/i.test(column))
		.map(([, value]) => value);
	const who = (names.length > 0 ? names : Object.values(person).slice(0, 1)).join(' ');
	const how = source === 'fallback' ? 'fallback, free' : `${cost} credits`;
	return [`${cut(oneLine(who))}  (${how})`, `  ${cut(oneLine(subject))}`, ...wrap(oneLine(message)).map((line) => `  ${line}`)].join('\n');
}

function oneLine(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

function cut(text: string): string {
	const signs = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
	return signs.length > LINE_WIDTH ? `${signs.slice(0, LINE_WIDTH - 1).join('')}…` : text;
}

function wrap(text: string): string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		if (line !== '' && line.length + 1 + word.length > LINE_WIDTH) {
			lines.push(line);
			line = word;
		} else line = line === '' ? word : `${line} ${word}`;
	}
	return [...lines, line];
}
