/**
 * Owns the guess which provider's prices hold behind a base URL. Refuses to guess from anything but the host name:
 * a gateway on a host of its own is `unknown`, and the user can always name the provider instead.
 */

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
];

/**
 * The rate card's provider id for a base URL: a host listed above or one of its subdomains, `local` for this machine and
 * `*.local` names, `unknown` for everything else and for text that is no URL. Never throws.
 */
export function providerOfUrl(baseUrl: string): string {
	const host = hostOf(baseUrl);
	if (host === null) return 'unknown';
	if (LOCAL_HOSTS.test(host)) return 'local';
	return HOSTS.find(([known]) => host === known || host.endsWith(`.${known}`))?.[1] ?? 'unknown';
}

function hostOf(url: string): string | null {
	return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : null;
}
