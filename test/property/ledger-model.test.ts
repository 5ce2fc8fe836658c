/** Random lives of an account: what the stores answer and keep is what a naive ledger of single coins answers and keeps. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { balanceAt } from '../../lib/core/rules/draft/balance';
import { spendableMicro } from '../../lib/core/rules/draft/spendable';
import type { Outcome } from '../../lib/core/nouns/commands';
import type { GrantState, Hold } from '../../lib/core/nouns/records';
import { pinKeyHash } from '../../lib/core/prices/recorded-price';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import { openMemoryLedger } from '../../lib/ledger/memory/store';
import type { LedgerStore } from '../../lib/ledger/store';
import { openAccount, priceNamed } from '../support/ledger/ledger-commands';
import { alertWord, alertWords } from '../support/model/ledger-table-alerts';
import { SQLITE } from '../support/ledger/ledger-places';
import { askNaive, commandOf, remember, steps, takeSteps, type Made, type Step } from '../support/model/ledger-steps';
import { ManualClock, newPersonKey } from '../support/machine/manual-clock';
import { NaiveLedger, type NaiveAnswer, type NaiveGrant, type NaiveHold } from '../support/model/naive-ledger';
import { holds as propertyHolds } from '../support/machine/property-runs';
import { SharedLedgers } from '../support/ledger/shared-ledgers';

const ACCOUNT = 'acme';

type Open = (clock: ManualClock) => Promise<LedgerStore>;
const inMemory: Open = (clock) => Promise.resolve(openMemoryLedger({ clock: clock.read, newPersonKey }));
const files = new SharedLedgers(SQLITE);
/** One file that two processes have open; the stream says which of them commits. */
const inSqliteOfTwo =
	(turns: Iterator<boolean>): Open =>
	(clock) =>
		files.open(clock.read, { isOther: () => turns.next().value === true });

/** Opens a store with an account, lets `act` use it, proves it and closes it. */
async function withStore<T>(open: Open, act: (store: LedgerStore, clock: ManualClock) => Promise<T>): Promise<T> {
	const clock = new ManualClock();
	const store = await open(clock);
	try {
		await store.commit(ACCOUNT, [openAccount({ name: 'Acme' })]);
		const result = await act(store, clock);
		expect((await verifyLedger(store)).violations).to.deep.equal([]);
		return result;
	} finally {
		await store.close();
	}
}

const show = (answer: NaiveAnswer, naive: NaiveLedger): unknown => {
	if (answer.kind === 'alerts') return { kind: 'alerts', words: answer.words };
	if (answer.kind === 'forgotten') return { kind: 'forgotten', wasKnown: answer.wasKnown };
	const available = answer.kind === 'fault' || answer.kind === 'account' ? {} : { available: BigInt(naive.available) };
	if (answer.kind === 'fault' || answer.kind === 'account' || answer.kind === 'wait')
		return { ...answer, isReplayed: undefined, ...available };
	if (answer.kind === 'not_granted') return { kind: answer.kind, reason: answer.reason, ...available };
	const part =
		'hold' in answer
			? { hold: showNaiveHold(answer.hold), further: 'further' in answer ? answer.further.map(showNaiveHold) : [] }
			: 'grant' in answer
				? { grant: showNaiveGrant(answer.grant, naive) }
				: { reason: answer.reason, limit: answer.limit };
	return { kind: answer.kind, isReplayed: answer.isReplayed, ...part, ...available };
};

const showOutcome = (outcome: Outcome | undefined, made: Made): unknown => {
	if (!outcome) return undefined;
	if (outcome.kind === 'fault') return { kind: 'fault', code: outcome.error.code, isReplayed: undefined };
	if (outcome.kind === 'alerts')
		return { kind: 'alerts', words: outcome.alerts.map(({ alert }) => alertWord(alert, (seq) => String(made.grantSeqs.indexOf(seq)))) };
	if (outcome.kind === 'forgotten') return { kind: 'forgotten', wasKnown: outcome.person !== null };
	if (outcome.kind === 'account') return { kind: 'account', isReplayed: undefined };
	const available = { available: outcome.availableMicro };
	if (outcome.kind === 'wait') return { kind: 'wait', isReplayed: undefined, ...available };
	if (outcome.kind === 'not_granted') return { kind: outcome.kind, reason: outcome.reason, ...available };
	const part =
		'hold' in outcome
			? { hold: showHold(outcome.hold, made), further: 'further' in outcome ? outcome.further.map((hold) => showHold(hold, made)) : [] }
			: 'grant' in outcome
				? { grant: showGrant(outcome.grant) }
				: { reason: outcome.reason, limit: outcome.limit };
	return { kind: outcome.kind, isReplayed: outcome.isReplayed, ...part, ...available };
};

