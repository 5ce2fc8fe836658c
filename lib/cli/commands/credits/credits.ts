/** Owns the commands by which credits come in: grant, purchase, promote. Refuses parts of packs. */
import type { Command } from 'commander';
import { introductoryOffer, NOT_OFFERED } from '../../../engine/administration/introductory-offer';
import { grantedDocument } from '../../../engine/report/grant-documents';
import { PACK_MICRO, type LedgerAccount } from '../../../engine/account/ledger-account';
import type { GrantInput } from '../../../engine/account/ledger-inputs';
import { DEFAULT_PRIORITY } from '../../../core/rules/commands/grants';
import type { Expiry } from '../../../core/nouns/commands';
import type { GrantState } from '../../../core/nouns/records';
import { GRANT_CATEGORIES } from '../../../core/nouns/words';
import { floorDivide, parseCredits } from '../../../core/values/money';
import { compareInstants, parseInstant, type ExpiryRule } from '../../../core/values/time';
import { machineTimeZone } from '../../../runtime/runtime';
import { newId, systemClock } from '../../../runtime/system';
import { refused, wrongUse } from '../../console/failure';
import { credits, zonedTime } from '../../console/format';
import type { Output } from '../../console/output';
import { keyOf, oneOf, required, wholeNumber } from '../../console/options';
import { hasAccount, ledgerPathOf, writeLedger, type CommonOptions } from '../../console/session';

interface GrantOptions extends CommonOptions {
	readonly credits?: string;
	readonly category: string;
	readonly expiresInDays?: string;
	readonly rule?: string;
	readonly expiresAt?: string;
	readonly priority?: string;
	readonly effectiveAt?: string;
	readonly note?: string;
	readonly key?: string;
}

interface PurchaseOptions extends CommonOptions {
	readonly packs?: string;
	readonly credits?: string;
	readonly note?: string;
	readonly key?: string;
}

type Granted = Awaited<ReturnType<LedgerAccount['grant']>>;
type Work<O> = (options: O, output: Output) => Promise<void>;

const RULES: readonly ExpiryRule[] = ['end_of_day', 'exact'];
const MAX_PACKS = 10_000;

/** `grant`. */
async function grant(options: GrantOptions, output: Output): Promise<void> {
	ledgerPathOf(options);
	const amount = parseCredits(required(options.credits, '--credits <n>'), { field: '--credits', min: 1n });
	const category = oneOf(GRANT_CATEGORIES, { option: '--category', given: options.category });
	const priority = wholeNumber(options.priority, { option: '--priority', min: 0, max: 1000 }) ?? DEFAULT_PRIORITY;
	const days = wholeNumber(options.expiresInDays, { option: '--expires-in-days', min: 1, max: 36_500 });
	checkTimeOptions(options);
	const key = keyOf(options);
	await writeLedger(options, async ({ ledger, isNew }) => {
		const { timeZone } = (await ledger.balance()).account;
		const input: Omit<GrantInput, 'key'> = {
			credits: amount,
			category,
			priority,
			expiry: expiryOf(options, { days, timeZone }),
			effectiveAtMs: options.effectiveAt === undefined ? null : parseInstant(options.effectiveAt, { field: '--effective-at', timeZone }),
			note: options.note ?? null,
		};
		const granted = await ledger.grant({ ...input, key });
		answerGranted(output, { granted, isNew, timeZone, options });
	});
}

/** `purchase`: whole packs only. */
async function purchase(options: PurchaseOptions, output: Output): Promise<void> {
	ledgerPathOf(options);
	const packs = packsOf(options);
	const key = keyOf(options);
	await writeLedger(options, async ({ ledger, isNew }) => {
		const { timeZone } = (await ledger.balance()).account;
		const granted = await ledger.purchase({ packs, note: options.note ?? null, key });
		answerGranted(output, { granted, isNew, timeZone, options });
	});
}

/** `promote`: claims the introductory offer, once. */
async function promote(options: CommonOptions, output: Output): Promise<void> {
	await refuseForNewAccount(options);
	await writeLedger(options, async ({ ledger, isNew }) => {
		const { timeZone } = (await ledger.balance()).account;
		const outcome = await ledger.claimPromotion({ promotion: introductoryOffer(timeZone), key: `cli ${newId()}` });
		if (outcome.kind === 'not_granted') throw refused(outcome.reason, NOT_OFFERED[outcome.reason]);
		answerGranted(output, { granted: outcome, isNew, timeZone, options });
	});
}

/** What would be refused for a new account makes no ledger and no account. */
async function refuseForNewAccount(options: CommonOptions): Promise<void> {
	const { window } = introductoryOffer(machineTimeZone());
	const nowMs = systemClock();
	const isOpen = compareInstants(nowMs, window.fromMs) >= 0 && compareInstants(nowMs, window.untilMs) < 0;
	if (!isOpen && !(await hasAccount(options))) throw refused('outside_window', NOT_OFFERED.outside_window);
}

