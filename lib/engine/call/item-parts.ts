/** Owns what all steps of one item share: its plan, ledger, clock and sums, and how it waits for credits and gives them back. */
import { isCreditError } from '../../core/values/errors';
import type { AccountProfile } from '../../ledger/store';
import type { ItemContext } from '../plan/action-types';
import type { ItemTally } from './item-tally';
import type { ItemTime } from './item-time';
import type { LadderPlan } from '../plan/ladder-plan';
import type { SpendingAccount } from '../account/spending-account';
import type { ReserveInput } from '../account/ledger-inputs';
import type { Conclude } from './metered-call';

interface Parts {
	readonly context: ItemContext;
	readonly plan: LadderPlan;
	readonly ledger: SpendingAccount;
	/** The account as it was when the item's turn came. */
	readonly profile: AccountProfile;
	readonly time: ItemTime;
	readonly tally: ItemTally;
	readonly signal: AbortSignal | null;
}

/** The parts of one item. */
export class ItemParts {
	readonly context: ItemContext;
	readonly plan: LadderPlan;
	readonly ledger: SpendingAccount;
	readonly profile: AccountProfile;
	readonly time: ItemTime;
	readonly tally: ItemTally;
	readonly signal: AbortSignal | null;
	/** How many keys the item has used. */
	keys = 0;
	/** Charges the answer of the item, where that waits for its outcome. */
	due: Conclude | null = null;

	constructor({ context, plan, ledger, profile, time, tally, signal }: Parts) {
		this.context = context;
		this.plan = plan;
		this.ledger = ledger;
		this.profile = profile;
		this.time = time;
		this.tally = tally;
		this.signal = signal;
	}

	/** The key of the item's reservation number `number` = 1, 2 … */
	keyOf(number: number): string {
		return number === 1 ? this.plan.key : `${this.plan.key}#${String(number)}`;
	}

	/** True when an earlier run of the item went on with another reservation. */
	async isNextKeyUsed(): Promise<boolean> {
		return (await this.ledger.lookUp({ ...this.plan.reserve, key: this.keyOf(this.keys + 1) })) !== null;
	}

	/** How long and until when to wait for credits. */
	waiting(): Pick<ReserveInput, 'waitMs' | 'signal'> {
		const { waitForCreditsSeconds } = this.context.values;
		return { waitMs: Math.min(waitForCreditsSeconds * 1000, this.time.leftMs), signal: this.time.stopsWaiting };
	}

	/** Charges what waits for its outcome, once; a note for people as a settled call has. */
	async conclude(end: Parameters<Conclude>[0]): Promise<string | null> {
		const { due } = this;
		this.due = null;
		return due ? due(end) : null;
	}

	/** Releases a hold. One that cannot be closed now is closed by its timeout; the item must not suffer for it. */
	async giveBack(holdSeq: number): Promise<void> {
		try {
			const { availableMicro } = await this.ledger.release(holdSeq);
			this.tally.availableMicro = availableMicro;
		} catch (error) {
			if (!isCreditError(error)) throw error;
		}
	}
}
