/** One script with every kind of command, and every kind of entry, gives the same journal to the last hash in every store. */
import { expect } from 'chai';
import type { Command } from '../../lib/core/nouns/commands';
import { ENTRY_KINDS } from '../../lib/core/journal/journal';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import { comparable, EVERY_COMMAND } from '../support/ledger/every-command';
import { LEDGER_KINDS, type LedgerKind } from '../support/ledger/ledger-places';
import { ManualClock } from '../support/machine/manual-clock';

const ACCOUNT = 'acme';

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
	set_alerts: 0,
	freeze_account: 0,
	thaw_account: 0,
	claim_alerts: 0,
	set_text: 0,
	remove_text: 0,
	set_languages: 0,
	set_cache_limits: 0,
	add_price_list: 0,
	pin_prices: 0,
	move_ledger: 0,
	forget_person: 0,
	as_admin: 0,
	reserve: 0,
	settle: 0,
	release: 0,
	refund: 0,
	expire: 0,
} satisfies Record<Command['kind'], 0>;

/** What the script comes to in one store. */
async function lifeIn({ newPlace }: LedgerKind) {
	const clock = new ManualClock();
	const store = await (await newPlace())(clock.read);
	try {
		const answers: unknown[] = [];
		for (const [passMs, commands] of EVERY_COMMAND) {
			clock.advance(passMs);
			answers.push((await store.commit(ACCOUNT, commands)).map(comparable));
		}
		const { violations } = await verifyLedger(store);
		const told = await store.materialised(ACCOUNT);
		const counters = (await store.counters(ACCOUNT)).map(({ budgetSeq, period, value, heldMicro, settledMicro, reachedRoomMicro }) =>
			[budgetSeq, period, value, heldMicro, settledMicro, reachedRoomMicro].join(' '),
		);
		const entries = await store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 });
		const holds = await store.holds(ACCOUNT, { state: null, afterSeq: 0, limit: 1000 });
		const texts = [...(told?.texts ?? [])].sort();
		const usage = await store.usage(ACCOUNT, { groupBy: ['day', 'campaign'], fromDay: null, untilDay: null, where: {} });
		return { answers, violations, account: told?.account, grants: told?.grants, counters: counters.sort(), texts, entries, holds, usage };
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
		const asked = new Set(EVERY_COMMAND.flatMap(([, commands]) => commands.map(({ kind }) => kind)));
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
