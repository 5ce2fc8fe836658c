/** Owns the proof of the commands for prices, as processes: what holds, what is different, newer lists, pins, and charges made again. */
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chargedBy, chargeOf } from '../../../lib/core/prices/charging';
import { BUILT_IN_PRICES, type PriceList } from '../../../lib/core/prices/price-list';
import { writePriceList } from '../../../lib/core/prices/price-list-text';
import type { FixedCharge } from '../../../lib/core/prices/pricing';
import { NO_TOKENS, type Usage } from '../../../lib/core/usage/usage-fields';
import type { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import { CommandLine, type Document } from '../../support/command-line/command-line';
import { laterList } from '../../support/corpus/price-lists';

const MINI = 'gpt-4.1-mini';
const USAGE: Usage = { ...NO_TOKENS, inputTokens: 1200, cachedInputTokens: 1000, outputTokens: 80 };
const NOVEMBER = Date.parse('2026-11-21T12:00:00Z');
const { version: BUILT_IN } = BUILT_IN_PRICES;

/** Takes a call at the price of a list; returns the id of its hold. Without a usage it stays open. */
async function call(
	account: LedgerAccount,
	key: string,
	{ list, usage, charging = null }: { list: PriceList; usage: Usage | null; charging?: FixedCharge | null },
): Promise<string> {
	const price = chargedBy(charging, { price: list.find({ provider: 'openai', model: MINI, atMs: NOVEMBER }), model: MINI });
	if (!price) throw new Error(`${MINI} has no price`);
	const outcome = await account.reserve({
		key,
		fingerprint: 'f',
		alternatives: () => [{ rung: 0, calls: [{ amountMicro: 50_000_000n, model: MINI, price }] }],
		labels: {},
		person: null,
		sendId: null,
		executionId: null,
		caps: [],
		waitMs: 0,
	});
	if (outcome.kind === 'refused') throw new Error(outcome.reason);
	const { seq: holdSeq } = outcome.hold;
	const actualMicro = chargeOf(price, { usage, hasPassed: false });
	if (usage && actualMicro !== null) await account.settle({ holdSeq, actualMicro, measure: 'reported', usage, result: null });
	return `h${String(holdSeq)}`;
}

describe('command line: prices', () => {
	let cli: CommandLine;
	const fileOf = (list: PriceList | string, name = 'prices.json'): string => {
		const path = join(cli.folder, name);
		writeFileSync(path, typeof list === 'string' ? list : writePriceList(list).text);
		return path;
	};
	const show = async (...args: string[]): Promise<Document> => cli.document(['prices', 'show', ...args]);
	const pinned = async (): Promise<unknown> => {
		const { prices, lists } = await show('--model', MINI, '--provider', 'openai');
		return [prices.version, prices.isPinned, lists.pinned];
	};
	beforeEach(async () => {
		cli = new CommandLine();
		await cli.text('grant', '--credits', '1000', '--key', 'g');
	});
	afterEach(async () => {
		expect(await cli.document(['verify'])).to.have.property('ok', true);
	});

	it('show what a model costs in credits, for a thousand and a million tokens', async () => {
		const { account, prices, lists, models } = await show('--model', MINI, '--provider', 'openai');
		expect({ account, prices }).to.deep.equal({
			account: 'default',
			prices: { version: BUILT_IN, date: BUILT_IN_PRICES.date, isPinned: false, isKept: false },
		});
		expect(lists).to.deep.equal({ pinned: null, kept: [], ofThisPackage: { version: BUILT_IN, date: BUILT_IN_PRICES.date } });
		expect(models).to.have.length(1);
		expect(models[0]).to.deep.include({
			provider: 'openai',
			model: MINI,
			version: `${BUILT_IN}/openai/${MINI}/initial`,
			perCall: '0',
			contextTokens: 1_000_000,
		});
		expect(models[0].tiers).to.have.length(1);
		expect(models[0].tiers[0].fromInputTokens).to.equal(0);
		expect(models[0].tiers[0].perThousandTokens).to.include({ input: '4', cachedInput: '1', output: '16' });
		expect(models[0].tiers[0].perMillionTokens).to.include({ input: '4000', cachedInput: '1000', output: '16000' });
		expect(await cli.text('prices', 'show', '--model', MINI, '--provider', 'openai'))
			.to.match(/^Prices: genai-prices@\S+ of \d{4}-\d\d-\d\d, the newest known\.\n/)
			.and.match(/input +4 +4,000\ninput from the cache +1 +1,000\noutput, thinking included +16 +16,000\n/);
	});

	it('show tiers, many models, and providers where nothing is asked for', async () => {
		expect(await cli.text('prices', 'show', '--model', 'gpt-5.4', '--provider', 'openai')).to.match(/From 272,\d{3} input tokens on:/);
		expect(await cli.text('prices', 'show', '--provider', 'mistral')).to.match(/mistral +\S*large/);
		expect((await show('--provider', 'mistral', '--model', 'LARGE')).models.length).to.be.greaterThan(1);
		const { providers } = await show();
		expect(providers.map(({ provider }: { provider: string }) => provider)).to.include.members(['openai', 'anthropic', 'groq']);
		expect(await cli.text('prices', 'show'))
			.to.match(/openai \d+, /)
			.and.include('See prices with --model or --provider.');
	});

	it('show prices of thinking, citations and searches of their own, and why a model has none', async () => {
		const [research] = (await show('--model', 'sonar-deep-research', '--provider', 'perplexity')).models;
		expect(research.tiers[0].perThousandTokens).to.include({ output: '80', reasoning: '30', citation: '20' });
		expect(research.tiers[0].perThousandUses).to.deep.equal({ search: '50000' });
		const text = await cli.text('prices', 'show', '--model', 'sonar-deep-research', '--provider', 'perplexity');
		expect(text).to.match(/output +80 +80,000\nthinking +30 +30,000\ncitations +20 +20,000\nsearches +50,000 +50,000,000\n/);
		await cli.failure(['prices', 'show', '--model', 'gemini-2.5-flash-image', '--provider', 'google'], {
			code: 2,
			says: /has no price for gemini-2\.5-flash-image of google: it costs something for output_image_mtok, which is not counted here\./,
		});
	});

	it('show the prices of another day', async () => {
		const dated = ['--provider', 'openai', '--model', 'o3'];
		const input = async (at: string): Promise<string> => (await show(...dated, '--at', at)).models[0].tiers[0].perMillionTokens.input;
		expect([await input('2025-06-09'), await input('2025-06-11')]).to.deep.equal(['100000', '20000']);
		await cli.failure(['prices', 'show', ...dated, '--at', 'yesterday'], { code: 2, says: /--at is "yesterday"/ });
	});

	it('say what is not there', async () => {
		await cli.failure(['prices', 'show', '--model', 'gtp-9'], {
			code: 2,
			says: /--model is "gtp-9", and genai-prices@\S+ has no such model/,
		});
		await cli.failure(['prices', 'show', '--provider', 'opneai'], { code: 2, says: /has no models of it\.\s+It has: .*openai/ });
		await cli.failure(['prices', 'show', '--list', 'genai-prices@0'], {
			code: 1,
			says: /no price list "genai-prices@0"\. There are: genai/,
		});
		await cli.failure(['prices', 'show', '--hold', 'h999'], { code: 1, says: /no hold h999/ });
		await cli.failure(['prices', 'show', '--hold', 'x'], { code: 2, says: /--hold/ });
		await cli.failure(['prices', 'pin'], { code: 2, says: /version/ });
		await cli.failure(['prices', 'pin', 'genai-prices@0'], { code: 1, says: /keeps no price list "genai-prices@0"/ });
		await cli.failure(['prices', 'diff', '--limit', '0'], { code: 2, says: /--limit/ });
	});

	it('tell what is different in a file', async () => {
		const nothing = await cli.document(['prices', 'diff']);
		expect(nothing).to.deep.include({ changes: [] });
		expect(nothing.same).to.be.greaterThan(100);
		expect(await cli.text('prices', 'diff')).to.match(/All [\d,]+ models cost the same\./);

		const { data } = laterList(MINI);
		const providers = data.providers.map((provider) =>
			provider.id === 'groq' ? { ...provider, models: [] } : provider.id === 'mistral' ? { ...provider, id: 'ours' } : provider,
		);
		const file = fileOf(JSON.stringify({ ...data, providers: providers.map((provider) => ({ ...provider, fallback: [] })) }));
		const { from, to, changes, same } = await cli.document(['prices', 'diff', '--with', file]);
		expect([from.version, to.version, to.isKept]).to.deep.equal([BUILT_IN, 'genai-prices@9.9.9', false]);
		const of = (provider: string): Document[] => changes.filter((change: Document) => change.provider === provider);
		expect(of('openai').map(({ model }) => model as string)).to.deep.equal([MINI]);
		expect(of('openai')[0]?.before.tiers[0].perThousandTokens.output).to.equal('16');
		expect(of('openai')[0]?.after.tiers[0].perThousandTokens.output).to.equal('32');
		expect(of('groq').every(({ before, after }) => before !== null && after === null)).to.equal(true);
		expect(of('ours').every(({ before, after }) => before === null && after !== null)).to.equal(true);
		expect(Number(same) + Number(changes.length)).to.be.greaterThan(nothing.same);
		expect(await cli.text('prices', 'diff', '--with', file, '--limit', '1000')).to.match(
			/openai +gpt-4\.1-mini +dearer +4,000 +8,000 +16,000 +32,000\n/,
		);
		expect(await cli.text('prices', 'diff', '--with', file, '--limit', '1')).to.match(
			/\d+ more; --limit lists them\.\n\n\d+ new, \d+ gone, 1 dearer/,
		);
	});

	it('keep a newer list, by which calls are charged from then on, and never change one', async () => {
		const file = fileOf(laterList(MINI));
		const kept = await cli.document(['prices', 'update', '--from', file]);
		expect(kept).to.deep.include({ replayed: false, changes: 1 });
		expect(kept.list).to.include({ version: 'genai-prices@9.9.9', date: '2027-01-02' });
		expect(kept.prices).to.include({ version: 'genai-prices@9.9.9', isKept: true, isPinned: false });
		expect((await show('--model', MINI, '--provider', 'openai')).models[0].tiers[0].perThousandTokens.input).to.equal('8');
		const old = await show('--list', BUILT_IN, '--model', MINI, '--provider', 'openai');
		expect(old.models[0].tiers[0].perThousandTokens.input).to.equal('4');
		expect(await cli.document(['prices', 'update', '--from', file])).to.deep.include({ replayed: true, changes: 0 });
		await cli.failure(['prices', 'update', '--from', fileOf(laterList('gpt-4o'))], {
			code: 1,
			says: /keeps other prices under the version genai-prices@9\.9\.9\. A version is never changed/,
		});
		// An older list is kept too, for a pin; the newest goes on to hold.
		expect(await cli.text('prices', 'update', '--from', fileOf(laterList('gpt-4o', { version: '0.0.1', date: '2026-01-01' })))).to.match(
			/genai-prices@0\.0\.1 of 2026-01-01 is kept: [\d,]+ models\.\nAgainst .*\nNew calls are charged by genai-prices@9\.9\.9 of 2027-01-02, which is newer\.\n/,
		);
		expect((await show()).lists.kept.map(({ version }: Document) => version as string)).to.deep.equal([
			'genai-prices@9.9.9',
			'genai-prices@0.0.1',
		]);
	});

	it('refuse a file that is no list of prices, and name the place', async () => {
		const update = (text: string): string[] => ['prices', 'update', '--from', fileOf(text)];
		const { data } = BUILT_IN_PRICES;
		await cli.failure(update('{'), { code: 2, says: /prices\.json is not JSON/ });
		await cli.failure(update(JSON.stringify({ ...data, date: 'today' })), { code: 2, says: /is wrong at date: is no day/ });
		const [first] = data.providers;
		const models = first?.models.map((model) => ({ ...model, prices: [{ when: '', perCall: 0, tiers: [[0, 0.000004, 0, 0, 0, 0, 0]] }] }));
		await cli.failure(update(JSON.stringify({ ...data, providers: [{ ...first, models }] })), {
			code: 2,
			says: /is wrong at providers\.0\.models\.0\.prices\.0\.tiers\.0\.1/,
		});
		await cli.failure(['prices', 'update', '--from', join(cli.folder, 'gone')], { code: 2, says: /cannot be read/ });
	});

	it('pin an account, so that no update changes its prices, and let it go again', async () => {
		expect(await cli.document(['prices', 'pin', 'current', '--key', 'k'])).to.deep.include({ pinned: BUILT_IN, replayed: false });
		expect(await cli.document(['prices', 'pin', 'current', '--key', 'k'])).to.deep.include({ pinned: BUILT_IN, replayed: true });
		expect(await cli.text('prices', 'update', '--from', fileOf(laterList(MINI)))).to.match(
			/which the account is pinned to\. "llm-credits prices pin genai-prices@9\.9\.9" changes that\.\n/,
		);
		expect(await pinned()).to.deep.equal([BUILT_IN, true, BUILT_IN]);
		expect(await cli.text('prices', 'pin', 'genai-prices@9.9.9')).to.equal(
			'Prices: genai-prices@9.9.9 of 2027-01-02. The account is pinned to them; no update changes them.\n',
		);
		expect(await cli.document(['prices', 'pin', 'none'])).to.deep.include({ pinned: null });
		expect(await pinned()).to.deep.equal(['genai-prices@9.9.9', false, null]);
	});

	it('need the admin key once there is one, to change and not to look', async () => {
		const key = fileOf('correct horse battery', 'admin.key');
		await cli.document(['admin-key', 'set', '--new-key-file', key]);
		for (const args of [
			['prices', 'update', '--from', fileOf(laterList(MINI))],
			['prices', 'pin', 'current'],
		]) {
			await cli.failure(args, { code: 1, says: /admin key/ });
			await cli.document([...args, '--admin-key-file', key]);
		}
		expect((await show()).lists.pinned).to.equal('genai-prices@9.9.9');
	});

	it('make the charge of an old call again, whatever holds by now', async () => {
		const list = laterList(MINI);
		const [old, open] = await cli.withAccount(
			async (account) =>
				[await call(account, 'old', { list: BUILT_IN_PRICES, usage: USAGE }), await call(account, 'later', { list, usage: null })] as const,
		);
		await cli.document(['prices', 'update', '--from', fileOf(laterList(MINI, { version: '10' }))]);
		// (1,200 - 1,000) x 4,000 + 1,000 x 1,000 + 80 x 16,000 credits for a million: 3.08
		const { charge } = await show('--hold', old);
		expect(charge).to.deep.include({ hold: old, charged: '3.08', again: '3.08', verdict: 'same', usage: USAGE });
		expect(charge.price).to.include({ model: MINI, version: `${BUILT_IN}/openai/${MINI}/initial` });
		expect(charge.priceVersion).to.match(new RegExp(`^${charge.price.version as string}#[0-9a-f]{12}$`));
		expect(await cli.text('prices', 'show', '--hold', old))
			.to.match(/^h\d+ was set aside at genai-prices@/)
			.and.match(/Charged: 3\.08 credits\. Worked out again: the same\.\n$/);
		// The rates of a list that no process has any more are in the journal since the reserve.
		const other = (await show('--hold', open)).charge;
		expect(other).to.deep.include({ verdict: 'unsettled', charged: null, again: null });
		expect(other.price.tiers[0].perThousandTokens.input).to.equal('8');
	});

	it('show a charge that is not by tokens beside what the tokens cost', async () => {
		const [flat, outcome] = await cli.withAccount(
			async (account) =>
				[
					await call(account, 'flat', { list: BUILT_IN_PRICES, usage: USAGE, charging: { kind: 'flat', rateMicro: 5_000_000n } }),
					await call(account, 'outcome', { list: BUILT_IN_PRICES, usage: USAGE, charging: { kind: 'outcome', rateMicro: 5_000_000n } }),
				] as const,
		);
		const told = { charging: { kind: 'flat', rate: '5' }, charged: '5', again: '5', byTokens: '3.08', verdict: 'same' };
		expect((await show('--hold', flat)).charge).to.deep.include(told);
		const failed = { charging: { kind: 'outcome', rate: '5' }, charged: '0', again: '0', byTokens: '3.08', verdict: 'same' };
		expect((await show('--hold', outcome)).charge).to.deep.include(failed);
		expect(await cli.text('prices', 'show', '--hold', flat))
			.to.match(/The item is charged 5 credits, whatever its calls cost\./)
			.and.match(/Charged: 5 credits\. Worked out again: the same\. Its tokens cost 3\.08\.\n$/);
	});
});
