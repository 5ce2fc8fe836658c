/**
 * Owns the guess which provider's prices hold behind a base URL. Refuses to guess from anything but the host name, and at Hugging Face's
 * router the first part of the path: a gateway on a host of its own is `unknown`, and the user can always name the provider instead.
 */

/** Hugging Face's router, which passes calls on to other providers at their prices. In a list of prices each provider behind it has an entry of its own: `huggingface-groq`. */
export const HUB = 'huggingface';

/** Ways of leaving the choice of the provider to the router. */
const POLICIES: ReadonlySet<string> = new Set(['fastest', 'cheapest', 'preferred', 'auto']);

/** The model's own name, and the id of the provider that is asked for in a list of prices; `null`: the router chooses. */
export function hubProvider(model: string): { readonly name: string; readonly asked: string | null } {
	const colon = model.lastIndexOf(':');
	const wanted = colon === -1 ? '' : model.slice(colon + 1).toLowerCase();
	const name = colon === -1 ? model : model.slice(0, colon);
	return { name, asked: wanted === '' || POLICIES.has(wanted) ? null : hubId(wanted) };
}

/** The id in a list of prices of a provider behind the router. */
export function hubId(provider: string): string {
	return `${HUB}-${provider}`;
}

/** Whether an id of a list of prices is a provider behind the router. */
export function isHub(id: string): boolean {
	return id.startsWith(`${HUB}-`);
}

const LOCAL_HOSTS =
	/^(?:localhost|0\.0\.0\.0|127(?:\.\d{1,3}){3}|\[::1?\]|host\.docker\.internal|host\.containers\.internal|.+\.(?:local|localhost))$/;

const HOSTS: readonly (readonly [host: string, provider: string])[] = [
	['api.openai.com', 'openai'],
	['openai.azure.com', 'azure'],
	['cognitiveservices.azure.com', 'azure'],
	['services.ai.azure.com', 'azure'],
	['azure-api.net', 'azure'],
	['api.anthropic.com', 'anthropic'],
	['googleapis.com', 'google'],
	['api.mistral.ai', 'mistral'],
	['api.groq.com', 'groq'],
	['api.deepseek.com', 'deepseek'],
	['api.x.ai', 'x-ai'],
	['openrouter.ai', 'openrouter'],
	['api.cohere.com', 'cohere'],
	['api.cohere.ai', 'cohere'],
	['api.together.xyz', 'together'],
	['api.together.ai', 'together'],
	['api.fireworks.ai', 'fireworks'],
	['api.perplexity.ai', 'perplexity'],
	['amazonaws.com', 'aws'],
	['api.cerebras.ai', 'cerebras'],
	['api.cloudflare.com', 'cloudflare'],
	['api.moonshot.ai', 'moonshotai'],
	['api.moonshot.cn', 'moonshotai'],
	['api.minimax.io', 'minimax'],
	['api.z.ai', 'zai'],
	['open.bigmodel.cn', 'zhipuai'],
	['api.novita.ai', 'novita'],
	['inference.baseten.co', 'baseten'],
	['cloud.ovh.net', 'ovhcloud'],
	['router.huggingface.co', HUB],
	['api.deepinfra.com', 'deepinfra'],
];

/**
 * The rate card's provider id for a base URL: a host listed above or one of its subdomains, `local` for this machine and
 * `*.local` names, `unknown` for everything else and for text that is no URL. Never throws.
 */
export function providerOfUrl(baseUrl: string): string {
	const host = hostOf(baseUrl);
	if (host === null) return 'unknown';
	if (LOCAL_HOSTS.test(host)) return 'local';
	const provider = HOSTS.find(([known]) => host === known || host.endsWith(`.${known}`))?.[1] ?? 'unknown';
	return provider === HUB ? behindHub(baseUrl) : provider;
}

/** `https://router.huggingface.co/groq/…` is Groq behind the router, `…/v1` the router itself. */
function behindHub(url: string): string {
	const [first = ''] = new URL(url).pathname.split('/').filter((part) => part !== '');
	return first === '' || /^v\d+$/.test(first) ? HUB : hubId(first.toLowerCase());
}

function hostOf(url: string): string | null {
	return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : null;
}
