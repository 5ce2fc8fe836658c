/**
 * Owns what every ledger store must do, as one suite that each of them runs. Refuses to know how a store keeps its rows.
 */
import { expect } from 'chai';
import { CreditError } from '../../lib/core/values/errors';
import { lookAt } from '../../lib/core/rules/key-tries';
import { balanceAt } from '../../lib/core/rules/draft/balance';
import { sha256 } from '../../lib/core/values/idempotency';
import type { Command, Outcome } from '../../lib/core/nouns/commands';
import type { BudgetCounter, Entry, Hold } from '../../lib/core/nouns/records';
import type { CarriedKey } from '../../lib/core/proof/verify-keys';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../lib/ledger/group-commit';
import type { LedgerStore } from '../../lib/ledger/store';
import {
	asAdmin,
	credits,
	expectKind,
	expire,
	grant,
	openAccount,
	priceNamed,
	refund,
	release,
	reserve,
	setBudget,
	settle,
	tokens,
	voidGrant,
} from '../support/ledger/ledger-commands';
import { ManualClock } from '../support/machine/manual-clock';

/** Opens a new, empty ledger that tells the time by `clock`. */
export type StoreFactory = (clock: () => number) => Promise<LedgerStore>;

const DAY_MS = 86_400_000;
const ACCOUNT = 'acme';

class Fixture {
	readonly clock = new ManualClock();
	readonly store: LedgerStore;

	private constructor(store: LedgerStore, clock: ManualClock) {
		this.store = store;
		this.clock = clock;
	}

	static async open(factory: StoreFactory): Promise<Fixture> {
		const clock = new ManualClock();
		return new Fixture(await factory(clock.read), clock);
	}

	async one(command: Command, accountId = ACCOUNT): Promise<Outcome> {
		const [outcome] = await this.store.commit(accountId, [command]);
		if (!outcome) throw new Error('The store gave no outcome.');
		return outcome;
	}

	async reserved(key: string, whole: number, options: Parameters<typeof reserve>[2] = {}): Promise<Hold> {
		return expectKind(await this.one(reserve(key, whole, options)), 'reserved').hold;
	}

	async entries(): Promise<readonly Entry[]> {
		return this.store.entries(ACCOUNT, { afterSeq: 0, limit: 10_000 });
	}

	async kinds(): Promise<string[]> {
		return (await this.entries()).map((entry) => entry.body.kind);
	}
}

/** Runs the suite for one kind of store. */
export function describeStore(name: string, factory: StoreFactory): void {
	describe(`${name} as a ledger store`, () => {
		let fixture: Fixture;
		beforeEach(async () => {
			fixture = await Fixture.open(factory);
			await fixture.one(openAccount());
		});
		afterEach(async () => {
			const { ok, violations } = await verifyLedger(fixture.store);
			await fixture.store.close();
			expect(violations).to.deep.equal([]);
			expect(ok).to.equal(true);
		});
		accounts(() => fixture);
		movements(() => fixture);
		idempotency(() => fixture);
		time(() => fixture);
		batches(() => fixture, factory);
		results(() => fixture);
		describe('usage', () => {
			usage(() => fixture);
		});
		pages(() => fixture);
		closing(factory);
	});
}

function accounts(given: () => Fixture): void {
	it('opens an account once, whoever asks again', async () => {
		const again = expectKind(await given().one(openAccount({ key: 'other', name: 'Other' })), 'account');
		expect([again.isReplayed, again.account.name]).to.deep.equal([true, 'Acme']);
		expect((await given().store.accounts()).map(({ id }) => id)).to.deep.equal([ACCOUNT]);
	});

	it('keeps accounts apart', async () => {
		await given().one(openAccount({ name: 'Bee' }), 'bee');
		await given().one(grant('g', 5), 'bee');
		await given().one(grant('g', 7));
		const amounts = await Promise.all(
			['acme', 'bee'].map(async (id) => (await given().store.snapshot(id)).grants.map((each) => each.amountMicro)),
		);
		expect(amounts).to.deep.equal([[credits(7)], [credits(5)]]);
		expect((await given().store.accounts()).map(({ id }) => id)).to.deep.equal(['acme', 'bee']);
	});

	it('answers a command for an account that is not there with a fault, and nothing else', async () => {
		const fault = expectKind(await given().one(reserve('k', 1), 'nobody'), 'fault');
		expect(fault.error.code).to.equal('account_not_found');
		expect((await given().store.snapshot('nobody')).account).to.equal(null);
		expect(await given().store.materialised('nobody')).to.equal(null);
		expect(await given().store.entries('nobody', { afterSeq: 0, limit: 5 })).to.deep.equal([]);
	});

	it('changes what is named', async () => {
		const changed = expectKind(await given().one({ kind: 'change_account', key: 'c', timeZone: 'Asia/Tokyo', plan: 'trial' }), 'account');
		expect([changed.account.name, changed.account.timeZone, changed.account.plan, changed.account.paidSinceMs]).to.deep.equal([
			'Acme',
			'Asia/Tokyo',
			'trial',
			null,
		]);
		expect((await given().store.snapshot(ACCOUNT)).account).to.deep.equal(changed.account);
	});

	it('finds a promotion that was claimed under another key', async () => {
		const promotion = {
			id: 'intro',
			amountMicro: credits(3),
			window: { fromMs: 0, untilMs: Date.UTC(2027, 0, 1) },
			expiry: { days: 90, rule: 'end_of_day' as const },
			priority: 10,
		};
		const first = expectKind(await given().one({ kind: 'claim_promotion', key: 'p1', promotion }), 'granted');
		const second = expectKind(await given().one({ kind: 'claim_promotion', key: 'p2', promotion }), 'not_granted');
		expect([second.reason, second.grant?.seq]).to.deep.equal(['already_claimed', first.grant.seq]);
	});
}

