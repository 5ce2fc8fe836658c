/** What an agent may do that uses Credit Balance as a tool: read and freeze always, never thaw or change settings, and add credits only where the node allows it, up to its cap. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { CreditError } from '../../../lib/core/values/errors';
import { formatCredits, parseCredits } from '../../../lib/core/values/money';
import { creditsAddedBy, type CreditBalanceValues } from '../../../lib/engine/credit-balance';
import { operationLabel } from '../../../lib/params/credit-balance';
import { AGENT_READS, AGENT_RIGHTS_PARAMS } from '../../../lib/params/credit-balance-agents';
import { SETTINGS_OPERATIONS } from '../../../lib/params/credit-balance-settings';
import { isToolRun } from '../host-interface';
import { rawParameter } from '../parameters';

const [MAY_ADD, MAX_CREDITS] = AGENT_RIGHTS_PARAMS;
/** What changes the account for others: an agent may only read what is set. */
const SETTERS: ReadonlySet<string> = new Set(SETTINGS_OPERATIONS.map(({ value }) => value).filter((value) => !AGENT_READS.has(value)));
/** n8n's way to let a model fill in a parameter. */
const FILLED_BY_MODEL = /fromai\s*\(/i;

/** Throws `not_authorised` for what an agent may not do. What cannot be known is taken for an agent. */
export function refuseAgent(ctx: IExecuteFunctions, values: CreditBalanceValues): void {
	if (values.operation === 'thaw' && isAgent(ctx)) {
		throw new CreditError(
			'not_authorised',
			'An agent may freeze the account, and not thaw it. Thaw it in a workflow of your own, or with llm-credits thaw.',
		);
	}
	if (SETTERS.has(values.operation) && isAgent(ctx)) {
		const label = operationLabel(values.operation);
		throw new CreditError('not_authorised', `An agent may not do "${label}". Do it in a workflow of your own, or with llm-credits.`);
	}
	const addedMicro = creditsAddedBy(values);
	if (addedMicro === null || !isAgent(ctx)) return;
	// Neither may be written by a model, so an expression in their place counts as the default.
	if (rawParameter(ctx, MAY_ADD) !== true) {
		throw new CreditError(
			'not_authorised',
			`An agent may not add credits with this node. Whoever builds the workflow can allow it: switch on ${MAY_ADD.label} in the options of the node.`,
		);
	}
	const raw = rawParameter(ctx, MAX_CREDITS);
	const isFixed = (typeof raw === 'string' && !raw.startsWith('=')) || typeof raw === 'number';
	const maxMicro = parseCredits(String(isFixed ? raw : MAX_CREDITS.default), { field: MAX_CREDITS.label });
	if (addedMicro <= maxMicro) return;
	throw new CreditError(
		'not_authorised',
		`An agent asked to add ${formatCredits(addedMicro)} credits; ${MAX_CREDITS.label} is ${formatCredits(maxMicro)}. Ask for less, or raise it in the options of the node.`,
	);
}

function isAgent(ctx: IExecuteFunctions): boolean {
	return isToolRun(ctx, { ifUnknown: true }) || FILLED_BY_MODEL.test(JSON.stringify(ctx.getNode().parameters));
}
