/**
 * Owns n8n's credential for a model provider. Refuses `authenticate`: with it, the HTTP Request node could spend the key past the
 * ledger.
 */
import type { Icon, ICredentialType } from 'n8n-workflow';
import { PROVIDER } from '../lib/params/connection';
import { credentialProperties } from '../nodes/n8n/properties';

export class LlmCreditsProviderApi implements ICredentialType {
	name = 'llmCreditsProviderApi';

	displayName = 'LLM Credits Provider API';

	icon: Icon = { light: 'file:../icons/provider.svg', dark: 'file:../icons/provider.dark.svg' };

	documentationUrl = 'https://github.com/llm-credits/n8n-nodes-llm-credits#readme';

	properties = credentialProperties(PROVIDER.params);
}
