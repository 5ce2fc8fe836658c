/** n8n's credential for the third provider of one node: a node of n8n has one credential of each type. */
import type { Icon, ICredentialType } from 'n8n-workflow';
import { PROVIDER } from '../lib/params/connection';
import { credentialProperties } from '../nodes/n8n/properties';

export class LlmCreditsThirdProviderApi implements ICredentialType {
	name = 'llmCreditsThirdProviderApi';

	displayName = 'LLM Credits Provider (Third) API';

	icon: Icon = { light: 'file:../icons/provider.svg', dark: 'file:../icons/provider.dark.svg' };

	documentationUrl = 'https://github.com/llm-credits/n8n-nodes-llm-credits#readme';

	properties = credentialProperties(PROVIDER.params);
}
