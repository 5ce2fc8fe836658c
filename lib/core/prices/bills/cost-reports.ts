/** Says which providers tell in their answers what a call has cost (ledger rule 47). */

/** Providers, by their ids in a list of prices, whose report of a cost is charged. */
export const REPORTS_COSTS: ReadonlySet<string> = new Set(['openrouter', 'perplexity', 'x-ai', 'deepinfra']);
