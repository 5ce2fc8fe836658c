/**
 * The services a provider can be chosen from: where each answers, whose prices hold there, how it is asked at first, and what is known not
 * to work. Forms, requests, prices and docs follow from this list. A server that is chosen by its address alone is asked as the service
 * at that address. What a model refuses on top is learnt from its answers.
 */
import { namesOf } from '../values/named';
import { concessionsIn, decodeManner, USUAL_MANNER, type Manner } from './manner';

/** What is known of one service. */
export interface ServiceFacts {
	/** Its name for people. */
	readonly label: string;
	/** A few words for the form. */
	readonly help: string;
	/** Its usual address; empty: the user gives it. */
	readonly baseUrl: string;
	/** Its id in the price list; `null`: found by the address. */
	readonly prices: string | null;
	/** False for servers of one's own, which often have no keys. */
	readonly needsKey: boolean;
	/** The field that carries the output limit. */
	readonly limitField: 'max_tokens' | 'max_completion_tokens';
	/** Names of concessions: what it gets otherwise from the first call on. */
	readonly gets: readonly string[];
	/** What some of its models refuse, as far as it is known; each is learnt by one refusal, which costs nothing. */
	readonly refusals: readonly { readonly models: string; readonly concession: string }[];
	/** False: it has no list of models for an OpenAI client, so the form offers those of the price list. */
	readonly listsModels: boolean;
	/** What does not work there, a sentence each. */
	readonly not: readonly string[];
}

const CLOUD = { needsKey: true, limitField: 'max_tokens', gets: [], refusals: [], listsModels: true, not: [] } as const;
const LOCAL = { ...CLOUD, prices: 'local', needsKey: false } as const;
/** In words from the first call on: the field for the form of the answer is taken and ignored. */
const IN_WORDS = ['no_schema', 'no_json_mode'] as const;

