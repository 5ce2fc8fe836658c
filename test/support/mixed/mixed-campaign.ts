/** One campaign at a mixed endpoint, on a real ledger: what it came to is for the judge. */
import { sumSlices } from '../../../lib/core/nouns/movement';
import { holdId, type Hold } from '../../../lib/core/nouns/records';
import { EngineMemory } from '../../../lib/engine/learned/engine-memory';
import { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import { LlmAction, type ActionItem } from '../../../lib/engine/llm-action';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import type { LedgerStore } from '../../../lib/ledger/store';
import { LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { readParams } from '../../../lib/params/read';
import { asSeenBy } from '../chaos/simulated/ground';
import { SimulatedTime } from '../chaos/simulated/simulated-time';
import { Chance } from '../machine/proof-rounds';
import type { HeldCall, MixedEnding, MixedItem } from './mixed-judge';
import { credits, MixedEndpoint } from './mixed-endpoint';
import { mixedSettings, type MixedSettings } from './mixed-settings';

/** Opens a new ledger. */
export type OpenLedger = (time: SimulatedTime) => Promise<LedgerStore>;

/** Something that is broken on purpose, to see that it is noticed. */
export interface MixedSabotage {
	readonly store?: (store: LedgerStore) => LedgerStore;
	readonly action?: (action: Pick<LlmAction, 'run' | 'idle'>) => Pick<LlmAction, 'run' | 'idle'>;
}

interface MixedOptions {
	readonly seed: number;
	/** Calls at a time; `null`: automatic. */
	readonly concurrency: number | null;
	readonly openLedger: OpenLedger;
	readonly sabotage?: MixedSabotage;
}

export async function runMixed({ seed, concurrency, openLedger, sabotage = {} }: MixedOptions): Promise<MixedEnding> {
	const chance = new Chance(seed);
	const settings = mixedSettings(chance, concurrency);
	const time = new SimulatedTime(new Chance(seed + 1));
	const endpoint = new MixedEndpoint({ seed, time, form: settings.form, traits: settings.traits });
	const opened = asSeenBy(await openLedger(time), { time, process: { number: 1, isDead: false } });
	const store = sabotage.store?.(opened) ?? opened;
	await endpoint.start();
	try {
		const ledger = await newAccount(store, { settings, time });
		const items = itemsOf(settings);
		const action = actionOf(settings, { ledger, endpoint, time });
		let told = 0;
		const { run, idle } = sabotage.action?.(action) ?? { run: action.run.bind(action), idle: action.idle.bind(action) };
		const results = await run(items.map(actionItem), { onSettled: () => (told += 1) });
		await idle();
		const { hasDeadline, hasJudge, mostPaid, fallbacks, form } = settings;
		const { requests, refusedAgain, mostAtOnce } = endpoint;
		const shared = { concurrency, items, results, told, fallbacks, beside: form.beside, requests, refusedAgain, mostAtOnce };
		return { ...shared, mostPaid, hasDeadline, hasJudge, ...(await ledgerEnd(store, ledger)) };
	} finally {
		await endpoint.close();
		await store.close();
	}
}

async function newAccount(
	store: LedgerStore,
	{ settings, time }: { readonly settings: MixedSettings; readonly time: SimulatedTime },
): Promise<LedgerAccount> {
	const account = new LedgerAccount({ accountId: 'a', store, commits: new GroupCommit(store), timing: time.timing });
	await account.open({ timeZone: 'UTC' });
	await account.grant({ credits: credits(settings.grantedCredits), category: 'promotional', expiry: null, key: 'grant' });
	if (settings.budgetCredits !== null) {
		const limit = { scope: 'campaign', value: 'spring', period: 'total', limitMicro: credits(settings.budgetCredits) } as const;
		await account.setBudget({ name: 'spring', ...limit, key: 'budget' });
	}
	return account;
}

function itemsOf({ count, isShared }: MixedSettings): MixedItem[] {
	return Array.from({ length: count }, (_, index) => ({
		tag: `t${String(index)}`,
		subject: `p${String(isShared ? Math.floor(index / 2) : index)}`, // ratio: two items ask the same
	}));
}

function actionItem({ tag, subject }: MixedItem): ActionItem {
	const labels = { campaign: 'spring', segment: '', workspace: '', person: '', tag, execution: '', answerLanguage: '' };
	const input = { model: 'gpt-4.1-mini', systemPrompt: 'Be kind.', prompt: `Write to ${subject}.`, ...labels, idempotencyKey: '' };
	return { key: tag, read: () => input };
}

interface World {
	readonly ledger: LedgerAccount;
	readonly endpoint: MixedEndpoint;
	readonly time: SimulatedTime;
}

function actionOf({ params }: MixedSettings, { ledger, endpoint, time }: World): LlmAction {
	const handle = endpoint.handle();
	let ids = 0;
	return new LlmAction({
		values: readParams(LLM_ACTION_PARAMS, params),
		openLedger: () => Promise.resolve(ledger),
		provider: () => handle,
		labels: { flow: 'f', node: 'n', purpose: 'live' },
		nodeKey: 'n',
		timing: time.timing,
		memory: new EngineMemory(() => time.nowMs),
		newId: () => `id-${String((ids += 1))}`,
	});
}

type LedgerEnd = Pick<MixedEnding, 'holds' | 'grantedMicro' | 'availableMicro' | 'heldMicro' | 'overdraftMicro' | 'violations'>;

async function ledgerEnd(store: LedgerStore, ledger: LedgerAccount): Promise<LedgerEnd> {
	const { availableMicro, heldMicro, overdraftMicro, grants } = await ledger.balance();
	const holds = await store.holds('a', { state: null, afterSeq: 0, limit: 100_000 });
	const { violations } = await verifyLedger(store);
	return {
		holds: holds.map(heldCall),
		grantedMicro: grants.reduce((sum, { amountMicro }) => sum + amountMicro, 0n),
		availableMicro,
		heldMicro,
		overdraftMicro,
		violations: violations.map(({ code, detail }) => `${code}: ${detail}`),
	};
}

function heldCall(hold: Hold): HeldCall {
	const { state, amountMicro, expectedMicro, actualMicro, slices, measure, isImplausible, labels } = hold;
	const chargedMicro = state === 'settled' ? (actualMicro ?? 0n) : state === 'expired' ? sumSlices(slices) : 0n;
	return { id: holdId(hold.seq), tag: labels.tag ?? '', state, amountMicro, expectedMicro, chargedMicro, measure, isImplausible };
}
