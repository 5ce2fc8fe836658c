/** Makes the trial of one call: with the form that the settings fix, the way in which its provider is usually asked, and what the ledger keeps of it. */
import { keeperOf } from '../account/learned-facts';
import type { SpendingAccount } from '../account/spending-account';
import type { ActionContext, ProviderHandle } from '../plan/action-types';
import { fixedForm, usualMannerOf, type CallPlan } from '../plan/call-plan';
import { MannerTrial } from './manner-trial';

/** What of a call its trial needs. */
type TriedCall = Pick<CallPlan, 'model' | 'modelId'> & { readonly handle: Pick<ProviderHandle, 'service' | 'manner'> };

/** The trial of a call that is made now, or whose answer comes now. What is still to be written goes on in the background. */
export function trialOf(
	{ memory, timing, values, late }: Pick<ActionContext, 'memory' | 'timing' | 'values' | 'late'>,
	{ plan, ledger }: { readonly plan: TriedCall; readonly ledger: SpendingAccount },
): MannerTrial {
	return new MannerTrial({
		manners: memory.manners,
		modelId: plan.modelId,
		usual: usualMannerOf(plan.handle),
		keeper: keeperOf(ledger, { plan, timing }),
		form: fixedForm(values),
		background: (work) => {
			late.add(work);
		},
	});
}
