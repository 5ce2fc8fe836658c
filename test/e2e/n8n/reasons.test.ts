/** The packed package in the real n8n: each reason that an item can carry, with every entry that stands in the ledger for it. */
import { expect } from 'chai';
import { REASONS } from '../../../lib/params/fallback-switch';
import { until } from '../../support/machine/child';
import { asN8nParameters } from '../../support/scenarios/ladder-scenarios';
import { prepareAccount, proofOf, readBalance, readInFull } from '../../support/ledger/ledger-reader';
import { outputOf, type Execution } from '../../support/hosts/n8n-session';
import { openWorld, sharedN8n, type Campaign, type World } from '../../support/hosts/n8n-world';
import { REASON_MODEL, REASON_SETTINGS, type ReasonScenario } from '../../support/scenarios/reason-row';
import { REASON_SCENARIOS, WITHOUT_SCENARIO } from '../../support/scenarios/reason-scenarios';
import { makeNewer } from '../../support/hosts/unusable-ledgers';

describe('n8n: the matrix of reasons', function () {
	this.timeout(60_000);
	const seen = new Set<string>();
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	afterEach(() => world.close());

	const run = async ({ settings: { model = REASON_MODEL, ...settings } = {}, people, ...rest }: ReasonScenario): Promise<Execution> => {
		const parameters = asN8nParameters({
			...REASON_SETTINGS,
			model: { __rl: true, mode: 'id', value: model },
			prompt: '={{ $json.payload.ask }}',
			...settings,
		});
		const campaign = await world.campaign({ nodes: [world.action(parameters)], wires: [['People', 'LLM Action']] });
		const body = { people: people.map((payload) => ({ payload })) };
		return rest.isStopped ? stopped(campaign, { body, calls: rest.requests }) : world.n8n.run(campaign.workflow, campaign.path, body);
	};

	/** Cancels the execution while its calls are under way. */
	const stopped = async ({ workflow, path }: Campaign, { body, calls }: { body: unknown; calls: number }): Promise<Execution> => {
		const answer = world.n8n.call(path, body);
		await until(async () => Promise.resolve(world.provider.stats().inFlight === calls ? true : null), {
			timeoutMs: 10_000,
			everyMs: 20,
			describe: () => 'no call was under way',
		});
		const id = await world.n8n.runningId(workflow);
		await world.n8n.rest('POST', `/rest/executions/${id}/stop`, {});
		const execution = await world.n8n.ended(id);
		await answer;
		return execution;
	};

	for (const scenario of REASON_SCENARIOS) {
		const { reason, when, credits = '10', prepare, choose, got, journal, requests } = scenario;
		it(`${reason}, when ${when}`, async () => {
			world = await openWorld({ credits, ...(choose ? { choose } : {}) });
			const { ledger } = world;
			const lastSeq = await prepareAccount(ledger, async (account) => prepare?.(account));
			const bringBack = scenario.isLedgerAway ? await makeNewer(ledger) : null;
			const execution = await run(scenario);
			await bringBack?.();
			await until(async () => ((await readBalance(ledger)).held === '0' ? true : null), {
				timeoutMs: 10_000,
				everyMs: 50,
				describe: () => 'a hold stayed open',
			});

			const marks = outputOf(execution, 'LLM Action').map(({ json }) => json.llmCredits);
			expect(execution.status).to.equal(scenario.isStopped ? 'canceled' : 'success');
			expect(marks.map((mark) => `${mark?.source} ${mark?.reason} ${mark?.credits}`)).to.deep.equal(scenario.isStopped ? [] : got);
			expect(await readInFull(ledger, lastSeq)).to.deep.equal(journal);
			expect(world.provider.requests).to.have.length(requests);
			expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
			for (const mark of marks) {
				if (mark?.source === 'fallback') expect(mark.message, mark.reason).to.be.a('string').and.not.equal('');
				seen.add(mark?.reason ?? '');
			}
		});
	}

	it('every reason was seen', () => {
		const missing = REASONS.map(({ value }) => value).filter((reason) => !seen.has(reason) && !WITHOUT_SCENARIO[reason]);
		// n8n keeps no items of a node in which an execution was cancelled; what stands in the ledger was held to the row all the same.
		expect(missing).to.deep.equal(['cancelled']);
	});
});