function movements(given: () => Fixture): void {
	it('reserves, settles and gives back, in burn-down order', async () => {
		await given().one(grant('later', 10));
		await given().one(grant('sooner', 10, { category: 'promotional', expiry: { days: 1, rule: 'exact' } }));
		const hold = await given().reserved('k', 15);
		expect(hold.slices).to.deep.equal([
			{ grantSeq: 3, amountMicro: credits(10) },
			{ grantSeq: 2, amountMicro: credits(5) },
		]);
		const closed = expectKind(await given().one(settle(hold.seq, 4)), 'closed');
		expect([closed.hold.state, closed.availableMicro]).to.deep.equal(['settled', credits(16)]);
		expect((await given().store.snapshot(ACCOUNT)).grants.map((each) => each.remainingMicro)).to.deep.equal([credits(10), credits(6)]);
	});

	it('keeps every field of a hold through its life', async () => {
		await given().one(grant('g', 10));
		const labels = { campaign: 'spring', segment: 'ünïcode 漢字', model: 'm' };
		const hold = await given().reserved('k', 5, { labels, person: 'p-1', price: priceNamed('2026-04'), timeoutMs: 60_000 });
		const stored = (): Promise<readonly Hold[]> => given().store.holds(ACCOUNT, { afterSeq: hold.seq - 1, limit: 9, state: null });
		expect(await stored()).to.deep.equal([hold]);
		given().clock.advance(60_000);
		const late = expectKind(await given().one(settle(hold.seq, 12, { measure: 'estimated', usage: tokens(10, 2) })), 'closed');
		expect([late.hold.isLate, late.hold.overdraftMicro, late.availableMicro]).to.deep.equal([true, credits(2), credits(-2)]);
		expect(await stored()).to.deep.equal([late.hold]);
	});

	it('repays overdraft from the next grant', async () => {
		await given().one(grant('g', 1));
		const hold = await given().reserved('k', 1);
		await given().one(settle(hold.seq, 4));
		expect(expectKind(await given().one(reserve('k2', 1)), 'refused').reason).to.equal('overdrawn');
		expect(expectKind(await given().one(grant('g2', 10)), 'granted').availableMicro).to.equal(credits(7));
		expect(await given().kinds()).to.deep.equal([
			'account_opened',
			'granted',
			'reserved',
			'settled',
			'alerted',
			'refused',
			'granted',
			'overdraft_repaid',
			'alerts_rearmed',
		]);
	});

	it('voids what is not held, and forfeits the rest when it comes back', async () => {
		await given().one(grant('g', 10));
		const hold = await given().reserved('k', 4);
		const voided = expectKind(await given().one(voidGrant('v', 2)), 'voided');
		expect([voided.grant.voidedMicro, voided.grant.heldMicro, voided.availableMicro]).to.deep.equal([credits(6), credits(4), 0n]);
		await given().one(release(hold.seq));
		expect((await given().store.snapshot(ACCOUNT)).grants[0]?.voidedMicro).to.equal(credits(10));
		expect(expectKind(await given().one(voidGrant('v2', 2)), 'voided').isReplayed).to.equal(true);
	});

	it('lets the first closing of a hold stand', async () => {
		await given().one(grant('g', 10));
		const hold = await given().reserved('k', 4);
		await given().one(settle(hold.seq, 3));
		for (const command of [settle(hold.seq, 4), release(hold.seq), expire(hold.seq)]) {
			const closed = expectKind(await given().one(command), 'closed');
			expect([closed.isReplayed, closed.hold.state, closed.hold.actualMicro]).to.deep.equal([true, 'settled', credits(3)]);
		}
		expect(await given().kinds()).to.deep.equal(['account_opened', 'granted', 'reserved', 'settled']);
	});

	it('ends a hold early as unconfirmed, and still takes its settle', async () => {
		await given().one(grant('g', 10));
		const hold = await given().reserved('k', 4);
		expect(expectKind(await given().one(expire(hold.seq)), 'closed').hold.state).to.equal('expired');
		expect(await given().store.holds(ACCOUNT, { state: 'expired', afterSeq: 0, limit: 9 })).to.have.length(1);
		expect(expectKind(await given().one(settle(hold.seq, 4)), 'closed').hold.isLate).to.equal(true);
	});

	it('rule 37: gives back what a call was charged that turns out to have been free', async () => {
		await given().one({ kind: 'change_account', key: 'c', unconfirmedPolicy: 'charge' });
		await given().one(grant('g', 10));
		const hold = await given().reserved('k', 4, { labels: { campaign: 'spring' } });
		expect(expectKind(await given().one(expire(hold.seq)), 'closed').availableMicro).to.equal(credits(6));
		const freed = expectKind(await given().one(release(hold.seq)), 'closed');
		expect([freed.hold.state, freed.availableMicro, freed.isReplayed]).to.deep.equal(['released', credits(10), false]);
		const [row] = await given().store.usage(ACCOUNT, { groupBy: ['campaign'], fromDay: null, untilDay: null, where: {} });
		expect([row?.calls, row?.chargedMicro, row?.estimatedCalls]).to.deep.equal([0, 0n, 0]);
		expect(await given().store.holds(ACCOUNT, { state: 'expired', afterSeq: 0, limit: 9 })).to.have.length(0);
		expect((await given().store.holds(ACCOUNT, { state: 'released', afterSeq: 0, limit: 9 })).map(({ seq }) => seq)).to.deep.equal([
			hold.seq,
		]);
	});

	it('rule 1: refuses by name what no total of a day could hold, and adds up what many days come to', async () => {
		const { store, clock } = given();
		const huge = 1_000_000_000_000;
		for (let day = 0; day < 2; day += 1) {
			for (let index = 0; index < 9; index += 1) {
				await given().one(grant(`g${String(day)}${String(index)}`, huge));
				const { seq } = await given().reserved(`k${String(day)}${String(index)}`, 1);
				expectKind(await given().one(settle(seq, huge)), 'closed');
			}
			const { seq } = await given().reserved(`last${String(day)}`, 0);
			const { error } = expectKind(await given().one(settle(seq, huge)), 'fault');
			expect(error.code).to.equal('invalid_amount');
			expect(error.message).to.match(
				/is 1000000000000 credits; .*on \d{4}-\d\d-\d\d would come to 10000000000000, and 9000000000000 is the most/,
			);
			expectKind(await given().one(settle(seq, 0)), 'closed');
			clock.advance(DAY_MS);
		}
		const [all] = await store.usage(ACCOUNT, { groupBy: [], fromDay: null, untilDay: null, where: {} });
		expect(all?.chargedMicro).to.equal(18n * credits(huge));
		const refused = expectKind(await given().one(setBudget('b', { name: 'b', scope: 'account', period: 'total', limit: 5 })), 'fault');
		expect(refused.error.message).to.match(/begin with 18000000000000 credits that were spent before, and can count 9000000000000/);
	});
}

