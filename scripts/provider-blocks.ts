/** The generated parts of docs/providers.md: what each service is sent, what is given up when it is refused, what does not work. */
import { CONCESSIONS, type Form } from '../lib/core/calls/manner';
import { LOWERED_LIMIT } from '../lib/core/calls/most-output';
import { dialectOf, knownOf, SERVICE_LIST } from '../lib/core/calls/services';
import { table, type Blocks } from './docs-blocks';

const FORM_WORDS: Readonly<Record<Form, string>> = {
	json_schema: 'JSON schema',
	json_object: 'JSON object, its fields in words',
	prompt: 'in words alone',
};

export const PROVIDER_BLOCKS: Blocks = { services: serviceTable, limits: limitTable, concessions: concessionTable };

function serviceTable(): string {
	const rows = SERVICE_LIST.map((service) => {
		const { manner, limitField } = dialectOf(service.prices ?? '');
		const form = `${manner.form === 'json_schema' && manner.schema === 'strict' ? 'strict ' : ''}${FORM_WORDS[manner.form]}`;
		const learnt = knownOf(service).learnt.map(({ models, hint }) => `${models}: ${hint}`);
		return [service.label, service.baseUrl === '' ? 'yours' : `\`${service.baseUrl}\``, form, `\`${limitField}\``, learnt.join('; ')];
	});
	return table(
		['service', 'address', 'form of the answer', 'Output Limit in', 'what its models are known to refuse, learnt by one free refusal'],
		rows,
	);
}

function limitTable(): string {
	const rows = SERVICE_LIST.flatMap(({ label, not }) => (not.length === 0 ? [] : [[label, `${not.join('. ')}.`]]));
	return table(['service', 'what does not work there'], rows);
}

function concessionTable(): string {
	return table(
		['what is sent', 'what may be refused', 'what it gets instead', 'what people are told, behind the name of the model'],
		[...CONCESSIONS, LOWERED_LIMIT].map(({ sent, refused, instead, hint }) => [sent, refused, instead, hint]),
	);
}
