/** What follows from a list follows for each of its names: fields of usage in the journal, labels wherever credits are counted by them. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeEntry, decodeLabels, encodeEntry, encodeLabels } from '../../../lib/core/journal/journal';
import { NO_FACTS } from '../../../lib/core/nouns/call-facts';
import { ITEM_LABELS, LABEL_NAMES } from '../../../lib/core/nouns/labels';
import { BUDGET_TERMS, FLOOR_TERMS } from '../../../lib/core/nouns/settings';
import { NO_TOKENS, type UsageField } from '../../../lib/core/usage/usage-fields';
import { CREDIT_BALANCE_PARAMS } from '../../../lib/params/credit-balance';
import { LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { makeAction, makeWorld, item } from '../../support/scenarios/action-world';
import { answer, ScriptedProvider } from '../../support/provider/scripted-provider';
import { repositoryRoot } from '../../support/machine/repository';

const FIELDS = Object.keys(NO_TOKENS) as UsageField[];

describe('each field of usage', () => {
	for (const [place, field] of FIELDS.entries()) {
		it(`${field} comes back from the journal as it was written`, () => {
			const usage = { ...NO_TOKENS, [field]: 1000 + place };
			const nothing = { charged: [], drawn: [], restored: [], forfeited: [] };
			const body = {
				kind: 'settled',
				holdSeq: 3,
				actualMicro: 0n,
				overdraftMicro: 0n,
				isLate: false,
				measure: 'reported',
				usage,
				facts: NO_FACTS,
				...nothing,
			} as const;
			expect(decodeEntry('settled', encodeEntry(body, null)).body).to.deep.equal(body);
		});
	}
});

describe('each label', () => {
	for (const label of LABEL_NAMES) {
		it(`${label} is written in the journal, counted by, limited by, and named in docs/security.md`, () => {
			expect(decodeLabels(encodeLabels({ [label]: 'x' }))).to.deep.equal({ [label]: 'x' });
			const groupBy = CREDIT_BALANCE_PARAMS.find(({ name }) => name === 'groupBy');
			expect(groupBy && 'choices' in groupBy ? groupBy.choices.map(({ value }): string => value) : []).to.include(label);
			const terms = { name: 'n', value: null, period: 'day', limitMicro: '1', exempt: [], floorMicro: '1' };
			expect(BUDGET_TERMS.parse({ ...terms, scope: label }).scope).to.equal(label);
			expect(FLOOR_TERMS.parse({ ...terms, label }).label).to.equal(label);
			const page = readFileSync(join(repositoryRoot(), 'docs', 'security.md'), 'utf8');
			expect(/^Labels \(([^)]*)\)/m.exec(page)?.[1]?.split(', ')).to.include(label);
		});
	}
});

describe('each label of an item', () => {
	for (const label of ITEM_LABELS) {
		it(`${label} is a parameter, and goes with the item to the ledger, where usage is counted by it`, async () => {
			expect(LLM_ACTION_PARAMS.filter(({ name }) => name === label)).to.have.length(1);
			const world = await makeWorld('100');
			const provider = new ScriptedProvider(() => answer('{"message":"Hello Ada"}'));
			await makeAction(world, provider).run([item('k', { [label]: 'of this item' })]);
			const entries = await world.store.entries('a', { afterSeq: 0, limit: 100 });
			expect(entries.find(({ body }) => body.kind === 'reserved')?.labels).to.include({ [label]: 'of this item' });
			const rows = await world.ledger.usage({ groupBy: [label], fromDay: null, untilDay: null, where: {} });
			expect(rows.map(({ group, calls }) => [group[label], calls])).to.deep.equal([['of this item', 1]]);
		});
	}
});
