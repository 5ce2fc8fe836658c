/** Owns the commands about prices: what holds, what is different in another list, keeping a newer list, and holding an account at one. */
import type { Command } from 'commander';
import { priceDifference } from '../../../core/prices/price-difference';
import type { ListedPrice, PriceList } from '../../../core/prices/price-list';
import { readPriceList, writePriceList, type WrittenPriceList } from '../../../core/prices/price-list-text';
import type { PriceSettings } from '../../../core/prices/price-settings';
import { parseInstant } from '../../../core/values/time';
import type { AccountPrices } from '../../../engine/account/account-prices';
import { proveCharge } from '../../../engine/report/charge-proof';
import { changeDocument, listedDocument } from '../../../engine/report/price-documents';
import { systemClock } from '../../../runtime/system';
import { unlessRefused, wrongUse } from '../../console/failure';
import { count, counted } from '../../console/format';
import { keyOf, numberOfId, required, wholeNumber } from '../../console/options';
import type { Output } from '../../console/output';
import { chargeDocument, chargeText } from '../../console/charge-texts';
import { table } from '../../console/table';
import { differenceText, priceDetail, priceTable, summaryText } from '../../console/price-texts';
import { readLedger, type CommonOptions, type Session } from '../../console/session';
import { textInFile } from '../../console/text-file';

interface ShowOptions extends CommonOptions {
	readonly model?: string;
	readonly provider?: string;
	readonly list?: string;
	readonly at?: string;
	readonly hold?: string;
}

interface DiffOptions extends CommonOptions {
	readonly with?: string;
	readonly limit?: string;
}

interface UpdateOptions extends CommonOptions {
	readonly from?: string;
}

interface PinOptions extends CommonOptions {
	readonly key?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

const DEFAULT_CHANGES = 40;
const MAX_CHANGES = 1_000_000;
/** A pin names a version, or one of these. */
const NO_PIN = 'none';
const CURRENT = 'current';

/** `prices show`. */
async function showPrices(options: ShowOptions, output: Output): Promise<void> {
	if (options.hold !== undefined) return showCharge(options, output);
	await readLedger(options, async ({ ledger: { prices } }) => {
		const settings = await prices.settings();
		const list = options.list === undefined ? await prices.current() : await unlessRefused(prices.list(options.list));
		const atMs = options.at === undefined ? systemClock() : parseInstant(options.at, { field: '--at', timeZone: 'UTC' });
		const found = modelsOf(list, { options, atMs });
		const document = { account: options.account, prices: listDocument(list, settings), lists: keptDocuments(settings, prices) };
		if (found === null) {
			const providers = list.data.providers.map(({ id, models }) => ({ provider: id, models: models.length }));
			output.answer({ ...document, providers }, () =>
				[headText(list, settings), keptText(settings, prices), providerText(providers)].join('\n\n'),
			);
			return;
		}
		output.answer({ ...document, models: found.map(listedDocument) }, () => [headText(list, settings), modelsText(found)].join('\n\n'));
	});
}

/** `prices show --hold`: the price that a call was charged at, and its charge worked out again. */
async function showCharge(options: ShowOptions, output: Output): Promise<void> {
	const seq = numberOfId(options.hold, { option: '--hold', letter: 'h', list: 'llm-credits holds' });
	await readLedger(options, async ({ store, ledger }) => {
		const proof = await unlessRefused(proveCharge({ store, accountId: options.account, prices: ledger.prices }, seq));
		output.answer({ account: options.account, charge: chargeDocument(proof) }, () => chargeText(proof));
	});
}

/** `prices diff`. */
async function diffPrices(options: DiffOptions, output: Output): Promise<void> {
	const limit = wholeNumber(options.limit, { option: '--limit', min: 1, max: MAX_CHANGES }) ?? DEFAULT_CHANGES;
	await readLedger(options, async ({ ledger: { prices } }) => {
		const settings = await prices.settings();
		const [before, after] = [await prices.current(), options.with === undefined ? prices.builtIn : listInFile(options.with, '--with').list];
		const difference = priceDifference(before, after, systemClock());
		const document = {
			account: options.account,
			from: listDocument(before, settings),
			to: listDocument(after, settings),
			same: difference.same,
			changes: difference.changes.map(changeDocument),
		};
		output.answer(document, () => [`${nameOf(before)} → ${nameOf(after)}`, differenceText(difference, limit)].join('\n\n'));
	});
}

/** `prices update`. */
async function updatePrices(options: UpdateOptions, output: Output): Promise<void> {
	const given = options.from === undefined ? null : listInFile(options.from, '--from');
	await readLedger(options, async ({ ledger }) => {
		const { prices } = ledger;
		const written = given ?? writePriceList(prices.builtIn);
		const before = await prices.current();
		const { isReplayed } = await keep(ledger, written);
		const [settings, after] = [await prices.settings(), await prices.current()];
		const difference = priceDifference(before, written.list, systemClock());
		const { kept } = written;
		const document = { account: options.account, list: kept, replayed: isReplayed, prices: listDocument(after, settings) };
		output.answer({ ...document, changes: difference.changes.length, same: difference.same }, () =>
			[
				isReplayed
					? `${nameOf(kept)} was kept before; nothing was changed now.`
					: `${nameOf(kept)} is kept: ${counted(kept.models, 'model', 'models')}.`,
				`Against ${before.version}: ${summaryText(difference)}`,
				useText({ kept, after, settings }),
			].join('\n'),
		);
	});
}

/** `prices pin`. */
async function pinPrices(options: PinOptions, output: Output): Promise<void> {
	const wanted = required(options.words[0], 'The version');
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		const { prices } = ledger;
		const version = wanted === NO_PIN ? null : wanted === CURRENT ? (await prices.current()).version : wanted;
		const isUnkept = version !== null && (await prices.settings()).lists.every((list) => list.version !== version);
		// The prices of this package go into the ledger with the pin, so that they are still there after an update of the package.
		if (isUnkept && version === prices.builtIn.version) await keep(ledger, writePriceList(prices.builtIn));
		const { isReplayed } = await unlessRefused(ledger.changeProfile({ kind: 'pin_prices', key, version }));
		const [settings, list] = [await prices.settings(), await prices.current()];
		output.answer({ account: options.account, pinned: settings.pinned, replayed: isReplayed, prices: listDocument(list, settings) }, () =>
			[...(isReplayed ? ['This was already done under the same key; nothing was changed now.'] : []), headText(list, settings)].join('\n'),
		);
	});
}

