/**
 * Owns the SDK's client and what is spared of its work: headers, time limit and abort signal are the transport's own, so building theirs
 * for every request, only to drop them, is left out through the methods that the SDK keeps open for it. Refuses to change what is
 * sent. Loading this module loads the SDK, which takes a moment: `endpoint.ts` does so on first use.
 */
import { AzureOpenAI, OpenAI } from 'openai';
import { recordingFetch, type TransportOptions } from './http-transport';

/** What a client is made of. */
export interface ClientSettings {
	/** '' for none. */
	readonly apiKey: string;
	/** Without a slash at its end, and without a query. */
	readonly baseUrl: string;
	readonly sentHeaders: TransportOptions['headers'];
	readonly proxyUrl: string | null;
	readonly azure?: { readonly apiVersion: string };
}

/** The SDK asks for a key even where none is needed; its own headers never leave, so this one is not sent. */
const NO_KEY = 'none';
/** The transport has its own. */
const NO_HEADERS = new Headers();

type RequestOptions = Parameters<OpenAI['buildRequest']>[0];
type BuiltRequest = Awaited<ReturnType<OpenAI['buildRequest']>>;

/** Makes a client. Its retries and its log are off. */
export function sdkClient({ apiKey, baseUrl, sentHeaders, proxyUrl, azure }: ClientSettings): OpenAI {
	const shared = {
		apiKey: apiKey === '' ? NO_KEY : apiKey,
		baseURL: baseUrl,
		adminAPIKey: null,
		organization: null,
		project: null,
		webhookSecret: null,
		logLevel: 'off' as const,
		maxRetries: 0,
		fetch: recordingFetch({ headers: sentHeaders, proxyUrl }),
	};
	return azure ? new AzureOpenAI({ ...shared, apiVersion: azure.apiVersion }) : new LeanOpenAI(shared);
}

/** Requests whose body is JSON are built in short; Azure's paths are left to the SDK. */
class LeanOpenAI extends OpenAI {
	readonly #send: typeof fetch;

	constructor(options: { readonly fetch: typeof fetch } & NonNullable<ConstructorParameters<typeof OpenAI>[0]>) {
		super(options);
		this.#send = options.fetch;
	}

	override buildRequest(options: RequestOptions, more?: { readonly retryCount?: number }): Promise<BuiltRequest> {
		const { method, path, query, body, signal, timeout = this.timeout, fetchOptions } = options;
		if (method !== 'post' || query || !isPlain(body)) return super.buildRequest(options, more);
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
