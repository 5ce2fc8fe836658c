/** Reads the body of an answer as a whole: bounded, and unpacked where a server packs although nobody asked it to. */
import { codeOf } from '../../core/values/foreign';
import type http from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

type Unpack = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const inflate: Unpack = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate);
const inflateRaw: Unpack = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);
const UNPACK: Readonly<Record<string, Unpack>> = {
	gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
	// Some servers leave out the head that the word promises.
	deflate: async (bytes, options) => {
		try {
			return await inflate(bytes, options);
		} catch (error) {
			if (isTooLarge(error)) throw error;
			return inflateRaw(bytes, options);
		}
	},
	br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
	// Node 22 has it from 22.15 on.
	...('zstdDecompress' in zlib ? { zstd: promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress) } : {}),
};
/** More layers than this are an attack. */
const MAX_LAYERS = 3;
/** Drops a byte order mark, which some servers write. */
const UTF_8 = new TextDecoder();

interface BodyToRead {
	/** Called when the body is larger than that. */
	readonly onTooLarge: () => void;
	/** Of the packed and of the unpacked body, in bytes. */
	readonly maxBodyBytes: number;
}

/** The text of a body. Rejects when it is too large, broken off, or not what its head says. */
export async function readText(response: http.IncomingMessage, reading: BodyToRead): Promise<string> {
	const bytes = await readBytes(response, reading);
	const encoding = response.headers['content-encoding'] ?? '';
	return UTF_8.decode(encoding === '' ? bytes : await unpacked(bytes, encoding, reading));
}

function readBytes(response: http.IncomingMessage, { onTooLarge, maxBodyBytes }: BodyToRead): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		response.on('data', (chunk: Buffer) => {
			size += chunk.length;
			if (size > maxBodyBytes) {
				onTooLarge();
				response.destroy();
				reject(new Error(`The answer is larger than ${maxBodyBytes} bytes.`));
			} else chunks.push(chunk);
		});
		response.once('end', () => {
			resolve(Buffer.concat(chunks));
		});
		// Stays for good, like that of the request.
		response.on('error', reject);
		response.once('close', () => {
			if (!response.complete) reject(Object.assign(new Error('The connection was closed within the answer.'), { code: 'ECONNRESET' }));
		});
	});
}

/** What a head says of packing is believed where it is true: some gateways unpack and leave the word. */
async function unpacked(packed: Buffer, encoding: string, { onTooLarge, maxBodyBytes }: BodyToRead): Promise<Buffer> {
	const layers = encoding
		.toLowerCase()
		.split(',')
		.map((name) => name.trim().replace(/^x-/, ''));
	let bytes = packed;
	for (const name of layers.slice(0, MAX_LAYERS).reverse()) {
		const unpack = UNPACK[name];
		if (!unpack || bytes.length === 0) continue;
		try {
			bytes = await unpack(bytes, { maxOutputLength: maxBodyBytes });
		} catch (error) {
			if (!isTooLarge(error)) return bytes;
			onTooLarge();
			throw error;
		}
	}
	return bytes;
}

function isTooLarge(error: unknown): boolean {
	return error instanceof RangeError || codeOf(error) === 'ERR_BUFFER_TOO_LARGE';
}
