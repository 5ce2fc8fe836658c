/** The packed package in the real n8n in queue mode: main, Redis and two workers, each in a folder of its own, and one PostgreSQL ledger. */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { locationOf, secretsOf } from '../../support/hosts/host-ledger';
import { grantCredits, proofOf, readBalance, readHolds, type HoldTotals } from '../../support/ledger/ledger-reader';
import { startQueueN8n, WORKER_CONCURRENCY, type N8nWorker, type QueueN8n } from '../../support/hosts/n8n-queue';
import { outputOf, type Execution, type KeptItem } from '../../support/hosts/n8n-session';
import { openWorldIn, peopleList, plainCampaign, SECRET, type Campaign, type World } from '../../support/hosts/n8n-world';

const PEOPLE = 1_000;
const BATCH = 25;
const GRANTED = 700;
/** Enough for everybody whom the killed worker took along. */
const TOP_UP = 300;
/** Why the items of executions that ended left. */
const LEFT_BY = ['answered', 'credits_held', 'credits_exhausted'];
/** Calls at a time in each execution. */
const CONCURRENCY = 2;
/** One minute more than a hold may stay open. */
const AFTER_HOLDS_MS = 16 * 60_000;

type People = ReturnType<typeof peopleList>;

const BATCHES: readonly People[] = Array.from({ length: PEOPLE / BATCH }, (_, index) =>
	peopleList(PEOPLE).slice(index * BATCH, (index + 1) * BATCH),
);

const itemsOf = (execution: Execution): readonly KeptItem[] => [0, 1].flatMap((output) => outputOf(execution, 'LLM Action', output));
const countsOf = (items: readonly KeptItem[]): Record<string, number> => {
	const counts: Record<string, number> = {};
	for (const { json } of items) counts[json.llmCredits?.reason ?? ''] = (counts[json.llmCredits?.reason ?? ''] ?? 0) + 1;
	return counts;
};

