/** The command that forgets a person, and says what was removed and what stays. */
import type { Command } from 'commander';
import type { Outcome } from '../../../core/nouns/commands';
import { shownText } from '../../../core/values/shown-text';
import { newSalt } from '../../../runtime/system';
import { unlessRefused } from '../../console/failure';
import { counted } from '../../console/format';
import { required } from '../../console/options';
import type { Output } from '../../console/output';
import { readLedger, type CommonOptions } from '../../console/session';

interface ForgetOptions extends CommonOptions {
	readonly person?: string;
}

type Forgotten = Extract<Outcome, { kind: 'forgotten' }>;

/** `forget`: needs the admin key where there is one. Doing it again changes nothing. */
async function forget(options: ForgetOptions, output: Output): Promise<void> {
	const name = required(options.person, '--person <id>').trim();
	await readLedger(options, async ({ ledger }) => {
		const forgotten = await unlessRefused(ledger.forgetPerson({ person: name, salt: newSalt() }));
		const { person, results, answers, plainEntries, limits } = forgotten;
		const removed = { name: person !== null, keptResults: results, cachedAnswers: answers };
		output.answer({ account: options.account, person: name, removed, entriesWithName: plainEntries, limits }, () =>
			person === null
				? `There is nobody called ${shownText(name)} in account ${options.account}; nothing was changed.`
				: forgottenText(name, forgotten),
		);
	});
}

/** Adds `forget` to `program`. */
export function describeForgetCommand(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('forget')
		.description('forget a person: the name, and what is kept of answers; amounts and times stay')
		.option('--person <id>', 'the person, as the flow names the one a message is for')
		.action(run(forget));
}

type Work<O> = (options: O, output: Output) => Promise<void>;

function forgottenText(name: string, { results, answers, plainEntries, limits }: Forgotten): string {
	const one = plainEntries === 1;
	return [
		`${shownText(name)} is forgotten. Removed: the name, ${counted(results, 'kept result', 'kept results')} and ${counted(answers, 'cached answer', 'cached answers')}.`,
		'Amounts and times stay in the journal, under a pseudonym that nobody can make from the name any more. Balances and other budgets are as they were.',
		...(plainEntries === 0
			? []
			: [
					`${counted(plainEntries, 'entry is', 'entries are')} older than pseudonyms and still ${one ? 'holds' : 'hold'} the name: ${one ? 'its hash covers' : 'their hashes cover'} it, so it cannot be removed there. It is shown nowhere.`,
				]),
		...(limits.length === 0
			? []
			: [
					`These limits were for this person and count for nobody now: ${limits.map(shownText).join(', ')}. Remove those that nobody needs.`,
				]),
		'Backups that were made before still have the name. So may a provider, and whatever the flow keeps itself.',
	].join('\n');
}
