/** Finds what is secret in an address that stands in a plain field, where a host would export it with the flow. Never repeats it. */

/** `login`: before the host. `parameter`: among what follows the `?`, or in a list of names and values. */
export type PlainSecret = 'login' | 'parameter';

/** Names of parameters that hold a secret, or where to find one. */
const SECRET_NAME = /pass|pwd|secret|token|apikey|api[-_]key|signature|credential|^(?:key|sig|code|auth|authorization|subscription-key)$/i;
const SCHEME = /^[a-z][a-z0-9+.-]{0,30}:\/\//i;
const POSTGRES = /^postgres(?:ql)?:(?:\/\/)?/i;
/** How other programs write the address of a PostgreSQL server: `host=db password=x`. */
const NAMED_PASSWORD = /(?:^|\s)(?:ssl)?password\s*=/i;

/** What is secret in the address of a server or a proxy; there a user name alone may be a key. */
export function secretInUrl(text: string): PlainSecret | null {
	const address = text.trim();
	if (loginOf(address, SCHEME.exec(address)?.[0] ?? '') !== null) return 'login';
	return hasSecretParameter(address) ? 'parameter' : null;
}

/** What is secret in the place of a ledger: a path, which holds nothing secret, or the address of a PostgreSQL server. */
export function secretInPlace(text: string): PlainSecret | null {
	const place = text.trim();
	if (NAMED_PASSWORD.test(place)) return 'parameter';
	const scheme = (POSTGRES.exec(place) ?? SCHEME.exec(place))?.[0];
	if (scheme === undefined) return null;
	const login = loginOf(place, scheme);
	// A user name alone is none: it says whose rights the ledger is used with, and opens nothing.
	if (login !== null && /:./s.test(login)) return 'login';
	return hasSecretParameter(place) ? 'parameter' : null;
}

/** What stands before the `@` in front of a host; an address that cannot be read may have it anywhere. */
function loginOf(address: string, scheme: string): string | null {
	const rest = address.slice(scheme.length);
	const authority = URL.canParse(address) ? (/^[^/?#]*/.exec(rest)?.[0] ?? '') : rest;
	const end = authority.lastIndexOf('@');
	return end === -1 ? null : authority.slice(0, end);
}

function hasSecretParameter(address: string): boolean {
	const start = address.indexOf('?');
	if (start === -1) return false;
	const names = new URLSearchParams(address.slice(start + 1).replaceAll('#', '&')).keys();
	return [...names].some((name) => SECRET_NAME.test(name.trim()));
}
