/** The judge of campaigns at a mixed endpoint can be failed: by a fault planted against each invariant, and by ledgers and actions that are broken. */
import { expect } from 'chai';
import type { Command } from '../../../lib/core/nouns/commands';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import type { LedgerStore } from '../../../lib/ledger/store';
import { openTestLedger } from '../../support/ledger/sqlite-ledger';
import { runMixed, type MixedSabotage } from '../../support/mixed/mixed-campaign';
import type { BookedRequest } from '../../support/mixed/mixed-endpoint';
import { brokenBy, INVARIANTS, type HeldCall, type MixedEnding } from '../../support/mixed/mixed-judge';

type LlmCredits = ItemResult['llmCredits'];

const LLM_CREDITS: LlmCredits = {
	source: 'model',
	reason: 'answered',
	message: null,
	model: 'm',
	credits: '2',
	reserved: '3',
	balance: '8',
	usage: null,
	attempts: 1,
	latencyMs: 1,
	holdId: 'h3',
	purpose: 'live',
	passes: null,
	checks: null,
};
const result = (more: Partial<ItemResult> = {}, credits: Partial<LlmCredits> = {}): ItemResult => ({
	route: 'result',
	attributes: { message: 'Hi p0.' },
	tokenUsage: null,
	...more,
	llmCredits: { ...LLM_CREDITS, ...credits },
});
const request = (more: Partial<BookedRequest> = {}): BookedRequest => ({
	row: 'as asked',
	subject: 'p0',
	model: 'm',
	telling: 'told',
	costMicro: 2_000_000n,
	isOddlyPriced: false,
	whole: ['Hi p0.'],
	reasons: [],
	beganAt: 1,
	endedAt: 2,
	...more,
});
const hold = (more: Partial<HeldCall> = {}): HeldCall => ({
	id: 'h3',
	tag: 't0',
	state: 'settled',
	amountMicro: 3_000_000n,
	expectedMicro: 3_000_000n,
	chargedMicro: 2_000_000n,
	measure: 'reported',
	isImplausible: false,
	...more,
});
const RIGHT: MixedEnding = {
	concurrency: 64,
	items: [{ tag: 't0', subject: 'p0' }],
	results: [result()],
	told: 1,
	fallbacks: { message: 'Hi' },
	beside: {},
	requests: [request()],
	refusedAgain: [],
	mostAtOnce: 1,
	holds: [hold()],
	mostPaid: 2,
	hasDeadline: false,
	hasJudge: false,
	grantedMicro: 10_000_000n,
	availableMicro: 8_000_000n,
	heldMicro: 0n,
	overdraftMicro: 0n,
	violations: [],
};
const FALLBACK = { route: 'fallback', attributes: { message: 'Hi' } } as const;
const lost = (): Partial<MixedEnding> => ({ requests: [request({ telling: 'unknown' })] });

/** For each invariant, faults that it has to name. */
const PLANTED: Readonly<Record<string, readonly Partial<MixedEnding>[]>> = {
	'every item leaves once, in order': [{ results: [] }, { told: 2 }, { holds: [hold({ tag: 't9' })] }],
	'nothing half-made leaves by Result': [
		{ results: [result({ attributes: { message: 'Hi p' } })] },
		{ results: [result({ attributes: { message: 'Hi p0.', more: 1 } })] },
		{ requests: [request({ whole: [] })] },
		{ requests: [request({ subject: 'p1' })] },
	],
	'whoever gets no answer gets the fallback values, a reason that was met, and words': [
		{ results: [result(FALLBACK)] },
		{ results: [result({ ...FALLBACK, attributes: {} }, { source: 'fallback', reason: 'cap_reached', message: 'x' })] },
		{ results: [result(FALLBACK, { source: 'fallback', reason: 'cap_reached' })] },
		{ results: [result(FALLBACK, { source: 'fallback', reason: 'cap_reached', message: 'It said {"error":1}' })] },
		{ results: [result(FALLBACK, { source: 'fallback', reason: 'provider_rejected', message: 'x' })] },
	],
	'each call is charged what it was told to cost, and where nothing is told, what was set aside': [
		{ holds: [hold({ chargedMicro: 2_000_001n })] },
		{ requests: [request(), request()] },
		{ requests: [request({ telling: 'untold' })] },
		{ requests: [request({ telling: 'untold' })], holds: [hold({ measure: 'estimated' })] },
		{ requests: [request({ telling: 'beyond' })] },
	],
	'a call whose billing nobody knows is charged what was expected': [lost(), { ...lost(), holds: [hold({ state: 'expired' })] }],
	'items say what they were charged': [{ results: [result({}, { credits: '1.999999' })] }],
	'no item pays for more calls than its passes and rungs, one repeat, its repair and its judge': [{ holds: [hold(), hold(), hold()] }],
	'what was learnt is not tried again': [{ refusedAgain: ['p0: m refuses temperature'] }],
	'no more calls at a time than were asked for': [{ mostAtOnce: 65 }],
	'billed is at most what was granted and what was in flight': [
		{ requests: [request({ costMicro: 10_000_000n }), request({ beganAt: 3, endedAt: 4 })] },
	],
	'nothing is overdrawn but by bills that nobody could expect': [{ overdraftMicro: 1n }],
	'the balance is what was granted less what was charged, and nothing is held': [{ availableMicro: 9_000_000n }, { heldMicro: 1n }],
	'the ledger proves itself': [{ violations: ['chain_broken: at 3'] }],
};

