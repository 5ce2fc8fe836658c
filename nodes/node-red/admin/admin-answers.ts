/**
 * Owns what the dialogs are told: the models of a provider, a connection test, the balance of a ledger, previews. Refuses to send a kept
 * secret to an address that it was not kept for.
 */
import { isRecord, propertyOf } from '../../../lib/core/values/foreign';
import type { NodeAPI } from 'node-red';
import { balanceDocument } from '../../../lib/engine/credit-balance';
import { leftOutText, modelChoices } from '../../../lib/engine/report/model-choices';
import { PROVIDER, PROVIDER_PARAMS } from '../../../lib/params/connection';
import { defaultsOf, readParams } from '../../../lib/params/read';
import { testProvider } from '../../../lib/runtime/provider-handle';
import { leaseLedger } from '../../../lib/runtime/runtime';
import { systemClock } from '../../../lib/runtime/system';
import { previewAction, readPreviewRequest } from './action-preview';
import { ledgerNode, nodeById, providerNode, userDir, type ProviderNode } from '../node/connections';
import { rawValues } from '../message/message-values';
import { sampleSeenBy } from '../message/message-sample';
import { plainSecretMessage } from '../node/plain-secrets';

/** What the answers use of a request to Node-RED's server. */
export interface Request {
	readonly params: Readonly<Record<string, string>>;
	readonly body: unknown;
}

/** A status of HTTP and a body that is sent as JSON. */
export interface AdminAnswer {
	readonly status: number;
	readonly body: unknown;
}

/** What Node-RED's editor shows instead of a password it does not know. */
const KEPT_SECRET = '__PWRD__';
const SECRETS: readonly string[] = PROVIDER_PARAMS.filter(({ kind }) => kind === 'secret').map(({ name }) => name);
const DEFAULTS = defaultsOf(PROVIDER_PARAMS);
/** A kept secret may only go where all of these are as deployed. */
const ADDRESS = ['service', 'baseUrl', 'apiVersion', 'headerName', 'proxyUrl'] as const;

/** The models of a deployed provider, with their prices. */
export async function models(RED: NodeAPI, { params }: Request): Promise<AdminAnswer> {
	const node = providerNode(RED, params['id']);
	if (node === null) return { status: 200, body: { models: [], message: 'Deploy the provider first; then its models are listed here.' } };
	const found = await modelChoices(node.handle(), { atMs: systemClock() });
	const more = leftOutText(found);
	return { status: 200, body: { models: found.choices, ...(more === null ? {} : { note: more }) } };
}

/** The balance of a deployed ledger. */
export async function balance(RED: NodeAPI, { params }: Request): Promise<AdminAnswer> {
	const node = ledgerNode(RED, params['id']);
	if (node === null) return { status: 200, body: { message: 'Deploy to see the balance.' } };
	const lease = await leaseLedger(node.settings(), userDir(RED));
	try {
		return { status: 200, body: balanceDocument(await lease.ledger.balance()) };
	} finally {
		await lease.release();
	}
}

/** The last message that a node saw, to preview with. */
export function sample(RED: NodeAPI, { params }: Request): Promise<AdminAnswer> {
	const node = nodeById(RED, params['id'] ?? '');
	return Promise.resolve({ status: 200, body: { message: node && sampleSeenBy(node) } });
}

/** Ends when the dialog is closed, because nobody would see what it came to. */
export async function preview(RED: NodeAPI, { body }: Request, signal: AbortSignal): Promise<AdminAnswer> {
	return { status: 200, body: await previewAction(RED, readPreviewRequest(body), signal) };
}

/** Whether a provider answers with the values of the dialog, deployed or not. */
export async function test(RED: NodeAPI, { body }: Request): Promise<AdminAnswer> {
	const values = propertyOf(body, 'values');
	const typed = rawValues(PROVIDER_PARAMS, isRecord(values) ? values : {});
	const deployed = providerNode(RED, propertyOf(body, 'id'));
	const problem = plainSecret(typed) ?? completeSecrets(typed, deployed);
	if (problem !== null) return { status: 200, body: { ok: false, message: problem } };
	const report = await testProvider(readParams(PROVIDER_PARAMS, typed));
	return { status: 200, body: { ok: report.isOk, message: report.message } };
}

function plainSecret(typed: Readonly<Record<string, unknown>>): string | null {
	const messages = PROVIDER_PARAMS.map((param) => plainSecretMessage(PROVIDER.type, param, typed[param.name]));
	return messages.find((message) => message !== null) ?? null;
}

/** Puts kept secrets where the dialog shows only that there is one; says why not where that would give them away. */
function completeSecrets(typed: Record<string, unknown>, deployed: ProviderNode | null): string | null {
	for (const name of SECRETS) {
		if (typed[name] !== KEPT_SECRET) continue;
		if (deployed === null) return 'Type the key again, or deploy first: a kept key is only known to what is deployed.';
		if (ADDRESS.some((key) => (typed[key] ?? DEFAULTS[key]) !== (deployed.config[key] ?? DEFAULTS[key]))) {
			return 'The address was changed. Type the key again to test it: a kept key is not sent to a new address.';
		}
		typed[name] = propertyOf(propertyOf(deployed, 'credentials'), name) ?? '';
	}
	return null;
}
