/**
 * Owns comparing two ledgers row by row, whatever stores they lie in. Works in bounded memory: of the rows of a table only their number and
 * a sum of hashes are kept, which does not depend on their order. Refuses to call ledgers equal that differ in anything they keep.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hash } from 'node:crypto';
import type { LedgerStore } from '../../ledger/store';
import { LEDGER_TABLES } from '../../ledger/tables';
import type { CopiedRow, CopiedValue, LedgerTransfer, RowsOf } from '../../ledger/transfer';

/** A ledger and what moves it. */
export interface LedgerSide {
	readonly store: LedgerStore;
	readonly transfer: LedgerTransfer;
}

/** How many rows of each table there are in both, and where they differ, in words for people. */
export interface Comparison {
	readonly rows: ReadonlyMap<string, number>;
	readonly differences: readonly string[];
}

interface Digest {
	readonly count: number;
	readonly sum: bigint;
}

const HASH_BITS = 256;

/** Compares everything. `onRows` is told how many rows of the first ledger were compared since the last time. */
export async function compareLedgers(
	old: LedgerSide,
	copy: LedgerSide,
	onRows: (count: number) => void = () => undefined,
): Promise<Comparison> {
	const [oldIds, copyIds] = await Promise.all([old, copy].map(async ({ store }) => (await store.accounts()).map(({ id }) => id)));
	const differences: string[] = [];
	const rows = new Map<string, number>();
	for (const accountId of new Set([...(oldIds ?? []), ...(copyIds ?? [])])) {
		for (const table of LEDGER_TABLES) {
			const [inOld, inCopy] = [
				await digestOf(old.transfer, { table, accountId }, onRows),
				await digestOf(copy.transfer, { table, accountId }, () => undefined),
			];
			rows.set(table.name, (rows.get(table.name) ?? 0) + inOld.count);
			if (inOld.count === inCopy.count && inOld.sum === inCopy.sum) continue;
			differences.push(
				`${table.name} of account "${accountId}" ${inOld.count === inCopy.count ? 'differs' : `has ${String(inOld.count)} rows, and ${String(inCopy.count)} in the copy`}`,
			);
		}
	}
	return { rows, differences };
}

async function digestOf(transfer: LedgerTransfer, rowsOf: RowsOf, onRows: (count: number) => void): Promise<Digest> {
	let count = 0;
	let sum = 0n;
	for (let after: string | null = null; ;) {
		const page = await transfer.rows({ ...rowsOf, after });
		for (const row of page.rows) sum += hashOf(row);
		count += page.rows.length;
		onRows(page.rows.length);
		await nextTurn();
		if (page.next === null) return { count, sum: BigInt.asUintN(HASH_BITS, sum) };
		after = page.next;
	}
}

function hashOf(row: CopiedRow): bigint {
	return BigInt(`0x${hash('sha256', JSON.stringify(row.map(textOf)))}`);
}

/** A text that is the same for equal values only. */
function textOf(value: CopiedValue): string {
	if (value === null) return 'nothing';
	if (typeof value === 'bigint') return `number ${String(value)}`;
	return typeof value === 'string' ? `text ${value}` : `bytes ${value.toString('hex')}`;
}
