/**
 * Forgetting a person (ledger rule 48): the name goes, and what is kept of answers with it; amounts, times and the pseudonym stay in the
 * journal, and nobody can tell any more whose they are.
 */
import type { Outcome, PlainCommand } from '../../nouns/commands';
import type { Draft, EntryContext } from '../draft/draft';

/** Forgets a person, or says that nobody of that name is known; then nothing is written. */
export function forgetPerson(
	draft: Draft,
	{ person: name, salt }: Extract<PlainCommand, { kind: 'forget_person' }>,
	context: EntryContext,
): Outcome {
	const { budgets, floors } = draft.account.settings;
	const forgotten = draft.people.forget(name, salt);
	if (!forgotten) return { kind: 'forgotten', person: null, limits: [], results: 0, answers: 0, plainEntries: 0 };
	const { person, ...kept } = forgotten;
	const isMeant = (value: string): boolean => value === person.pseudonym || value === person.name;
	const limits = [
		...budgets.filter(({ scope, value }) => scope === 'person' && value !== null && isMeant(value)),
		...floors.filter(({ label, exempt }) => label === 'person' && exempt.some(isMeant)),
	].map((limit) => limit.name);
	draft.append({ kind: 'person_forgotten', person: person.pseudonym }, context);
	return { kind: 'forgotten', person: person.pseudonym, limits, ...kept };
}
