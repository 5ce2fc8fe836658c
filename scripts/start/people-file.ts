/**
 * Owns reading a file of people as people export them: any CSV with a header row, with commas, semicolons or tabs, any line ends, with
 * or without a byte order mark, in UTF-8 or UTF-16. Refuses files that are not that, in words that say what to do.
 */
import { readFileSync, statSync } from 'node:fs';
import { parse, unparse, type ParseError, type ParseResult } from 'papaparse';
import { StartFailure } from './start-failure';

export interface PeopleFile {
	readonly path: string;
	readonly people: number;
	/** Rows in which no field had a value. */
	readonly emptyRows: number;
	readonly columns: readonly string[];
	/** The same people in one plain form: UTF-8, commas, line feeds, no empty rows. */
	readonly csv: string;
}

type Row = Record<string, string>;

const ROWS_TO_GUESS = 50;

/** Reads the file. Throws a {@link StartFailure} with exit code 2 that names the file, the fault and the mend. */
export function readPeople(path: string): PeopleFile {
	const text = decodeText(readBytes(path), path);
	// Empty rows would blur which separator it is, so it is found without them; counting them needs them.
	const { delimiter } = parse<Row>(text, { header: true, skipEmptyLines: 'greedy', preview: ROWS_TO_GUESS }).meta;
	const parsed = parse<Row>(text, {
		header: true,
		delimiter,
		transformHeader: (name, index) => name.trim() || `column_${String(index + 1)}`,
	});
	const fault = parsed.errors.find((error) => error.type === 'Quotes' || error.code === 'TooManyFields');
	if (fault) throw new StartFailure(faultText(fault, { path, parsed }), 2);
	const columns = parsed.meta.fields ?? [];
	const people = parsed.data.filter((row) => columns.some((column) => (row[column] ?? '').trim() !== ''));
	if (people.length === 0) {
		throw new StartFailure(`${path} has no people. Give a CSV file with a header row and at least one row below it.`, 2);
	}
	const csv = `${unparse({ fields: [...columns], data: people.map((row) => columns.map((column) => row[column] ?? '')) }, { newline: '\n' })}\n`;
	const emptyRows = parsed.data.length - people.length - (/[\r\n]$/.test(text) ? 1 : 0);
	return { path, people: people.length, emptyRows, columns, csv };
}

function readBytes(path: string): Buffer {
	const found = statSync(path, { throwIfNoEntry: false });
	if (!found) throw new StartFailure(`There is no file ${path}. Give --people the path of a CSV file.`, 2);
	if (!found.isFile()) throw new StartFailure(`${path} is not a file. Give --people the path of a CSV file.`, 2);
	try {
		return readFileSync(path);
	} catch (error) {
		throw new StartFailure(
			`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}. Check the rights of the file.`,
			2,
		);
	}
}

function decodeText(bytes: Buffer, path: string): string {
	if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
		throw new StartFailure(
			`${path} is a spreadsheet or an archive, not a CSV file. In the spreadsheet, choose "Save as" and "CSV UTF-8".`,
			2,
		);
	}
	try {
		const text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
		if (!text.includes('\0')) return text;
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
	}
	throw new StartFailure(`${path} is not text in UTF-8. Save it as "CSV UTF-8" and try again.`, 2);
}

function encodingOf(bytes: Buffer): string {
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
	return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

function faultText({ type, row = 0 }: ParseError, { path, parsed }: { path: string; parsed: ParseResult<Row> }): string {
	// The parser counts the header where quotation marks are wrong, and not where fields are too many.
	const number = String(type === 'Quotes' ? row : row + 1);
	if (type === 'Quotes')
		return `Row ${number} below the header of ${path} has a quotation mark that is not closed or not doubled. Write a quotation mark inside a field as "".`;
	const expected = String(parsed.meta.fields?.length ?? 0);
	return `Row ${number} below the header of ${path} has more fields than the ${expected} of the header. Put fields that contain the separator "${parsed.meta.delimiter}" in quotation marks.`;
}
