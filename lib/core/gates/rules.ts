/**
 * Owns the rules a person sets for an answer: how long it may be, what it must say and what it must not. Refuses to guess at
 * meaning: phrases are compared as whole words, without case and accents.
 */
import { excerpt, type AnswerText, type Finding } from './finding';
import { foldAccents, hasPhrase } from './reading/fold';
import { countCharacters, countWords } from './length';
import { visibleText } from './reading/visible-text';

/** One rule. `attribute` `null`: all texts of the answer together. */
export type AnswerRule =
	| { readonly kind: 'contains' | 'avoids'; readonly attribute: string | null; readonly phrases: readonly string[] }
	| {
			readonly kind: 'min_characters' | 'max_characters' | 'min_words' | 'max_words';
			readonly attribute: string | null;
			readonly limit: number;
	  };

/** What the texts break of the rules, in the order of the rules. An attribute without any text counts as empty. */
export function brokenRules(rules: readonly AnswerRule[], texts: readonly AnswerText[]): Finding[] {
	return rules.flatMap((rule) => {
		const meant = texts
			.filter(({ attribute }) => rule.attribute === null || rule.attribute === attribute)
			.map(({ text }) => visibleText(text));
		return 'limit' in rule ? brokenLength(rule, meant) : brokenPhrases(rule, meant);
	});
}

function brokenLength(rule: Extract<AnswerRule, { limit: number }>, texts: readonly string[]): Finding[] {
	const isInWords = rule.kind.endsWith('words');
	const length = texts.reduce((sum, text) => sum + (isInWords ? countWords(text) : countCharacters(text)), 0);
	const isMost = rule.kind.startsWith('max');
	if (isMost ? length <= rule.limit : length >= rule.limit) return [];
	const unit = isInWords ? 'words' : 'characters';
	const detail = `has ${String(length)} ${unit}, ${isMost ? 'at most' : 'at least'} ${String(rule.limit)} are asked for`;
	return [{ gate: 'length', attribute: rule.attribute, detail }];
}

function brokenPhrases(
	{ kind, attribute, phrases }: Extract<AnswerRule, { phrases: readonly string[] }>,
	texts: readonly string[],
): Finding[] {
	const folded = texts.map(foldAccents);
	const isThere = (phrase: string): boolean => folded.some((text) => hasPhrase(text, foldAccents(phrase)));
	return phrases
		.filter((phrase) => isThere(phrase) === (kind === 'avoids'))
		.map((phrase) =>
			kind === 'avoids'
				? { gate: 'banned_phrases', attribute, detail: `says ${excerpt(phrase)}` }
				: { gate: 'required_phrases', attribute, detail: `does not say ${excerpt(phrase)}` },
		);
}
