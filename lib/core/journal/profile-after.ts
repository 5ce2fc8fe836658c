/** The texts, languages and cache limits of an account after an entry that changes them. */
import type { AccountSettings } from '../nouns/settings';
import type { ProfileBody } from '../nouns/profile';

/** The settings after an entry that changes texts, languages or the limits of the cache. */
export function profileAfter(settings: AccountSettings, body: ProfileBody): AccountSettings {
	switch (body.kind) {
		case 'text_set':
			return { ...settings, texts: [...settings.texts.filter(({ name }) => name !== body.text.name), body.text] };
		case 'text_removed':
			return { ...settings, texts: settings.texts.filter(({ name }) => name !== body.name) };
		case 'languages_set':
			return { ...settings, languages: body.languages };
		case 'cache_limited':
			return { ...settings, cacheLimits: body.limits };
		default:
			return body satisfies never;
	}
}
