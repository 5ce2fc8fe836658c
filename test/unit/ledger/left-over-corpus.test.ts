/** The check that is on by itself against the corpus of left-overs: it stops no good text, and nearly all broken ones, the held-back ones too. */
import { expect } from 'chai';
import { checkAnswer } from '../../../lib/core/gates/check-answer';
import { BROKEN, GOOD } from '../../support/corpus/left-overs/left-over-corpus';
import { isHeldBack, type Sample } from '../../support/corpus/left-overs/sample';

const ON_BY_ITSELF = { rules: [], placeholders: true, languages: [], facts: [], invented: false };
const PART = { open: false, 'held back': true } as const;

function isStopped([, text, asked = 'Write a message to the customer.']: Sample): boolean {
	const context = { item: {}, prompts: [asked], languageModel: null };
	return checkAnswer([{ attribute: 'message', text }], ON_BY_ITSELF, context).length > 0;
}

function partOf(samples: readonly Sample[], isHeld: boolean): readonly Sample[] {
	return samples.filter((sample) => isHeldBack(sample) === isHeld);
}

describe('left-over corpus', () => {
	it('is large, in many languages, with a third held back', () => {
		const broken = Object.values(BROKEN).flat();
		expect(GOOD.length).to.be.at.least(200);
		expect(broken.length).to.be.at.least(200);
		expect(new Set(GOOD.map(([language]) => language)).size).to.be.at.least(20);
		expect([...new Set(broken.map(([language]) => language))]).to.include.members('ja zh ko th ar he hi'.split(' '));
		expect(new Set([...GOOD, ...broken].map(([, text]) => text)).size).to.equal(GOOD.length + broken.length);
		for (const samples of [GOOD, broken]) expect(partOf(samples, true).length / samples.length).to.be.within(0.25, 0.42);
	});

	it('prints how much is stopped: no good text, and 95 in 100 broken ones of each part', () => {
		const kinds: [kind: string, samples: readonly Sample[]][] = [
			['good', GOOD],
			...Object.entries(BROKEN),
			['broken', Object.values(BROKEN).flat()],
		];
		const rows = kinds.flatMap(([kind, samples]) =>
			Object.entries(PART).map(([part, isHeld]) => {
				const some = partOf(samples, isHeld);
				return { kind, part, of: some.length, stopped: some.filter(isStopped).length };
			}),
		);
		const line = ({ kind, part, of, stopped }: (typeof rows)[number]): string =>
			`${kind.padEnd(14)}${part.padEnd(11)}${String(stopped)} of ${String(of)}`;
		process.stdout.write(`\n${rows.map(line).join('\n')}\n\n`);
		const goodStopped = partOf(GOOD, false).filter(isStopped);
		expect(goodStopped).to.deep.equal([]);
		expect(rows.filter(({ kind, stopped }) => kind === 'good' && stopped > 0).map(line)).to.deep.equal([]);
		expect(rows.filter(({ kind, of, stopped }) => kind === 'broken' && stopped < of * 0.95).map(line)).to.deep.equal([]);
	});
});
