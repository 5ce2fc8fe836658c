/**
 * Owns changing the settings of an account: budgets, floors, whether they are enforced, when it warns, what it says to every model,
 * and its prices. Each change is an entry of the journal.
 */
import { checkCacheLimits, checkKnownText, describeText, readLanguages } from './account-texts';
import type { Draft, EntryContext } from '../draft/draft';
import type { AdminKey } from '../../nouns/admin-key';
import { CreditError } from '../../values/errors';
import { sha256 } from '../../values/idempotency';
import { checkBudget, checkFloor, continuedBudget } from '../draft/limits';
import type { PlainCommand, Outcome } from '../../nouns/commands';
import type { Budget } from '../../nouns/settings';
import { checkList, checkPin, type PriceCommand } from '../../prices/price-settings';
import type { ProfileCommand } from '../../nouns/profile';
import { listKeyHash } from '../../prices/recorded-price';
import { countedBefore, spanOf } from '../draft/spent-before';
import { checkAlerts } from '../draft/watch';

type SettingsCommand =
	| Extract<PlainCommand, { kind: 'set_budget' | 'set_floor' | 'remove_limit' | 'set_enforcement' | 'set_admin_key' | 'set_alerts' }>
	| ProfileCommand
	| PriceCommand;

/** Sets or removes a limit or a text, or switches a mode. Throws `invalid_argument` for what cannot work or is not there. */
export function changeSettings(draft: Draft, command: SettingsCommand, context: EntryContext): Outcome {
	const { settings } = draft.account;
	switch (command.kind) {
		case 'set_budget':
			return setBudget(draft, command.budget, context);
		case 'set_floor':
			checkFloor(settings, command.floor);
			draft.append({ kind: 'floor_set', floor: command.floor }, context);
			if (command.floor.label === 'person') for (const value of command.floor.exempt) draft.people.note(value);
			break;
		case 'remove_limit': {
			const limits: readonly { readonly name: string }[] = command.limit === 'budget' ? settings.budgets : settings.floors;
			if (!limits.some(({ name }) => name === command.name)) {
				throw new CreditError(
					'invalid_argument',
					`There is no ${command.limit} ${JSON.stringify(command.name)} in account "${draft.accountId}". List them with: llm-credits budget list`,
				);
			}
			draft.append({ kind: 'limit_removed', limit: command.limit, name: command.name }, context);
			break;
		}
		case 'set_enforcement':
			draft.append({ kind: 'enforcement_set', enforcement: command.enforcement }, context);
			break;
		case 'set_admin_key':
			draft.append({ kind: 'admin_key_set', adminKey: adminKeyAfter(draft, command.adminKey) }, context);
			break;
		case 'set_alerts':
			checkAlerts(command.alerts);
			draft.append({ kind: 'alerts_set', alerts: command.alerts }, context);
			break;
		case 'set_text':
		case 'remove_text':
		case 'set_languages':
		case 'set_cache_limits':
			changeProfile(draft, command, context);
			break;
		case 'add_price_list':
			return addPriceList(draft, command, context);
		case 'pin_prices':
			checkPin(settings.prices, command.version);
			draft.append({ kind: 'prices_pinned', version: command.version }, context);
			break;
		default:
			return command satisfies never;
	}
	return { kind: 'account', account: draft.account, isReplayed: false };
}

/** A budget that begins afresh counts what was spent in its period before it was set, where the totals of days tell it (ledger rule 38). */
function setBudget(draft: Draft, budget: Omit<Budget, 'seq'>, context: EntryContext): Outcome {
	const { settings, timeZone } = draft.account;
	checkBudget(settings, budget);
	const replaces = continuedBudget(settings, budget, draft.people);
	const at = { atMs: draft.nowMs, timeZone };
	const span = replaces === null ? spanOf(budget, at) : null;
	const counted = span && countedBefore(budget, draft.spentIn(span), at);
	const before = counted && counted.values.length > 0 ? { counted } : {};
	draft.append({ kind: 'budget_set', budget, replaces, ...before }, context);
	if (budget.scope === 'person' && budget.value !== null) draft.people.note(budget.value);
	return { kind: 'account', account: draft.account, isReplayed: false, ...(replaces === null ? { counted } : {}) };
}

/** The key as it is kept: with the instant of the account's first key, by which the ledger's own is known. */
function adminKeyAfter(draft: Draft, adminKey: AdminKey | null): AdminKey | null {
	if (adminKey === null) return null;
	const { salt, hash } = adminKey;
	const before = draft.account.settings.adminKey;
	if (before === null) return { salt, hash, sinceMs: draft.nowMs };
	return before.sinceMs === undefined ? { salt, hash } : { salt, hash, sinceMs: before.sinceMs };
}

function changeProfile(draft: Draft, command: ProfileCommand, context: EntryContext): void {
	const { settings } = draft.account;
	switch (command.kind) {
		case 'set_text':
			draft.append({ kind: 'text_set', text: describeText(settings, command) }, context);
			draft.putText({ name: command.name, text: command.text });
			return;
		case 'remove_text':
			checkKnownText(settings, command.name);
			draft.append({ kind: 'text_removed', name: command.name }, context);
			draft.putText({ name: command.name, text: null });
			return;
		case 'set_languages':
			draft.append({ kind: 'languages_set', languages: readLanguages(command.languages) }, context);
			return;
		case 'set_cache_limits':
			checkCacheLimits(command.limits);
			draft.append({ kind: 'cache_limited', limits: command.limits }, context);
			return;
		default:
			command satisfies never;
	}
}

/** Idempotent by content: the same list again is the same entry. */
function addPriceList(
	draft: Draft,
	{ list, text }: Extract<PriceCommand, { kind: 'add_price_list' }>,
	{ actor = null }: EntryContext,
): Outcome {
	const keyHash = listKeyHash(list.hash);
	const isReplayed = draft.entryByKey(keyHash) !== undefined;
	if (!isReplayed) {
		if (sha256(text) !== list.hash)
			throw new CreditError('invalid_argument', `The price list ${list.version} has another hash than its text.`);
		checkList(draft.account.settings.prices, list);
		draft.append({ kind: 'price_list_added', list, text }, { keyHash, actor });
	}
	return { kind: 'account', account: draft.account, isReplayed };
}