/** Adds the three commands to `program`. */
export function describeCreditCommands(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	const keyHelp = 'idempotency key, such as an invoice number: the same key again adds nothing';
	program
		.command('grant')
		.description('add credits, with or without an expiry; makes the ledger and the account when they are missing')
		.option('--credits <n>', 'how many, such as 100000 or 0.25')
		.option('--category <category>', GRANT_CATEGORIES.join(', '), 'promotional')
		.option('--expires-in-days <n>', 'expire after this many calendar days')
		.option(
			'--rule <rule>',
			'how the days are counted: end_of_day (of the last day, in the zone of the account) or exact (n × 24 hours); default end_of_day',
		)
		.option('--expires-at <time>', 'expire at this ISO date or instant')
		.option('--priority <n>', 'lower burns first, 0 to 1000 (default 50)')
		.option('--effective-at <time>', 'usable from this ISO date or instant on (default: now)')
		.option('--note <text>', 'kept with the grant')
		.option('--key <key>', keyHelp)
		.action(run(grant));
	program
		.command('purchase')
		.description('add purchased credits in whole packs of 100,000, which never expire')
		.option('--packs <n>', 'how many packs')
		.option('--credits <n>', 'the same as credits: a multiple of 100,000')
		.option('--note <text>', 'kept with the grant')
		.option('--key <key>', keyHelp)
		.action(run(purchase));
	program
		.command('promote')
		.description('claim the introductory offer: 100,000 credits for 90 days, once per account, April 8 to June 30, 2026')
		.action(run(promote));
}

function answerGranted(
	output: Output,
	{ granted, isNew, timeZone, options }: { granted: Granted; isNew: boolean; timeZone: string; options: CommonOptions },
): void {
	const { grant: made, availableMicro, isReplayed } = granted;
	const document = { account: options.account, ...grantedDocument(made, { availableMicro, isReplayed, nowMs: made.effectiveAtMs }) };
	output.answer(document, () => {
		const opened = isNew ? [`Account ${options.account} was opened.`] : [];
		const done = isReplayed ? 'This was already done under the same key; nothing was added now. It was: ' : '';
		return [...opened, `${done}${grantText(made, timeZone)}`, `Available now: ${credits(availableMicro)} credits.`].join('\n');
	});
}

function grantText({ seq, category, amountMicro, effectiveAtMs, expiresAtMs }: GrantState, timeZone: string): string {
	const end = expiresAtMs === null ? 'never expires' : `usable until ${zonedTime(expiresAtMs, timeZone)}`;
	return `Grant g${String(seq)}: ${credits(amountMicro)} ${category} credits, from ${zonedTime(effectiveAtMs, timeZone)}, ${end}.`;
}

function packsOf({ packs, credits: amount }: PurchaseOptions): number {
	if (packs !== undefined && amount !== undefined) throw wrongUse('Both --packs and --credits are given.', 'Give one of them.');
	if (amount === undefined) return wholeNumber(required(packs, '--packs <n>'), { option: '--packs', min: 1, max: MAX_PACKS }) ?? 0;
	const amountMicro = parseCredits(amount, { field: '--credits', min: 1n });
	const whole = floorDivide(amountMicro, PACK_MICRO);
	if (whole * PACK_MICRO !== amountMicro || whole > BigInt(MAX_PACKS)) {
		const near = whole < 1n ? [1n] : [whole, whole + 1n];
		const choices = near.map((n) => `--packs ${String(n)} (${credits(n * PACK_MICRO)} credits)`).join(' or ');
		throw refused('invalid_amount', {
			message: `--credits is ${credits(amountMicro)}, and credits are bought in whole packs of ${credits(PACK_MICRO)}.`,
			mend: `Give ${choices}.`,
		});
	}
	return Number(whole);
}

/** Everything that can be judged before the ledger is opened, so that wrong use makes no file. */
function checkTimeOptions({ expiresInDays, expiresAt, rule, effectiveAt }: GrantOptions): void {
	if (expiresInDays !== undefined && expiresAt !== undefined)
		throw wrongUse('Both --expires-in-days and --expires-at are given.', 'Give one of them.');
	if (expiresAt !== undefined) parseInstant(expiresAt, { field: '--expires-at', timeZone: 'UTC' });
	if (effectiveAt !== undefined) parseInstant(effectiveAt, { field: '--effective-at', timeZone: 'UTC' });
	if (rule === undefined) return;
	oneOf(RULES, { option: '--rule', given: rule });
	if (expiresInDays === undefined)
		throw wrongUse('--rule is given without --expires-in-days.', 'Give the number of days, or leave the rule out.');
}

function expiryOf({ expiresAt, rule }: GrantOptions, { days, timeZone }: { days: number | null; timeZone: string }): Expiry | null {
	if (expiresAt !== undefined) return { atMs: parseInstant(expiresAt, { field: '--expires-at', timeZone }) };
	return days === null ? null : { days, rule: rule === 'exact' ? 'exact' : 'end_of_day' };
}
