/**
 * Reads whole hours that are written without minutes: "om 19 uur", "à 19h", "alle 19", "7 o'clock". They may as well be numbers of hours, so
 * whoever reads them must not take the number away.
 */

/** An hour that a number may stand for. */
export interface WholeHour {
	/** Where the number begins in the scanned text. */
	readonly index: number;
	/** Minutes after midnight, every reading. */
	readonly minutes: readonly number[];
}

/** What stands behind an hour, folded. */
const BEHIND =
	"o'clock|uur|uhr|heures?|h|hrs?|horas?|ore|ч|час(?:ов|а|у)?|год(?:ин[аиіу]?)?|часа|hodin[ay]?|godzin[aye]|godz|orakor|ora|-?kor|gio|sati|si|बजे|โมง|นาฬิกา|ทุ่ม";
/** What stands before an hour, folded. */
const BEFORE =
	"um|gegen|ab|bis|von|at|by|from|until|till|around|before|after|a|vers|des|avant|apres|jusqu'a|a las?|las?|hasta las|desde las|alle(?: ore)?|dalle|ore|all'|entro le|le|as|ate as|pelas|das|om|vanaf|tot|rond|o|godz\\.?|o godz\\.?|od|do|kl\\.?|klockan|klokken|klo|kello|saat|в|к|до|с|от|около|о|об|у|στις|μεχρι τις|ωρα|v|ve|od|u|la ora|ora|la|luc|pukul|jam|الساعة|الساعه|ساعت|בשעה|בשעות|ב-|שעה|เวลา|ตอน|शाम|सुबह|रात";
const NOT_A_PRICE = '(?!\\d|[.,:]\\d|\\s?(?:%|€|\\$|£|¥|₹|₽|eur|usd|gbp|chf|zl|kr|円|元|원|บาท|руб|грн|dollar|pound|lei|ft(?!\\p{L})))';

const WITH_UNIT = new RegExp(`(?<![\\d.,:\\p{L}])(\\d{1,2})\\s?(?:${BEHIND})(?![\\p{L}\\p{M}\\d])`, 'gu');
const WITH_WORD = new RegExp(`(?<=(?<![\\p{L}\\p{M}\\d])(?:${BEFORE})\\s?)(?<!\\d)(\\d{1,2})${NOT_A_PRICE}`, 'gu');
/** Thai counts the hours of the evening from six on. */
const EVENING = /^\d{1,2}\s?ทุ่ม/u;

/** The hours of a folded text with ASCII digits. */
export function readWholeHours(text: string): WholeHour[] {
	const found = [...text.matchAll(WITH_UNIT), ...text.matchAll(WITH_WORD)];
	return found.flatMap(({ index, 1: digits = '' }) => {
		const hour = Number(digits);
		if (hour > 24) return [];
		const hours = EVENING.test(text.slice(index, index + 8)) ? [hour + 18] : hour >= 1 && hour <= 12 ? [hour, hour + 12] : [hour];
		return [{ index, minutes: hours.map((each) => (each % 24) * 60) }];
	});
}
