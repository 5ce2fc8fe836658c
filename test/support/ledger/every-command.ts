/**
 * Owns a script of batches with every kind of command and every kind of entry, over three days of one account. It is the same in every
 * store, to the last hash.
 */
import type { AdminCommand, Command, Outcome } from '../../../lib/core/nouns/commands';
import { sha256 } from '../../../lib/core/values/idempotency';
import {
	addPriceList,
	alternative,
	credits,
	expire,
	grant,
	openAccount,
	priceNamed,
	refund,
	release,
	reserve,
	reserveOneOf,
	setBudget,
	setFloor,
	settle,
	tokens,
	voidGrant,
} from './ledger-commands';

/** Of the admin key that the last batch sets. */
export const ADMIN_PROOF = 'proof';
const HOUR_MS = 3_600_000;
const LADDER = { labels: { campaign: 'spring' }, person: null, sendId: 's/2', executionId: 'e2' };
const SPRING = {
	labels: { campaign: 'Frühling ☕', segment: 'a/b' },
	person: "O'Neill",
	sendId: 's/1',
	executionId: 'e1',
};

const grantMore: AdminCommand = {
	kind: 'grant',
	key: 'more',
	category: 'purchased',
	amountMicro: 1n,
	priority: 50,
	effectiveAtMs: null,
	expiry: null,
	note: null,
};

