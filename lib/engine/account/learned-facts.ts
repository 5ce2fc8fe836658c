/** Keeps what is learned of models beside the ledger, for other processes and for after a restart. */
import type { Timing } from '../waiting/timing';
import type { LessonKeeper } from '../learned/learned-manners';
import type { SpendingAccount } from './spending-account';

/** Under this name the manner of a model is kept. */
const MANNER = 'manner';

/** Where the manner of a model is kept; `null` where the ledger keeps none. */
export function keeperOf(
	{ learned }: Pick<SpendingAccount, 'learned'>,
	{
		plan: { model, handle },
		timing,
	}: { plan: { readonly model: string; readonly handle: { readonly service: string } }; timing: Pick<Timing, 'clock'> },
): LessonKeeper | null {
	if (!learned) return null;
	const endpoint = handle.service;
	return {
		find: async () => {
			const facts = await learned.find(endpoint, timing.clock());
			return facts.find((fact) => fact.model === model && fact.name === MANNER)?.value ?? null;
		},
		keep: (value, forMs) => learned.keep([{ endpoint, model, name: MANNER, value, untilMs: timing.clock() + forMs }]),
	};
}
