/** Tries at admin keys: however many come at once, and however long somebody guesses, few are looked at (ledger rule 35). */
import { expect } from 'chai';
import fc from 'fast-check';
import { laneOf, lookAt, NO_TRIES, type KeyTries } from '../../../lib/core/rules/key-tries';
import { sha256 } from '../../../lib/core/values/idempotency';
import { holds } from '../../support/machine/property-runs';

const START_MS = 1_790_000_000_000;
const MINUTE_MS = 60_000;

describe('tries at admin keys', () => {
	it('come one at a time in a lane, and the lanes do not wait for each other', () => {
		const wrong = { isRight: false, atMs: START_MS };
		const first = lookAt(NO_TRIES, 'far', wrong);
		expect([first.isLookedAt, first.waitMs]).to.deep.equal([true, 250]);
		expect(lookAt(first.tries, 'far', wrong)).to.deep.equal({ tries: first.tries, isLookedAt: false, waitMs: 250 });
		expect(lookAt(first.tries, 'near', { ...wrong, isRight: true })).to.deep.equal({ tries: first.tries, isLookedAt: true, waitMs: 0 });
	});

	it('take their lane for longer each time they are wrong; a right one frees it', () => {
		let [tries, atMs]: [KeyTries, number] = [NO_TRIES, START_MS];
		const waits: number[] = [];
		for (let wrong = 0; wrong < 8; wrong += 1) {
			const looked = lookAt(tries, 'near', { isRight: false, atMs });
			waits.push(looked.waitMs);
			expect(lookAt(looked.tries, 'near', { isRight: true, atMs: atMs + looked.waitMs - 1 }).waitMs).to.equal(1);
			({ tries } = looked);
			atMs += looked.waitMs;
		}
		expect(waits).to.deep.equal([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
		const right = lookAt(tries, 'near', { isRight: true, atMs });
		expect(lookAt(right.tries, 'near', { isRight: false, atMs }).waitMs).to.equal(250);
	});

	it('are forgotten after a day without one, and a clock that was set back does not lock anybody out', () => {
		const tries: KeyTries = { ...NO_TRIES, far: { wrong: 9, untilMs: START_MS } };
		expect(lookAt(tries, 'far', { isRight: false, atMs: START_MS + 24 * 60 * MINUTE_MS }).waitMs).to.equal(250);
		expect(lookAt(tries, 'far', { isRight: true, atMs: START_MS - 2 * MINUTE_MS }).isLookedAt).to.equal(true);
	});

	it('are near where twelve bits of their proof are those of the right one', () => {
		const adminKey = { salt: '00', hash: sha256('right') };
		expect(laneOf(adminKey, 'right')).to.equal('near');
		const guesses = Array.from({ length: 40_960 }, (_, guess) => laneOf(adminKey, `guess ${String(guess)}`));
		expect(guesses.filter((lane) => lane === 'near').length).to.be.within(1, 30);
	});

	it('in any order and number: an hour of guessing gets no more than 70 looks in the far lane', async () => {
		await holds(
			'looks at guesses',
			300,
			fc.asyncProperty(fc.array(fc.tuple(fc.nat(MINUTE_MS), fc.integer({ min: 1, max: 300 })), { maxLength: 200 }), (moments) => {
				let [tries, atMs, looks]: [KeyTries, number, number] = [NO_TRIES, START_MS, 0];
				for (const [passMs, asked] of moments) {
					atMs += passMs;
					if (atMs > START_MS + 60 * MINUTE_MS) break;
					for (let guess = 0; guess < asked; guess += 1) {
						const looked = lookAt(tries, 'far', { isRight: false, atMs });
						({ tries } = looked);
						if (looked.isLookedAt) looks += 1;
					}
				}
				expect(looks).to.be.at.most(70);
				return Promise.resolve();
			}),
		);
	});
});
