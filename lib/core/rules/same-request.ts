/** What makes two commands the same request: the hash that is compared when a key comes again. */
import type { PlainCommand } from '../nouns/commands';
import { canonicalJson, shortHash } from '../values/idempotency';

/**
 * Hash of what a command asks for. A reserve is compared by its fingerprint alone: the estimate of the same request may
 * differ from one try to the next, and that must not turn a retry into a conflict.
 */
export function hashRequest(command: Extract<PlainCommand, { key: string }>): string {
	return shortHash(requestText(command));
}

/** Canonical JSON of what is asked for; that of a reserve is written out, because it is made for every call. */
function requestText(command: Extract<PlainCommand, { key: string }>): string {
	if (command.kind === 'reserve') return `{"fingerprint":${JSON.stringify(command.fingerprint)},"kind":"reserve"}`;
	const { key: _key, ...request } = command;
	return canonicalJson(request);
}
