/** What calls cost while the ledger is away: the process keeps it, and settles it when the ledger is back. */
import { expect } from 'chai';
import { CreditError, type CreditErrorCode } from '../../../lib/core/values/errors';
import type { SpendingAccount } from '../../../lib/engine/account/spending-account';
import { OwedSettles } from '../../../lib/engine/waiting/owed-settles';
import { LateCalls } from '../../../lib/engine/waiting/late-calls';
import { VirtualTime } from '../../support/machine/virtual-time';
import {
	expectClean,
	items,
	makeAction,
	makeWorld,
	spent,
	spendingFrom,
	story,
	type ActionWorld,
} from '../../support/scenarios/action-world';
import { answer, ScriptedProvider } from '../../support/provider/scripted-provider';

const GOOD = '{"message":"Hello"}';

/** The account, which fails from the first answer on until so many milliseconds have passed. */
function awayFor(world: ActionWorld, awayMs: number, code: CreditErrorCode): { account: SpendingAccount; failed: () => number } {
	let [untilMs, count] = [0, 0];
	const spending = spendingFrom(world);
	const settle: SpendingAccount['settle'] = async (command) => {
		if (untilMs === 0) untilMs = world.time.nowMs + awayMs;
		if (world.time.nowMs >= untilMs) return spending.settle(command);
		count += 1;
		throw new CreditError(code, 'The ledger is away.');
	};
	return { account: { ...spending, settle }, failed: () => count };
}

describe('a cost that is known while the ledger is away', () => {
	for (const [what, awayMs, code] of [
		['a full disk, ten calls under way', 60_000, 'ledger_full'],
		['a server that is away for 32 seconds', 32_000, 'ledger_unavailable'],
		['a server that is away for longer than holds last', 3_600_000, 'ledger_unavailable'],
	] as const) {
		it(`is settled when it is back: ${what}`, async () => {
			const world = await makeWorld('100');
			const { account, failed } = awayFor(world, awayMs, code);
			const provider = new ScriptedProvider(async () => {
				await world.time.pause(1000);
				return answer(GOOD);
			});
			const action = makeAction(world, provider, { concurrency: 10 }, { openLedger: () => Promise.resolve(account) });
			const results = await action.run(items(10));
			expect(results.map(({ route }) => route)).to.deep.equal(Array<string>(10).fill('result'));
			expect(results[0]?.llmCredits.message).to.match(
				/^The cost could not be recorded and counts as unconfirmed until the ledger is back: /,
			);
			expect((await story(world)).filter((line) => line.startsWith('settled'))).to.deep.equal([]);
			expect(failed()).to.be.at.least(10);
			await action.idle();
			expect((await story(world)).filter((line) => line === 'settled 1.2')).to.have.length(10);
			expect(await spent(world)).to.equal('12');
			await expectClean(world);
		});
	}

	it('is not waited for without end, nor where it will never be back, nor for more calls than are kept', async () => {
		const time = new VirtualTime(1_790_000_000_000);
		const late = new LateCalls();
		const owed = new OwedSettles({ timing: time.timing, late });
		const command = { holdSeq: 1, actualMicro: 1n, measure: 'reported', usage: null, result: null } as const;
		const why = new CreditError('ledger_full', 'Full.');
		const keep = (settle: () => Promise<unknown>, cause: unknown = why): string => owed.keep(command, { ledger: { settle }, why: cause });
		expect(keep(() => Promise.reject(why))).to.match(/until the ledger is back/);
		await late.ended();
		expect(time.nowMs - 1_790_000_000_000, 'milliseconds').to.be.within(6 * 3_600_000, 6.1 * 3_600_000);
		expect(keep(() => Promise.resolve(), new CreditError('ledger_corrupt', 'Broken.'))).to.match(/is reported as unconfirmed: Broken/);
		const kept = Array.from({ length: 10_001 }, () => keep(() => Promise.resolve()));
		expect(kept.filter((words) => words.includes('until the ledger is back'))).to.have.length(10_000);
		await late.ended();
		expect(keep(() => Promise.resolve())).to.match(/until the ledger is back/);
		await late.ended();
	});
});
