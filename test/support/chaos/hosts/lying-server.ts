/** The lying provider as a server: every way to be slow, to break off and to lie that a connection has, by person and attempt. */
import { Chance } from '../../machine/proof-rounds';
import { startFakeOpenAi, type Behaviour, type FakeOpenAi, type Recorded } from '../../provider/fake-openai';
import type { BookedCall, Told } from '../judge';

/** At the prices of the hosts' tests: 100 tokens in and 20 out. */
export const ONE_CREDIT = 1_000_000n;
/** What is charged at most where the provider reports what cannot be. */
export const MOST_OF_SERVER = 2_000_000_000n;

interface Turn {
	readonly name: string;
	readonly weight: number;
	readonly behaviour: (delayMs: number) => Behaviour;
	/** `perhaps`: nobody is told; by chance. */
	readonly billed: 'yes' | 'no' | 'perhaps';
	readonly told: Told;
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const status = (code: number, error: object, headers: Readonly<Record<string, string>> = {}): Behaviour => ({
	kind: 'status',
	code,
	body: { error },
	headers,
});
const raw = (name: string, text: string, drip?: string): Turn => ({
	name,
	weight: 2,
	behaviour: () => ({ kind: 'raw', text, ...(drip === undefined ? {} : { drip }) }),
	billed: 'perhaps',
	told: 'nothing',
});

const TURNS: readonly Turn[] = [
	{ name: 'good', weight: 60, behaviour: (delayMs) => ({ kind: 'answer', delayMs }), billed: 'yes', told: 'the cost' },
	{ name: 'no usage', weight: 3, behaviour: (delayMs) => ({ kind: 'answer', delayMs, usage: null }), billed: 'yes', told: 'no cost' },
	{
		name: 'usage as text',
		weight: 2,
		behaviour: (delayMs) => ({ kind: 'answer', delayMs, usage: { prompt_tokens: '100', completion_tokens: '20' } }),
		billed: 'yes',
		told: 'no cost',
	},
	{
		name: 'impossible usage',
		weight: 1,
		behaviour: (delayMs) => ({ kind: 'answer', delayMs, usage: { prompt_tokens: 1e9, completion_tokens: 1e9 } }),
		billed: 'yes',
		told: 'an impossible cost',
	},
	{
		name: 'half an answer',
		weight: 3,
		behaviour: (delayMs) => ({ kind: 'answer', delayMs, text: '{"mess' }),
		billed: 'yes',
		told: 'the cost',
	},
	{ name: 'garbage', weight: 2, behaviour: () => ({ kind: 'garbage' }), billed: 'yes', told: 'no cost' },
	{
		name: 'busy',
		weight: 6,
		behaviour: () => status(429, { message: 'Slow down', code: 'rate_limit_exceeded' }, { 'retry-after-ms': '200' }),
		billed: 'no',
		told: 'the cost',
	},
	{
		name: 'broken',
		weight: 5,
		behaviour: () => status(500, { message: 'The server had an error', type: 'server_error' }),
		billed: 'no',
		told: 'the cost',
	},
	{
		name: 'gateway',
		weight: 3,
		behaviour: () => ({ kind: 'status', code: 502, body: '<html>Bad gateway</html>' }),
		billed: 'perhaps',
		told: 'nothing',
	},
	{ name: 'billed and lost', weight: 4, behaviour: () => ({ kind: 'drop', when: 'afterHeaders' }), billed: 'yes', told: 'nothing' },
	{ name: 'dropped', weight: 2, behaviour: () => ({ kind: 'drop', when: 'beforeHeaders' }), billed: 'perhaps', told: 'nothing' },
	{ name: 'no word', weight: 2, behaviour: () => ({ kind: 'hang' }), billed: 'perhaps', told: 'nothing' },
	{ name: 'half a body', weight: 2, behaviour: () => ({ kind: 'hangBody' }), billed: 'perhaps', told: 'nothing' },
	raw('101', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
	raw('a storm of 103', '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(20)),
	raw('a body without an end', `${HEAD}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
];
const WEIGHT = TURNS.reduce((sum, { weight }) => sum + weight, 0);

/** A server with books. */
export interface LyingServer {
	readonly server: FakeOpenAi;
	readonly calls: BookedCall[];
	/** It answers well and at once from now on. */
	calm(): void;
}

/** Starts it. */
export async function startLyingServer(seed: number): Promise<LyingServer> {
	const calls: BookedCall[] = [];
	const attempts = new Map<string, number>();
	let isCalm = false;
	const choose = ({ body }: Recorded): Behaviour => {
		const number = Number(/Write to Person (\d+)/.exec(JSON.stringify(body))?.[1] ?? -1);
		const person = String(number);
		const attempt = (attempts.get(person) ?? 0) + 1;
		attempts.set(person, attempt);
		const chance = new Chance(seed * 7919 + number * 104_729 + attempt);
		const turn = isCalm ? TURNS[0] : turnAt(chance.below(WEIGHT));
		if (!turn) throw new Error('There is always a turn.');
		const isBilled = turn.billed === 'yes' || (turn.billed === 'perhaps' && chance.below(2) === 0);
		calls.push({
			person,
			askedAtMs: performance.now(),
			billedMicro: isBilled ? ONE_CREDIT : 0n,
			told: turn.told,
			isForgotten: false,
			isExcused: false,
		});
		return turn.behaviour(isCalm ? 5 : 50 + chance.below(600));
	};
	const server = await startFakeOpenAi({ choose });
	return { server, calls, calm: () => (isCalm = true) };
}

function turnAt(place: number): Turn | undefined {
	let left = place;
	return TURNS.find(({ weight }) => (left -= weight) < 0);
}
