/** Owns the proof that an action prices its calls by the account's prices, whatever package asks, and that every charge can be made again. */
import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import { BUILT_IN_PRICES, type PriceList } from '../../../lib/core/prices/price-list';
import { writePriceList } from '../../../lib/core/prices/price-list-text';
import { priceUsage } from '../../../lib/core/prices/pricing';
import { NO_TOKENS, type Usage } from '../../../lib/core/usage/usage-fields';
import { proveCharge, type ChargeProof } from '../../../lib/engine/report/charge-proof';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { OutageAccount } from '../../../lib/engine/outage/outage-account';
import { PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { createProvider } from '../../../lib/runtime/provider-handle';
import { expectClean, item, makeAction, makeWorld, type ActionWorld } from '../../support/scenarios/action-world';
import { laterList } from '../../support/corpus/price-lists';
import { answer, ScriptedProvider } from '../../support/provider/scripted-provider';

/** 1,000 tokens in and 200 out of gpt-4.1-mini at $0.4 and $1.6 per million: 7.2 credits. */
const TYPICAL: Usage = { ...NO_TOKENS, inputTokens: 1000, outputTokens: 200 };

describe('prices of an account', () => {
	let world: ActionWorld;
	const run = async (key: string, settings: Record<string, unknown> = {}, more: object = {}): Promise<ItemResult['llmCredits']> => {
		const provider = new ScriptedProvider(() => answer('{"message":"Hello"}', { kind: 'reported', usage: TYPICAL }));
		const { priceOf } = createProvider(readParams(PROVIDER_PARAMS, { service: 'openai', apiKey: 'k', ...settings }));
		const handle = { ...provider.handle(), priceOf };
		const action = makeAction(world, provider, { reservation: 'strict' }, { provider: () => handle, ...more });
		const [result] = await action.run([item(key, { model: 'gpt-4.1-mini' })]);
		if (!result) throw new Error('The item did not come back.');
		return result.llmCredits;
	};
	const proof = async (holdSeq: number): Promise<ChargeProof> =>
		proveCharge({ store: world.store, accountId: 'a', prices: world.ledger.prices }, holdSeq);
	const keep = async (list: PriceList): Promise<string> => {
		const { kept, text } = writePriceList(list);
		await world.ledger.changeProfile({ kind: 'add_price_list', list: kept, text });
		return kept.version;
	};
	beforeEach(async () => {
		world = await makeWorld('1000');
	});
	afterEach(() => expectClean(world));

	it('are those of the newest list that the ledger keeps, until one is pinned', async () => {
		expect(await run('first')).to.include({ credits: '7.2', reason: 'answered' });
		await keep(laterList('gpt-4.1-mini'));
		expect(await run('second')).to.include({ credits: '14.4' });
		const version = await keep(BUILT_IN_PRICES);
		await world.ledger.changeProfile({ kind: 'pin_prices', key: 'p', version });
		expect(await run('third')).to.include({ credits: '7.2' });
		await world.ledger.changeProfile({ kind: 'pin_prices', key: 'q', version: null });
		expect(await run('fourth')).to.include({ credits: '14.4' });
		// The same key again charges what it charged, whatever holds by now.
		expect(await run('first')).to.include({ credits: '7.2', reason: 'replayed' });
	});

	it('give way to the prices of the provider settings', async () => {
		await keep(laterList('gpt-4.1-mini'));
		expect(await run('override', { prices: 'gpt-4.1-mini, 0.1, 0.5' })).to.include({ credits: '2' });
		expect(await run('own', { pricing: 'own', prices: 'gpt-4.1-mini, 0.1, 0.5' })).to.include({ credits: '2' });
		expect(await run('free', { pricing: 'free' })).to.include({ credits: '0', reason: 'answered' });
	});

	it('make every charge again: the rates are in the ledger with the first hold of them', async () => {
		const ids = [await run('a'), await run('b'), (await keep(laterList('gpt-4.1-mini')), await run('c'))].map(({ holdId }) => holdId);
		for (const id of ids) {
			const { verdict, hold, price, usage, againMicro } = await proof(Number(id?.slice(1)));
			expect(verdict).to.equal('same');
			expect(usage).to.deep.equal(TYPICAL);
			expect(price && priceUsage(price, TYPICAL)).to.equal(hold.actualMicro);
			expect(againMicro).to.equal(hold.actualMicro);
		}
		const entries = await world.store.entries('a', { afterSeq: 0, limit: 100 });
		expect(entries.filter(({ body }) => body.kind === 'price_recorded')).to.have.length(2);
	});

	it('say why a charge cannot be made again', async () => {
		const reserve = (key: string, calls: object): ReturnType<typeof world.ledger.reserve> =>
			world.ledger.reserve({
				key,
				fingerprint: 'f',
				alternatives: () => [{ rung: 0, calls: [{ amountMicro: 5n, model: 'm', price: null, ...calls }] }],
				labels: {},
				person: null,
				sendId: null,
				executionId: null,
				caps: [],
				waitMs: 0,
			});
		const held = async (key: string, calls: object = {}): Promise<number> => {
			const outcome = await reserve(key, calls);
			if (outcome.kind !== 'reserved') throw new Error(outcome.reason);
			return outcome.hold.seq;
		};
		const price = BUILT_IN_PRICES.find({ provider: 'openai', model: 'gpt-4.1-mini', atMs: 0 });
		const settle = { actualMicro: 5n, usage: TYPICAL, result: null } as const;
		const estimated = await held('estimated', { price });
		await world.ledger.settle({ ...settle, holdSeq: estimated, measure: 'estimated', usage: null });
		const unpriced = await held('unpriced');
		await world.ledger.settle({ ...settle, holdSeq: unpriced, measure: 'reported' });
		const other = await held('other', { price });
		await world.ledger.settle({ ...settle, holdSeq: other, measure: 'reported' });
		const released = await held('released', { price });
		await world.ledger.release(released);
		const verdicts = [];
		for (const seq of [estimated, unpriced, other, released]) verdicts.push((await proof(seq)).verdict);
		expect(verdicts).to.deep.equal(['estimated', 'unknown_price', 'differs', 'unsettled']);
		let fault: unknown;
		await proof(released + 1).catch((error: unknown) => (fault = error));
		expect(fault).to.be.instanceOf(CreditError).and.to.have.property('code', 'hold_not_found');
	});

	it('that cannot be read keep items from a model', async () => {
		const prices = { current: () => Promise.reject(new CreditError('ledger_corrupt', 'The price list is not as it was added.')) };
		const openLedger = (): Promise<never> => Promise.resolve({ accountId: 'a', prices } as never);
		expect(await run('k', {}, { openLedger })).to.include({
			source: 'fallback',
			reason: 'ledger_unavailable',
			message: 'The price list is not as it was added.',
		});
	});

	it('are the last that were read while the ledger is away', async () => {
		let isAway = false;
		const openLedger = (): Promise<typeof world.ledger> =>
			isAway ? Promise.reject(new CreditError('ledger_unavailable', 'Gone.')) : Promise.resolve(world.ledger);
		const parts = { accountId: 'a', openLedger, hasOutage: () => false, openOutage: () => Promise.reject(new Error('not asked')) };
		const account = new OutageAccount(parts);
		isAway = true;
		expect((await account.prices.current()).version).to.equal(BUILT_IN_PRICES.version);
		isAway = false;
		const version = await keep(laterList('gpt-4.1-mini'));
		expect((await account.prices.current()).version).to.equal(version);
		isAway = true;
		expect((await account.prices.current()).version).to.equal(version);
	});
});
