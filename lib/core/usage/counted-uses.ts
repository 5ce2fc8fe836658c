/** Where providers tell what was done for a call beside its tokens, and billed by how often. Paths within the usage ("a.b"). */

/**
 * Searches: Perplexity; Anthropic, and OpenRouter in its words; xAI, whose live search counts sources, and its tools by their kind;
 * responses of OpenAI; Cohere's billed units; Qwen's plugins and tools; Mistral's connectors; gateways. All that are given are added.
 */
export const SEARCHES: readonly string[] = [
	'num_search_queries',
	'server_tool_use.web_search_requests',
	'num_sources_used',
	'server_side_tool_usage_details.web_search_calls',
	'server_side_tool_usage_details.x_search_calls',
	'tool_usage.web_search.num_requests',
	'search_units',
	'plugins.search.count',
	'x_tools.web_search.count',
	'connectors.web_search',
	'web_search_requests',
];

/** Other tools of the provider's that have a price. Fetching a page and asking another server have none beside their tokens. */
export const TOOL_CALLS: readonly string[] = [
	'server_tool_use.code_execution_requests',
	'server_side_tool_usage_details.code_interpreter_calls',
	'server_side_tool_usage_details.document_search_calls',
	'server_side_tool_usage_details.file_search_calls',
	'server_side_tool_usage_details.collections_search_calls',
	'tool_usage.file_search.num_requests',
	'tool_usage.code_interpreter.num_requests',
	'x_tools.code_interpreter.count',
	'connectors.code_interpreter',
];

/** The fields of a usage within which uses are told. */
export const USE_HOLDERS: readonly string[] = [...new Set([...SEARCHES, ...TOOL_CALLS].map((path) => path.split('.')[0] ?? path))];
