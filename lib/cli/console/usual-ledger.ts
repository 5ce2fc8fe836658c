/** Chooses the ledger of a command that names none: the usual one of the hosts of this machine, where there is just one, and says so. */
import { findUsualLedgers, type UsualLedger } from '../../runtime/usual-ledgers';
import { CliFailure, EXIT, wrongUse } from './failure';
import type { Output } from './output';

/** The code of the failure where no usual ledger is there. */
export const NO_USUAL_LEDGER = 'no_ledger_found';

/** Finds it on the first call, and remarks once which it is. The function throws a `CliFailure` where there is none, or several. */
export function usualLedgerFor(output: Output): () => string {
	let path: string | null = null;
	return () => {
		if (path !== null) return path;
		const only = onlyUsualLedger();
		output.remark(`Ledger: ${only.path}, the usual one of ${only.host} on this machine. Name another with --ledger.`);
		return (path = only.path);
	};
}

/** The one usual ledger of this machine. Throws a `CliFailure` where there is none, or several. */
function onlyUsualLedger(): UsualLedger {
	const { found, hidden, looked } = findUsualLedgers();
	const [only, ...others] = found;
	if (only && others.length === 0) return only;
	if (only) {
		const choices = found.map(({ host, path }) => `--ledger ${quoted(path)} (${host})`);
		throw wrongUse(`No ledger is named, and ${String(found.length)} were found.`, `Type one of: ${choices.join(' or ')}.`);
	}
	const [first] = hidden;
	if (first) {
		throw wrongUse(
			`No ledger is named, and this user may not look at ${first.path}.`,
			`Run the command as the user of ${first.host}, or give --ledger <file>.`,
		);
	}
	throw new CliFailure(EXIT.usage, {
		code: NO_USUAL_LEDGER,
		message: 'No ledger is named, and none was found in the usual places.',
		mend: `Give --ledger <file>, or set LLM_CREDITS_LEDGER to the path of the file. Looked at: ${looked.map(({ path }) => path).join(', ')}.`,
	});
}

/** The path as it can be typed into a shell. */
function quoted(path: string): string {
	return /^[\w@%+=:,./\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
