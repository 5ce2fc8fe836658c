/** Owns what is handed to an account's operations, and the ledger's command that a reservation makes. Amounts are micro-credits. */
import type { Alternative, Cap, Expiry, ReserveCommand } from '../../core/nouns/commands';
import type { GrantCategory, Plan, UnconfirmedPolicy } from '../../core/nouns/words';
import type { Labels } from '../../core/nouns/labels';
import type { Micro } from '../../core/values/money';
import { DEFAULT_HOLD_TIMEOUT_MS } from '../../core/rules/commands/reserve';
import type { GroupCommit } from '../../ledger/group-commit';
import type { LedgerStore } from '../../ledger/store';
import type { AccountPrices } from './account-prices';
import type { ProfileReader } from './account-profile';
import type { KeyProver } from './admin-key';
import type { AnswerCache } from './answer-cache';
import type { CheckTally } from './check-tally';
import type { Wait } from '../waiting/reserve-waiting';
import type { Timing } from '../waiting/timing';
import type { WakeUps } from '../waiting/wake-ups';

export interface ReserveInput<A extends Alternative = Alternative> extends Wait {
	readonly key: string;
	readonly fingerprint: string;
	/** The ways to serve the request, the preferred first. Asked again for each try, because waiting teaches what calls really cost. */
	readonly alternatives: () => readonly A[];
	/** Without the model, which each call brings along. */
	readonly labels: Labels;
	readonly person: string | null;
	/** For budgets and caps per execution; a send is the item's own key. */
	readonly executionId: string | null;
	readonly sendId: string | null;
	readonly caps: readonly Cap[];
	readonly holdTimeoutMs?: number;
}

export interface GrantInput {
	readonly credits: Micro;
	readonly category: GrantCategory;
	readonly expiry: Expiry | null;
	readonly priority?: number;
	readonly effectiveAtMs?: number | null;
	readonly note?: string | null;
	readonly key: string;
}

export interface RefundInput {
	readonly holdSeq: number;
	/** `null`: all that was not refunded yet. */
	readonly amountMicro: Micro | null;
	/** Give what its grant's end would forfeit back as a new grant. */
	readonly renews?: boolean;
	readonly key: string;
}

export interface AdminKeyChange {
	/** `null` removes it. */
	readonly newKey: string | null;
	/** Random hexadecimal. */
	readonly salt: string;
	readonly key: string;
}

/** What a new account is. */
export interface AccountTerms {
	/** Its id where none is given. */
	readonly name?: string;
	readonly timeZone: string;
	readonly plan?: Plan;
	/** What becomes of a call whose billing nobody knows; charged what it was expected to cost where nothing is said (ledger rule 37). */
	readonly unconfirmedPolicy?: UnconfirmedPolicy;
}

/** Which budget or floor is to be removed. */
export interface LimitRemoval {
	readonly limit: 'budget' | 'floor';
	readonly name: string;
	readonly key: string;
}

export interface AccountChange extends Partial<AccountTerms> {
	readonly key: string;
}

/** The command of one try at a reservation, with the alternatives by then. */
export function reserveCommand(
	input: Omit<ReserveInput, 'alternatives' | 'waitMs'>,
	asked: { alternatives: readonly Alternative[]; mayWait: boolean },
): ReserveCommand {
	const { key, fingerprint, labels, person, sendId, executionId, caps } = input;
	const timeoutMs = input.holdTimeoutMs ?? DEFAULT_HOLD_TIMEOUT_MS;
	const alternatives = asked.alternatives.map(({ rung, calls }) => ({ rung, calls }));
	return { kind: 'reserve', key, fingerprint, timeoutMs, labels, person, sendId, executionId, caps, ...asked, alternatives };
}

/** What an account of an open ledger is made of. */
export interface LedgerAccountOptions {
	readonly accountId: string;
	readonly store: LedgerStore;
	readonly commits: GroupCommit;
	readonly timing: Timing;
	/** Shared by all who use the account in this process. */
	readonly wakeUps?: WakeUps;
	readonly prover?: KeyProver;
	readonly profile?: ProfileReader;
	readonly prices?: AccountPrices;
	readonly answers?: AnswerCache;
	readonly checks?: CheckTally;
	/** Empty: only what needs no admin key, or an account that has none. */
	readonly adminKey?: string;
	/** Who gives commands, for the entries of administrators: the host and its flow, or the user of the command line. */
	readonly actor?: string;
}

/** Time as it passes, with the clock of the ledger where that is known (ledger rule 46). */
export function timingOf({ store, timing }: Pick<LedgerAccountOptions, 'store' | 'timing'>): Timing {
	return { ...timing, clock: () => store.clockNow?.() ?? timing.clock() };
}
