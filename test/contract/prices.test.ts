/** Prices in the ledger, in every store: what a hold pins is written once and found again, by whoever settles or checks it later. */
import { expect } from 'chai';
import type { Command, Outcome } from '../../lib/core/nouns/commands';
import { priceUsage, type ModelPrice } from '../../lib/core/prices/pricing';
import { BUILT_IN_PRICES, type PriceList } from '../../lib/core/prices/price-list';
import { writePriceList } from '../../lib/core/prices/price-list-text';
import { createRateCard } from '../../lib/core/prices/rate-card';
import { pinKeyHash, pinOf } from '../../lib/core/prices/recorded-price';
import { AccountPrices } from '../../lib/engine/account/account-prices';
import { ProfileReader } from '../../lib/engine/account/account-profile';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import type { LedgerStore } from '../../lib/ledger/store';
import {
	addPriceList,
	alternative,
	credits,
	expectKind,
	grant,
	openAccount,
	priceNamed,
	reserve,
	reserveOneOf,
	settle,
	tokens,
} from '../support/ledger/ledger-commands';
import { LEDGER_KINDS, type LedgerKind } from '../support/ledger/ledger-places';
import { ManualClock } from '../support/machine/manual-clock';
import { laterList } from '../support/corpus/price-lists';

const ACCOUNT = 'acme';
const DAY_MS = 86_400_000;
const NOVEMBER = Date.parse('2026-11-21T12:00:00Z');

const priceOf = (model: string, list: PriceList = BUILT_IN_PRICES): ModelPrice => {
	const price = createRateCard({ list }).find({ provider: 'openai', model, atMs: NOVEMBER });
	if (!price) throw new Error(`${model} has no price`);
	return price;
};

function pricesOf(store: LedgerStore, builtIn: PriceList): AccountPrices {
	const timing = { clock: () => 0, monotonicMs: () => 0, jitter: () => 0, pause: () => Promise.resolve() };
	return new AccountPrices({ accountId: ACCOUNT, store, profile: new ProfileReader({ store, accountId: ACCOUNT, timing }), builtIn });
}

