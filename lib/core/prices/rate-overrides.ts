/**
 * Reads the user's own rates: decimal dollars per million tokens, exactly into integers, with sanity bounds. A price per token typed as
 * per million, or the reverse, costs a thousandfold (field lesson: $76 for one call).
 */
import { createHash } from 'node:crypto';
import { CreditError } from '../values/errors';
import { formatCredits, parseCredits } from '../values/money';
import type { Micro } from '../values/money';
import type { ModelPrice, Rates } from './pricing';

/** One row of the user's own rates. Dollars and credits are decimal strings, such as "0.15"; '' counts as not given. */
export interface RateOverride {
	/** A model name, or a prefix followed by `*`. Compared without case. */
	readonly model: string;
	readonly inputDollarsPerMillion: string;
	/** Default: the input rate. */
	readonly cachedInputDollarsPerMillion?: string;
	readonly outputDollarsPerMillion: string;
	/** Flat credits per call; default 0. */
	readonly perCallCredits?: string;
	/** Where a person wrote it, for messages: "My Own Prices, line 2". Default: its place in the list. */
	readonly place?: string;
}

export interface OverrideLookup {
	/** The user's rate for a model: an exact name first, then the longest prefix. */
	byModel(model: string): ModelPrice | null;
	/** The rate that a stored version names, if it is still the same. */
	byVersion(version: string): ModelPrice | null;
}

/** $0.001 and $1000 per million tokens in micro-credits per million tokens; real prices lie between, zero apart. */
const LEAST_MICRO: Micro = 10_000_000n;
const MOST_MICRO: Micro = 10_000_000_000_000n;
/** Without a leading zero: "000" is the rest of "1,000". */
const DECIMAL = /^(0|[1-9]\d{0,11})(?:\.(\d{1,10}))?$/;
const DOLLAR_DIGITS = 10;

/** Reads all rates once. Throws `invalid_settings` naming the row, the field, the value and the mend; also for a name given twice. */
export function compileOverrides(overrides: readonly RateOverride[]): OverrideLookup {
	const exact = new Map<string, ModelPrice>();
	const prefixes = new Map<string, ModelPrice>();
	const places = new Map<string, string>();
	overrides.forEach((override, index) => {
		const fieldOf = fieldsOf(override, index);
		const pattern = checkedPattern(override.model, fieldOf('model'));
		const target = pattern.endsWith('*') ? prefixes : exact;
		const key = pattern.endsWith('*') ? pattern.slice(0, -1) : pattern;
		const before = places.get(pattern);
		if (target.has(key)) {
			const where = before === undefined ? '' : ` in ${before}`;
			throw invalid(`${fieldOf('model')} is ${show(override.model)}, which has a rate already${where}. Keep one row for each model.`);
		}
		if (override.place !== undefined) places.set(pattern, override.place);
		target.set(key, toPrice(override, { fieldOf, pattern }));
	});
	const byLength = [...prefixes].sort(([a], [b]) => b.length - a.length);
	const all = [...exact.values(), ...prefixes.values()];
	return {
		byModel: (model) => {
			const name = model.toLowerCase();
			const found = exact.get(name) ?? byLength.find(([prefix]) => name.startsWith(prefix))?.[1];
			return found ? { ...found, model } : null;
		},
		byVersion: (version) => all.find((price) => price.version === version) ?? null,
	};
}

/**
 * Reads dollars per million tokens, a decimal such as "0.15", into micro-credits per million tokens, exactly.
 * Throws `invalid_settings` for anything else and for values that are neither 0 nor between $0.001 and $1000.
 */
