/** What an agent may do with Credit Balance, for each way in which n8n runs a tool. */
import { expect } from 'chai';
import { readParams } from '../../../lib/params/read';
import { CREDIT_BALANCE_PARAMS } from '../../../lib/params/credit-balance';
import { SETTINGS_OPERATIONS } from '../../../lib/params/credit-balance-settings';
import { refuseAgent } from '../../../nodes/n8n/CreditBalance/agent-rights';
import { makeContext, type ContextOptions } from '../../support/hosts/n8n-context';

const READS = new Set(['listBudgets', 'listFloors', 'showAlerts', 'showText', 'listTexts']);
const TOOL = { nodeType: 'n8n-nodes-llm-credits.creditBalanceTool' };

/** The message of the refusal, or `null`. */
function refusal(values: Readonly<Record<string, unknown>>, options: Partial<ContextOptions> = {}): string | null {
	const { ctx } = makeContext({ items: [{}], nodeType: 'n8n-nodes-llm-credits.creditBalance', ...options });
	try {
		refuseAgent(ctx, readParams(CREDIT_BALANCE_PARAMS, values));
		return null;
	} catch (error) {
		return (error as Error).message;
	}
}

describe('an agent with Credit Balance', () => {
	const grant = (credits: string): Record<string, unknown> => ({ operation: 'grant', credits });
	const allowed = (agentMaxCredits: unknown, agentsMayAdd: unknown = true): Partial<ContextOptions> => ({
		...TOOL,
		parameters: { 'options.agentsMayAdd': agentsMayAdd, 'options.agentMaxCredits': agentMaxCredits },
	});

	it('reads', () => {
		expect(refusal({ operation: 'balance' }, TOOL)).to.equal(null);
		expect(refusal({ operation: 'usage' }, TOOL)).to.equal(null);
	});

	it('freezes, and does not thaw', () => {
		expect(refusal({ operation: 'freeze', reason: 'Too fast' }, TOOL)).to.equal(null);
		expect(refusal({ operation: 'thaw' }, TOOL)).to.match(/^An agent may freeze the account, and not thaw it/);
		expect(refusal({ operation: 'thaw' }, { ...TOOL, parameters: { 'options.agentsMayAdd': true } })).to.match(/not thaw/);
		expect(refusal({ operation: 'thaw' })).to.equal(null);
	});

	for (const { value: operation, label } of SETTINGS_OPERATIONS) {
		const filled = { budgetName: 'b', floorName: 'f', holdId: 'h3', grantId: 'g2', textName: 'brand_voice', text: 'x' };
		it(`${READS.has(operation) ? 'may' : 'may not'} ${label}, whatever the node allows`, () => {
			const says = refusal({ operation, ...filled }, { ...TOOL, parameters: { 'options.agentsMayAdd': true } });
			if (READS.has(operation)) expect(says).to.equal(null);
			else expect(says).to.equal(`An agent may not do "${label}". Do it in a workflow of your own, or with llm-credits.`);
			expect(refusal({ operation, ...filled })).to.equal(null);
		});
	}

	for (const [how, options] of [
		['its type', TOOL],
		['isToolExecution', { parts: { isToolExecution: () => true } }],
		['what the engine started it with', { parts: { getExecuteData: () => ({ metadata: { preserveSourceOverwrite: true } }) } }],
		[
			'a parameter that a model fills in',
			{ parts: { getNode: () => ({ type: 'x', parameters: { credits: "={{ $fromAI('credits') }}" } }) } },
		],
		['nothing, because n8n fails when it is asked', { optional: 'throwing' }],
	] as const) {
		it(`is known by ${how}, and adds nothing`, () => {
			expect(refusal(grant('1'), options)).to.match(/^An agent may not add credits with this node/);
			expect(refusal({ operation: 'purchase', packs: 1 }, options)).to.match(/^An agent may not add credits with this node/);
		});
	}

	it('a node of a flow adds what it says', () => {
		expect(refusal(grant('999999'))).to.equal(null);
		expect(refusal(grant('999999'), { optional: 'missing' })).to.equal(null);
	});

	it('adds up to the cap where the node allows it', () => {
		expect(refusal(grant('40'), allowed('40'))).to.equal(null);
		expect(refusal(grant('40.000001'), allowed('40'))).to.match(/^An agent asked to add 40\.000001 credits/);
		expect(refusal({ operation: 'purchase', packs: 1 }, allowed('99999'))).to.match(/^An agent asked to add 100000 credits/);
		expect(refusal({ operation: 'purchase', packs: 1 }, allowed('100000'))).to.equal(null);
	});

	it('writes neither the right nor the cap', () => {
		expect(refusal(grant('1'), allowed('40', "={{ $fromAI('allow') }}"))).to.match(/^An agent may not/);
		expect(refusal(grant('101'), allowed("={{ $fromAI('cap') }}"))).to.match(/May Add is 100\./);
	});
});