function suite({ newPlace, isLasting }: LedgerKind): void {
	const clock = new ManualClock();
	let store: LedgerStore;
	let place: Awaited<ReturnType<typeof newPlace>>;
	const one = async (command: Command): Promise<Outcome> => {
		const [outcome] = await store.commit(ACCOUNT, [command]);
		if (!outcome) throw new Error('The store gave no outcome.');
		return outcome;
	};
	const recorded = async (): Promise<string[]> => {
		const entries = await store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 });
		return entries.flatMap(({ body }) => (body.kind === 'price_recorded' ? [pinOf(body.price)] : []));
	};

	beforeEach(async () => {
		place = await newPlace();
		store = await place(clock.read);
		await store.commit(ACCOUNT, [openAccount(), grant('g', 100_000)]);
	});
	afterEach(async () => {
		const { violations } = await verifyLedger(store);
		await store.close();
		expect(violations).to.deep.equal([]);
	});

	it('writes a price with the first hold that pins it, in one transaction, and never again', async () => {
		const price = priceOf('gpt-5.4');
		const outcomes = await store.commit(ACCOUNT, [reserve('a', 1, { price }), reserve('b', 1, { price })]);
		const again = await one(reserve('c', 1, { price }));
		const versions = [...outcomes, again].map((outcome) => expectKind(outcome, 'reserved').hold.priceVersion);
		expect(new Set(versions)).to.deep.equal(new Set([pinOf(price)]));
		expect(versions[0]).to.match(/^genai-prices@[\d.]+\/openai\/gpt-5\.4\/initial#[0-9a-f]{12}$/);
		expect(await recorded()).to.deep.equal([pinOf(price)]);
		const entry = await store.entryByKey(ACCOUNT, pinKeyHash(pinOf(price)));
		expect(entry?.body).to.deep.equal({ kind: 'price_recorded', price });
		const kinds = (await store.entries(ACCOUNT, { afterSeq: 2, limit: 9 })).map(({ body }) => body.kind);
		expect(kinds).to.deep.equal(['price_recorded', 'reserved', 'reserved', 'reserved']);
	});

	it('keeps prices apart that have one version and other rates, tiers or amounts per call', async () => {
		const price = priceOf('gpt-5.4');
		const [first, second] = price.tiers;
		const others: ModelPrice[] = [
			{ ...price, tiers: first ? [first] : [] },
			{ ...price, tiers: first && second ? [first, { ...second, fromInputTokens: second.fromInputTokens + 1 }] : [] },
			{ ...price, tiers: first ? [{ ...first, rates: { ...first.rates, output: first.rates.output + 1n } }] : [] },
			{ ...price, perCallMicro: 1n },
		];
		await store.commit(
			ACCOUNT,
			[price, ...others].map((each, index) => reserve(`k${String(index)}`, 1, { price: each })),
		);
		expect(new Set(await recorded()).size).to.equal(5);
		for (const each of [price, ...others]) {
			const entry = await store.entryByKey(ACCOUNT, pinKeyHash(pinOf(each)));
			expect(entry?.body).to.deep.equal({ kind: 'price_recorded', price: each });
		}
	});

	it('writes the prices of the alternative that is held, and none of a refusal', async () => {
		const priced = (rung: number, whole: number, price: ModelPrice) => ({
			rung,
			calls: [...alternative(rung, [whole]).calls, ...alternative(rung, [0]).calls].map((call) => ({ ...call, price })),
		});
		await one(reserveOneOf('k', [priced(0, 999_999, priceNamed('dear')), priced(1, 1, priceNamed('cheap'))]));
		await one(reserveOneOf('r', [priced(0, 999_999, priceNamed('dear'))]));
		expect(await recorded()).to.deep.equal([pinOf(priceNamed('cheap'))]);
		expect(await store.entryByKey(ACCOUNT, pinKeyHash(pinOf(priceNamed('dear'))))).to.equal(null);
		expect(await store.entryByKey('nobody', pinKeyHash(pinOf(priceNamed('cheap'))))).to.equal(null);
	});

	it('rule 27: a late settle by a process with other prices charges what the hold was reserved at', async () => {
		const price = priceOf('gpt-4.1-mini');
		const { hold } = expectKind(await one(reserve('k', 10, { price, timeoutMs: 60_000 })), 'reserved');
		const usage = { ...tokens(1200, 80), cachedInputTokens: 1000 };
		const expectedMicro = priceUsage(price, usage);
		clock.advance(DAY_MS);
		if (isLasting) {
			await store.close();
			store = await place(clock.read);
		}
		// The other process knows only a newer list, in which the model costs twice as much.
		const newer = laterList('gpt-4.1-mini');
		const found = await pricesOf(store, newer).pinned(hold.priceVersion ?? '');
		expect(found).to.deep.equal(price);
		const actualMicro = found ? priceUsage(found, usage) : 0n;
		expect(actualMicro).to.equal(expectedMicro);
		expect(priceUsage(priceOf('gpt-4.1-mini', newer), usage)).to.equal(expectedMicro * 2n);
		const outcome = await one({ kind: 'settle', holdSeq: hold.seq, actualMicro, measure: 'reported', usage, result: null });
		expect(expectKind(outcome, 'closed').hold).to.include({ isLate: true, actualMicro: expectedMicro });
	});

	it('keeps lists by version and content: the same again changes nothing, other prices under a version are refused', async () => {
		const { kept, text } = writePriceList(laterList('gpt-4.1'));
		const add: Command = { kind: 'add_price_list', list: kept, text };
		expect([await one(add), await one(add)].map((outcome) => expectKind(outcome, 'account').isReplayed)).to.deep.equal([false, true]);
		const other = writePriceList(laterList('gpt-4o'));
		const refused = expectKind(await one({ kind: 'add_price_list', list: other.kept, text: other.text }), 'fault');
		expect(refused.error.message).to.match(/keeps other prices under the version genai-prices@9\.9\.9\. A version is never changed/);
		const forged = expectKind(await one({ kind: 'add_price_list', list: { ...kept, version: 'x@1', hash: 'ab' }, text }), 'fault');
		expect(forged.error.message).to.match(/x@1 has another hash than its text/);
		const unknown = expectKind(await one({ kind: 'pin_prices', key: 'p', version: 'nothing@1' }), 'fault');
		expect(unknown.error.message).to.match(/no price list "nothing@1"\. It keeps: genai-prices@9\.9\.9/);
		expect((await store.snapshot(ACCOUNT)).account?.settings.prices).to.deep.equal({ pinned: null, lists: [kept] });
	});

	it('prices by the newest list until one is pinned, and again when it is unpinned, also after a restart', async () => {
		const old = writePriceList(BUILT_IN_PRICES);
		const newer = writePriceList(laterList('gpt-4.1-mini'));
		const current = async (builtIn = BUILT_IN_PRICES): Promise<string> => (await pricesOf(store, builtIn).current()).version;
		expect(await current()).to.equal(old.kept.version);
		await one({ kind: 'add_price_list', list: newer.kept, text: newer.text });
		expect(await current()).to.equal('genai-prices@9.9.9');
		await one({ kind: 'add_price_list', list: old.kept, text: old.text });
		await one({ kind: 'pin_prices', key: 'pin', version: old.kept.version });
		if (isLasting) {
			await store.close();
			store = await place(clock.read);
		}
		// An update of the package, with yet newer prices, changes nothing for a pinned account.
		const update = laterList('gpt-4o', { version: '10.0.0', date: '2027-03-01' });
		const pinned = await pricesOf(store, update).current();
		expect([pinned.version, pinned.date]).to.deep.equal([old.kept.version, old.kept.date]);
		expect(priceOf('gpt-4.1-mini', pinned)).to.deep.equal(priceOf('gpt-4.1-mini'));
		await one({ kind: 'pin_prices', key: 'unpin', version: null });
		expect(await current(update)).to.equal('genai-prices@10.0.0');
		expect(await current()).to.equal('genai-prices@9.9.9');
	});

	it('needs the admin key for lists and pins once there is one, and never for the price of a call', async () => {
		await one({ kind: 'set_admin_key', key: 'key', adminKey: { salt: '00', hash: 'ab' } });
		for (const command of [addPriceList('l@1', 'x'), { kind: 'pin_prices', key: 'p', version: null } as const])
			expect(expectKind(await one(command), 'fault').error.code).to.equal('not_authorised');
		const { hold } = expectKind(await one(reserve('k', 1, { price: priceNamed('v') })), 'reserved');
		expect(expectKind(await one(settle(hold.seq, 1)), 'closed').hold.actualMicro).to.equal(credits(1));
		expect(await recorded()).to.have.length(1);
	});
}

for (const kind of LEDGER_KINDS) describe(`${kind.name}: prices`, () => suite(kind));
