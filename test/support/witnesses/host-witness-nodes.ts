/** Runs nodes in both hosts with values as their forms save them, over a new ledger file each time, and says what can be seen of it. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { LEDGER_PARAMS, PROVIDER_PARAMS } from '../../../lib/params/connection';
import { CREDIT_BALANCE, CREDIT_BALANCE_PARAMS } from '../../../lib/params/credit-balance';
import { AGENT_RIGHTS_PARAMS } from '../../../lib/params/credit-balance-agents';
import { FALLBACK_SWITCH, FALLBACK_SWITCH_PARAMS } from '../../../lib/params/fallback-switch';
import { LLM_ACTION, LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { ACTION_OPERATION } from '../../../lib/params/llm-action/operation';
import { ACTION_PROVIDERS } from '../../../lib/params/llm-action/providers';
import type { Param } from '../../../lib/params/param';
import { systemClock } from '../../../lib/runtime/system';
import { CreditBalance } from '../../../nodes/n8n/CreditBalance/CreditBalance.node';
import { FallbackSwitch } from '../../../nodes/n8n/FallbackSwitch/FallbackSwitch.node';
import { LlmAction } from '../../../nodes/n8n/LlmAction/LlmAction.node';
import { pathOf, ROWS } from '../../../nodes/n8n/properties';
import { keyOf } from '../../../nodes/node-red/node/node-types';
import { makeContext } from '../hosts/n8n-context';
import { SmallNodeRed } from '../hosts/small-node-red';
import { grant, openAccount, reserve, settle, showValue, tokens } from '../ledger/ledger-commands';
import { newLedgerPath, openTestLedger } from '../ledger/sqlite-ledger';
import { temporaryFolder } from '../machine/temporary-folder';
import type { HostWitness, Settings } from './host-witnesses';

export type HostName = 'n8n' | 'Node-RED';

/** A node as both hosts have it. */
interface TriedNode {
	readonly type: string;
	readonly params: readonly Param[];
	readonly n8n: { execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> };
}

export const TRIED_NODES = {
	balance: { type: CREDIT_BALANCE.type, params: [...CREDIT_BALANCE_PARAMS, ...AGENT_RIGHTS_PARAMS], n8n: new CreditBalance() },
	switch: { type: FALLBACK_SWITCH.type, params: FALLBACK_SWITCH_PARAMS, n8n: new FallbackSwitch() },
	action: { type: LLM_ACTION.type, params: [ACTION_PROVIDERS, ACTION_OPERATION, ...LLM_ACTION_PARAMS], n8n: new LlmAction() },
} as const satisfies Readonly<Record<string, TriedNode>>;

/** A ledger file with 100 credits of the account `default`, of which a call has used 50. */
export async function filledLedger({ isVoided = false }: Pick<HostWitness, 'isVoided'> = {}): Promise<string> {
	const path = newLedgerPath();
	const store = await openTestLedger({ path, clock: systemClock });
	const labels = { campaign: 'spring', model: 'm' };
	const commands = [openAccount(), grant('g', 100), reserve('call', 50, { labels })];
	const [, , reserved] = await store.commit('default', commands);
	if (reserved?.kind !== 'reserved') throw new Error(`The call was not reserved: ${showValue(reserved)}`);
	await store.commit('default', [settle(reserved.hold.seq, 50, { usage: tokens(10, 5) })]);
	if (isVoided) await store.commit('default', [{ kind: 'void_grant', key: 'v', grantSeq: 2 }]);
	await store.close();
	return path;
}

interface Asked {
	readonly witness: HostWitness;
	/** The values of the form; what is not here has its default. */
	readonly values: Settings;
	/** The address of a server of models. */
	readonly url: string;
}

