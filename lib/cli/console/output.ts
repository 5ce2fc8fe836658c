/**
 * Owns what the command line prints and where: with --json exactly one document on standard output, otherwise text for people there;
 * remarks and failures always on standard error. Refuses colour where nobody sees it.
 */
import Table from 'cli-table3';
import { SingleBar } from 'cli-progress';
import type { FailureReport } from './failure';

export interface Column {
	readonly title: string;
	readonly align?: 'left' | 'right';
}

export type Colour = 'red' | 'yellow' | 'green';
const COLOUR_CODES: Readonly<Record<Colour, number>> = { red: 31, yellow: 33, green: 32 };

/** Something that counts up; `stop` leaves the terminal clean. */
export interface Progress {
	update(done: number, total: number): void;
	stop(): void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** Prints for one command. */
export class Output {
	readonly #isJson: boolean;
	#isDocumentPrinted = false;

	constructor(isJson: boolean) {
		this.#isJson = isJson;
	}

	/** The answer of the command: the document with --json, the text for people otherwise. */
	answer(document: Readonly<Record<string, unknown>>, text: () => string): void {
		this.#isDocumentPrinted = true;
		process.stdout.write(this.#isJson ? `${JSON.stringify(document, null, 2)}\n` : `${text()}\n`);
	}

	/** A remark for people, on standard error. */
	remark(text: string): void {
		process.stderr.write(`${text}\n`);
	}

	/** A failure: one document with --json, and always the words on standard error. */
	failure({ code, message }: FailureReport): void {
		if (this.#isJson && !this.#isDocumentPrinted)
			process.stdout.write(`${JSON.stringify({ ok: false, error: { code, message } }, null, 2)}\n`);
		process.stderr.write(`${this.colour('Error:', 'red', process.stderr)} ${message}\n`);
	}

	/** The text in a colour, where the stream is a terminal and NO_COLOR is not set. */
	colour(text: string, colour: Colour, stream: { readonly isTTY?: boolean } = process.stdout): string {
		const isWanted = stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
		return isWanted ? `\u001b[${String(COLOUR_CODES[colour])}m${text}\u001b[0m` : text;
	}

	/** A bar on standard error where that is a terminal, nothing otherwise. */
	progress(label: string): Progress {
		if (!process.stderr.isTTY) return SILENT;
		const bar = new SingleBar({
			format: `${label} {bar} {percentage}%  {value}/{total}`,
			barCompleteChar: '█',
			barIncompleteChar: '░',
			hideCursor: true,
			clearOnComplete: true,
			stream: process.stderr,
		});
		let isStarted = false;
		return {
			update: (done, total) => {
				if (!isStarted) bar.start(total, done);
				else bar.setTotal(total);
				isStarted = true;
				bar.update(done);
			},
			stop: () => {
				if (isStarted) bar.stop();
			},
		};
	}
}

/** A table with a rule under its head, as wide as its content. Every row has one text for each column. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
	const none = {
		top: '',
		'top-mid': '',
		'top-left': '',
		'top-right': '',
		bottom: '',
		'bottom-mid': '',
		'bottom-left': '',
		'bottom-right': '',
	};
	const rule = { left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' };
	const made = new Table({
		chars: { ...none, ...rule },
		colAligns: columns.map(({ align = 'left' }) => align),
		style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
	});
	const titles = columns.map(({ title }) => title);
	made.push(titles, ...rows.map((row) => [...row]));
	const lines = made
		.toString()
		.split('\n')
		.map((line) => line.trimEnd());
	const width = Math.max(...lines.map((line) => line.length));
	return [lines[0], '─'.repeat(width), ...lines.slice(1)].join('\n');
}
