/**
 * Finds what of a request a refusal complains about: by the parameter it names, by quoted words and paths, by names in its sentence. The
 * rule knows the body that was sent, not the servers: a name counts when it is a field of the body or a keyword of its schema.
 */
import { propertyOf } from '../../core/values/foreign';
import type { RefusedField } from '../provider';
import type { ServerRefusal } from './server-refusal';

type Fields = Readonly<Record<string, unknown>>;

/** Refusals of the request itself. */
const OF_THE_REQUEST: ReadonlySet<number> = new Set([400, 415, 422, 500, 501]);
/** Longest text that is looked at: servers name the field at the beginning. */
const MAX_CHARACTERS = 2_000;
/** Names under which servers know our fields, where they are not ours. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
	response_schema: 'response_format',
	response_json_schema: 'response_format',
	response_mime_type: 'response_format',
	json_schema: 'response_format',
	json_object: 'response_format',
	structured_output: 'response_format',
	structured_outputs: 'response_format',
	output_format: 'response_format',
	output_config: 'response_format',
	guided_json: 'response_format',
	grammar: 'response_format',
	thinking: 'reasoning_effort',
	thinking_config: 'reasoning_effort',
	thinking_budget: 'reasoning_effort',
	thinking_level: 'reasoning_effort',
	reasoning: 'reasoning_effort',
	system_instruction: 'messages',
	developer_instruction: 'messages',
	role: 'messages',
	roles: 'messages',
	contents: 'messages',
};
const LIMITS: readonly string[] = ['max_completion_tokens', 'max_tokens'];
/** A complaint, as opposed to a mention. */
const COMPLAINS =
	/unsupported|support|unrecogni[sz]ed|unknown|unexpected|extra (fields|inputs|forbidden)|extra_forbidden|permitted|allowed|enabled|invalid|only|deprecated|must|cannot|can't|unavailable|available|not (a )?valid|no longer|removed|conflict|disabled|ignored|remove|requires?|should|expected|fail/i;

/** The words for a message of the role that a model does not take. */
const ROLE = /\b(system|developer)[ _](?:roles?|messages?|prompts?|instructions?)\b/i;

/** The field that is complained of, of those in the body; `null` where none is named, or the refusal is about something else. */
export function refusedFieldOf(refusal: ServerRefusal, body: object): RefusedField | null {
	if (!OF_THE_REQUEST.has(refusal.status)) return null;
	const sent: Fields = { ...body };
	const words = refusal.message.slice(0, MAX_CHARACTERS);
	if (refusal.param !== '') {
		const named = fieldOfPath(refusal.param, sent);
		if (named) return refined(named, `${refusal.param} ${words}`, sent);
	}
	if (!COMPLAINS.test(`${refusal.signals.join(' ')} ${words}`)) return null;
	const role = ROLE.exec(words)?.[1]?.toLowerCase();
	if (role !== undefined) return { field: 'messages', within: role };
	for (const name of namesIn(words)) {
		const named = fieldOfPath(name, sent);
		if (named) return refined(named, words, sent);
	}
	const keyword = schemaKeywordIn(words, sent);
	return keyword === null ? null : { field: 'response_format', within: keyword };
}

/** Quoted words, then paths and names with an underscore, then single words: each kind in the order of the sentence. */
function namesIn(words: string): readonly string[] {
	const quoted = [...words.matchAll(/['"`‘“]([\w.[\]$-]{2,120})['"`’”]/g)].map(([, name = '']) => name);
	const paths = [...words.matchAll(/\b[a-z]\w{0,60}(?:(?:\.|\[)[\w.[\]$-]{1,100}|_\w{1,60})/gi)].map(([name]) => name);
	const plain = [...words.matchAll(/\b[a-z]{4,40}\b/gi)].map(([name]) => name);
	return [...quoted, ...paths, ...plain];
}

/** The field of the body that a path or a name stands for; the first step of the path that is one counts. */
function fieldOfPath(path: string, sent: Fields): string | null {
	for (const step of stepsOf(path)) {
		const name = snake(step);
		if (name !== 'model' && Object.hasOwn(sent, name)) return name;
		const ours = OTHER_NAMES[name];
		if (ours !== undefined && Object.hasOwn(sent, ours)) return ours;
		const limit = /^max_(output_|new_|completion_)?tokens$|^num_predict$/.test(name)
			? LIMITS.find((field) => Object.hasOwn(sent, field))
			: null;
		if (limit && !LIMITS.includes(name)) return limit;
	}
	return null;
}

function refined(field: string, words: string, sent: Fields): RefusedField {
	if (field === 'response_format') return { field, within: schemaKeywordIn(words, sent) };
	if (field === 'messages') return { field, within: /\b(system|developer)\b/i.exec(words)?.[1]?.toLowerCase() ?? null };
	return { field, within: null };
}

/** A keyword of the schema that was sent, which the words name: the last step of a path, or a quoted word. */
function schemaKeywordIn(words: string, sent: Fields): string | null {
	const keywords = keywordsOf(schemaOf(sent), DEEPEST_SCHEMA);
	if (keywords.size === 0) return null;
	const quoted = [...words.matchAll(/['"`‘“]([\w$]{2,60})['"`’”]/g)].map(([, name = '']) => name);
	const ends = [...words.matchAll(/([\w.[\]$]{0,200})[\].]([\w$]{2,60})\b/g)].flatMap(([, path = '', name = '']) =>
		/schema|properties/i.test(path) ? [name] : [],
	);
	return [...ends, ...quoted].find((name) => keywords.has(name)) ?? null;
}

const DEEPEST_SCHEMA = 12;
/** Below these a schema holds names of the user's, not keywords. */
const HOLDS_NAMES: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'patternProperties']);

function schemaOf(sent: Fields): unknown {
	return propertyOf(propertyOf(sent['response_format'], 'json_schema'), 'schema');
}

function keywordsOf(value: unknown, depth: number, isNames = false): Set<string> {
	const found = new Set<string>();
	if (typeof value !== 'object' || value === null || depth === 0) return found;
	for (const [key, inner] of Object.entries(value)) {
		if (!isNames && !Array.isArray(value) && key !== 'properties') found.add(key);
		for (const keyword of keywordsOf(inner, depth - 1, !isNames && HOLDS_NAMES.has(key))) found.add(keyword);
	}
	return found;
}

function stepsOf(path: string): readonly string[] {
	return path.split(/[.[\]/]+/).filter((step) => step !== '' && step !== 'body');
}

function snake(name: string): string {
	return name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
}
