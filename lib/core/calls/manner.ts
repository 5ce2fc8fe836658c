/**
 * Says how a model is asked, and what is left out or written otherwise where its endpoint refuses something that we chose to send and can
 * do without. Which of these a refusal asks for follows from what was sent and what the refusal names. Pure; the caller remembers.
 */
import { propertyOf } from '../values/foreign';
import { isLimitTooLarge, namesLimit } from './most-output';

/** How the form of the answer is asked for, apart from free text. */
export type Form = 'json_schema' | 'json_object' | 'prompt';

/** How one model of one endpoint is asked. */
export interface Manner {
	readonly form: Form;
	/** `subset`: without the keywords that some endpoints do not know. */
	readonly schema: 'strict' | 'subset';
	/** The field that carries the output limit: the usual one of the endpoint, the other of the two, or none. */
	readonly limitField: 'usual' | 'other' | 'none';
	readonly sendsTemperature: boolean;
	readonly sendsReasoningEffort: boolean;
	/** False: instructions stand in the message of the user. */
	readonly sendsSystemRole: boolean;
	/** The highest output limit that it takes, in tokens; `null`: any, as far as is known. */
	readonly mostTokens: number | null;
}

/** The strictest way, in which every endpoint is asked until it refuses something. */
export const USUAL_MANNER: Manner = {
	form: 'json_schema',
	schema: 'strict',
	limitField: 'usual',
	sendsTemperature: true,
	sendsReasoningEffort: true,
	sendsSystemRole: true,
	mostTokens: null,
};

/** What a request really had. */
export interface Sent {
	readonly form: Form | 'text';
	readonly hasTemperature: boolean;
	readonly hasReasoningEffort: boolean;
	/** The output limit in tokens; `null`: none. */
	readonly limitTokens: number | null;
	readonly hasSystemRole: boolean;
}

/** What an endpoint said of a request that it refused. */
export interface Complaint {
	/** The field that it names in a field of its own, such as `response_format.json_schema`; may be empty. */
	readonly param: string;
	/** Its code and its words. */
	readonly words: string;
}

/** One thing that can be left out or written otherwise. */
export interface Concession {
	readonly id: string;
	/** What people are told, behind the name of the model. */
	readonly hint: string;
	/** For people: what is sent as a rule, what an endpoint may refuse of it, and what it gets instead. */
	readonly sent: string;
	readonly refused: string;
	readonly instead: string;
	/** True where the request has what it is about. */
	readonly applies: (manner: Manner, sent: Sent) => boolean;
	/** How a refusal names it. Each pattern is linear. */
	readonly names: RegExp;
	readonly change: Partial<Manner>;
	/** False: only where the refusal names it, because the request is worth less without. */
	readonly isTried: boolean;
}

const FORM_NAMES =
	/response[_ ]?(format|schema|mime)|json[_ ]?(schema|object|mode)|structured[_ ]?output|guided[_ ]|grammar|\bschema\b|additional_?properties|output format/i;
