/**
 * Owns what n8n's end-to-end tests share: one n8n for all files of a run, a fake provider whose every call costs one credit, and a
 * ledger for each test. Refuses to leave anything behind.
 */
import { startFakeOpenAi, type Chooser, type FakeOpenAi } from '../provider/fake-openai';
import { connectionTo, newLedger } from './host-ledger';
import { LADDER_PRICES } from '../scenarios/ladder-scenarios';
import { grantCredits } from '../ledger/ledger-reader';
import { N8nSession, type Reference, type SavedWorkflow } from './n8n-session';
import { end, people, webhook, workflowOf, type Wire, type WorkflowNode } from './n8n-workflow-builder';

const PREFIX = 'n8n-nodes-llm-credits';
/** 100 tokens in and 20 out, the fake's usage, cost exactly one credit ($0.0001) at these prices. */
export const MODEL = 'campaign-model';
const PRICES = `${MODEL}, 0.60, 2.00\n${LADDER_PRICES}\ngpt*, 0.60, 2.00`;

let session: Promise<N8nSession> | null = null;
let counter = 0;

/** The n8n that all files share; started on first use. */
export function sharedN8n(): Promise<N8nSession> {
	session ??= N8nSession.start();
	return session;
}

/** A hook of the whole run, because this file is loaded outside of any suite. */
after(async function () {
	this.timeout(30_000);
	await (await session)?.stop();
});

/** A provider, a ledger and their credentials for one test. */
export interface World {
	readonly n8n: N8nSession;
	readonly provider: FakeOpenAi;
	/** The ledger: the path of a file, or the address of a server. */
	readonly ledger: string;
	readonly credentials: Record<string, Reference>;
	/** Saves a workflow with a name of its own. `nodes` follow the webhook and the list of people. */
	readonly campaign: (options: CampaignOptions) => Promise<Campaign>;
	/** An LLM Action of this world. */
	readonly action: (parameters?: Readonly<Record<string, unknown>>, settings?: Partial<WorkflowNode>) => WorkflowNode;
	readonly close: () => Promise<void>;
}

export interface CampaignOptions {
	readonly nodes: readonly WorkflowNode[];
	readonly wires: readonly Wire[];
	readonly settings?: Readonly<Record<string, unknown>>;
}

export interface Campaign {
	readonly workflow: SavedWorkflow;
	readonly path: string;
}

export interface WorldOptions {
	/** Credits granted before the test; `null` makes no ledger. */
	readonly credits: string | null;
	readonly choose?: Chooser;
	/** Where the ledger is; a new one when not given. */
	readonly ledger?: string;
}

/** Opens a world in the shared n8n. */
export async function openWorld(options: WorldOptions): Promise<World> {
	return openWorldIn(await sharedN8n(), options);
}

/** Opens a world in an n8n of the test's own. */
export async function openWorldIn(n8n: N8nSession, { credits, choose, ledger: given }: WorldOptions): Promise<World> {
	const provider = await startFakeOpenAi(choose ? { choose } : {});
	counter += 1;
	const id = `${process.pid}-${counter}`;
	const ledger = given ?? (await newLedger(n8n.filesFolder));
	if (credits !== null) await grantCredits(ledger, credits);
	const credentials = {
		...(await n8n.credential('llmCreditsLedgerApi', { ...connectionTo(ledger), account: 'default', timeZone: 'Europe/Berlin' })),
		...(await n8n.credential('llmCreditsProviderApi', {
			service: 'custom',
			baseUrl: provider.url,
			apiKey: SECRET,
			moreSettings: true,
			pricing: 'own',
			prices: PRICES,
		})),
	};
	let workflows = 0;
	return {
		n8n,
		provider,
		ledger,
		credentials,
		campaign: async ({ nodes, wires, settings }) => {
			workflows += 1;
			const path = `campaign-${id}-${workflows}`;
			const workflow = await n8n.save(workflowOf(path, [webhook(path), people, ...nodes], [['Webhook', 'People'], ...wires], settings));
			return { workflow, path };
		},
		action: (parameters = {}, settings = {}) => llmAction(credentials, parameters, settings),
		close: () => provider.close(),
	};
}

/** The key in every provider credential; it must never be seen anywhere. */
export const SECRET = 'sk-never-to-be-seen-4711';

function llmAction(
	credentials: World['credentials'],
	parameters: Readonly<Record<string, unknown>>,
	settings: Partial<WorkflowNode>,
): WorkflowNode {
	const { options = {}, time = {}, ...main } = parameters as { options?: object; time?: object };
	return {
		name: 'LLM Action',
		type: `${PREFIX}.llmAction`,
		credentials,
		parameters: {
			model: { __rl: true, mode: 'id', value: MODEL },
			prompt: '=Write to {{ $json.name }}',
			attributes: { values: [{ name: 'message', type: 'text', description: 'The message', details: '', fallback: 'News for you' }] },
			options: { reservation: 'fixed', reservationCredits: '1', ...options },
			time: { maxAttempts: 1, ...time },
			...main,
		},
		...settings,
	};
}

/** Nodes of the package, of types other than LLM Action. */
export function creditBalance(
	world: World,
	parameters: Readonly<Record<string, unknown>>,
	settings: Partial<WorkflowNode> = {},
): WorkflowNode {
	return {
		name: 'Credit Balance',
		type: `${PREFIX}.creditBalance`,
		credentials: only(world, 'llmCreditsLedgerApi'),
		parameters,
		...settings,
	};
}

export function fallbackSwitch(
	world: World,
	parameters: Readonly<Record<string, unknown>>,
	settings: Partial<WorkflowNode> = {},
): WorkflowNode {
	return {
		name: 'Fallback Switch',
		type: `${PREFIX}.fallbackSwitch`,
		credentials: only(world, 'llmCreditsLedgerApi'),
		parameters,
		...settings,
	};
}

function only(world: World, type: string): Record<string, Reference> {
	const reference = world.credentials[type];
	if (!reference) throw new Error(`The world has no credential of type ${type}.`);
	return { [type]: reference };
}

/** The usual shape: people → LLM Action → two ends. */
export function plainCampaign(action: WorkflowNode): CampaignOptions {
	return {
		nodes: [action, end('Sent'), end('Fallback Sent')],
		wires: [
			['People', action.name],
			[`${action.name}#0`, 'Sent'],
			[`${action.name}#1`, 'Fallback Sent'],
		],
	};
}

/** People with a number and a name. */
export function peopleList(count: number): { id: number; name: string }[] {
	return Array.from({ length: count }, (_, id) => ({ id, name: `Person ${id}` }));
}
