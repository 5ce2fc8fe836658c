/**
 * Owns what a written number may mean. "1.234" is 1234 to one reader and 1.234 to another; both readings are kept, because a gate
 * must not refuse what a reader may take for right. Values are canonical decimal texts, never floats.
 */
import { withoutEnd } from '../../values/ends';

/** A number in a text. */
export interface WrittenNumber {
	readonly text: string;
	/** Where it begins in the scanned text. */
	readonly index: number;
	/** Every value it may stand for, canonical: no leading or trailing zeros, `.` before the fraction. */
	readonly readings: readonly string[];
	/** Numbers that it may be instead: "43 200" is one number or two. */
	readonly parts: readonly string[];
}

const NUMBER = /\d{1,3}(?:[ '\u00a0\u202f]\d{3})+(?:[.,]\d+)?(?![\d])|\d+(?:[.,]\d+)*/g;
/** Behind a number: by how many places it moves the point. */
const SCALES: readonly (readonly [words: RegExp, places: number])[] = [
	[
		/^\s?[%¢]|^\s?(?:percent|per cent|prozent|pour ?cent|por ?ciento|per cento|por cento|procent|cents?|ct|cts|centimes?|centimos?|centesim[io]|centavos?|grosz[ye]?|pence)(?!\p{L})|^\s?(?:процент|копе[ей]к)/u,
		-2,
	],
	[/^\s?[百백]/, 2],
	[
		/^\s?(?:k|tsd\.?|tys\.?)(?!\p{L})|^\s?(?:thousand|tausend|mille|mil|mila|duizend|tysiecy|tysiace)(?!\p{L})|^\s?(?:千|천|พัน|ألف|אלף|हजार|हज़ार)|^\s?(?:тыс\.?|тысяч[аи]?|тис\.?|хил\.?|bin|tusen|tusind|nghin|ngan|ribu)(?!\p{L})/u,
		3,
	],
	[/^\s?(?:万|萬|만|หมื่น)/, 4],
	[/^\s?(?:แสน|लाख|lakhs?(?!\p{L}))/u, 5],
	[
		/^\s?(?:m|mio\.?|mln\.?|million(?:s|en)?|millones|millon|milion[ie]?|milhoes|milhao|miljoen|milionow|miliony)(?!\p{L})|^\s?(?:ล้าน|مليون|מיליון|млн\.?|миллион|мільйон|милион|milyon|miljon|triệu|trieu|juta)/u,
		6,
	],
	[/^\s?(?:करोड़|करोड|crores?(?!\p{L}))/u, 7],
	[/^\s?(?:億|亿|억)/, 8],
	[
		/^\s?(?:bn|b|billions?|milliarden?|mrd\.?|milliards?|mil millones|miliard[io]|bilhao|bilhoes|mil milhoes|miljard|miljarder|milliarder|miliard(?:y|ow)?|mld\.?|milyar|miliar|ty)(?!\p{L})|^\s?(?:млрд\.?|миллиард|мільярд|милиард|مليار|מיליארד|พันล้าน|अरब)/u,
		9,
	],
	// One word, two sizes: what is a trillion in English is a billion elsewhere.
	[/^\s?(?:trillions?|billion(?:en)?|billones|bilion(?:y|ow)?|兆|조)(?!\p{L})/u, 12],
];

/** The numbers of a folded text with ASCII digits, in order. */
export function readNumbers(text: string): WrittenNumber[] {
	return [...text.matchAll(NUMBER)].map((match) => {
		const [written] = match;
		const plain = readingsOf(written);
		const behind = text.slice(match.index + written.length, match.index + written.length + 18);
		const scaled = SCALES.flatMap(([words, places]) => (words.test(behind) ? plain.map((value) => shifted(value, places)) : []));
		const parts = written.includes(' ') ? written.split(' ').map((part) => canonical(part)) : [];
		return { text: written, index: match.index, readings: [...new Set([...plain, ...scaled])], parts };
	});
}

/** The canonical text of digits with at most one point: "007.50" is "7.5". */
export function canonical(digits: string): string {
	const [whole = '', fraction = ''] = digits.split('.');
	const shortWhole = whole.replace(/^0+(?=\d)/, '') || '0';
	const shortFraction = withoutEnd(fraction, '0');
	return shortFraction === '' ? shortWhole : `${shortWhole}.${shortFraction}`;
}

/** A number of the item as it may be written: exact, and rounded to the one or two places that prices and ratings are shown with. */
export function readingsOfValue(value: number): string[] {
	if (!Number.isFinite(value) || Math.abs(value) >= 1e21) return [];
	const size = Math.abs(value);
	const exact = size < 1e-6 ? size.toFixed(12) : String(size);
	const places = exact.split('.')[1]?.length ?? 0;
	const rounded = [1, 2].filter((count) => places > count).map((count) => size.toFixed(count));
	return [exact, ...rounded].map(canonical);
}

/** Separators that may group must stand before three digits; the last one may also be the decimal point. */
function readingsOf(written: string): string[] {
	const marks = written.replace(/\d/g, '');
	const bare = written.replace(/\D/g, '');
	const last = Math.max(written.lastIndexOf('.'), written.lastIndexOf(','));
	if (last === -1) return [canonical(bare)];
	const mark = written.charAt(last);
	const isOnlyOne = marks.split(mark).length === 2;
	const groups = written.split(/[., '\u00a0\u202f]/);
	const isGrouped = (parts: readonly string[]): boolean => parts.slice(1).every(({ length }) => length === 3);
	const found: string[] = [];
	if (isGrouped(groups)) found.push(canonical(bare));
	if (isOnlyOne && isGrouped(groups.slice(0, -1))) {
		found.push(canonical(`${written.slice(0, last).replace(/\D/g, '')}.${written.slice(last + 1)}`));
	}
	// A version or a section, such as 1.2.10, is its own text.
	return found.length > 0 ? found : [written];
}

function shifted(value: string, places: number): string {
	const [whole = '', fraction = ''] = value.split('.');
	if (places >= 0) {
		const digits = fraction.padEnd(places, '0');
		return canonical(`${whole}${digits.slice(0, places)}.${digits.slice(places)}`);
	}
	const digits = whole.padStart(1 - places, '0');
	return canonical(`${digits.slice(0, places)}.${digits.slice(places)}${fraction}`);
}
