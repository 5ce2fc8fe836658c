/** Checks a ledger that is open: its account, its clock, its prices and the models that have none. Changes nothing. */
import { isCreditError } from '../../core/values/errors';
import { clockAheadOf } from '../../core/rules/draft/ledger-time';
import type { Balance } from '../../core/rules/draft/balance';
import type { Entry } from '../../core/nouns/records';
import { parseInstant, type Instant } from '../../core/values/time';
import type { LedgerAccount } from '../../engine/account/ledger-account';
import { aheadText, spanText } from '../../engine/report/balance-words';
import type { LedgerStore } from '../../ledger/store';
import { isSkipped, isWell, type CheckFinding } from './finding';

/** As many of the newest entries are read for models without a price. */
const NEWEST_ENTRIES = 2_000;
const PAGE = 500;
const DAY_MS = 86_400_000;
/** Providers change their prices several times a year. */
const OLD_AFTER_DAYS = 180;

interface OpenLedger {
	readonly store: LedgerStore;
	readonly ledger: LedgerAccount;
	/** What the clock of this machine says. */
	readonly clockMs: Instant;
}

/** The findings about the account of an open ledger. */
export async function ledgerFindings(open: OpenLedger): Promise<CheckFinding[]> {
	const { ledger } = open;
	try {
		const balance = await ledger.balance();
		return [accountFinding(balance), clockFinding(balance, open), await pricesFinding(balance, open)];
	} catch (error) {
		if (!isCreditError(error) || error.code !== 'account_not_found') throw error;
		const todo = `Name one with --account ("llm-credits account list" lists them), or open it: llm-credits account open --account ${ledger.accountId}`;
		const why = 'There is no account to look at.';
		return [
			{ check: 'account', state: 'wrong', says: `The ledger has no account "${ledger.accountId}".`, todo },
			isSkipped('clock', why),
			isSkipped('prices', why),
		];
	}
}

function accountFinding({ account }: Balance): CheckFinding {
	if (account.frozen) {
		const says = `Account ${account.id} is frozen: nothing can be spent from it.`;
		return { check: 'account', state: 'warning', says, todo: 'When it may go on: llm-credits thaw' };
	}
	if (account.plan === 'trial') {
		const says = `Account ${account.id} is on a trial plan, which cannot spend.`;
		return { check: 'account', state: 'warning', says, todo: 'When it is paid: llm-credits account set --plan paid' };
	}
	return isWell('account', `Account ${account.id} is there, with ${String(account.lastSeq)} entries.`);
}

/** The account's newest entry against the ledger's clock (ledger rule 46), and the machine's clock against the server's. */
function clockFinding(balance: Balance, { store, clockMs }: OpenLedger): CheckFinding {
	const ahead = aheadText(balance);
	if (ahead !== null) return { check: 'clock', state: 'wrong', says: ahead, todo: 'Let the network set the clock of every machine (NTP).' };
	const ledgerMs = store.clockNow?.() ?? clockMs;
	const [fast, slow] = [clockAheadOf({ lastAtMs: clockMs }, ledgerMs), clockAheadOf({ lastAtMs: ledgerMs }, clockMs)];
	const off = fast ?? slow;
	if (off === null) return isWell('clock', 'The clock fits the entries of the ledger.');
	const says = `The clock of this machine is ${spanText(off)} ${fast ? 'ahead of' : 'behind'} that of the server.`;
	return { check: 'clock', state: 'wrong', says, todo: 'Let the network set the clock of this machine (NTP).' };
}

async function pricesFinding({ account }: Balance, { store, ledger, clockMs }: OpenLedger): Promise<CheckFinding> {
	const unpriced = await unpricedModels(store, account);
	if (unpriced.length > 0) {
		const says = `Calls lately had no price: ${unpriced.join(', ')}.`;
		const todo = 'Give the model a price under My Own Prices of the provider, or choose another model.';
		return { check: 'prices', state: 'wrong', says, todo };
	}
	const { version, date } = await ledger.prices.current();
	const days = Math.floor((clockMs - parseInstant(date, { field: 'date of the prices', timeZone: 'UTC' })) / DAY_MS); // ratio: time, for people
	const age = `The prices ${version} are of ${date}`;
	if (days <= OLD_AFTER_DAYS) return isWell('prices', `${age}, and every model that was lately asked has one.`);
	const pinned = account.settings.prices.pinned === null ? '' : 'Let the newest hold: llm-credits prices pin none. ';
	return { check: 'prices', state: 'warning', says: `${age}, ${String(days)} days old.`, todo: `${pinned}Update the package.` };
}

/** Models that newest entries name as refused for want of a price, or as passed at no price; in the order of their names. */
async function unpricedModels(store: LedgerStore, { id, lastSeq }: Balance['account']): Promise<string[]> {
	const found = new Set<string>();
	for (let afterSeq = Math.max(0, lastSeq - NEWEST_ENTRIES); afterSeq < lastSeq;) {
		const entries = await store.entries(id, { afterSeq, limit: PAGE });
		const last = entries.at(-1);
		if (!last) break;
		for (const entry of entries) if (isUnpriced(entry)) found.add(entry.labels?.model ?? 'a model without a name');
		afterSeq = last.seq;
	}
	return [...found].sort((a, b) => a.localeCompare(b, 'en'));
}

function isUnpriced({ body }: Entry): boolean {
	if (body.kind === 'refused') return body.reason === 'unpriced_model';
	return body.kind === 'reserved' && (body.steppedDown === 'unpriced_model' || body.shadow === 'unpriced_model');
}
