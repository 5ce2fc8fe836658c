/**
 * Owns what the dialogs ask of the runtime: the editor's code, the models of a provider, a connection test, the balance of a
 * ledger, previews. Reading needs the permission `llm-credits.read`; testing, previewing, and seeing the message to preview with,
 * `llm-credits.write`. Refuses to send a kept secret to an address that it was not kept for.
 */
import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { isCreditError } from '../../lib/core/errors';
import { balanceDocument } from '../../lib/engine/credit-balance';
import { modelChoices } from '../../lib/engine/model-choices';
import { PROVIDER_PARAMS } from '../../lib/params/connection';
import { defaultsOf, readParams } from '../../lib/params/read';
import { testProvider } from '../../lib/runtime/provider-handle';
import { leaseLedger } from '../../lib/runtime/runtime';
import { systemClock } from '../../lib/runtime/system';
import { previewAction, readPreviewRequest } from './action-preview';
import { ledgerNode, providerNode, userDir, type ProviderNode } from './connections';
import { rawValues } from './message-values';
import { sampleSeenBy } from './message-sample';
import type { WithSecrets } from './secrets';

/** What this module uses of a request and an answer of Node-RED's server. */
interface Request {
	readonly params: Readonly<Record<string, string>>;
	readonly body: unknown;
}
interface Response {
	status(code: number): Response;
	json(body: unknown): void;
	sendFile(path: string): void;
	readonly writableEnded: boolean;
	on(event: 'close', listener: () => void): void;
}

const EDITOR_SCRIPT = join(__dirname, 'editor', 'llm-credits-editor.js');
/** What Node-RED's editor shows instead of a password it does not know. */
const KEPT_SECRET = '__PWRD__';
const SECRETS: readonly string[] = PROVIDER_PARAMS.filter(({ kind }) => kind === 'secret').map(({ name }) => name);
const DEFAULTS = defaultsOf(PROVIDER_PARAMS);
/** A kept secret may only go where all of these are as deployed. */
const ADDRESS = ['service', 'baseUrl', 'apiVersion', 'headerName', 'proxyUrl'] as const;

const served = new WeakSet<object>();

/** Adds the routes, once for each server. */
export function serveAdmin(RED: NodeAPI): void {
	const { httpAdmin, auth } = RED;
	if (served.has(httpAdmin)) return;
	served.add(httpAdmin);
	httpAdmin.get('/llm-credits/editor.js', (_request: Request, response: Response) => {
		response.sendFile(EDITOR_SCRIPT);
	});
	httpAdmin.get('/llm-credits/provider/:id/models', auth.needsPermission('llm-credits.read'), answering(RED, models));
	httpAdmin.post('/llm-credits/provider/test', auth.needsPermission('llm-credits.write'), answering(RED, test));
	httpAdmin.get('/llm-credits/ledger/:id/balance', auth.needsPermission('llm-credits.read'), answering(RED, balance));
	httpAdmin.get('/llm-credits/action/:id/sample', auth.needsPermission('llm-credits.write'), answering(RED, sample));
	httpAdmin.post('/llm-credits/action/preview', auth.needsPermission('llm-credits.write'), answering(RED, preview));
}

interface Answer {
	readonly status: number;
	readonly body: unknown;
}

/** One error path for all: what people can mend is said, anything else is logged and not told to the browser. */
function answering(
	RED: NodeAPI,
	answer: (RED: NodeAPI, request: Request, signal: AbortSignal) => Promise<Answer>,
): (request: Request, response: Response) => void {
	return (request, response) => {
		const gone = new AbortController();
		response.on('close', () => {
			if (!response.writableEnded) gone.abort();
		});
		answer(RED, request, gone.signal)
			.catch((error: unknown) => {
				if (isCreditError(error)) return { status: 422, body: { code: error.code, message: error.message } };
				RED.log.error(error);
				return { status: 500, body: { code: 'unexpected', message: 'Something went wrong; the log of Node-RED says what.' } };
			})
			.then(({ status, body }) => {
				response.status(status).json(body);
			})
			.catch((error: unknown) => {
				RED.log.error(error);
			});
	};
}

async function models(RED: NodeAPI, { params }: Request): Promise<Answer> {
	const node = providerNode(RED, params['id']);
	if (node === null) return { status: 200, body: { models: [], message: 'Deploy the provider first; then its models are listed here.' } };
	return { status: 200, body: { models: await modelChoices(node.handle(), { atMs: systemClock() }) } };
}

async function balance(RED: NodeAPI, { params }: Request): Promise<Answer> {
	const node = ledgerNode(RED, params['id']);
	if (node === null) return { status: 200, body: { message: 'Deploy to see the balance.' } };
	const lease = await leaseLedger(node.settings(), userDir(RED));
	try {
		return { status: 200, body: balanceDocument(await lease.ledger.balance()) };
	} finally {
		await lease.release();
	}
}

function sample(RED: NodeAPI, { params }: Request): Promise<Answer> {
	const node = RED.nodes.getNode(params['id'] ?? '') as Node | null;
	return Promise.resolve({ status: 200, body: { message: node && sampleSeenBy(node) } });
}

/** Ends when the dialog is closed, because nobody would see what it came to. */
async function preview(RED: NodeAPI, { body }: Request, signal: AbortSignal): Promise<Answer> {
	return { status: 200, body: await previewAction(RED, readPreviewRequest(body), signal) };
}

async function test(RED: NodeAPI, { body }: Request): Promise<Answer> {
	const { id, values } = body as { readonly id?: unknown; readonly values?: Readonly<Record<string, unknown>> };
	const typed = rawValues(PROVIDER_PARAMS, values ?? {});
	const deployed = providerNode(RED, id);
	const problem = completeSecrets(typed, deployed);
	if (problem !== null) return { status: 200, body: { ok: false, message: problem } };
	const report = await testProvider(readParams(PROVIDER_PARAMS, typed));
	return { status: 200, body: { ok: report.isOk, message: report.message } };
}

/** Puts kept secrets where the dialog shows only that there is one; says why not where that would give them away. */
function completeSecrets(typed: Record<string, unknown>, deployed: ProviderNode | null): string | null {
	for (const name of SECRETS) {
		if (typed[name] !== KEPT_SECRET) continue;
		if (deployed === null) return 'Type the key again, or deploy first: a kept key is only known to what is deployed.';
		if (ADDRESS.some((key) => (typed[key] ?? DEFAULTS[key]) !== (deployed.config[key] ?? DEFAULTS[key]))) {
			return 'The address was changed. Type the key again to test it: a kept key is not sent to a new address.';
		}
		typed[name] = (deployed as WithSecrets & ProviderNode).credentials[name] ?? '';
	}
	return null;
}