const INSIDE_SCHEMA =
	/additional_?properties|properties\[|\.format\b|'format'|"format"|\bkeywords?\b|\$(schema|ref|defs)|\bstrict\b|for (string|number|integer|object|array)\b|unknown (name|field|key)|invalid (json )?schema|json schema (is )?invalid|enum|minlength|maxlength|pattern/i;
const LIMIT_NAMES = /max[_ ]?(completion|output|new|generated)?[_ ]?tokens/i;
const SYSTEM_NAMES =
	/(system|developer)['"`]?\s{0,3}(and\s\w{1,12}\s)?(role|message|instruction|prompt|turn)s?|(role|instruction)s?\W{0,4}(of |is |was |named |'|"|`)?(system|developer)\b|roles? must alternate|(unsupported|invalid|unknown|unexpected|supports?) roles?\b/i;

/** All of them, in the order in which they are tried where a refusal names nothing that we know. */
export const CONCESSIONS: readonly Concession[] = [
	{
		id: 'schema_subset',
		hint: 'takes no strict JSON schema, so it gets a simpler one',
		sent: 'the JSON schema of the answer in OpenAI’s strict form, in `response_format`',
		refused: 'a keyword of the schema, such as `additionalProperties` or `format`',
		instead: 'the same schema without `additionalProperties` and `format`; what they said stands in descriptions',
		applies: ({ schema }, { form }) => form === 'json_schema' && schema === 'strict',
		names: INSIDE_SCHEMA,
		change: { schema: 'subset' },
		isTried: true,
	},
	{
		id: 'no_schema',
		hint: 'takes no JSON schema, so it is told the form in words',
		sent: 'the JSON schema of the answer, in `response_format`',
		refused: '`response_format`, or its type `json_schema`',
		instead: 'the type `json_object`, and the form of the answer in words',
		applies: (_, { form }) => form === 'json_schema',
		names: FORM_NAMES,
		change: { form: 'json_object' },
		isTried: true,
	},
	{
		id: 'no_json_mode',
		hint: 'is asked for the form of its answer in words alone',
		sent: 'the type `json_object`, in `response_format`',
		refused: '`response_format`',
		instead: 'the form of the answer in words alone',
		applies: (_, { form }) => form === 'json_object',
		names: FORM_NAMES,
		change: { form: 'prompt' },
		isTried: true,
	},
	{
		id: 'no_temperature',
		hint: 'does not take Temperature, so it is left out',
		sent: 'the Temperature of the node, in `temperature`',
		refused: '`temperature`',
		instead: 'nothing: the model goes by its own',
		applies: ({ sendsTemperature }, { hasTemperature }) => sendsTemperature && hasTemperature,
		names: /temperature/i,
		change: { sendsTemperature: false },
		isTried: true,
	},
	{
		id: 'no_reasoning_effort',
		hint: 'does not take Reasoning Effort, so it is left out',
		sent: 'the Reasoning Effort of the node, in `reasoning_effort`',
		refused: '`reasoning_effort`',
		instead: 'nothing: the model goes by its own',
		applies: ({ sendsReasoningEffort }, { hasReasoningEffort }) => sendsReasoningEffort && hasReasoningEffort,
		names: /reasoning|thinking|\beffort\b/i,
		change: { sendsReasoningEffort: false },
		isTried: true,
	},
	{
		id: 'no_system_role',
		hint: 'takes no system role, so its instructions stand in the message of the user',
		sent: 'the instructions in a message of the role `system`',
		refused: 'the role',
		instead: 'the instructions at the start of the message of the user',
		applies: ({ sendsSystemRole }, { hasSystemRole }) => sendsSystemRole && hasSystemRole,
		names: SYSTEM_NAMES,
		change: { sendsSystemRole: false },
		isTried: true,
	},
	{
		id: 'other_limit_field',
		hint: 'gets the Output Limit in another field than usual',
		sent: 'the Output Limit of the node, in `max_tokens` or `max_completion_tokens`, whichever the service knows as a rule',
		refused: 'the name of the field',
		instead: 'the limit in the other of the two',
		applies: ({ limitField }, { limitTokens }) => limitField === 'usual' && limitTokens !== null,
		names: LIMIT_NAMES,
		change: { limitField: 'other' },
		isTried: true,
	},
	{
		id: 'no_limit_field',
		hint: 'takes no Output Limit, so its own limit holds',
		sent: 'the Output Limit of the node, in the other of the two fields',
		refused: 'that name, too',
		instead: 'nothing: the model’s own limit holds',
		applies: ({ limitField }, { limitTokens }) => limitField === 'other' && limitTokens !== null,
		names: LIMIT_NAMES,
		change: { limitField: 'none' },
		isTried: false,
	},
];

/** The concession that a refusal asks for by name; `null` where it names nothing that was sent and can be done without. */
export function namedConcession({ param, words }: Complaint, { manner, sent }: { manner: Manner; sent: Sent }): Concession | null {
	const said = `${param} ${words}`;
	const found = CONCESSIONS.flatMap((concession) => {
		// A limit that is too large is refused under any name, and is not left out for that.
		const isHopeless = concession.change.limitField !== undefined && isLimitTooLarge(said);
		if (isHopeless || !concession.applies(manner, sent)) return [];
		const at = said.search(concession.names);
		return at === -1 ? [] : [{ concession, at }];
	});
	// What is wrong inside of the schema is mended there before the schema is given up.
	const inside = found.find(({ concession }) => concession.id === 'schema_subset')?.concession ?? null;
	if (inside && (found.length === 1 || FORM_NAMES.test(said))) return inside;
	const [first] = found.filter(({ concession }) => concession !== inside).sort((a, b) => a.at - b.at);
	return first?.concession ?? null;
}

/** True for a refusal of how large the output limit is: it is lowered where the most is known, and nothing else helps. */
export function isAboutLimitSize({ param, words }: Complaint, { limitTokens }: Sent): boolean {
	const said = `${param} ${words}`;
	return limitTokens !== null && namesLimit(said) && isLimitTooLarge(said);
}

/** What to try in turn where a refusal names nothing: each concession by itself, the form first; at last all of them together. */
export function triedManners(manner: Manner, sent: Sent): Manner[] {
	const tried: Manner[] = [];
	let form = { manner, sent };
	for (const concession of CONCESSIONS) {
		const isForm = concession.change.form !== undefined || concession.change.schema !== undefined;
		const from = isForm ? form : { manner, sent };
		if (!concession.isTried || !concession.applies(from.manner, from.sent)) continue;
		const next = { ...from.manner, ...concession.change };
		if (isForm) form = { manner: next, sent: sent.form === 'text' ? sent : { ...sent, form: next.form } };
		tried.push(next);
	}
	if (tried.length < 2) return tried;
	const plainest = tried.reduce((all, each) => ({ ...all, ...differenceOf(manner, each) }), manner);
	return [...tried, plainest];
}

/** What a manner changes in another. */
export function differenceOf(from: Manner, to: Manner): Partial<Manner> {
	return Object.fromEntries(Object.entries(to).filter(([name, value]) => propertyOf(from, name) !== value));
}

/** The concessions that lie between the usual manner and this one, in order. */
export function concessionsIn(manner: Manner): Concession[] {
	return CONCESSIONS.filter(({ id, change }) => {
		if (id === 'no_schema') return manner.form !== 'json_schema';
		if (id === 'other_limit_field') return manner.limitField !== 'usual';
		return Object.entries(change).every(([name, value]) => propertyOf(manner, name) === value);
	});
}

const MOST_TOKENS = 'most_tokens:';

/** The text of a manner, to be kept: names of concessions. */
export function encodeManner(manner: Manner): string {
	const names = concessionsIn(manner).map(({ id }) => id);
	return [...names, ...(manner.mostTokens === null ? [] : [`${MOST_TOKENS}${String(manner.mostTokens)}`])].join(' ');
}

/** The inverse. Names that this version does not know are left out. */
export function decodeManner(text: string): Manner {
	const ids = new Set(text.split(' '));
	const most = Number([...ids].find((id) => /^most_tokens:\d{1,9}$/.test(id))?.slice(MOST_TOKENS.length) ?? 0);
	const usual = most > 0 ? { ...USUAL_MANNER, mostTokens: most } : USUAL_MANNER;
	return CONCESSIONS.reduce((manner, { id, change }) => (ids.has(id) ? { ...manner, ...change } : manner), usual);
}
