/** Owns how outputs that depend on parameters are written for n8n, which evaluates them as an expression in the editor too. */
import type { NodeOutput } from '../../lib/params/param';

/** Outputs as a literal inside an expression. */
export function outputsOf(outputs: readonly NodeOutput[]): string {
	return JSON.stringify(outputs.map(({ label }) => ({ type: 'main', displayName: label })));
}
