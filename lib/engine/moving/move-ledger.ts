/**
 * Owns moving a whole ledger to another place, step by step, so that at no instant both can be spent on and that dying at any step loses
 * nothing: the same call again goes on. The steps: announce in both; close the old one and let calls under way end; freeze it; copy; prove
 * the copy; then the old one says `moved`, which is final, and only then the new one opens. Refuses to open what is not proved.
 */
import { CreditError } from '../../core/values/errors';
import { isOpen, type MoveMark } from '../../core/rules/move';
import { isOver } from '../../core/rules/draft/ledger-time';
import type { LedgerStore } from '../../ledger/store';
import { compareLedgers, type LedgerSide } from './compare-ledgers';
import { copyRows, countRows } from './copy-rows';
import { assertMayMove } from './move-access';
import type { MoveOptions, MoveReport } from './move-options';
import { MoveBroken, MoveRefusal, overtaken } from './move-refusal';
import { addressOf, announce, assertSound, markOfTarget, otherTarget } from './move-start';
import { verifyLedger } from './verify-ledger';

const POLL_MS = 100;
const PAGE = 1000;

/**
 * Moves the ledger, or goes on with a move that was broken off. Rejects with a {@link MoveRefusal} or a `CreditError` when nothing was
 * begun, with {@link MoveBroken} later.
 */
export async function moveLedger(options: MoveOptions): Promise<MoveReport> {
	const source = sideOf(options.source);
	const sourceMark = await source.transfer.mark();
	if (sourceMark?.state === 'arriving') throw notMovable(source);
	await assertMayMove(options.source, { mark: sourceMark, adminKeys: options.adminKeys, timing: options.timing });
	if (sourceMark?.state === 'moved') return finish(source, sourceMark, options);
	const isBegun = sourceMark?.state === 'closing' || sourceMark?.state === 'moving';
	if (!isBegun) await assertSound(source, options);
	const target = sideOf(await options.openTarget());
	const { mark, targetMark } = isBegun
		? { mark: sourceMark, targetMark: await markOfTarget({ source, target, mark: sourceMark }, options) }
		: await announce({ source, target, sourceMark }, options);
	const copied = await unlessBroken({ source, target, mark }, () => copyAndProve({ source, target, mark, targetMark }, options));
	const opened = await open({ source, target, ...copied }).catch((error: unknown) => {
		throw new MoveBroken('none', error);
	});
	return reportOf(source, opened, { ...options, isNew: true, rows: copied.rows });
}

/** The ledger with what moves it. Throws a refusal for one that lives in memory. */
export function sideOf(store: LedgerStore): LedgerSide {
	if (store.transfer) return { store, transfer: store.transfer };
	throw new MoveRefusal('not_movable', { message: `The ledger ${store.location} cannot be moved.`, mend: 'Name a file or a server.' });
}

/**
 * Lets the old ledger go on, where the new one certainly never opened, and clears what had arrived. True when it goes on; false when the move
 * is another one, or past being called off.
 */
export async function callOff(source: LedgerSide, target: LedgerSide | null, copyId: string): Promise<boolean> {
	const mark = await source.transfer.mark();
	if (mark?.copyId !== copyId || mark.state === 'moved') return false;
	if (!(await source.transfer.replaceMark({ from: mark, to: { ...mark, state: 'called_off' } }))) return false;
	const arriving = await target?.transfer.mark();
	if (target && arriving?.state === 'arriving' && arriving.copyId === copyId) await target.transfer.clear(arriving);
	return true;
}

interface Under {
	readonly source: LedgerSide;
	readonly target: LedgerSide;
	readonly mark: MoveMark;
}

interface Copied {
	readonly mark: MoveMark;
	readonly targetMark: MoveMark;
	readonly rows: ReadonlyMap<string, number>;
}

/** Calls the move off when `work` fails, but for one that somebody else goes on with. */
async function unlessBroken<T>({ source, target, mark }: Under, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const isMine = !(error instanceof MoveRefusal && error.code === 'overtaken');
		// What stood in the way of the move may stand in the way of calling it off; then the next call finds it as it is.
		if (isMine) await callOff(source, target, mark.copyId).catch(() => false);
		const goesOn = await source.transfer.mark().then(isOpen, () => false);
		throw new MoveBroken(goesOn ? 'old' : 'none', error);
	}
}

async function copyAndProve(
	{ source, target, mark, targetMark }: Under & { readonly targetMark: MoveMark },
	options: MoveOptions,
): Promise<Copied> {
	const { signal, onProgress } = options;
	const assertGoesOn = (): void => {
		if (signal?.aborted) throw new MoveRefusal('stopped', { message: 'The move was stopped.', mend: 'Run the same command again.' });
	};
	const frozen = mark.state === 'moving' ? mark : await freeze(source, mark, { ...options, assertGoesOn });
	const copied = await copyRows(source, target, {
		mark: targetMark,
		onProgress: (done, total) => onProgress({ step: 'copying', done, total }),
		assertGoesOn,
	});
	const rows = await prove(source, target, options);
	const proved = copied.progress === 'proved' ? copied : await replace(target, copied, { progress: 'proved' });
	assertGoesOn();
	return { mark: await replace(source, frozen, { state: 'moved' }), targetMark: proved, rows };
}

