/**
 * Owns what n8n's form of LLM Action may be told to do. Node-RED has no such choice: its dialog has a button for the preview, and messages
 * are always asked for.
 */
import type { Param } from '../param';

export const ACTION_OPERATION = {
	name: 'operation',
	label: 'Operation',
	kind: 'choice',
	default: 'ask',
	section: 'main',
	help: 'What to do with the items',
	choices: [
		{ value: 'ask', label: 'Ask for Each Item', help: 'Every item that comes in leaves with its answer' },
		{
			value: 'preview',
			label: 'Preview the First Item',
			help: 'The first item alone is asked for, and leaves with what it cost and what 1,000 such sends would cost in llmPreview. It uses credits',
		},
	],
} as const satisfies Param;
