/**
 * Owns one running n8n with our package, as tests use it: credentials and workflows over REST, runs by webhook or by hand, and what
 * each node of an execution gave. Refuses mocks; everything goes through n8n's own interfaces.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ItemChecks } from '../../../lib/engine/outcome/item-result';
import { until } from '../machine/child';
import { usualLedger, type UsualLedger } from './host-ledger';
import type { WorkflowJson } from './n8n-workflow-builder';
import { packOnce } from '../machine/pack';
import { hasWebhook, installPackage, loginN8n, startN8n, type N8nServer, type N8nVersion } from './real-n8n';

/** An item as n8n keeps it with an execution. */
export interface KeptItem {
	readonly json: Record<string, unknown> & {
		readonly llmCredits?: {
			readonly source: string;
			readonly reason: string;
			readonly credits: string;
			readonly message: string | null;
			readonly purpose: string;
			readonly attempts: number;
			readonly model: string;
			readonly checks?: ItemChecks | null;
		};
	};
	readonly pairedItem?: { readonly item: number };
	readonly error?: unknown;
}

/** One run of one node: its items by output, and what else n8n noted. */
export interface NodeRun {
	readonly data?: { readonly main: readonly (readonly KeptItem[] | null)[] };
	readonly error?: { readonly message: string; readonly description?: string };
	readonly executionStatus: string;
	readonly hints?: readonly { readonly message: string }[];
	readonly metadata?: { readonly tokenUsage?: { readonly inputTokens: number; readonly outputTokens: number } };
}

export interface Execution {
	readonly id: string;
	readonly status: string;
	readonly mode: string;
	readonly finished: boolean;
	readonly customData?: Readonly<Record<string, string>>;
	readonly data: {
		readonly resultData: { readonly runData: Readonly<Record<string, readonly NodeRun[]>>; readonly error?: { readonly message: string } };
	};
}

export interface Reference {
	readonly id: string;
	readonly name: string;
}

interface SessionParts {
	readonly usual: UsualLedger;
	readonly env: Readonly<Record<string, string>>;
	readonly version: N8nVersion | undefined;
}

const ENDED = ['success', 'error', 'crashed', 'canceled'];

export class N8nSession {
	readonly userFolder: string;
	/** The ledger of credentials that name none. */
	readonly usual: UsualLedger;
	readonly #env: Readonly<Record<string, string>>;
	#server: N8nServer | null = null;
	#cookie = '';
	#apiKey = '';

	/** The newest n8n when not given. */
	readonly #version: N8nVersion | undefined;

	private constructor(userFolder: string, { usual, env, version }: SessionParts) {
		this.userFolder = userFolder;
		this.usual = usual;
		this.#env = env;
		this.#version = version;
	}

	/** Installs the package into a new user folder and starts n8n there; `env` is added to its environment. */
	static async start(env: Readonly<Record<string, string>> = {}, version?: N8nVersion): Promise<N8nSession> {
		const userFolder = mkdtempSync(join(tmpdir(), 'llm-credits-n8n-'));
		const session = new N8nSession(userFolder, { usual: await usualLedger(join(userFolder, '.n8n')), env, version });
		await installPackage(await packOnce(), session.userFolder);
		mkdirSync(session.filesFolder, { recursive: true });
		await session.startServer();
		return session;
	}

	/** The folder in which n8n lets nodes use files. */
	get filesFolder(): string {
		return join(this.userFolder, 'files');
	}

