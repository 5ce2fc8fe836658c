/**
 * Owns the messages of a call. Static parts come first, so that a provider's prompt cache can reuse them; the form of the
 * answer is put in words only where the server is not told it otherwise.
 */
import type { RequestSize } from '../../core/prices/estimate';
import type { Form } from '../../core/calls/manner';
import type { ChatMessage } from '../../providers/provider';
import type { SpokenInput } from './account-prompt';
import type { OutputContract } from '../answer/output-contract';
import { textSize, type KnownSizes } from '../learned/text-sizes';

/** Tokens that chat formats add around each message, generously. */
const TOKENS_PER_MESSAGE = 8;

/** System and user message of one call: first what is the same for the account, then for the node, then for the item. */
export function buildMessages({
	head,
	systemPrompt,
	prompt,
	contract,
	form,
}: SpokenInput & { contract: OutputContract; form: Form }): ChatMessage[] {
	const format = form === 'json_schema' ? '' : contract.inWords;
	const system = [head, systemPrompt.trim(), format].filter((part) => part !== '').join('\n\n');
	const user: ChatMessage = { role: 'user', content: prompt };
	return system === '' ? [user] : [{ role: 'system', content: system }, user];
}

/** The messages of a pass: what was asked first, the answer so far, and what this pass is for. The start stays the same, for provider caches. */
export function continueMessages(
	messages: readonly ChatMessage[],
	{ answer, instructions }: { answer: string; instructions: string },
): ChatMessage[] {
	return [...messages, { role: 'assistant', content: answer }, { role: 'user', content: instructions }];
}

/** The input of a request that these messages make, the schema included where it is sent. */
export function inputSize(
	messages: readonly ChatMessage[],
	{ schemaText, known }: { schemaText: string; known: KnownSizes },
): Pick<RequestSize, 'inputTokens' | 'inputBytes'> {
	const overhead = TOKENS_PER_MESSAGE * (messages.length + 1);
	const sizes = [known.of(schemaText), ...messages.map(({ role, content }) => (role === 'system' ? known.of(content) : textSize(content)))];
	let [inputTokens, inputBytes] = [overhead, overhead];
	for (const { tokens, bytes } of sizes) {
		inputTokens += tokens;
		inputBytes += bytes;
	}
	return { inputTokens, inputBytes };
}

/** The messages for a model that takes no message of the role `system`: its words stand at the start of the first message of the user. */
export function withoutSystemRole(messages: readonly ChatMessage[]): ChatMessage[] {
	const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
	const others = messages.filter(({ role }) => role !== 'system');
	const first = others.findIndex(({ role }) => role === 'user');
	return others.map((message, index) => (index === first ? { ...message, content: [...system, message.content].join('\n\n') } : message));
}

/** The messages with words at the end of the last one, which is the user's: some models take no two messages of one role in a row. */
export function addedInstructions(messages: readonly ChatMessage[], instructions: string): ChatMessage[] {
	return messages.map((message, index) =>
		index === messages.length - 1 ? { ...message, content: `${message.content}\n\n${instructions}` } : message,
	);
}
