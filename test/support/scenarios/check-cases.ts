/**
 * Owns the people of the end-to-end tests of checks: one for each way in which an item can pass, be mended, be replaced or fall back,
 * with what must be written on its item and the exact entries of the ledger. Both hosts are held to the same list.
 */
import type { Behaviour, Chooser, Recorded } from '../provider/fake-openai';

/** The model that judges; the fake provider is asked for it like for any other. */
const JUDGE = 'gpt-judge';

export interface CheckCase {
	readonly name: string;
	/** What the item holds beside its name. */
	readonly data: Readonly<Record<string, unknown>>;
	/** What the model says first, and when it is given its answer back. */
	readonly says: readonly [first: string, second: string];
	readonly score?: number;
	/** Overrides both answers: the judge gets this. */
	readonly judge?: Behaviour;
	readonly route: 'result' | 'fallback';
	readonly reason: string;
	readonly message: string;
	readonly outcome: string | null;
	readonly failed: readonly string[];
	/** The models asked, in order. */
	readonly asked: readonly string[];
}

const FINE = 'Ada, a good day to you.';
const FALLBACK = 'News for you';
const PLAN = { plan: 'Gold', language: 'en' };

/** The settings that all of them share, as lib/params names them. */
export const CHECKS = {
	requiredFields: ['name', 'plan'],
	answerRules: [{ check: 'max_characters', attribute: 'message', value: '90' }],
	checkInvented: true,
	judgeModel: JUDGE,
	judgeCriteria: 'Warm and brief.',
} as const;

/** A prompt of this many words costs more than one send may. */
const ENDLESS = 'word '.repeat(12_000);
/** Most credits that one send may cost in these tests. */
export const CAP_PER_SEND = '12';

const judged = (...models: string[]): string[] => ['m', 'judge', ...models];

export const CHECK_CASES: readonly CheckCase[] = [
	{
		name: 'Fine',
		data: PLAN,
		says: [FINE, FINE],
		route: 'result',
		reason: 'answered',
		message: FINE,
		outcome: null,
		failed: [],
		asked: judged(),
	},
	{
		name: 'Without Plan',
		data: { language: 'en' },
		says: [FINE, FINE],
		route: 'fallback',
		reason: 'missing_context',
		message: FALLBACK,
		outcome: 'fallback',
		failed: ['required_context'],
		asked: [],
	},
	{
		name: 'Endless',
		data: { ...PLAN, text: ENDLESS },
		says: [FINE, FINE],
		route: 'fallback',
		reason: 'context_too_long',
		message: FALLBACK,
		outcome: null,
		failed: [],
		asked: [],
	},
	{
		name: 'Klingon',
		data: { ...PLAN, language: 'klingon' },
		says: [FINE, FINE],
		route: 'fallback',
		reason: 'invalid_item',
		message: FALLBACK,
		outcome: null,
		failed: [],
		asked: [],
	},
	{
		name: 'Leaking',
		data: PLAN,
		says: ['Dear [First Name], hello.', 'Dear {{name}}, hello.'],
		route: 'fallback',
		reason: 'failed_checks',
		message: FALLBACK,
		outcome: 'fallback',
		failed: ['placeholders'],
		asked: ['m', 'm'],
	},
	{
		name: 'Mended',
		data: PLAN,
		says: [`${FINE} `.repeat(8), FINE],
		route: 'result',
		reason: 'answered',
		message: FINE,
		outcome: 'repaired',
		failed: ['length'],
		asked: ['m', 'm', 'judge'],
	},
	{
		name: 'Inventor',
		data: PLAN,
		says: ['Ada, take 50% off today.', 'Ada, take 40% off today.'],
		route: 'fallback',
		reason: 'failed_checks',
		message: FALLBACK,
		outcome: 'fallback',
		failed: ['invented'],
		asked: ['m', 'm'],
	},
	{
		name: 'Foreign',
		data: PLAN,
		says: [
			'Hallo Ada, wir haben dir heute etwas Schönes mitgebracht, schau doch vorbei.',
			'Guten Tag Ada, wir wünschen dir einen schönen Tag und freuen uns auf dich.',
		],
		route: 'fallback',
		reason: 'failed_checks',
		message: FALLBACK,
		outcome: 'fallback',
		failed: ['language'],
		asked: ['m', 'm'],
	},
	{
		name: 'Cold',
		data: PLAN,
		says: [FINE, FINE],
		score: 10,
		route: 'fallback',
		reason: 'failed_checks',
		message: FALLBACK,
		outcome: 'fallback',
		failed: ['judge'],
		asked: judged('m', 'judge'),
	},
	{
		name: 'Unjudged',
		data: PLAN,
		says: [FINE, FINE],
		judge: { kind: 'status', code: 500 },
		route: 'result',
		reason: 'answered',
		message: FINE,
		outcome: 'unjudged',
		failed: [],
		asked: ['m', 'judge!'],
	},
];

/** What the provider does for each of them. The judge recognises them by the order in which they are asked about. */
export function checkChooser(): Chooser {
	let current: CheckCase | undefined;
	return ({ body }: Recorded): Behaviour => {
		const text = JSON.stringify(body);
		if ((body as { readonly model?: string }).model === JUDGE)
			return current?.judge ?? { kind: 'answer', object: { score: current?.score ?? 90, why: 'So it is' } };
		current = CHECK_CASES.find(({ name }) => text.includes(`Write to ${name}.`));
		const [first, second] = current?.says ?? ['', ''];
		return { kind: 'answer', object: { message: text.includes('did not pass these checks') ? second : first } };
	};
}

/** The calls in the ledger of all of them, asked one after the other, where each call costs and reserves one credit. */
export function callsOfCases(model: string): string[] {
	return CHECK_CASES.flatMap(({ asked }) => asked).map(
		(who) => `0/0 ${who === 'm' ? model : JUDGE} ${who.endsWith('!') ? 'released' : 'settled 1'}`,
	);
}

/** Credits that the item of a case is charged. */
export function creditsOfCase({ asked }: CheckCase): string {
	return String(asked.filter((who) => !who.endsWith('!')).length);
}

/** The rate for an answer that passes, where they are charged by outcome. */
export const OUTCOME_RATE = 3;

/** Those whose way does not depend on what tokens cost. */
export const OUTCOME_CASES = CHECK_CASES.filter(({ reason }) => reason !== 'context_too_long');

/** Their calls in the ledger: the one that wrote the answer carries the rate, a repair and a judge carry nothing. */
export function callsByOutcome(model: string): string[] {
	return OUTCOME_CASES.flatMap((one) =>
		one.asked.map((who, index) => {
			const charged = index === 0 ? creditsByOutcome(one) : '0';
			return `0/0 ${who === 'm' ? model : JUDGE} ${who.endsWith('!') ? 'released' : `settled ${charged}`}`;
		}),
	);
}

/** Credits that the item of a case is charged by outcome: the calls of its checks cost nothing by themselves. */
export function creditsByOutcome({ route }: CheckCase): string {
	return route === 'result' ? String(OUTCOME_RATE) : '0';
}
