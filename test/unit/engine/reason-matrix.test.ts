/** The matrix of reasons is whole: no reason can be declared that both hosts do not show, and no row can show another than it says. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REASONS, type Reason } from '../../../lib/params/fallback-switch';
import type { ReasonScenario } from '../../support/scenarios/reason-row';
import { REASON_SCENARIOS, WITHOUT_SCENARIO } from '../../support/scenarios/reason-scenarios';
import { repositoryRoot } from '../../support/machine/repository';

const DECLARED = REASONS.map(({ value }) => value);

/** Reasons that neither a row shows nor a sentence excuses. */
function missingFrom(scenarios: readonly Pick<ReasonScenario, 'reason'>[], excused: Readonly<Partial<Record<Reason, string>>>): Reason[] {
	const shown = new Set(scenarios.map(({ reason }) => reason));
	return DECLARED.filter((reason) => !shown.has(reason) && (excused[reason] ?? '') === '');
}

/** A row as docs/reasons.md has it. */
function cellsOf({ reason, when, credits, host, got, journal }: ReasonScenario): string[] {
	const notes = [...(credits === undefined ? [] : [`${credits} granted`]), ...(host === undefined ? [] : [`${host} only`])];
	const noted = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
	return [`\`${reason}\``, `${when}${noted}`, got.join('; '), journal.length === 0 ? 'none' : journal.join('; ')];
}

function tableOf(scenarios: readonly ReasonScenario[]): string {
	return scenarios.map((scenario) => `| ${cellsOf(scenario).join(' | ')} |`).join('\n');
}

describe('the matrix of reasons', () => {
	it('has a row for every reason that an item can carry', () => {
		expect(missingFrom(REASON_SCENARIOS, WITHOUT_SCENARIO), 'add a row to test/support/scenarios/reason-scenarios.ts').to.deep.equal([]);
	});

	it('would miss a reason that has none', () => {
		const without = REASON_SCENARIOS.filter(({ reason }) => reason !== 'overdrawn');
		expect(missingFrom(without, WITHOUT_SCENARIO)).to.deep.equal(['overdrawn']);
		expect(missingFrom(without, { ...WITHOUT_SCENARIO, overdrawn: 'It cannot be brought about.' })).to.deep.equal([]);
	});

	it('excuses no reason that a row shows', () => {
		const shown = new Set<string>(REASON_SCENARIOS.map(({ reason }) => reason));
		expect(Object.keys(WITHOUT_SCENARIO).filter((reason) => shown.has(reason))).to.deep.equal([]);
	});

	it('is the one in docs/reasons.md', () => {
		const text = readFileSync(join(repositoryRoot(), 'docs/reasons.md'), 'utf8');
		const rows = [...text.matchAll(/^\| `(.*) \|$/gm)].map(([, row = '']) => `\`${row}`.split(' | ').map((cell) => cell.trim()));
		expect(rows, `write this table there, and run prettier over it:\n${tableOf(REASON_SCENARIOS)}\n`).to.deep.equal(
			REASON_SCENARIOS.map(cellsOf),
		);
	});

	for (const { reason, when, people, got } of REASON_SCENARIOS) {
		it(`${reason}, when ${when}: its last item carries it, and every item is told`, () => {
			expect(got.at(-1)?.split(' ')[1]).to.equal(reason);
			expect(got).to.have.length(people.length);
		});
	}
});