	get server(): N8nServer {
		if (!this.#server) throw new Error('n8n is not running.');
		return this.#server;
	}

	get cookie(): string {
		return this.#cookie;
	}

	/** Starts the server of this folder, again after it was killed. */
	async startServer(webhookPaths: readonly string[] = []): Promise<void> {
		this.#server = await startN8n({
			userFolder: this.userFolder,
			webhookPaths,
			version: this.#version,
			timeoutMs: 180_000,
			env: { N8N_RESTRICT_FILE_ACCESS_TO: this.filesFolder, N8N_PAYLOAD_SIZE_MAX: '64', ...this.usual.env, ...this.#env },
		});
		this.#cookie = await loginN8n(this.#server);
		this.#apiKey = (
			await this.rest<{ rawApiKey: string }>('POST', '/rest/api-keys', {
				label: `tests ${Date.now()}`,
				expiresAt: null,
				scopes: ['execution:list', 'execution:read'],
			})
		).rawApiKey;
	}

	/** Ends n8n as a power cut would. */
	async kill(): Promise<void> {
		await this.server.kill('SIGKILL');
	}

	async stop(): Promise<void> {
		await this.#server?.stop(5_000);
		rmSync(this.userFolder, { recursive: true, force: true });
	}

	/** One call of n8n's own REST interface; the answer's `data`. */
	async rest<T>(method: string, path: string, body?: unknown): Promise<T> {
		const headers = { 'content-type': 'application/json', cookie: this.#cookie, 'browser-id': 'tests' };
		const response = await fetch(`${this.server.baseUrl}${path}`, {
			method,
			headers,
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
		return (JSON.parse(text) as { data: T }).data;
	}

	/** A JSON file that the server gives to the editor. */
	async fetchJson<T>(path: string): Promise<T> {
		const response = await fetch(`${this.server.baseUrl}${path}`, { headers: { cookie: this.#cookie, 'browser-id': 'tests' } });
		if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status}`);
		return (await response.json()) as T;
	}

	/** Makes a credential of one of our types, or one of n8n's own. */
	async credential(
		type: `llmCredits${'Ledger' | 'Provider' | 'SecondProvider'}Api` | 'openAiApi',
		data: Readonly<Record<string, unknown>>,
	): Promise<Record<string, Reference>> {
		const name = `${type} ${Math.random().toString(36).slice(2, 8)}`;
		const { id } = await this.rest<Reference>('POST', '/rest/credentials', { name, type, data });
		return { [type]: { id, name } };
	}

	/** Saves a workflow, publishes it when something else than a hand can start it, and waits for its webhook. */
	async save(workflow: WorkflowJson): Promise<SavedWorkflow> {
		const made = await this.rest<SavedWorkflow>('POST', '/rest/workflows', { ...workflow, active: false });
		const nodes = workflow.nodes as readonly { readonly type: string; readonly webhookId?: string }[];
		if (!nodes.some(({ type }) => /\.(webhook|executeWorkflowTrigger)$/.test(type))) return made;
		if (this.#version === '1.123.81') await this.rest('PATCH', `/rest/workflows/${made.id}`, { active: true });
		else await this.rest('POST', `/rest/workflows/${made.id}/activate`, { versionId: made.versionId });
		for (const { webhookId } of nodes) {
			if (webhookId === undefined) continue;
			const isThere = async (): Promise<true | null> => ((await hasWebhook(`${this.server.baseUrl}/webhook/${webhookId}`)) ? true : null);
			await until(isThere, { timeoutMs: 20_000, describe: () => `the webhook ${webhookId} was not registered` });
		}
		return made;
	}

	/** Calls a published webhook; resolves when n8n answers, whatever it says. */
	async call(path: string, body: unknown): Promise<{ readonly status: number; readonly text: string }> {
		const response = await fetch(`${this.server.baseUrl}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		return { status: response.status, text: await response.text() };
	}

	/** Calls a published webhook and waits for the execution it started. */
	async run(workflow: Reference, path: string, body: unknown): Promise<Execution> {
		const before = await this.executionIds(workflow);
		await this.call(path, body);
		return this.ended(await this.newExecution(workflow, before));
	}

	/** Runs a saved workflow by hand, as the editor does. */
	async runByHand(workflow: SavedWorkflow, trigger = 'Start'): Promise<Execution> {
		const { executionId } = await this.rest<{ executionId: string }>('POST', `/rest/workflows/${workflow.id}/run`, {
			workflowData: workflow,
			triggerToStartFrom: { name: trigger },
		});
		return this.ended(executionId);
	}

	/** Ids of all executions of a workflow, newest first. */
	async executionIds({ id }: Reference): Promise<readonly string[]> {
		return (await this.#api<{ data: readonly { id: string | number }[] }>(`/executions?workflowId=${id}&limit=250`)).data.map((execution) =>
			String(execution.id),
		);
	}

	/** Id of the execution of a workflow that is under way. */
	async runningId({ id, name }: Reference): Promise<string> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId: id, status: ['running'] }));
		const find = async (): Promise<string | null> =>
			(await this.rest<{ results: readonly { id: string }[] }>('GET', `/rest/executions?filter=${filter}`)).results[0]?.id ?? null;
		return until(find, { timeoutMs: 20_000, describe: () => `${name} is not running` });
	}

	/** Waits for an execution that is not among `before`. */
	async newExecution(workflow: Reference, before: readonly string[]): Promise<string> {
		const find = async (): Promise<string | null> => (await this.executionIds(workflow)).find((id) => !before.includes(id)) ?? null;
		return until(find, {
			timeoutMs: 20_000,
			describe: () => `no new execution of ${workflow.name}.\n${this.server.output().slice(-3000)}`,
		});
	}

	/** Waits until an execution has ended and is stored, and reads it with its data. */
	async ended(id: string, timeoutMs = 120_000): Promise<Execution> {
		const read = async (): Promise<Execution | null> => {
			const { data, ...execution } = await this.#api<Omit<Execution, 'data'> & { data: Execution['data'] | null }>(
				`/executions/${id}?includeData=true`,
			);
			return ENDED.includes(execution.status) && data ? { ...execution, data } : null;
		};
		return until(read, { timeoutMs, describe: () => `execution ${id} has not ended.\n${this.server.output().slice(-3000)}` });
	}

	async #api<T>(path: string): Promise<T> {
		const response = await fetch(`${this.server.baseUrl}/api/v1${path}`, { headers: { 'x-n8n-api-key': this.#apiKey } });
		if (!response.ok) throw new Error(`GET /api/v1${path} was answered with ${response.status}: ${await response.text()}`);
		return (await response.json()) as T;
	}
}

export interface SavedWorkflow extends Reference {
	readonly versionId: string;
	readonly nodes: readonly object[];
	readonly connections: object;
}

/** What a node gave on one output, in all its runs. */
export function outputOf({ data }: Execution, node: string, output = 0): readonly KeptItem[] {
	return (data.resultData.runData[node] ?? []).flatMap((run) => run.data?.main[output] ?? []);
}

/** The runs of a node; none when it did not run. */
export function runsOf({ data }: Execution, node: string): readonly NodeRun[] {
	return data.resultData.runData[node] ?? [];
}