function idempotency(given: () => Fixture): void {
	it('gives the stored outcome for the same key and request, and charges nothing', async () => {
		await given().one(grant('g', 10));
		const first = await given().reserved('k', 4);
		const again = expectKind(await given().one(reserve('k', 6)), 'reserved');
		expect([again.isReplayed, again.hold, again.availableMicro]).to.deep.equal([true, first, credits(6)]);
		const grantedAgain = expectKind(await given().one(grant('g', 10)), 'granted');
		expect([grantedAgain.isReplayed, grantedAgain.availableMicro]).to.deep.equal([true, credits(6)]);
		expect(await given().kinds()).to.have.length(3);
	});

	it('replays a hold in the state it has come to', async () => {
		await given().one(grant('g', 10));
		const hold = await given().reserved('k', 4);
		await given().one(settle(hold.seq, 3));
		const again = expectKind(await given().one(reserve('k', 4)), 'reserved');
		expect([again.hold.state, again.hold.actualMicro]).to.deep.equal(['settled', credits(3)]);
	});

	it('refuses a key for another request', async () => {
		await given().one(grant('g', 10));
		await given().reserved('k', 4);
		expect(expectKind(await given().one(reserve('k', 4, { fingerprint: 'other' })), 'fault').error.code).to.equal('idempotency_conflict');
		expect(expectKind(await given().one(grant('g', 11)), 'fault').error.code).to.equal('idempotency_conflict');
	});

	it('rule 17: a command that changes nothing keeps its key: it is not done when it comes again later', async () => {
		const freeze = (key: string): Command => ({ kind: 'freeze_account', key, reason: key });
		const thaw = (key: string): Command => ({ kind: 'thaw_account', key });
		const frozenBy = async (command: Command): Promise<readonly [boolean, string | null]> => {
			const { account, isReplayed } = expectKind(await given().one(command), 'account');
			return [isReplayed, account.frozen?.reason ?? null];
		};
		await given().one(grant('g', 10));
		await given().one(grant('h', 10));
		expect(await frozenBy(thaw('t0'))).to.deep.equal([true, null]);
		expect(await frozenBy(freeze('first'))).to.deep.equal([false, 'first']);
		given().clock.advance(DAY_MS);
		expect(await frozenBy(freeze('second'))).to.deep.equal([true, 'first']);
		expect((await given().store.snapshot(ACCOUNT)).account?.frozen?.sinceMs).to.equal(given().clock.nowMs - DAY_MS);
		expect(await frozenBy(thaw('t0'))).to.deep.equal([true, 'first']);
		expect(await frozenBy(thaw('t1'))).to.deep.equal([false, null]);
		expect(await frozenBy(freeze('second'))).to.deep.equal([true, null]);
		const other = expectKind(await given().one({ kind: 'freeze_account', key: 'second', reason: 'another' }), 'fault');
		expect(other.error.code).to.equal('idempotency_conflict');
		const [one, two] = (await given().store.snapshot(ACCOUNT)).grants.map(({ seq }) => seq);
		expect(expectKind(await given().one(voidGrant('v1', one!)), 'voided').isReplayed).to.equal(false);
		expect(expectKind(await given().one(voidGrant('v2', one!)), 'voided').isReplayed).to.equal(true);
		expect(expectKind(await given().one(voidGrant('v2', two!)), 'fault').error.code).to.equal('idempotency_conflict');
		expect((await verifyLedger(given().store)).violations).to.deep.equal([]);
	});

	it('rule 35: keys of administrators are another space: neither takes one from the other', async () => {
		await given().one(grant('g', 10));
		await given().reserved('invoice-0042', 4);
		expect(expectKind(await given().one(grant('invoice-0042', 5)), 'granted').isReplayed).to.equal(false);
		expect(expectKind(await given().one(grant('invoice-0042', 5)), 'granted').isReplayed).to.equal(true);
		expect(expectKind(await given().one(grant('invoice-0042', 6)), 'fault').error.code).to.equal('idempotency_conflict');
		expect(expectKind(await given().one(reserve('g', 4)), 'reserved').isReplayed).to.equal(false);
	});

	it('rule 48: entries of administrators name their actor, and the chain covers it', async () => {
		const actor = 'n8n, workflow "Ünïted" ☕';
		const [outcome] = await given().store.commit(ACCOUNT, [asAdmin(grant('by', 1), { actor })]);
		expect(outcome?.kind).to.equal('granted');
		const [entry] = await given().store.entries(ACCOUNT, { afterSeq: 1, limit: 1 });
		expect([entry?.actor, entry?.body.kind]).to.deep.equal([actor, 'granted']);
		expect(entry?.bodyText).to.contain(actor.slice(0, 14));
		expect((await given().store.entries(ACCOUNT, { afterSeq: 0, limit: 1 }))[0]?.actor).to.equal(null);
	});

	it('rule 35: once an account has an admin key, opening another needs the first that was set', async () => {
		const { store } = given();
		const keyOf = (proof: string) => ({ salt: '00', hash: sha256(proof) });
		const open = (id: string, proof: string | null) => store.commit(id, [asAdmin(openAccount(), { proof })]);
		await open('early', null);
		await store.commit('early', [{ kind: 'set_admin_key', key: 'k', adminKey: keyOf('first') }]);
		given().clock.advance(1);
		await store.commit(ACCOUNT, [{ kind: 'set_admin_key', key: 'k', adminKey: keyOf('second') }]);
		for (const proof of [null, 'second', 'guess'])
			expect(expectKind((await open('late', proof))[0], 'fault').error.code).to.equal('not_authorised');
		expect(expectKind((await store.commit('late', [openAccount()]))[0], 'fault').error.code).to.equal('not_authorised');
		expect((await store.accounts()).map(({ id }) => id)).not.to.include('late');
		expect(expectKind((await open('late', 'first'))[0], 'account').isReplayed).to.equal(false);
		expect(expectKind((await open(ACCOUNT, null))[0], 'account').isReplayed).to.equal(true);
	});

	it('rule 35: remembers tries at admin keys for the whole ledger', async () => {
		const { store } = given();
		const ask = () =>
			store.tries.change((tries, atMs) => {
				const { tries: after, isLookedAt, waitMs } = lookAt(tries, 'far', { isRight: false, atMs });
				return { tries: after, result: [isLookedAt, waitMs] };
			});
		const answers = await Promise.all(Array.from({ length: 20 }, ask));
		expect(answers.filter(([isLookedAt]) => isLookedAt)).to.deep.equal([[true, 250]]);
		given().clock.advance(250);
		expect(await ask()).to.deep.equal([true, 500]);
	});

	it('decides a refusal anew for its key when credits have come, and keeps it until then (rule 36)', async () => {
		expect(expectKind(await given().one(reserve('k', 4)), 'refused').reason).to.equal('credits_exhausted');
		expect(expectKind(await given().one(reserve('k', 4)), 'refused').isReplayed).to.equal(true);
		await given().one(grant('g', 10));
		const hold = expectKind(await given().one(reserve('k', 4)), 'reserved');
		expect(hold.isReplayed).to.equal(false);
		const again = expectKind(await given().one(reserve('k', 4)), 'reserved');
		expect([again.hold.seq, again.isReplayed]).to.deep.equal([hold.hold.seq, true]);
	});

	it('records nothing when it may wait', async () => {
		await given().one(grant('g', 10));
		const hold = await given().reserved('k', 8);
		expectKind(await given().one(reserve('k2', 4, { mayWait: true })), 'wait');
		await given().one(release(hold.seq));
		expectKind(await given().one(reserve('k2', 4, { mayWait: true })), 'reserved');
	});

	it('answers faults one by one and writes the rest', async () => {
		const outcomes = await given().store.commit(ACCOUNT, [settle(77, 1), grant('', 1), grant('g', 5), voidGrant('v', 50), reserve('k', 5)]);
		expect(outcomes.map((each) => (each.kind === 'fault' ? each.error.code : each.kind))).to.deep.equal([
			'hold_not_found',
			'invalid_key',
			'granted',
			'grant_not_found',
			'reserved',
		]);
	});
}

