/** Reads n8n's own OpenAI credential as the settings of a provider. What it has no field for stays at its default. */
import { z } from 'zod';
import { CreditError } from '../../lib/core/values/errors';
import { withoutEnd } from '../../lib/core/values/ends';
import { PROVIDER_PARAMS } from '../../lib/params/connection';
import { defaultsOf, readParams } from '../../lib/params/read';
import type { ProviderValues } from '../../lib/runtime/provider-handle';

/** A field that is younger than the credential is not there. */
const TEXT = z.string().catch('');
const FIELDS = z.object({
	apiKey: TEXT,
	organizationId: TEXT,
	url: TEXT,
	header: z.boolean().catch(false),
	headerName: TEXT,
	headerValue: TEXT,
	/** Where n8n lets the credential be sent: anywhere, or to these hosts, separated by commas. */
	allowedHttpRequestDomains: TEXT,
	allowedDomains: TEXT,
});

const USUAL = 'https://api.openai.com/v1';

/** The settings. An address of its own is a server that is known by its address alone. Throws `provider_misconfigured` for an address that the credential forbids. */
export function ofOpenAiCredential(raw: unknown): ProviderValues {
	const { url, header, headerName, headerValue, organizationId, ...given } = FIELDS.parse(raw);
	const baseUrl = withoutEnd(url.trim(), '/');
	const isOpenAi = baseUrl === '' || baseUrl === USUAL;
	const values = readParams(PROVIDER_PARAMS, {
		...defaultsOf(PROVIDER_PARAMS),
		service: isOpenAi ? 'openai' : 'custom',
		baseUrl: isOpenAi ? '' : baseUrl,
		apiKey: given.apiKey,
		organisation: organizationId,
		headerName: header ? headerName : '',
		headerValue: header ? headerValue : '',
	});
	if (given.allowedHttpRequestDomains === 'domains') refuseOtherHosts(isOpenAi ? USUAL : baseUrl, given.allowedDomains);
	return values;
}

/** As n8n reads its list: a host as it is, or `*.` before a domain for all hosts in it. */
function refuseOtherHosts(baseUrl: string, allowed: string): void {
	const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname.toLowerCase() : '';
	const isAllowed = allowed
		.split(',')
		.map((entry) => entry.trim().toLowerCase())
		.some((entry) => (entry.startsWith('*.') ? host.endsWith(entry.slice(1)) || host === entry.slice(2) : host === entry));
	if (isAllowed) return;
	throw new CreditError(
		'provider_misconfigured',
		`The OpenAI credential allows the hosts ${allowed.trim() || '(none)'}, and its Base URL is on ${host || 'no host'}. Change one of them in the credential.`,
	);
}