const showHold = (hold: Hold, made: Made): unknown => ({
	order: made.holdSeqs.indexOf(hold.seq),
	state: hold.state,
	timeoutAtMs: hold.timeoutAtMs,
	amount: hold.amountMicro,
	reach: hold.reachMicro,
	actual: hold.actualMicro,
	overdraft: hold.overdraftMicro,
	refunded: hold.refundedMicro,
	shadow: hold.shadow,
	price: hold.priceVersion?.split('#')[0] ?? null,
	rung: hold.rung,
	pass: hold.pass,
	steppedDown: hold.steppedDown,
	isLate: hold.isLate,
	coins: hold.slices.flatMap((slice) => Array<number>(Number(slice.amountMicro)).fill(made.grantSeqs.indexOf(slice.grantSeq))),
});

let naiveHolds: readonly NaiveHold[] = [];
const showNaiveHold = (hold: NaiveHold): unknown => ({
	order: naiveHolds.indexOf(hold),
	state: hold.state,
	timeoutAtMs: hold.timeoutAtMs,
	amount: BigInt(hold.amount),
	reach: BigInt(hold.reach),
	actual: hold.actual === null ? null : BigInt(hold.actual),
	overdraft: BigInt(hold.overdraft),
	refunded: BigInt(hold.refunded),
	shadow: hold.shadow,
	price: hold.price,
	rung: hold.rung,
	pass: hold.pass,
	steppedDown: hold.steppedDown,
	isLate: hold.isLate,
	coins: hold.coins.map((coin) => coin.grant.order),
});

const showGrant = (grant: GrantState): unknown => ({
	remaining: grant.remainingMicro,
	held: grant.heldMicro,
	settled: grant.settledMicro,
	expired: grant.expiredMicro,
	voided: grant.voidedMicro,
	isVoided: grant.isVoided,
	expiresAtMs: grant.expiresAtMs ?? Infinity,
});

const showNaiveGrant = (grant: NaiveGrant, naive: NaiveLedger): unknown => ({
	remaining: naive.count(grant, 'remaining'),
	held: naive.count(grant, 'held'),
	settled: naive.count(grant, 'settled'),
	expired: naive.count(grant, 'expired'),
	voided: naive.count(grant, 'voided'),
	isVoided: grant.isVoided,
	expiresAtMs: grant.untilMs,
});

/** Takes the steps in both and compares every answer and every balance on the way. */
async function agree(store: LedgerStore, clock: ManualClock, taken: readonly Step[]): Promise<void> {
	const startMs = clock.nowMs;
	const naive = new NaiveLedger(startMs);
	const made: Made = { grantSeqs: [], holdSeqs: [] };
	naiveHolds = naive.holds;
	for (const { passMs, action } of taken) {
		clock.advance(passMs);
		naive.pass(clock.nowMs);
		const [outcome] = await store.commit(ACCOUNT, [commandOf(action, made, startMs)]);
		const answer = askNaive(naive, action, startMs);
		remember(made, outcome);
		expect(showOutcome(outcome, made)).to.deep.equal(show(answer, naive));
		await compareBalances(store, naive, made);
	}
	const alerts = await store.entries(ACCOUNT, { afterSeq: 0, limit: 1000, kind: 'alerted' });
	expect(alertWords(alerts, (seq) => String(made.grantSeqs.indexOf(seq)))).to.deep.equal(naive.alerts.words);
	const holds = await store.holds(ACCOUNT, { state: null, afterSeq: 0, limit: 1000 });
	expect(holds.map((hold) => showHold(hold, made))).to.deep.equal(naive.holds.map(showNaiveHold));
	await comparePrices(store, naive, holds);
}