function parseDollarsPerMillion(value: unknown, field: string): Micro {
	const match = typeof value === 'string' ? DECIMAL.exec(value.trim()) : null;
	if (!match) {
		throw invalid(
			`${field} is ${show(value)}, which is not a price. Write dollars per million tokens as a plain decimal, such as "0.15": a point, no thousands separator, no leading zero, no currency, no unit.`,
		);
	}
	const micro = BigInt((match[1] ?? '0') + (match[2] ?? '').padEnd(DOLLAR_DIGITS, '0'));
	if (micro !== 0n && micro < LEAST_MICRO) {
		throw invalid(
			`${field} is ${show(value)}; below $0.001 per million tokens it looks like a price per token or per 1,000 tokens. Multiply it by 1000000 or 1000, or write 0 for a free model.`,
		);
	}
	if (micro > MOST_MICRO) {
		throw invalid(
			`${field} is ${show(value)}; above $1000 per million tokens it looks like a price in another unit. Write dollars per million tokens.`,
		);
	}
	return micro;
}

interface PlacedOverride {
	/** What a message calls a field of this rate. */
	readonly fieldOf: FieldOf;
	readonly pattern: string;
}

type Field = Exclude<keyof RateOverride, 'place'>;
type FieldOf = (field: Field) => string;

const WORDS: Readonly<Record<Field, string>> = {
	model: 'the model',
	inputDollarsPerMillion: 'the input price',
	cachedInputDollarsPerMillion: 'the cached input price',
	outputDollarsPerMillion: 'the output price',
	perCallCredits: 'the credits per call',
};

/** A person's own place is named in words, a row of a program by its field. */
function fieldsOf({ place }: RateOverride, index: number): FieldOf {
	return (field) => (place === undefined ? `rates[${String(index)}].${field}` : `${place}: ${WORDS[field]}`);
}

function toPrice(override: RateOverride, { fieldOf, pattern }: PlacedOverride): ModelPrice {
	const input = parseDollarsPerMillion(override.inputDollarsPerMillion, fieldOf('inputDollarsPerMillion'));
	const output = parseDollarsPerMillion(override.outputDollarsPerMillion, fieldOf('outputDollarsPerMillion'));
	const cached = given(override.cachedInputDollarsPerMillion);
	const cachedInput = cached === null ? input : parseDollarsPerMillion(cached, fieldOf('cachedInputDollarsPerMillion'));
	if (cachedInput > input) {
		throw invalid(
			`${fieldOf('cachedInputDollarsPerMillion')} is ${show(cached)}, more than the input price ${show(override.inputDollarsPerMillion)}. Cached input costs no more than other input; look for a decimal comma.`,
		);
	}
	const perCallMicro = parseCredits(given(override.perCallCredits) ?? '0', { field: fieldOf('perCallCredits') });
	const rates: Rates = {
		input,
		cachedInput,
		cacheWrite: input,
		longCacheWrite: input,
		audioInput: input,
		cachedAudio: cachedInput,
		output,
		audioOutput: output,
		reasoning: output,
		citation: output,
		search: 0n,
		toolCall: 0n,
	};
	return {
		version: `override/${pattern}/${fingerprint([input, cachedInput, output, perCallMicro])}`,
		model: pattern,
		tiers: [{ fromInputTokens: 0, rates }],
		perCallMicro,
		contextTokens: null,
	};
}

function checkedPattern(model: unknown, field: string): string {
	const pattern = typeof model === 'string' ? model.trim().toLowerCase() : '';
	if (pattern === '') throw invalid(`${field} is ${show(model)}; write the model's name, or a prefix followed by *.`);
	if (pattern.slice(0, -1).includes('*')) throw invalid(`${field} is ${show(model)}; the * may stand only at the end of the name.`);
	return pattern;
}

/** Names the same rates with the same eight digits in every process, so that a hold finds the rates it was reserved with. */
function fingerprint(amounts: readonly Micro[]): string {
	return createHash('sha256').update(amounts.map(formatCredits).join('|')).digest('hex').slice(0, 8);
}

function given(value: string | undefined): string | null {
	return value === undefined || value.trim() === '' ? null : value;
}

function invalid(message: string): CreditError {
	return new CreditError('invalid_settings', message);
}

function show(value: unknown): string {
	return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
