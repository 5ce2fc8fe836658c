/**
 * Owns where this machine keeps what is spent while a ledger is away, and opening it: a ledger file of its own for each ledger and
 * account, beside the data of the host. Refuses to make one before it is needed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/values/idempotency';
import { parseCredits, type Micro } from '../core/values/money';
import { CurrentAccount } from '../engine/account/current-account';
import type { LedgerAccount } from '../engine/account/ledger-account';
import { OutageAccount } from '../engine/outage/outage-account';
import { setAllowance, type OutageLedger } from '../engine/outage/outage-ledger';
import type { Owed } from '../engine/account/owed-costs';
import type { Reopening, SpendingLease } from '../engine/account/spending-account';
import { ledgerName, placeOf, type Environment } from './ledger-place';
import { owedCosts } from './owed';
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

/**
 * The account of these settings, for spending. Where they allow credits while the ledger is away, it goes on with them; where not, this
 * rejects while that is away. `openLedger` opens the real one, or gives what is open of it now.
 */
export async function leaseSpending(
	settings: LedgerSettings,
	openLedger: () => Promise<LedgerAccount>,
	{ folder, environment = process.env }: Place,
): Promise<SpendingLease> {
	const allowanceMicro = parseCredits(settings.outageCredits ?? '0', { field: 'Credits While the Ledger Is Away' });
	const reopening = reopeningOf(settings, { folder, environment });
	if (allowanceMicro === 0n) {
		const account = new CurrentAccount({ ledger: await openLedger(), open: openLedger, reopening });
		return { account, release: () => Promise.resolve() };
	}
	const path = outagePath(settings, { folder, environment });
	let lease: Promise<LedgerLease> | null = null;
	const openOutage = async (): Promise<OutageLedger> => {
		lease ??= leaseAllowance(path, { folder, allowanceMicro }).catch((error: unknown) => {
			// Its disk may have room the next time.
			lease = null;
			throw error;
		});
		const { ledger: account, store } = await lease;
		return { account, store };
	};
	const account = new OutageAccount({
		accountId: settings.account,
		openLedger,
		hasOutage: () => existsSync(path),
		openOutage,
		reopening,
		onNoted: () => void owedCosts().keep(OUTAGE, { to: reopening, why: '' }),
	});
	const release = async (): Promise<void> => {
		await (await lease?.catch(() => null))?.release();
	};
	return { account, release };
}

/** What an outage left is charged as soon as the ledger is back, also when no call comes any more. */
const OUTAGE: Owed = {
	name: 'outage',
	amountMicro: 0n,
	isOnDisk: true,
	record: async (account) => {
		await account.bringHome?.();
		return true;
	},
};

function reopeningOf(settings: LedgerSettings, { folder, environment }: Required<Place>): Reopening {
	const open = async (): Promise<SpendingLease> => {
		let ledger: Promise<LedgerLease> | null = null;
		const openLedger = async (): Promise<LedgerAccount> => {
			ledger ??= leaseLedger(settings, folder, environment);
			return (await ledger).current();
		};
		const spending = await leaseSpending(settings, openLedger, { folder, environment });
		return {
			account: spending.account,
			release: async () => {
				await spending.release();
				await (await ledger?.catch(() => null))?.release();
			},
		};
	};
	return { name: ledgerName(placeOf(settings, { folder, environment }), settings), open };
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