/** Each price is written once, with the first call that is held with it, and is found by what the hold says. */
async function comparePrices(store: LedgerStore, naive: NaiveLedger, holds: readonly Hold[]): Promise<void> {
	const entries = await store.entries(ACCOUNT, { afterSeq: 0, limit: 10_000 });
	const written = entries.flatMap(({ body }) => (body.kind === 'price_recorded' ? [body.price.version] : []));
	expect(written).to.deep.equal([...naive.pricesWritten]);
	for (const { priceVersion } of holds) {
		const entry = priceVersion === null ? null : await store.entryByKey(ACCOUNT, pinKeyHash(priceVersion));
		expect(entry?.body).to.deep.equal(
			priceVersion === null ? undefined : { kind: 'price_recorded', price: priceNamed(priceVersion.split('#')[0] ?? '') },
		);
	}
	const { prices } = (await store.snapshot(ACCOUNT)).account?.settings ?? {};
	expect([prices?.pinned, prices?.lists.map(({ version }) => version)]).to.deep.equal([naive.pinnedPrices, [...naive.priceLists.keys()]]);
}

async function compareBalances(store: LedgerStore, naive: NaiveLedger, made: Made): Promise<void> {
	const snapshot = await store.snapshot(ACCOUNT);
	const inOrder = [...snapshot.grants].sort((a, b) => made.grantSeqs.indexOf(a.seq) - made.grantSeqs.indexOf(b.seq));
	expect(inOrder.map(showGrant)).to.deep.equal(naive.grants.map((grant) => showNaiveGrant(grant, naive)));
	await compareBudgets(store, naive);
	const balance = balanceAt(snapshot, { accountId: ACCOUNT });
	expect(spendableMicro(balance)).to.equal(naive.isFrozen || (naive.plan === 'trial' && !naive.isShadow) ? 0n : BigInt(naive.available));
	expect(balance.ahead?.untilMs ?? null).to.equal(naive.aheadUntilMs);
	expect(balance.availableMicro).to.equal(BigInt(naive.available));
	expect(balance.overdraftMicro).to.equal(BigInt(naive.overdraft));
	const granted = inOrder.reduce((sum, grant) => sum + grant.amountMicro, 0n);
	const settled = inOrder.reduce((sum, grant) => sum + grant.settledMicro, 0n);
	expect(balance.availableMicro <= granted - settled).to.equal(true);
	expect(balance.availableMicro >= -balance.overdraftMicro).to.equal(true);
}

/** Every counter of the store is what the naive holds add up to; a counter of zero is as good as none. */
async function compareBudgets(store: LedgerStore, naive: NaiveLedger): Promise<void> {
	const stored = await store.counters(ACCOUNT);
	const sums = (...parts: readonly bigint[]): string => parts.map(String).join('+');
	const before = naive.budgetsMade.flatMap((budget) =>
		[...budget.before.keys()].map((id) => ({ budget, period: id.slice(0, id.indexOf('/')), value: id.slice(id.indexOf('/') + 1) })),
	);
	const names = [...naive.holds.flatMap((hold) => hold.counted), ...before];
	const expected = new Map(names.map((one) => [one, naive.used(one)] as const));
	const unique = new Map(
		[...expected].map(([one, { held, settled, reach }]) => [
			`${String(one.budget.since)}/${one.period}/${one.value}`,
			sums(BigInt(held), BigInt(settled), BigInt(reach)),
		]),
	);
	const used = stored.map(({ heldMicro, settledMicro, reachMicro }) => sums(heldMicro, settledMicro, reachMicro));
	const isUsed = (text: string): boolean => text !== sums(0n, 0n, 0n);
	expect(used.filter(isUsed).sort()).to.deep.equal([...unique.values()].filter(isUsed).sort());
}

