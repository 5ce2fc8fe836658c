/**
 * Owns making a provider of its settings: the usual address of each service, whose prices hold, the user's own prices.
 */
import { CreditError } from '../core/values/errors';
import { dialectOf, SERVICES } from '../core/calls/services';
import { BUILT_IN_PRICES } from '../core/prices/price-list';
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
import type { Provider } from '../providers/provider';
import type { EndpointOptions } from '../providers/transport/endpoint';
import { createOpenAiCompatible } from '../providers/openai/openai-compatible';
import { proxyFor } from './proxy';
import { later, monotonicMs, systemClock } from './system';

export type ProviderValues = ValuesOf<typeof PROVIDER_PARAMS>;
/** Limit for lists of models and connection tests. */
const PROBE_TIMEOUT_MS = 15_000;

/** A provider with its prices. Throws `provider_misconfigured` or `invalid_settings`, naming the field and the mend. */
export function createProvider(values: ProviderValues): ProviderHandle {
	const options = endpointOf(values);
	const dialect = dialectOf(options.providerId);
	return {
		provider: providerOf(options),
		manner: dialect.manner,
		isOwnList: dialect.listsModels,
		service: `${values.service} ${baseUrlOf(values)}`,
		keyId: keyIdOf(values),
		...pricesOf(values, options),
		chargesReported: chargesReported(values, options),
		batchPercent: usualBatchPercent(options.providerId),
	};
}

/** The provider; where the service has no list of models, the list is that of the prices. */
function providerOf(options: EndpointOptions): Provider {
	const provider = createOpenAiCompatible(options);
	if (dialectOf(options.providerId).listsModels) return provider;
	const listed = BUILT_IN_PRICES.models({ provider: options.providerId, atMs: systemClock() }).map(({ price }) => price.model);
	return { ...provider, listModels: () => Promise.resolve([...new Set(listed)]) };
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
			const provider = SERVICES[service].prices ?? customPrices(baseUrl);
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
	const { needsKey, label } = SERVICES[service];
	if (needsKey && values.baseUrl.trim() === '' && values.apiKey.trim() === '') {
		throw new CreditError(
			'provider_misconfigured',
			`The API key is empty, and ${label} needs one. Make a key in its console and enter it in the provider settings.`,
		);
	}
	return {
		name: new URL(withScheme(baseUrl)).host,
		baseUrl,
		apiKey: values.apiKey,
		providerId: SERVICES[service].prices ?? providerOfUrl(baseUrl),
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
	return baseUrl.trim() || SERVICES[service].baseUrl;
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
