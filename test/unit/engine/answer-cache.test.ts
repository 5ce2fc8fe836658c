/** Kept answers and texts as the engine uses them: their age, what is not durable yet, limits, a ledger that fails, asking once. */
import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import { sha256 } from '../../../lib/core/values/idempotency';
import { ProfileReader } from '../../../lib/engine/account/account-profile';
import { AnswerCache } from '../../../lib/engine/account/answer-cache';
import { answerReport } from '../../../lib/engine/report/answer-report';
import { SingleFlight } from '../../../lib/engine/waiting/single-flight';
import type { Timing } from '../../../lib/engine/waiting/timing';
import type { AnswerStore, CachedAnswer } from '../../../lib/ledger/answer-store';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import type { LedgerStore } from '../../../lib/ledger/store';
import { faultOf } from '../../support/machine/error-code';
import { openAccount } from '../../support/ledger/ledger-commands';
import { ManualClock } from '../../support/machine/manual-clock';

const ACCOUNT = 'acme';
const HOUR_MS = 3_600_000;

/** Waits until it is aborted; waits of `elapsed` are over at once. */
function timingOf(clock: ManualClock, elapsedMs: number | null = null): Timing {
	const pause: Timing['pause'] = (delayMs, signal) =>
		delayMs === elapsedMs || signal?.aborted
			? Promise.resolve()
			: new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
	return { clock: clock.read, monotonicMs: clock.read, jitter: () => 0.5, pause };
}

interface World {
	readonly clock: ManualClock;
	readonly store: LedgerStore;
	readonly cache: AnswerCache;
}

async function makeWorld(answers?: (real: AnswerStore) => AnswerStore): Promise<World> {
	const clock = new ManualClock();
	const store = openMemoryLedger({ clock: clock.read });
	await store.commit(ACCOUNT, [openAccount({ timeZone: 'Pacific/Kiritimati' })]);
	const profile = new ProfileReader({ store, accountId: ACCOUNT, timing: timingOf(clock) });
	const cache = new AnswerCache({ store: answers?.(store.answers) ?? store.answers, accountId: ACCOUNT, profile, timing: timingOf(clock) });
	return { clock, store, cache };
}

function answer({ clock }: World, name: string, text = name): CachedAnswer {
	return {
		key: sha256(name),
		campaign: 'spring',
		node: 'n',
		text,
		storedAtMs: clock.nowMs,
		keptUntilMs: clock.nowMs + 10 * HOUR_MS,
		costMicro: 7n,
	};
}

function withOther(real: AnswerStore, other: Partial<AnswerStore>): AnswerStore {
	return {
		find: (...args) => real.find(...args),
		write: (...args) => real.write(...args),
		trim: (...args) => real.trim(...args),
		summary: (...args) => real.summary(...args),
		clear: (...args) => real.clear(...args),
		purge: (...args) => real.purge(...args),
		...other,
	};
}

describe('kept answers', () => {
	it('can be used at once, and by others when they are written', async () => {
		const world = await makeWorld();
		const kept = answer(world, 'a');
		world.cache.keep(kept);
		expect(await world.cache.find(kept.key, HOUR_MS)).to.deep.equal(kept);
		expect(await world.store.answers.find(ACCOUNT, kept.key, world.clock.nowMs)).to.equal(null);
		await world.cache.drain();
		expect(await world.store.answers.find(ACCOUNT, kept.key, world.clock.nowMs)).to.deep.equal(kept);
	});

	it('are used up to an age, and never beyond their time', async () => {
		const world = await makeWorld();
		const kept = answer(world, 'a');
		world.cache.keep(kept);
		await world.cache.drain();
		world.clock.advance(HOUR_MS - 1);
		expect((await world.cache.find(kept.key, HOUR_MS))?.text).to.equal('a');
		world.clock.advance(1);
		expect(await world.cache.find(kept.key, HOUR_MS)).to.equal(null);
		expect((await world.cache.find(kept.key, 100 * HOUR_MS))?.text).to.equal('a');
		world.clock.advance(9 * HOUR_MS);
		expect(await world.cache.find(kept.key, 100 * HOUR_MS)).to.equal(null);
	});

	it('count what they saved, on the day of the account', async () => {
		const world = await makeWorld();
		world.cache.keep(answer(world, 'a'));
		for (let use = 0; use < 3; use += 1) world.cache.noteSaving(answer(world, 'a'), 'spring');
		await world.cache.drain();
		const { savings, answers, bytes } = answerReport(await world.store.answers.summary(ACCOUNT));
		// Noon UTC is the next day there.
		expect(savings).to.deep.equal([{ day: '2026-04-09', campaign: 'spring', calls: 3, savedMicro: 21n }]);
		expect([answers, bytes]).to.deep.equal([1, 1]);
	});

	it('stay within the limits of the account, and are written in few transactions', async () => {
		let writes = 0;
		const world = await makeWorld((real) =>
			withOther(real, {
				write: (...args) => {
					writes += 1;
					return real.write(...args);
				},
			}),
		);
		await world.store.commit(ACCOUNT, [{ kind: 'set_cache_limits', key: 'l', limits: { maxAnswers: 5, maxBytes: 1000 } }]);
		for (let index = 0; index < 300; index += 1) world.cache.keep(answer(world, `n${String(index)}`));
		await world.cache.drain();
		expect(answerReport(await world.store.answers.summary(ACCOUNT)).answers).to.equal(5);
		expect(writes).to.equal(1);
		await world.store.commit(ACCOUNT, [{ kind: 'set_cache_limits', key: 'none', limits: { maxAnswers: 0, maxBytes: 1000 } }]);
		world.clock.advance(60_000);
		world.cache.keep(answer(world, 'late'));
		await world.cache.drain();
		expect(answerReport(await world.store.answers.summary(ACCOUNT)).answers).to.equal(0);
	});

	it('stand in nobody’s way when the ledger fails; a defect of ours is not hidden', async () => {
		const busy = (): Promise<never> => Promise.reject(new CreditError('ledger_busy', 'busy'));
		const world = await makeWorld((real) => withOther(real, { find: busy, write: busy }));
		const kept = answer(world, 'a');
		world.cache.keep(kept);
		expect((await world.cache.find(kept.key, HOUR_MS))?.text).to.equal('a');
		await world.cache.drain();
		expect(await world.cache.find(kept.key, HOUR_MS)).to.equal(null);
		const broken = await makeWorld((real) => withOther(real, { find: () => Promise.reject(new TypeError('ours')) }));
		const error: unknown = await broken.cache.find(kept.key, HOUR_MS).catch((reason: unknown) => reason);
		expect(error).to.be.instanceOf(TypeError);
	});
});