describe('random commands', function () {
	this.timeout(0);
	after(() => files.close());

	it('agree with a naive ledger of single coins, in memory', async () => {
		await propertyHolds(
			'in memory, by coins',
			300,
			fc.asyncProperty(steps(60), (taken) => withStore(inMemory, (store, clock) => agree(store, clock, taken))),
		);
	});

	it('agree with a naive ledger of single coins, in a SQLite file that two processes have open, and give the journal that memory has', async () => {
		// The account has another id in the file, and the request that opens it names the id, on which all hashes rest.
		const journal = async (store: LedgerStore) =>
			(await store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 })).map((entry, index) => ({
				...entry,
				hash: '',
				requestHash: index === 0 ? '' : entry.requestHash,
			}));
		await propertyHolds(
			'in SQLite, by coins',
			60,
			fc.asyncProperty(steps(60), fc.infiniteStream(fc.boolean()), async (taken, turns) => {
				const written = await withStore(inSqliteOfTwo(turns), (store, clock) => agree(store, clock, taken).then(() => journal(store)));
				const expected = await withStore(inMemory, (store, clock) => takeSteps(store, taken, clock).then(() => journal(store)));
				expect(written).to.deep.equal(expected);
			}),
		);
	});

	it('give the same journal in whatever batches they are committed', async () => {
		await propertyHolds(
			'in batches',
			300,
			fc.asyncProperty(steps(60), fc.infiniteStream(fc.boolean()), async (taken, cuts) => {
				const frozen = taken.map((step, index) => ({ ...step, passMs: index % 5 === 0 ? step.passMs : 0 }));
				const { commands, entries } = await withStore(inMemory, (store, clock) => commandsAndJournal(store, clock, frozen));
				const batched = await withStore(inMemory, (store, clock) => commitInBatches(store, clock, { taken: frozen, commands, cuts }));
				expect(batched).to.deep.equal(entries);
			}),
		);
	});

	it('give the same journal whether or not somebody looked in between', async () => {
		await propertyHolds(
			'looked at',
			300,
			fc.asyncProperty(steps(40), async (taken) => {
				const forwards = taken.map((step) => ({ ...step, passMs: Math.abs(step.passMs) }));
				const { commands, entries } = await withStore(inMemory, (store, clock) => commandsAndJournal(store, clock, forwards));
				const lookedAt = await withStore(inMemory, (store, clock) => commitLooking(store, clock, { taken: forwards, commands }));
				expect(lookedAt).to.deep.equal(entries);
			}),
		);
	});
});

type Commands = ReturnType<typeof commandOf>[];

async function commandsAndJournal(store: LedgerStore, clock: ManualClock, taken: readonly Step[]) {
	const startMs = clock.nowMs;
	const made: Made = { grantSeqs: [], holdSeqs: [] };
	const commands: Commands = [];
	for (const { passMs, action } of taken) {
		clock.advance(passMs);
		const command = commandOf(action, made, startMs);
		commands.push(command);
		remember(made, (await store.commit(ACCOUNT, [command]))[0]);
	}
	return { commands, entries: await store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 }) };
}

/** Commits at the same instants, in batches that end where time passes or where `cuts` says so. */
async function commitInBatches(
	store: LedgerStore,
	clock: ManualClock,
	{ taken, commands, cuts }: { taken: readonly Step[]; commands: Commands; cuts: Iterator<boolean> },
) {
	let batch: Commands = [];
	for (const [index, command] of commands.entries()) {
		const passMs = taken[index]?.passMs ?? 0;
		if (passMs !== 0 || cuts.next().value === true) {
			await store.commit(ACCOUNT, batch);
			batch = [];
		}
		clock.advance(passMs);
		batch.push(command);
	}
	await store.commit(ACCOUNT, batch);
	return store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 });
}

/** Commits the same commands at the same instants, with an empty batch at the middle of every span of time. */
async function commitLooking(store: LedgerStore, clock: ManualClock, { taken, commands }: { taken: readonly Step[]; commands: Commands }) {
	for (const [index, command] of commands.entries()) {
		const passMs = taken[index]?.passMs ?? 0;
		const halfMs = Math.floor(passMs / 2);
		clock.advance(halfMs);
		await store.commit(ACCOUNT, []);
		clock.advance(passMs - halfMs);
		await store.commit(ACCOUNT, [command]);
	}
	return store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 });
}
