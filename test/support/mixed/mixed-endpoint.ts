/**
 * A real server on loopback that answers each request by a row drawn by the seed, in time that passes by itself, and keeps its own book of
 * what it answered, what it billed and what it told of that.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { MICRO_PER_CREDIT, type Micro } from '../../../lib/core/values/money';
import type { ProviderHandle } from '../../../lib/engine/llm-action';
import type { Reason } from '../../../lib/params/fallback-switch';
import { PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { createOpenAiCompatible } from '../../../lib/providers/openai/openai-compatible';
import type { ChatOutcome, ChatRequest, Provider } from '../../../lib/providers/provider';
import { createProvider } from '../../../lib/runtime/provider-handle';
import type { SimulatedTime } from '../chaos/simulated/simulated-time';
import { Chance } from '../machine/proof-rounds';
import { startFakeOpenAi, type Behaviour, type FakeOpenAi, type Recorded } from '../provider/fake-openai';
import { askedIn, type Asked } from '../scenarios/field-inputs';
import { MIXED_ROWS, type Ask, type Counts, type Row, type Said, type Telling, type Trait } from './mixed-rows';

/** The model that judges answers. */
export const JUDGE = 'gpt-4.1';

/** What a token costs by the list, in micro-credits: input, input from the cache, output. */
const RATES: Readonly<Record<string, readonly [bigint, bigint, bigint]>> = {
	'gpt-4.1-mini': [4_000n, 1_000n, 16_000n],
	'gpt-4.1-nano': [1_000n, 250n, 4_000n],
	[JUDGE]: [20_000n, 5_000n, 80_000n],
};
/** In thousandths of the list price. */
const TIERS = { priority: 1_750n, flex: 500n } as const;

/** What a call costs, by a sum of our own. */
function costOf(model: string, { input, output, cached = 0, tier }: Counts): Micro {
	const rates = RATES[model];
	if (!rates) throw new Error(`${model} has no price here.`);
	const [fresh, known, written] = rates;
	const listMicro = BigInt(input - cached) * fresh + BigInt(cached) * known + BigInt(output) * written;
	return tier === undefined ? listMicro : (listMicro * TIERS[tier] + 999n) / 1_000n; // ratio: the price of a tier
}

/** One request in the book. */
export interface BookedRequest {
	readonly row: string;
	readonly subject: string;
	readonly model: string;
	telling: Telling;
	/** What was really billed; where nobody is told, what may have been. */
	readonly costMicro: Micro;
	readonly isOddlyPriced: boolean;
	readonly whole: readonly string[];
	readonly reasons: readonly Reason[];
	/** When it came and when its call was over, counted by what happened between. */
	readonly beganAt: number;
	endedAt: number;
}

/** A call that is under way. */
interface OpenCall {
	readonly subject: string;
	readonly model: string;
	/** What its model was known to refuse when it began. */
	readonly known: ReadonlySet<string>;
	readonly over: AbortController;
	/** The server waits in simulated time, so nobody works on it. */
	isWaiting: boolean;
	readonly requests: BookedRequest[];
}

/** How answers of a campaign look. */
export interface AnswerForm {
	/** The attributes of a whole answer, but the message. */
	readonly beside: Readonly<Record<string, unknown>>;
	readonly isChecked: boolean;
}

interface MixedOptions {
	readonly seed: number;
	readonly time: SimulatedTime;
	readonly form: AnswerForm;
	/** What each model refuses. */
	readonly traits: Readonly<Record<string, readonly Trait[]>>;
	/** Draws among these; all of them unless it is given. */
	readonly rows?: readonly Row[];
}

/** Node tells of each request before it is sent. */
const CREATED = 'http.client.request.created';
const MAX_DELAY_MS = 2_500;
const BYTES_OF_A_TOKEN = 5;
/** One in so many answers is much slower. */
const SLOW_ONE_IN = 25;
const VERY_SLOW_MS = 70_000;

export class MixedEndpoint {
	readonly requests: BookedRequest[] = [];
	/** What was refused although its model was known to refuse it. */
	readonly refusedAgain: string[] = [];
	/** Calls at once, at most. */
	mostAtOnce = 0;
	readonly #options: MixedOptions;
	readonly #open = new Set<OpenCall>();
	readonly #numbers = new Map<string, number>();
	/** Refusals that a call of somebody met, until an answer shows that they were got around. */
	readonly #met = new Map<string, Set<string>>();
	readonly #learnt = new Set<string>();
	readonly #asking = new AsyncLocalStorage<OpenCall>();
	readonly #callOf = new Map<number, OpenCall>();
	#events = 0;
	#fake: FakeOpenAi | null = null;
	#work: (() => void) | null = null;