/** Adds `prices` to `program`. */
export function describePriceCommands(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	const prices = program.command('prices').description('the dated prices that calls are charged by');
	prices
		.command('show')
		.description('show the prices that hold, in credits for 1,000 and a million tokens, and the lists that the ledger keeps')
		.option('--model <name>', 'models whose name has this in it')
		.option('--provider <id>', 'models of one provider, such as openai')
		.option('--list <version>', 'the prices of a list that the ledger keeps, instead of those that hold')
		.option('--at <time>', 'the prices of that day, as 2026-11-30, or of that instant; UTC')
		.option('--hold <id>', 'the price that one call was charged at, and its charge worked out again')
		.action(run(showPrices));
	prices
		.command('diff')
		.description('compare the prices that hold with the newest of this package, or with a file')
		.option('--with <file>', 'a list of prices in JSON; - reads the standard input')
		.option('--limit <n>', `changes to list (default ${String(DEFAULT_CHANGES)})`)
		.action(run(diffPrices));
	prices
		.command('update')
		.description(
			'keep a newer list of prices in the ledger; it holds from now on unless the account is pinned. Earlier lists stay as they are',
		)
		.option('--from <file>', 'a list of prices in JSON; - reads the standard input; without it, the list of this package')
		.action(run(updatePrices));
	prices
		.command('pin')
		.argument('<version>', `version of a list; ${CURRENT} for the one that holds, ${NO_PIN} to let the newest hold again`)
		.description('hold the account at one list of prices, so that no update changes what calls cost')
		.option('--key <key>', 'idempotency key: the same key again changes nothing')
		.action(run(pinPrices));
}

type KeptList = WrittenPriceList['kept'];

function listInFile(path: string, option: string): WrittenPriceList {
	return readPriceList(textInFile(path, option), path);
}

