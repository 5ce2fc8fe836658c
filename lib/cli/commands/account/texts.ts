/**
 * Owns the commands for what an account says to every model: the compliance text, other texts that prompts refer to, and languages.
 * Refuses texts on the command line itself: they are long, and would stay in the shell's history.
 */
import type { Command } from 'commander';
import { COMPLIANCE, referenceTo } from '../../../core/rules/commands/account-texts';
import { refused, unlessRefused, wrongUse } from '../../console/failure';
import { count } from '../../console/format';
import { keyOf, required } from '../../console/options';
import type { Output } from '../../console/output';
import { table } from '../../console/table';
import { readLedger, type CommonOptions } from '../../console/session';
import { textInFile } from '../../console/text-file';

interface TextOptions extends CommonOptions {
	readonly file?: string;
	readonly key?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

/** `text set`. */
async function setText(options: TextOptions, output: Output): Promise<void> {
	const name = nameOf(options);
	const text = textInFile(required(options.file, '--file <file>'), '--file');
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		const { account, isReplayed } = await unlessRefused(ledger.changeProfile({ kind: 'set_text', key, name, text }));
		const set = account.settings.texts.find((known) => known.name === name);
		output.answer({ account: account.id, text: { ...set, name }, replayed: isReplayed }, () =>
			isReplayed ? 'This was already done under the same key; nothing was changed now.' : `The text ${name} is set. ${useOf(name)}`,
		);
	});
}

/** `text list`. */
async function listTexts(options: CommonOptions, output: Output): Promise<void> {
	await readLedger(options, async ({ ledger }) => {
		const { account } = await ledger.profile.read();
		const { texts } = account.settings;
		output.answer({ account: account.id, texts }, () =>
			texts.length === 0
				? 'There is no text. Set one with "llm-credits text set".'
				: table(
						[{ title: 'text' }, { title: 'characters', align: 'right' }, { title: 'goes with' }, { title: 'SHA-256' }],
						texts.map(({ name, characters, hash }) => [
							name,
							count(characters),
							name === COMPLIANCE ? 'every prompt' : `prompts that say ${referenceTo(name)}`,
							hash.slice(0, 12),
						]),
					),
		);
	});
}

/** `text show`. */
async function showText(options: CommonOptions, output: Output): Promise<void> {
	const name = nameOf(options);
	await readLedger(options, async ({ ledger }) => {
		const { account, texts } = await ledger.profile.read();
		const text = texts.get(name);
		if (text === undefined) {
			throw refused('text_not_found', {
				message: `There is no text ${JSON.stringify(name)} in account "${account.id}".`,
				mend: '"llm-credits text list" lists them.',
			});
		}
		output.answerWithText({ account: account.id, name, text }, text);
	});
}

/** `text remove`. */
async function removeText(options: TextOptions, output: Output): Promise<void> {
	const name = nameOf(options);
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		const { account, isReplayed } = await unlessRefused(ledger.changeProfile({ kind: 'remove_text', key, name }));
		output.answer({ account: account.id, removed: name, replayed: isReplayed }, () =>
			isReplayed
				? 'This was already done under the same key; nothing was removed now.'
				: `The text ${name} is removed; its hash stays in the journal. ${name === COMPLIANCE ? 'Prompts go without it now.' : `Prompts that say ${referenceTo(name)} take their fallback now.`}`,
		);
	});
}

/** `languages`: shows them, or sets them. */
async function languages(options: TextOptions, output: Output): Promise<void> {
	const given = options.words;
	const wanted = given.length === 1 && given[0] === 'any' ? [] : given;
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		if (given.length > 0) await unlessRefused(ledger.changeProfile({ kind: 'set_languages', key, languages: wanted }));
		const { account } = await ledger.profile.read();
		const known = account.settings.languages;
		output.answer({ account: account.id, languages: known, default: known[0] ?? null }, () => languageText(known));
	});
}

/** Adds `text` and `languages` to `program`. */
export function describeTextCommands(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	const key = ['--key <key>', 'idempotency key: the same key again changes nothing'] as const;
	const text = program.command('text').description('what the account says to every model: compliance, brand voice, business context');
	text
		.command('set')
		.argument('<name>', `${COMPLIANCE} goes with every prompt; others, such as brand_voice, where a prompt refers to them`)
		.description('set a text, or replace it')
		.option('--file <file>', 'file with the text in UTF-8; - reads the standard input')
		.option(...key)
		.action(run(setText));
	text.command('list').description('list the texts, and which prompts they go with').action(run(listTexts));
	text.command('show').argument('<name>', 'its name').description('print a text').action(run(showText));
	text
		.command('remove')
		.argument('<name>', 'its name')
		.description('remove a text; only its hash stays in the journal')
		.option(...key)
		.action(run(removeText));
	program
		.command('languages')
		.argument('[tags...]', 'such as en de pt-BR, the usual one first; any takes the limit away; without them, they are shown')
		.description('the languages that answers may be in')
		.option(...key)
		.action(run(languages));
}

function nameOf({ words }: CommonOptions): string {
	const [name, ...more] = words;
	if (name === undefined || more.length > 0) throw wrongUse('Give the name of one text.', `Such as ${COMPLIANCE} or brand_voice.`);
	return name;
}

function useOf(name: string): string {
	return name === COMPLIANCE ? 'It goes with every prompt now.' : `Refer to it in instructions and prompts with ${referenceTo(name)}.`;
}

function languageText(known: readonly string[]): string {
	const [usual, ...others] = known;
	if (usual === undefined) return 'Answers may be in any language.';
	return `Answers may be in ${known.join(', ')}${others.length > 0 ? `; the usual language is ${usual}` : ''}.`;
}
