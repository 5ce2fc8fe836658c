/**
 * Owns how a hold ends whose line brings no answer: its credits go back, and nothing is left unconfirmed about which the provider has said
 * that it was not charged. Refuses to end anything twice: the first closing of a hold stands.
 */
import { isCreditError } from '../../core/values/errors';
import type { Hold } from '../../core/nouns/records';
import type { BatchStatus, ProviderFault } from '../../providers/provider';
import type { Reason } from '../../params/fallback-switch';
import type { ActionContext } from '../plan/action-types';
import { FallbackError } from '../outcome/fallback-error';
import { reasonOf } from '../outcome/fault-reasons';
import { chargedUnconfirmed } from '../call/call-cost';
import type { ItemState } from '../call/item-state';
import type { SpendingAccount } from '../account/spending-account';

/** How a batch ended without an answer for the item. */
type Ended = Exclude<BatchStatus, 'running'>;

const ENDINGS = {
	cancelled: ['batch_cancelled', 'The batch was cancelled before the provider got to this item.'],
	completed: ['batch_failed', 'The batch is completed, but there is no line for this item in its files.'],
	expired: ['batch_expired', 'The provider did not get to this item within the time of the batch.'],
	failed: ['batch_failed', 'The provider did not take the batch.'],
} as const satisfies Record<Ended, readonly [Reason, string]>;

/** With what a hold is ended. */
interface BatchEndingOptions {
	readonly context: ActionContext;
	readonly ledger: SpendingAccount;
	readonly state: ItemState;
}

/** Ends the hold of one item. Each method throws the {@link FallbackError} that the item leaves with. */
export class BatchEnding {
	readonly #options: BatchEndingOptions;

	constructor(options: BatchEndingOptions) {
		this.#options = options;
	}

	/** No answer will come, and none is charged. */
	async over(hold: Hold, { status, detail = null }: { status: Ended; detail?: string | null }): Promise<never> {
		const [reason, words] = ENDINGS[status];
		return this.free(hold, new FallbackError(reason, detail === null ? words : `${words} It said: ${detail}`));
	}

	/** Gives back what was set aside, or was charged because the time of the hold was over. */
	async free({ seq }: Hold, why: FallbackError): Promise<never> {
		await this.#close(() => this.#options.ledger.release(seq));
		throw why;
	}

	/** Nobody can say whether it was charged: it is charged what it was expected to cost, or nothing, as the account says; and a line that turns up after all is still settled. */
	async abandon({ seq }: Hold, why: FallbackError): Promise<never> {
		const hold = await this.#close(() => this.#options.ledger.expire(seq));
		const chargedMicro = chargedUnconfirmed(hold);
		const reservedMicro = chargedMicro > 0n ? hold.amountMicro : 0n;
		const unconfirmed = hold.state === 'expired' ? 1 : 0;
		this.#options.state.add({ attempts: 0, chargedMicro, reservedMicro, usage: null, hold, availableMicro: null, unconfirmed });
		throw why;
	}

	/** A hold that cannot be closed now is closed when the item comes back, or by its timeout. */
	async #close(work: () => ReturnType<SpendingAccount['release']>): Promise<Hold> {
		try {
			const { availableMicro, hold } = await work();
			this.#options.state.available(availableMicro);
			return hold;
		} catch (error) {
			if (!isCreditError(error)) throw error;
			throw waiting(`The ledger could not be written: ${error.message}`);
		}
	}
}

/** The item waits on, and comes back. */
export function waiting(message: string): FallbackError {
	return new FallbackError('batch_pending', message);
}

/** The item leaves for what the provider said of it. */
export function faulty(fault: ProviderFault): FallbackError {
	return new FallbackError(reasonOf(fault), fault.message);
}
