/** Who pays and who answers is found once for all items of an action, and nothing is asked of the host between an item's start and its reservation. */
import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import type { LlmAction, LlmActionOptions } from '../../../lib/engine/llm-action';
import type { SpendingAccount } from '../../../lib/engine/account/spending-account';
import { item, items, makeAction, makeWorld, type ActionWorld } from '../../support/scenarios/action-world';
import { answer, ScriptedProvider } from '../../support/provider/scripted-provider';

const GOOD = '{"message":"Hello Ada"}';

/** An account that notes each reservation. */
function watched({ ledger }: ActionWorld, events: string[]): SpendingAccount {
	return {
		accountId: ledger.accountId,
		prices: ledger.prices,
		reserve: async (input) => {
			events.push('reserve');
			return ledger.reserve(input);
		},
		lookUp: async (input) => ledger.lookUp(input),
		settle: async (command) => ledger.settle(command),
		release: async (seq) => ledger.release(seq),
		expire: async (seq) => ledger.expire(seq),
		keptResult: async (seq) => ledger.keptResult(seq),
		readHold: async (seq) => ledger.readHold(seq),
		readProfile: async () => ledger.readProfile(),
		openAnswers: async () => ledger.openAnswers(),
		openChecks: async () => ledger.openChecks(),
	};
}

/** An action that notes all it asks of its host; `faults` says what fails the first time. */
function watchedAction(
	world: ActionWorld,
	events: string[],
	faults: { openLedger?: CreditError; provider?: CreditError } = {},
): { readonly action: LlmAction; readonly provider: ScriptedProvider } {
	const provider = new ScriptedProvider(() => answer(GOOD));
	const first = <T>(name: 'openLedger' | 'provider', value: () => T): T => {
		const isFirst = !events.includes(name);
		events.push(name);
		const fault = faults[name];
		if (isFirst && fault) throw fault;
		return value();
	};
	const host: Pick<LlmActionOptions, 'openLedger' | 'provider'> = {
		openLedger: async () => Promise.resolve(first('openLedger', () => watched(world, events))),
		provider: () => first('provider', () => provider.handle()),
	};
	return { action: makeAction(world, provider, {}, host), provider };
}

describe('who pays and who answers', () => {
	it('is found once for all items of an action', async () => {
		const [world, events]: [ActionWorld, string[]] = [await makeWorld('100'), []];
		const { action } = watchedAction(world, events);
		const results = await action.run(items(20));
		expect(results.map(({ route }) => route)).to.deep.equal(Array<string>(20).fill('result'));
		expect(events.filter((event) => event !== 'reserve')).to.deep.equal(['openLedger', 'provider']);
	});

	it('is known before an item starts: its values are read, and the next is its reservation', async () => {
		const [world, events]: [ActionWorld, string[]] = [await makeWorld('100'), []];
		const { action } = watchedAction(world, events);
		for (const key of ['a', 'b']) {
			const given = item(key);
			const read = (): ReturnType<typeof given.read> => {
				events.push('read');
				return given.read();
			};
			await action.runOne({ ...given, read });
		}
		expect(events).to.deep.equal(['read', 'openLedger', 'provider', 'reserve', 'read', 'reserve']);
	});

	it('is asked for again by the next item after a fault', async () => {
		const [world, events]: [ActionWorld, string[]] = [await makeWorld('100'), []];
		const { action } = watchedAction(world, events, {
			openLedger: new CreditError('ledger_unavailable', 'The disk is away.'),
			provider: new CreditError('provider_misconfigured', 'Provider not set.'),
		});
		const reasons: string[] = [];
		for (const key of ['a', 'b', 'c', 'd']) reasons.push((await action.runOne(item(key))).llmCredits.reason);
		expect(reasons).to.deep.equal(['ledger_unavailable', 'provider_rejected', 'answered', 'answered']);
		expect(events).to.deep.equal(['openLedger', 'openLedger', 'provider', 'provider', 'reserve', 'reserve']);
	});

	it('is wrong in its settings where its prices cannot be read; no item is called invalid for that', async () => {
		const world = await makeWorld('100');
		const provider = new CreditError('invalid_settings', 'The setting My Own Prices, line 1 is "m, 1". Write: model.');
		const { llmCredits } = await watchedAction(world, [], { provider }).action.runOne(item('a'));
		expect(llmCredits).to.include({ reason: 'provider_rejected', credits: '0' });
		expect(llmCredits.message).to.equal(provider.message);
	});
});
