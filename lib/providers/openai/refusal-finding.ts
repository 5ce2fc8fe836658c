/**
 * Says what a refusal means: by the words that programs write for programs, then by its status and its headers, and by the words for
 * people only where these leave it open. A rate limit never becomes an empty wallet by a mention of billing.
 */
import type { ProviderFault, ProviderFaultCode } from '../provider';
import { waitIn } from '../transport/retry-after';
import type { ServerRefusal } from './server-refusal';

/** What a refusal comes to, without the words for people. */
export interface RefusalFinding extends Pick<ProviderFault, 'code' | 'billed' | 'isRetryable'> {
	/** `address`: nothing speaks our interface there; `payment`, `model`: known although the status says something else. */
	readonly cause: ProviderFaultCode | 'address' | 'redirect' | 'overloaded';
	readonly retryAfterMs: number | null;
}

type Cause = RefusalFinding['cause'];

/** What programs say, in lower case with underscores. The first that fits counts. */
const SIGNALS: readonly (readonly [Cause, RegExp])[] = [
	[
		'quota_exhausted',
		/insufficient_(user_)?(quota|balance|funds|credit)|billing|payment_required|credit_(limit|balance)|out_of_credits|not_enough_(credit|balance)|quota_exhausted|(spend\w*|hard|usage|monthly)_limit|arrear|overdue|balance_(is_)?(not_enough|insufficient)/,
	],
	[
		'rate_limited',
		/rate_?limit|too_many_(requests|tokens)|throttl|resource_exhausted|slow_down|(requests|tokens|concurren\w*)_limit|per_(second|minute)/,
	],
	[
		'context_too_long',
		/context_(length|window)|prompt_too_long|string_above_max_length|request_too_large|input_too_long|max_tokens_exceeded/,
	],
	[
		'content_refused',
		/content_(filter|policy|moderation)|responsible_?ai|moderation|data_inspection|safety|sensitive|prohibited_content|flagged/,
	],
	// The model tried to keep the form, and what it wrote was none.
	['unsupported_output', /json_(validate|validation|generation)_?(fail|error)|failed_generation/],
	[
		'model_not_found',
		/model_(not_(found|available|exist|supported)|does_not_exist|unavailable|decommissioned)|deployment_?not_?found|(unknown|invalid|no_such)_model(?!\w)/,
	],
	[
		'unauthorised',
		/(invalid|incorrect|missing|expired|bad)_(api_)?(key|token|credential)|(api_)?key_(invalid|expired|not_found)|unauthori[sz]ed|unauthenticated|authentication|permission|access_denied|(?<!extra_)forbidden|not_allowed_country|unsupported_country/,
	],
	[
		'overloaded',
		/overload|(service|model|engine|server)_(is_)?(temporarily_)?(unavailable|busy)|^unavailable$|no_capacity|capacity_exceeded/,
	],
	['timeout', /timeout|timed_out|deadline_exceeded/],
	['server_error', /^(internal|server|api|internal_server|upstream|provider)(_server)?_error|^internal$|upstream/],
	[
		'bad_request',
		/invalid_(request|argument|parameter|value|type)|bad_request|validation|unsupported|unrecognized|unknown_(parameter|field|url)|failed_precondition|out_of_range|extra_forbidden|not_found/,
	],
];
/** These say little beside a status that says more. */
const WEAK: ReadonlySet<Cause> = new Set(['bad_request', 'server_error', 'timeout', 'overloaded']);

const RATE =
	/rate[- _]?limit|too many (concurrent |simultaneous )?(requests|tokens|calls)|\b(per|\/|a|each) ?(second|sec|minute|min|hour|day)\b|\b[rt]p[smhd]\b|(try|retry)( again)? (in|after) \d|slow down|throttl|concurren|high (demand|traffic)|at capacity|overloaded/i;
const QUOTA =
	/insufficient[_ ](quota|balance|funds|credit)|exceeded your (current |monthly )?quota|(out of|no|not enough|ran out of|zero|used up (all|your)) (remaining |available )?credits?\b|credit balance|balance (is |has )?(been )?(too low|insufficient|exhausted|empty|used up|not enough|negative)|quota[_ ](is |has been |was )?(exceeded|exhausted|used up|reached)|spend(ing)? (limit|cap)|(monthly|usage|billing|hard) (hard )?limit (has been |was |is )?(reached|exceeded)|payment (is )?required|top ?up|recharge/i;
