/**
 * Owns which proxy the environment asks for: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in either case of letters.
 * Refuses to connect; it only names the proxy's URL.
 */

/** The environment as far as this module reads it. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/** The proxy for a URL, or `null` for a direct connection. Loopback addresses are never sent through a proxy. */
export function proxyFor(url: string, environment: ProxyEnvironment): string | null {
	if (!URL.canParse(url)) return null;
	const target = new URL(url);
	const host = target.hostname.replace(/^\[|\]$/g, '').toLowerCase();
	if (isLoopback(host) || isExcepted(target, host, read(environment, 'no_proxy') ?? '')) return null;
	// HTTP_PROXY in capitals can be set by a request's header in CGI programs; a host of flows is none, and its users write capitals.
	const own = target.protocol === 'https:' ? read(environment, 'https_proxy') : read(environment, 'http_proxy');
	const proxy = own ?? read(environment, 'all_proxy');
	if (proxy === null) return null;
	return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** NO_PROXY: names with their subdomains, `*.name`, `.name`, `name:port`, or `*` for all; separated by commas or spaces. */
function isExcepted(target: URL, host: string, noProxy: string): boolean {
	const port = target.port || (target.protocol === 'https:' ? '443' : '80');
	return noProxy
		.toLowerCase()
		.split(/[\s,]+/)
		.filter((entry) => entry !== '')
		.some((entry) => {
			if (entry === '*') return true;
			const [, name = entry, itsPort] = /^([^:]+|\[.+\]):(\d+)$/.exec(entry) ?? [];
			const bare = name.replace(/^\*?\./, '').replace(/^\[|\]$/g, '');
			return (itsPort === undefined || itsPort === port) && (host === bare || host.endsWith(`.${bare}`));
		});
}

function read(environment: ProxyEnvironment, name: string): string | null {
	const value = environment[name] ?? environment[name.toUpperCase()];
	return value === undefined || value.trim() === '' ? null : value.trim();
}