function time(given: () => Fixture): void {
	it('ends a grant at its exact millisecond', async () => {
		const { clock } = given();
		await given().one(grant('g', 10, { expiry: { days: 1, rule: 'exact' } }));
		clock.advance(DAY_MS - 1);
		const hold = await given().reserved('k', 1);
		await given().one(release(hold.seq));
		clock.advance(1);
		const refused = expectKind(await given().one(reserve('k2', 1)), 'refused');
		expect([refused.reason, refused.availableMicro]).to.deep.equal(['credits_exhausted', 0n]);
		expect((await given().store.snapshot(ACCOUNT)).grants[0]?.expiredMicro).to.equal(credits(10));
	});

	it('lets holds go at their timeout, all of them, in one command', async () => {
		await given().one(grant('g', 10));
		for (const key of ['a', 'b', 'c']) await given().reserved(key, 3, { timeoutMs: 5000 });
		given().clock.advance(4999);
		expect(expectKind(await given().one(reserve('d', 9)), 'refused').reason).to.equal('credits_held');
		given().clock.advance(1);
		expectKind(await given().one(reserve('e', 9)), 'reserved');
		expect(
			(await given().store.holds(ACCOUNT, { state: 'expired', afterSeq: 0, limit: 10 })).map((hold) => hold.closedAtMs),
		).to.have.length(3);
	});

	it('never runs backwards', async () => {
		const { clock } = given();
		await given().one(grant('g', 10));
		const atMs = clock.nowMs;
		clock.advance(-3_600_000);
		const hold = await given().reserved('k', 1);
		expect([hold.reservedAtMs, hold.timeoutAtMs], 'a call is open for as long as the clock says').to.deep.equal([
			atMs,
			clock.nowMs + 900_000,
		]);
		expect((await given().entries()).map((entry) => entry.atMs)).to.deep.equal([atMs, atMs, atMs, atMs]);
		expect((await given().kinds())[2]).to.equal('alerted');
	});

	it('rule 46: a clock that jumps ahead and back leaves no dead call for longer than its time and five minutes, and says so', async () => {
		const { clock, store } = given();
		await given().one(grant('g', 100));
		const startMs = clock.nowMs;
		clock.advance(2 * DAY_MS);
		await given().reserved('dead', 40);
		clock.advance(-2 * DAY_MS);
		await given().reserved('also dead', 40);
		const balance = async () => balanceAt(await store.snapshot(ACCOUNT), { accountId: ACCOUNT });
		expect((await balance()).ahead).to.deep.equal({ untilMs: startMs + 2 * DAY_MS, byMs: 2 * DAY_MS });
		const [alert, ...others] = expectKind(await given().one({ kind: 'claim_alerts', consumer: 'flow' }), 'alerts').alerts;
		expect([alert?.alert, others]).to.deep.equal([{ type: 'clock_ahead', clockMs: startMs, newestAtMs: startMs + 2 * DAY_MS }, []]);
		expect(expectKind(await given().one(reserve('k', 60)), 'refused').reason).to.equal('credits_held');
		clock.advance(15 * 60_000);
		expectKind(await given().one(reserve('k', 60)), 'reserved');
		clock.advance(5 * 60_000 - 1);
		expect((await balance()).heldMicro).to.equal(credits(100));
		clock.advance(1);
		expect((await balance()).heldMicro).to.equal(credits(60));
		expectKind(await given().one(reserve('l', 40)), 'reserved');
		clock.nowMs = startMs + 2 * DAY_MS;
		await given().one(grant('h', 1));
		expect([(await balance()).ahead, (await balance()).account.alerts.standing]).to.deep.equal([null, []]);
	});

	it('hands out due holds with a snapshot', async () => {
		await given().one(grant('g', 10));
		const hold = await given().reserved('k', 3, { timeoutMs: 1000 });
		expect((await given().store.snapshot(ACCOUNT)).holds).to.deep.equal([]);
		given().clock.advance(1000);
		expect((await given().store.snapshot(ACCOUNT)).holds).to.deep.equal([hold]);
	});
}

