/** One script with every kind of command, and every kind of entry, gives the same journal to the last hash in every store. */
import { expect } from 'chai';
import type { AdminCommand, Command, Outcome } from '../../lib/core/commands';
import { sha256 } from '../../lib/core/idempotency';
import { ENTRY_KINDS } from '../../lib/core/journal';
import { verifyLedger } from '../../lib/engine/verify-ledger';
import {
	alternative,
	credits,
	expire,
	grant,
	openAccount,
	refund,
	release,
	reserve,
	reserveOneOf,
	setBudget,
	setFloor,
	settle,
	tokens,
	voidGrant,
} from '../support/ledger-commands';
import { LEDGER_KINDS, type LedgerKind } from '../support/ledger-places';
import { ManualClock } from '../support/manual-clock';

const ACCOUNT = 'acme';
const HOUR_MS = 3_600_000;
const SPRING = {
	labels: { campaign: 'Frühling ☕', segment: 'a/b' },
	person: "O'Neill",
	sendId: 's/1',
	executionId: 'e1',
	priceVersion: 'v1',
};

const LADDER = { labels: { campaign: 'spring' }, person: null, sendId: 's/2', executionId: 'e2' };

/** A batch, and how much time passes before it. Numbers of holds and grants are those of the journal. */
const SCRIPT: readonly (readonly [passMs: number, commands: readonly Command[]])[] = [
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
			settle(8, 10, { usage: tokens(100, 20), measure: 'estimated' }),
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
];

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

/** The first hold that is open is settled far over what there is, and new credits repay the overdraft. */
const closing = (holdSeq: number): readonly Command[] => [
	settle(holdSeq, 100),
	grant('last', 500),
	refund('all', holdSeq, null, { renews: true }),
	{ kind: 'set_admin_key', key: 'key', adminKey: { salt: '00', hash: sha256('proof') } },
	{ kind: 'as_admin', proof: 'guess', command: grantMore },
	grantMore,
	{ kind: 'as_admin', proof: 'proof', command: grantMore },
];

/** Every kind of command; the compiler misses one that is not here. */
const COMMAND_KINDS = {
	open_account: 0,
	change_account: 0,
	grant: 0,
	claim_promotion: 0,
	void_grant: 0,
	set_budget: 0,
	set_floor: 0,
	remove_limit: 0,
	set_enforcement: 0,
	set_admin_key: 0,
	as_admin: 0,
	reserve: 0,
	settle: 0,
	release: 0,
	refund: 0,
	expire: 0,
} satisfies Record<Command['kind'], 0>;

const comparable = (outcome: Outcome): unknown => (outcome.kind === 'fault' ? [outcome.error.code, outcome.error.message] : outcome);

/** What the script comes to in one store. */
async function lifeIn({ newPlace }: LedgerKind) {
	const clock = new ManualClock();
	const store = await (await newPlace())(clock.read);
	try {
		const answers: unknown[] = [];
		for (const [passMs, commands] of SCRIPT) {
			clock.advance(passMs);
			answers.push((await store.commit(ACCOUNT, commands)).map(comparable));
		}
		const [open] = await store.holds(ACCOUNT, { state: 'open', afterSeq: 0, limit: 1 });
		answers.push((await store.commit(ACCOUNT, closing(open?.seq ?? 0))).map(comparable));
		const { violations } = await verifyLedger(store);
		const told = await store.materialised(ACCOUNT);
		const counters = (told?.counters ?? []).map(({ budgetSeq, period, value, heldMicro, settledMicro }) =>
			[budgetSeq, period, value, heldMicro, settledMicro].join(' '),
		);
		const entries = await store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 });
		const holds = await store.holds(ACCOUNT, { state: null, afterSeq: 0, limit: 1000 });
		const usage = await store.usage(ACCOUNT, { groupBy: ['day', 'campaign'], fromDay: null, untilDay: null, where: {} });
		return { answers, violations, account: told?.account, grants: told?.grants, counters: counters.sort(), entries, holds, usage };
	} finally {
		await store.close();
	}
}

describe('one journal in every store', function () {
	this.timeout(60_000);
	let lives: Awaited<ReturnType<typeof lifeIn>>[];
	before(async () => {
		lives = await Promise.all(LEDGER_KINDS.map(lifeIn));
	});

	it('has every kind of command and every kind of entry in its script', () => {
		const asked = new Set([...SCRIPT.flatMap(([, commands]) => commands), ...closing(0)].map(({ kind }) => kind));
		expect(Object.keys(COMMAND_KINDS).filter((kind) => !asked.has(kind as Command['kind']))).to.deep.equal([]);
		const written = new Set(lives[0]?.entries.map(({ body }) => body.kind));
		expect(ENTRY_KINDS.filter((kind) => !written.has(kind))).to.deep.equal([]);
	});

	it('is without violations', () => {
		expect(lives.flatMap(({ violations }) => violations)).to.deep.equal([]);
	});

	for (const [index, { name }] of LEDGER_KINDS.entries()) {
		it(`gives the same answers, entries, balances and hashes in ${name}`, () => {
			expect(lives[index]?.account?.chainHash).to.equal(lives[0]?.account?.chainHash);
			expect(lives[index]).to.deep.equal(lives[0]);
		});
	}
});
