/** Keeps what is learned of models beside the ledger, for other processes and for after a restart. */
import { nowOf } from './ledger-now';
import type { Timing } from '../waiting/timing';
import type { LessonKeeper } from '../learned/learned-manners';
import type { CallBoard } from '../turns/item-turn';
import type { Instant } from '../../core/values/time';
import type { LearnedFact, LearnedStore } from '../../ledger/learned-store';

/** What is learned, of one account. */
export interface LearnedFacts {
	/** What is known of an endpoint. */
	find(endpoint: string, atMs: Instant): Promise<readonly LearnedFact[]>;
	keep(facts: readonly LearnedFact[]): Promise<void>;
}

/** The facts of an account in its ledger. */
export function learnedFacts({ store, accountId }: { store: { readonly learned: LearnedStore }; accountId: string }): LearnedFacts {
	return {
		find: (endpoint, atMs) => store.learned.find(accountId, endpoint, atMs),
		keep: (facts) => store.learned.keep(accountId, facts),
	};
}

/** Under this name the manner of a model is kept. */
const MANNER = 'manner';

/** Where the manner of a model is kept; `null` where the ledger keeps none. */
export function keeperOf(
	ledger: { readonly learned?: LearnedFacts | null; readonly timing?: Pick<Timing, 'clock'> | null },
	{
		plan: { model, handle },
		timing,
	}: { plan: { readonly model: string; readonly handle: { readonly service: string } }; timing: Pick<Timing, 'clock'> },
): LessonKeeper | null {
	const { learned } = ledger;
	if (!learned) return null;
	const endpoint = handle.service;
	return {
		find: async () => {
			const facts = await learned.find(endpoint, nowOf(ledger, timing));
			return facts.find((fact) => fact.model === model && fact.name === MANNER)?.value ?? null;
		},
		keep: (value, forMs) => learned.keep([{ endpoint, model, name: MANNER, value, untilMs: nowOf(ledger, timing) + forMs }]),
	};
}

/** Where processes tell one another about the calls to a model; `null` where the ledger keeps nothing. */
export function boardOf(...[ledger, { plan, timing }]: Parameters<typeof keeperOf>): CallBoard | null {
	const { learned } = ledger;
	if (!learned) return null;
	const [endpoint, { model }] = [plan.handle.service, plan];
	const nowMs = (): Instant => nowOf(ledger, timing);
	return {
		find: async () => (await learned.find(endpoint, nowMs())).filter((fact) => fact.model === model),
		keep: (notes) => learned.keep(notes.map((note) => ({ endpoint, model, ...note }))),
		nowMs,
	};
}