function batches(given: () => Fixture, factory: StoreFactory): void {
	const commands: readonly Command[] = [
		openAccount(),
		grant('a', 20),
		grant('b', 5, { category: 'promotional', expiry: { days: 2, rule: 'end_of_day' } }),
		reserve('r1', 7, { labels: { campaign: 'x' } }),
		reserve('r1', 7, { labels: { campaign: 'x' } }),
		reserve('r2', 8),
		settle(4, 9),
		release(5),
		settle(5, 3),
		reserve('r3', 99),
		voidGrant('v', 2),
		reserve('r4', 5),
		settle(99, 1),
	];

	it('decides a batch as it would one by one', async () => {
		const apart = await Fixture.open(factory);
		const together = await Fixture.open(factory);
		const oneByOne: Outcome[] = [];
		for (const command of commands) oneByOne.push(await apart.one(command));
		const atOnce = await together.store.commit(ACCOUNT, commands);
		expect(atOnce.map((each) => each.kind)).to.deep.equal(oneByOne.map((each) => each.kind));
		expect(await together.entries()).to.deep.equal(await apart.entries());
		expect((await together.store.materialised(ACCOUNT))?.grants).to.deep.equal((await apart.store.materialised(ACCOUNT))?.grants);
		await apart.store.close();
		await together.store.close();
	});

	it('answers a group in the order of submission, faults to those who made them', async () => {
		const commits = new GroupCommit(given().store);
		const submitted = [grant('g', 5), settle(77, 1), reserve('a', 3), reserve('b', 3)].map((command) => commits.submit(ACCOUNT, command));
		const [granted, fault, first, second] = await Promise.allSettled(submitted);
		expect(granted?.status === 'fulfilled' && granted.value.kind).to.equal('granted');
		expect(fault?.status === 'rejected' && (fault.reason as CreditError).code).to.equal('hold_not_found');
		expect(first?.status === 'fulfilled' && first.value.kind).to.equal('reserved');
		expect(second?.status === 'fulfilled' && second.value.kind).to.equal('refused');
	});

	it('field lesson 1: fits exactly as many as there are credits for, however they arrive', async () => {
		await given().one(grant('g', 50));
		const commits = new GroupCommit(given().store);
		const outcomes = await Promise.all(Array.from({ length: 300 }, (_, index) => commits.submit(ACCOUNT, reserve(`k${String(index)}`, 3))));
		expect(outcomes.filter((each) => each.kind === 'reserved')).to.have.length(16);
	});
}

