/** Reads the setting *My Own Prices*: one model a line with its prices. A line that can be read in two ways is refused. */
import { CreditError } from '../values/errors';
import type { RateOverride } from './rate-overrides';

/** As the forms of both hosts call it. */
const SETTING = 'The setting My Own Prices';
/** How much of a wrong line is repeated. */
const SHOWN_CHARACTERS = 120;
const EXAMPLE = 'Write: model, input price, output price, such as my-model, 0.40, 1.60';

/**
 * Reads lines of `model, input, output[, cached input]` in dollars per million tokens; semicolons and tabs separate as well. Empty lines
 * and lines that start with # are skipped. Throws `invalid_settings` naming the setting and the line, also for a comma that may be a
 * decimal or a thousands one. The amounts themselves are read by `compileOverrides`, which names the line too.
 */
export function parsePrices(text: string): RateOverride[] {
	return text.split(/\r\n?|\n/).flatMap((line, index) => {
		const trimmed = line.trim();
		return trimmed === '' || trimmed.startsWith('#') ? [] : [priceOf(trimmed, `${SETTING}, line ${String(index + 1)}`)];
	});
}

function priceOf(line: string, place: string): RateOverride {
	const [model = '', input = '', output = '', cached = '', ...more] = line.split(/[,;\t]/).map((part) => part.trim());
	if (model === '' || input === '' || output === '' || more.length > 0) throw unreadable(line, `${place} is ${shown(line)}. ${EXAMPLE}.`);
	const { commas, tight } = commasOf(line);
	const isMixed = tight > 0 && (tight < commas || /[;\t]/.test(line));
	const isDoubtful = tight > 0 && mayBeDecimals([input, output, cached]);
	if (isMixed || isDoubtful) {
		throw unreadable(
			line,
			`${place} is ${shown(line)}, which can be read in two ways. Write decimals with a point, thousands without a comma, and a comma and a blank between the prices, such as my-model, 0.40, 1.60.`,
		);
	}
	return {
		model,
		inputDollarsPerMillion: input,
		outputDollarsPerMillion: output,
		cachedInputDollarsPerMillion: cached,
		place: `${place} (${shown(line)})`,
	};
}

/** Whether whole numbers with commas between them, "0,25" or "30,60,15", may be decimals as half the world writes them. */
function mayBeDecimals([input, output, cached]: readonly [input: string, output: string, cached: string]): boolean {
	if (cached === '') return input === '0' && output !== '0';
	return [input, output, cached].some((part) => part !== '0') && ![input, output, cached].some((part) => part.includes('.'));
}

/** How many commas separate something, and how many of them stand without a blank on either side. */
function commasOf(line: string): { readonly commas: number; readonly tight: number } {
	// One at the end separates nothing.
	return { commas: line.match(/,(?!$)/g)?.length ?? 0, tight: line.match(/(?<=\S),(?=\S)/g)?.length ?? 0 };
}

/** The message, with the mend for prices of another unit. */
function unreadable(line: string, message: string): CreditError {
	const unit = /per\s?1\s?k|\/\s?1?\s?k\b|per\s{1,9}thousand/i.test(line)
		? ' Prices are for a million tokens: 1000 times those for 1K.'
		: '';
	return new CreditError('invalid_settings', `${message}${unit}`);
}

function shown(line: string): string {
	return JSON.stringify(line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line);
}
