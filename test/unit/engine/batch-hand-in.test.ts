/**
 * Handing in batches, over the real adapter and a server that a test controls: what is refused, lost on
 * the way or handed in before; the price of a batch; and the exact entries in the ledger each time.
 */
import { expect } from 'chai';
import { batchPrice } from '../../../lib/core/prices/batch-price';
import type { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import type { SpendingAccount } from '../../../lib/engine/account/spending-account';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { expectClean, spent, story } from '../../support/scenarios/action-world';
import { BatchWorld, people, plainly } from '../../support/scenarios/batch-world';
import { PRICE } from '../../support/provider/scripted-provider';

const PENDING = 'fallback batch_pending 0 Hi';
const HELLO = { object: { message: 'Hello' } };
const ANSWERED = 'model answered 0.6 Hello';
const HOUR_MS = 3_600_000;

const reserved = (count: number): string[] => Array<string>(count).fill('reserved 0.6 m rung 0 pass 0');
const times = <T>(count: number, value: T): T[] => Array<T>(count).fill(value);

describe('batches: handing in', () => {
	let on: BatchWorld;

	afterEach(async () => {
		expect((await verifyLedger(on.world.store)).violations).to.deep.equal([]);
		await on.close();
	});

	async function open(credits = '100'): Promise<void> {
		on = await BatchWorld.with(credits);
	}

	/** What the ledger holds back, in micro-credits. */
	const held = async (): Promise<bigint> => (await on.world.ledger.balance()).heldMicro;

	describe('new items', () => {
		it('sets aside at the price of a batch for as long as it may take, hands in one file, and items leave at once', async () => {
			await open();
			const results = await on.handIn(3);
			expect(results.map(plainly)).to.deep.equal(times(3, PENDING));
			expect(on.batches.counts).to.include({ uploads: 1, creations: 1 });
			const { lines, request } = on.batches.last;
			expect(lines.map(({ method, url }) => `${method} ${url}`)).to.deep.equal(times(3, 'POST /v1/chat/completions'));
			expect(request).to.include({ endpoint: '/v1/chat/completions', completion_window: '24h' });
			const { batch } = results[0]?.llmCredits ?? {};
			expect(batch?.id).to.equal('batch_1');
			expect(request['metadata']).to.deep.equal({ llm_credits_submission: `${String(batch?.submission)}.1` });
			expect(new Set(lines.map(({ custom_id }) => custom_id)).size).to.equal(3);
			for (const { custom_id } of lines) expect(custom_id.length).to.be.within(1, 64);
			expect(await story(on.world)).to.deep.equal(reserved(3));
			const [hold] = await on.world.store.holds('a', { state: 'open', afterSeq: 0, limit: 1 });
			expect((hold?.timeoutAtMs ?? 0) - (hold?.reservedAtMs ?? 0)).to.equal(48 * HOUR_MS);
			expect(hold?.priceVersion).to.match(/^test\/m\/1\/batch-50#/);
			expect(hold?.labels).to.include({ batch: batch?.submission, purpose: 'live' });
		});

		it('lets items leave for their true reason where credits do not suffice', async () => {
			await open('1.2');
			const results = await on.handIn(3);
			expect(results.map(plainly).sort()).to.deep.equal(['fallback credits_held 0 Hi', PENDING, PENDING].sort());
			expect(on.batches.last.lines).to.have.length(2);
		});

		it('with sizes that are learned, bounds every answer by what is set aside: nothing is overdrawn, and all find room', async () => {
			const [LONGEST, settings] = [2_000, { reservation: 'learned', maxOutputTokens: 2_000, concurrency: 4 }];
			await open('260');
			const results = await on.handIn(60, settings);
			const { lines } = on.batches.last;
			expect(lines).to.have.length(60);
			const limits = lines.map(({ body }) => Number(body['max_completion_tokens'] ?? body['max_tokens']));
			expect(Math.max(...limits))
				.to.equal(800)
				.and.to.be.lessThan(LONGEST);
			// The worst that can happen: every answer is as long as its limit lets it be.
			for (const [place, limit] of limits.entries())
				on.batches.last.answer([place], { usage: { prompt_tokens: 20, completion_tokens: limit, total_tokens: 20 + limit } });
			on.batches.last.status = 'completed';
			const collected = await on.collect(results, settings);
			expect(collected.filter(({ llmCredits }) => llmCredits.source === 'model')).to.have.length(60);
			expect((await on.world.ledger.balance()).overdraftMicro).to.equal(0n);
		});

		it('speaks the dialect of Azure, where a line names its path without the version', async () => {
			await open();
			const { provider } = on.handleFor({ baseUrl: on.fake.url.replace('/v1', ''), azure: { apiVersion: '2025-03-01-preview' } });
			const results = await on.action({}, { provider: () => ({ ...on.handle, provider }) }).run(people(1));
			expect(results.map(plainly)).to.deep.equal([PENDING]);
			expect(on.batches.last.request).to.include({ endpoint: '/chat/completions' });
			expect(on.batches.last.line(0).url).to.equal('/chat/completions');
		});

		it('counts a line against the caps of the node', async () => {
			await open();
			expect((await on.handIn(1, { capPerSend: '0.5' })).map(plainly)).to.deep.equal(['fallback cap_reached 0 Hi']);
			const inOne = await on.action({ capPerExecution: '1.2' }, { executionId: 'e' }).run(people(4).slice(1));
			expect(inOne.map(plainly)).to.deep.equal([PENDING, PENDING, 'fallback cap_reached 0 Hi']);
		});

		it('leaves a provider alone that fails again and again', async () => {
			await open();
			const reasons: string[] = [];
			for (let round = 0; round < 12; round += 1) {
				on.batches.uploadMishaps.push({ kind: 'status', code: 503 });
				const once = on.action({ maxAttempts: 1, waitForProviderSeconds: 0 });
				const [result] = await once.run([{ ...people(1)[0]!, key: `round ${String(round)}` }]);
				reasons.push(result?.llmCredits.reason ?? '');
			}
			expect(reasons.slice(0, 2)).to.deep.equal(['provider_error', 'provider_error']);
			expect(reasons.at(-1)).to.equal('provider_paused');
			expect(on.batches.counts.uploads).to.be.lessThan(12);
			await expectClean(on.world);
		});

		it('hands nothing in while the ledger is away, also where calls may go on meanwhile', async () => {
			await open();
			const away: Pick<LedgerAccount, 'reserve'> = {
				reserve: async (input) => {
					const taken = await on.world.ledger.reserve(input);
					return taken.kind === 'reserved' ? { ...taken, hold: { ...taken.hold, seq: -taken.hold.seq } } : taken;
				},
			};
			const released: number[] = [];
			const release = async (seq: number): ReturnType<LedgerAccount['release']> => {
				released.push(seq);
				return on.world.ledger.release(-seq);
			};
			const account = spendingLike(on.world.ledger, { ...away, release });
			const results = await on.action({}, { openLedger: () => Promise.resolve(account) }).run(people(2));
			expect(results.map(plainly)).to.deep.equal(times(2, 'fallback ledger_unavailable 0 Hi'));
			expect(released.every((seq) => seq < 0)).to.equal(true);
			expect(on.batches.counts.uploads).to.equal(0);
			await expectClean(on.world);
		});

		it('makes a batch for each model', async () => {
			await open();
			const items = people(4).map((each, index) => ({
				...each,
				read: async () => ({ ...(await each.read()), model: index % 2 === 0 ? 'm' : 'other' }),
			}));
			const results = await on.action().run(items);
			expect(on.batches.made.map(({ lines }) => new Set(lines.map(({ body }) => body['model'])))).to.deep.equal([
				new Set(['m']),
				new Set(['other']),
			]);
			for (const batch of on.batches.made) batch.answer(undefined, HELLO).end('completed');
			expect((await on.collect(results)).map(plainly)).to.deep.equal(times(4, ANSWERED));
		});

		it('gathers items that come one by one', async () => {
			await open();
			const action = on.action();
			const results = await Promise.all(people(5).map((each) => action.runOne(each)));
			expect(results.map(plainly)).to.deep.equal(times(5, PENDING));
			expect(on.batches.counts.creations).to.equal(1);
		});

		it('uses a kept answer at once, and asks a preview at once', async () => {
			await open();
			const settings = { reuseAnswers: 'first' };
			const first = await on.handIn(1, settings);
			on.batches.last.answer([0], HELLO).end('completed');
			expect((await on.collect(first, settings)).map(plainly)).to.deep.equal([ANSWERED]);
			expect((await on.action(settings).run(people(1))).map(plainly)).to.deep.equal(['cache cached 0 Hello']);
			const preview = on.action({}, { labels: { flow: 'f', node: 'n', purpose: 'preview' } });
			expect((await preview.run([{ ...people(1)[0]!, key: 'preview' }]))[0]?.llmCredits).to.include({ reason: 'answered', credits: '1.2' });
		});

		it('refuses passes, which need answers in between', async () => {
			await open();
			expect(() => on.action({ passes: [{ kind: 'refine', model: '', instructions: '' }] })).to.throw(/one call for each item/);
		});

		it('gives everything back once when the upload or the batch is refused', async () => {
			for (const mishaps of ['uploadMishaps', 'createMishaps'] as const) {
				await open();
				on.batches[mishaps].push({ kind: 'status', code: 401 });
				const results = await on.handIn(2);
				expect(results.map(plainly)).to.deep.equal(times(2, 'fallback provider_rejected 0 Hi'));
				expect(on.batches.made).to.deep.equal([]);
				expect(await story(on.world)).to.deep.equal([...reserved(2), 'released', 'released']);
				await expectClean(on.world);
				if (mishaps === 'uploadMishaps') await on.close();
			}
		});

		it('tries again where nothing was made', async () => {
			await open();
			on.batches.uploadMishaps.push({ kind: 'status', code: 503 }, { kind: 'drop' });
			expect((await on.handIn(2)).map(plainly)).to.deep.equal(times(2, PENDING));
			expect(on.batches.counts).to.include({ uploads: 3, creations: 1 });
		});

		for (const mishap of [{ kind: 'status', code: 500 }, { kind: 'drop' }] as const) {
			it(`finds the batch again after ${mishap.kind === 'drop' ? 'a lost connection' : 'a 500'} that took effect, also in a late list`, async () => {
				await open();
				on.batches.createMishaps.push({ ...mishap, takesEffect: true });
				on.batches.lateLists = 2;
				const results = await on.handIn(2);
				expect(results.map(plainly)).to.deep.equal(times(2, PENDING));
				expect(results.map(({ llmCredits }) => llmCredits.batch?.id)).to.deep.equal(times(2, 'batch_1'));
				expect(on.batches.made).to.have.length(1);
				on.batches.last.answer(undefined, HELLO).end('completed');
				expect((await on.collect(results)).map(plainly)).to.deep.equal(times(2, ANSWERED));
			});

			it(`gives everything back once after ${mishap.kind === 'drop' ? 'a lost connection' : 'a 500'} that had no effect`, async () => {
				await open();
				on.batches.createMishaps.push(mishap);
				const results = await on.handIn(2);
				expect(results.map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(times(2, 'provider_error'));
				expect(on.batches.counts).to.include({ creations: 1, lists: 3 });
				expect(await story(on.world)).to.deep.equal([...reserved(2), 'released', 'released']);
			});
		}

		it('finds it by the name of its file where the server keeps no metadata', async () => {
			await open();
			on.batches.keepsMetadata = false;
			on.batches.createMishaps.push({ kind: 'drop', takesEffect: true });
			expect((await on.handIn(2)).map(({ llmCredits }) => llmCredits.batch?.id)).to.deep.equal(times(2, 'batch_1'));
		});

		it('keeps the credits set aside while nobody can say whether the batch was made, and collects it once somebody can', async () => {
			await open();
			on.batches.createMishaps.push({ kind: 'drop', takesEffect: true });
			on.batches.readFault = 500;
			const results = await on.handIn(2);
			expect(results.map(plainly)).to.deep.equal(times(2, PENDING));
			expect(results.map(({ llmCredits }) => llmCredits.batch?.id)).to.deep.equal([null, null]);
			expect(await held()).to.equal(1_200_000n);
			on.batches.readFault = null;
			on.batches.last.answer(undefined, HELLO).end('completed');
			const collected = await on.collect(results);
			expect(collected.map(plainly)).to.deep.equal(times(2, ANSWERED));
			expect(collected[0]?.llmCredits.batch?.id).to.equal('batch_1');
			await expectClean(on.world);
		});
	});

	describe('the same items again', () => {
		it('are found in the batch that an earlier run handed in, and nothing is handed in twice', async () => {
			await open();
			await on.handIn(3);
			const again = await on.handIn(3);
			expect(again.map(plainly)).to.deep.equal(times(3, PENDING));
			expect(again.map(({ llmCredits }) => llmCredits.batch?.id)).to.deep.equal(times(3, 'batch_1'));
			expect(on.batches.made).to.have.length(1);
			on.batches.last.answer(undefined, HELLO).end('completed');
			// Five seconds is for how long what was read of a batch that goes on counts as fresh.
			on.world.time.nowMs += 6_000;
			expect((await on.handIn(3)).map(plainly)).to.deep.equal(times(3, ANSWERED));
			expect((await on.handIn(3)).map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(times(3, 'replayed'));
			expect(await spent(on.world)).to.equal('1.8');
			expect(await story(on.world)).to.deep.equal([...reserved(3), ...times(3, 'settled 0.6')]);
		});

		it('wait while an earlier run may still be handing in, and are handed in anew once it cannot be', async () => {
			await open();
			on.batches.createMishaps.push({ kind: 'drop' });
			on.batches.readFault = 500;
			const lost = await on.handIn(2);
			on.batches.readFault = null;
			expect((await on.handIn(2)).map(plainly)).to.deep.equal(times(2, PENDING));
			expect((await on.collect(lost)).map(plainly)).to.deep.equal(times(2, PENDING));
			expect(on.batches.made).to.deep.equal([]);
			on.world.time.nowMs += 21 * 60_000;
			expect((await on.handIn(2)).map(plainly)).to.deep.equal(times(2, PENDING));
			expect(on.batches.made).to.have.length(1);
			expect(await story(on.world)).to.deep.equal([...reserved(2), 'unconfirmed', 'unconfirmed', ...reserved(2)]);
			expect((await on.collect(lost)).map(plainly)).to.deep.equal(times(2, 'fallback batch_failed 0 Hi'));
		});

		it('are handed in anew where the batch gave no answer', async () => {
			await open();
			const results = await on.handIn(2);
			on.batches.last.answer([0], HELLO).drop([1], 'batch_expired').end('expired');
			expect((await on.collect(results)).map(plainly)).to.deep.equal([ANSWERED, 'fallback batch_expired 0 Hi']);
			expect((await on.handIn(2)).map(plainly)).to.deep.equal(['model replayed 0.6 Hello', PENDING]);
			expect(on.batches.last.lines).to.have.length(1);
		});
	});

	describe('the price of a batch', () => {
		it('is a share of every rate, rounded up, under a version of its own', async () => {
			await open();
			const odd = {
				...PRICE,
				perCallMicro: 3n,
				tiers: PRICE.tiers.map((tier) => ({ ...tier, rates: { ...tier.rates, input: 5n, output: 7n } })),
			};
			const half = batchPrice(odd, 50);
			expect(half.version).to.equal('test/m/1/batch-50');
			expect(half.perCallMicro).to.equal(2n);
			expect(half.tiers[0]?.rates).to.include({ input: 3n, output: 4n, cachedInput: 5_000_000_000n });
			expect(batchPrice(odd, 100)).to.equal(odd);
			expect(batchPrice(odd, 50).tiers, 'worked out once').to.equal(half.tiers);
		});

		it('may be set', async () => {
			await open();
			const settings = { batchPricePercent: 25 };
			const results = await on.handIn(1, settings);
			on.batches.last.answer(undefined, HELLO).end('completed');
			// What was reserved at one price is settled at it, whatever the settings say by then.
			expect((await on.collect(results, { batchPricePercent: 80 })).map(plainly)).to.deep.equal(['model answered 0.3 Hello']);
		});
	});
});

/** The account as an action uses it, with some of its methods replaced. */
function spendingLike(ledger: LedgerAccount, others: Partial<SpendingAccount>): SpendingAccount {
	return new Proxy(ledger, {
		get: (target, name) => {
			const other: unknown = others[name as keyof SpendingAccount];
			const own: unknown = Reflect.get(target, name, target);
			return other ?? (typeof own === 'function' ? (own.bind(target) as unknown) : own);
		},
	});
}
