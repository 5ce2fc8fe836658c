/**
 * Owns what the settings of an action say about checks, read once: rules with numbers and phrases, names of fields. Refuses rules that
 * could never work, naming the rule and the mend.
 */
import { CreditError } from '../../core/values/errors';
import { languageCode } from '../../core/gates/language';
import { fieldNames } from '../../core/gates/required-context';
import type { AnswerRule } from '../../core/gates/rules';
import type { CheckSettings, LlmActionValues } from './action-types';

/** Reads the settings. Throws `invalid_settings` for a rule whose value or attribute cannot work, and for a judge without criteria. */
export function checkSettings(values: LlmActionValues): CheckSettings {
	return {
		requiredFields: fieldNames(values.requiredFields),
		answer: {
			rules: values.answerRules.map((row, index) =>
				answerRule(row, { label: `Rule ${String(index + 1)}: `, attributes: values.attributes }),
			),
			placeholders: values.checkPlaceholders,
			facts: fieldNames(values.factFields),
			invented: values.checkInvented,
		},
		judge: judgeOf(values),
		repairs: values.repairOnce,
		replacesAttributes: values.failedChecks === 'attribute',
	};
}

/** The judge, or `null` where no model is chosen. Throws `invalid_settings` for a judge without criteria. */
export function judgeOf({
	judgeModel,
	judgeCriteria,
	judgeThreshold,
}: Pick<LlmActionValues, 'judgeModel' | 'judgeCriteria' | 'judgeThreshold'>): CheckSettings['judge'] {
	const model = judgeModel.trim();
	if (model === '') return null;
	if (judgeCriteria.trim() !== '') return { model, criteria: judgeCriteria, threshold: judgeThreshold };
	throw new CreditError('invalid_settings', 'Judge Criteria is empty. Say what a good message is, or choose no judge.');
}

/** The code of a language as somebody wrote it; empty: any. Throws `invalid_settings` for what is no language. */
export function expectedLanguage(written: string): string {
	const code = languageCode(written);
	if (code !== null) return code;
	throw new CreditError(
		'invalid_settings',
		`Language is ${JSON.stringify(written.slice(0, 40))}; write a code or a name, such as de or German.`,
	);
}

/** Codes of the languages that an account names by their tags; none, which is any, where one of them cannot be told from others. */
export function accountLanguages(tags: readonly string[]): string[] {
	const codes = tags.map((tag) => languageCode(tag) ?? '');
	return codes.includes('') ? [] : [...new Set(codes)];
}

/** Attributes that hold texts somebody reads. */
const WITH_TEXT: ReadonlySet<string> = new Set(['text', 'list', 'object']);

/** Reads one rule; `label` stands before what is wrong with it. Throws `invalid_settings` for an attribute without text or a value of the wrong kind. */
export function answerRule(
	{ check, attribute: written, value }: LlmActionValues['answerRules'][number],
	{ label, attributes }: { label: string; attributes: readonly { readonly name: string; readonly type: string }[] },
): AnswerRule {
	const attribute = written.trim() === '' ? null : written.trim();
	const meant = attributes.find(({ name }) => name === attribute);
	if (attribute !== null && !(meant && WITH_TEXT.has(meant.type))) {
		const known = attributes.filter(({ type }) => WITH_TEXT.has(type)).map(({ name }) => name);
		const mend = known.length === 0 ? 'leave it empty' : `use ${known.join(' or ')}, or leave it empty`;
		throw new CreditError(
			'invalid_settings',
			`${label}Attribute is ${JSON.stringify(attribute)}, which is no output attribute with text; ${mend}.`,
		);
	}
	switch (check) {
		case 'contains':
		case 'avoids':
			return { kind: check, attribute, phrases: phrasesOf(label, value) };
		case 'min_characters':
		case 'max_characters':
		case 'min_words':
		case 'max_words':
			return { kind: check, attribute, limit: limitOf(label, value) };
		default:
			return check satisfies never;
	}
}

function phrasesOf(label: string, value: string): string[] {
	const phrases = value
		.split(/[,\n、，،;]/)
		.map((phrase) => phrase.trim())
		.filter((phrase) => phrase.replaceAll('*', '').trim() !== '');
	if (phrases.length > 0) return phrases;
	throw new CreditError(
		'invalid_settings',
		`${label}Value is ${JSON.stringify(value)}; write phrases separated by commas, such as free returns, no risk.`,
	);
}

function limitOf(label: string, value: string): number {
	const limit = Number(value.trim());
	if (/^\d{1,6}$/.test(value.trim())) return limit;
	throw new CreditError('invalid_settings', `${label}Value is ${JSON.stringify(value)}; give a whole number, such as 45.`);
}
