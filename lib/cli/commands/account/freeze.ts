/** The commands that stop all spending from an account at once, and let it go on. */
import type { Command } from 'commander';
import { accountDocument } from '../../console/format';
import { unlessRefused } from '../../console/failure';
import { keyOf } from '../../console/options';
import type { Output } from '../../console/output';
import { readLedger, type CommonOptions } from '../../console/session';

interface FreezeOptions extends CommonOptions {
	readonly reason?: string;
	readonly key?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

/** `freeze`: nothing is spent from the account until it is thawed. Needs no admin key. */
async function freeze(options: FreezeOptions, output: Output): Promise<void> {
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		const { account, isReplayed } = await unlessRefused(ledger.setFrozen({ reason: options.reason ?? '', key }));
		output.answer({ account: accountDocument(account), replayed: isReplayed }, () =>
			[
				account.frozen === null
					? `This was already done under the same key, and account ${account.id} was thawed since; nothing was changed now.`
					: isReplayed
						? `Account ${account.id} was frozen already; nothing was changed now.`
						: `Account ${account.id} is frozen. Items take their fallback with the reason account_frozen.`,
				'Calls under way are still charged, and credits can be added. "llm-credits thaw" lets it be spent from again.',
			].join('\n'),
		);
	});
}

/** `thaw`: the account is spent from again. Needs the admin key where there is one. */
async function thaw(options: FreezeOptions, output: Output): Promise<void> {
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		const { account, isReplayed } = await unlessRefused(ledger.setFrozen({ reason: null, key }));
		output.answer({ account: accountDocument(account), replayed: isReplayed }, () => {
			if (account.frozen !== null)
				return `This was already done under the same key, and account ${account.id} was frozen since; nothing was changed now.`;
			return isReplayed
				? `Account ${account.id} is not frozen; nothing was changed.`
				: `Account ${account.id} is thawed, and may be spent from.`;
		});
	});
}

/** Adds `freeze` and `thaw` to `program`. */
export function describeFreezeCommands(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	const key = ['--key <key>', 'idempotency key: the same key again changes nothing'] as const;
	program
		.command('freeze')
		.description('stop all spending from the account at once; needs no admin key')
		.option('--reason <text>', 'why, for people; at most 200 characters')
		.option(...key)
		.action(run(freeze));
	program
		.command('thaw')
		.description('let a frozen account be spent from again')
		.option(...key)
		.action(run(thaw));
}
