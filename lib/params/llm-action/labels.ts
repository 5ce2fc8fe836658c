/** The labels that the credits of LLM Action are counted under: a parameter for each label of an item, and one for the person. */
import type { ItemLabelName } from '../../core/nouns/labels';
import type { Param } from '../param';

type Named = Param & { readonly name: ItemLabelName | 'person' };

export const LABEL_PARAMS = [
	{
		name: 'campaign',
		label: 'Campaign',
		kind: 'text',
		default: '',
		section: 'labels',
		isPerItem: true,
		maxLength: 200,
		placeholder: 'spring-2026',
		help: 'Campaign that the credits are counted under',
	},
	{
		name: 'segment',
		label: 'Segment',
		kind: 'text',
		default: '',
		section: 'labels',
		isPerItem: true,
		maxLength: 200,
		placeholder: 'returning',
		help: 'Segment that the credits are counted under',
	},
	{
		name: 'workspace',
		label: 'Workspace',
		kind: 'text',
		default: '',
		section: 'labels',
		isPerItem: true,
		maxLength: 200,
		placeholder: 'emea',
		help: 'Workspace that the credits are counted under. All workspaces share one balance',
	},
	{
		name: 'person',
		label: 'Person',
		kind: 'text',
		default: '',
		section: 'labels',
		isPerItem: true,
		maxLength: 200,
		placeholder: 'customer-4711',
		help: 'Id of the person the message is for. Use an internal id rather than an e-mail address: it stays in the ledger',
	},
	{
		name: 'tag',
		label: 'Tag',
		kind: 'text',
		default: '',
		section: 'labels',
		isPerItem: true,
		maxLength: 200,
		placeholder: 'a-b-test-2',
		help: 'Any other label to count credits by',
	},
] as const satisfies readonly Named[];
