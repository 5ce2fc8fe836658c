/**
 * Owns what a reader sees of a text that may be HTML: without tags, with the characters that entities stand for. Refuses to parse
 * HTML; mails and messages hold little of it.
 */

/** What is between these tags is for machines. */
const UNSEEN = ['style', 'script'];
/** Tags inside a line part no words; all others do. */
const INLINE_TAG = /<\/?(?:a|b|i|u|em|strong|span|font|small|sup|sub|mark|code)(?:\s[^<>]{0,2000})?>/gi;
const TAG = /<\/?[a-z][a-z0-9]*(?:\s[^<>]{0,2000})?\/?>/gi;
const ENTITY = /&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]{2,8}));/gi;
const NAMED: Readonly<Record<string, string>> = {
	amp: '&',
	apos: "'",
	copy: '©',
	euro: '€',
	gt: '>',
	hellip: '…',
	laquo: '«',
	ldquo: '“',
	lsquo: '‘',
	lt: '<',
	mdash: '—',
	nbsp: '\u00a0',
	ndash: '–',
	pound: '£',
	quot: '"',
	raquo: '»',
	rdquo: '”',
	rsquo: '’',
	shy: '',
	yen: '¥',
};

/** The text with style sheets and scripts blanked out, so that all places stay the same. */
export function withoutStyles(text: string): string {
	const lower = text.toLowerCase();
	return UNSEEN.reduce((shown, tag) => blanked(shown, { lower, tag }), text);
}

/** `lower` is the text in small letters; every place stays where it is, so it serves for each tag. */
function blanked(text: string, { lower, tag }: { lower: string; tag: string }): string {
	const parts: string[] = [];
	let kept = 0;
	let from = lower.indexOf(`<${tag}`);
	while (from !== -1) {
		const end = lower.indexOf(`</${tag}>`, from);
		if (end === -1) break;
		parts.push(text.slice(kept, from), ' '.repeat(end - from));
		kept = end;
		from = lower.indexOf(`<${tag}`, end);
	}
	return parts.length === 0 ? text : parts.join('') + text.slice(kept);
}

/** The text as it is read. A text without tags and entities stays as it is. */
export function visibleText(text: string): string {
	if (!/[<&]/.test(text)) return text;
	const bare = withoutStyles(text).replace(INLINE_TAG, '').replace(TAG, ' ').replace(/ {2,}/g, ' ');
	return bare.replace(ENTITY, (whole, decimal?: string, hex?: string, name?: string) => {
		if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
		const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
		return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
	});
}
