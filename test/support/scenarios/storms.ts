/**
 * Owns the storms that a campaign must come through in both hosts, 64 calls at a time: a provider that keeps books of its own of what it
 * billed, and what must be true of items and ledger afterwards. Refuses to know a host.
 */
import { expect } from 'chai';
import { formatCredits, parseCredits, type Micro } from '../../../lib/core/values/money';
import { until } from '../machine/child';
import type { Behaviour, Chooser, Recorded } from '../provider/fake-openai';
import { LADDER_MODEL } from './ladder-scenarios';
import { proofOf, readBalance, readHolds } from '../ledger/ledger-reader';

/** What one request comes to, and what the provider bills for it; `null`: nothing. */
interface Turn {
	readonly behaviour: Behaviour;
	readonly billedMicro: Micro | null;
	/** The answer never arrives whole, so nobody on our side knows that it was billed. */
	readonly isLost?: true;
}

export interface Storm {
	readonly name: string;
	readonly credits: string;
	readonly people: number;
	readonly settings: Readonly<Record<string, unknown>>;
	/** The longest that the campaign may take, far below what its waits add up to one after the other. */
	readonly withinMs: number;
	/** A new provider. */
	readonly turns: () => (asked: Recorded, n: number) => Turn;
	/** Sources and reasons that items may carry; each occurs. */
	readonly reasons: readonly string[];
}

/** The settings that all of them share. A call sets one credit aside unless sizes are learned, and the usual answer costs one. */
export const STORM_SETTINGS = {
	model: LADDER_MODEL,
	concurrency: 64,
	maxOutputTokens: 300,
	reservation: 'fixed',
	reservationCredits: '1',
	keepResultsHours: 0,
	timeoutSeconds: 20,
	waitForCreditsSeconds: 20,
} as const;

const ONE: Micro = 1_000_000n;
const GOOD: Turn = { behaviour: { kind: 'answer' }, billedMicro: ONE };
const DROPPED: Turn = { behaviour: { kind: 'drop', when: 'afterHeaders' }, billedMicro: ONE, isLost: true };
const tooMany = (waitMs: number): Turn => ({
	behaviour: {
		kind: 'status',
		code: 429,
		body: { error: { message: 'Slow down', code: 'rate_limit_exceeded' } },
		headers: { 'retry-after-ms': String(waitMs) },
	},
	billedMicro: null,
});

/** So many requests in each half of a second; the others are told to wait. */
function limited(perWindow: number): Storm['turns'] {
	return () => {
		let window = { number: 0, used: 0 };
		return () => {
			const number = Math.floor(Date.now() / 500);
			if (number !== window.number) window = { number, used: 0 };
			window.used += 1;
			return window.used <= perWindow ? GOOD : tooMany(300);
		};
	};
}

/** Of the requests that are new, every seventh is billed and lost. Asked again, it is answered: chance must lose nobody three times. */
function everySeventhLost(): ReturnType<Storm['turns']> {
	const known = new Set<string>();
	return ({ body }) => {
		const isNew = known.size < known.add(JSON.stringify(body)).size;
		return isNew && known.size % 7 === 0 ? DROPPED : GOOD;
	};
}

const INPUT_TOKENS = 60;

/** An answer of this length, cut off where the request allows less. Costs 0.36 credits and 0.02 for each token. */
function ofLength(wanted: number, { body }: Recorded): Turn {
	const { max_completion_tokens: limit, max_tokens: olderLimit } = body as { max_completion_tokens?: number; max_tokens?: number };
	const length = Math.min(wanted, limit ?? olderLimit ?? wanted);
	const usage = { prompt_tokens: INPUT_TOKENS, completion_tokens: length };
	const said = length < wanted ? { text: '{"mess', finishReason: 'length' } : {};
	return {
		behaviour: { kind: 'answer', usage, delayMs: 20 + (wanted % 7) * 30, ...said },
		billedMicro: 360_000n + BigInt(length) * 20_000n,
	};
}

/** Every ninth request is refused, but no person twice: chance must refuse nobody three times. The others get answers of every length. */
function everyNinthRefused(): ReturnType<Storm['turns']> {
	const refused = new Set<string>();
	return (asked, n) => {
		const { messages } = asked.body as { messages: unknown };
		const isNew = n % 9 === 4 && refused.size < refused.add(JSON.stringify(messages)).size;
		return isNew ? tooMany(100) : ofLength(n % 10 === 0 ? 200 : 5 + ((n * 37) % 56), asked);
	};
}

