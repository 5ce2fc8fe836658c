/**
 * Owns what makes two requests identical: everything that an answer depends on, and within what they count as the same. Refuses to keep
 * any of it: only its hash leaves here.
 */
import { canonicalJson, sha256 } from '../core/idempotency';
import type { ActionContext } from './action-types';
import type { Rung, LadderPlan } from './ladder-plan';

/** To be raised when requests are put together otherwise, so that no answer is taken for one to another question. */
const VERSION = 1;

/**
 * The key of a rung's answer, hexadecimal SHA-256: provider, models, settings, every message, the form of the answer, what it had to
 * pass and, where the user narrowed it, campaign or node. Limits and prices are no part of it.
 */
export function answerKey({ values, contract, checks, nodeKey }: ActionContext, { text, reserve }: LadderPlan, { calls }: Rung): string {
	const scope = { account: [], campaign: [reserve.labels.campaign ?? ''], node: [nodeKey] }[values.reuseScope];
	return sha256(
		canonicalJson({
			version: VERSION,
			scope: [values.reuseScope, ...scope],
			form: values.structuredOutput,
			schema: contract.jsonSchema,
			checks,
			messages: text.messages('json_schema'),
			calls: calls.map(({ handle, model, settings, instructions }) => ({ service: handle.service, model, settings, instructions })),
		}),
	);
}
