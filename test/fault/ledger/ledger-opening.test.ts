/**
 * Two processes that open one ledger file at once, in every order in which their statements can meet: one makes the whole ledger, or brings
 * it up to date, between two statements of the other. Both then have the same ledger.
 */
import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { connect, openFile } from '../../../lib/ledger/sqlite/file/connection';
import { isBusy } from '../../../lib/ledger/sqlite/file/faults';
import { openWatched } from '../../support/ledger/failing-database';
import { openAccount } from '../../support/ledger/ledger-commands';
import { repositoryRoot } from '../../support/machine/repository';
import { newLedgerPath, openTestLedger } from '../../support/ledger/sqlite-ledger';

const ACCOUNT = 'acme';
const options = { clock: Date.now, pause: () => Promise.resolve(), jitter: () => 0, synchronous: 'normal' } as const;

/** The bytes of a file after `prepare`. */
function prepared(prepare: string): Buffer {
	const path = newLedgerPath();
	writeFileSync(path, '');
	const db = openFile(path);
	db.exec(prepare);
	db.close();
	return readFileSync(path);
}

const olderSchema = (): string => readFileSync(join(repositoryRoot(), 'test', 'fixtures', 'ledger-schema-1.sqlite.sql'), 'utf8');

/** What is there when both begin; `null`: nothing. */
const BEGINNINGS: readonly (readonly [what: string, content: () => Buffer | null])[] = [
	['nothing', () => null],
	['a ledger of an older schema', () => prepared(`BEGIN; ${olderSchema()}; COMMIT`)],
];

/** Opens the ledger from start to end at one go; `busy` when the other is in the way. */
function openAtOneGo(path: string): 'done' | 'busy' {
	try {
		connect(path, { ...options, path }).close();
		return 'done';
	} catch (error) {
		if (isBusy(error)) return 'busy';
		throw error;
	}
}

/** Opens the ledger, and lets another process open it right before the given statement. Returns what became of that, or `null` when there are fewer. */
async function interrupted(path: string, statement: number): Promise<'done' | 'busy' | null> {
	let count = 0;
	let isOpening = true;
	let other: 'done' | 'busy' | null = null;
	const store = await openTestLedger({
		...options,
		path,
		openDatabase: (at) =>
			openWatched(at, (_sql, run) => {
				if (isOpening) count += 1;
				if (isOpening && count === statement) other = openAtOneGo(at);
				return run();
			}),
	});
	isOpening = false;
	const second = await openTestLedger({ ...options, path });
	await Promise.all([store, second].map((each) => each.commit(ACCOUNT, [openAccount()])));
	expect((await verifyLedger(second)).violations).to.deep.equal([]);
	const opened = (await second.accounts()).filter(({ id }) => id === ACCOUNT);
	await Promise.all([store.close(), second.close()]);
	expect(opened).to.have.length(1);
	return other;
}

describe('two processes that open one ledger file at once', () => {
	for (const [what, contentOf] of BEGINNINGS) {
		it(`get one ledger from ${what}, wherever they meet`, async () => {
			const met: string[] = [];
			const content = contentOf();
			for (let statement = 1; ; statement += 1) {
				const path = newLedgerPath();
				if (content) writeFileSync(path, content, { mode: 0o600 });
				const other = await interrupted(path, statement).catch((error: unknown) => {
					throw new Error(`before statement ${statement}: ${String(error)}`, { cause: error });
				});
				if (other === null) break;
				met.push(other);
			}
			expect(met.length, met.join()).to.be.greaterThan(7);
			expect(met).to.include('done');
		});
	}
});
