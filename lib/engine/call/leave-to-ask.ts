/** Gives a call the leave to ask its model: its turn, where calls at a time are found automatically, and the health of the model. */
import type { ChatOutcome } from '../../providers/provider';
import { boardOf } from '../account/learned-facts';
import type { Health } from '../learned/provider-health';
import { signOf } from '../outcome/fault-reasons';
import type { ActionContext } from '../plan/action-types';
import type { ItemTime } from './item-time';

/** The leave to ask once; it ends once. */
export interface Leave {
	/** The question is sent now. */
	begin(): void;
	/** What came of it, `null` where that is not known, and what it says of the model's health. */
	end(outcome: ChatOutcome | null, health: Health): void;
}

/** What a call asks with. */
interface Asker {
	readonly context: Pick<ActionContext, 'memory' | 'timing' | 'turn'>;
	readonly ledger: Parameters<typeof boardOf>[0];
	readonly plan: {
		readonly model: string;
		readonly healthId: string;
		readonly handle: { readonly service: string; readonly keyId?: string };
	};
	readonly time: Pick<ItemTime, 'stopsWaiting'>;
}

/** The leave; `stopped` where the item waits no longer, `paused` while the model is left alone. */
export async function leaveToAsk({ context, ledger, plan, time }: Asker): Promise<Leave | 'paused' | 'stopped'> {
	const { memory, timing, turn } = context;
	const { healthId } = plan;
	const board = turn ? boardOf(ledger, { plan, timing }) : null;
	const permit = turn ? await turn.use({ modelId: healthId, board, signal: time.stopsWaiting }) : undefined;
	if (permit === null) return 'stopped';
	const admission = memory.health.admit(healthId);
	if (!admission) {
		permit?.end(null);
		return 'paused';
	}
	return {
		begin: () => permit?.begin(timing.monotonicMs()),
		end: (outcome, health) => {
			admission.report(health);
			permit?.end(outcome ? signOf(outcome) : { kind: 'unknown' });
		},
	};
}
