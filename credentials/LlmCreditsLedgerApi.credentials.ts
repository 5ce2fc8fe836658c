/** Owns n8n's credential for a ledger. Refuses to open it; the test does, in nodes/n8n/connections.ts. */
import type { Icon, ICredentialType } from 'n8n-workflow';
import { LEDGER } from '../lib/params/connection';
import { credentialProperties } from '../nodes/n8n/properties';

export class LlmCreditsLedgerApi implements ICredentialType {
	name = 'llmCreditsLedgerApi';

	displayName = 'LLM Credits Ledger API';

	icon: Icon = { light: 'file:../icons/ledger.svg', dark: 'file:../icons/ledger.dark.svg' };

	documentationUrl = 'https://github.com/llm-credits/n8n-nodes-llm-credits#readme';

	properties = credentialProperties(LEDGER.params);
}
