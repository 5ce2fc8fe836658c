/**
 * Owns where this machine keeps what is spent while a ledger is away, and opening it: a ledger file of its own for each ledger and
 * account, beside the data of the host. Refuses to make one before it is needed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/values/idempotency';
import { parseCredits, type Micro } from '../core/values/money';
import type { LedgerAccount } from '../engine/account/ledger-account';
import { OutageAccount } from '../engine/outage/outage-account';
import { setAllowance, type OutageLedger } from '../engine/outage/outage-ledger';
import type { SpendingAccount } from '../engine/account/spending-account';
import { placeOf, type Environment } from './ledger-place';
import { accountOf, leaseLedger, openLedgerStore, type LedgerLease, type LedgerSettings } from './runtime';
import { newId } from './system';

/** Enough of a hash to keep the ledgers of one machine apart. */
const NAME_LENGTH = 16;
const OUTAGE_ACCOUNT = 'outage';

interface Place {
	/** The folder in which the host keeps its data. */
	readonly folder: string;
	readonly environment?: Environment;
}

/** An account for spending, and giving back what was opened for it. */
export interface SpendingLease {
	readonly account: SpendingAccount;
	release(): Promise<void>;
}

/**
 * The account of these settings, for spending. Where they allow credits while the ledger is away, it goes on with them; where not, it is
 * the account itself, and this rejects while that is away. `openLedger` opens the real one.
 */
export async function leaseSpending(
	settings: LedgerSettings,
	openLedger: () => Promise<LedgerAccount>,
	{ folder, environment = process.env }: Place,
): Promise<SpendingLease> {
	const allowanceMicro = parseCredits(settings.outageCredits ?? '0', { field: 'Credits While the Ledger Is Away' });
	if (allowanceMicro === 0n) return { account: await openLedger(), release: () => Promise.resolve() };
	const path = outagePath(settings, { folder, environment });
	let lease: Promise<LedgerLease> | null = null;
	const openOutage = async (): Promise<OutageLedger> => {
		lease ??= leaseAllowance(path, { folder, allowanceMicro });
		const { ledger: account, store } = await lease;
		return { account, store };
	};
	const account = new OutageAccount({ accountId: settings.account, openLedger, hasOutage: () => existsSync(path), openOutage });
	const release = async (): Promise<void> => {
		await (await lease?.catch(() => null))?.release();
	};
	return { account, release };
}

async function leaseAllowance(path: string, { folder, allowanceMicro }: { folder: string; allowanceMicro: Micro }): Promise<LedgerLease> {
	const lease = await leaseLedger({ path, account: OUTAGE_ACCOUNT, timeZone: '', accountName: newId() }, folder);
	await setAllowance({ account: lease.ledger, store: lease.store }, allowanceMicro);
	return lease;
}

/** Opens the file of an outage that is there, for one command; the caller closes its store. */
export async function openOutageFile(path: string): Promise<OutageLedger> {
	const store = await openLedgerStore(path, { mayMake: false, older: 'migrate' });
	return { account: accountOf(store, OUTAGE_ACCOUNT), store };
}

/** The file for what is spent while the ledger of these settings is away. */
function outagePath(settings: LedgerSettings, { folder, environment = process.env }: Place): string {
	const id = sha256(`${placeOf(settings, { folder, environment })}\n${settings.account}`).slice(0, NAME_LENGTH);
	return join(folder, 'llm-credits', 'outage', `${id}.db`);
}