/** From here on the old ledger is never spent on again. */
async function open({ source, target, mark, targetMark }: Under & { readonly targetMark: MoveMark }): Promise<MoveMark> {
	await replace(target, targetMark, { state: 'arrived', progress: null });
	return replace(source, mark, { isOpened: true });
}

/** Takes no new calls any more, waits for those under way, then takes nothing at all. */
async function freeze(source: LedgerSide, mark: MoveMark, options: MoveOptions & { readonly assertGoesOn: () => void }): Promise<MoveMark> {
	const closing = mark.state === 'closing' ? mark : await replace(source, mark, { state: 'closing' });
	const { timing, waitMs, signal, onProgress, assertGoesOn } = options;
	const deadlineMs = timing.monotonicMs() + waitMs;
	let most = 0;
	for (;;) {
		const count = await callsUnderWay(source.store);
		most = Math.max(most, count);
		onProgress({ step: 'waiting', done: most - count, total: most });
		assertGoesOn();
		if (count === 0 || timing.monotonicMs() >= deadlineMs) return replace(source, closing, { state: 'moving' });
		await timing.pause(POLL_MS, signal);
	}
}

/** Holds that are open and whose time is not over by the ledger's clock. */
export async function callsUnderWay(store: LedgerStore): Promise<number> {
	let count = 0;
	for (const account of await store.accounts()) {
		const { id } = account;
		const { clockMs } = await store.snapshot(id);
		for (let afterSeq = 0; ;) {
			const page = await store.holds(id, { afterSeq, limit: PAGE, state: 'open' });
			count += page.filter((hold) => !isOver(hold, { account, clockMs })).length;
			const last = page.at(-1);
			if (!last || page.length < PAGE) break;
			afterSeq = last.seq;
		}
	}
	return count;
}

/** Rejects unless the new ledger is sound by itself, and the old one row by row. */
async function prove(
	source: LedgerSide,
	target: LedgerSide,
	{ onProgress, makeCounters }: MoveOptions,
): Promise<ReadonlyMap<string, number>> {
	const { violations } = await verifyLedger(target.store, {
		onProgress: ({ entries, ofEntries }) => onProgress({ step: 'proving', done: entries, total: ofEntries }),
		makeCounters,
	});
	const total = [...(await countRows(source)).values()].reduce((sum, count) => sum + count, 0);
	let done = 0;
	const { rows, differences } = await compareLedgers(source, target, (count) => {
		done += count;
		onProgress({ step: 'comparing', done, total });
	});
	const wrong = [...violations.map(({ accountId, detail }) => `account "${accountId}": ${detail}`), ...differences];
	if (wrong.length === 0) return rows;
	throw new MoveRefusal('copy_wrong', {
		message: `The copy at ${target.store.location} is not right: ${wrong.slice(0, 3).join('; ')}.`,
		mend: 'Verify the old ledger, and try another place.',
	});
}

/** A move whose old ledger says that it is over: opens the new one, unless that was done too. */
async function finish(source: LedgerSide, mark: MoveMark, options: MoveOptions): Promise<MoveReport> {
	if (mark.isOpened) {
		if (mark.other !== options.to) throw otherTarget(options.to, mark);
		return reportOf(source, mark, { ...options, isNew: false, rows: await countRows(source) });
	}
	const target = sideOf(await options.openTarget());
	const found = await target.transfer.mark();
	if (found?.state === 'arrived' && found.copyId === mark.copyId) {
		const opened = await replace(source, mark, { isOpened: true });
		return reportOf(source, opened, { ...options, isNew: false, rows: await countRows(source) });
	}
	const targetMark = await markOfTarget({ source, target, mark }, options);
	if (targetMark.progress !== 'proved') throw otherTarget(target.store.location, mark);
	const opened = await open({ source, target, mark, targetMark });
	return reportOf(source, opened, { ...options, isNew: true, rows: await countRows(source) });
}

async function reportOf(
	{ store }: LedgerSide,
	{ other, copyId }: MoveMark,
	{ isNew, rows }: Pick<MoveReport, 'isNew' | 'rows'>,
): Promise<MoveReport> {
	const openCalls = await callsUnderWay(store);
	return { isNew, from: addressOf(store.location), to: other, copyId, rows, openCalls };
}

async function replace(side: LedgerSide, from: MoveMark, change: Partial<MoveMark>): Promise<MoveMark> {
	const to = { ...from, ...change };
	if (!(await side.transfer.replaceMark({ from, to }))) throw overtaken(side.store.location);
	return to;
}

function notMovable({ store }: LedgerSide): CreditError {
	return new CreditError('ledger_moved', `The ledger ${store.location} is itself being filled from another place. Finish that move first.`);
}
