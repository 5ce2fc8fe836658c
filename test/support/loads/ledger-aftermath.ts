/**
 * Owns holding a ledger to what processes were told before they died: it opens and proves, nothing that was acknowledged is missing, what
 * they held comes back, and when the same calls are taken again under their keys, each is paid exactly once.
 */
import { expect } from 'chai';
import { balanceAt } from '../../../lib/core/rules/draft/balance';
import type { Entry } from '../../../lib/core/nouns/records';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import type { LedgerStore } from '../../../lib/ledger/store';
import { credits, expectKind } from '../ledger/ledger-commands';
import { openAt } from '../ledger/ledger-places';
import { LOAD_CREDITS, WORKER_ACCOUNT, type Answered } from './ledger-worker';
import { HOLD_MS, loadSetUp, madeUpCall } from './made-up-calls';

const PAGE = 5000;

type Acknowledged = Exclude<Answered, { step: 'fault' }>;

/** A process that takes made-up calls, and what it was told. */
export interface Witness {
	readonly name: string;
	/** How many calls it has under way at most. */
	readonly concurrency: number;
	answered(): readonly Answered[];
}

/** What was looked at, for totals. */
export interface Tally {
	readonly acknowledged: number;
	readonly replayed: number;
	readonly faults: number;
}

/** The sums of several. */
export function addTallies(tallies: readonly Tally[]): Tally {
	const sumOf = (count: (tally: Tally) => number): number => tallies.reduce((sum, tally) => sum + count(tally), 0);
	return { acknowledged: sumOf((t) => t.acknowledged), replayed: sumOf((t) => t.replayed), faults: sumOf((t) => t.faults) };
}

/** Calls of processes that died, by what was acknowledged of them. */
interface Remembered {
	readonly name: string;
	/** Calls that may have been asked for. */
	readonly calls: number;
	readonly answered: readonly Acknowledged[];
	readonly faults: number;
}

/** One ledger, over the deaths of any number of processes. */
export class Aftermath {
	readonly address: string;
	#calls = 0;
	#cost = 0;

	constructor(address: string) {
		this.address = address;
	}

	/** Looks at the ledger after the death of these processes, and takes their calls to the end. Throws at whatever is wrong. */
	async examine(witnesses: readonly Witness[]): Promise<Tally> {
		const remembered = witnesses.map(rememberedOf);
		let nowMs = Date.now();
		const store = await openAt(this.address, () => nowMs);
		try {
			await expectProven(store);
			expectKept(await entriesOf(store), remembered);
			await store.commit(WORKER_ACCOUNT, loadSetUp(LOAD_CREDITS));
			const { account } = await store.snapshot(WORKER_ACCOUNT);
			nowMs = Math.max(nowMs, account?.lastAtMs ?? 0) + HOLD_MS + 1;
			await expectHoldsGiveBack(store, nowMs);
			let replayed = 0;
			for (const each of remembered) replayed += await this.#takeAgain(store, each);
			await this.#expectPaidOnce(store, nowMs);
			await expectProven(store);
			return addTallies([
				{ acknowledged: 0, replayed, faults: 0 },
				...remembered.map(({ answered, faults }) => ({ acknowledged: answered.length, replayed: 0, faults })),
			]);
		} finally {
			await store.close();
		}
	}