async function keep(ledger: Session['ledger'], { kept: list, text }: WrittenPriceList): Promise<{ readonly isReplayed: boolean }> {
	return unlessRefused(ledger.changeProfile({ kind: 'add_price_list', list, text }));
}

/** The models asked for; `null` where none were. Throws a failure where nothing fits. */
function modelsOf(list: PriceList, { options, atMs }: { options: ShowOptions; atMs: number }): readonly ListedPrice[] | null {
	const { model, provider } = options;
	if (model === undefined && provider === undefined && options.at === undefined) return null;
	const all = list.models({ provider: provider ?? null, atMs });
	const part = model?.trim().toLowerCase() ?? '';
	const found = all.filter(({ price }) => price.model.toLowerCase().includes(part));
	const exact = found.filter(({ price }) => price.model.toLowerCase() === part);
	if (found.length > 0) return exact.length > 0 ? exact : found;
	if (all.length === 0 && provider !== undefined) {
		const known = list.data.providers.map(({ id }) => id).join(', ');
		throw wrongUse(`--provider is ${JSON.stringify(provider)}, and ${list.version} has no models of it.`, `It has: ${known}.`);
	}
	const untold = list.unpriced().filter((each) => each.id.toLowerCase().includes(part) && (provider ?? each.provider) === each.provider);
	const [first, ...others] = untold.toSorted((a, b) => Number(b.id.toLowerCase() === part) - Number(a.id.toLowerCase() === part));
	if (first) {
		const more = others.length === 0 ? '' : ` So it is with ${counted(others.length, 'other model', 'other models')} of that name.`;
		throw wrongUse(
			`${list.version} has no price for ${first.id} of ${first.provider}: ${first.why}.${more}`,
			'Give it a price of your own.',
		);
	}
	throw wrongUse(
		`--model is ${JSON.stringify(model)}, and ${list.version} has no such model.`,
		'Give a part of its name, or leave --provider out.',
	);
}

function modelsText(found: readonly ListedPrice[]): string {
	const [only] = found;
	if (!only || found.length > 1) return priceTable(found);
	return [`${only.price.model} of ${only.provider} (${only.price.version})`, priceDetail(only.price)].join('\n\n');
}

function listDocument(list: Pick<KeptList, 'version' | 'date'>, { pinned, lists }: PriceSettings): Record<string, unknown> {
	const { version, date } = list;
	return { version, date, isPinned: pinned === version, isKept: lists.some((kept) => kept.version === version) };
}

function keptDocuments({ pinned, lists }: PriceSettings, { builtIn }: AccountPrices): Record<string, unknown> {
	return { pinned, kept: lists, ofThisPackage: { version: builtIn.version, date: builtIn.date } };
}

function nameOf({ version, date }: Pick<KeptList, 'version' | 'date'>): string {
	return `${version} of ${date}`;
}

function headText(list: PriceList, { pinned }: PriceSettings): string {
	if (pinned === null) return `Prices: ${nameOf(list)}, the newest known.`;
	return pinned === list.version
		? `Prices: ${nameOf(list)}. The account is pinned to them; no update changes them.`
		: `Prices: ${nameOf(list)}. The account is pinned to ${pinned}.`;
}

function keptText({ lists }: PriceSettings, { builtIn }: AccountPrices): string {
	const rows = lists.map(({ version, date, models }) => [version, date, count(models), 'this ledger']);
	const models = builtIn.data.providers.reduce((sum, provider) => sum + provider.models.length, 0);
	return table(
		[{ title: 'list' }, { title: 'of' }, { title: 'models', align: 'right' }, { title: 'kept in' }],
		[...rows, [builtIn.version, builtIn.date, count(models), 'this package']],
	);
}

function providerText(providers: readonly { readonly provider: string; readonly models: number }[]): string {
	return `${providers.map(({ provider, models }) => `${provider} ${count(models)}`).join(', ')}.\nSee prices with --model or --provider.`;
}

function useText({ kept, after, settings }: { kept: KeptList; after: PriceList; settings: PriceSettings }): string {
	if (after.version === kept.version) return 'New calls are charged by it.';
	return settings.pinned === null
		? `New calls are charged by ${nameOf(after)}, which is newer.`
		: `New calls are charged by ${nameOf(after)}, which the account is pinned to. "llm-credits prices pin ${kept.version}" changes that.`;
}
