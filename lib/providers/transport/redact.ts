/**
 * Owns what of a server's words may be shown. Refuses keys, whatever form they are echoed in, and the prompt's own text.
 */

const MAX_MESSAGE_CHARACTERS = 300;
const MAX_QUOTE_CHARACTERS = 160;
/** A piece this long in both the prompt and the server's words is the prompt quoted back. */
const QUOTED_CHARACTERS = 12;
const KEY_LIKE =
	/\b(?:sk|pk|rk|gsk|xai|key|pat|ghp|AIza)[-_][\w*.-]{4,}|\bAIza[\w-]{10,}|\bBearer\s+\S+|\bBasic\s+[\w+/=]{6,}|\b[\w-]{40,}\b/gi;

/** The text with every secret and everything that looks like a key replaced by `[hidden]`. */
export function redact(text: string, secrets: readonly string[]): string {
	const withoutSecrets = secrets
		.filter((secret) => secret.length >= 4)
		.reduce((shown, secret) => shown.replaceAll(secret, '[hidden]'), text);
	return withoutSecrets.replace(KEY_LIKE, '[hidden]');
}

/** A server's own words for the end of a message: one line, redacted, at most 160 characters; '' when they quote the prompt. */
export function quoteServer(
	text: string | null,
	{ secrets, prompts }: { readonly secrets: readonly string[]; readonly prompts: readonly string[] },
): string {
	const line = redact((text ?? '').replace(/\s+/g, ' ').trim(), secrets);
	if (line === '' || prompts.some((prompt) => sharesText(line, prompt))) return '';
	return line.length > MAX_QUOTE_CHARACTERS ? `${line.slice(0, MAX_QUOTE_CHARACTERS - 1)}…` : line;
}

/** Cuts a finished message to what people and logs take. */
export function clipMessage(message: string): string {
	return message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS - 1)}…` : message;
}

function sharesText(line: string, prompt: string): boolean {
	const text = prompt.replace(/\s+/g, ' ').trim();
	if (text.length >= 4 && text.length < QUOTED_CHARACTERS) return line.includes(text);
	for (
		let start = 0;
		start + QUOTED_CHARACTERS <= Math.min(line.length, MAX_QUOTE_CHARACTERS + QUOTED_CHARACTERS);
		start += QUOTED_CHARACTERS / 4
	) {
		if (text.includes(line.slice(start, start + QUOTED_CHARACTERS))) return true;
	}
	return false;
}