describe('the texts of an account', () => {
	it('are read once for a few seconds, and at once after a change of this process', async () => {
		const clock = new ManualClock();
		const store = openMemoryLedger({ clock: clock.read });
		await store.commit(ACCOUNT, [openAccount()]);
		let reads = 0;
		const watched = {
			profile: (id: string) => {
				reads += 1;
				return store.profile(id);
			},
		};
		const reader = new ProfileReader({ store: watched, accountId: ACCOUNT, timing: timingOf(clock) });
		await Promise.all([reader.read(), reader.read()]);
		await store.commit(ACCOUNT, [{ kind: 'set_text', key: 't', name: 'compliance', text: 'Promise nothing.' }]);
		clock.advance(4_999);
		expect((await reader.read()).texts.size).to.equal(0);
		clock.advance(1);
		expect((await reader.read()).texts.get('compliance')).to.equal('Promise nothing.');
		expect(reads).to.equal(2);
		reader.forget();
		await reader.read();
		expect(reads).to.equal(3);
	});

	it('are asked for again after a failure', async () => {
		const clock = new ManualClock();
		const store = openMemoryLedger({ clock: clock.read });
		const reader = new ProfileReader({ store, accountId: ACCOUNT, timing: timingOf(clock) });
		expect((await faultOf(reader.read())).code).to.equal('account_not_found');
		await store.commit(ACCOUNT, [openAccount()]);
		expect((await reader.read()).account.id).to.equal(ACCOUNT);
	});
});

describe('asking once', () => {
	const clock = new ManualClock();
	const patient = { waitMs: 60_000, signal: null };
	let flight: SingleFlight<string>;
	let asked: number;
	let answerNow: (value: string | null) => void;
	const ask = (): Promise<string | null> => {
		asked += 1;
		return new Promise((resolve) => {
			answerNow = resolve;
		});
	};
	beforeEach(() => {
		flight = new SingleFlight(timingOf(clock, 1));
		asked = 0;
	});

	it('gives all who want the same what the first got, and asks anew afterwards', async () => {
		const all = [1, 2, 3].map(() => flight.share('k', ask, patient));
		const other = flight.share('other', () => Promise.resolve('x'), patient);
		answerNow('a');
		expect((await Promise.all(all)).map(({ value, isShared }) => [value, isShared])).to.deep.equal([
			['a', false],
			['a', true],
			['a', true],
		]);
		expect((await other).isShared).to.equal(false);
		expect(asked).to.equal(1);
		const again = flight.share('k', ask, patient);
		answerNow('b');
		expect(await again).to.deep.equal({ value: 'b', isShared: false });
	});

	it('lets those who waited ask by themselves when the first gets nothing or fails', async () => {
		const first = flight.share('k', ask, patient);
		const second = flight.share('k', () => Promise.resolve('mine'), patient);
		answerNow(null);
		expect([(await first).value, await second]).to.deep.equal([null, { value: 'mine', isShared: false }]);
		const failing = flight.share('k', () => Promise.reject(new Error('lost')), patient);
		const waiting = flight.share('k', () => Promise.resolve('mine'), patient);
		expect(await failing.catch((error: unknown) => (error as Error).message)).to.equal('lost');
		expect((await waiting).value).to.equal('mine');
	});

	it('waits no longer than each may, and not for somebody who is stopped', async () => {
		const first = flight.share('k', ask, patient);
		expect(await flight.share('k', () => Promise.resolve('in a hurry'), { waitMs: 1, signal: null })).to.deep.equal({
			value: 'in a hurry',
			isShared: false,
		});
		const stop = new AbortController();
		const stopped = flight.share('k', () => Promise.resolve('stopped'), { ...patient, signal: stop.signal });
		stop.abort();
		expect((await stopped).value).to.equal('stopped');
		answerNow('a');
		expect((await first).value).to.equal('a');
	});
});
