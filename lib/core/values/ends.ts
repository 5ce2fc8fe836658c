/** Taking signs off the ends of a text in time that grows with its length; patterns such as `0+$` look at every run of zeros to its end. */

/** The text without any of `signs` at its end. Signs are single UTF-16 units. */
export function withoutEnd(text: string, signs: string): string {
	let end = text.length;
	while (end > 0 && signs.includes(text.charAt(end - 1))) end -= 1;
	return text.slice(0, end);
}

/** The text without any of `signs` at its start. Signs are single UTF-16 units. */
export function withoutStart(text: string, signs: string): string {
	let start = 0;
	while (start < text.length && signs.includes(text.charAt(start))) start += 1;
	return text.slice(start);
}
