/**
 * The one place where the command line prints: with --json exactly one document on standard output, otherwise text for people there;
 * remarks and failures always on standard error. What would act on a terminal is written out, whoever wrote it.
 */
import { codeOf, wordsOf } from '../../core/values/foreign';
import { SingleBar } from 'cli-progress';
import { shownText } from '../../core/values/shown-text';
import { newId } from '../../runtime/system';
import { EXIT, type FailureReport } from './failure';

export type Colour = 'red' | 'yellow' | 'green';
const COLOUR_CODES: Readonly<Record<Colour, number>> = { red: 31, yellow: 33, green: 32 };
/** Stands for the beginning of a colour until the text is printed. No text of other people can hold it, as it is new in each process. */
const COLOUR_MARK = newId();
const MARKS = new RegExp(`<${COLOUR_MARK}:(\\d{1,2})>`, 'g');

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
		print(process.stdout, this.#isJson ? jsonText(document) : `${inLines(text())}\n`);
	}

	/** As {@link answer}, for a text that people wrote and want back: its tabs and line breaks stay as they are. */
	answerWithText(document: Readonly<Record<string, unknown>>, text: string): void {
		if (this.#isJson) this.answer(document, () => '');
		else printText(`${text}\n`);
	}

	/** A remark for people in one line, on standard error. */
	remark(text: string): void {
		print(process.stderr, `${shownText(text)}\n`);
	}

	/** A failure: one document with --json, and always the words, in one line, on standard error. */
	failure({ code, message }: FailureReport): void {
		if (this.#isJson && !this.#isDocumentPrinted) print(process.stdout, jsonText({ ok: false, error: { code, message } }));
		print(process.stderr, `${coloured(this.colour('Error:', 'red', process.stderr))} ${shownText(message)}\n`);
	}

	/** The text in a colour, where the stream is a terminal and NO_COLOR is not set. */
	colour(text: string, colour: Colour, stream: { readonly isTTY?: boolean } = process.stdout): string {
		const isWanted = stream.isTTY === true && !process.env['NO_COLOR'] && !isDumb();
		return isWanted ? `${markOf(COLOUR_CODES[colour])}${text}${markOf(0)}` : text;
	}

	/** A bar on standard error where that is a terminal that can draw one, nothing otherwise. */
	progress(label: string): Progress {
		if (!process.stderr.isTTY || isDumb()) return SILENT;
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

/** Prints a text as it is laid out, with its tabs and line breaks; everything else that would act on a terminal is written out. */
export function printText(text: string): void {
	const parts = text.split(/(\r?\n|\t)/).map((part, index) => (index % 2 === 1 ? part : shownText(part)));
	print(process.stdout, parts.join(''));
}

/**
 * Outlives what is printed to: a reader that has seen enough, such as head, closes the pipe, and that is no failure; a full disk is told in
 * one sentence, with exit code 4.
 */
export function outliveLostOutput(): void {
	process.stdout.on('error', lost);
	process.stderr.on('error', lost);
}

let isLost = false;

/** Only the first fault says anything; a stream that is lost has others after it. */
function lost(error: unknown): void {
	if (isLost) return;
	isLost = true;
	if (codeOf(error) === 'EPIPE') return;
	if (process.exitCode === undefined || process.exitCode === EXIT.done) process.exitCode = EXIT.output;
	print(
		process.stderr,
		`Error: The answer could not be printed: ${shownText(wordsOf(error))}. What the command was to do is done; free the disk, and read it again.\n`,
	);
}

/** Some versions of Node.js throw what others report. */
function print(stream: NodeJS.WriteStream, text: string): void {
	try {
		stream.write(text);
	} catch (error) {
		lost(error);
	}
}

/** JSON whose texts do not act on a terminal either: the escapes of JSON, for more characters than it demands. */
function jsonText(document: Readonly<Record<string, unknown>>): string {
	return `${inLines(JSON.stringify(document, null, 2))}\n`;
}

/** Text that was laid out in lines, each safe to show, with its colours. */
function inLines(text: string): string {
	return text
		.split('\n')
		.map((line) => coloured(shownText(line)))
		.join('\n');
}

function coloured(text: string): string {
	return text.replace(MARKS, (_, code: string) => `\u001b[${code}m`);
}

function markOf(code: number): string {
	return `<${COLOUR_MARK}:${String(code)}>`;
}

function isDumb(): boolean {
	return process.env['TERM'] === 'dumb';
}

/** The text without what stands for its colours. */
export function withoutColours(text: string): string {
	return text.includes(COLOUR_MARK) ? text.replace(MARKS, '') : text;
}
