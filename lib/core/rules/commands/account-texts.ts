/**
 * Owns what an account says to every model: its texts (compliance, brand voice, business context and others by name), its languages,
 * and how much it keeps of answers. The journal holds a text's name, hash and length; the text itself lies beside it and can be removed.
 * Refuses names that could not be written in a prompt, and texts that say nothing.
 */
import { CreditError } from '../../values/errors';
import { sha256 } from '../../values/idempotency';
import type { AccountSettings } from '../../nouns/settings';
import type { AccountText, CacheLimits } from '../../nouns/profile';

/** The text that goes with every prompt of the account. Every other text goes only with prompts that name it. */
export const COMPLIANCE = 'compliance';

const NAME = /^[a-z][a-z0-9_]{0,39}$/;
/** As prompts refer to a text. Neither host reads square brackets: n8n's expressions and Mustache are in braces. */
const REFERENCE = /\[\[text:\s{0,20}([^\][\s]{0,200})\s{0,20}\]\]/g;
const MAX_TEXTS = 50;
const MAX_TEXT_CHARACTERS = 50_000;
const MAX_LANGUAGES = 50;
const MAX_ANSWERS = 1_000_000;
const MAX_ANSWER_BYTES = 100_000_000_000;

/** How a prompt refers to a text. */
export const referenceTo = (name: string): string => `[[text:${name}]]`;

/** The prompt with each reference replaced by what `replace` makes of the text's name. */
export function replaceReferences(prompt: string, replace: (name: string) => string): string {
	return prompt.replace(REFERENCE, (_reference, name: string) => replace(name));
}

/** What the journal says of a text. Throws `invalid_argument` for a name or a text that cannot be used. */
export function describeText({ texts }: Pick<AccountSettings, 'texts'>, { name, text }: { name: string; text: string }): AccountText {
	if (!NAME.test(name)) {
		throw new CreditError(
			'invalid_argument',
			`The name of the text is ${JSON.stringify(name)}; use up to 40 small letters, digits and underscores, starting with a letter, such as brand_voice.`,
		);
	}
	if (text.trim() === '' || text.length > MAX_TEXT_CHARACTERS) {
		throw new CreditError(
			'invalid_argument',
			`The text ${JSON.stringify(name)} has ${String(text.trim().length)} characters; give 1 to ${String(MAX_TEXT_CHARACTERS)}.`,
		);
	}
	if (texts.length >= MAX_TEXTS && !texts.some((known) => known.name === name))
		throw new CreditError('invalid_argument', `There are ${String(MAX_TEXTS)} texts already. Remove one that is not needed any more.`);
	return { name, hash: sha256(text), characters: text.length };
}

/** Throws `invalid_argument` when the account has no text of this name. */
export function checkKnownText({ texts }: Pick<AccountSettings, 'texts'>, name: string): void {
	if (texts.some((known) => known.name === name)) return;
	throw new CreditError('invalid_argument', `There is no text ${JSON.stringify(name)}. List them with: llm-credits text list`);
}

/** Language tags in their usual writing, each once, in the order given. Throws `invalid_argument` for what is no BCP 47 tag. */
export function readLanguages(given: readonly string[]): readonly string[] {
	const languages = [...new Set(given.map(readLanguage))];
	if (languages.length > MAX_LANGUAGES)
		throw new CreditError(
			'invalid_argument',
			`There are ${String(languages.length)} languages; give ${String(MAX_LANGUAGES)} at most, or none for any language.`,
		);
	return languages;
}

function readLanguage(given: string): string {
	try {
		const [language] = Intl.getCanonicalLocales(given.trim());
		if (language !== undefined) return language;
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
	}
	throw new CreditError('invalid_argument', `${JSON.stringify(given)} is no language. Give tags such as en, de or pt-BR.`);
}

/** Throws `invalid_argument` for limits that are no whole numbers from 0 up. */
export function checkCacheLimits({ maxAnswers, maxBytes }: CacheLimits): void {
	const isIn = (value: number, max: number): boolean => Number.isInteger(value) && value >= 0 && value <= max;
	if (isIn(maxAnswers, MAX_ANSWERS) && isIn(maxBytes, MAX_ANSWER_BYTES)) return;
	throw new CreditError(
		'invalid_argument',
		`The limits of the cache are ${String(maxAnswers)} answers and ${String(maxBytes)} bytes; give whole numbers from 0 to ${String(MAX_ANSWERS)} and ${String(MAX_ANSWER_BYTES)}.`,
	);
}

/** What is wrong with the texts that lie beside the journal, which must be those that it names; empty when all is well. */
export function textDifferences(named: readonly AccountText[], stored: ReadonlyMap<string, string>): string[] {
	const wrong = named.flatMap(({ name, hash }) => {
		const text = stored.get(name);
		if (text === undefined) return [`The text ${JSON.stringify(name)} is in the journal, but is not stored.`];
		return sha256(text) === hash ? [] : [`The text ${JSON.stringify(name)} is stored otherwise than the journal says.`];
	});
	const names = new Set(named.map(({ name }) => name));
	const extra = [...stored.keys()].filter((name) => !names.has(name));
	return [...wrong, ...extra.map((name) => `The text ${JSON.stringify(name)} is stored, but is not in the journal.`)];
}
