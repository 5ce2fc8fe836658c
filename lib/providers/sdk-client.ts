/**
 * Owns the SDK's client and what is spared of its work: headers, time limit and abort signal are the transport's own, so building theirs
 * for every request, only to drop them, is left out through the methods that the SDK keeps open for it. Refuses to change what is
 * sent. Loading this module loads the SDK, which takes a moment: `endpoint.ts` does so on first use.
 */
import { AzureOpenAI, OpenAI } from 'openai';
import type { Endpoint } from './endpoint';
import { recordingFetch } from './http-transport';

/** The SDK asks for a key even where none is needed; its own headers never leave, so this one is not sent. */
const NO_KEY = 'none';
/** The transport has its own. */
const NO_HEADERS = new Headers();

type RequestOptions = Parameters<OpenAI['buildRequest']>[0];
type BuiltRequest = Awaited<ReturnType<OpenAI['buildRequest']>>;

/** Makes the client of an endpoint. Its retries and its log are off. */
export function sdkClient(endpoint: Endpoint): OpenAI {
	const shared = {
		apiKey: endpoint.apiKey === '' ? NO_KEY : endpoint.apiKey,
		baseURL: endpoint.baseUrl,
		adminAPIKey: null,
		organization: null,
		project: null,
		webhookSecret: null,
		logLevel: 'off' as const,
		maxRetries: 0,
		fetch: recordingFetch({ headers: endpoint.sentHeaders, proxyUrl: endpoint.proxyUrl }),
	};
	return endpoint.azure ? new AzureOpenAI({ ...shared, apiVersion: endpoint.azure.apiVersion }) : new SpareOpenAI(shared);
}

/** Requests whose body is JSON are built in short; Azure's paths are left to the SDK. */
class SpareOpenAI extends OpenAI {
	readonly #send: typeof fetch;

	constructor(options: { readonly fetch: typeof fetch } & NonNullable<ConstructorParameters<typeof OpenAI>[0]>) {
		super(options);
		this.#send = options.fetch;
	}

	override buildRequest(options: RequestOptions, more?: { readonly retryCount?: number }): Promise<BuiltRequest> {
		const { method, path, query, body, signal, timeout = this.timeout, fetchOptions } = options;
		if (method !== 'post' || query || !isPlain(body)) return super.buildRequest(options, more);
		// The base URL has neither a slash at its end nor a query.
		const url = `${this.baseURL}${path}`;
		const req = { method: 'POST', headers: NO_HEADERS, body: JSON.stringify(body), ...(signal ? { signal } : {}), ...fetchOptions };
		return Promise.resolve({ req, url, timeout });
	}

	/** Whoever asks here has a time limit over the whole answer, and aborts by it. */
	override fetchWithTimeout(...[url, init]: Parameters<OpenAI['fetchWithTimeout']>): Promise<Response> {
		return this.#send(url, init);
	}
}

function isPlain(body: unknown): body is object {
	return typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype;
}
