/** Owns the sentences about what did not pass: for people, and for the model that is to mend it. Refuses long copies of texts. */
import type { Finding } from '../../core/gates/finding';
import { isEmptyValue } from '../../core/gates/required-context';

/** So many are told to people; the item lists all. */
const MAX_TOLD = 3;
const MAX_VALUE = 300;

/** What failed, in one clause without a final period. */
export function describe(findings: readonly Finding[]): string {
	const told = findings.slice(0, MAX_TOLD).map(clause);
	const more = findings.length - told.length;
	return [...told, ...(more > 0 ? [`and ${String(more)} more`] : [])].join('; ');
}

/** What a model is told that is to write its answer once more. `facts` are the fields that must be said, with their values. */
export function repairInstructions(findings: readonly Finding[], facts: readonly (readonly [name: string, value: unknown])[]): string {
	const values = facts
		.filter(([, value]) => !isEmptyValue(value))
		.map(([name, value]) => `- ${name}: ${(jsonOf(value) ?? '').slice(0, MAX_VALUE)}`);
	const mustSay = findings.some(({ gate }) => gate === 'facts') && values.length > 0;
	return [
		'Your answer did not pass these checks:',
		...findings.map((finding) => `- ${clause(finding)}`),
		...(mustSay ? ['These values must be in it as they are, in the form that suits its language:', ...values] : []),
		'Give the whole answer again in the same form. Mend this and leave everything else as it was; keep to the request above, and use no fact that is not in it.',
	].join('\n');
}

/** What is no data has no JSON. */
function jsonOf(value: unknown): string | undefined {
	return JSON.stringify(value);
}

function clause({ attribute, detail }: Finding): string {
	return attribute === null ? `the answer ${detail}` : `${attribute} ${detail}`;
}
