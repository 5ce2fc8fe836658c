/** Owns the flow of a start: the example as it is shipped, with this start's files, ledger and model filled in. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelChoice } from './model-choice';
import type { Workshop } from './workshop';

interface FlowNode {
	readonly id: string;
	readonly type: string;
	readonly [property: string]: unknown;
}

/** The example's path inside the package. */
const EXAMPLE = join('examples', 'node-red', 'metered-campaign.json');
/** The inject node that starts the campaign. */
export const RUN_NODE = 'llmc-run';
const PROVIDER_NODE = 'llmc-provider';

/** Writes the flow and the credentials into Node-RED's folder. A key of the user stays in the environment and is not written. */
export function writeFlow({ workshop, choice }: { workshop: Workshop; choice: ModelChoice }): void {
	const example = JSON.parse(readFileSync(join(workshop.installed, EXAMPLE), 'utf8')) as FlowNode[];
	const flow = example.map((node) => ({ ...node, ...filledIn(node, { workshop, choice }) }));
	writeFileSync(join(workshop.userDir, 'flows.json'), `${JSON.stringify(flow, null, '\t')}\n`);
	writeFileSync(join(workshop.userDir, 'flows_cred.json'), JSON.stringify({ [PROVIDER_NODE]: choice.credentials }), { mode: 0o600 });
}

function filledIn(node: FlowNode, { workshop, choice }: { workshop: Workshop; choice: ModelChoice }): Record<string, unknown> {
	switch (node.type) {
		case 'tab':
			return { env: [envEntry('PEOPLE_FILE', workshop.people), envEntry('RESULTS_FILE', workshop.results)] };
		case 'llm-credits-ledger':
			return { path: workshop.ledger };
		case 'llm-credits-provider':
			return choice.provider;
		case 'llm-credits-action':
			return { model: choice.model };
		default:
			return {};
	}
}

function envEntry(name: string, value: string) {
	return { name, value, type: 'str' };
}
