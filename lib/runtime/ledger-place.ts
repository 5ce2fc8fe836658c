/**
 * Owns where a ledger lies: what its settings say, else what the environment of the process says, else the usual place of the host.
 * Refuses an address with a password where it would be exported, and a path that would mean another file in each process.
 */
import { join } from 'node:path';
import { CreditError, isCreditError } from '../core/values/errors';
import { filesOfAddress, isPostgresAddress, readAddress } from '../ledger/postgres/connection/address';
import { secretInPlace } from '../params/plain-secret';
import { isWholeLedgerPath, ledgerPathOf, withoutLinks } from '../ledger/sqlite/file/ledger-path';

/** Names the ledger of a process whose settings name none: a file, or a `postgres://` address, which may have a password. */
const LEDGER_VARIABLE = 'LLM_CREDITS_LEDGER';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the settings of a ledger say about its place; empty texts say nothing. */
export interface PlaceSettings {
	readonly path: string;
	readonly postgresUrl?: string;
}

/** What is taken where the settings say nothing. */
export interface UsualPlace {
	/** The folder in which the host keeps its data. */
	readonly folder: string;
	readonly environment: Environment;
}

/** True for a text that means the same file in whatever folder a process was started. */
export function isWholePath(text: string): boolean {
	return isWholeLedgerPath(text);
}

/** The usual ledger file inside a host's data folder. */
export function defaultLedgerPath(folder: string): string {
	return join(folder, 'llm-credits', 'ledger.db');
}

/** The address of the server, or the path of the file, under which a process knows its ledger. Throws `invalid_path`, without any password. */
export function placeOf({ path, postgresUrl = '' }: PlaceSettings, usual: UsualPlace): string {
	const address = postgresUrl.trim();
	if (address !== '') return checked(address);
	const text = path.trim();
	if (text === '') return usualPlace(usual);
	if (!isPostgresAddress(text) && secretInPlace(text) === null) return ledgerPath(text);
	if (secretInPlace(text) === null) return checked(text);
	throw new CreditError(
		'invalid_path',
		'The ledger file is an address with a password, which would be exported with the flow. Write the whole address under PostgreSQL URL, where it is kept secret.',
	);
}

/** Files of this machine that are read when the ledger at a place is opened, beside its own; `null`: it is not plain which. */
export function filesOfPlace(place: string): readonly (string | null)[] {
	return isPostgresAddress(place) ? filesOfAddress(place) : [];
}

/** One account of the ledger at a place, for people: without a password. */
export function ledgerName(place: string, { account }: { readonly account: string }): string {
	return `${isPostgresAddress(place) ? readAddress(place).location : place} (account ${account})`;
}

/** Whoever sets the environment owns the process, so neither a password nor a path of their choice is refused here. */
function usualPlace({ folder, environment }: UsualPlace): string {
	const text = environment[LEDGER_VARIABLE]?.trim() ?? '';
	if (text === '') return ledgerPath(defaultLedgerPath(folder));
	if (isPostgresAddress(text)) return checkedVariable(text);
	if (isWholePath(text)) return ledgerPath(text);
	throw new CreditError(
		'invalid_path',
		`${LEDGER_VARIABLE} is neither a postgres:// address nor a whole path from the root of the disk. Hosts are started in different folders, so anything else would be another ledger in each.`,
	);
}

function checked(address: string): string {
	readAddress(address);
	return address;
}

/** Says where the address came from: whoever reads the message looks at the settings first, which are empty. */
function checkedVariable(address: string): string {
	try {
		return checked(address);
	} catch (error) {
		if (!isCreditError(error)) throw error;
		throw new CreditError(error.code, `${LEDGER_VARIABLE} in the environment: ${error.message}`, { cause: error });
	}
}

/** The path with links resolved, so that one file has one name in this process, and what a host has checked is what is opened. */
function ledgerPath(path: string): string {
	return withoutLinks(ledgerPathOf(path));
}
