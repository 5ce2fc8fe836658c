/**
 * Collecting from batches, over the real adapter and a server that a test controls: every state, every half of a file, every
 * lie; and the exact entries in the ledger each time.
 */
import { expect } from 'chai';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { expectClean, makeWorld, spent, story } from '../../support/scenarios/action-world';
import { BatchWorld, back, people, plainly } from '../../support/scenarios/batch-world';

const PENDING = 'fallback batch_pending 0 Hi';
const HELLO = { object: { message: 'Hello' } };
const ANSWERED = 'model answered 0.6 Hello';
const HOUR_MS = 3_600_000;

const reserved = (count: number): string[] => Array<string>(count).fill('reserved 0.6 m rung 0 pass 0');
const times = <T>(count: number, value: T): T[] => Array<T>(count).fill(value);

describe('batches: collecting', () => {
	let on: BatchWorld;

	afterEach(async () => {
		expect((await verifyLedger(on.world.store)).violations).to.deep.equal([]);
		await on.close();
	});

	async function open(credits = '100'): Promise<void> {
		on = await BatchWorld.with(credits);
	}

	let results: ItemResult[];

	async function handedIn(count: number, credits?: string): Promise<void> {
		await open(credits);
		results = await on.handIn(count);
	}

	it('costs nothing while no line is there, in every state of a batch that goes on', async () => {
		await handedIn(2);
		for (const status of ['validating', 'in_progress', 'finalizing', 'cancelling'] as const) {
			on.batches.last.end(status);
			results = await on.collect(results);
			expect(results.map(plainly), status).to.deep.equal(times(2, PENDING));
		}
		expect(await story(on.world)).to.deep.equal(reserved(2));
		expect(on.batches.counts.files).to.equal(0);
	});

	it('settles lines as they come, in any order, each once', async () => {
		await handedIn(4);
		const batch = on.batches.last.end('in_progress');
		batch.isShowingPartly = true;
		batch.answer([2], HELLO);
		const first = await on.collect(results);
		expect(first.map(plainly)).to.deep.equal([PENDING, PENDING, ANSWERED, PENDING]);
		batch.answer([3, 0], HELLO);
		const second = await on.collect(results);
		expect(second.map(plainly)).to.deep.equal([ANSWERED, PENDING, 'model replayed 0.6 Hello', ANSWERED]);
		batch.answer([1], HELLO).end('completed');
		const all = await on.collect(results);
		expect(all.map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(['replayed', 'answered', 'replayed', 'replayed']);
		expect(await story(on.world)).to.deep.equal([...reserved(4), ...times(4, 'settled 0.6')]);
		expect(await spent(on.world)).to.equal('2.4');
		await expectClean(on.world);
	});

	it('tells its files once for all items of a run', async () => {
		await handedIn(50);
		on.batches.last.answer(undefined, HELLO).end('completed');
		const before = on.batches.counts.files;
		await on.collect(results);
		expect(on.batches.counts.files - before).to.equal(1);
		expect(on.batches.counts.states).to.equal(1);
	});

	for (const [status, reason] of [
		['expired', 'batch_expired'],
		['cancelled', 'batch_cancelled'],
		['failed', 'batch_failed'],
		['completed', 'batch_failed'],
	] as const) {
		it(`gives back what has no line in a batch that is ${status}, and settles what has one`, async () => {
			await handedIn(3);
			on.batches.last.answer([1], HELLO).end(status).error = status === 'failed' ? 'The file has an empty line' : null;
			const collected = await on.collect(results);
			expect(collected.map(plainly)).to.deep.equal([`fallback ${reason} 0 Hi`, ANSWERED, `fallback ${reason} 0 Hi`]);
			if (status === 'failed') expect(collected[0]?.llmCredits.message).to.match(/empty line/);
			expect((await story(on.world)).sort()).to.deep.equal([...reserved(3), 'released', 'released', 'settled 0.6'].sort());
			const again = await on.collect(results);
			expect(again.map(({ llmCredits }) => llmCredits.reason)).to.deep.equal([reason, 'replayed', reason]);
			await expectClean(on.world);
		});
	}

	it('gives lines back that were refused, for the reason they were refused', async () => {
		await handedIn(4);
		on.batches.last
			.refuse([0], 500, { message: 'overloaded' })
			.refuse([1], 400, { message: 'This text was flagged by our content policy', code: 'content_filter' })
			.refuse([2], 429, { message: 'slow down' })
			.drop([3], 'batch_cancelled')
			.end('completed');
		expect((await on.collect(results)).map(({ llmCredits }) => llmCredits.reason)).to.deep.equal([
			'provider_error',
			'content_refused',
			'provider_rate_limit',
			'batch_cancelled',
		]);
		expect(await spent(on.world)).to.equal('0');
		await expectClean(on.world);
	});

	it('charges answers that cannot be used, and the estimate where usage is missing', async () => {
		await handedIn(4);
		const batch = on.batches.last;
		batch
			.answer([0], { object: { unexpected: 1 } })
			.answer([1], { text: '' })
			.answer([2], { ...HELLO, usage: null });
		batch.say(batch.output, { custom_id: batch.line(3).custom_id, response: { status_code: 200, body: 'nothing' }, error: null });
		batch.end('completed');
		const collected = await on.collect(results);
		expect(collected.map(({ llmCredits }) => `${llmCredits.reason} ${llmCredits.credits}`)).to.deep.equal([
			'invalid_output 0.6',
			'empty_answer 0.6',
			'answered 0.6',
			'invalid_output 0.6',
		]);
		expect(collected[2]?.llmCredits.message).to.match(/did not report usage/);
		await expectClean(on.world);
	});

	it('is not misled by unknown, repeated, contradicting and broken lines', async () => {
		await handedIn(3);
		const batch = on.batches.last;
		const [first] = batch.lines;
		batch.answer([0], HELLO).answer([0], { object: { message: 'Second' }, usage: { prompt_tokens: 9000, completion_tokens: 9000 } });
		batch.refuse([0, 1], 500, { message: 'no' }).answer([1], HELLO);
		for (const name of ['h999-s-id', 'somebody-else', '', String(first?.custom_id).replace(/-id-\d+$/, '-id-0')])
			batch.say(batch.output, { custom_id: name, response: { status_code: 200, body: {} }, error: null });
		batch.say(batch.output, 'not json').say(batch.output, '[]').say(batch.output, '{"custom_id":7}').end('completed');
		expect((await on.collect(results)).map(plainly)).to.deep.equal([ANSWERED, ANSWERED, 'fallback batch_failed 0 Hi']);
		expect(await spent(on.world)).to.equal('1.2');
		await expectClean(on.world);
	});

	it('takes no item whose mark names the hold of another', async () => {
		await handedIn(2);
		on.batches.last.answer(undefined, HELLO).end('completed');
		const [one] = results;
		const forged = { ...one?.llmCredits, batch: { ...one?.llmCredits.batch, submission: 'guessed' } };
		const [taken] = await on.action().run([back(0, forged)]);
		expect(taken?.llmCredits.reason).to.equal('invalid_item');
		expect(await spent(on.world)).to.equal('0');
	});

	it('waits on while the provider or the ledger cannot be read', async () => {
		await handedIn(2);
		on.batches.last.answer(undefined, HELLO).end('completed');
		on.batches.readFault = 503;
		expect((await on.collect(results)).map(plainly)).to.deep.equal(times(2, PENDING));
		on.batches.readFault = null;
		const stranger = on.batches.made.splice(0);
		expect((await on.collect(results)).map(plainly), 'another project of the provider').to.deep.equal(times(2, PENDING));
		on.batches.made.push(...stranger);
		const away = await makeWorld('0');
		await away.store.close();
		const waiting = await on.collect(results, {}, { openLedger: () => Promise.resolve(away.ledger) });
		expect(waiting.map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(times(2, 'batch_pending'));
		expect(await story(on.world)).to.deep.equal(reserved(2));
		expect((await on.collect(waiting)).map(plainly)).to.deep.equal(times(2, ANSWERED));
	});

	it('settles late what is collected after the holds have ended, and leaves nothing unconfirmed', async () => {
		await handedIn(3);
		on.batches.last.answer([0], HELLO).drop([1], 'batch_expired').end('expired');
		on.world.time.nowMs += 49 * HOUR_MS;
		const collected = await on.collect(results);
		expect(collected.map(plainly)).to.deep.equal([ANSWERED, 'fallback batch_expired 0 Hi', 'fallback batch_expired 0 Hi']);
		const holds = await on.world.store.holds('a', { state: null, afterSeq: 0, limit: 10 });
		expect(holds.map(({ state, isLate, actualMicro }) => [state, isLate, actualMicro])).to.deep.equal([
			['settled', true, 600_000n],
			['released', false, null],
			['released', false, null],
		]);
		expect(await spent(on.world)).to.equal('0.6');
		expect((await on.collect(results)).map(({ llmCredits }) => llmCredits.reason)).to.deep.equal([
			'replayed',
			'batch_expired',
			'batch_expired',
		]);
	});

	it('tells an answer from its line where the ledger keeps none, and charges it once', async () => {
		await open();
		const settings = { keepResultsHours: 0 };
		results = await on.handIn(1, settings);
		on.batches.last.answer(undefined, HELLO).end('completed');
		expect((await on.collect(results, settings)).map(plainly)).to.deep.equal([ANSWERED]);
		expect((await on.collect(results, settings)).map(plainly)).to.deep.equal(['model replayed 0.6 Hello']);
		expect(await spent(on.world)).to.equal('0.6');
	});

	it('puts answers through the checks, and mends what failed at the usual price, once', async () => {
		await open();
		const rules = [{ check: 'contains', attribute: 'message', value: 'Hello' }];
		const settings = { answerRules: rules, repairOnce: true };
		results = await on.handIn(3, settings);
		on.batches.last
			.answer([0], HELLO)
			.answer([1, 2], { object: { message: 'Bye' } })
			.end('completed');
		expect((await on.collect(results, { ...settings, repairOnce: false })).map(plainly)).to.deep.equal([
			ANSWERED,
			...times(2, 'fallback failed_checks 0.6 Hi'),
		]);
		on.fake.say(() => ({ kind: 'answer', ...HELLO }));
		const mended = ['model replayed 0.6 Hello', ...times(2, 'model answered 1.8 Hello')];
		expect((await on.collect(results, settings)).map(plainly)).to.deep.equal(mended);
		expect(on.fake.requests).to.have.length(2);
		expect((await on.collect(results, settings)).map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(times(3, 'replayed'));
		expect(on.fake.requests, 'a repair that was paid is not asked for again').to.have.length(2);
		expect(await spent(on.world)).to.equal('4.2');
		await expectClean(on.world);
	});

	it('keeps an answer for others under the question that it was given to, and no other', async () => {
		await open();
		const settings = { reuseAnswers: 'first' };
		results = await on.handIn(2, settings);
		on.batches.last.answer(undefined, HELLO).end('completed');
		const [same, other] = results.map(({ llmCredits }, index) => back(index, llmCredits));
		const changed = { ...other!, read: async () => ({ ...(await other!.read()), prompt: 'Write today' }) };
		expect((await on.action(settings).run([same!, changed])).map(plainly)).to.deep.equal([ANSWERED, ANSWERED]);
		const asked = async (prompt: string): Promise<string> => {
			const fresh = { ...people(1)[0]!, key: prompt, data: {} };
			const [left] = await on.action(settings).run([{ ...fresh, read: async () => ({ ...(await fresh.read()), prompt }) }]);
			return left?.llmCredits.reason ?? '';
		};
		expect([await asked('Write 0'), await asked('Write today'), await asked('Write 1')]).to.deep.equal([
			'cached',
			'batch_pending',
			'batch_pending',
		]);
	});

	it('takes fallback values that the item left with for nothing that is known of a person', async () => {
		await open();
		const settings = { checkInvented: true, repairOnce: false };
		results = await on.handIn(1, settings);
		on.batches.last.answer(undefined, { object: { message: 'Only $77 today' } }).end('completed');
		const item = { ...back(0, results[0]?.llmCredits), data: { llmCredits: results[0]?.llmCredits, llm: { message: 'From $77' } } };
		expect((await on.action(settings).run([item])).map(plainly)).to.deep.equal(['fallback failed_checks 0.6 Hi']);
	});

	it('charges by outcome what passed, and nothing for what did not', async () => {
		await open();
		const settings = { charging: 'outcome', chargeRate: '5' };
		results = await on.handIn(2, settings);
		on.batches.last
			.answer([0], HELLO)
			.answer([1], { object: { unexpected: 1 } })
			.end('completed');
		expect((await on.collect(results, settings)).map(({ llmCredits }) => `${llmCredits.reason} ${llmCredits.credits}`)).to.deep.equal([
			'answered 5',
			'invalid_output 0',
		]);
		expect(await spent(on.world)).to.equal('5');
		await expectClean(on.world);
	});

	it('settles what was billed even where the item itself cannot be read any more', async () => {
		await handedIn(1);
		on.batches.last.answer(undefined, HELLO).end('completed');
		const broken = { ...back(0, results[0]?.llmCredits), read: () => Promise.reject(new Error('gone')) };
		const [left] = await on.action().run([broken]);
		expect(left?.llmCredits).to.include({ reason: 'invalid_item', credits: '0.6' });
		expect(await spent(on.world)).to.equal('0.6');
	});

	it('learns the way of asking that a server refused', async () => {
		await handedIn(1);
		on.batches.last.refuse([0], 400, { message: 'response_format json_schema is not supported' }).end('completed');
		await on.collect(results);
		await on.action().run([{ ...people(1)[0]!, key: 'anew' }]);
		expect(on.batches.last.line(0).body['response_format']).to.deep.equal({ type: 'json_object' });
	});
});
