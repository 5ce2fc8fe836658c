/** Serves the routes of the dialogs, each behind the guard that its row of the table names. */
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { isCreditError } from '../../../lib/core/values/errors';
import { shownText } from '../../../lib/core/values/shown-text';
import type { AdminAnswer, Request } from './admin-answers';
import { refusalOf, type Headers } from './request-guard';
import { ROUTES, type Route } from './routes';

/** What this module uses of a request to Node-RED's server. */
interface Asked extends Request {
	readonly headers: Headers;
}

/** What this module uses of an answer of Node-RED's server. */
interface Response {
	status(code: number): Response;
	json(body: unknown): void;
	sendFile(path: string): void;
	readonly writableEnded: boolean;
	on(event: 'close', listener: () => void): void;
}

/** Resolves when there is nothing left to do for the request; never rejects. */
type Handler = (request: Asked, response: Response) => Promise<void>;

const EDITOR_SCRIPT = join(__dirname, '..', 'editor', 'llm-credits-editor.js');
const served = new WeakSet<object>();

/** Adds the routes, once for each server. */
export function serveAdmin(RED: NodeAPI): void {
	const { httpAdmin, auth } = RED;
	if (served.has(httpAdmin)) return;
	served.add(httpAdmin);
	for (const route of ROUTES) {
		const permissions = route.permissions.map((permission) => auth.needsPermission(permission));
		httpAdmin[route.method](route.path, ...permissions, guarded(route, handlerOf(RED, route)));
	}
}

function handlerOf(RED: NodeAPI, { answer }: Route): Handler {
	if (answer !== 'script') return answering(RED, answer);
	return (_request, response) => {
		response.sendFile(EDITOR_SCRIPT);
		return Promise.resolve();
	};
}

/** Refuses what a page of another origin may have sent, and what is more than the route does at the same time. */
function guarded(route: Route, handle: Handler): (request: Asked, response: Response) => void {
	let underWay = 0;
	return (request, response) => {
		// The code of the editor is the same for all, and pages of other origins may load scripts anyway.
		const refused = route.permissions.length === 0 ? null : refusalOf(request.headers, route);
		if (refused) {
			response.status(refused.status).json({ code: refused.code, message: refused.message });
			return;
		}
		if (underWay >= route.atOnce) {
			const message = `${String(underWay)} of these are under way. Wait until one has ended, and try again.`;
			response.status(429).json({ code: 'too_many_at_once', message });
			return;
		}
		underWay += 1;
		// Not when the browser is gone: whoever asks and leaves, again and again, would have more under way than is allowed.
		void handle(request, response).finally(() => {
			underWay -= 1;
		});
	};
}

/** One error path for all: what people can mend is said, anything else is logged and not told to the browser. */
function answering(RED: NodeAPI, question: keyof typeof import('./admin-answers')): Handler {
	return (request, response) => {
		const gone = new AbortController();
		response.on('close', () => {
			if (!response.writableEnded) gone.abort();
		});
		return answerTo(question, { RED, request, signal: gone.signal })
			.catch((error: unknown) => {
				if (isCreditError(error)) return { status: 422, body: { code: error.code, message: error.message } };
				RED.log.error(shownError(error));
				return { status: 500, body: { code: 'unexpected', message: 'Something went wrong; the log of Node-RED says what.' } };
			})
			.then(({ status, body }) => {
				response.status(status).json(body);
			})
			.catch((error: unknown) => {
				RED.log.error(shownError(error));
			});
	};
}

/** With the place it came from, line by line. */
function shownError(error: unknown): string {
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return text.split('\n').map(shownText).join('\n');
}

/** What answers brings the whole engine along, which Node-RED need not load to start. */
async function answerTo(
	question: keyof typeof import('./admin-answers'),
	{ RED, request, signal }: { RED: NodeAPI; request: Request; signal: AbortSignal },
): Promise<AdminAnswer> {
	const answers = await import('./admin-answers');
	return answers[question](RED, request, signal);
}
