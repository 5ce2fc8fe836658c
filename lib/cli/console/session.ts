/**
 * Owns which ledger and account a command works on, and its opening and closing. Refuses to make a ledger, a file or a schema, for a
 * command that only reads, and to guess one that was not named.
 */
import { tellMark } from '../../core/rules/move';
import type { LedgerAccount } from '../../engine/account/ledger-account';
import {
	accountOf,
	isServerAddress,
	machineTimeZone,
	nameOfPlace,
	openLedgerIfThere,
	openLedgerStore,
	type OpenOptions,
} from '../../runtime/runtime';
import { userOfProcess } from '../../runtime/system';
import { withoutSecrets, wrongUse } from './failure';
import { keyInFile, keysInFile, linesOf } from './key-file';
import { Output } from './output';

/** What every command takes. */
export interface CommonOptions {
	readonly ledger?: string;
	readonly account: string;
	readonly json?: boolean;
	readonly adminKeyFile?: string;
	/** What was typed behind the command without an option's name. */
	readonly words: readonly string[];
	/** The usual ledger of the hosts, for a command that names none; says once which it is. Throws a `CliFailure` where there is not just one. */
	readonly usualLedger?: () => string;
}

/** As long as the hosts allow. */
const MAX_ACCOUNT_LENGTH = 100;

type Store = Awaited<ReturnType<typeof openLedgerStore>>;

/** An open ledger during one command. */
export interface Session {
	readonly store: Store;
	readonly ledger: LedgerAccount;
}

const NAME_ONE = 'Give --ledger <file>, or set LLM_CREDITS_LEDGER to the path of the file.';

/** The absolute path, or the PostgreSQL address, of the ledger named by the options, else the usual one of the hosts. Throws a `CliFailure`. */
export function ledgerPathOf({ ledger, account, usualLedger }: CommonOptions): string {
	checkAccount(account);
	const isNamed = (ledger?.trim() ?? '') !== '';
	return !isNamed && usualLedger ? usualLedger() : placeOf(ledger, '--ledger', NAME_ONE);
}

/** As {@link ledgerPathOf}, for a command that replaces a whole ledger: only one that was named. Throws a `CliFailure`. */
export function namedLedgerOf(options: CommonOptions): string {
	return ledgerPathOf({ ledger: options.ledger ?? '', account: options.account, words: options.words });
}

/** The absolute path, or the PostgreSQL address, that an option names; `mend` is for one that names nothing. Throws a `CliFailure`. */
export function placeOf(text: string | undefined, option: string, mend: string): string {
	const given = text?.trim() ?? '';
	if (given === '') throw wrongUse('No ledger is named.', mend);
	if (isServerAddress(given)) return given;
	if (/^(?!file:)[a-z][a-z0-9+.-]+:\/\//i.test(given)) {
		throw wrongUse(
			`The ledger is ${withoutSecrets(given)}, which is an address.`,
			`Give ${option} the path of a file, or a postgres:// address.`,
		);
	}
	return nameOfPlace(given);
}

function checkAccount(account: string): void {
	if (account.trim() === '' || account.length > MAX_ACCOUNT_LENGTH || account !== account.trim()) {
		throw wrongUse(
			`The account is ${JSON.stringify(account.slice(0, MAX_ACCOUNT_LENGTH))}.`,
			`Give --account a name of 1 to ${String(MAX_ACCOUNT_LENGTH)} characters, without spaces around it.`,
		);
	}
}

/** Runs `work` on a ledger that is there already; one that is not there ends the command with exit code 3. */
export async function readLedger<T>(options: CommonOptions, work: (session: Session) => Promise<T>): Promise<T> {
	return withStore(ledgerPathOf(options), { ...options, mayMake: false }, work);
}

/** As {@link readLedger}, for commands that only look: a file of an older schema is read through a copy, and stays as it is. */
export async function viewLedger<T>(options: CommonOptions, work: (session: Session) => Promise<T>): Promise<T> {
	return withStore(ledgerPathOf(options), { ...options, mayMake: false, older: 'copy' }, work);
}

/** Whether the ledger and the account are there. Makes nothing. */
export async function hasAccount(options: CommonOptions): Promise<boolean> {
	const store = await openLedgerIfThere(ledgerPathOf(options));
	try {
		return store !== null && (await store.profile(options.account)) !== null;
	} finally {
		await store?.close();
	}
}

/** Runs `work` on a ledger and account that are made when they are missing. */
export async function writeLedger<T>(
	options: CommonOptions,
	work: (session: Session & { readonly isNew: boolean }) => Promise<T>,
): Promise<T> {
	return withLedger(ledgerPathOf(options), options, async (session) => {
		const opened = await session.ledger.open({ timeZone: machineTimeZone() });
		return work({ ...session, isNew: !opened.isReplayed });
	});
}

/** Runs `work` on a ledger that, but no account in it, is made when it is missing. */
export async function withLedger<T>(path: string, options: CommonOptions, work: (session: Session) => Promise<T>): Promise<T> {
	return withStore(path, { ...options, mayMake: true }, work);
}

async function withStore<T>(
	path: string,
	{ mayMake, older, ...options }: CommonOptions & OpenOptions & { readonly mayMake: boolean },
	work: (session: Session) => Promise<T>,
): Promise<T> {
	const adminKey = adminKeyOf(options);
	const store = await openLedgerStore(path, { mayMake, ...(older ? { older } : {}) });
	try {
		const result = await work({
			store,
			ledger: accountOf(store, options.account).asAdministrator(adminKey, { actor: `command line, ${userOfProcess()}` }),
		});
		const told = tellMark((await store.transfer?.mark()) ?? null, store.location);
		if (told !== null) new Output(options.json === true).remark(told);
		return result;
	} finally {
		await store.close();
	}
}

/** The admin key of the options or the environment; a key on the command line itself would be seen by everybody on the machine. */
function adminKeyOf({ adminKeyFile }: CommonOptions): string {
	return adminKeyFile === undefined ? (process.env['LLM_CREDITS_ADMIN_KEY']?.trim() ?? '') : keyInFile(adminKeyFile, '--admin-key-file');
}

/** The admin keys of all accounts: one in each line of the file, or of the environment's value. */
export function adminKeysOf({ adminKeyFile }: CommonOptions): string[] {
	return adminKeyFile === undefined ? linesOf(process.env['LLM_CREDITS_ADMIN_KEY'] ?? '') : keysInFile(adminKeyFile, '--admin-key-file');
}
