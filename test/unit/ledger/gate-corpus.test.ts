/** The gates after the call against the corpus: every bad answer is found by the gate it is bad for, every good one passes all. */
import { expect } from 'chai';
import { checkAnswer } from '../../../lib/core/gates/check-answer';
import type { AnswerText, Finding } from '../../../lib/core/gates/finding';
import { languageModel } from '../../../lib/engine/answer/language-model';
import { GATE_CORPUS, LABELLED_GATES, type Labelled, type World } from '../../support/corpus/gate-corpus';

interface Judged {
	readonly world: World;
	readonly labelled: Labelled;
	readonly expected: readonly string[];
	readonly findings: readonly Finding[];
}

function textsOf([, text]: Labelled): AnswerText[] {
	if (typeof text === 'string') return [{ attribute: 'body', text }];
	return [
		{ attribute: 'subject', text: text[0] },
		{ attribute: 'body', text: text[1] },
	];
}

async function judgeAll(): Promise<Judged[]> {
	const model = await languageModel();
	return GATE_CORPUS.flatMap((world) =>
		world.answers.map((labelled) => {
			const [known] = labelled;
			const checks = { rules: world.rules, placeholders: true, languages: [world.language], facts: world.facts, invented: true };
			const findings = checkAnswer(textsOf(labelled), checks, { item: world.item, prompts: [world.prompt], languageModel: model });
			return { world, labelled, expected: known === 'good' || known.startsWith('undecided') ? [] : known.split(' '), findings };
		}),
	);
}

/** One row a gate: how often it found what is bad (hit), missed it, cried wolf, and rightly kept silent. */
function confusionTable(judged: readonly Judged[]): string {
	const rows = LABELLED_GATES.map((gate) => {
		const counts = { hit: 0, missed: 0, wolf: 0, silent: 0, undecided: 0 };
		for (const { labelled, expected, findings } of judged) {
			const isFound = findings.some((finding) => finding.gate === gate);
			if (labelled[0] === `undecided ${gate}`) counts.undecided += 1;
			counts[expected.includes(gate) ? (isFound ? 'hit' : 'missed') : isFound ? 'wolf' : 'silent'] += 1;
		}
		const cells = [counts.hit, counts.missed, counts.wolf, counts.silent, counts.undecided];
		return [gate.padEnd(17), ...cells.map((count) => String(count).padStart(8))].join('');
	});
	const head = ['gate'.padEnd(17), ...['found', 'missed', 'false', 'silent', 'undec.'].map((cell) => cell.padStart(8))].join('');
	return [head, ...rows].join('\n');
}

describe('gate corpus', () => {
	let judged: readonly Judged[] = [];

	before(async () => {
		judged = await judgeAll();
	});

	it('is large enough, in twelve languages, with every named way to be bad in each', () => {
		expect(judged.length).to.be.at.least(120);
		expect(GATE_CORPUS.map(({ language }) => language)).to.have.members('en de fr es it pt nl pl ja zh th ar'.split(' '));
		for (const { language, answers } of GATE_CORPUS) {
			const known = answers.flatMap(([labels]) => labels.split(' '));
			expect(known, language).to.include.members(['good', ...LABELLED_GATES]);
		}
		for (const [known, , why] of GATE_CORPUS.flatMap(({ answers }) => answers))
			expect(why === undefined, known).to.equal(!known.startsWith('undecided'));
	});

	it('prints the confusion table: nothing missed, no false alarm', () => {
		const table = confusionTable(judged);
		process.stdout.write(`\n${judged.length} answers\n${table}\n\n`);
		const wrong = judged
			.filter(
				({ expected, findings }) =>
					new Set([...expected, ...findings.map(({ gate }) => gate)]).size !== expected.length ||
					expected.some((gate) => !findings.some((finding) => finding.gate === gate)),
			)
			.map(({ world, labelled, findings }) => ({
				language: world.language,
				known: labelled[0],
				found: findings.map(({ gate, attribute, detail }) => `${gate} ${String(attribute)}: ${detail}`),
				text: textsOf(labelled).map(({ text }) => text),
			}));
		expect(wrong, JSON.stringify(wrong, null, 1)).to.deep.equal([]);
	});

	it('says things that are short and safe to show', () => {
		for (const { findings } of judged)
			for (const { detail } of findings) {
				expect(detail.length, detail).to.be.at.most(160);
				expect(detail, detail).to.match(/^[^\n]*[^.\n]$/);
			}
	});
});
