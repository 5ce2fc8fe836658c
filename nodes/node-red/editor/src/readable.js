/** Owns how requests that failed read in a dialog. */

/** What a failed request says to people. */
export function failureText(failure) {
	if (failure.status === 401 || failure.status === 403) return 'You may not do this. Ask for the permission of LLM Credits.';
	return failure.responseJSON?.message ?? 'Node-RED did not answer.';
}
