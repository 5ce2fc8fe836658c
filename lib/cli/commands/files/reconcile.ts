/** Owns the command that charges what a machine spent while the ledger was away, for a machine that does not come back by itself. */
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { formatCredits } from '../../../core/values/money';
import { reconcile } from '../../../engine/outage/outage-ledger';
import { openOutageFile } from '../../../runtime/outage';
import { nameOfPlace } from '../../../runtime/runtime';
import { wrongUse } from '../../console/failure';
import { counted, credits } from '../../console/format';
import { required } from '../../console/options';
import type { Output } from '../../console/output';
import { readLedger, type CommonOptions } from '../../console/session';

interface ReconcileOptions extends CommonOptions {
	readonly from?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

/** `reconcile`: charges each call of the outage once, however often it is run. */
async function reconcileOutage(options: ReconcileOptions, output: Output): Promise<void> {
	const path = nameOfPlace(required(options.from, '--from <file>'));
	if (!existsSync(path))
		throw wrongUse(`There is no file ${path}.`, 'Give --from a file of the folder llm-credits/outage, where the host keeps its data.');
	await readLedger(options, async ({ ledger }) => {
		const outage = await openOutageFile(path);
		try {
			const { calls, unconfirmed, chargedMicro, frozen } = await reconcile(outage, ledger);
			const document = {
				account: options.account,
				calls,
				unconfirmed,
				charged: formatCredits(chargedMicro),
				...(frozen > 0 ? { frozen } : {}),
			};
			output.answer(document, () =>
				calls + unconfirmed + frozen === 0
					? 'Everything of this file is charged already.'
					: [
							`${counted(calls, 'call', 'calls')} of the outage charged: ${credits(chargedMicro)} credits.`,
							...(unconfirmed === 0
								? []
								: [`${counted(unconfirmed, 'call is', 'calls are')} noted as unconfirmed: nobody was told the cost.`]),
							...(frozen === 0
								? []
								: [`${counted(frozen, 'call has', 'calls have')} to wait, because the account is frozen: thaw it, and run this again.`]),
						].join('\n'),
			);
		} finally {
			await outage.store.close();
		}
	});
}

/** Adds `reconcile` to `program`. */
export function describeReconcileCommand(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('reconcile')
		.description('charge what a machine spent while the ledger was away; hosts do this by themselves when the ledger is back')
		.option('--from <file>', 'file of the outage, in llm-credits/outage where the host keeps its data')
		.action(run(reconcileOutage));
}