	constructor(options: MixedOptions) {
		this.#options = options;
	}

	async start(): Promise<void> {
		subscribe(CREATED, this.#sign);
		this.#fake = await startFakeOpenAi({ choose: (recorded) => this.#answer(recorded) });
	}

	async close(): Promise<void> {
		unsubscribe(CREATED, this.#sign);
		await this.#fake?.close();
	}

	/** Calls may ask the same at once, so whose a request is shows by the port that it goes out from. */
	readonly #sign = (message: unknown): void => {
		const call = this.#asking.getStore();
		if (!call) return;
		(message as { readonly request: ClientRequest }).request.once('socket', (socket) => {
			const note = (): void => void this.#callOf.set(socket.localPort ?? 0, call);
			if (socket.connecting) socket.once('connect', note);
			else note();
		});
	};

	/** As a host makes it, apart from the time. */
	handle(): ProviderHandle {
		const { time } = this.#options;
		const baseUrl = this.#fake?.url ?? '';
		const usual = createProvider(readParams(PROVIDER_PARAMS, { service: 'openai', baseUrl, apiKey: 'k' }));
		const later = (delayMs: number, task: () => void): { cancel(): void } => {
			const over = new AbortController();
			void time.pause(delayMs, over.signal).then(() => {
				if (!over.signal.aborted) task();
			});
			return { cancel: () => over.abort() };
		};
		const provider = createOpenAiCompatible({
			name: 'mixed',
			baseUrl,
			apiKey: 'k',
			providerId: 'openai',
			timeoutMs: 15_000,
			timing: { later, monotonicMs: () => time.nowMs },
		});
		return { ...usual, provider: this.#watched(provider) };
	}

	#watched(provider: Provider): Provider {
		return {
			name: provider.name,
			listModels: () => Promise.resolve([]),
			chat: async (request) => {
				const call = this.#enter(request);
				try {
					const outcome = await this.#asking.run(call, () => provider.chat(request));
					this.#learn(call, outcome);
					return outcome;
				} finally {
					this.#leave(call);
				}
			},
		};
	}

	#enter({ model, messages }: ChatRequest): OpenCall {
		const call: OpenCall = {
			subject: subjectIn(JSON.stringify(messages)),
			model,
			known: new Set(this.#learnt),
			over: new AbortController(),
			isWaiting: false,
			requests: [],
		};
		this.#open.add(call);
		this.mostAtOnce = Math.max(this.mostAtOnce, this.#open.size);
		this.#noteWork();
		return call;
	}

	#leave(call: OpenCall): void {
		this.#open.delete(call);
		this.#events += 1;
		for (const request of call.requests) request.endedAt = this.#events;
		// An answer that nobody waited for any more was written all the same.
		const last = call.requests.at(-1);
		if (last && call.isWaiting && last.telling !== 'unknown') last.telling = 'unknown';
		call.over.abort();
		this.#noteWork();
	}

	/** What the calls of somebody met before an answer came has been got around. */
	#learn({ subject, model }: OpenCall, outcome: ChatOutcome): void {
		if (outcome.kind !== 'answered') return;
		const who = `${subject} ${model}`;
		for (const refused of this.#met.get(who) ?? []) this.#learnt.add(refused);
		this.#met.delete(who);
	}

	/** No time passes while anybody works on a call. */
	#noteWork(): void {
		const isBusy = [...this.#open].some(({ isWaiting }) => !isWaiting);
		if (!isBusy) {
			this.#work?.();
			this.#work = null;
		} else if (this.#work === null) {
			void this.#options.time.track(new Promise<void>((resolve) => (this.#work = resolve)));
		}
	}

	#answer(recorded: Recorded): Behaviour {
		const asked = askedIn(recorded);
		const call = this.#callOf.get(recorded.fromPort);
		if (!call) throw new Error(`Nobody asked this: ${asked.text}`);
		const { model } = call;
		const refusal = this.#refusalOf(asked, call);
		if (refusal) return refusal;
		const number = (this.#numbers.get(call.subject) ?? 0) + 1;
		this.#numbers.set(call.subject, number);
		const chance = new Chance(this.#options.seed * 7919 + Number(call.subject.slice(1)) * 104_729 + number);
		const { row, said, counts } = this.#draw({ asked, call, number, chance });
		this.#events += 1;
		const { telling } = said;
		const request: BookedRequest = {
			row,
			subject: call.subject,
			model,
			telling,
			costMicro: telling === 'free' ? 0n : costOf(model, said.counts ?? counts),
			isOddlyPriced: telling === 'beyond' || said.counts?.tier !== undefined,
			whole: said.whole,
			reasons: said.reasons,
			beganAt: this.#events,
			endedAt: Number.POSITIVE_INFINITY,
		};
		this.requests.push(request);
		call.requests.push(request);
		return this.#inTime(said.behaviour, call, delayOf(chance));
	}

	#refusalOf(asked: Asked, { model, subject, known }: OpenCall): Behaviour | null {
		for (const { name, refuses } of this.#options.traits[model] ?? []) {
			const refusal = refuses(asked);
			if (!refusal) continue;
			const what = `${model} ${name}`;
			if (known.has(what)) this.refusedAgain.push(`${subject}: ${what}`);
			const who = `${subject} ${model}`;
			this.#met.set(who, (this.#met.get(who) ?? new Set()).add(what));
			return refusal;
		}
		return null;
	}

	#draw({ asked, call, number, chance }: { asked: Asked; call: OpenCall; number: number; chance: Chance }): {
		row: string;
		said: Said;
		counts: Counts;
	} {
		const { form, rows = MIXED_ROWS } = this.#options;
		const isJudge = call.model === JUDGE;
		const text = `Hi ${call.subject}, your boots are back: ${String(number)} pairs of them.`;
		const whole = isJudge ? { score: chance.below(5) === 0 ? 10 : 90, why: 'Fine.' } : { message: text, ...form.beside };
		const wanted = 8 + chance.below(60);
		const limit = asked.limitTokens > 0 ? asked.limitTokens : wanted;
		const counts = { input: inputOf(asked), output: Math.min(wanted, limit) };
		const ask: Ask = {
			subject: call.subject,
			asked,
			model: call.model,
			text,
			json: JSON.stringify(whole),
			counts,
			chance,
			isOneText: !isJudge && Object.keys(form.beside).length === 0,
			isChecked: form.isChecked,
		};
		const row = wanted > limit ? CUT_SHORT : drawn(rows, ask);
		const said = row.say(ask);
		return { row: row.name, said: isJudge ? { ...said, whole: [] } : said, counts };
	}