describe('the judge of campaigns at a mixed endpoint', () => {
	it('finds nothing where nothing is wrong', () => expect(brokenBy(RIGHT)).to.deep.equal([]));

	it('has a planted fault for each invariant', () => expect(Object.keys(PLANTED)).to.deep.equal(INVARIANTS.map(({ name }) => name)));

	for (const [name, faults] of Object.entries(PLANTED)) {
		it(`finds what breaks: ${name}`, () => {
			for (const fault of faults) {
				const broken = brokenBy({ ...RIGHT, ...fault });
				expect(
					broken.filter((one) => one.startsWith(name)),
					JSON.stringify(broken),
				).to.not.deep.equal([]);
			}
		});
	}
});

function changing(change: (command: Command) => Command): NonNullable<MixedSabotage['store']> {
	return (store) =>
		new Proxy(store, {
			get: (target, name) => {
				if (name !== 'commit') return Reflect.get(target, name, target) as unknown;
				const commit: LedgerStore['commit'] = (id, commands, onWritten) => store.commit(id, commands.map(change), onWritten);
				return commit;
			},
		});
}

const leaving = (change: (results: ItemResult[]) => ItemResult[]): MixedSabotage => ({
	action: (action) => ({ idle: () => action.idle(), run: async (items, hooks) => change(await action.run(items, hooks)) }),
});

const SABOTAGES: readonly (readonly [string, MixedSabotage, RegExp])[] = [
	[
		'a ledger that charges a micro-credit too much',
		{ store: changing((command) => (command.kind === 'settle' ? { ...command, actualMicro: command.actualMicro + 1n } : command)) },
		/^each call is charged/,
	],
	[
		'a ledger that gives lost calls back',
		{ store: changing((command) => (command.kind === 'expire' ? { kind: 'release', holdSeq: command.holdSeq } : command)) },
		/^a call whose billing nobody knows/,
	],
	['an action that lets items leave in another order', leaving((results) => results.toReversed()), /^every item leaves once/],
	[
		'an action that cuts a letter off',
		leaving((results) =>
			results.map((one) => ({ ...one, attributes: { ...one.attributes, message: String(one.attributes['message']).slice(0, -1) } })),
		),
		/^nothing half-made/,
	],
];

describe('campaigns at a mixed endpoint on what is broken', function () {
	this.timeout(60_000);

	for (const [what, sabotage, says] of SABOTAGES) {
		it(`tell ${what}`, async () => {
			const found: string[] = [];
			for (let seed = 1; seed <= 12 && !found.some((one) => says.test(one)); seed += 1)
				found.push(
					...brokenBy(await runMixed({ seed, concurrency: 64, openLedger: ({ adapters }) => openTestLedger(adapters), sabotage })),
				);
			expect(
				found.some((one) => says.test(one)),
				found.slice(0, 5).join('\n'),
			).to.equal(true);
		});
	}
});
