/**
 * Hashes of keys, of contents and of the chain of entries. Pure SHA-256, no randomness.
 */
import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import { CreditError } from './errors';

/** 128 bits are enough to keep keys of one account apart, and half as long to store. */
const SHORT_HASH_LENGTH = 32;
const MAX_KEY_LENGTH = 512;
/** A batch asks for the hash of each key twice: to look for its entry, and to decide. Prices come again with every call. */
const MAX_RECENT_HASHES = 1024;
/** Stands before the keys of administrators: no key of a request is as long, so none can have the hash of one of theirs. */
const ADMINISTRATORS = 'administrator'.padEnd(MAX_KEY_LENGTH + 1, '.');
const newRecent = (): LRUCache<string, string> => new LRUCache({ max: MAX_RECENT_HASHES });
const recentKeys = newRecent();
const recentContents = { price: newRecent(), 'price list': newRecent() } as const;

/** Hexadecimal SHA-256 of a text. */
export function sha256(text: string): string {
	return hash('sha256', text, 'hex');
}

/** The first 128 bits of the SHA-256 of a text, in hexadecimal. */
export function shortHash(text: string): string {
	return sha256(text).slice(0, SHORT_HASH_LENGTH);
}

/** Hash under which a key is stored. Throws `invalid_key` for an empty key or one over 512 characters. */
export function hashKey(key: string): string {
	checkKey(key);
	return remembered(recentKeys, key, '');
}

/** Hash under which a key of an administrator's command is stored: no key of a spender ever has it. Throws as {@link hashKey}. */
export function hashAdministratorsKey(key: string): string {
	checkKey(key);
	return shortHash(`${ADMINISTRATORS}${key}`);
}

function checkKey(key: string): void {
	if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
		throw new CreditError('invalid_key', `The idempotency key has ${String(key.length)} characters; give 1 to ${String(MAX_KEY_LENGTH)}.`);
	}
}

/** Hash under which the further calls of a reserve are stored, for call `pass` = 1, 2 … after the first. */
export function hashPassKey(key: string, pass: number): string {
	return shortHash(`${key}\u0000${String(pass)}`);
}

/** Hash under which a later decision about a refused request is stored, for `number` = 1, 2 … after the first. */
export function hashLaterKey(key: string, number: number): string {
	return shortHash(`${key}\u0000later\u0000${String(number)}`);
}

/** Hash under which something is stored that is the same whenever its content is. No key of a request has it: those are hashed as given. */
export function hashContent(kind: 'price' | 'price list', content: string): string {
	return remembered(recentContents[kind], content, `${kind}\u0000`);
}

function remembered(recent: LRUCache<string, string>, text: string, before: string): string {
	const known = recent.get(text);
	if (known !== undefined) return known;
	const short = shortHash(`${before}${text}`);
	recent.set(text, short);
	return short;
}

/** JSON with sorted keys and integers of any size as decimal text, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_name, inner: unknown) => {
		if (typeof inner === 'bigint') return inner.toString();
		if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
		return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
	});
}
