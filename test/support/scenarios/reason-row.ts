/**
 * Owns what a row of the matrix of reasons is, and what its rows start from and share. Refuses to know a host.
 */
import type { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import type { Reason } from '../../../lib/params/fallback-switch';
import type { Behaviour, Chooser } from '../provider/fake-openai';

/** One credit for the usual answer of the fake provider. */
export const REASON_MODEL = 'gpt-4o-mini';

/** What a host gives to the flow for one person; under `payload` in both hosts, so that settings name fields alike. */
export interface AskingPerson {
	/** The prompt. */
	readonly ask: unknown;
	readonly plan?: string;
}

export interface ReasonScenario {
	/** The reason that it shows; the last item carries it. */
	readonly reason: Reason;
	readonly when: string;
	/** The only host that can bring it about; both when it names none. */
	readonly host?: 'n8n';
	/** Credits granted before; 10 unless it says so. */
	readonly credits?: string;
	/** What else is done to the account before. */
	readonly prepare?: (account: LedgerAccount) => Promise<unknown>;
	/** The ledger cannot be used while the flow runs. */
	readonly isLedgerAway?: true;
	/** The flow is stopped while its calls are under way. */
	readonly isStopped?: true;
	readonly people: readonly AskingPerson[];
	readonly settings?: Readonly<Record<string, unknown>>;
	readonly choose?: Chooser;
	/** What the items carry, in their order: source, reason, credits. */
	readonly got: readonly string[];
	/** Every entry that was written since the account was prepared. */
	readonly journal: readonly string[];
	/** Requests that reached the provider. */
	readonly requests: number;
}

/** The settings that a scenario starts from, as lib/params names them. Each call sets one credit aside, and costs one. */
export const REASON_SETTINGS = {
	outputs: 'single',
	maxOutputTokens: 100,
	reservation: 'fixed',
	reservationCredits: '1',
	concurrency: 1,
	keepResultsHours: 0,
	timeoutSeconds: 20,
	maxAttempts: 1,
	waitForCreditsSeconds: 0,
	waitForProviderSeconds: 0,
} as const;

export const ADA = { ask: 'Write to Ada' };
export const BOB = { ask: 'Write to Bob' };
export const PRICED = `price of ${REASON_MODEL}`;
export const RESERVED = `h1 reserved 1 ${REASON_MODEL}`;
/** A call that was answered and cost what was set aside. */
export const PAID = [PRICED, RESERVED, 'h1 settled 1'];
/** A call that the provider did not bill. */
export const GIVEN_BACK = [PRICED, RESERVED, 'h1 released, back 1'];
/** A call of which nobody knows whether it was billed: what it was expected to cost is charged, and it is reported. */
export const UNCONFIRMED = [PRICED, RESERVED, 'h1 unconfirmed, charged 1'];

export const always =
	(behaviour: Behaviour): Chooser =>
	() =>
		behaviour;
export const status = (code: number, error: Readonly<Record<string, string>> = {}): Chooser =>
	always({ kind: 'status', code, body: { error: { message: `Status ${String(code)}`, ...error } } });
export const says = (behaviour: Omit<Extract<Behaviour, { kind: 'answer' }>, 'kind'>): Chooser => always({ kind: 'answer', ...behaviour });
