/** Owns the command that lists holds, and tells what may be on the provider's bill without being charged here. */
import type { Command } from 'commander';
import { holdId, type Hold } from '../../../core/nouns/records';
import { HOLD_STATES, type HoldState } from '../../../core/nouns/words';
import type { Labels } from '../../../core/nouns/labels';
import { floorDivide, formatCredits } from '../../../core/values/money';
import {
	estimateFitOf,
	holdDocument,
	newestHolds,
	unconfirmedOf,
	type EstimateFit,
	type Unconfirmed,
} from '../../../engine/report/hold-list';
import { alignedCredits, counted, credits, dollars, localTime } from '../../console/format';
import { oneOf, wholeNumber } from '../../console/options';
import type { Output } from '../../console/output';
import { table, type Column } from '../../console/table';
import { viewLedger, type CommonOptions } from '../../console/session';

interface HoldOptions extends CommonOptions {
	readonly state?: string;
	readonly limit?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;
type HoldColumn = Column & { readonly texts: readonly string[]; readonly isAlways: boolean };

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000_000;

/** `holds`, the newest first. */
async function holds(options: HoldOptions, output: Output): Promise<void> {
	const state = options.state === undefined ? null : oneOf(HOLD_STATES, { option: '--state', given: options.state });
	const limit = wholeNumber(options.limit, { option: '--limit', min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT;
	await viewLedger(options, async ({ ledger, store }) => {
		const { account, clockMs } = await ledger.balance();
		const found = await newestHolds(store, { account, clockMs }, { state, limit });
		const unconfirmed = state === null || state === 'expired' ? await unconfirmedOf(store, { account, clockMs }) : null;
		const estimates = estimateFitOf(found);
		const document = {
			account: account.id,
			state,
			holds: found.map(holdDocument),
			unconfirmed: unconfirmed && {
				holds: unconfirmed.count,
				credits: formatCredits(unconfirmed.amountMicro),
				charged: formatCredits(unconfirmed.chargedMicro),
			},
			estimates: estimates && {
				calls: estimates.calls,
				setAside: formatCredits(estimates.setAsideMicro),
				cost: formatCredits(estimates.costMicro),
				short: { calls: estimates.shortCalls, credits: formatCredits(estimates.shortMicro) },
			},
		};
		output.answer(document, () =>
			[
				found.length === 0 ? `There is no ${state ?? 'call'}${state ? ' hold' : ''}.` : holdTable(found, account.timeZone),
				...(found.length === limit ? [`These are the newest ${counted(limit, 'hold', 'holds')}; --limit lists more.`] : []),
				...(estimates ? [estimateText(estimates)] : []),
				...(unconfirmed && unconfirmed.count > 0 ? [unconfirmedText(unconfirmed)] : []),
			].join('\n\n'),
		);
	});
}

/** Adds `holds` to `program`. */
export function describeHoldCommand(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('holds')
		.description('list calls with what was set aside and what they cost, the newest first; expired ones are unconfirmed')
		.option('--state <state>', `only ${HOLD_STATES.join(', ')}`)
		.option('--limit <n>', `how many at most (default ${String(DEFAULT_LIMIT)})`)
		.action(run(holds));
}

/** Columns in which every row would be empty are left out. */
function holdTable(found: readonly Hold[], timeZone: string): string {
	const text = (title: string, of: (hold: Hold) => string, isAlways = false): HoldColumn => ({ title, texts: found.map(of), isAlways });
	const amount = (title: string, of: (hold: Hold) => bigint): HoldColumn => ({
		title,
		align: 'right',
		texts: alignedCredits(found.map(of)),
		isAlways: title === 'set aside',
	});
	const columns = [
		text('hold', ({ seq }) => holdId(seq)),
		text('state', ({ state, isLate }) => (isLate ? `${state} late` : state)),
		amount('set aside', ({ amountMicro }) => amountMicro),
		{ title: 'cost', align: 'right' as const, texts: costTexts(found), isAlways: true },
		text('cost is', measureText),
		text('note', ({ isImplausible }) => (isImplausible ? 'implausible' : '')),
		amount('refunded', ({ refundedMicro }) => refundedMicro),
		text('rung', ({ rung, pass }) => (rung + pass === 0 ? '' : rungText(rung, pass))),
		text('labels', ({ labels }) => labelText(labels)),
		text('person', ({ person }) => person ?? ''),
		text('would be refused', ({ shadow }) => shadow ?? ''),
		text('reserved', ({ reservedAtMs }) => localTime(reservedAtMs, timeZone)),
		// A call is over in minutes; what waits in a batch is seen to last.
		text('until', ({ state, labels, timeoutAtMs }) => (state === 'open' && labels.batch ? localTime(timeoutAtMs, timeZone) : '')),
		text('closed', ({ closedAtMs }) => (closedAtMs === null ? '' : localTime(closedAtMs, timeZone))),
	].filter(({ texts, isAlways }) => isAlways || texts.some((cell) => !['', '0'].includes(cell.trim())));
	const rows = found.map((_, index) => columns.map(({ texts }) => texts[index] ?? ''));
	return `${table(columns, rows)}\n\nTimes are those of ${timeZone}.`;
}

/** What is not known is not 0: nobody may ever learn what an expired hold cost. */
function costTexts(found: readonly Hold[]): string[] {
	const unknown: Readonly<Record<HoldState, string>> = { open: '', settled: '', released: '0', expired: '?' };
	const known = alignedCredits(found.map(({ actualMicro }) => actualMicro ?? 0n));
	return found.map(({ actualMicro, state }, index) => (actualMicro === null ? unknown[state] : (known[index] ?? '')));
}

/** What a provider reported needs no word; an estimate is not what it will bill. */
function measureText({ measure }: Hold): string {
	return measure === 'estimated' ? 'estimated' : '';
}

/** As people count: the first cheaper model, the second pass. */
function rungText(rung: number, pass: number): string {
	const parts = [...(rung === 0 ? [] : [`cheaper ${String(rung)}`]), ...(pass === 0 ? [] : [`pass ${String(pass + 1)}`])];
	return parts.join(', ');
}

function labelText(labels: Labels): string {
	return Object.entries(labels)
		.map(([name, value]) => `${name}=${value}`)
		.join(' ');
}

/** What is set aside beyond the cost comes back; it only keeps other calls waiting for a while. */
function estimateText({ calls, setAsideMicro, costMicro, shortCalls, shortMicro }: EstimateFit): string {
	const share = costMicro === 0n ? '' : ` (${String(floorDivide(setAsideMicro * 100n, costMicro))} % of the cost)`;
	const short =
		shortCalls === 0
			? 'None cost more than was set aside for it.'
			: `${counted(shortCalls, 'call', 'calls')} cost more than was set aside, by ${credits(shortMicro)} credits in all.`;
	return `Set aside for the ${counted(calls, 'settled call', 'settled calls')} above: ${credits(setAsideMicro)} credits${share}. ${short}`;
}

function unconfirmedText({ count, amountMicro, chargedMicro }: Unconfirmed): string {
	const charged = chargedMicro === 0n ? 'none of it is charged here' : `${credits(chargedMicro)} of it are charged here`;
	return [
		`${counted(count, 'call is', 'calls are')} unconfirmed (expired): nobody reported what ${count === 1 ? 'it' : 'they'} cost.`,
		`Set aside for ${count === 1 ? 'it' : 'them'}: ${credits(amountMicro)} credits (${dollars(amountMicro)}); ${charged}. The provider may have billed up to about that: hold it against its bill.`,
	].join('\n');
}
