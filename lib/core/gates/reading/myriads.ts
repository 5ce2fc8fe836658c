/** Reads numbers that are written with the units of East Asia: 1万2,800 is 12800, and 4만 9천 is 49000. */

const UNITS: Readonly<Record<string, number>> = {
	百: 100,
	백: 100,
	千: 1000,
	천: 1000,
	万: 10_000,
	萬: 10_000,
	만: 10_000,
	億: 100_000_000,
	亿: 100_000_000,
	억: 100_000_000,
};
const MYRIAD = 10_000;
const SIGNS = Object.keys(UNITS).join('');

/** A number with a unit or two, and behind it further ones or what is left below the last unit. */
const COMPOUND = new RegExp(
	`(?<![\\d.,])\\d{1,6}[${SIGNS}]{1,2}(?:\\s?\\d{1,4}(?:,\\d{3})?[${SIGNS}]{1,2}){0,5}(?:\\d{1,3},\\d{3}|\\s\\d{1,3},\\d{3}(?=\\s?[원円元])|\\s\\d{1,4}(?=\\s?원)|\\d{1,4})?(?![.,]?\\d|\\s?[年月日時时点點分秒년월일시분])`,
	'gu',
);
const PART = new RegExp(`(\\d[\\d,]*)([${SIGNS}]{0,2})`, 'gu');

/** The text with such numbers in digits. A number with one unit and nothing behind it stays: how it is meant is for its reader to say. */
export function withoutMyriads(text: string): string {
	return text.replace(COMPOUND, (written) => {
		const parts = [...written.matchAll(PART)].map(([, digits = '', units = '']) => ({ count: Number(digits.replaceAll(',', '')), units }));
		return parts.length < 2 && parts.every(({ units }) => units.length < 2) ? written : String(valueOf(parts));
	});
}

/** Units below ten thousand count within those above: 2千万 is two thousand times ten thousand. */
function valueOf(parts: readonly { readonly count: number; readonly units: string }[]): number {
	let [total, below] = [0, 0];
	for (const { count, units } of parts) {
		const sizes = Array.from(units, (unit) => UNITS[unit] ?? 1);
		const product = (some: readonly number[]): number => some.reduce((size, each) => size * each, 1);
		below += count * product(sizes.filter((size) => size < MYRIAD));
		const large = sizes.filter((size) => size >= MYRIAD);
		if (large.length === 0) continue;
		total += below * product(large);
		below = 0;
	}
	return total + below;
}
