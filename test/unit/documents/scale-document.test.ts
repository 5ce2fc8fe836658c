/** docs/scale.md says what the measured figures and the simulations give, and the simulations do what theirs say. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queueUp, type HotAccount } from '../../bench/simulation/hot-account';
import { lease, type Leasing } from '../../bench/simulation/leases';
import { figuresIn } from '../../bench/simulation/measured-figures';
import { scaleDocument } from '../../bench/simulation/scale-document';
import { repositoryRoot } from '../../support/machine/repository';

const textOf = (name: string): string => readFileSync(join(repositoryRoot(), 'docs', name), 'utf8');

describe('docs/scale.md', function () {
	this.timeout(20_000);

	it('is what npm run simulate -- --docs writes', async () => {
		const text = textOf('scale.md');
		expect(await scaleDocument(text, textOf('benchmarks.md'))).to.equal(text);
	});

	it('has a place for every table, and asks for none that nobody makes', async () => {
		const benchmarks = textOf('benchmarks.md');
		let problem = '';
		await scaleDocument('# Nothing\n', benchmarks).catch((error: unknown) => (problem = String(error)));
		expect(problem).to.include('has no place for what it comes to');
		await scaleDocument('<!-- simulated: weather -->\n<!-- end -->', benchmarks).catch((error: unknown) => (problem = String(error)));
		expect(problem).to.include('asks for "weather"');
	});

	it('takes medians of ours, and none that were not measured', () => {
		const figureOf = figuresIn('<!-- results -->\n| `a.b` | 1,234 (1 – 2) pairs/s | 9 |\n| `c` | 0.5 ms |  |\n<!-- end -->\n| `d` | 4 |\n');
		expect([figureOf('a.b'), figureOf('c')]).to.deep.equal([1234, 0.5]);
		expect(() => figureOf('d')).to.throw('has no row d');
	});
});

describe('the queue of a hot account', () => {
	const account: HotAccount = { messagesPerSecond: 100, hosts: 4, fixedMs: 2, perCommandMs: 0.1, seconds: 20, seed: 7 };

	it('hardly makes anybody wait where the lock is free: the time of a batch of one or two', () => {
		const { medianMs, busy, commandsPerBatch, keepsUp } = queueUp({ ...account, messagesPerSecond: 10 });
		expect(medianMs).to.be.within(2.1, 2.3);
		expect(commandsPerBatch).to.be.within(1, 1.1);
		expect(busy).to.be.within(0.03, 0.06);
		expect(keepsUp).to.equal(true);
	});

	it('takes every command once: batches times their size are the commands that came', () => {
		const { batchesPerSecond, commandsPerBatch } = queueUp(account);
		expect(batchesPerSecond * commandsPerBatch).to.be.closeTo(200, 10);
	});

	it('shares the lock among more as the load grows, and falls behind only past full batches', () => {
		const limit = 256 / (2 + 25.6) / 2;
		const near = queueUp({ ...account, messagesPerSecond: limit * 1000 * 0.9 });
		expect(near.keepsUp).to.equal(true);
		expect(near.commandsPerBatch).to.be.greaterThan(50);
		expect(queueUp({ ...account, messagesPerSecond: limit * 1000 * 1.2 }).keepsUp).to.equal(false);
	});

	it('is the same for the same seed, and another for another', () => {
		expect(queueUp(account)).to.deep.equal(queueUp(account));
		expect(queueUp({ ...account, seed: 8 })).not.to.deep.equal(queueUp(account));
	});
});

describe('leasing in blocks', () => {
	const leasing: Leasing = { hosts: 16, messages: 100_000, granted: 0.9, blockCredits: 10_000, isShrinking: false, seed: 7 };

	it('strands nothing with one host, and spends all but less than a reservation', () => {
		const { unspent, strandedAtFirst } = lease({ ...leasing, hosts: 1 });
		expect(unspent * 270_000).to.be.lessThan(6);
		expect(strandedAtFirst * 270_000).to.be.lessThan(6);
	});

	it('comes back once for each block, and strands less with smaller and with shrinking blocks', () => {
		const large = lease(leasing);
		const small = lease({ ...leasing, blockCredits: 1000 });
		const shrinking = lease({ ...leasing, isShrinking: true });
		expect(large.leasesPerThousand).to.be.closeTo(270_000 / 10_000 / 100, 0.02);
		expect(small.strandedAtFirst).to.be.lessThan(large.strandedAtFirst);
		expect(shrinking.strandedAtFirst).to.be.lessThan(large.strandedAtFirst);
		expect(shrinking.leasesPerThousand).to.be.greaterThan(large.leasesPerThousand);
	});

	it('needs no lease beyond the first of each host where credits are plenty', () => {
		const { leasesPerThousand, strandedAtFirst, unspent } = lease({ ...leasing, granted: 100, blockCredits: 1_000_000 });
		expect([leasesPerThousand, strandedAtFirst]).to.deep.equal([0.16, 0]);
		expect(unspent).to.be.greaterThan(0.98);
	});
});
