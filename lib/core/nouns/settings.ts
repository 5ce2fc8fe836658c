/**
 * The settings of an account, declared once as a schema with a default for each: types, the settings of a new account, and what is read
 * from rows and from the journal follow. A setting that is added later has its default wherever it was not stored.
 */
import { z } from 'zod';
import { ACCOUNT_TEXT, CACHE_LIMITS } from './profile';
import { ADMIN_KEY } from './admin-key';
import { ALERT_SETTINGS } from './alert';
import { LABEL_NAMES } from './labels';
import { BUDGET_PERIODS, ENFORCEMENTS } from './words';
import { PRICE_SETTINGS } from '../prices/price-settings';
import { storedMicro } from '../values/stored';

const FLOOR_LABEL = z.enum([...LABEL_NAMES, 'person']);
/** What a budget counts by: one of the labels, the person, or the whole account. */
const BUDGET_SCOPE = z.enum([...LABEL_NAMES, 'person', 'account']);

/** A budget as an entry sets it: without the number of the entry. */
export const BUDGET_TERMS = z.object({
	/** Unique among the account's budgets. */
	name: z.string(),
	scope: BUDGET_SCOPE,
	/** The one value it is for; `null`: each value has the limit for itself. Always `null` for the account. */
	value: z.string().nullable(),
	period: z.enum(BUDGET_PERIODS),
	limitMicro: storedMicro,
});

/** A floor as an entry sets it: without the number of the entry. */
export const FLOOR_TERMS = z.object({
	name: z.string(),
	label: FLOOR_LABEL,
	/** Calls with one of these values may go below the floor. */
	exempt: z.array(z.string()).readonly(),
	floorMicro: storedMicro,
});

/** Number of the entry that made it; changing only the limit of a budget keeps it and what it has counted. */
const SEQ = { seq: z.int() };
const BUDGET = BUDGET_TERMS.extend(SEQ);
const FLOOR = FLOOR_TERMS.extend(SEQ);

/** The limits of an account and what it says to every model; a bounded list each. */
export const ACCOUNT_SETTINGS = z.object({
	enforcement: z.enum(ENFORCEMENTS).default('enforce'),
	budgets: z.array(BUDGET).readonly().default([]),
	floors: z.array(FLOOR).readonly().default([]),
	/** `null`: whoever may write the ledger may administer the account. */
	adminKey: ADMIN_KEY.nullable().default(null),
	alerts: ALERT_SETTINGS.prefault({}),
	texts: z.array(ACCOUNT_TEXT).readonly().default([]),
	/** BCP 47 tags of the languages that answers may be in, the usual one first; empty for any. */
	languages: z.array(z.string()).readonly().default([]),
	cacheLimits: CACHE_LIMITS.prefault({}),
	prices: PRICE_SETTINGS.prefault({}),
});

export type AccountSettings = Readonly<z.output<typeof ACCOUNT_SETTINGS>>;
export type BudgetScope = z.output<typeof BUDGET_SCOPE>;
/** A limit on the credits that calls of a scope may take in a period (ledger rule 21). */
export type Budget = Readonly<z.output<typeof BUDGET>>;
/** Credits kept back for some values of a label: calls of other values may not take what is available below it (ledger rule 22). */
export type Floor = Readonly<z.output<typeof FLOOR>>;

/** The settings of a new account. */
export const NO_SETTINGS: AccountSettings = ACCOUNT_SETTINGS.parse({});
