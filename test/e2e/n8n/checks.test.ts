/** The packed package in the real n8n: checks before and after a call, a repair and a judge, exact to the entry of the ledger. */
import { expect } from 'chai';
import {
	callsByOutcome,
	callsOfCases,
	CAP_PER_SEND,
	CHECK_CASES,
	checkChooser,
	CHECKS,
	creditsByOutcome,
	creditsOfCase,
	OUTCOME_CASES,
	OUTCOME_RATE,
	type CheckCase,
} from '../../support/scenarios/check-cases';
import { proofOf, readBalance, readCalls } from '../../support/ledger/ledger-reader';
import { outputOf } from '../../support/hosts/n8n-session';
import { MODEL, openWorld, sharedN8n, type World } from '../../support/hosts/n8n-world';

describe('n8n: checks', function () {
	this.timeout(180_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	afterEach(() => world.close());

	const sendAll = async (cases: readonly CheckCase[], options: Record<string, unknown>): ReturnType<World['n8n']['run']> => {
		world = await openWorld({ credits: '100', choose: checkChooser() });
		const { answerRules, requiredFields, judgeModel, ...checks } = CHECKS;
		const action = world.action({
			outputs: 'single',
			prompt: '=Write to {{ $json.name }}. {{ $json.text }}',
			checks: {
				...checks,
				requiredFields: requiredFields.join(', '),
				answerRules: { values: answerRules },
				judgeModel: { __rl: true, mode: 'id', value: judgeModel },
				answerLanguage: '={{ $json.language }}',
			},
			limits: { capPerSend: CAP_PER_SEND },
			options: { concurrency: 1, ...options },
		});
		const { workflow, path } = await world.campaign({ nodes: [action], wires: [['People', 'LLM Action']] });
		return world.n8n.run(workflow, path, { people: cases.map(({ name, data }) => ({ name, ...data })) });
	};

	it('each way to pass, to be mended and to fall back is on the item, and in the ledger to the entry', async () => {
		const execution = await sendAll(CHECK_CASES, {});
		const seen = outputOf(execution, 'LLM Action').map(({ json }) => ({
			name: json['name'],
			route: json.llmCredits?.source === 'fallback' ? 'fallback' : 'result',
			reason: json.llmCredits?.reason,
			message: (json['llm'] as { readonly message?: unknown } | undefined)?.message,
			credits: json.llmCredits?.credits,
			outcome: json.llmCredits?.checks?.outcome ?? null,
			failed: json.llmCredits?.checks?.failed.map(({ gate }) => gate) ?? [],
		}));
		expect(seen).to.deep.equal(
			CHECK_CASES.map((one) => ({
				name: one.name,
				route: one.route,
				reason: one.reason,
				message: one.message,
				credits: creditsOfCase(one),
				outcome: one.outcome,
				failed: one.failed,
			})),
		);
		expect(await readCalls(world.ledger)).to.deep.equal(callsOfCases(MODEL));
		const calls = callsOfCases('').filter((line) => line.includes('settled')).length;
		expect(await readBalance(world.ledger)).to.include({ available: String(100 - calls), held: '0' });
		expect(await proofOf(world.ledger)).to.include({ ok: true });
	});

	it('by outcome, only answers that passed are charged, at the rate', async () => {
		const execution = await sendAll(OUTCOME_CASES, { charging: 'outcome', chargeRate: String(OUTCOME_RATE) });
		const seen = outputOf(execution, 'LLM Action').map(({ json }) => [json['name'], json.llmCredits?.reason, json.llmCredits?.credits]);
		expect(seen).to.deep.equal(OUTCOME_CASES.map((one) => [one.name, one.reason, creditsByOutcome(one)]));
		expect(await readCalls(world.ledger)).to.deep.equal(callsByOutcome(MODEL));
		const passed = OUTCOME_CASES.filter(({ route }) => route === 'result').length;
		expect(await readBalance(world.ledger)).to.include({ available: String(100 - OUTCOME_RATE * passed), held: '0' });
		expect(await proofOf(world.ledger)).to.include({ ok: true });
	});
});
