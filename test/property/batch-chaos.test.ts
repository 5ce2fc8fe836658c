/**
 * Random lives of batches: hosts that forget what they handed in, a provider that loses its word, lines that come in any order or never,
 * hours that pass. Nobody is billed twice, every line that was billed is charged once, and nothing stays set aside.
 */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { formatCredits, parseCredits } from '../../lib/core/values/money';
import type { ItemResult } from '../../lib/engine/outcome/item-result';
import { expectClean, spent } from '../support/scenarios/action-world';
import { back, BatchWorld, LINE_CREDITS, people } from '../support/scenarios/batch-world';
import type { FakeBatch } from '../support/provider/fake-batches';
import { holds } from '../support/machine/property-runs';

const MINUTE_MS = 60_000;
const LINE_MICRO = parseCredits(LINE_CREDITS, { field: 'line' });

const verdict = fc.constantFrom('good', 'good', 'good', 'useless', 'refused', 'no usage');
const mishap = fc.constantFrom(null, null, null, 'refused', 'lost', 'lost but made', 'failed but made', 'made and blind', 'no upload');
const step = fc.oneof(
	fc.record({
		kind: fc.constant('hand in' as const),
		from: fc.nat(7),
		count: fc.integer({ min: 1, max: 8 }),
		mishap,
		forgets: fc.boolean(),
	}),
	fc.record({
		kind: fc.constant('answer' as const),
		batch: fc.nat(5),
		lines: fc.array(fc.tuple(fc.nat(7), verdict), { maxLength: 6 }),
		shows: fc.boolean(),
	}),
	fc.record({ kind: fc.constant('end' as const), batch: fc.nat(5), status: fc.constantFrom('completed', 'expired', 'cancelled') }),
	fc.record({ kind: fc.constant('collect' as const), from: fc.nat(30), count: fc.integer({ min: 1, max: 20 }), isBlind: fc.boolean() }),
	fc.record({ kind: fc.constant('pass' as const), minutes: fc.constantFrom(1, 19, 25, 600, 3000) }),
);
const life = fc.record({ credits: fc.constantFrom('2', '4', '100'), steps: fc.array(step, { minLength: 3, maxLength: 14 }) });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Life {
	readonly marks: unknown[] = [];
	readonly #judged = new Map<FakeBatch, Set<number>>();
	/** By person: lines that the provider billed. */
	readonly billed = new Map<string, number>();

	constructor(readonly on: BatchWorld) {}

	async take(next: Step): Promise<void> {
		const { on } = this;
		switch (next.kind) {
			case 'hand in':
				await this.handIn(next);
				return;
			case 'answer': {
				const batch = on.batches.made[next.batch];
				if (!batch) return;
				batch.isShowingPartly = next.shows;
				for (const [place, how] of next.lines) this.#judge(batch, place, how);
				return;
			}
			case 'end': {
				const batch = on.batches.made[next.batch];
				if (batch) batch.end(next.status);
				return;
			}
			case 'collect':
				on.batches.readFault = next.isBlind ? 503 : null;
				await this.collect(this.marks.slice(next.from, next.from + next.count));
				on.batches.readFault = null;
				return;
			case 'pass':
				on.world.time.nowMs += next.minutes * MINUTE_MS;
				return;
			default:
				next satisfies never;
		}
	}

	async handIn({
		from,
		count,
		mishap: goesWrong,
		forgets,
	}: Omit<Extract<Step, { kind: 'hand in' }>, 'kind'>): Promise<readonly ItemResult[]> {
		const { batches } = this.on;
		if (goesWrong === 'no upload') batches.uploadMishaps.push({ kind: 'status', code: 401 });
		if (goesWrong === 'refused') batches.createMishaps.push({ kind: 'status', code: 400 });
		if (goesWrong === 'lost') batches.createMishaps.push({ kind: 'drop' });
		if (goesWrong === 'lost but made' || goesWrong === 'made and blind') batches.createMishaps.push({ kind: 'drop', takesEffect: true });
		if (goesWrong === 'failed but made') batches.createMishaps.push({ kind: 'status', code: 500, takesEffect: true });
		if (goesWrong === 'made and blind') batches.readFault = 500;
		const results = await this.on.action({ maxAttempts: 1 }).run(people(8).slice(from, from + count));
		batches.readFault = null;
		batches.uploadMishaps.length = 0;
		batches.createMishaps.length = 0;
		if (!forgets) this.#remember(results);
		return results;
	}

	async collect(marks: readonly unknown[]): Promise<readonly ItemResult[]> {
		const results = await this.on.action().run(marks.map((mark, index) => back(index, mark)));
		this.#remember(results);
		return results;
	}

	/** All lines that are left are answered, and everybody comes once more until nobody waits. */
	async end(): Promise<void> {
		this.on.batches.readFault = null;
		for (let round = 0; round < 8; round += 1) {
			this.on.world.time.nowMs += 25 * MINUTE_MS;
			for (const batch of this.on.batches.made) {
				const isOver = ['completed', 'expired', 'cancelled'].includes(batch.status);
				batch.lines.forEach((_, place) => this.#judge(batch, place, isOver ? null : 'good'));
				if (!isOver) batch.end('completed');
			}
			const marked = await this.collect(this.marks.splice(0));
			const again = await this.handIn({ from: 0, count: 8, mishap: null, forgets: false });
			if ([...marked, ...again].every(({ route }) => route !== 'pending')) return;
		}
		throw new Error('Somebody waits for ever.');
	}

	/** A line has one verdict; one of a batch that is over has none any more. */
	#judge(batch: FakeBatch, place: number, how: string | null): void {
		const judged = this.#judged.get(batch) ?? new Set();
		this.#judged.set(batch, judged);
		if (!batch.lines[place] || judged.has(place)) return;
		if (how === null || ['completed', 'expired', 'cancelled'].includes(batch.status)) return;
		judged.add(place);
		if (how === 'refused') {
			batch.refuse([place], 500, { message: 'overloaded' });
			return;
		}
		if (how === 'no usage') batch.answer([place], { object: { message: 'Hello' }, usage: null });
		else batch.answer([place], how === 'useless' ? { object: { other: 1 } } : { object: { message: 'Hello' } });
		const person = JSON.stringify(batch.line(place).body['messages']);
		this.billed.set(person, (this.billed.get(person) ?? 0) + 1);
	}

	#remember(results: readonly ItemResult[]): void {
		for (const { route, llmCredits } of results) if (route === 'pending') this.marks.push(llmCredits);
	}
}

describe('random lives of batches', function () {
	this.timeout(0);

	it('bill nobody twice, and charge every billed line once', async () => {
		const property = fc.asyncProperty(life, async ({ credits, steps }) => {
			const on = await BatchWorld.with(credits);
			try {
				const one = new Life(on);
				for (const next of steps) await one.take(next);
				await one.end();
				for (const [person, lines] of one.billed) expect(lines, person).to.equal(1);
				expect(await spent(on.world)).to.equal(formatCredits(LINE_MICRO * BigInt(one.billed.size)));
				await expectClean(on.world);
			} finally {
				await on.close();
			}
		});
		await holds('lives', 60, property, { worth: 4 });
	});
});