	/** Returns how many commands were answered as they were before. */
	async #takeAgain(store: LedgerStore, { name, calls, answered }: Remembered): Promise<number> {
		const commits = new GroupCommit(store);
		const known = new Map(answered.map((answer) => [`${answer.step} ${answer.number}`, answer.seq]));
		let replayed = 0;
		const expectStored = (step: Acknowledged['step'], number: number, { seq, isReplayed }: { seq: number; isReplayed: boolean }): void => {
			if (isReplayed) replayed += 1;
			const before = known.get(`${step} ${number}`);
			if (before !== undefined) expect([seq, isReplayed], `${step} ${name}-${number}`).to.deep.equal([before, true]);
		};
		const takeCall = async (number: number): Promise<void> => {
			const call = madeUpCall(name, number);
			const reserved = expectKind(await commits.submit(WORKER_ACCOUNT, call.reserve), 'reserved');
			const { seq } = reserved.hold;
			expectStored('reserved', number, { seq, isReplayed: reserved.isReplayed });
			const { isReplayed } = expectKind(await commits.submit(WORKER_ACCOUNT, call.close(seq)), 'closed');
			expectStored('closed', number, { seq, isReplayed });
			if (call.refund)
				expectStored('refunded', number, {
					seq,
					isReplayed: expectKind(await commits.submit(WORKER_ACCOUNT, call.refund(seq)), 'refunded').isReplayed,
				});
			this.#calls += 1;
			this.#cost += call.cost;
		};
		await Promise.all(Array.from({ length: calls }, (_, number) => takeCall(number)));
		return replayed;
	}

	async #expectPaidOnce(store: LedgerStore, atMs: number): Promise<void> {
		const reserved = (await entriesOf(store)).filter(({ body }) => body.kind === 'reserved');
		expect(reserved.length, 'calls in the journal').to.equal(this.#calls);
		const { availableMicro, heldMicro } = balanceAt(await store.snapshot(WORKER_ACCOUNT), { accountId: WORKER_ACCOUNT, clockMs: atMs });
		expect([availableMicro, heldMicro], 'available and held').to.deep.equal([credits(LOAD_CREDITS - this.#cost), 0n]);
	}
}

/** Every process works on its calls in order, so it has asked for no call far beyond the last one that it tells about. */
function rememberedOf(witness: Witness): Remembered {
	const lines = witness.answered();
	const answered = lines.filter((line) => line.step !== 'fault');
	const last = Math.max(-1, ...lines.map(({ number }) => number));
	return { name: witness.name, calls: last + 1 + witness.concurrency, answered, faults: lines.length - answered.length };
}

/** Throws unless the whole ledger can be derived from its journal. */
export async function expectProven(store: LedgerStore): Promise<void> {
	const { violations } = await verifyLedger(store);
	expect(violations).to.deep.equal([]);
}

/** The whole journal. */
export async function entriesOf(store: LedgerStore): Promise<Entry[]> {
	const entries: Entry[] = [];
	for (;;) {
		const page = await store.entries(WORKER_ACCOUNT, { afterSeq: entries.at(-1)?.seq ?? 0, limit: PAGE });
		if (page.length === 0) return entries;
		entries.push(...page);
	}
}

/** Throws unless every answer is in the journal, with what it said, and nothing happened twice. */
function expectKept(entries: readonly Entry[], remembered: readonly Remembered[]): void {
	const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
	const charged = new Map<number, bigint>();
	const refunded = new Set<number>();
	for (const { body } of entries) {
		if (body.kind === 'settled' || body.kind === 'released') {
			expect(charged.has(body.holdSeq), `h${body.holdSeq} is closed twice`).to.equal(false);
			charged.set(body.holdSeq, body.kind === 'settled' ? body.actualMicro : 0n);
		}
		if (body.kind !== 'refunded') continue;
		expect(refunded.has(body.holdSeq), `h${body.holdSeq} is refunded twice`).to.equal(false);
		refunded.add(body.holdSeq);
	}
	const keys = entries.flatMap(({ keyHash }) => keyHash ?? []);
	expect(new Set(keys).size, 'keys').to.equal(keys.length);
	for (const { name, answered } of remembered) {
		for (const { step, number, seq, isReplayed } of answered) {
			const what = `${step} ${name}-${number} as h${seq}`;
			expect(isReplayed, `${what} was answered as somebody else's`).to.equal(false);
			if (step === 'reserved') expect(bySeq.get(seq)?.body.kind, what).to.equal('reserved');
			if (step === 'closed') expect(charged.get(seq), what).to.equal(credits(madeUpCall(name, number).charge));
			if (step === 'refunded') expect(refunded.has(seq), what).to.equal(true);
		}
	}
}

/** Throws unless, at an instant when every hold has timed out, available is what was granted less what was charged. */
async function expectHoldsGiveBack(store: LedgerStore, atMs: number): Promise<void> {
	await store.commit(WORKER_ACCOUNT, []);
	let charged = 0n;
	for (const { body } of await entriesOf(store)) {
		if (body.kind === 'settled') charged += body.actualMicro;
		if (body.kind === 'refunded') charged -= body.amountMicro;
	}
	const { availableMicro, heldMicro } = balanceAt(await store.snapshot(WORKER_ACCOUNT), { accountId: WORKER_ACCOUNT, clockMs: atMs });
	expect([availableMicro, heldMicro], 'after the timeouts').to.deep.equal([credits(LOAD_CREDITS) - charged, 0n]);
}
