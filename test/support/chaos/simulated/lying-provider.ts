/**
 * A provider that is slow, loses its word and lies, differently for each person and attempt but alike for each seed, and that keeps books
 * of its own of what it bills. A process that dies hears nothing any more, and is billed all the same.
 */
import { priceUsage } from '../../../../lib/core/prices/pricing';
import type { Usage } from '../../../../lib/core/usage/usage-fields';
import type { ProviderHandle } from '../../../../lib/engine/llm-action';
import type { ChatOutcome, ChatRequest, Provider } from '../../../../lib/providers/provider';
import { Chance } from '../../machine/proof-rounds';
import { answer, fault, PRICE, USAGE } from '../../provider/scripted-provider';
import type { BookedCall, Told } from '../judge';

export const MAX_OUTPUT_TOKENS = 60;
/** No call of these requests is billed more. */
export const DEAREST_MICRO = priceUsage(PRICE, usageOf(MAX_OUTPUT_TOKENS));
/** What is charged at most where the provider reports what cannot be: all that a prompt and an answer of this kind could have. */
export const MOST_MICRO = 1_000_000_000n;

type Kind =
	| 'good'
	| 'no usage'
	| 'usage as text'
	| 'impossible usage'
	| 'half an answer'
	| 'refusal'
	| 'garbage'
	| 'busy'
	| 'broken'
	| 'gateway'
	| 'billed and lost'
	| 'dropped'
	| 'never ends';

const KINDS: readonly (readonly [Kind, number])[] = [
	['good', 50],
	['no usage', 3],
	['usage as text', 2],
	['impossible usage', 1],
	['half an answer', 4],
	['refusal', 2],
	['garbage', 3],
	['busy', 8],
	['broken', 6],
	['gateway', 4],
	['billed and lost', 5],
	['dropped', 4],
	['never ends', 4],
];
const WEIGHT = KINDS.reduce((sum, [, weight]) => sum + weight, 0);

/** What one question comes to. */
interface Turn {
	readonly kind: Kind;
	readonly afterMs: number;
	readonly outputTokens: number;
	/** Where nobody is told: whether it was billed. */
	readonly isBilled: boolean;
}

/** Who asks: hears nothing after its death. */
export interface Asking {
	readonly number: number;
	readonly isDead: boolean;
}

interface LyingOptions {
	readonly seed: number;
	readonly nowMs: () => number;
	/** In the world's time, whoever waits. */
	readonly pause: (delayMs: number, signal: AbortSignal | null) => Promise<void>;
}

/** The provider of one run. */
export class LyingProvider {
	readonly calls: BookedCall[] = [];
	readonly met = new Map<Kind, number>();
	/** True: it answers well and at once from now on. */
	isCalm = false;
	readonly #options: LyingOptions;
	readonly #attempts = new Map<string, number>();

	constructor(options: LyingOptions) {
		this.#options = options;
	}

	/** The provider as a process has it. */
	handleOf(asking: Asking): ProviderHandle {
		const provider: Provider = {
			name: 'lying',
			chat: (request) => this.#chat(request, asking),
			listModels: () => Promise.resolve(['m']),
		};
		return { provider, service: 'lying', priceOf: (model) => (model === 'm' ? PRICE : null) };
	}

