/** Lays rows out in columns, in time and memory in proportion to the rows. A cell is one line, whatever is in it. */
import stringWidth from 'string-width';
import { shownText } from '../../core/values/shown-text';
import { withoutColours } from './output';

export interface Column {
	readonly title: string;
	readonly align?: 'left' | 'right';
}

const BETWEEN = '  ';
const PLAIN = /^[ -~]*$/;

/** A table with a rule under its head, as wide as its content. Every row has one text for each column. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
	const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map(shownText));
	const widths = columns.map((_, at) => widest(cells.map((row) => row[at] ?? '')));
	const lines = cells.map((row) =>
		columns
			.map(({ align = 'left' }, at) => padded(row[at] ?? '', { align, width: widths[at] ?? 0 }))
			.join(BETWEEN)
			.trimEnd(),
	);
	return [lines[0], '─'.repeat(widest(lines)), ...lines.slice(1)].join('\n');
}

function padded(text: string, { align, width }: { align: 'left' | 'right'; width: number }): string {
	const blanks = ' '.repeat(width - widthOf(text));
	return align === 'right' ? blanks + text : text + blanks;
}

function widest(texts: readonly string[]): number {
	return texts.reduce((width, text) => Math.max(width, widthOf(text)), 0);
}

/** Columns of a terminal that the text takes, in every script. */
function widthOf(text: string): number {
	const plain = withoutColours(text);
	return PLAIN.test(plain) ? plain.length : stringWidth(plain);
}
