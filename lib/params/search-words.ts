/** The words by which people look for the nodes, beside the names: n8n's node creator and Node-RED's palette search them. */
import type { NodeDescription } from './param';

/** What people type who look for anything of this package. */
const FOR_ALL = ['LLM Credits', 'AI Credits', 'Credits', 'LLM', 'Budget', 'Meter', 'Metering', 'Cost', 'Spend', 'Tokens'];

const FOR_ONE: Readonly<Record<string, readonly string[]>> = {
	llmAction: [
		...['GPT', 'OpenAI', 'Ollama', 'OpenRouter', 'Azure OpenAI', 'ChatGPT', 'Prompt', 'Generate', 'Personalise', 'Personalize'],
		...['Campaign', 'Fallback', 'Metered', 'Batch'],
	],
	creditBalance: [
		...['Ledger', 'Balance', 'Usage', 'Grant', 'Purchase', 'Top Up', 'Quota', 'Limit', 'Floor', 'Refund', 'Void', 'Promotion'],
		...['Shadow Mode', 'Freeze', 'Credit Alert', 'Alert Settings', 'Brand Voice'],
	],
	fallbackSwitch: ['Router', 'Branch', 'Route', 'Fallback', 'Exhausted', 'If', 'Low Credits'],
};

/** The words for one node, in the order in which they are kept; its name is not among them. */
export function searchWordsOf({ n8nName }: Pick<NodeDescription, 'n8nName'>): readonly string[] {
	return [...FOR_ALL, ...(FOR_ONE[n8nName] ?? [])];
}
