/**
 * Owns the order of the gates after a call: what is cheap and sure first. Refuses to call anything: it judges texts that are there.
 */
import type { AnswerText, Finding } from './finding';
import { hasFact, readAnswer } from './facts';
import { givenFacts, givenTexts } from './reading/given-facts';
import { inventions } from './invented';
import { languageDetail, languageOf, type LanguageModel } from './language';
import { leftOvers } from './placeholders';
import { fieldOf } from './required-context';
import { brokenRules, type AnswerRule } from './rules';

/** Which gates are on. */
export interface AnswerChecks {
	readonly rules: readonly AnswerRule[];
	readonly placeholders: boolean;
	/** Codes of the languages that the answer may be in; none: any. */
	readonly languages: readonly string[];
	/** Names of fields whose values must be in the answer. */
	readonly facts: readonly string[];
	readonly invented: boolean;
}

/** What an answer is compared with. */
export interface AnswerContext {
	/** The data of the item. */
	readonly item: unknown;
	/** The texts the model was given: instructions and prompt. */
	readonly prompts: readonly string[];
	/** Needed where a language is asked for; `null` decides nothing that the script does not. */
	readonly languageModel: LanguageModel | null;
}

/** Longer texts are looked at up to here; no message is as long. */
const MAX_CHARACTERS = 20_000;

/** Everything about the texts of an answer that does not pass. Pure; time grows with the length of the texts. */
export function checkAnswer(answer: readonly AnswerText[], checks: AnswerChecks, context: AnswerContext): Finding[] {
	const texts = answer.map(({ attribute, text }) => ({ attribute, text: text.slice(0, MAX_CHARACTERS) }));
	const given = checks.placeholders || checks.languages.length > 0 ? givenTexts([context.item]) : [];
	const asked = { prompts: context.prompts, attributes: answer.map(({ attribute }) => attribute) };
	return [
		...brokenRules(checks.rules, texts),
		...(checks.placeholders ? perText(texts, 'placeholders', (text) => leftOvers(text, given, asked)) : []),
		...(checks.languages.length > 0 ? otherLanguage(texts, { expected: checks.languages, given, model: context.languageModel }) : []),
		...missingFacts(texts, checks, context),
		...(checks.invented ? inventedIn(texts, context) : []),
	];
}

function perText(texts: readonly AnswerText[], gate: Finding['gate'], detailsOf: (text: string) => readonly string[]): Finding[] {
	return texts.flatMap(({ attribute, text }) => detailsOf(text).map((detail) => ({ gate, attribute, detail })));
}

/** Scores nothing, so that only scripts decide. */
const NO_MODEL: LanguageModel = { languages: new Set(), scores: () => ({}) };

/** Each text by itself; where none decides, all together, because several short texts may say enough. */
function otherLanguage(
	texts: readonly AnswerText[],
	{ expected, given, model }: { expected: readonly string[]; given: readonly string[]; model: LanguageModel | null },
): Finding[] {
	const names = given.filter((text) => text.length > 2 && text.split(/\s+/).length <= 3);
	/** A text is in another language when it is in none of those that are expected. */
	const judge = (text: string, attribute: string | null): Finding[] => {
		const verdicts = expected.map((code) => languageOf(text, { expected: code, names, model: model ?? NO_MODEL }));
		const [first] = verdicts.flatMap((verdict) => (verdict.kind === 'other' ? [verdict.found] : []));
		if (first === undefined || verdicts.some(({ kind }) => kind !== 'other')) return [];
		return [{ gate: 'language', attribute, detail: languageDetail(first, expected) }];
	};
	const found = texts.flatMap(({ attribute, text }) => judge(text, attribute));
	if (found.length > 0 || texts.length < 2) return found;
	return judge(texts.map(({ text }) => text).join('\n'), null);
}

function missingFacts(texts: readonly AnswerText[], { facts, languages }: AnswerChecks, { item }: AnswerContext): Finding[] {
	if (facts.length === 0) return [];
	const answer = readAnswer(
		texts.map(({ text }) => text),
		languages,
	);
	return facts
		.filter((name) => !hasFact(answer, fieldOf(item, name)))
		.map((name) => ({ gate: 'facts', attribute: null, detail: `does not say what ${JSON.stringify(name)} holds` }));
}

function inventedIn(texts: readonly AnswerText[], { item, prompts }: AnswerContext): Finding[] {
	const given = givenFacts([item, ...prompts]);
	return perText(texts, 'invented', (text) => inventions(text, given));
}
