/**
 * Owns committing commands of one process together: those of one account that arrive in the same turn of the event loop, or while
 * a commit is under way, share one transaction. Refuses to answer before the batch is durable, and to mix up accounts.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CreditError } from '../core/values/errors';
import type { Command, Outcome } from '../core/nouns/commands';
import type { LedgerStore } from './store';

/** What a command came to; faults of a single command reject instead. */
export type Settlement = Exclude<Outcome, { readonly kind: 'fault' }>;

interface Waiting {
	readonly command: Command;
	readonly resolve: (outcome: Settlement) => void;
	readonly reject: (error: unknown) => void;
}

/** The commands of one account that no batch has taken yet. */
interface Queue {
	readonly waiting: Waiting[];
	/** True while the last batch is written, but not durable yet. */
	isAhead: boolean;
	/** Lets the next batch begin. */
	proceed: () => void;
}

/** More commands than this wait for the next transaction: a snapshot stays bounded and other processes get their turn. */
const MAX_BATCH = 256;
/**
 * So many commands are worth a transaction of their own while the last one is being made durable, and no batch is larger where that can
 * be: the processor and the disk then work at the same time, and the host is not kept for long. Fewer wait and are joined by others.
 */
const AHEAD_BATCH = 64;

/** Collects commands and commits them in batches; one for each store and process. */
export class GroupCommit {
	readonly #store: Pick<LedgerStore, 'commit' | 'decidesAhead'>;
	readonly #queues = new Map<string, Queue>();
	readonly #running = new Set<Promise<void>>();

	constructor(store: Pick<LedgerStore, 'commit' | 'decidesAhead'>) {
		this.#store = store;
	}

	/**
	 * Resolves with the command's outcome once it is durable. Commands of one account are decided in the order of submission.
	 * Rejects with the command's own fault, or with the store's fault for every command of the batch; then nothing was written, or
	 * nobody knows whether it is durable.
	 */
	submit(accountId: string, command: Command): Promise<Settlement> {
		return new Promise((resolve, reject) => {
			const waiting = { command, resolve, reject };
			const queue = this.#queues.get(accountId);
			if (!queue) {
				this.#start(accountId, waiting);
				return;
			}
			queue.waiting.push(waiting);
			if (queue.isAhead && queue.waiting.length >= AHEAD_BATCH) queue.proceed();
		});
	}

	/** Resolves when everything submitted so far is answered. */
	async drain(): Promise<void> {
		await Promise.all(this.#running);
	}

	#start(accountId: string, first: Waiting): void {
		const queue: Queue = { waiting: [first], isAhead: false, proceed: () => undefined };
		this.#queues.set(accountId, queue);
		this.#track(this.#commitAll(accountId, queue));
	}

	#track(work: Promise<void>): void {
		const running = work.finally(() => this.#running.delete(running));
		this.#running.add(running);
	}

	async #commitAll(accountId: string, queue: Queue): Promise<void> {
		while (queue.waiting.length > 0) {
			await nextTurn();
			const batch = queue.waiting.splice(0, this.#store.decidesAhead === true ? AHEAD_BATCH : MAX_BATCH);
			await new Promise<void>((proceed) => {
				queue.proceed = proceed;
				this.#track(this.#commitBatch(accountId, batch, queue).then(proceed));
			});
			queue.isAhead = false;
		}
		this.#queues.delete(accountId);
	}

	/** Never rejects: whoever waits for a command of the batch is told. */
	async #commitBatch(accountId: string, batch: readonly Waiting[], queue: Queue): Promise<void> {
		const { proceed } = queue;
		const onWritten = (): void => {
			queue.isAhead = true;
			if (queue.waiting.length >= AHEAD_BATCH) proceed();
		};
		try {
			const commands = batch.map(({ command }) => command);
			const outcomes = await this.#store.commit(accountId, commands, onWritten);
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
