/** Owns the commands about alerts: what was warned of, what is warned of, and telling a reader what it has not seen. */
import type { Command } from 'commander';
import type { AlertSettings } from '../../../core/nouns/alert';
import { alertDocument, alertText, newestAlerts, warningTexts, type ListedAlert } from '../../../engine/report/alert-list';
import { wholeNumbers } from '../../../engine/administration/inputs';
import { shownText } from '../../../core/values/shown-text';
import { unlessRefused, wrongUse } from '../../console/failure';
import { localTime } from '../../console/format';
import { keyOf, required, wholeNumber } from '../../console/options';
import type { Output } from '../../console/output';
import { table } from '../../console/table';
import { readLedger, type CommonOptions } from '../../console/session';

interface ListOptions extends CommonOptions {
	readonly limit?: string;
	readonly standing?: boolean;
}

interface ClaimOptions extends CommonOptions {
	readonly reader?: string;
}

interface SetOptions extends CommonOptions {
	readonly low?: string;
	readonly expiring?: string;
	readonly drift?: string;
	readonly key?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100_000;
const MAX_DRIFT_PERCENT = 10_000;

/** `alerts list`, the newest last. */
async function listAlerts(options: ListOptions, output: Output): Promise<void> {
	const limit = wholeNumber(options.limit, { option: '--limit', min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT;
	await readLedger(options, async ({ store }) => {
		const { account, alerts } = await newestAlerts(store, { accountId: options.account, limit });
		const shown = options.standing === true ? alerts.filter(({ isStanding }) => isStanding) : alerts;
		const document = {
			account: account.id,
			alerts: shown.map((alert) => ({ ...alertDocument(alert), standing: alert.isStanding })),
			warnsOf: settingsDocument(account.settings.alerts),
		};
		output.answer(document, () =>
			[
				shown.length === 0
					? `There is no alert${options.standing === true ? ' that stands' : ' yet'}.`
					: alertTable(shown, account.timeZone),
				`Warns of ${warningTexts(account).join('; ')}.`,
			].join('\n\n'),
		);
	});
}

/** `alerts claim`: what the reader has not seen, once. */
async function claimAlerts(options: ClaimOptions, output: Output): Promise<void> {
	const reader = required(options.reader, '--reader <name>');
	await readLedger(options, async ({ ledger }) => {
		const { alerts, hasMore } = await ledger.claimAlerts(reader);
		output.answer({ account: options.account, reader, alerts: alerts.map(alertDocument), hasMore }, () =>
			alerts.length === 0
				? `There is nothing that ${shownText(reader)} has not seen.`
				: [...alerts.map(({ alert }) => shownText(alertText(alert))), ...(hasMore ? ['There are more: ask again.'] : [])].join('\n'),
		);
	});
}

/** `alerts set`: what is named is changed, the rest stays. */
async function setAlerts(options: SetOptions, output: Output): Promise<void> {
	const change = {
		...(options.low === undefined ? {} : { lowPercents: numbersOf(options.low, '--low') }),
		...(options.expiring === undefined ? {} : { expiryDays: numbersOf(options.expiring, '--expiring') }),
		...(options.drift === undefined ? {} : { driftPercent: driftOf(options.drift) }),
	};
	if (Object.keys(change).length === 0) throw wrongUse('Nothing is to be changed.', 'Give --low, --expiring or --drift.');
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		const { account: before } = await ledger.balance();
		const { account, isReplayed } = await unlessRefused(ledger.setAlerts({ ...before.settings.alerts, ...change, key }));
		output.answer({ account: account.id, warnsOf: settingsDocument(account.settings.alerts), replayed: isReplayed }, () =>
			[`Account ${shownText(account.id)} warns of:`, ...warningTexts(account).map((text) => `  ${text}`)].join('\n'),
		);
	});
}

/** Adds `alerts` to `program`. */
export function describeAlertCommands(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	const alerts = program.command('alerts').description('what an account was warned of, and when it warns');
	alerts
		.command('list', { isDefault: true })
		.description('list alerts, the newest last, and what the account warns of')
		.option('--limit <n>', `how many at most (default ${String(DEFAULT_LIMIT)})`)
		.option('--standing', 'only those that still hold and would not be given again')
		.action(run(listAlerts));
	alerts
		.command('claim')
		.description('tell a reader the alerts it has not seen, each once, whichever machine asks in its name')
		.option('--reader <name>', 'any name; a new reader is told what stands, then what comes')
		.action(run(claimAlerts));
	alerts
		.command('set')
		.description('change when the account warns; "off" switches a warning off')
		.option('--low <percents>', 'percent of what was granted, at or below which credits are low: 20,5')
		.option('--expiring <days>', 'days before credits expire: 7,1')
		.option('--drift <percent>', 'by how much the cost of a call may exceed the usual one: 50')
		.option('--key <key>', 'idempotency key: the same key again changes nothing')
		.action(run(setAlerts));
}

function alertTable(alerts: readonly ListedAlert[], timeZone: string): string {
	const rows = alerts.map(({ atMs, alert, isStanding }) => [localTime(atMs, timeZone), isStanding ? 'stands' : 'past', alertText(alert)]);
	return `${table([{ title: 'given' }, { title: 'state' }, { title: 'alert' }], rows)}\n\nTimes are those of ${timeZone}.`;
}

function settingsDocument(settings: AlertSettings): Record<string, unknown> {
	return { ...settings };
}

function numbersOf(text: string, option: string): readonly number[] {
	const numbers = wholeNumbers(text);
	if (numbers === null)
		throw wrongUse(`${option} is ${JSON.stringify(text)}.`, `Give ${option} whole numbers with commas between them, or off.`);
	return numbers;
}

function driftOf(text: string): number {
	return text.trim() === 'off' ? 0 : (wholeNumber(text, { option: '--drift', min: 1, max: MAX_DRIFT_PERCENT }) ?? 0);
}
