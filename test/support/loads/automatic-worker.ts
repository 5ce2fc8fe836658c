/** A process that sends a campaign at automatic calls at a time, as a worker of a host would: `PATH URL NAME COUNT`. Says what came of it. */
import type { ActionItem, LlmAction } from '../../../lib/engine/llm-action';
import { LEDGER_PARAMS, PROVIDER_PARAMS } from '../../../lib/params/connection';
import { LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { readParams, readShared } from '../../../lib/params/read';
import { createProvider } from '../../../lib/runtime/provider-handle';
import { createLlmAction, leaseLedger } from '../../../lib/runtime/runtime';

/** What the process says at its end. */
export interface CampaignReport {
	readonly answered: number;
	readonly callsAtATime: number;
}

async function main([path = '', baseUrl = '', name = '', count = '0']: readonly string[]): Promise<CampaignReport> {
	const lease = await leaseLedger(readParams(LEDGER_PARAMS, { path, account: 'default' }), '.');
	const prices = { service: 'custom', baseUrl, apiKey: 'sk-test', prices: 'm, 1, 1' };
	const handle = createProvider(readParams(PROVIDER_PARAMS, prices));
	const attributes = [{ name: 'message', type: 'text', description: '', details: '', fallback: 'Hi' }];
	const action: LlmAction = createLlmAction({
		values: readShared(LLM_ACTION_PARAMS, { prompt: 'x', attributes }),
		openLedger: () => Promise.resolve(lease.ledger),
		provider: () => handle,
		labels: { flow: 'f', node: 'n', purpose: 'live' },
		nodeKey: 'n',
	});
	const results = await action.run(Array.from({ length: Number(count) }, (_, index) => itemOf(`${name}-${String(index)}`)));
	await action.idle();
	await lease.release();
	return { answered: results.filter(({ route }) => route === 'result').length, callsAtATime: action.callsAtATime };
}

function itemOf(key: string): ActionItem {
	const labels = { campaign: '', segment: '', workspace: '', person: '', tag: '', execution: '' };
	const read: ActionItem['read'] = () => ({
		...labels,
		model: 'm',
		systemPrompt: '',
		prompt: `Write to ${key}`,
		answerLanguage: '',
		idempotencyKey: '',
	});
	return { key, read };
}

void main(process.argv.slice(2)).then((report) => {
	process.stdout.write(`${JSON.stringify(report)}\n`);
});
