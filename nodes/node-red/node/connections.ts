/**
 * Owns how a node reaches its ledger and its provider: through config nodes that may be missing, disabled or broken, now and not
 * later. Refuses to remember a failure for longer than a moment.
 */
import { propertyOf } from '../../../lib/core/values/foreign';
import type { Node, NodeAPI } from 'node-red';
import { CreditError } from '../../../lib/core/values/errors';
import { shownText } from '../../../lib/core/values/shown-text';
import type { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import type { ProviderHandle } from '../../../lib/engine/llm-action';
import { LEDGER, PROVIDER } from '../../../lib/params/connection';
import type { SpendingAccount, SpendingLease } from '../../../lib/engine/account/spending-account';
import { leaseSpending } from '../../../lib/runtime/outage';
import { leaseLedger, type LedgerLease, type LedgerSettings } from '../../../lib/runtime/runtime';
import { monotonicMs } from '../../../lib/runtime/system';
import { report } from './report';

/** Between two tries to open a ledger that could not be opened. */
const RETRY_AFTER_MS = 1_000;

/** The config node of a ledger; `settings` throws when they could not work. */
export interface LedgerNode extends Node {
	settings(): LedgerSettings;
}

/** The config node of a provider. */
export interface ProviderNode extends Node {
	/** As deployed, without secrets. */
	config: Readonly<Record<string, unknown>>;
	/** Throws `provider_misconfigured` or `invalid_settings`. */
	handle(): ProviderHandle;
}

/** A node that is running, or null: Node-RED's types do not say that there may be none. */
export function nodeById(RED: NodeAPI, id: string): Node | null {
	return RED.nodes.getNode(id);
}

/** The config node of a ledger, or null when it is missing, disabled or of another type. */
export function ledgerNode(RED: NodeAPI, id: unknown): LedgerNode | null {
	const node = configNode(RED, id, LEDGER.type);
	return node !== null && isLedger(node) ? node : null;
}

/** The config node of a provider, or null when it is missing, disabled or of another type. */
export function providerNode(RED: NodeAPI, id: unknown): ProviderNode | null {
	const node = configNode(RED, id, PROVIDER.type);
	return node !== null && isProvider(node) ? node : null;
}

function isLedger(node: Node): node is LedgerNode {
	return typeof propertyOf(node, 'settings') === 'function';
}

function isProvider(node: Node): node is ProviderNode {
	return typeof propertyOf(node, 'handle') === 'function';
}

function configNode(RED: NodeAPI, id: unknown, type: string): Node | null {
	const node = typeof id === 'string' && id !== '' ? nodeById(RED, id) : null;
	return node?.type === type ? node : null;
}

/** The provider of a node. Throws `provider_misconfigured` when there is none. */
export function providerOf(RED: NodeAPI, id: unknown): ProviderHandle {
	return handleOf(RED, id, 'Provider not set. Choose one in the dialog of the node, and see that it is enabled.');
}

/** The provider that rows of a list name. Throws `provider_misconfigured` when it is not there any more. */
export function rowProviderOf(RED: NodeAPI, id: string): ProviderHandle {
	const problem = `The provider ${JSON.stringify(id)} of a cheaper model is not there.`;
	return handleOf(RED, id, `${problem} Choose another one in its row under Cheaper Models, and see that it is enabled.`);
}

function handleOf(RED: NodeAPI, id: unknown, problem: string): ProviderHandle {
	const node = providerNode(RED, id);
	if (node === null) throw new CreditError('provider_misconfigured', problem);
	return node.handle();
}

/** A node's use of its ledger: opened at need, kept while the node lives. */
export class LedgerUse {
	readonly #RED: NodeAPI;
	readonly #id: unknown;
	readonly #flow: string | null;
	#lease: Promise<LedgerLease> | null = null;
	/** When the ledger may be opened; never again while it is. */
	#retryAtMs = 0;
	#isClosed = false;
	#spending: Promise<SpendingLease> | null = null;

	/** `flow`: the id of the flow that the node is in, which entries of administrators name. */
	constructor(RED: NodeAPI, id: unknown, flow: unknown = null) {
		this.#RED = RED;
		this.#id = id;
		this.#flow = typeof flow === 'string' ? flow : null;
	}

	/** The account. Rejects with a ledger fault, which holds for a moment: thousands of messages may come while the ledger is gone. */
	async account(): Promise<LedgerAccount> {
		if (this.#isClosed) throw new CreditError('ledger_closed', 'The node was stopped.');
		if (monotonicMs() >= this.#retryAtMs) {
			this.#retryAtMs = Number.POSITIVE_INFINITY;
			this.#lease = this.#open();
		}
		const lease = await this.#lease;
		if (lease === null) throw new CreditError('ledger_closed', 'The node was stopped.');
		return lease.current();
	}

	/** For spending; goes on while the ledger is away, where its config node allows it. */
	async toSpend(): Promise<SpendingAccount> {
		const node = ledgerNode(this.#RED, this.#id);
		if (node === null || this.#isClosed) return this.account();
		this.#spending ??= leaseSpending(node.settings(), () => this.account(), { folder: userDir(this.#RED) });
		try {
			return (await this.#spending).account;
		} catch (error) {
			this.#spending = null;
			throw error;
		}
	}

	/** Gives the ledger back. */
	async release(): Promise<void> {
		this.#isClosed = true;
		await (await this.#spending?.catch(() => null))?.release();
		const lease = await this.#lease?.catch(() => null);
		await lease?.release();
	}

	async #open(): Promise<LedgerLease> {
		try {
			const node = ledgerNode(this.#RED, this.#id);
			if (node === null) {
				throw new CreditError('ledger_unavailable', 'Ledger not set. Choose one in the dialog of the node, and see that it is enabled.');
			}
			const lease = await leaseLedger({ ...node.settings(), actor: actorOf(this.#RED, this.#flow) }, userDir(this.#RED));
			sayUsable(node);
			return lease;
		} catch (error) {
			this.#retryAtMs = monotonicMs() + RETRY_AFTER_MS;
			sayUnusable(ledgerNode(this.#RED, this.#id), error);
			throw error;
		}
	}
}

/** The host and the flow, by its label where it has one. */
function actorOf(RED: NodeAPI, flow: string | null): string {
	let label: unknown = flow;
	RED.nodes.eachNode((entry: { readonly id: string; readonly label?: unknown; readonly name?: unknown }) => {
		if (flow !== null && entry.id === flow) label = entry.label ?? entry.name ?? flow;
	});
	return typeof label === 'string' && label !== '' ? `Node-RED, flow ${label}` : 'Node-RED';
}

/** What the log was told of each ledger that cannot be used. */
const saidOf = new WeakMap<Node, string>();

/** One line for all nodes that use the ledger, and none for each message: again only when it is something else. */
function sayUnusable(node: LedgerNode | null, error: unknown): void {
	const message = shownText(error instanceof Error ? error.message : String(error));
	if (node === null || saidOf.get(node) === message) return;
	saidOf.set(node, message);
	report(node, () => {
		node.error(`The ledger cannot be used, so messages take their fallback. ${message}`);
	});
}

function sayUsable(node: LedgerNode): void {
	if (!saidOf.delete(node)) return;
	report(node, () => {
		node.log('The ledger can be used again.');
	});
}

/** The folder where Node-RED keeps its data. */
export function userDir(RED: NodeAPI): string {
	return RED.settings.userDir ?? process.cwd();
}