const CONTEXT =
	/context[_ ](length|window|size)|maximum context|prompt is too long|too many (input |prompt )?tokens|input (is )?too (long|large)|exceeds? (the )?(model'?s? |available )?(max|context|token)|tokens`? \+ `?max_(new_)?tokens/i;
const CONTENT =
	/content[_ ](filter|polic|management|moderation)|responsible ?ai|safety (system|filter|polic|setting)|moderation|flagged|inappropriate content|sensitive (content|words)|violat\w* (our |the )?(usage|content|safety|acceptable)|safety[_ ]check/i;
const MODEL =
	/model_not_found|deploymentnotfound|unknown[_ ]model|invalid[_ ]model|(model|deployment)\b.{0,120}\b(not (be )?(found|exist|loaded)|does(n't| not) exist|not available|no longer|unknown|pull|decommissioned)|no (such )?model/i;
const FORM = /response[_ ]format|json[_ ]schema|json_object|json mode|structured[_ ]output|guided[_ ](json|decoding)|grammar/i;
/** What web servers and routers say of a path. Bounded, and only looked for in short words. */
const ADDRESS =
	/^(404|error|:|\s)*(the )?((requested )?(page|resource|route|path|endpoint|url|file) )*(was |is |could )?(not (be )?found|does not exist)( on this server)?[.!]?$|invalid (url|api path|path|endpoint)|unknown (url|path|route|endpoint|request url)|no (such )?(route|handler|static|endpoint (at|for|matches))|cannot (get|post)|unexpected endpoint|unrecognized request url|requested url|method not allowed|no context-path/i;
const OF_THE_REQUEST =
	/unexpected|unknown|invalid|unsupported|not (found|supported|allowed|loaded|exist|permitted|valid|implemented)|no (such|route|model)|missing|required|must|malformed|cannot|unrecogni|forbidden|denied|method|endpoint/i;
const MAX_WORDS = 1_000;

/** Statuses by which the provider itself says no, of those below 500. */
const OWN_REFUSALS: ReadonlySet<number> = new Set([
	...[400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 425, 426, 428, 429, 431, 451],
]);
/** By these a gateway gives up while the model may go on, whatever stands in the body (ledger rule 37). */
const GIVEN_UP: ReadonlySet<number> = new Set([408, 424, 499, 502, 504, 524]);
/** Free where the error is the provider's own; a page of something between cannot know what the provider does. */
const FREE_IF_OWN: ReadonlySet<number> = new Set([498, 500, 501, 503, 505, 529]);

/** What gateways for models say under a status of 500 or 503 when they stopped waiting, or lost the connection to a model at work. */
const GAVE_UP =
	/time[ds]?[ _-]?out|deadline[ _]exceeded|disconnect|broken[ _]pipe|hang[ _]?up|ECONNRESET|EPIPE|(connection|stream|upstream)[ _](was[ _])?(error|reset|closed|lost|aborted|terminat)|reset[ _](reason|by[ _]peer)|premature|incomplete/i;

/** What a refusal means. `providerId` matters for Azure alone, which may charge a prompt that its filter refused. */
export function findingOf(refusal: ServerRefusal, { providerId }: { readonly providerId: string }): RefusalFinding {
	const words = refusal.message.slice(0, MAX_WORDS);
	const waitMs = waitIn({ headers: refusal.headers, bodyDelayMs: refusal.retryDelayMs, words });
	const cause = causeOf(refusal, words, waitMs.isSignal);
	const code = codeOf(cause);
	const isWaiting = code === 'rate_limited' || code === 'server_error';
	return {
		cause,
		code,
		billed: cause === 'content_refused' && providerId === 'azure' ? 'unknown' : billedOf(refusal, cause),
		isRetryable: isWaiting || code === 'timeout',
		retryAfterMs: isWaiting ? waitMs.ms : null,
	};
}

function codeOf(cause: Cause): ProviderFaultCode {
	switch (cause) {
		case 'address':
		case 'redirect':
			return 'bad_request';
		case 'overloaded':
			return 'server_error';
		default:
			return cause;
	}
}

function causeOf(refusal: ServerRefusal, words: string, isToWait: boolean): Cause {
	const { status } = refusal;
	const signal = signalled(refusal);
	// One server says that it has no permission for what its filter refused.
	if (signal === 'unauthorised' && CONTENT.test(words)) return 'content_refused';
	if (signal !== null && !WEAK.has(signal)) return signal;
	switch (status) {
		case 401:
		case 407:
			return 'unauthorised';
		case 402:
			return 'quota_exhausted';
		case 403:
			return causeByWords(words) ?? 'unauthorised';
		case 404:
			if (MODEL.test(words)) return 'model_not_found';
			return words === '' || !refusal.isOwn || ADDRESS.test(words) ? 'address' : 'model_not_found';
		case 405:
			return 'address';
		case 408:
			return 'timeout';
		case 413:
			return 'context_too_long';
		case 429:
			return isToWait || RATE.test(words) || !QUOTA.test(words) ? 'rate_limited' : 'quota_exhausted';
		default:
			if (status >= 300 && status < 400) return 'redirect';
			if (status >= 500 || status < 300) return signal === 'overloaded' ? signal : 'server_error';
			return OWN_REFUSALS.has(status) ? (causeByWords(words) ?? 'bad_request') : 'server_error';
	}
}

/** What the words for programs say; the first that says anything counts. */
function signalled({ signals, status, param }: ServerRefusal): Cause | null {
	for (const signal of signals.slice(0, 12)) {
		const word = signal
			.slice(0, 100)
			.replace(/([a-z\d])([A-Z])/g, '$1_$2')
			.toLowerCase()
			.replace(/[^a-z\d]+/g, '_');
		// OpenAI's type of a rate limit is the name of what ran out.
		if (status === 429 && (word === 'tokens' || word === 'requests')) return 'rate_limited';
		const found = SIGNALS.find(([, pattern]) => pattern.test(word))?.[0];
		if (found !== undefined && !WEAK.has(found)) return found;
	}
	if (status < 500 && param.startsWith('response_format')) return 'unsupported_output';
	for (const signal of signals.slice(0, 12)) {
		const found = SIGNALS.find(([cause, pattern]) => WEAK.has(cause) && pattern.test(signal.slice(0, 100).toLowerCase()))?.[0];
		if (found !== undefined) return found;
	}
	return null;
}

function causeByWords(words: string): Cause | null {
	if (CONTEXT.test(words)) return 'context_too_long';
	if (CONTENT.test(words)) return 'content_refused';
	if (FORM.test(words)) return 'unsupported_output';
	if (MODEL.test(words)) return 'model_not_found';
	if (RATE.test(words)) return 'rate_limited';
	return QUOTA.test(words) ? 'quota_exhausted' : null;
}

/** The status that an error in the body of a good answer should have had, by its own number, its signals and its words. */
export function statusOfOddError(refusal: Omit<ServerRefusal, 'status'> & { readonly status: number | null }): number {
	if (refusal.status !== null) return refusal.status;
	const signal = signalled({ ...refusal, status: 200 });
	const words = refusal.message.slice(0, MAX_WORDS);
	switch (signal) {
		case 'bad_request':
			return 400;
		case 'overloaded':
			return 503;
		case 'server_error':
			return 500;
		case 'timeout':
			return 504;
		case null:
			return causeByWords(words) !== null || OF_THE_REQUEST.test(words) ? 400 : 502;
		default:
			return 400;
	}
}

function billedOf(refusal: ServerRefusal, cause: Cause): ProviderFault['billed'] {
	const { status, isOwn, isNamed } = refusal;
	if (GIVEN_UP.has(status)) return 'unknown';
	if (OWN_REFUSALS.has(status) || (status >= 300 && status < 400)) return 'no';
	if (FREE_IF_OWN.has(status)) return isNamed && !tellsOfGivingUp(refusal) ? 'no' : 'unknown';
	// A status that nobody knows, with words that everybody knows.
	return isOwn && cause !== 'server_error' && cause !== 'timeout' ? 'no' : 'unknown';
}

/** True for an error of a gateway in front of the provider, which cannot know what the model does. */
function tellsOfGivingUp({ message, signals }: ServerRefusal): boolean {
	return GAVE_UP.test(message.slice(0, MAX_WORDS)) || signals.slice(0, 12).some((signal) => GAVE_UP.test(signal.slice(0, 100)));
}
