/**
 * Owns what makes two requests identical: everything that an answer depends on, and within what they count as the same. Refuses to keep
 * any of it: only its hash leaves here.
 */
import { canonicalJson, sha256 } from '../../core/values/idempotency';
import { withAccountTexts } from '../plan/account-prompt';
import type { PlannedItem } from '../call/planned-item';
import type { Rung } from '../plan/ladder-plan';

/** To be raised when requests are put together otherwise, so that no answer is taken for one to another question. */
const VERSION = 1;

/**
 * The key of a rung's answer, hexadecimal SHA-256: provider, models, settings, every message, the form of the answer, what it had to
 * pass (with the texts of the account that a judge goes by) and, where the user narrowed it, campaign or node. Limits and prices are no
 * part of it.
 */
export function answerKey({ context, plan, profile }: Pick<PlannedItem, 'context' | 'plan' | 'profile'>, { calls }: Rung): string {
	const { values, contract, checks, nodeKey } = context;
	const scope = { account: [], campaign: [plan.reserve.labels.campaign ?? ''], node: [nodeKey] }[values.reuseScope];
	const judged = checks.judge && withAccountTexts({ systemPrompt: checks.judge.criteria, prompt: '' }, profile.texts).head;
	return sha256(
		canonicalJson({
			version: VERSION,
			scope: [values.reuseScope, ...scope],
			form: values.structuredOutput,
			schema: contract.jsonSchema,
			checks,
			judged,
			messages: plan.text.messages('json_schema'),
			calls: calls.map(({ handle, model, settings, instructions }) => ({ service: handle.service, model, settings, instructions })),
		}),
	);
}
