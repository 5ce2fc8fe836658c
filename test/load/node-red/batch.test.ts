/**
 * The packed package in the real Node-RED: batches handed in, the host killed in between, collected in parts; batches that end without
 * answers; with every entry of the ledger.
 */
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/machine/child';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger } from '../../support/hosts/host-ledger';
import { grantCredits, proofOf, readBalance, readStory } from '../../support/ledger/ledger-reader';
import { batchFlow, sendBack } from '../../support/hosts/batch-flow';
import { people, seenWhen, sendPeople, type Left } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

const PEOPLE = 60;
const BATCH = { delivery: 'batch', batchPricePercent: 50, reservationCredits: '0.5', outputs: 3 } as const;
const RESERVED = 'reserved 0.5 gpt-4o-mini rung 0 pass 0';
const times = <T>(count: number, value: T): T[] => Array<T>(count).fill(value);

describe('Node-RED: batches', function () {
	this.timeout(120_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let ledger: string;
	let folder: string;

	beforeEach(async () => {
		folder = mkdtempSync(join(tmpdir(), 'llm-credits-batch-'));
		provider = await startFakeOpenAi();
		ledger = await newLedger(folder);
		await grantCredits(ledger, '100');
		nodeRed = await startNodeRed();
	});
	afterEach(async () => {
		await nodeRed.stop();
		nodeRed.remove();
		await provider.close();
		expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
		rmSync(folder, { recursive: true, force: true });
	});

	const deploy = (action: object = {}): Promise<void> =>
		nodeRed.deploy(batchFlow({ ledger, provider: provider.url, action: { ...BATCH, ...action } }));
	const reasons = (left: readonly Left[]): string[] => left.map(({ output, credits }) => `${output} ${credits.reason} ${credits.credits}`);
	/** Everybody who left since the flow was deployed, once there are so many. */
	const whenLeft = async (count: number): Promise<readonly Left[]> => (await seenWhen(nodeRed, ({ left }) => left.length >= count)).left;

	/** As after a crash: another Node-RED with the same flow, which remembers nothing. */
	async function killAndStartAnew(): Promise<void> {
		await nodeRed.kill();
		nodeRed.remove();
		nodeRed = await startNodeRed();
		await deploy();
	}

	it('hands 60 people in together, is killed, and another process collects them in two parts, each line once', async () => {
		await deploy();
		await sendPeople(nodeRed, people(PEOPLE));
		const pending = await whenLeft(PEOPLE);
		expect(reasons(pending)).to.deep.equal(times(PEOPLE, 'pending batch_pending 0'));
		expect(provider.batches.made).to.have.length(1);
		expect(await readBalance(ledger)).to.include({ held: '30', available: '70' });

		await killAndStartAnew();
		const batch = provider.batches.last.end('in_progress');
		batch.isShowingPartly = true;
		batch.answer(Array.from({ length: 25 }, (_, index) => index * 2));
		await sendBack(nodeRed, pending);
		const first = await whenLeft(PEOPLE);
		expect(reasons(first).sort()).to.deep.equal([...times(35, 'pending batch_pending 0'), ...times(25, 'result answered 0.5')].sort());
		expect(await readBalance(ledger)).to.include({ held: '17.5', available: '70' });

		batch.answer(batch.lines.flatMap((_, index) => (index < 50 && index % 2 === 0 ? [] : [index]))).end('completed');
		await killAndStartAnew();
		await sendBack(nodeRed, pending);
		const all = await whenLeft(PEOPLE);
		expect(reasons(all).sort()).to.deep.equal([...times(35, 'result answered 0.5'), ...times(25, 'result replayed 0.5')].sort());
		expect(all.map(({ id }) => id).sort((a, b) => a - b)).to.deep.equal(Array.from({ length: PEOPLE }, (_, id) => id));
		expect(await readStory(ledger)).to.deep.equal([...times(PEOPLE, RESERVED), ...times(PEOPLE, 'settled 0.5')]);
		expect(await readBalance(ledger)).to.include({ held: '0', available: '70', overdraft: '0' });
	});

	it('is killed while it collects, and every line is settled once', async () => {
		const many = 300;
		await deploy();
		await grantCredits(ledger, '200', 'more');
		await sendPeople(nodeRed, people(many));
		const pending = await whenLeft(many);
		provider.batches.last.answer().end('completed');
		await deploy({ concurrency: 1 });
		await sendBack(nodeRed, pending);
		const settled = async (): Promise<number> => (await readStory(ledger)).filter((line) => line === 'settled 0.5').length;
		await until(async () => ((await settled()) > 0 ? true : null), {
			timeoutMs: 20_000,
			everyMs: 1,
			describe: () => 'no line was settled',
		});
		await killAndStartAnew();
		const before = await settled();
		expect(before).to.be.within(1, many - 1);
		await sendBack(nodeRed, pending);
		const told = reasons(await whenLeft(many));
		expect(told.filter((line) => line === 'result replayed 0.5')).to.have.length(before);
		expect(told.filter((line) => line === 'result answered 0.5')).to.have.length(many - before);
		expect(await readStory(ledger)).to.deep.equal([...times(many, RESERVED), ...times(many, 'settled 0.5')]);
	});

	it('is killed while it hands in, and items with keys of their own are found in the batch that was made', async () => {
		const action = { idempotencyKey: 'payload.name', idempotencyKeyType: 'msg' };
		await deploy(action);
		let go = (): void => undefined;
		provider.batches.beforeCreated = new Promise((resolve) => (go = resolve));
		await sendPeople(nodeRed, people(PEOPLE));
		await until(() => Promise.resolve(provider.batches.made.length > 0 ? true : null), {
			timeoutMs: 20_000,
			everyMs: 5,
			describe: () => 'no batch was made',
		});
		await nodeRed.kill();
		go();
		provider.batches.beforeCreated = null;
		nodeRed.remove();
		nodeRed = await startNodeRed();
		await deploy(action);
		expect(provider.batches.made).to.have.length(1);
		provider.batches.last.answer().end('completed');
		await sendPeople(nodeRed, people(PEOPLE));
		expect(reasons(await whenLeft(PEOPLE))).to.deep.equal(times(PEOPLE, 'result answered 0.5'));
		expect(provider.batches.made).to.have.length(1);
		expect(await readStory(ledger)).to.deep.equal([...times(PEOPLE, RESERVED), ...times(PEOPLE, 'settled 0.5')]);
	});

	for (const [status, reason] of [
		['expired', 'batch_expired'],
		['cancelled', 'batch_cancelled'],
		['failed', 'batch_failed'],
	] as const) {
		it(`gives back what a batch that is ${status} did not answer, and keeps what it did`, async () => {
			await deploy();
			await sendPeople(nodeRed, people(4));
			const pending = await whenLeft(4);
			const batch = provider.batches.last.answer([3]);
			if (status !== 'failed') batch.drop([0], `batch_${status}`);
			batch.end(status);
			await sendBack(nodeRed, pending);
			const back = (await whenLeft(8)).slice(4);
			expect(reasons(back)).to.deep.equal([...times(3, `fallback ${reason} 0`), 'result answered 0.5']);
			expect(back.map(({ llm }) => llm?.['message'])).to.deep.include.members(['News for you']);
			expect((await readStory(ledger)).slice(4).sort()).to.deep.equal(['released', 'released', 'released', 'settled 0.5']);
		});
	}

	it('leaves by Fallback for the true reason where credits do not suffice', async () => {
		await deploy({ reservationCredits: '40' });
		await sendPeople(nodeRed, people(3));
		expect(reasons(await whenLeft(3))).to.deep.equal([...times(2, 'pending batch_pending 0'), 'fallback credits_held 0']);
		expect(provider.batches.last.lines).to.have.length(2);
	});
});
