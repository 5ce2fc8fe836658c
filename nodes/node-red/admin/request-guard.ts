/**
 * Says whether a request to the admin interface comes from the editor itself. A page of another origin can make a browser send a form or
 * load an address with everything that the user may do, so neither a login nor a loopback address protects from it.
 */

/** Headers of a request as Node.js gives them: names in small letters. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Why a request is refused: a status of HTTP, and what to do about it. */
export interface Refused {
	readonly status: 403 | 415;
	readonly code: 'other_origin' | 'not_json';
	readonly message: string;
}

const OTHER_ORIGIN: Refused = {
	status: 403,
	code: 'other_origin',
	message:
		'The request comes from a page of another address than the editor. Behind a proxy, let it pass the address that the browser asked for, as the header Host or X-Forwarded-Host, with its port.',
};
const NOT_JSON: Refused = {
	status: 415,
	code: 'not_json',
	message: 'Send the request as application/json. A form of a web page is refused.',
};

/** Refuses what a page of another origin may have sent. `acts`: it does more than read, so only JSON is taken, which no form can send. */
export function refusalOf(headers: Headers, { acts }: { readonly acts: boolean }): Refused | null {
	if (!isSameOrigin(headers)) return OTHER_ORIGIN;
	return acts && !isJson(headers['content-type']) ? NOT_JSON : null;
}

/**
 * The browser's own word first, which no page can change; then the address of the page against the address that was asked for. A request
 * with neither is not from a page: browsers name the page in everything that another origin may send with a method that acts.
 */
function isSameOrigin(headers: Headers): boolean {
	const site = one(headers['sec-fetch-site']);
	if (site !== null) return site === 'same-origin' || (site === 'none' && one(headers['origin']) === null);
	const page = one(headers['origin']) ?? one(headers['referer']);
	return page === null || hostsAskedFor(headers).includes(hostOf(page));
}

/** In small letters. No page can send another Host or X-Forwarded-Host without asking first, which Node-RED does not allow by itself. */
function hostsAskedFor(headers: Headers): (string | null)[] {
	const forwarded = (one(headers['x-forwarded-host']) ?? '').split(',', 10);
	const hosts = [one(headers['host']) ?? '', ...forwarded].map((host) => host.trim().toLowerCase());
	const named = hosts.filter((host) => host !== '');
	const port = (one(headers['x-forwarded-port']) ?? '').trim();
	return /^\d{1,5}$/.test(port) ? [...named, ...named.map((host) => withPort(host, port))] : named;
}

/** `null`, which equals no host, for what is no address: `null` itself is what a sandboxed page sends. */
function hostOf(address: string): string | null {
	return URL.canParse(address) ? new URL(address).host || null : null;
}

function withPort(host: string, port: string): string {
	return /:\d+$/.test(host) ? host : `${host}:${port}`;
}

/** The media type alone decides; what follows it, such as the charset, does not. */
function isJson(contentType: Headers[string]): boolean {
	const [type = ''] = (one(contentType) ?? '').split(';', 1);
	return type.trim().toLowerCase() === 'application/json';
}

function one(value: string | string[] | undefined): string | null {
	const [first] = Array.isArray(value) ? value : [value];
	return first ?? null;
}
