/** The settings of an account after an entry that changes them. */
import { profileAfter } from './profile-after';
import type { EntryBody } from '../nouns/records';
import type { AccountSettings, Budget } from '../nouns/settings';
import { pricesAfter, type PriceBody } from '../prices/price-settings';
import type { ProfileBody } from '../nouns/profile';

/** Bodies of entries that change settings. */
export type SettingsBody =
	| Extract<EntryBody, { kind: 'budget_set' | 'floor_set' | 'limit_removed' | 'enforcement_set' | 'admin_key_set' | 'alerts_set' }>
	| ProfileBody
	| PriceBody;

const SETTINGS_KINDS: Readonly<Record<SettingsBody['kind'], true>> = {
	budget_set: true,
	floor_set: true,
	limit_removed: true,
	enforcement_set: true,
	admin_key_set: true,
	alerts_set: true,
	text_set: true,
	text_removed: true,
	languages_set: true,
	cache_limited: true,
	price_list_added: true,
	prices_pinned: true,
};

/** True for bodies of entries that change settings and nothing else. */
export function isSettingsBody(body: EntryBody): body is SettingsBody {
	return body.kind in SETTINGS_KINDS;
}

/** The settings after an entry that changes them; `seq` is the entry's number. */
export function settingsAfter(settings: AccountSettings, seq: number, body: SettingsBody): AccountSettings {
	switch (body.kind) {
		case 'budget_set':
			return withBudget(settings, { ...body.budget, seq: body.replaces ?? seq });
		case 'floor_set':
			return { ...settings, floors: [...settings.floors.filter(({ name }) => name !== body.floor.name), { ...body.floor, seq }] };
		case 'limit_removed':
			return body.limit === 'budget'
				? { ...settings, budgets: settings.budgets.filter(({ name }) => name !== body.name) }
				: { ...settings, floors: settings.floors.filter(({ name }) => name !== body.name) };
		case 'enforcement_set':
			return { ...settings, enforcement: body.enforcement };
		case 'admin_key_set':
			return { ...settings, adminKey: body.adminKey };
		case 'alerts_set':
			return { ...settings, alerts: body.alerts };
		case 'text_set':
		case 'text_removed':
		case 'languages_set':
		case 'cache_limited':
			return profileAfter(settings, body);
		case 'price_list_added':
		case 'prices_pinned':
			return { ...settings, prices: pricesAfter(settings.prices, body) };
		default:
			return body satisfies never;
	}
}

/** The settings with a budget set. One of the same name is replaced; while scope, value and period stay, its counters go on. */
function withBudget(settings: AccountSettings, budget: Budget): AccountSettings {
	return { ...settings, budgets: [...settings.budgets.filter(({ name }) => name !== budget.name), budget] };
}
