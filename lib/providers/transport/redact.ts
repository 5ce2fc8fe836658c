/**
 * The one place where secrets are taken out of what a provider or a proxy says: texts, names, ids, counts and error words. For messages it
 * also takes out what looks like a key, what moves a terminal, and the prompt's own text.
 */
import { SecretFinder } from './secret-finder';

const MAX_MESSAGE_CHARACTERS = 300;
const MAX_QUOTE_CHARACTERS = 160;
/** No more of a server's words is looked at: what is quoted is far shorter. */
const MAX_READ_CHARACTERS = 8_000;
/** A piece this long in both the prompt and the server's words is the prompt quoted back. */
const QUOTED_CHARACTERS = 12;
const HIDDEN = '[hidden]';
/** In an answer, shorter ones are words: a password "test" must not spoil a text about a test. */
const SHORTEST_IN_ANSWERS = 8;
const SHORTEST_IN_MESSAGES = 4;
const KEY_LIKE =
	/\b(?:sk|pk|rk|gsk|xai|key|pat|ghp|AIza)[-_][\w*.-]{4,}|\bAIza[\w-]{10,}|\bBearer\s+\S+|\bBasic\s+[\w+/=]{6,}|\b[\w-]{40,}\b/gi;
/** Control characters, and those that turn the direction of what follows. */
const UNSEEN = /[\p{Cc}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]+/gu;

interface Finders {
	readonly answers: SecretFinder;
	readonly messages: SecretFinder;
}

/** An endpoint's list of secrets is made once. */
const known = new WeakMap<readonly string[], Finders>();

function findersOf(secrets: readonly string[]): Finders {
	const finders = known.get(secrets) ?? {
		answers: new SecretFinder(secrets, SHORTEST_IN_ANSWERS),
		messages: new SecretFinder(secrets, SHORTEST_IN_MESSAGES),
	};
	known.set(secrets, finders);
	return finders;
}

/** A value that came from a provider, with every secret in its texts and names replaced by `[hidden]`. Values without one are returned as they are. */
export function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
	const finder = findersOf(secrets).answers;
	return shows(value, finder) ? cleaned(value, finder) : value;
}

/** Whether a text, in any of its layers of escapes, holds a secret that {@link withoutSecrets} would hide. */
export function showsSecret(text: string, secrets: readonly string[]): boolean {
	return findersOf(secrets).answers.find(text).length > 0;
}

/** The text with every secret and everything that looks like a key replaced by `[hidden]`. */
export function redact(text: string, secrets: readonly string[]): string {
	return hide(text, findersOf(secrets).messages).replace(KEY_LIKE, HIDDEN);
}

/** A server's own words for the end of a message: one line, redacted, without what they quote of the prompt, at most 160 characters. */
export function quoteServer(
	text: string | null,
	{ secrets, prompts }: { readonly secrets: readonly string[]; readonly prompts: readonly string[] },
): string {
	const read = (text ?? '').slice(0, MAX_READ_CHARACTERS).toWellFormed();
	const line = redact(read, secrets).replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
	const own = withoutPrompts(line.slice(0, 2 * MAX_QUOTE_CHARACTERS), prompts).trim();
	if (!/[\p{L}\p{N}]/u.test(own.replaceAll(HIDDEN, ''))) return '';
	return own.length > MAX_QUOTE_CHARACTERS ? `${own.slice(0, MAX_QUOTE_CHARACTERS - 1)}…` : own;
}

/** Cuts a finished message to what people and logs take. */
export function clipMessage(message: string): string {
	return message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS - 1)}…` : message;
}

/** Whether a value holds a text with a secret. Nothing is copied. */
function shows(value: unknown, finder: SecretFinder): boolean {
	if (typeof value === 'string') return finder.find(value).length > 0;
	if (typeof value === 'number') return finder.find(String(value)).length > 0;
	if (typeof value !== 'object' || value === null) return false;
	return Object.entries(value).some(([name, inner]) => shows(inner, finder) || finder.find(name).length > 0);
}

function cleaned(value: unknown, finder: SecretFinder): unknown {
	if (typeof value === 'string') return hide(value, finder);
	if (typeof value === 'number') return finder.find(String(value)).length > 0 ? HIDDEN : value;
	if (Array.isArray(value)) return value.map((entry: unknown) => cleaned(entry, finder));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, inner]) => [hide(name, finder), cleaned(inner, finder)]));
}

function hide(text: string, finder: SecretFinder): string {
	const found = finder.find(text);
	if (found.length === 0) return text;
	let at = 0;
	let shown = '';
	for (const { start, end } of found) {
		shown += text.slice(at, start) + HIDDEN;
		at = end;
	}
	return shown + text.slice(at);
}

/** The line with every piece that also stands in a prompt replaced by an ellipsis. */
function withoutPrompts(line: string, prompts: readonly string[]): string {
	return prompts.reduce((shown, prompt) => {
		const text = prompt.replace(/\s+/g, ' ').trim();
		if (text.length >= 4 && text.length < QUOTED_CHARACTERS) return shown.replaceAll(text, '…');
		return withoutShared(shown, text);
	}, line);
}

function withoutShared(line: string, text: string): string {
	let shown = '';
	for (let at = 0; at < line.length;) {
		let length = QUOTED_CHARACTERS;
		if (at + length > line.length || !text.includes(line.slice(at, at + length))) {
			shown += line.charAt(at);
			at += 1;
			continue;
		}
		while (at + length < line.length && text.includes(line.slice(at, at + length + 1))) length += 1;
		shown += '…';
		at += length;
	}
	return shown;
}
