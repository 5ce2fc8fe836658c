/** Owns how exact amounts look to people, in every host and on the command line. Refuses rounding of credits. */
import { withoutEnd } from './ends';
import { formatCredits, formatDollars, type Micro } from './money';

/** A decimal text with thousands separators: "98,684.7532". */
export function grouped(decimal: string): string {
	const [whole = '0', fraction] = decimal.split('.');
	const first = whole.length % 3 || 3;
	const groups = [whole.slice(0, first)];
	for (let at = first; at < whole.length; at += 3) groups.push(whole.slice(at, at + 3));
	const separated = groups.join(',');
	return fraction === undefined ? separated : `${separated}.${fraction}`;
}

/** Exact credits with thousands separators: "98,684.7532". */
export function credits(amountMicro: Micro): string {
	return grouped(formatCredits(amountMicro));
}

/** Exact credits with their word: "1 credit", "98,684.7532 credits". */
export function countedCredits(amountMicro: Micro): string {
	const shown = credits(amountMicro);
	return `${shown} ${shown === '1' ? 'credit' : 'credits'}`;
}

/** Dollars for orientation beside the exact credits: to the cent below, and under a dollar to the ten-thousandth, which is one credit. */
export function dollars(amountMicro: Micro): string {
	const sign = amountMicro < 0n ? '-' : '';
	const [whole = '0', fraction = ''] = formatDollars(amountMicro < 0n ? -amountMicro : amountMicro).split('.');
	const shown = whole === '0' ? withoutEnd(fraction.slice(0, 4), '0').padEnd(2, '0') : fraction.slice(0, 2);
	return `${sign}$${grouped(whole)}.${shown}`;
}
