/**
 * Owns the command that moves a ledger to another place: with its journal, proved on arrival, and so that nothing is spent on the old one
 * any more. Refuses to replace anything, and to show passwords.
 */
import type { Command } from 'commander';
import { moveLedger } from '../../../engine/moving/move-ledger';
import type { MoveProgress, MoveReport } from '../../../engine/moving/move-options';
import { planMove, undoMove, type MovePlan } from '../../../engine/moving/move-plan';
import { MoveBroken, MoveRefusal } from '../../../engine/moving/move-refusal';
import { addressOf } from '../../../engine/moving/move-start';
import { isServerAddress, nameOfPlace, openLedgerIfThere, openLedgerStore, scratchCounters, timing } from '../../../runtime/runtime';
import { newId } from '../../../runtime/system';
import { CliFailure, EXIT, refused, reportOf, wrongUse } from '../../console/failure';
import { count, counted } from '../../console/format';
import { required, wholeNumber } from '../../console/options';
import type { Output, Progress } from '../../console/output';
import { table } from '../../console/table';
import { adminKeysOf, placeOf, type CommonOptions } from '../../console/session';

interface CopyOptions extends CommonOptions {
	readonly from?: string;
	readonly to?: string;
	readonly wait: string;
	readonly dryRun?: boolean;
	readonly undo?: boolean;
}

type Work<O> = (options: O, output: Output) => Promise<void>;
type Store = Awaited<ReturnType<typeof openLedgerStore>>;

const LONGEST_WAIT_SECONDS = 86_400;
const STEPS: Readonly<Record<MoveProgress['step'], string>> = {
	verifying: 'Verifying the old ledger',
	waiting: 'Calls under way      ',
	copying: 'Copying              ',
	proving: 'Verifying the copy   ',
	comparing: 'Comparing            ',
};
/** What people call the rows of the tables that they may look for. */
const NAMES: Readonly<Record<string, string>> = {
	accounts: 'accounts',
	grants: 'grants',
	entries: 'entries of the journal',
	holds: 'holds',
	budget_counters: 'budget counters',
	usage_days: 'usage totals',
	kept_results: 'answers kept for retries',
};

/** `copy`: moves the ledger, or says what that would do, or calls a move off. */
async function copy(options: CopyOptions, output: Output): Promise<void> {
	const from = placeOf(options.from ?? options.ledger, '--from', 'Give --from <ledger>, the file or the postgres:// address to move.');
	if (options.undo === true) return undo(from, options, output);
	const to = placeOf(required(options.to, '--to <ledger>'), '--to', 'Give --to <ledger>, the file or the postgres:// address to move to.');
	const waitSeconds = wholeNumber(options.wait, { option: '--wait', min: 0, max: LONGEST_WAIT_SECONDS }) ?? 0;
	if (nameOfPlace(from) === nameOfPlace(to)) throw wrongUse('--from and --to are the same ledger.', 'Give --to another place.');
	if (options.dryRun === true) return dryRun({ from, to }, output);
	await whileOpen(async ({ open, openNew }) => {
		const stop = new AbortController();
		const onSignal = (): void => stop.abort();
		process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
		const bars = new Bars(output);
		const report = await moveLedger({
			source: await open(from),
			to: addressOf(nameOfPlace(to)),
			openTarget: () => openNew(to),
			copyId: newId(),
			adminKeys: adminKeysOf(options),
			waitMs: waitSeconds * 1000,
			timing,
			signal: stop.signal,
			onProgress: (progress) => bars.show(progress),
			makeCounters: scratchCounters,
		})
			.catch((error: unknown) => {
				throw told(error, nameOfPlace(from));
			})
			.finally(() => {
				bars.stop();
				process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
			});
		const { isNew, copyId, openCalls } = report;
		const places = { from: report.from, to: report.to };
		output.answer({ ok: true, moved: isNew, ...places, copyId, rows: Object.fromEntries(report.rows), openCalls }, () =>
			reportText(report, output),
		);
	});
}

/** Adds `copy` to `program`. */
export function describeCopyCommand(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('copy')
		.description('move the ledger to another place with its journal, prove it there, and let nothing be spent on the old one any more')
		.option('--from <ledger>', 'the ledger to move: a file, or a postgres:// address (default: --ledger)')
		.option('--to <ledger>', 'where to: a file or a postgres:// address at which there is no ledger')
		.option('--wait <seconds>', 'how long calls under way may still end before everything is copied', '60')
		.option('--dry-run', 'say what would be copied, and change nothing')
		.option('--undo', 'call off a move that was broken off: the old ledger goes on')
		.action(run(copy));
}

async function dryRun({ from, to }: { readonly from: string; readonly to: string }, output: Output): Promise<void> {
	await whileOpen(async ({ open, openIfThere }) => {
		const plan = await planMove(await open(from), await openIfThere(to));
		const places = { from: addressOf(nameOfPlace(from)), to: addressOf(nameOfPlace(to)) };
		const { state, isTargetFree, openCalls } = plan;
		output.answer({ ok: isTargetFree, dryRun: true, state, ...places, isTargetFree, rows: Object.fromEntries(plan.rows), openCalls }, () =>
			planText(plan, places),
		);
		if (!isTargetFree) process.exitCode = EXIT.refused;
	});
}

