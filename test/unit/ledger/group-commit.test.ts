/** Commands that share a transaction: in their order, no more than a batch takes, and ahead only where the store decides ahead. */
import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import type { Command, Outcome } from '../../../lib/core/nouns/commands';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import { faultOf } from '../../support/machine/error-code';
import { reserve } from '../../support/ledger/ledger-commands';

/** A batch that the store was given, and what the test does to it. */
interface Given {
	readonly keys: readonly string[];
	write(): void;
	answer(): void;
	fail(): void;
}

/** A store whose batches are written and answered by the test. */
class HeldStore {
	readonly given: Given[] = [];

	constructor(readonly decidesAhead: boolean) {}

	commit(_account: string, commands: readonly Command[], onWritten?: () => void): Promise<readonly Outcome[]> {
		const keys = commands.map((command) => ('key' in command ? command.key : ''));
		return new Promise((resolve, reject) => {
			this.given.push({
				keys,
				write: () => onWritten?.(),
				answer: () => {
					resolve(keys.map((key) => ({ kind: 'refused', reason: 'credits_exhausted', limit: key, availableMicro: 0n, isReplayed: false })));
				},
				fail: () => {
					reject(new CreditError('ledger_unavailable', 'The disk is gone.'));
				},
			});
		});
	}
}

const keysFrom = (first: number, count: number): string[] => Array.from({ length: count }, (_, index) => `k${String(first + index)}`);

/** Lets everything happen that waits for nothing. */
async function quiet(): Promise<void> {
	for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function submitted(commits: GroupCommit, keys: readonly string[]): { readonly answered: string[]; readonly all: Promise<unknown> } {
	const answered: string[] = [];
	const all = Promise.all(
		keys.map(async (key) => {
			const outcome = await commits.submit('acme', reserve(key, 1));
			answered.push(outcome.kind === 'refused' ? (outcome.limit ?? '') : outcome.kind);
		}),
	);
	return { answered, all };
}

describe('group commit', () => {
	it('takes what arrived in one turn, and what comes meanwhile waits for the answer, in the order of submission', async () => {
		const store = new HeldStore(false);
		const commits = new GroupCommit(store);
		const first = submitted(commits, keysFrom(0, 300));
		await quiet();
		expect(store.given.map(({ keys }) => keys.length)).to.deep.equal([256]);
		store.given[0]?.write();
		await quiet();
		expect(store.given, 'a store that does not decide ahead is left in peace even when it has many waiting').to.have.length(1);
		store.given[0]?.answer();
		await quiet();
		expect(store.given[1]?.keys).to.deep.equal(keysFrom(256, 44));
		store.given[1]?.answer();
		await first.all;
		expect(first.answered).to.deep.equal(keysFrom(0, 300));
	});

	it('gives a store that decides ahead the next full batch as soon as one is written, and not a smaller one', async () => {
		const store = new HeldStore(true);
		const commits = new GroupCommit(store);
		const all = submitted(commits, keysFrom(0, 150));
		await quiet();
		expect(store.given.map(({ keys }) => keys.length)).to.deep.equal([64]);
		store.given[0]?.write();
		await quiet();
		expect(store.given.map(({ keys }) => keys.length)).to.deep.equal([64, 64]);
		store.given[1]?.write();
		await quiet();
		expect(store.given, 'the 22 that are left are not worth a transaction yet').to.have.length(2);
		const more = submitted(commits, keysFrom(150, 42));
		await quiet();
		expect(store.given[2]?.keys, 'until others have joined them').to.deep.equal(keysFrom(128, 64));
		for (const batch of store.given) batch.answer();
		await Promise.all([all.all, more.all]);
		expect([...all.answered, ...more.answered]).to.deep.equal(keysFrom(0, 192));
	});

	it('goes on after the answer where too few wait, and after a batch that failed', async () => {
		const store = new HeldStore(true);
		const commits = new GroupCommit(store);
		const failing = keysFrom(0, 64).map((key) => faultOf(commits.submit('acme', reserve(key, 1))));
		const rest = submitted(commits, keysFrom(64, 3));
		await quiet();
		store.given[0]?.write();
		store.given[0]?.fail();
		expect(new Set((await Promise.all(failing)).map(({ code }) => code))).to.deep.equal(new Set(['ledger_unavailable']));
		await quiet();
		expect(store.given[1]?.keys).to.deep.equal(keysFrom(64, 3));
		let isDrained = false;
		const drained = commits.drain().then(() => (isDrained = true));
		await quiet();
		expect(isDrained, 'draining waits for what is not answered').to.equal(false);
		store.given[1]?.answer();
		await Promise.all([rest.all, drained]);
		expect(rest.answered).to.deep.equal(keysFrom(64, 3));
	});
});
