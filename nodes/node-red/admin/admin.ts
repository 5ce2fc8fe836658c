/**
 * Owns the routes of the dialogs: the editor's code, and what admin-answers gives. Reading needs the permission `llm-credits.read`;
 * testing, previewing, and seeing the message to preview with, `llm-credits.write`.
 */
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { isCreditError } from '../../../lib/core/values/errors';
import type { Answer, Request } from './admin-answers';

/** What this module uses of an answer of Node-RED's server. */
interface Response {
	status(code: number): Response;
	json(body: unknown): void;
	sendFile(path: string): void;
	readonly writableEnded: boolean;
	on(event: 'close', listener: () => void): void;
}

const EDITOR_SCRIPT = join(__dirname, 'editor', 'llm-credits-editor.js');
const served = new WeakSet<object>();

/** Adds the routes, once for each server. */
export function serveAdmin(RED: NodeAPI): void {
	const { httpAdmin, auth } = RED;
	if (served.has(httpAdmin)) return;
	served.add(httpAdmin);
	httpAdmin.get('/llm-credits/editor.js', (_request: Request, response: Response) => {
		response.sendFile(EDITOR_SCRIPT);
	});
	httpAdmin.get('/llm-credits/provider/:id/models', auth.needsPermission('llm-credits.read'), answering(RED, 'models'));
	httpAdmin.post('/llm-credits/provider/test', auth.needsPermission('llm-credits.write'), answering(RED, 'test'));
	httpAdmin.get('/llm-credits/ledger/:id/balance', auth.needsPermission('llm-credits.read'), answering(RED, 'balance'));
	httpAdmin.get('/llm-credits/action/:id/sample', auth.needsPermission('llm-credits.write'), answering(RED, 'sample'));
	httpAdmin.post('/llm-credits/action/preview', auth.needsPermission('llm-credits.write'), answering(RED, 'preview'));
}

/** One error path for all: what people can mend is said, anything else is logged and not told to the browser. */
function answering(RED: NodeAPI, question: keyof typeof import('./admin-answers')): (request: Request, response: Response) => void {
	return (request, response) => {
		const gone = new AbortController();
		response.on('close', () => {
			if (!response.writableEnded) gone.abort();
		});
		answerTo(question, { RED, request, signal: gone.signal })
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

/** What answers brings the whole engine along, which Node-RED need not load to start. */
async function answerTo(
	question: keyof typeof import('./admin-answers'),
	{ RED, request, signal }: { RED: NodeAPI; request: Request; signal: AbortSignal },
): Promise<Answer> {
	const answers = await import('./admin-answers');
	return answers[question](RED, request, signal);
}
