/**
 * Owns making a provider of its settings: the usual address of each service, whose prices hold, the user's own prices.
 */
import { CreditError } from '../core/values/errors';
import { usualBatchPercent } from '../core/prices/batch-price';
import { REPORTS_COSTS } from '../core/prices/bills/cost-reports';
import { providerOfUrl } from '../core/prices/provider-of-url';
import { shortHash } from '../core/values/idempotency';
import { parsePrices } from '../core/prices/price-lines';
import { createRateCard } from '../core/prices/rate-card';
import { compileOverrides } from '../core/prices/rate-overrides';
import type { ProviderHandle } from '../engine/plan/action-types';
import type { PROVIDER_PARAMS } from '../params/connection';
import type { ValuesOf } from '../params/param';
import { testConnection, type ConnectionReport } from '../providers/openai/connection-test';
import type { EndpointOptions } from '../providers/transport/endpoint';
import { createOpenAiCompatible } from '../providers/openai/openai-compatible';
import { proxyFor } from './proxy';
import { later, monotonicMs } from './system';

export type ProviderValues = ValuesOf<typeof PROVIDER_PARAMS>;
type Service = ProviderValues['service'];

const USUAL_ADDRESS: Readonly<Record<Service, string>> = {
	openai: 'https://api.openai.com/v1',
	openrouter: 'https://openrouter.ai/api/v1',
	ollama: 'http://127.0.0.1:11434/v1',
	lmstudio: 'http://127.0.0.1:1234/v1',
	vllm: 'http://127.0.0.1:8000/v1',
	azure: '',
	custom: '',
};
const PRICES_OF: Readonly<Record<Exclude<Service, 'custom'>, string>> = {
	openai: 'openai',
	openrouter: 'openrouter',
	azure: 'azure',
	ollama: 'local',
	lmstudio: 'local',
	vllm: 'local',
};
/** Limit for lists of models and connection tests. */
const PROBE_TIMEOUT_MS = 15_000;

/** A provider with its prices. Throws `provider_misconfigured` or `invalid_settings`, naming the field and the mend. */
export function createProvider(values: ProviderValues): ProviderHandle {
	const options = endpointOf(values);
	const provider = createOpenAiCompatible(options);
	return {
		provider,
		service: `${values.service} ${baseUrlOf(values)}`,
		keyId: keyIdOf(values),
		...pricesOf(values, options),
		chargesReported: chargesReported(values, options),
		batchPercent: usualBatchPercent(options.providerId),
	};
}

/** A short hash of everything that says whose calls these are. It stays in this process. */
function keyIdOf({ apiKey, organisation, project, headerValue, baseUrlLogin }: ProviderValues): string {
	return shortHash(JSON.stringify([apiKey, organisation, project, headerValue, baseUrlLogin]));
}

/** Asks the endpoint whether it is there and takes the key. Costs nothing; never throws. */
export async function testProvider(values: ProviderValues, signal?: AbortSignal): Promise<ConnectionReport> {
	try {
		const options = endpointOf(values);
		// A wrong price is better told here than by the first item.
		pricesOf(values, options);
		return await testConnection(options, signal ? { signal } : {});
	} catch (error) {
		if (error instanceof CreditError) return { isOk: false, message: error.message, models: [] };
		throw error;
	}
}

function pricesOf(values: ProviderValues, { baseUrl }: EndpointOptions): Pick<ProviderHandle, 'priceOf' | 'whyUnpriced'> {
	const { service, pricing } = values;
	const overrides = parsePrices(values.prices);
	const card = createRateCard({ overrides, allowUnpriced: values.unpriced === 'free' });
	switch (pricing) {
		case 'free':
			return { priceOf: (model, atMs) => card.find({ provider: 'local', model, atMs }) };
		case 'own': {
			const own = compileOverrides(overrides);
			const orFree: ProviderHandle['priceOf'] = (model, atMs) =>
				values.unpriced === 'free' ? card.find({ provider: 'local', model, atMs }) : null;
			return { priceOf: (model, atMs) => own.byModel(model) ?? orFree(model, atMs) };
		}
		case 'auto': {
			const provider = service === 'custom' ? customPrices(baseUrl) : PRICES_OF[service];
			return {
				priceOf: (model, atMs, list) => card.find({ provider, model, atMs }, list),
				whyUnpriced: (model, atMs, list) => card.whyUnpriced({ provider, model, atMs }, list),
			};
		}
		default:
			return pricing satisfies never;
	}
}

/** Whether a cost that the provider reports is charged: where that is known of it, or the user says so. */
function chargesReported({ reportedCosts }: ProviderValues, { providerId }: EndpointOptions): boolean {
	return reportedCosts === 'auto' ? REPORTS_COSTS.has(providerId) : reportedCosts === 'charge';
}

function endpointOf(values: ProviderValues): EndpointOptions {
	const { service, headerName, headerValue } = values;
	const baseUrl = withLogin(baseUrlOf(values), values.baseUrlLogin);
	const proxyUrl = values.proxyUrl.trim() || proxyFor(baseUrl, process.env);
	if (baseUrl === '')
		throw new CreditError(
			'provider_misconfigured',
			'The base URL is empty. Give the address of the server, such as https://llm.example.com/v1.',
		);
	if (service === 'openai' && values.baseUrl.trim() === '' && values.apiKey.trim() === '') {
		throw new CreditError(
			'provider_misconfigured',
			'The API key is empty, and OpenAI needs one. Make a key in its console and enter it in the provider settings.',
		);
	}
	return {
		name: new URL(withScheme(baseUrl)).host,
		baseUrl,
		apiKey: values.apiKey,
		providerId: service === 'custom' ? providerOfUrl(baseUrl) : PRICES_OF[service],
		organisation: values.organisation.trim(),
		project: values.project.trim(),
		headers: headerName.trim() === '' ? {} : { [headerName.trim()]: headerValue },
		timeoutMs: PROBE_TIMEOUT_MS,
		timing: { later, monotonicMs },
		proxyUrl: proxyUrl === null ? null : withLogin(proxyUrl, values.proxyLogin),
		...(service === 'azure' ? { azure: { apiVersion: values.apiVersion } } : {}),
	};
}

function baseUrlOf({ baseUrl, service }: ProviderValues): string {
	return baseUrl.trim() || USUAL_ADDRESS[service];
}

/** The address with `user:password` in it, whatever characters they are made of. One that is no URL is refused by the endpoint. */
function withLogin(address: string, login: string): string {
	if (login === '' || !URL.canParse(address)) return address;
	const url = new URL(address);
	const [user = '', ...password] = login.replaceAll('%', '%25').split(':');
	// Everything else that is special there is escaped by the URL itself.
	url.username = user;
	url.password = password.join(':');
	return url.href;
}

/** A base URL that is no URL is refused by the endpoint with its own message; the name must not fail first. */
function withScheme(baseUrl: string): string {
	return URL.canParse(baseUrl) ? baseUrl : 'http://endpoint';
}

/** A gateway on this machine may pass calls on to anyone: it is not free by its address, only by the user's word. */
function customPrices(baseUrl: string): string {
	const provider = providerOfUrl(baseUrl);
	return provider === 'local' ? 'unknown' : provider;
}