function results(given: () => Fixture): void {
	it('keeps a result until its time, and purges it without touching the journal', async () => {
		const { clock, store } = given();
		await given().one(grant('g', 10));
		const hold = await given().reserved('k', 1);
		await given().one(settle(hold.seq, 1, { result: { text: 'Dear Ada ☕', keptUntilMs: clock.nowMs + 100 } }));
		expect(await store.keptResult(ACCOUNT, hold.seq)).to.equal('Dear Ada ☕');
		expect(await store.keptResult(ACCOUNT, hold.seq + 1)).to.equal(null);
		clock.advance(100);
		expect(await store.keptResult(ACCOUNT, hold.seq)).to.equal(null);
		expect([
			await store.purgeResults(clock.nowMs - 1),
			await store.purgeResults(clock.nowMs),
			await store.purgeResults(clock.nowMs),
		]).to.deep.equal([0, 1, 0]);
	});

	it('keeps the first result of a hold', async () => {
		await given().one(grant('g', 10));
		const hold = await given().reserved('k', 1);
		const keptUntilMs = given().clock.nowMs + 100;
		await given().one(settle(hold.seq, 1, { result: { text: 'first', keptUntilMs } }));
		await given().one(settle(hold.seq, 1, { result: { text: 'second', keptUntilMs } }));
		expect(await given().store.keptResult(ACCOUNT, hold.seq)).to.equal('first');
	});
}

