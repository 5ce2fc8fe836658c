/**
 * Owns committing commands of one process together: those of one account that arrive in the same turn of the event loop, or while
 * a commit is under way, share one transaction. Refuses to answer before the batch is durable, and to mix up accounts.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CreditError } from '../core/errors';
import type { Command, Outcome } from '../core/commands';
import type { LedgerStore } from './store';

/** What a command came to; faults of a single command reject instead. */
export type Settlement = Exclude<Outcome, { readonly kind: 'fault' }>;

interface Waiting {
	readonly command: Command;
	readonly resolve: (outcome: Settlement) => void;
	readonly reject: (error: unknown) => void;
}

/** More commands than this wait for the next transaction: a snapshot stays bounded and other processes get their turn. */
const MAX_BATCH = 256;

/** Collects commands and commits them in batches; one for each store and process. */
export class GroupCommit {
	readonly #store: Pick<LedgerStore, 'commit'>;
	readonly #queues = new Map<string, Waiting[]>();
	readonly #running = new Set<Promise<void>>();

	constructor(store: Pick<LedgerStore, 'commit'>) {
		this.#store = store;
	}

	/**
	 * Resolves with the command's outcome once it is durable. Commands of one account are decided in the order of submission.
	 * Rejects with the command's own fault, or with the store's fault for every command of the batch; then nothing was written.
	 */
	submit(accountId: string, command: Command): Promise<Settlement> {
		return new Promise((resolve, reject) => {
			const waiting = { command, resolve, reject };
			const queue = this.#queues.get(accountId);
			if (queue) queue.push(waiting);
			else this.#start(accountId, waiting);
		});
	}

	/** Resolves when everything submitted so far is answered. */
	async drain(): Promise<void> {
		await Promise.all(this.#running);
	}

	#start(accountId: string, first: Waiting): void {
		const queue = [first];
		this.#queues.set(accountId, queue);
		const running = this.#commitAll(accountId, queue).finally(() => this.#running.delete(running));
		this.#running.add(running);
	}

	async #commitAll(accountId: string, queue: Waiting[]): Promise<void> {
		while (queue.length > 0) {
			await nextTurn();
			await this.#commitBatch(accountId, queue.splice(0, MAX_BATCH));
		}
		this.#queues.delete(accountId);
	}

	async #commitBatch(accountId: string, batch: readonly Waiting[]): Promise<void> {
		try {
			const outcomes = await this.#store.commit(
				accountId,
				batch.map(({ command }) => command),
			);
			for (const [index, waiting] of batch.entries()) answer(waiting, outcomes[index]);
		} catch (error) {
			for (const { reject } of batch) reject(error);
		}
	}
}

function answer({ resolve, reject }: Waiting, outcome: Outcome | undefined): void {
	if (!outcome)
		reject(
			new CreditError('ledger_unavailable', 'The ledger gave no outcome for a command. This is an error of the ledger; please report it.'),
		);
	else if (outcome.kind === 'fault') reject(outcome.error);
	else resolve(outcome);
}