describe('n8n: queue mode', function () {
	this.timeout(300_000);
	let queue: QueueN8n;
	let world: World;
	let stop = (): Promise<void> => Promise.resolve();

	before(async function () {
		this.timeout(30 * 60_000);
		queue = await startQueueN8n(2, (ledgerDatabase) => ({ LLM_CREDITS_LEDGER: ledgerDatabase }));
		stop = () => queue.stop();
	});
	afterEach(() => world.close());
	after(async function () {
		this.timeout(60_000);
		await stop();
	});

	/** Credits are where they belong, and the provider was asked for nobody twice. */
	async function expectExact(granted: number): Promise<HoldTotals> {
		const holds = await readHolds(world.ledger);
		const { available, held, overdraft } = await readBalance(world.ledger);
		expect(holds.settledMicro).to.equal(BigInt(holds.settled) * 1_000_000n);
		expect(holds.settled + Number(held) + Number(available), 'settled + held + available').to.equal(granted);
		expect(overdraft).to.equal('0');
		expect(holds.unconfirmed).to.equal(Number(held));
		// A worker may die between reserving and asking.
		expect(world.provider.requests.length, 'calls').to.be.within(holds.settled, holds.settled + holds.unconfirmed);
		const asked = world.provider.requests.map(({ body }) => /Write to (Person \d+)/.exec(JSON.stringify(body))?.[1]);
		expect(new Set(asked).size, 'the provider was asked once for each person').to.equal(asked.length);
		// At the end of their time, calls whose billing nobody knows are charged (rule 37).
		const left = granted - holds.settled - holds.unconfirmed;
		expect(await readBalance(world.ledger, AFTER_HOLDS_MS)).to.include({ available: String(left), held: '0' });
		expect(await proofOf(world.ledger)).to.deep.include({ ok: true, violations: [] });
		return holds;
	}

	/** Starts an execution for each batch, and kills the first worker in the middle. Resolves when n8n has answered them all. */
	async function runAndKill({ path }: Campaign): Promise<readonly number[]> {
		const [killed] = queue.workers;
		const answered = new Map<number, number>();
		const answers = BATCHES.map(async (people, index) => {
			answered.set(index, (await queue.main.call(path, { people })).status);
		});
		await until(async () => Promise.resolve(world.provider.requests.length >= 300 && killed?.ended().length ? true : null), {
			timeoutMs: 60_000,
			everyMs: 5,
			describe: () => `the campaign did not get going:\n${killed?.process.output().slice(-2000)}`,
		});
		await killed?.process.kill('SIGKILL');
		expect(await proofOf(world.ledger), 'in the middle').to.include({ ok: true });
		const progress = (): string =>
			`${answered.size} of ${BATCHES.length} answered, ${world.provider.requests.length} calls, ${world.provider.stats().inFlight} under way`;
		await until(async () => Promise.resolve(answered.size === BATCHES.length ? true : null), {
			timeoutMs: 180_000,
			describe: () =>
				`${progress()}\n${queue.main.server.output().slice(-2000)}\n${queue.workers.map(({ process }) => process.output().slice(-2000)).join('\n')}`,
		});
		await Promise.all(answers);
		return BATCHES.map((_, index) => answered.get(index) ?? 0);
	}

	it('two workers serve 1,000 people and one is killed: everybody else leaves, and those it took along are served later, nobody paid twice', async () => {
		const [killed, survivor] = queue.workers as [N8nWorker, N8nWorker];
		world = await openWorldIn(queue.main, {
			credits: String(GRANTED),
			choose: () => ({ kind: 'answer', delayMs: 150 }),
			ledger: `${queue.ledgerDatabase}?schema=campaign`,
		});
		const options = { concurrency: CONCURRENCY, idempotencyKey: '={{ "spring-" + $json.id }}' };
		const campaign = await world.campaign(plainCampaign(world.action({ options, time: { waitForCreditsSeconds: 1 } })));
		const statuses = await runAndKill(campaign);

		const ids = await queue.main.executionIds(campaign.workflow);
		const executions = await Promise.all(ids.map((id) => queue.main.ended(id)));
		expect(executions).to.have.length(BATCHES.length);
		expect(killed.ended(), 'executions of the worker that was killed').to.not.have.length(0);
		expect(survivor.ended(), 'executions of the other worker').to.not.have.length(0);

		// n8n gives up what went down with a worker, and runs nothing again by itself.
		const crashed = executions.filter(({ status }) => status !== 'success');
		expect(crashed.length).to.be.within(1, WORKER_CONCURRENCY);
		expect(new Set(crashed.map(({ status }) => status))).to.deep.equal(new Set(['error']));
		expect(crashed.filter(({ id }) => [...survivor.began(), ...killed.ended()].includes(id))).to.deep.equal([]);
		expect(statuses.filter((status) => status === 500)).to.have.length(crashed.length);

		const served = executions.filter(({ status }) => status === 'success').flatMap(itemsOf);
		expect(served).to.have.length(PEOPLE - crashed.length * BATCH);
		expect(new Set(served.map(({ json }) => json['id'])).size).to.equal(served.length);
		const reasons = countsOf(served);
		expect(reasons).to.have.any.keys('credits_held', 'credits_exhausted').and.to.contain.keys('answered');
		expect(Object.keys(reasons).filter((reason) => !LEFT_BY.includes(reason))).to.deep.equal([]);
		const holds = await expectExact(GRANTED);

		await grantCredits(world.ledger, String(TOP_UP), 'top-up');
		const again: KeptItem[] = [];
		for (const [index, status] of statuses.entries()) {
			if (status === 500) again.push(...itemsOf(await queue.main.run(campaign.workflow, campaign.path, { people: BATCHES[index] })));
		}
		expect(new Set([...served, ...again].map(({ json }) => json['id'])).size, 'people in all').to.equal(PEOPLE);
		const { replayed = 0, call_in_flight: inFlight = 0, answered = 0, ...others } = countsOf(again);
		expect(others).to.deep.equal({});
		expect(replayed, 'paid before the kill').to.equal(holds.settled - (reasons['answered'] ?? 0));
		expect(inFlight, 'under way at the kill').to.equal(holds.unconfirmed);
		expect(answered).to.equal(again.length - replayed - inFlight);
		await expectExact(GRANTED + TOP_UP);
		expectNoSecret(executions);
	});

	it('a connection that names no ledger takes the one that LLM_CREDITS_LEDGER names to main and workers', async () => {
		world = await openWorldIn(queue.main, { credits: null, ledger: '' });
		await grantCredits(queue.ledgerDatabase, '30');
		const { workflow, path } = await world.campaign(plainCampaign(world.action()));
		const executions = [];
		for (const people of BATCHES.slice(0, 2)) executions.push(await queue.main.run(workflow, path, { people }));
		expect(countsOf(executions.flatMap(itemsOf))).to.deep.equal({ answered: 30, credits_exhausted: 20 });
		expect(await readBalance(queue.ledgerDatabase)).to.include({ available: '0', held: '0', overdraft: '0' });
		expect(await proofOf(queue.ledgerDatabase)).to.include({ ok: true });
		const shown = await queue.main.rest('POST', '/rest/credentials/test', {
			credentials: { id: '', name: 'x', type: 'llmCreditsLedgerApi', data: { path: '', account: 'default' } },
		});
		expect(shown).to.deep.equal({
			status: 'OK',
			message: `0 credits are available on account default in ${locationOf(queue.ledgerDatabase)}`,
		});
		expectNoSecret(executions);
	});

	function expectNoSecret(executions: readonly Execution[]): void {
		const logs = [queue.main.server.output(), ...queue.workers.map(({ process }) => process.output())];
		for (const secret of [SECRET, ...secretsOf(queue.ledgerDatabase)])
			expect(JSON.stringify(executions) + logs.join('')).not.to.include(secret);
	}
});