function usage(given: () => Fixture): void {
	const open = { fromDay: null, untilDay: null, where: {} };

	beforeEach(async () => {
		const call = async (key: string, whole: number, labels: Parameters<typeof reserve>[2]): Promise<void> => {
			const hold = await given().reserved(key, whole, labels);
			await given().one(settle(hold.seq, whole, { usage: tokens(100, 10) }));
		};
		await given().one(grant('usage', 20));
		await call('u1', 3, { labels: { campaign: 'spring', segment: 'vip' } });
		await call('u2', 4, { labels: { campaign: 'spring', segment: 'new' } });
		await given().one(reserve('u3', 900, { labels: { campaign: 'autumn' } }));
		given().clock.advance(DAY_MS);
		await call('u4', 5, { labels: { campaign: 'autumn' } });
		await call('u5', 0, {});
	});

	it('adds up by label, largest charge first', async () => {
		const rows = await given().store.usage(ACCOUNT, { ...open, groupBy: ['campaign'] });
		expect(rows.map((row) => [row.group.campaign, row.calls, row.chargedMicro, row.refusals, row.inputTokens])).to.deep.equal([
			['spring', 2, credits(7), 0, 200],
			['autumn', 1, credits(5), 1, 100],
			['', 1, 0n, 0, 100],
		]);
	});

	it('adds up by day and several labels, and picks days and labels', async () => {
		const rows = await given().store.usage(ACCOUNT, { ...open, groupBy: ['day', 'segment'] });
		expect(rows.map((row) => [row.group.day, row.group.segment, row.chargedMicro])).to.deep.equal([
			['2026-04-09', '', credits(5)],
			['2026-04-08', 'new', credits(4)],
			['2026-04-08', 'vip', credits(3)],
			['2026-04-08', '', 0n],
		]);
		const secondDay = await given().store.usage(ACCOUNT, { ...open, groupBy: [], fromDay: '2026-04-09', untilDay: '2026-04-09' });
		expect(secondDay.map((row) => [row.group, row.calls, row.chargedMicro])).to.deep.equal([[{}, 2, credits(5)]]);
		const vip = await given().store.usage(ACCOUNT, { ...open, groupBy: ['campaign'], where: { segment: 'vip' } });
		expect(vip.map((row) => row.chargedMicro)).to.deep.equal([credits(3)]);
		expect(await given().store.usage('nobody', { ...open, groupBy: [] })).to.deep.equal([]);
	});

	it('counts a late settle once, with the hold that was charged when it expired', async () => {
		await given().one({ kind: 'change_account', key: 'c', unconfirmedPolicy: 'charge' });
		const hold = await given().reserved('u6', 4, { labels: { segment: 'late' } });
		const asked = { ...open, groupBy: ['segment' as const], where: { segment: 'late' } };
		await given().one(expire(hold.seq));
		expect((await given().store.usage(ACCOUNT, asked)).map((row) => [row.calls, row.chargedMicro, row.estimatedCalls])).to.deep.equal([
			[1, credits(4), 1],
		]);
		await given().one(settle(hold.seq, 1));
		expect((await given().store.usage(ACCOUNT, asked)).map((row) => [row.calls, row.chargedMicro, row.estimatedCalls])).to.deep.equal([
			[1, credits(1), 0],
		]);
	});
}