async function undo(from: string, options: CopyOptions, output: Output): Promise<void> {
	await whileOpen(async ({ open, openIfThere }) => {
		const source = await open(from);
		const mark = await source.transfer?.mark();
		const known = mark && !isServerAddress(mark.other) ? mark.other : undefined;
		const place = options.to === undefined ? known : placeOf(options.to, '--to', 'Give --to the place it was to go to.');
		// What cannot be reached now must not keep the old ledger from going on.
		const target = place === undefined ? null : await openIfThere(place).catch(() => null);
		const other = await undoMove(source, { target, adminKeys: adminKeysOf(options), timing }).catch((error: unknown) => {
			throw told(error, nameOfPlace(from));
		});
		const ledger = addressOf(nameOfPlace(from));
		output.answer({ ok: true, ledger, calledOff: other !== null, to: other, isCleared: other !== null && target !== null }, () =>
			other === null
				? `The ledger ${ledger} is not being moved; nothing was changed.`
				: `The move to ${other} is called off, and the ledger ${ledger} goes on.${target ? '' : ' What had arrived there can never be used; the next move to the same place clears it.'}`,
		);
	});
}

/** Ways to open ledgers that are closed again at the end. */
interface Opening {
	readonly open: (place: string) => Promise<Store>;
	readonly openIfThere: (place: string) => Promise<Store | null>;
	readonly openNew: (place: string) => Promise<Store>;
}

/** Runs `work`, and closes what it opened. */
async function whileOpen(work: (opening: Opening) => Promise<void>): Promise<void> {
	const opened: Store[] = [];
	const kept = <S extends Store | null>(store: S): S => {
		if (store) opened.push(store);
		return store;
	};
	try {
		await work({
			open: async (place) => kept(await openLedgerStore(place, { mayMake: false })),
			openIfThere: async (place) => kept(await openLedgerIfThere(place)),
			openNew: async (place) => kept(await openLedgerStore(place)),
		});
	} finally {
		for (const store of opened) await store.close();
	}
}

/** A bar for each step, one after the other. */
class Bars {
	readonly #output: Output;
	#step: MoveProgress['step'] | null = null;
	#bar: Progress | null = null;

	constructor(output: Output) {
		this.#output = output;
	}

	show({ step, done, total }: MoveProgress): void {
		if (total === 0) return;
		if (step !== this.#step) {
			this.stop();
			this.#bar = this.#output.progress(STEPS[step]);
			this.#step = step;
		}
		this.#bar?.update(done, total);
	}

	stop(): void {
		this.#bar?.stop();
		this.#bar = null;
	}
}

/** The failure in the words of the command line, with which ledger goes on. */
function told(error: unknown, from: string): unknown {
	if (error instanceof MoveRefusal) return refused(error.code, error);
	if (!(error instanceof MoveBroken)) return error;
	const { exitCode, code, message } = reportOf(told(error.cause, from));
	const mend =
		error.goesOn === 'old'
			? `The move was called off, and ${addressOf(from)} goes on as before.`
			: 'The move is not finished, and until it is, nothing can be spent: run the same command again to go on, or with --undo to stay with the old ledger.';
	return new CliFailure(exitCode, { code, message, mend });
}

function reportText({ isNew, from, to, rows, openCalls }: MoveReport, output: Output): string {
	if (!isNew) return `The ledger ${from} was moved to ${to} before; there is nothing left to do.`;
	const amount = `${counted(rows.get('entries') ?? 0, 'entry', 'entries')} of ${counted(rows.get('accounts') ?? 0, 'account', 'accounts')}`;
	const calls = `${counted(openCalls, 'call was', 'calls were')} still under way and ${openCalls === 1 ? 'is an open hold' : 'are open holds'} of the new ledger. What cannot be settled there is unconfirmed after its time: see "llm-credits holds --state expired".`;
	const archive = isServerAddress(from)
		? 'keep a dump of its schema, and drop it'
		: `put it away, for example: mv '${from}' '${from}.moved'`;
	return [
		`${output.colour('The ledger is moved', 'green')} from ${from} to ${to}: ${amount}, every balance derived again and every row compared.`,
		...(openCalls > 0 ? [calls] : []),
		'',
		`1. Point the credential (n8n), the config node (Node-RED) and LLM_CREDITS_LEDGER to the new place.`,
		`2. The old ledger can be read and not spent on. When nothing uses it any more, ${archive}.`,
	].join('\n');
}

function planText({ state, to: begunTo, rows, openCalls, isTargetFree }: MovePlan, { from, to }: { from: string; to: string }): string {
	const head = {
		new: 'would be moved',
		begun: 'is being moved, and that would go on,',
		done: 'was moved before, so nothing would be done:',
	};
	const body = Object.entries(NAMES).map(([name, words]) => [words, count(rows.get(name) ?? 0)]);
	return [
		`The ledger ${from} ${head[state]} to ${begunTo ?? to}.`,
		'',
		table([{ title: 'what' }, { title: 'rows', align: 'right' }], body),
		'',
		...(openCalls > 0 ? [`${counted(openCalls, 'call is', 'calls are')} under way; see --wait.`] : []),
		...(isTargetFree ? [] : [`There is something else at ${to} already, and a move replaces nothing. Choose another place.`]),
		'Nothing was changed.',
	].join('\n');
}
