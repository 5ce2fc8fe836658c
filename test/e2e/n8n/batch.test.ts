/**
 * The packed package in the real n8n: a campaign in a batch that waits in n8n's own Wait node, n8n killed in between, collected in parts;
 * batches that end without answers; with every entry of the ledger.
 */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { proofOf, readBalance, readStory } from '../../support/ledger/ledger-reader';
import { outputOf, type Execution, type KeptItem } from '../../support/hosts/n8n-session';
import { end, people, webhook, workflowOf, type WorkflowNode } from '../../support/hosts/n8n-workflow-builder';
import { MODEL, openWorld, peopleList, plainCampaign, sharedN8n, type World } from '../../support/hosts/n8n-world';

const PEOPLE = 60;
const BATCH = {
	batch: { delivery: 'batch', batchPricePercent: 50 },
	options: { reservation: 'fixed', reservationCredits: '0.5' },
} as const;
const RESERVED = `reserved 0.5 ${MODEL} rung 0 pass 0`;
const times = <T>(count: number, value: T): T[] => Array<T>(count).fill(value);
const plainly = ({ json: { llmCredits } }: KeptItem): string => `${String(llmCredits?.reason)} ${String(llmCredits?.credits)}`;

describe('n8n: batches', function () {
	this.timeout(300_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	beforeEach(async () => {
		world = await openWorld({ credits: '100' });
	});
	afterEach(async () => {
		expect((await proofOf(world.ledger)).violations).to.deep.equal([]);
		await world.close();
	});

	/** People → LLM Action, whose pending items wait for somebody to call, and go into it again. Who starts it is told how to call. */
	async function loop(): Promise<{ path: string; call: (list: readonly object[]) => Promise<Waiting> }> {
		const path = `batch-${process.pid}-${String((loops += 1))}`;
		const start = webhook(path);
		const respond: WorkflowNode = {
			name: 'Respond',
			type: 'n8n-nodes-base.respondToWebhook',
			typeVersion: 1.4,
			parameters: { respondWith: 'text', responseBody: '={{ $execution.resumeUrl }}', options: {} },
		};
		const wait: WorkflowNode = {
			name: 'Wait',
			type: 'n8n-nodes-base.wait',
			typeVersion: 1.1,
			parameters: { resume: 'webhook', httpMethod: 'POST', options: {} },
		};
		// What the call brings is not the items; they are taken as they were before it.
		const again: WorkflowNode = {
			name: 'Again',
			type: 'n8n-nodes-base.code',
			typeVersion: 2,
			parameters: { jsCode: "return $('Waiting').all().map(({ json }) => ({ json }));" },
		};
		const nodes = [
			{ ...start, parameters: { ...start.parameters, responseMode: 'responseNode' } },
			respond,
			people,
			world.action(BATCH),
			end('Sent'),
			end('Fallback Sent'),
			end('Waiting'),
			wait,
			again,
		];
		await world.n8n.save(
			workflowOf(path, nodes, [
				['Webhook', 'Respond'],
				['Respond', 'People'],
				['People', 'LLM Action'],
				['LLM Action#0', 'Sent'],
				['LLM Action#1', 'Fallback Sent'],
				['LLM Action#2', 'Waiting'],
				['Waiting', 'Wait'],
				['Wait', 'Again'],
				['Again', 'LLM Action'],
			]),
		);
		return {
			path,
			call: async (list) => {
				const { text } = await world.n8n.call(path, { people: list });
				const url = new URL(text);
				return { id: url.pathname.split('/').at(-1) ?? '', resume: `${url.pathname}${url.search}` };
			},
		};
	}

	interface Waiting {
		readonly id: string;
		readonly resume: string;
	}
	let loops = 0;

	async function isWaiting({ id }: Waiting): Promise<void> {
		const read = async (): Promise<true | null> =>
			(await world.n8n.rest<{ status: string }>('GET', `/rest/executions/${id}`)).status === 'waiting' ? true : null;
		await until(read, { timeoutMs: 60_000, describe: () => `${id} does not wait.\n${world.n8n.server.output().slice(-3000)}` });
	}

	/** n8n dies, and is started again. */
	async function killAndStart(path: string): Promise<void> {
		await world.n8n.kill();
		await world.n8n.startServer([path]);
	}

	async function resume({ resume: path }: Waiting): Promise<void> {
		const response = await fetch(`${world.n8n.server.baseUrl}${path}`, { method: 'POST' });
		expect(response.status, await response.text()).to.equal(200);
	}

	/** All items that left by an output, in all runs of the node. */
	const leftBy = (execution: Execution, output: number): string[] => outputOf(execution, 'LLM Action', output).map(plainly);

	it('hands 60 people in, is killed twice while they wait, and collects them in two parts, each line once', async () => {
		const { path, call } = await loop();
		const waiting = await call(peopleList(PEOPLE));
		await isWaiting(waiting);
		expect(world.provider.batches.made).to.have.length(1);
		expect(await readStory(world.ledger)).to.deep.equal(times(PEOPLE, RESERVED));
		await killAndStart(path);

		const batch = world.provider.batches.last.end('in_progress');
		batch.isShowingPartly = true;
		batch.answer(Array.from({ length: 20 }, (_, index) => index * 3));
		await resume(waiting);
		await until(async () => ((await readBalance(world.ledger)).held === '20' ? true : null), {
			timeoutMs: 30_000,
			describe: () => 'the lines that were there were not settled',
		});
		await isWaiting(waiting);
		await killAndStart(path);

		batch.answer(batch.lines.flatMap((_, index) => (index % 3 === 0 ? [] : [index]))).end('completed');
		await resume(waiting);
		const execution = await world.n8n.ended(waiting.id);
		expect(leftBy(execution, 0)).to.deep.equal(times(PEOPLE, 'answered 0.5'));
		expect(leftBy(execution, 1)).to.deep.equal([]);
		expect(leftBy(execution, 2)).to.deep.equal(times(PEOPLE + 40, 'batch_pending 0'));
		expect(new Set(outputOf(execution, 'LLM Action', 0).map(({ json }) => json['id'])).size).to.equal(PEOPLE);
		expect(await readStory(world.ledger)).to.deep.equal([...times(PEOPLE, RESERVED), ...times(PEOPLE, 'settled 0.5')]);
		expect(await readBalance(world.ledger)).to.include({ held: '0', available: '70', overdraft: '0' });
	});

	it('is killed while it hands in, and the campaign that is run again finds everybody in the batch that was made', async () => {
		const options = { ...BATCH.options, idempotencyKey: '={{ "spring-" + $json.id }}' };
		const { workflow, path } = await world.campaign(plainCampaign(world.action({ ...BATCH, options })));
		let go = (): void => undefined;
		world.provider.batches.beforeCreated = new Promise((resolve) => (go = resolve));
		const lost = world.n8n.call(path, { people: peopleList(PEOPLE) }).catch(() => null);
		await until(() => Promise.resolve(world.provider.batches.made.length > 0 ? true : null), {
			timeoutMs: 60_000,
			everyMs: 5,
			describe: () => 'no batch was made',
		});
		await world.n8n.kill();
		await lost;
		go();
		world.provider.batches.beforeCreated = null;
		await world.n8n.startServer([path]);
		expect(world.provider.batches.made).to.have.length(1);
		const first = await world.n8n.run(workflow, path, { people: peopleList(PEOPLE) });
		expect(leftBy(first, 2)).to.deep.equal(times(PEOPLE, 'batch_pending 0'));
		world.provider.batches.last.answer().end('completed');
		const second = await world.n8n.run(workflow, path, { people: peopleList(PEOPLE) });
		expect(leftBy(second, 0)).to.deep.equal(times(PEOPLE, 'answered 0.5'));
		expect(world.provider.batches.made).to.have.length(1);
		expect(await readStory(world.ledger)).to.deep.equal([...times(PEOPLE, RESERVED), ...times(PEOPLE, 'settled 0.5')]);
	});

	it('gives back what a batch that expired, was cancelled or failed did not answer, and keeps what it did', async () => {
		const { workflow, path } = await world.campaign(plainCampaign(world.action(BATCH)));
		for (const [status, reason] of [
			['expired', 'batch_expired'],
			['cancelled', 'batch_cancelled'],
			['failed', 'batch_failed'],
		] as const) {
			const handedIn = await world.n8n.run(workflow, path, { people: peopleList(4) });
			const pending = outputOf(handedIn, 'LLM Action', 2).map(({ json }) => json);
			expect(pending).to.have.length(4);
			const batch = world.provider.batches.last.answer([1]);
			if (status !== 'failed') batch.drop([0], `batch_${status}`);
			batch.end(status);
			// From a table, as it were: the items come in as they left.
			const collected = await world.n8n.run(workflow, path, { people: pending });
			expect(leftBy(collected, 0), status).to.deep.equal(['answered 0.5']);
			expect(leftBy(collected, 1), status).to.deep.equal(times(3, `${reason} 0`));
			const again = await world.n8n.run(workflow, path, { people: pending });
			expect(leftBy(again, 0), 'collected once more').to.deep.equal(['replayed 0.5']);
		}
		expect((await readStory(world.ledger)).filter((line) => line.startsWith('settled'))).to.deep.equal(times(3, 'settled 0.5'));
		expect(await readBalance(world.ledger)).to.include({ held: '0', available: '98.5' });
	});
});
