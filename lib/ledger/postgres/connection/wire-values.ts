/**
 * Owns how values travel to a PostgreSQL server and back. A list goes as one parameter in the server's own binary form of an array, which
 * neither side has to spell out or to read; single values and results are text. Refuses, by throwing, a number in a list that is not a whole
 * one or not one of its type.
 */
import { decodeText, encodeText } from './text-codec';

/** The types that columns of a ledger have. */
export type ValueType = 'bigint' | 'smallint' | 'text' | 'bytea';
/** A value of a statement. */
export type Value = bigint | number | string | Buffer | null;

/** What the server calls each type. */
const OIDS: Readonly<Record<ValueType, number>> = { bigint: 20, smallint: 21, text: 25, bytea: 17 };
const INTEGER_OID = 23;
const BOOLEAN_OID = 16;
const WORD_BYTES = 4;
/** Dimensions, whether there are nulls, the type, how many, and the number of the first one: a word each. */
const HEAD_BYTES = 5 * WORD_BYTES;
/** An array without dimensions ends after its type. */
const EMPTY_BYTES = 3 * WORD_BYTES;
const BIGINT_BYTES = 8;
const SMALLINT_BYTES = 2;
const NULL_LENGTH = -1;
/** A UTF-16 unit becomes at most so many bytes of UTF-8. */
const MOST_BYTES_OF_UNIT = 3;
const VALUES_OF_WORD = 2 ** 32;
/** What bytes begin with as text. */
const BYTES_MARK = '\\x';

const READERS = new Map<number, (text: string) => unknown>([
	[OIDS.bigint, BigInt],
	[INTEGER_OID, BigInt],
	[OIDS.smallint, BigInt],
	[BOOLEAN_OID, (text) => text === 't'],
	[OIDS.bytea, (text) => Buffer.from(text.slice(BYTES_MARK.length), 'hex')],
]);

/** What reads values of the type of this number: whole numbers are `bigint`, bytes a `Buffer`, all others texts. */
export function readerOf(oid: number): (text: string) => unknown {
	return READERS.get(oid) ?? decodeText;
}

/** A single value as the driver takes it. */
export function parameterOf(value: Value): string | Buffer | null {
	if (typeof value === 'string') return encodeText(value);
	return value === null || value instanceof Buffer ? value : String(value);
}

/** The values, in their order, as an array of the type; the bytes of a `bytea` may be given in hexadecimal. */
export function arrayOf(type: ValueType, values: readonly Value[]): Buffer {
	const given = type === 'text' ? values.map((value) => (typeof value === 'string' ? encodeText(value) : value)) : values;
	const { roomOf, write } = WRITERS[type];
	let bytes = HEAD_BYTES;
	// Not `for … of`: over lists of several kinds it makes an object for each value.
	given.forEach((value) => (bytes += WORD_BYTES + (value === null ? 0 : roomOf(value))));
	const array = Buffer.allocUnsafe(bytes);
	array.writeInt32BE(given.length === 0 ? 0 : 1, 0);
	array.writeInt32BE(given.includes(null) ? 1 : 0, WORD_BYTES);
	array.writeInt32BE(OIDS[type], 2 * WORD_BYTES);
	if (given.length === 0) return array.subarray(0, EMPTY_BYTES);
	array.writeInt32BE(given.length, 3 * WORD_BYTES);
	array.writeInt32BE(1, 4 * WORD_BYTES);
	let at = HEAD_BYTES;
	given.forEach((value) => {
		const length = value === null ? NULL_LENGTH : write(array, value, at + WORD_BYTES);
		array.writeInt32BE(length, at);
		at += WORD_BYTES + Math.max(length, 0);
	});
	return array.subarray(0, at);
}

interface Writer {
	/** As many bytes as a value may take, found without looking at its characters. */
	readonly roomOf: (value: Exclude<Value, null>) => number;
	/** Writes a value and gives its length. */
	readonly write: (array: Buffer, value: Exclude<Value, null>, at: number) => number;
}

const WRITERS: Readonly<Record<ValueType, Writer>> = {
	bigint: {
		roomOf: () => BIGINT_BYTES,
		write: (array, value, at) => {
			if (typeof value === 'bigint') return array.writeBigInt64BE(value, at) - at;
			// Word by word: a bigint for each would be made only to be thrown away.
			const whole = wholeNumber(value);
			array.writeInt32BE(Math.floor(whole / VALUES_OF_WORD), at); // the ratio is the upper word
			return array.writeUInt32BE(whole >>> 0, at + WORD_BYTES) - at;
		},
	},
	smallint: {
		roomOf: () => SMALLINT_BYTES,
		write: (array, value, at) => array.writeInt16BE(wholeNumber(value), at) - at,
	},
	text: {
		roomOf: (value) => textOrBytes(value).length * MOST_BYTES_OF_UNIT,
		write: (array, value, at) => writeText(array, textOrBytes(value), { at, encoding: 'utf8' }),
	},
	bytea: {
		roomOf: (value) => textOrBytes(value).length,
		write: (array, value, at) => writeText(array, textOrBytes(value), { at, encoding: 'hex' }),
	},
};

function wholeNumber(value: Value): number {
	if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
	throw new RangeError(`A list of whole numbers has ${String(value)} in it.`);
}

function textOrBytes(value: Exclude<Value, null>): string | Buffer {
	if (typeof value === 'string' || value instanceof Buffer) return value;
	throw new RangeError(`A list of texts or bytes has ${String(value)} in it.`);
}

function writeText(array: Buffer, value: string | Buffer, { at, encoding }: { at: number; encoding: 'utf8' | 'hex' }): number {
	return typeof value === 'string' ? array.write(value, at, encoding) : value.copy(array, at);
}