/** A batch, and how much time passes before it. Numbers of holds and grants are those of the journal. */
export const EVERY_COMMAND: readonly (readonly [passMs: number, commands: readonly Command[]])[] = [
	[
		0,
		[
			openAccount({ timeZone: 'Pacific/Kiritimati' }),
			grant('g2', 20),
			grant('g3', 10, { category: 'promotional', expiry: { days: 1, rule: 'exact' } }),
		],
	],
	[
		0,
		[
			setBudget('b4', { name: 'spring', scope: 'campaign', period: 'day', limit: 15 }),
			setBudget('b5', { name: 'sends', scope: 'person', period: 'send', limit: 12 }),
			setFloor('f6', { name: 'vip', label: 'segment', exempt: ['a/b'], floor: 2 }),
			{
				kind: 'claim_promotion',
				key: 'p7',
				promotion: {
					id: 'intro',
					amountMicro: credits(5),
					window: { fromMs: 0, untilMs: Date.UTC(2027, 0, 1) },
					expiry: { days: 90, rule: 'end_of_day' },
					priority: 10,
				},
			},
		],
	],
	[1, [reserve('h8', 11, SPRING), reserve('h9', 2, { ...SPRING, sendId: null }), reserve('x10', 9, SPRING), reserve('x11', 99)]],
	[
		1,
		[
			settle(8, 10, {
				usage: tokens(100, 20),
				measure: 'estimated',
				result: { text: 'Grüße', keptUntilMs: Date.UTC(2030, 0, 1) },
				facts: {
					latencyMs: 1234,
					attempts: 2,
					source: 'batch',
					reportedMicro: 7n,
					listMicro: credits(12),
					ratePercent: 167,
					isImplausible: true,
				},
			}),
			release(9),
			refund('r14', 8, 3),
			reserve('h15', 2, { timeoutMs: 60_000 }),
			reserve('h16', 4),
		],
	],
	[HOUR_MS, [settle(15, 3), expire(16), setBudget('b', { name: 'spring', scope: 'campaign', period: 'day', limit: 20 })]],
	[HOUR_MS, [{ kind: 'change_account', key: 'c', name: 'Acme & Söhne', timeZone: 'Pacific/Pago_Pago', unconfirmedPolicy: 'charge' }]],
	[
		0,
		[
			reserve('late', 6, SPRING),
			{ kind: 'set_enforcement', key: 'on', enforcement: 'shadow' },
			reserve('shadow', 60, SPRING),
			grant('short', 1, { expiry: { days: 1, rule: 'exact' } }),
		],
	],
	[24 * HOUR_MS, [refund('renewed', 8, null, { renews: true }), { kind: 'set_enforcement', key: 'off', enforcement: 'enforce' }]],
	[
		0,
		[
			{ kind: 'remove_limit', key: 'rm', limit: 'budget', name: 'sends' },
			{ kind: 'remove_limit', key: 'rf', limit: 'floor', name: 'vip' },
		],
	],
	[0, [reserve('over', 1, SPRING), reserve('over', 1, SPRING), reserve('unpriced', null), grant('', 1), settle(999, 1)]],
	[
		0,
		[
			grant('ladder', 30),
			reserveOneOf('passes', [alternative(0, [90, 'big'], [1, 'big']), alternative(1, [2, 'big'], [3, 'small'], [0, 'tiny'])], {
				...LADDER,
				caps: [
					{ period: 'send', scope: 'node', limitMicro: credits(5) },
					{ period: 'execution', scope: 'n/ö', limitMicro: credits(9) },
				],
			}),
			reserveOneOf('passes', [alternative(0, [90, 'big'], [1, 'big']), alternative(1, [2, 'big'], [3, 'small'], [0, 'tiny'])]),
			reserveOneOf('capped', [alternative(0, [5, 'big'])], {
				...LADDER,
				caps: [{ period: 'send', scope: 'node', limitMicro: credits(9) }],
			}),
			reserveOneOf('capped', []),
			reserveOneOf('nothing', []),
		],
	],
	[0, [voidGrant('v', 2), voidGrant('v2', 2), reserve('free', 0)]],
	[
		0,
		[
			{ kind: 'freeze_account', key: 'freeze', reason: ' Too much spent ☕ ' },
			{ kind: 'freeze_account', key: 'freeze again', reason: 'Once more' },
			reserve('frozen', 1),
			reserve('frozen and free', 0),
			{ kind: 'thaw_account', key: 'thaw' },
			{ kind: 'thaw_account', key: 'thaw again' },
		],
	],
	[
		0,
		[
			{ kind: 'set_text', key: 't1', name: 'compliance', text: 'Never promise “cures” ☕\0\uE000.' },
			{ kind: 'set_text', key: 't2', name: 'brand_voice', text: 'Warm' },
			{ kind: 'set_text', key: 't3', name: 'brand_voice', text: 'Warm and brief' },
			{ kind: 'set_text', key: 't4', name: 'season', text: 'Spring' },
			{ kind: 'remove_text', key: 't5', name: 'season' },
			{ kind: 'remove_text', key: 't6', name: 'season' },
			{ kind: 'set_languages', key: 'l', languages: ['de', 'pt-br', 'DE'] },
			{ kind: 'set_cache_limits', key: 'cl', limits: { maxAnswers: 3, maxBytes: 1000 } },
		],
	],
	[
		0,
		[
			addPriceList('list@1', 'prices of May ☕'),
			addPriceList('list@1', 'prices of May ☕'),
			addPriceList('list@1', 'other prices'),
			{ kind: 'pin_prices', key: 'pin', version: 'list@1' },
			{ kind: 'pin_prices', key: 'pin2', version: 'list@2' },
			reserve('priced', 0, { ...SPRING, price: priceNamed('v1') }),
			reserve('priced again', 0, { ...SPRING, price: priceNamed('v1') }),
			reserve('priced otherwise', 0, { ...SPRING, price: { ...priceNamed('v1'), perCallMicro: 7n, contextTokens: 9000 } }),
			{ kind: 'pin_prices', key: 'unpin', version: null },
		],
	],
	// The hold of `over` is settled far over what there is, and new credits repay the overdraft.
	[
		0,
		[
			settle(36, 100),
			grant('last', 500),
			refund('all', 36, null, { renews: true }),
			{ kind: 'claim_alerts', consumer: 'flow' },
			{ kind: 'set_alerts', key: 'alerts', alerts: { lowPercents: [50], expiryDays: [], driftPercent: 0 } },
			{ kind: 'set_admin_key', key: 'key', adminKey: { salt: '00', hash: sha256(ADMIN_PROOF) } },
			{ kind: 'as_admin', proof: 'guess', command: grantMore },
			grantMore,
			{ kind: 'as_admin', proof: ADMIN_PROOF, command: grantMore },
			{ kind: 'move_ledger' },
			{ kind: 'as_admin', proof: ADMIN_PROOF, command: { kind: 'move_ledger' } },
			{ kind: 'forget_person', person: SPRING.person, salt: 'aa' },
			{ kind: 'as_admin', proof: ADMIN_PROOF, command: { kind: 'forget_person', person: SPRING.person, salt: 'aa' } },
			{ kind: 'as_admin', proof: ADMIN_PROOF, command: { kind: 'forget_person', person: SPRING.person, salt: 'aa' } },
			reserve('back', 0, SPRING),
		],
	],
];

/** An outcome in a form that two of them can be compared in: faults by what they say. */
export const comparable = (outcome: Outcome): unknown => (outcome.kind === 'fault' ? [outcome.error.code, outcome.error.message] : outcome);