export const STORMS: readonly Storm[] = [
	{
		name: 'a provider that takes 40 requests in half a second: who waits is served',
		credits: '1000',
		people: 192,
		settings: { maxAttempts: 10 },
		withinMs: 20_000,
		turns: limited(40),
		reasons: ['model answered'],
	},
	{
		name: 'a provider that refuses every request: everybody leaves, nothing is paid',
		credits: '1000',
		people: 192,
		settings: { maxAttempts: 3, waitForProviderSeconds: 1 },
		withinMs: 20_000,
		turns: () => () => tooMany(200),
		reasons: ['fallback provider_rate_limit', 'fallback provider_paused'],
	},
	{
		name: 'every other answer comes after the deadline: it is paid, once',
		credits: '1000',
		people: 192,
		settings: { maxAttempts: 1, deadlineSeconds: 1 },
		withinMs: 20_000,
		turns: () => (_asked, n) => (n % 2 === 0 ? GOOD : { ...GOOD, behaviour: { kind: 'answer', delayMs: 1_800 } }),
		reasons: ['model answered', 'fallback deadline_reached'],
	},
	{
		name: 'every seventh answer is billed and then lost on its way: each is reported',
		credits: '1000',
		people: 192,
		settings: { maxAttempts: 3 },
		withinMs: 20_000,
		turns: everySeventhLost,
		reasons: ['model answered'],
	},
	{
		name: 'credits for half of them, answers of every length, and nothing learned before: nothing is overspent, less than a call is left',
		credits: '70',
		people: 192,
		settings: { maxAttempts: 3, reservation: 'learned' },
		withinMs: 30_000,
		turns: everyNinthRefused,
		reasons: ['model answered', 'fallback credits_exhausted'],
	},
];

/** The provider's books: what it billed, and how much of that was lost on its way. */
export class StormBooks {
	billed = 0;
	billedMicro: Micro = 0n;
	lost = 0;
	lostMicro: Micro = 0n;
	/** What the dearest answer cost. */
	mostMicro: Micro = 0n;
	readonly choose: Chooser;

	constructor({ turns }: Storm) {
		const turn = turns();
		this.choose = (asked, n) => {
			const { behaviour, billedMicro, isLost } = turn(asked, n);
			if (billedMicro !== null) this.#bill(billedMicro, isLost === true);
			return behaviour;
		};
	}

	#bill(amountMicro: Micro, isLost: boolean): void {
		this.billed += 1;
		this.billedMicro += amountMicro;
		if (amountMicro > this.mostMicro) this.mostMicro = amountMicro;
		if (!isLost) return;
		this.lost += 1;
		this.lostMicro += amountMicro;
	}
}

/** What a host tells of a campaign. */
export interface StormEnd {
	readonly ledger: string;
	readonly tookMs: number;
	/** What each item carries. */
	readonly marks: readonly { readonly source: string; readonly reason: string }[];
}

/** Throws unless everybody left in time, and the ledger holds what the provider billed: nothing lost, nothing twice. */
export async function expectStormOver(storm: Storm, books: StormBooks, { ledger, tookMs, marks }: StormEnd): Promise<void> {
	expect(marks).to.have.length(storm.people);
	expect(tookMs, 'milliseconds').to.be.lessThan(storm.withinMs);
	expect([...new Set(marks.map(({ source, reason }) => `${source} ${reason}`))]).to.have.members([...storm.reasons]);
	await until(async () => ((await readBalance(ledger)).held === '0' ? true : null), {
		timeoutMs: 10_000,
		everyMs: 50,
		describe: () => 'a hold stayed open',
	});
	const { settled, settledMicro, unconfirmed, unconfirmedMicro, chargedMicro } = await readHolds(ledger);
	expect({ settled, settledMicro, unconfirmed, unconfirmedMicro }).to.deep.equal({
		settled: books.billed - books.lost,
		settledMicro: books.billedMicro - books.lostMicro,
		unconfirmed: books.lost,
		unconfirmedMicro: books.lostMicro,
	});
	// The reservations of a storm are what its calls cost, and what nobody confirms is charged.
	expect(chargedMicro).to.equal(books.lostMicro);
	const { available, overdraft } = await readBalance(ledger);
	const credits = parseCredits(storm.credits, { field: 'credits' });
	expect({ available, overdraft }).to.deep.equal({ available: formatCredits(credits - settledMicro - chargedMicro), overdraft: '0' });
	if (marks.some(({ reason }) => reason === 'credits_exhausted')) {
		expect(parseCredits(available, { field: 'available' }) < books.mostMicro, `${available} left`).to.equal(true);
	}
	expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
}
