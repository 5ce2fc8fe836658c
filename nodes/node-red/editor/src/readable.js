/** Owns how requests that failed read in a dialog. */

/** What a failed request says to people. */
export function failureText(failure) {
	if (failure.responseJSON?.message) return failure.responseJSON.message;
	if (failure.status === 401 || failure.status === 403) return 'You may not do this. Ask for the permission of LLM Credits.';
	return 'Node-RED did not answer.';
}