	async #chat(request: ChatRequest, asking: Asking): Promise<ChatOutcome> {
		// A process that has died asks nobody.
		const hasDied = (): boolean => asking.isDead;
		if (hasDied()) return new Promise(() => undefined);
		const person = /Write to (\w+)\./.exec(JSON.stringify(request.messages))?.[1] ?? '';
		const { nowMs, pause } = this.#options;
		const askedAtMs = nowMs();
		const turn = this.#turnOf(person);
		this.met.set(turn.kind, (this.met.get(turn.kind) ?? 0) + 1);
		const call: BookedCall = {
			person,
			askedAtMs,
			billedMicro: 0n,
			told: 'nothing',
			isForgotten: false,
			isExcused: false,
		};
		this.calls.push(call);
		const isLate = turn.afterMs > request.timeoutMs;
		await pause(Math.min(turn.afterMs, request.timeoutMs), request.signal);
		const usage = usageOf(Math.min(turn.outputTokens, request.maxOutputTokens ?? MAX_OUTPUT_TOKENS));
		const { outcome, isBilled, told } = outcomeOf(request.signal?.aborted || isLate ? { ...turn, kind: 'never ends' } : turn, usage);
		if (isBilled) call.billedMicro = priceUsage(PRICE, usage);
		if (hasDied()) return new Promise(() => undefined);
		call.told = told;
		return { ...outcome, latencyMs: nowMs() - askedAtMs };
	}

	#turnOf(person: string): Turn {
		const attempt = (this.#attempts.get(person) ?? 0) + 1;
		this.#attempts.set(person, attempt);
		const chance = new Chance(this.#options.seed * 7919 + Number(person.slice(1)) * 104_729 + attempt);
		const outputTokens = 5 + chance.below(MAX_OUTPUT_TOKENS - 5);
		if (this.isCalm) return { kind: 'good', afterMs: 10, outputTokens, isBilled: true };
		const afterMs = chance.below(8) === 0 ? chance.below(40_000) : 20 + chance.below(2_500);
		return { kind: kindAt(chance.below(WEIGHT)), afterMs, outputTokens, isBilled: chance.below(2) === 0 };
	}
}

function kindAt(place: number): Kind {
	let left = place;
	return KINDS.find(([, weight]) => (left -= weight) < 0)?.[0] ?? 'good';
}

interface Said {
	readonly outcome: ChatOutcome;
	readonly isBilled: boolean;
	readonly told: Told;
}

function outcomeOf({ kind, isBilled }: Turn, usage: Usage): Said {
	const reported = { kind: 'reported', usage } as const;
	const paid = (outcome: ChatOutcome, told: Told = 'the cost'): Said => ({ outcome, isBilled: true, told });
	const free = (outcome: ChatOutcome): Said => ({ outcome, isBilled: false, told: 'the cost' });
	const unknown = (code: 'timeout' | 'connection_lost' | 'server_error', billed = isBilled): Said => ({
		outcome: fault(code, { billed: 'unknown', isRetryable: true }),
		isBilled: billed,
		told: 'nothing',
	});
	const text = JSON.stringify({ message: 'Hello' });
	switch (kind) {
		case 'good':
			return paid(answer(text, reported));
		case 'no usage':
			return paid(answer(text, { kind: 'missing' }), 'no cost');
		case 'usage as text':
			return paid(answer(text, { kind: 'rejected', detail: 'prompt_tokens is "100"' }), 'no cost');
		case 'impossible usage':
			return paid(answer(text, { kind: 'reported', usage: { ...usage, inputTokens: 1e9, outputTokens: 1e9 } }), 'an impossible cost');
		case 'half an answer':
			return paid(answer('{"mess', reported));
		case 'refusal': {
			const said = answer('', reported);
			return paid(said.kind === 'answered' ? { ...said, refusal: 'No.' } : said);
		}
		case 'garbage':
			return paid(fault('garbage', { billed: 'yes', isRetryable: true, usage: reported }));
		case 'busy':
			return free(fault('rate_limited', { isRetryable: true, retryAfterMs: 700 }));
		case 'broken':
			return free(fault('server_error', { isRetryable: true }));
		case 'gateway':
			return unknown('server_error');
		case 'billed and lost':
			return unknown('connection_lost', true);
		case 'dropped':
			return unknown('connection_lost');
		case 'never ends':
			return unknown('timeout');
		default:
			return kind satisfies never;
	}
}

function usageOf(outputTokens: number): Usage {
	return { ...USAGE, outputTokens };
}
