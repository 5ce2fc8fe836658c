/** The charter's rule about the numbers of the ledger's rules: docs/ledger.md has each once, and nothing cites a number that is not there. */
import type { Rule, Violation } from './charter-layers';
import type { SourceTree } from './source-tree';

const RULES_ARE_IN = 'docs/ledger.md';
const NUMBERED = /\*\*Rule (\d{1,3})\.\*\*/g;
/** "rule 12", "rules 2, 27 and 28", "rules 5–9". With a capital R it is a rule of somebody else, such as a check of an answer. */
const CITED = /\brules? (\d{1,3}(?:(?:, | and |, and | to |[–-])\d{1,3})*)(?!\d)/g;
const CITING = /^(lib|nodes|credentials|scripts|test|docs)\//;
/** These files cite numbers that are not there, in order to show that it is found. */
const SHOWS_IT = /^test\/(support\/charter|unit)\/charter/;

interface Numbered {
	readonly number: number;
	readonly line: number;
}

function numbersIn(text: string, pattern: RegExp): Numbered[] {
	return text
		.split('\n')
		.flatMap((line, index) =>
			[...line.matchAll(pattern)].flatMap(([, numbers = '']) => expanded(numbers).map((number) => ({ number, line: index + 1 }))),
		);
}

/** "2, 27 and 28" → 2, 27, 28; "5–9" → 5, 6, 7, 8, 9. */
function expanded(numbers: string): number[] {
	return numbers.split(/, and |, | and /).flatMap((part) => {
		const [first = 0, last = first] = part.split(/ to |[–-]/).map(Number);
		return Array.from({ length: Math.max(1, last - first + 1) }, (_, index) => first + index);
	});
}

const citations: Rule = {
	name: 'each rule of the ledger that is cited is in docs/ledger.md',
	check: (tree: SourceTree): Violation[] => {
		const numbered = numbersIn(tree.files.get(RULES_ARE_IN)?.text ?? '', NUMBERED);
		const known = new Set(numbered.map(({ number }) => number));
		const twice = numbered.filter(({ number }, index) => numbered.findIndex((other) => other.number === number) < index);
		const cited = [...tree.files.values()]
			.filter(({ path }) => CITING.test(path) && !SHOWS_IT.test(path))
			.flatMap(({ path, text }) => numbersIn(text, CITED).map((citation) => ({ path, ...citation })));
		return [
			...twice.map(({ number, line }) => ({
				path: RULES_ARE_IN,
				line,
				problem: `numbers rule ${number} twice`,
				mend: 'Give each rule one place, and cite it elsewhere.',
			})),
			...cited
				.filter(({ number }) => !known.has(number))
				.map(({ path, line, number }) => ({
					path,
					line,
					problem: `cites ledger rule ${number}, which ${RULES_ARE_IN} does not have`,
					mend: `Mend the number, or begin the sentence of the rule in ${RULES_ARE_IN} with "**Rule ${number}.**".`,
				})),
		];
	},
};

/** The rules about citations. */
export const CITATION_RULES: readonly Rule[] = [citations];