function pages(given: () => Fixture): void {
	it('pages through entries and holds without gaps or repeats', async () => {
		const { store } = given();
		await given().one(grant('g', 100));
		for (let index = 0; index < 7; index += 1) await given().reserved(`k${String(index)}`, 1);
		await store.commit(ACCOUNT, [release(3), settle(4, 1), settle(6, 1)]);
		const seqs: number[] = [];
		for (;;) {
			const page = await store.entries(ACCOUNT, { afterSeq: seqs.at(-1) ?? 0, limit: 4 });
			if (page.length === 0) break;
			seqs.push(...page.map((entry) => entry.seq));
		}
		expect(seqs).to.deep.equal(Array.from({ length: 12 }, (_, index) => index + 1));
		const holdSeqs = async (state: Hold['state'] | null, afterSeq: number, limit: number): Promise<number[]> =>
			(await store.holds(ACCOUNT, { state, afterSeq, limit })).map((hold) => hold.seq);
		expect(await holdSeqs(null, 4, 3)).to.deep.equal([5, 6, 7]);
		expect(await holdSeqs('open', 0, 9)).to.deep.equal([5, 7, 8, 9]);
		expect(await holdSeqs('settled', 4, 9)).to.deep.equal([6]);
		expect(await holdSeqs('released', 0, 9)).to.deep.equal([3]);
	});

	it('tells everything materialised at once', async () => {
		await given().one(grant('g', 10));
		await given().one(setBudget('b', { name: 'each', scope: 'campaign', period: 'total', limit: 100 }));
		const hold = await given().reserved('k', 4, { labels: { campaign: 'x' } });
		await given().one(settle(hold.seq, 3));
		const counters: BudgetCounter[] = [];
		const told = await given().store.materialised(ACCOUNT, (counter) => counters.push(counter));
		expect([told?.account.lastSeq, told?.grants.length, told?.usage.length]).to.deep.equal([5, 1, 1]);
		const expected = {
			budgetSeq: 3,
			period: '',
			value: 'x',
			heldMicro: 0n,
			settledMicro: credits(3),
			reachedRoomMicro: null,
			reachMicro: 0n,
		};
		expect(counters).to.deep.equal([expected]);
		expect(await given().store.counters(ACCOUNT)).to.deep.equal([expected]);
	});

	it('tells where holds stand: by the last entry that closed or refunded them', async () => {
		const { store, clock } = given();
		await given().one(grant('g', 100));
		for (let index = 0; index < 5; index += 1) await given().reserved(`k${String(index)}`, 1, { timeoutMs: 60_000 });
		await store.commit(ACCOUNT, [settle(4, 1), release(5), expire(6), refund('r', 4, 1), settle(6, 1)]);
		const timeoutAtMs = clock.nowMs + 60_000;
		const open = { seq: 3, state: 'open', timeoutAtMs, closedSeq: null };
		expect(await store.holdMarks(ACCOUNT, { afterSeq: 2, untilSeq: 6 })).to.deep.equal([
			open,
			{ seq: 4, state: 'settled', timeoutAtMs, closedSeq: 11 },
			{ seq: 5, state: 'released', timeoutAtMs, closedSeq: 9 },
			{ seq: 6, state: 'settled', timeoutAtMs, closedSeq: 12 },
		]);
		expect(await store.holdMarks(ACCOUNT, { afterSeq: 6, untilSeq: Number.MAX_SAFE_INTEGER })).to.deep.equal([{ ...open, seq: 7 }]);
		expect(await store.holdMarks('nobody', { afterSeq: 0, untilSeq: 9 })).to.deep.equal([]);
	});

	it('pages through the idempotency keys in ascending order', async () => {
		const { store } = given();
		await given().one(grant('g', 100));
		for (let index = 0; index < 9; index += 1) await given().reserved(`k${String(index)}`, 1);
		await given().one(release(3));
		const keys: CarriedKey[] = [];
		for (;;) {
			const page = await store.carriedKeys(ACCOUNT, { after: keys.at(-1) ?? null, limit: 4 });
			if (page.length === 0) break;
			keys.push(...page);
		}
		const carried = (await given().entries()).flatMap(({ keyHash, seq }) => (keyHash === null ? [] : [{ keyHash, seq }]));
		expect(keys).to.deep.equal(carried.sort((a, b) => (a.keyHash < b.keyHash ? -1 : 1)));
		expect(keys).to.have.length(11);
		expect(await store.carriedKeys('nobody', { after: null, limit: 4 })).to.deep.equal([]);
	});
}

function closing(factory: StoreFactory): void {
	it('rejects everything after it was closed, and closes twice in peace', async () => {
		const { store } = await Fixture.open(factory);
		const underWay = store.commit(ACCOUNT, [openAccount()]);
		await store.close();
		await store.close();
		expect((await underWay).map((each) => each.kind)).to.deep.equal(['account']);
		const calls: readonly (() => Promise<unknown>)[] = [
			() => store.commit(ACCOUNT, [grant('x', 1)]),
			() => store.snapshot(ACCOUNT),
			() => store.accounts(),
			() => store.entries(ACCOUNT, { afterSeq: 0, limit: 1 }),
			() => store.purgeResults(0),
		];
		for (const call of calls) {
			const error: unknown = await call().then(
				() => null,
				(reason: unknown) => reason,
			);
			expect(error).to.be.instanceOf(CreditError);
			expect((error as CreditError).code).to.equal('ledger_closed');
		}
	});
}
