/** One item whose calls are planned: its plan, ledger and clock, how it waits for credits and gives them back. What changes is in its state. */
import type { Hold } from '../../core/nouns/records';
import type { AccountProfile } from '../../ledger/store';
import type { ItemContext } from '../plan/action-types';
import { boardOf } from '../account/learned-facts';
import type { CallPlan } from '../plan/call-plan';
import type { ItemState } from './item-state';
import type { ItemTime } from './item-time';
import { giveBack } from './owed-call';
import type { LadderPlan } from '../plan/ladder-plan';
import type { SpendingAccount } from '../account/spending-account';
import type { Wait } from '../waiting/reserve-waiting';
import { LONGEST_WAIT } from '../waiting/shared-patience';
import { inPlace } from '../waiting/slots';

/** What a planned item is made of. */
export interface PlannedItemOptions {
	readonly context: ItemContext;
	readonly plan: LadderPlan;
	readonly ledger: SpendingAccount;
	/** The account as it was when the item's turn came. */
	readonly profile: AccountProfile;
	readonly state: ItemState;
	readonly signal: AbortSignal | null;
}

/** One planned item. */
export class PlannedItem {
	readonly context: ItemContext;
	readonly plan: LadderPlan;
	readonly ledger: SpendingAccount;
	readonly profile: AccountProfile;
	readonly state: ItemState;
	readonly signal: AbortSignal | null;

	constructor({ context, plan, ledger, profile, state, signal }: PlannedItemOptions) {
		this.context = context;
		this.plan = plan;
		this.ledger = ledger;
		this.profile = profile;
		this.state = state;
		this.signal = signal;
	}

	get time(): ItemTime {
		return this.state.time;
	}

	/** The same item with another plan, or for an answer of another form. */
	with(other: Partial<Pick<PlannedItemOptions, 'context' | 'plan'>>): PlannedItem {
		const { context, plan, ledger, profile, state, signal } = this;
		return new PlannedItem({ context, plan, ledger, profile, state, signal, ...other });
	}

	/** The key of the item's reservation number `number` = 1, 2 … */
	keyOf(number: number): string {
		return number === 1 ? this.plan.key : `${this.plan.key}#${String(number)}`;
	}

	/** True when an earlier run of the item went on with another reservation. */
	async isNextKeyUsed(): Promise<boolean> {
		return (await this.ledger.lookUp({ ...this.plan.reserve, key: this.keyOf(this.state.keys + 1) })) !== null;
	}

	/** How long and until when to wait for credits, without a slot of the action. */
	waiting(): Required<Wait> {
		const patienceMs = this.context.values.waitForCreditsSeconds * 1000;
		const waitMs = Math.min(patienceMs * LONGEST_WAIT, this.time.leftMs);
		return { waitMs, patienceMs, signal: this.time.stopsWaiting, aside: this.context.aside ?? inPlace };
	}

	/** Waits until the call may be made soon, where calls at a time are found automatically: what waits holds no credits. */
	async takeTurn(call: Pick<CallPlan, 'model' | 'healthId' | 'handle'> | undefined): Promise<void> {
		const { turn, timing } = this.context;
		if (!turn || !call || this.time.stopsWaiting.aborted) return;
		const board = boardOf(this.ledger, { plan: call, timing });
		await turn.take({ modelId: call.healthId, board, signal: this.time.stopsWaiting });
	}

	/** Releases a hold, now or when the ledger is back. */
	async giveBack(hold: Hold): Promise<void> {
		this.state.available(await giveBack(this.context, { ledger: this.ledger, hold }));
	}
}
