/** Owns the parameters of the two connections: the ledger and the provider. */
import type { ConnectionDescription, Param } from './param';

export const LEDGER_PARAMS = [
	{ name: 'path', label: 'Ledger File', kind: 'text', default: '', section: 'main', placeholder: 'leave empty for the usual place', help: 'File that keeps the credits. Empty: llm-credits/ledger.db in the folder where the host keeps its data. Two hosts may share one file on one machine, not over a network drive' },
	{ name: 'account', label: 'Account', kind: 'text', default: 'default', section: 'main', isRequired: true, maxLength: 100, help: 'Account inside the ledger. All its workspaces share one balance' },
	{ name: 'timeZone', label: 'Time Zone', kind: 'text', default: '', section: 'main', placeholder: 'Europe/Berlin', help: 'Time zone of a new account, in which days and expiries are counted. Empty: the time zone of this machine. An existing account keeps its own' },
] as const satisfies readonly Param[];

export const LEDGER: ConnectionDescription = {
	type: 'llm-credits-ledger',
	n8nName: 'llmCreditsLedgerApi',
	label: 'LLM Credits Ledger',
	help: ['The ledger is one SQLite file that you own. It is made on first use, readable by its owner alone.'],
	icon: 'ledger',
	params: LEDGER_PARAMS,
};

export const PROVIDER_PARAMS = [
	{
		name: 'service', label: 'Service', kind: 'choice', default: 'openai', section: 'main', help: 'Who runs the model. Decides the usual address and the prices',
		choices: [
			{ value: 'azure', label: 'Azure OpenAI', help: 'Give the address of the resource and the API version' },
			{ value: 'lmstudio', label: 'LM Studio', help: 'A model on this machine; costs no credits' },
			{ value: 'ollama', label: 'Ollama', help: 'A model on this machine; costs no credits' },
			{ value: 'openai', label: 'OpenAI', help: 'api.openai.com' },
			{ value: 'openrouter', label: 'OpenRouter', help: 'openrouter.ai' },
			{ value: 'custom', label: 'Other OpenAI-Compatible', help: 'Any server that speaks the OpenAI chat interface, such as a gateway' },
			{ value: 'vllm', label: 'vLLM', help: 'A model on your own server; costs no credits' },
		],
	},
	{ name: 'baseUrl', label: 'Base URL', kind: 'text', default: '', section: 'main', placeholder: 'https://llm.example.com/v1', help: 'Address up to and including /v1. Empty: the usual address of the service' },
	{ name: 'apiKey', label: 'API Key', kind: 'secret', default: '', section: 'main', help: 'Servers of your own often need none' },
	{ name: 'apiVersion', label: 'API Version', kind: 'text', default: '2024-10-21', section: 'main', showWhen: { service: ['azure'] }, help: 'Version of the Azure interface' },
	{ name: 'organisation', label: 'Organisation', kind: 'text', default: '', section: 'options', help: 'Organisation id at OpenAI, if the key belongs to several' },
	{ name: 'project', label: 'Project', kind: 'text', default: '', section: 'options', help: 'Project id at OpenAI, if the key belongs to several' },
	{ name: 'headerName', label: 'Extra Header', kind: 'text', default: '', section: 'options', placeholder: 'x-portkey-api-key', help: 'Name of a header that a gateway asks for' },
	{ name: 'headerValue', label: 'Extra Header Value', kind: 'secret', default: '', section: 'options', help: 'Value of that header; kept as secret as the key' },
	{ name: 'proxyUrl', label: 'Proxy', kind: 'text', default: '', section: 'options', placeholder: 'http://proxy.example.com:3128', help: 'Empty: the proxy of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY)' },
	{
		name: 'pricing', label: 'Prices', kind: 'choice', default: 'auto', section: 'options', help: 'Where the price of a model comes from',
		choices: [
			{ value: 'auto', label: 'Automatic', help: 'The built-in dated price list, found by the service or its address; models on your own machines are free' },
			{ value: 'free', label: 'Free', help: 'Every model of this provider costs nothing, for example with a flat rate or your own hardware' },
			{ value: 'own', label: 'Only My Own Prices', help: 'Models without a price below are refused' },
		],
	},
	{ name: 'prices', label: 'My Own Prices', kind: 'text', rows: 3, default: '', section: 'options', placeholder: 'my-model, 0.40, 1.60', help: 'One model a line: model, dollars per million input tokens, dollars per million output tokens, and if you like dollars per million cached input tokens. A model ending in * stands for all that begin so. They win over the built-in list' },
	{
		name: 'unpriced', label: 'Models Without a Price', kind: 'choice', default: 'refuse', section: 'options', help: 'What to do with a model whose price nobody knows',
		choices: [
			{ value: 'free', label: 'Charge Nothing', help: 'The call is made and costs no credits' },
			{ value: 'refuse', label: 'Use the Fallback', help: 'No call is made, so nothing is spent unseen' },
		],
	},
] as const satisfies readonly Param[];

export const PROVIDER: ConnectionDescription = {
	type: 'llm-credits-provider',
	n8nName: 'llmCreditsProviderApi',
	label: 'LLM Credits Provider',
	help: ['Any endpoint that speaks the OpenAI chat interface: OpenAI, Azure, OpenRouter, a gateway, or a model on your own machine.'],
	icon: 'provider',
	params: PROVIDER_PARAMS,
};
