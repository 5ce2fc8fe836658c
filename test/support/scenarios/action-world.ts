/** Owns an LLM Action over a ledger in memory, with time that passes by itself and a model that says what a test wrote down. */
import { expect } from 'chai';
import { formatCredits, parseCredits } from '../../../lib/core/values/money';
import type { SpendingAccount } from '../../../lib/engine/account/spending-account';
import { EngineMemory } from '../../../lib/engine/learned/engine-memory';
import { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import { LlmAction, type ActionItem, type ItemInput, type LlmActionOptions, type ProviderHandle } from '../../../lib/engine/llm-action';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import type { LedgerStore } from '../../../lib/ledger/store';
import { LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { readShared } from '../../../lib/params/read';
import { storyOf } from '../ledger/journal-story';
import type { ScriptedProvider } from '../provider/scripted-provider';
import { VirtualTime } from '../machine/virtual-time';

/** What a call of the scripted provider's usual usage costs, and what is set aside for it unless a test says otherwise. */
export const CALL_CREDITS = '1.2';

export interface ActionWorld {
	readonly store: LedgerStore;
	readonly ledger: LedgerAccount;
	readonly memory: EngineMemory;
	readonly time: VirtualTime;
}

/** A new ledger with so many credits. */
export async function makeWorld(credits: string): Promise<ActionWorld> {
	const time = new VirtualTime(1_790_000_000_000);
	const { timing } = time;
	const store = openMemoryLedger({ clock: timing.clock });
	const commits = new GroupCommit(store);
	time.atRest = () => commits.drain();
	const ledger = new LedgerAccount({ accountId: 'a', store, commits, timing });
	await ledger.open({ timeZone: 'UTC' });
	if (credits !== '0') {
		await ledger.grant({ credits: parseCredits(credits, { field: 'credits' }), category: 'promotional', expiry: null, key: 'grant' });
	}
	return { store, ledger, memory: new EngineMemory(timing.monotonicMs), time };
}

let ids = 0;

/** An action with fixed reservations and one attribute, `message`, whose fallback is "Hi". */
export function makeAction(
	world: ActionWorld,
	provider: ScriptedProvider,
	settings: Record<string, unknown> = {},
	more: Partial<LlmActionOptions> = {},
): LlmAction {
	return makeActionOn(world, () => provider.handle(), settings, more);
}

/** The same on any provider. */
export function makeActionOn(
	{ ledger, memory, time }: ActionWorld,
	provider: () => ProviderHandle,
	settings: Record<string, unknown> = {},
	more: Partial<LlmActionOptions> = {},
): LlmAction {
	const values = readShared(LLM_ACTION_PARAMS, {
		model: 'm',
		prompt: 'x',
		reservation: 'fixed',
		reservationCredits: CALL_CREDITS,
		attributes: [{ name: 'message', type: 'text', description: '', details: '', fallback: 'Hi' }],
		...settings,
	});
	return new LlmAction({
		values,
		openLedger: () => Promise.resolve(ledger),
		provider,
		labels: { flow: 'f', node: 'n', purpose: 'live' },
		nodeKey: 'n',
		memory,
		timing: time.timing,
		newId: () => `id-${String((ids += 1))}`,
		...more,
	});
}

const INPUT: ItemInput = {
	model: 'm',
	systemPrompt: '',
	prompt: 'Write',
	campaign: 'spring',
	segment: '',
	workspace: '',
	person: '',
	tag: '',
	execution: '',
	answerLanguage: '',
	idempotencyKey: '',
};

/** One item of the campaign `spring`. */
export function item(key: string, input: Partial<ItemInput> = {}, signal: AbortSignal | null = null): ActionItem {
	return { key, read: () => ({ ...INPUT, ...input }), signal };
}

/** Items with prompts of their own. */
export function items(count: number): ActionItem[] {
	return Array.from({ length: count }, (_, index) => item(`k${String(index)}`, { prompt: `Write ${String(index)}` }));
}

/** Credits that calls have cost, those not covered included. */
export async function spent({ ledger }: ActionWorld): Promise<string> {
	const { grants, overdraftMicro } = await ledger.balance();
	return formatCredits(grants.reduce((sum, grant) => sum + grant.settledMicro, 0n) + overdraftMicro);
}

/** The journal proves itself, and no hold is left open. */
export async function expectClean({ store, ledger }: ActionWorld): Promise<void> {
	expect((await verifyLedger(store)).violations).to.deep.equal([]);
	expect((await ledger.balance()).heldMicro, 'no hold is left open').to.equal(0n);
}

/** The entries of the journal about calls, each as a line. */
export async function story({ store }: ActionWorld): Promise<string[]> {
	return storyOf(await store.entries('a', { afterSeq: 0, limit: 10_000 }));
}

/** The account as an action uses it, so that one method can be another. */
export function spendingFrom({ ledger }: ActionWorld): SpendingAccount {
	return {
		accountId: ledger.accountId,
		prices: ledger.prices,
		reserve: async (input) => ledger.reserve(input),
		lookUp: async (input) => ledger.lookUp(input),
		settle: async (command) => ledger.settle(command),
		release: async (holdSeq) => ledger.release(holdSeq),
		expire: async (holdSeq) => ledger.expire(holdSeq),
		keptResult: async (holdSeq) => ledger.keptResult(holdSeq),
		readHold: async (seq) => ledger.readHold(seq),
		readProfile: async () => ledger.readProfile(),
		openAnswers: async () => ledger.openAnswers(),
		openChecks: async () => ledger.openChecks(),
	};
}
