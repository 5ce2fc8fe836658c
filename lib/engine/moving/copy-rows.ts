/**
 * Owns copying the rows of a ledger to another, page by page and table by table, in bounded memory. Each page is written together with how
 * far that is, so that copying goes on where it stopped. Refuses to write under a mark that somebody else has changed.
 */
import type { MoveMark } from '../../core/rules/move';
import { LEDGER_TABLES } from '../../ledger/tables';
import type { RowsOf } from '../../ledger/transfer';
import type { LedgerSide } from './compare-ledgers';
import { MoveRefusal, overtaken } from './move-refusal';

/** What is told after each page. */
export interface CopyingOptions {
	/** The mark of the new ledger, which says how far it has come. */
	readonly mark: MoveMark;
	/** Of the rows of all tables. */
	readonly onProgress: (done: number, total: number) => void;
	/** Called before each page; throws to stop. */
	readonly assertGoesOn: () => void;
}

/** Copies what is not there yet. Resolves with the mark under which the last row was written. */
export async function copyRows(old: LedgerSide, copy: LedgerSide, options: CopyingOptions): Promise<MoveMark> {
	const total = sumOf(await countRows(old));
	let done = sumOf(await countRows(copy));
	let { mark } = options;
	for (const { rowsOf, start } of await missing(old, mark)) {
		for (let after = start; ;) {
			options.assertGoesOn();
			options.onProgress(done, total);
			const page = await old.transfer.rows({ ...rowsOf, after });
			const { accountId, table } = rowsOf;
			const next: MoveMark = { ...mark, progress: { accountId, table: table.name, after: page.next } };
			if (page.rows.length > 0) {
				const change = { from: mark, to: next };
				if (!(await copy.transfer.addRows({ ...rowsOf, rows: page.rows }, change))) throw overtaken(copy.store.location);
				mark = next;
			}
			done += page.rows.length;
			if (page.next === null) break;
			after = page.next;
		}
	}
	options.onProgress(done, total);
	return mark;
}

/** How many rows each table has, in all accounts together. */
export async function countRows({ store, transfer }: LedgerSide): Promise<Map<string, number>> {
	const counts = new Map<string, number>();
	for (const { id: accountId } of await store.accounts()) {
		for (const table of LEDGER_TABLES) counts.set(table.name, (counts.get(table.name) ?? 0) + (await transfer.count({ table, accountId })));
	}
	return counts;
}

/** What is to be copied from where on, in order. */
async function missing(old: LedgerSide, { progress }: MoveMark): Promise<{ readonly rowsOf: RowsOf; readonly start: string | null }[]> {
	if (progress === 'proved') return [];
	const accounts = await old.store.accounts();
	const all = accounts.flatMap(({ id }) => LEDGER_TABLES.map((table) => ({ rowsOf: { table, accountId: id }, start: null })));
	if (progress === null) return all;
	const reached = all.findIndex(({ rowsOf }) => rowsOf.accountId === progress.accountId && rowsOf.table.name === progress.table);
	const [current, ...later] = reached < 0 ? [] : all.slice(reached);
	if (!current) throw unknownProgress(old.store.location);
	return progress.after === null ? later : [{ ...current, start: progress.after }, ...later];
}

function unknownProgress(location: string): MoveRefusal {
	return new MoveRefusal('other_target', {
		message: `The copy of ${location} was begun by another version of LLM Credits, and cannot be gone on with.`,
		mend: 'Call it off with "llm-credits copy --undo", and begin again.',
	});
}

function sumOf(counts: ReadonlyMap<string, number>): number {
	return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