	#inTime(behaviour: Behaviour, call: OpenCall, delayMs: number): Behaviour {
		call.isWaiting = true;
		this.#noteWork();
		if (behaviour.kind === 'hang') return behaviour;
		const until = this.#options.time.pause(delayMs, call.over.signal).then(() => {
			if (call.over.signal.aborted) return;
			// One that breaks off within its body is waited for until the time limit.
			call.isWaiting = behaviour.kind === 'hangBody';
			this.#noteWork();
		});
		return { kind: 'later', until, then: behaviour };
	}
}

/** A model stops at the output limit, as real ones do. */
const CUT_SHORT: Row = {
	name: 'stops at the output limit',
	say: ({ json, counts }) => ({
		behaviour: {
			kind: 'answer',
			text: json.slice(0, 12),
			finishReason: 'length',
			usage: { prompt_tokens: counts.input, completion_tokens: counts.output, total_tokens: counts.input + counts.output },
		},
		telling: 'told',
		whole: [],
		reasons: ['answer_cut_off', 'invalid_output'],
	}),
};

function drawn(rows: readonly Row[], ask: Ask): Row {
	const fitting = rows.filter(({ fits }) => fits?.(ask) ?? true);
	let left = ask.chance.below(fitting.reduce((sum, { weight = 1 }) => sum + weight, 0));
	const row = fitting.find(({ weight = 1 }) => (left -= weight) < 0);
	if (!row) throw new Error('There is always a row.');
	return row;
}

function delayOf(chance: Chance): number {
	return chance.below(SLOW_ONE_IN) === 0 ? chance.below(VERY_SLOW_MS) : 20 + chance.below(MAX_DELAY_MS);
}

/** A model counts the same tokens in the same text, whenever it is asked. */
function inputOf({ fields }: Asked): number {
	return 20 + Math.floor(JSON.stringify([fields['messages'], fields['response_format']]).length / BYTES_OF_A_TOKEN);
}

function subjectIn(text: string): string {
	return /\bp\d+\b/.exec(text)?.[0] ?? 'p0';
}

/** Credits as an amount. */
export const credits = (count: number): Micro => BigInt(count) * MICRO_PER_CREDIT;
