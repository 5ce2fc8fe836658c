/** The table in docs/benchmarks.md: a run replaces its own rows, leaves the others, and tells what was missed. */
import { expect } from 'chai';
import { documentWith } from '../../bench/document';
import type { Measured } from '../../bench/measure';

const EMPTY = '# Benchmarks\n\n<!-- results -->\n\n<!-- end -->\n\nProse.\n';
const MORNING = { at: new Date('2026-11-21T08:05:00Z'), load: 0.25 };
const EVENING = { at: new Date('2026-11-21T18:30:00Z'), load: 3 };

function row(name: string, ours: readonly number[], more: Partial<Measured> = {}): Measured {
	return { name, unit: 'calls/s', ours, peer: ours.map(() => 100), reach: { atLeast: 1 }, note: 'a note', ...more };
}

function linesOf(text: string): string[] {
	return text.split('\n').filter((line) => line.startsWith('| `'));
}

describe('results in docs/benchmarks.md', () => {
	it('tell medians, spread, reach and verdict, and when they were measured', () => {
		expect(linesOf(documentWith(EMPTY, [row('a', [90, 110, 150])], MORNING))).to.deep.equal([
			'| `a` | 110 (90.0 – 150) calls/s | 100 | 1.10 (0.900 – 1.50) | ≥ 1 | reached | Nov 21, 08:05, load 0.3 | a note |',
		]);
		expect(linesOf(documentWith(EMPTY, [row('a', [90])], MORNING))[0]).to.include('| missed |');
		expect(linesOf(documentWith(EMPTY, [row('a', [90], { peer: null })], MORNING))[0]).to.include('| 90.0 calls/s |  |  | ≥ 1 | reached |');
	});

	it('replace the rows of the same names and leave the others and the prose', () => {
		const first = documentWith(EMPTY, [row('a', [110]), row('b', [120])], MORNING);
		const second = documentWith(first, [row('b', [80])], EVENING);
		expect(linesOf(second)).to.deep.equal([linesOf(first)[0], linesOf(documentWith(EMPTY, [row('b', [80])], EVENING))[0]]);
		expect(second.startsWith('# Benchmarks\n')).to.equal(true);
		expect(second.endsWith('\nProse.\n')).to.equal(true);
	});

	it('stand in the order of the document, whatever was measured first', () => {
		const rows = [row('scale.3m.reserve', [1]), row('install.mb', [1]), row('call.c1.added-commits', [1])];
		const names = linesOf(documentWith(EMPTY, rows, MORNING)).map((line) => /`(.+)`/.exec(line)?.[1]);
		expect(names).to.deep.equal(['call.c1.added-commits', 'install.mb', 'scale.3m.reserve']);
	});

	it('survive a bar in a note, and need their place', () => {
		const text = documentWith(EMPTY, [row('a', [1], { note: 'this | that' })], MORNING);
		expect(linesOf(documentWith(text, [], EVENING))).to.deep.equal(linesOf(text));
		expect(linesOf(text)[0]).to.include('this \\| that');
		expect(() => documentWith('# Benchmarks\n', [], MORNING)).to.throw('has no place for results');
	});
});
