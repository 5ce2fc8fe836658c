/**
 * Checks one endpoint's settings, and makes the SDK client of them. Nothing is taken from the environment that the SDK would take there
 * (keys, organisation, base URL, headers, log level): what is not given here is not used.
 */
import { isDecodable } from '../../core/values/url-text';
import { withoutEnd } from '../../core/values/ends';
import type OpenAI from 'openai';
import { CreditError } from '../../core/values/errors';
import type { CallTiming } from './call-watch';
import { redact } from './redact';

/** Where an endpoint is and how to sign in. `apiKey` may be '' for servers without keys. */
export interface EndpointOptions {
	/** Name for people, used in messages. */
	readonly name: string;
	readonly baseUrl: string;
	readonly apiKey: string;
	/** Whose prices and habits hold, as `providerOfUrl` gives it. */
	readonly providerId: string;
	readonly organisation?: string;
	readonly project?: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** Limit for lists and connection tests, in milliseconds; a chat brings its own. */
	readonly timeoutMs: number;
	readonly timing: CallTiming;
	/** http or https URL of a proxy, with credentials if it wants them. */
	readonly proxyUrl?: string | null;
	/** Azure: the key in its own header; deployments in the path and a dated version, except where the base URL is one of its newer /openai/v1. */
	readonly azure?: { readonly apiVersion: string };
}

/** Checked settings. */
export interface Endpoint extends EndpointOptions {
	readonly proxyUrl: string | null;
	/** All headers that go out with a request, the key's included. */
	readonly sentHeaders: Readonly<Record<string, string>>;
	/** What must never be shown. */
	readonly secrets: readonly string[];
}

/** Checks the settings. Throws `provider_misconfigured` naming the field, the value (never a secret) and the mend. */
export function checkedEndpoint(options: EndpointOptions): Endpoint {
	const url = checkedUrl(options.baseUrl, 'The base URL');
	const proxyUrl =
		options.proxyUrl === undefined || options.proxyUrl === null || options.proxyUrl.trim() === '' ? null : options.proxyUrl.trim();
	const proxy = proxyUrl === null ? null : checkedUrl(proxyUrl, 'The proxy');
	const apiKey = options.apiKey.trim();
	const sentHeaders = headersOf({ ...options, apiKey }, url);
	for (const [header, value] of Object.entries(sentHeaders)) checkHeader(header, value);
	const secrets = [apiKey, ...passwordsOf(proxy), ...passwordsOf(url), ...Object.values(options.headers ?? {})];
	const { azure, ...rest } = options;
	return {
		...rest,
		...(azure && !isNewAzure(url) ? { azure } : {}),
		baseUrl: normalBaseUrl(url, options),
		apiKey,
		proxyUrl,
		sentHeaders,
		secrets: secrets.filter((secret) => secret !== ''),
	};
}

/** What makes a client, once it is loaded. Remembered, because asking for a module again looks for its files again. */
let sdk: typeof import('./sdk-client') | null = null;

/** Making a client takes longer than using it, so there is one for each endpoint. */
const clients = new WeakMap<Endpoint, OpenAI>();

/** The endpoint's client of the SDK. The SDK is loaded on first use, since that takes a moment. */
export async function clientFor(endpoint: Endpoint): Promise<OpenAI> {
	const known = clients.get(endpoint);
	if (known) return known;
	sdk ??= await import('./sdk-client');
	const client = sdk.sdkClient(endpoint);
	clients.set(endpoint, client);
	return client;
}

function headersOf(
	{ apiKey, organisation, project, headers, azure }: EndpointOptions,
	{ username, password }: URL,
): Record<string, string> {
	const sent: Record<string, string> = { 'user-agent': 'llm-credits' };
	// A server behind a plain reverse proxy is often written as https://user:password@host.
	if (username !== '') sent['authorization'] = basicCredentials({ username, password });
	if (apiKey !== '') sent[azure ? 'api-key' : 'authorization'] = azure ? apiKey : `Bearer ${apiKey}`;
	if (organisation) sent['openai-organization'] = organisation;
	if (project) sent['openai-project'] = project;
	for (const [name, value] of Object.entries(headers ?? {})) sent[name.trim().toLowerCase()] = value;
	return sent;
}

/** The value of an Authorization header for the user and password of a URL. */
function basicCredentials({ username, password }: Pick<URL, 'username' | 'password'>): string {
	return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
}

/** A URL's password as written and as meant. */
function passwordsOf(url: URL | null): readonly string[] {
	return url === null ? [] : [url.password, decodeURIComponent(url.password)];
}

/** They say where a request ends; two that differ let a server or proxy read another request than was meant. */
const OF_THE_REQUEST: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection']);

function checkHeader(name: string, value: string): void {
	if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name))
		throw misconfigured(`A header is named ${JSON.stringify(name)}. Use letters, digits and hyphens only.`);
	if (OF_THE_REQUEST.has(name)) throw misconfigured(`The header ${name} is worked out for each request. Remove it.`);
	if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return;
	const what = name === 'authorization' || name === 'api-key' ? 'The API key' : `The header ${name}`;
	throw misconfigured(`${what} contains a line break or another character that cannot be sent. Copy it again.`);
}

function checkedUrl(text: string, field: string): URL {
	const shown = JSON.stringify(redact(text.replace(/^(\w+:\/\/)?[^/]*@/, '$1[hidden]@'), []));
	if (!URL.canParse(text.trim()))
		throw misconfigured(`${field} is ${shown}, which is not a URL. Write it in full, such as https://api.openai.com/v1.`);
	const url = new URL(text.trim());
	if (url.protocol !== 'http:' && url.protocol !== 'https:')
		throw misconfigured(`${field} is ${shown}; it must begin with http:// or https://.`);
	if (![url.username, url.password].every(isDecodable))
		throw misconfigured(`${field} is ${shown}; its user or password has a % that begins no escape. Write such a % as %25.`);
	return url;
}

/** Azure's newer addresses name the model in the body, as everybody else does. */
function isNewAzure(url: URL): boolean {
	return /\/openai\/v\d+$/.test(pathOf(url));
}

/** Without a trailing slash, query or fragment; Azure's resource address gets the path that its API lives under. */
function normalBaseUrl(url: URL, { azure }: EndpointOptions): string {
	const path = pathOf(url);
	return `${url.origin}${azure && !/\/openai(\/|$)/.test(path) ? `${path}/openai` : path}`;
}

function pathOf(url: URL): string {
	return withoutEnd(url.pathname, '/').replace(/\/chat\/completions$/, '');
}

function misconfigured(message: string): CreditError {
	return new CreditError('provider_misconfigured', message);
}
