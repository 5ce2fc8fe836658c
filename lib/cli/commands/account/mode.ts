/** Owns the command that says whether limits are enforced, or only what would have been refused is recorded. */
import type { Command } from 'commander';
import type { Enforcement } from '../../../core/nouns/words';
import { modeDocument } from '../../../engine/administration/operations';
import { shownText } from '../../../core/values/shown-text';
import { unlessRefused } from '../../console/failure';
import { credits } from '../../console/format';
import { keyOf, oneOf } from '../../console/options';
import type { Output } from '../../console/output';
import { readLedger, type CommonOptions } from '../../console/session';

type Work<O> = (options: O, output: Output) => Promise<void>;

const MODES: readonly Enforcement[] = ['enforce', 'shadow'];

/** `mode`: shows the mode, or changes it. */
async function mode(options: CommonOptions & { readonly key?: string }, output: Output): Promise<void> {
	const [given] = options.words;
	const enforcement = given === undefined ? null : oneOf(MODES, { option: 'The mode', given });
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		const changed = enforcement && (await unlessRefused(ledger.setEnforcement({ enforcement, key })));
		const { account, overdraftMicro } = await ledger.balance();
		const document = modeDocument({ account, overdraftMicro, isReplayed: changed?.isReplayed ?? false });
		output.answer(document, () => {
			const lines = [`Account ${shownText(account.id)} is in mode ${account.settings.enforcement}.`, MEANING[account.settings.enforcement]];
			if (changed?.isReplayed) lines.unshift('This was already done under the same key; nothing was changed now.');
			if (overdraftMicro > 0n) lines.push(overdraftText(account.settings.enforcement, overdraftMicro));
			return lines.join('\n');
		});
	});
}

/** Adds `mode` to `program`. */
export function describeModeCommand(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('mode')
		.argument('[mode]', 'enforce or shadow; without it, the mode is shown')
		.description('enforce limits, or in shadow only record what would have been refused and let every call through')
		.option('--key <key>', 'idempotency key: the same key again changes nothing')
		.action(run(mode));
}

const MEANING: Readonly<Record<Enforcement, string>> = {
	enforce: 'Calls that do not fit the balance, a budget or a floor are refused, and take their fallback.',
	shadow: [
		'Nothing is refused, not by a budget, a floor or an empty balance. Every call is made, metered and paid for at its provider;',
		'what no credits cover becomes overdraft. What would have been refused is recorded: see "llm-credits holds".',
	].join('\n'),
};

function overdraftText(enforcement: Enforcement, overdraftMicro: bigint): string {
	const owed = `The overdraft is ${credits(overdraftMicro)} credits.`;
	return enforcement === 'shadow'
		? `${owed} When limits are enforced again, the next credits repay it before anything can be spent.`
		: `${owed} Calls are refused as overdrawn until credits have repaid it.`;
}