export const SERVICES = {
	anthropic: {
		...CLOUD,
		label: 'Anthropic',
		help: 'api.anthropic.com, through its layer for OpenAI clients',
		baseUrl: 'https://api.anthropic.com/v1',
		prices: 'anthropic',
		gets: IN_WORDS,
		listsModels: false,
		not: [
			'Its layer for OpenAI clients ignores `response_format`, so the form of an answer is asked for in words',
			'Reasoning Effort is ignored',
			'There is no prompt caching in this layer, so long instructions cost their whole price in each call',
			'A Temperature above 1 counts as 1',
		],
	},
	azure: {
		...CLOUD,
		label: 'Azure OpenAI',
		help: 'Give the address of the resource and the API version',
		baseUrl: '',
		prices: 'azure',
		needsKey: false,
		limitField: 'max_completion_tokens',
		refusals: [{ models: 'o-series and gpt-5 deployments', concession: 'no_temperature' }],
		not: ['The model is the name of your deployment; give prices of your own where it is not named after its model'],
	},
	cohere: {
		...CLOUD,
		label: 'Cohere',
		help: 'api.cohere.ai, through its layer for OpenAI clients',
		baseUrl: 'https://api.cohere.ai/compatibility/v1',
		prices: 'cohere',
		refusals: [{ models: 'models before Command R', concession: 'no_schema' }],
		listsModels: false,
		not: ['Reasoning Effort knows only "none" and "high" there, so others are left out after the first refusal'],
	},
	deepseek: {
		...CLOUD,
		label: 'DeepSeek',
		help: 'api.deepseek.com',
		baseUrl: 'https://api.deepseek.com/v1',
		prices: 'deepseek',
		gets: ['no_schema'],
		not: ['It takes no JSON schema; it is asked for a JSON object, with its fields described in words'],
	},
	fireworks: {
		...CLOUD,
		label: 'Fireworks AI',
		help: 'api.fireworks.ai',
		baseUrl: 'https://api.fireworks.ai/inference/v1',
		prices: 'fireworks',
		refusals: [{ models: 'models without reasoning', concession: 'no_reasoning_effort' }],
	},
	google: {
		...CLOUD,
		label: 'Google Gemini',
		help: 'generativelanguage.googleapis.com, through its layer for OpenAI clients',
		baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
		prices: 'google',
		gets: ['schema_subset'],
		refusals: [{ models: 'Gemma', concession: 'no_system_role' }],
		not: [
			'Its schemas know a part of JSON Schema only, so rules such as formats stand in descriptions',
			'Thinking counts as output, within the Output Limit',
		],
	},
	groq: {
		...CLOUD,
		label: 'Groq',
		help: 'api.groq.com',
		baseUrl: 'https://api.groq.com/openai/v1',
		prices: 'groq',
		limitField: 'max_completion_tokens',
		refusals: [
			{ models: 'Llama, Qwen and most others', concession: 'no_schema' },
			{ models: 'models without reasoning', concession: 'no_reasoning_effort' },
		],
	},
	huggingface: {
		...CLOUD,
		label: 'Hugging Face',
		help: 'router.huggingface.co; name the provider behind it after a colon, such as openai/gpt-oss-120b:groq',
		baseUrl: 'https://router.huggingface.co/v1',
		prices: 'huggingface',
		refusals: [{ models: 'models at some of the providers behind it', concession: 'no_schema' }],
		not: ['Where the router chooses the provider, the dearest that serves the model is charged'],
	},
	lmstudio: {
		...LOCAL,
		label: 'LM Studio',
		help: 'A model on this machine; costs no credits',
		baseUrl: 'http://127.0.0.1:1234/v1',
		not: ['It takes a JSON schema and no plain JSON mode'],
	},
	mistral: {
		...CLOUD,
		label: 'Mistral',
		help: 'api.mistral.ai',
		baseUrl: 'https://api.mistral.ai/v1',
		prices: 'mistral',
		refusals: [{ models: 'models without reasoning', concession: 'no_reasoning_effort' }],
	},
	ollama: {
		...LOCAL,
		label: 'Ollama',
		help: 'A model on this machine; costs no credits',
		baseUrl: 'http://127.0.0.1:11434/v1',
		not: ['Prompts longer than the context that Ollama has set for the model (4,096 tokens as a rule) are cut without a word'],
	},
	openai: {
		...CLOUD,
		label: 'OpenAI',
		help: 'api.openai.com',
		baseUrl: 'https://api.openai.com/v1',
		prices: 'openai',
		limitField: 'max_completion_tokens',
		refusals: [
			{ models: 'o-series and gpt-5', concession: 'no_temperature' },
			{ models: 'gpt-4o, gpt-4.1 and older', concession: 'no_reasoning_effort' },
			{ models: 'gpt-4 and gpt-3.5', concession: 'no_schema' },
		],
	},
	openrouter: {
		...CLOUD,
		label: 'OpenRouter',
		help: 'openrouter.ai',
		baseUrl: 'https://openrouter.ai/api/v1',
		prices: 'openrouter',
		refusals: [{ models: 'models whose providers have no structured outputs', concession: 'no_schema' }],
	},
	custom: {
		...LOCAL,
		label: 'Other OpenAI-Compatible',
		help: 'Any server that speaks the OpenAI chat interface, such as a gateway',
		baseUrl: '',
		prices: null,
	},
	perplexity: {
		...CLOUD,
		label: 'Perplexity',
		help: 'api.perplexity.ai; its models search the web before they answer',
		baseUrl: 'https://api.perplexity.ai',
		prices: 'perplexity',
		refusals: [{ models: 'models without reasoning', concession: 'no_reasoning_effort' }],
		listsModels: false,
		not: ['It takes a JSON schema and no plain JSON mode', 'Every call searches, and each search has a price of its own'],
	},
	together: {
		...CLOUD,
		label: 'Together AI',
		help: 'api.together.xyz',
		baseUrl: 'https://api.together.xyz/v1',
		prices: 'together',
		refusals: [{ models: 'models without structured outputs', concession: 'no_schema' }],
	},
	vllm: {
		...LOCAL,
		label: 'vLLM',
		help: 'A model on your own server; costs no credits',
		baseUrl: 'http://127.0.0.1:8000/v1',
		refusals: [{ models: 'chat templates without a system role', concession: 'no_system_role' }],
	},
	'x-ai': {
		...CLOUD,
		label: 'xAI',
		help: 'api.x.ai',
		baseUrl: 'https://api.x.ai/v1',
		prices: 'x-ai',
		limitField: 'max_completion_tokens',
		refusals: [{ models: 'grok-4 and models without reasoning', concession: 'no_reasoning_effort' }],
	},
} as const satisfies Readonly<Record<string, ServiceFacts>>;

export type ServiceId = keyof typeof SERVICES;

/** The services as a list. */
export const SERVICE_LIST: readonly (ServiceFacts & { readonly id: ServiceId })[] = namesOf(SERVICES).map((id) => ({
	...SERVICES[id],
	id,
}));

/** How an endpoint is asked before it has refused anything: the field of the output limit, and the manner. */
export interface Dialect {
	readonly limitField: ServiceFacts['limitField'];
	readonly manner: Manner;
	readonly listsModels: boolean;
}

const USUAL_DIALECT: Dialect = { limitField: 'max_tokens', manner: USUAL_MANNER, listsModels: true };

const DIALECTS: ReadonlyMap<string, Dialect> = new Map(
	SERVICE_LIST.flatMap(({ prices, limitField, gets, listsModels }) =>
		prices === null ? [] : [[prices, { limitField, manner: gets.length === 0 ? USUAL_MANNER : decodeManner(gets.join(' ')), listsModels }]],
	),
);

/** The dialect of an endpoint, by the id under which its prices are listed. Any other server is asked in the strictest way. */
export function dialectOf(priceId: string): Dialect {
	return DIALECTS.get(priceId) ?? USUAL_DIALECT;
}

/** What a service gets otherwise from the first call on, and what its models are known to refuse: for the docs. */
export function knownOf({ gets, refusals }: ServiceFacts): {
	readonly fromTheStart: readonly string[];
	readonly learnt: readonly { readonly models: string; readonly hint: string }[];
} {
	const hintOf = (id: string): string => concessionsIn(decodeManner(id)).at(-1)?.hint ?? id;
	return { fromTheStart: gets.map(hintOf), learnt: refusals.map(({ models, concession }) => ({ models, hint: hintOf(concession) })) };
}