/** What a node did in a host, as text: what left by which output, what failed, and what the ledger has of its calls. */
export async function seenOf(host: HostName, node: TriedNode, { witness, values, url }: Asked): Promise<string> {
	const path = await filledLedger(witness);
	const given = { host, node, witness, values, ledger: { path, timeZone: 'UTC' }, provider: { ...FREE, baseUrl: url } };
	const seen = await (host === 'n8n' ? inN8n(given) : inNodeRed(given));
	const store = await openTestLedger({ path, clock: systemClock });
	const entries = await store.entries('default', { afterSeq: 4, limit: 100 });
	await store.close();
	const calls = entries.map(({ body, labels }) => [body.kind, labels?.purpose]);
	return withoutTimes(showValue({ seen, calls }));
}

const FREE = { service: 'custom', apiKey: 'k', pricing: 'free' };

interface Given {
	readonly node: TriedNode;
	readonly witness: HostWitness;
	readonly values: Settings;
	readonly ledger: Settings;
	readonly provider: Settings;
}

async function inN8n({ node, witness, values, ledger, provider }: Given): Promise<unknown> {
	const parameters = n8nEntryOf(node.params, values);
	const seen: unknown[] = [];
	for (let run = 0; run < (witness.runs ?? 1); run += 1) {
		const { ctx } = makeContext({
			items: [witness.item ?? { name: 'Ada' }, witness.item ?? { name: 'Bob' }],
			parameters,
			nodeType: `n8n-nodes-llm-credits.${node.type}${witness.isTool === true ? 'Tool' : ''}`,
			credentials: { llmCreditsLedgerApi: ledger, llmCreditsProviderApi: provider, openAiApi: { apiKey: 'k', url: provider['baseUrl'] } },
			parts: { getExecutionId: () => String(run) },
		});
		seen.push(
			await node.n8n.execute.call(ctx).then(
				(outputs) => outputs.map((items) => items.map(({ json }) => seenIn(json))),
				(error: unknown) => String(error),
			),
		);
	}
	return seen;
}

/** The parameters of a node in a workflow, as n8n's form saves them; defaults are left out. */
export function n8nEntryOf(params: readonly Param[], values: Settings): Settings {
	return Object.fromEntries(
		params.filter(({ name }) => name in values).map((param) => [pathOf(param), savedByN8n(param, values[param.name])]),
	);
}

/** A value as n8n's form saves it. */
function savedByN8n(param: Param, value: unknown): unknown {
	if (param.kind === 'rows') return { [ROWS]: value };
	return param.kind === 'model' ? { __rl: true, mode: 'id', value } : value;
}

async function inNodeRed({ node, witness, values, ledger, provider }: Given): Promise<unknown> {
	const red = new SmallNodeRed(temporaryFolder());
	red.make({ ...entryOf(LEDGER_PARAMS, ledger), id: 'l', type: 'llm-credits-ledger' });
	red.make({ ...entryOf(PROVIDER_PARAMS, provider), id: 'p', type: 'llm-credits-provider' }, { apiKey: 'k' });
	const made = red.make({ ...entryOf(node.params, values), id: 'n', type: node.type, ledger: 'l', provider: 'p' });
	const seen: unknown[] = [];
	for (let run = 0; run < (witness.runs ?? 1); run += 1) {
		const { output, msg, problem } = await red.send(made, { _msgid: String(run), ...(witness.item ?? { name: 'Ada' }) });
		seen.push([output, seenIn(msg), problem === undefined ? '' : String(problem)]);
	}
	await red.stop();
	return seen;
}

/** The entry of a node in a flow: all its values, as its dialog saves them. */
export function entryOf(params: readonly Param[], values: Settings): Settings {
	const plain = params.filter(({ kind }) => kind !== 'secret');
	return Object.fromEntries(plain.map((param) => [keyOf(param), values[param.name] ?? param.default]));
}

/** Without what is new in every run: times of calls, and names of messages. */
function seenIn({ llmCredits, ...fields }: Settings): unknown {
	if (typeof llmCredits !== 'object' || llmCredits === null) return fields;
	const { source, reason, purpose }: Settings = { ...llmCredits };
	return { ...fields, source, reason, purpose };
}

/** Instants by their day alone: two runs are never at the same one. */
function withoutTimes(text: string): string {
	return text.replace(/T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, '');
}
