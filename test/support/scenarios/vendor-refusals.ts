/**
 * What services say when they refuse something of a request, in sentences of their kind, and what they take and ignore. For each concession
 * that `SERVICES` names for one of their models.
 */
import type { ServiceId } from '../../../lib/core/calls/services';

type Body = Readonly<Record<string, unknown>>;

/** One refusal: when it comes, and how it reads. */
export interface VendorRefusal {
	readonly service: ServiceId;
	readonly concession: string;
	/** True for a request that has what is refused. */
	readonly isMet: (body: Body) => boolean;
	readonly status: number;
	readonly body: unknown;
}

const hasSchema = ({ response_format: format }: Body): boolean => JSON.stringify(format ?? '').includes('json_schema');
const hasEffort = ({ reasoning_effort: effort }: Body): boolean => effort !== undefined;
const hasTemperature = ({ temperature }: Body): boolean => temperature !== undefined;
const hasSystem = ({ messages }: Body): boolean => JSON.stringify(messages).includes('"role":"system"');
const openAi = (message: string, param: string | null = null, code: string | null = null): unknown => ({
	error: { message, type: 'invalid_request_error', param, code },
});

export const VENDOR_REFUSALS: readonly VendorRefusal[] = [
	{
		service: 'openai',
		concession: 'no_temperature',
		isMet: hasTemperature,
		status: 400,
		body: openAi(
			"Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
			'temperature',
			'unsupported_value',
		),
	},
	{
		service: 'openai',
		concession: 'no_reasoning_effort',
		isMet: hasEffort,
		status: 400,
		body: openAi('Unrecognized request argument supplied: reasoning_effort'),
	},
	{
		service: 'openai',
		concession: 'no_schema',
		isMet: hasSchema,
		status: 400,
		body: openAi("Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.", 'response_format'),
	},
	{
		service: 'azure',
		concession: 'no_temperature',
		isMet: hasTemperature,
		status: 400,
		body: openAi("Unsupported parameter: 'temperature' is not supported with this model.", 'temperature', 'unsupported_parameter'),
	},
	{
		service: 'cohere',
		concession: 'no_schema',
		isMet: hasSchema,
		status: 422,
		body: { message: 'invalid request: response_format is not supported for this model' },
	},
	{
		service: 'fireworks',
		concession: 'no_reasoning_effort',
		isMet: hasEffort,
		status: 400,
		body: {
			error: { object: 'error', type: 'invalid_request_error', message: "Extra inputs are not permitted, field: 'reasoning_effort'" },
		},
	},
	{
		service: 'google',
		concession: 'no_system_role',
		isMet: hasSystem,
		status: 400,
		body: [{ error: { code: 400, message: 'Developer instruction is not enabled for models/gemma-3-27b-it', status: 'INVALID_ARGUMENT' } }],
	},
	{
		service: 'groq',
		concession: 'no_schema',
		isMet: hasSchema,
		status: 400,
		body: openAi('This model does not support response format `json_schema`. See supported models in the docs.'),
	},
	{
		service: 'groq',
		concession: 'no_reasoning_effort',
		isMet: hasEffort,
		status: 400,
		body: openAi('`reasoning_effort` is not supported with this model'),
	},
	{
		service: 'huggingface',
		concession: 'no_schema',
		isMet: hasSchema,
		status: 422,
		body: { error: { message: 'response_format: json_schema is not available for this model', http_status_code: 422 } },
	},
	{
		service: 'mistral',
		concession: 'no_reasoning_effort',
		isMet: hasEffort,
		status: 422,
		body: {
			object: 'error',
			message: {
				detail: [{ type: 'extra_forbidden', loc: ['body', 'reasoning_effort'], msg: 'Extra inputs are not permitted', input: 'low' }],
			},
			type: 'invalid_request_error',
			param: null,
			code: null,
		},
	},
	{
		service: 'openrouter',
		concession: 'no_schema',
		isMet: hasSchema,
		status: 400,
		body: {
			error: {
				message: 'Provider returned error',
				code: 400,
				metadata: { raw: '{"error":{"message":"json_schema is not supported by this model"}}', provider_name: 'Novita' },
			},
		},
	},
	{
		service: 'perplexity',
		concession: 'no_reasoning_effort',
		isMet: hasEffort,
		status: 400,
		body: { error: { message: 'reasoning_effort is only supported for reasoning models', type: 'invalid_parameter', code: 400 } },
	},
	{
		service: 'together',
		concession: 'no_schema',
		isMet: hasSchema,
		status: 400,
		body: {
			id: 'x',
			error: {
				message: 'Model does not support structured outputs with json_schema',
				type: 'invalid_request_error',
				param: null,
				code: null,
			},
		},
	},
	{
		service: 'vllm',
		concession: 'no_system_role',
		isMet: hasSystem,
		status: 400,
		body: { object: 'error', message: 'System role not supported', type: 'BadRequestError', param: null, code: 400 },
	},
	{
		service: 'x-ai',
		concession: 'no_reasoning_effort',
		isMet: hasEffort,
		status: 400,
		body: { code: 'Client specified an invalid argument', error: 'Model grok-4 does not support parameter reasoningEffort.' },
	},
];
