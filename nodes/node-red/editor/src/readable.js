/** Owns how answers of the runtime read in a dialog: amounts, and requests that failed. */

/** A decimal text with thousands apart. */
export function grouped(decimal) {
	const [whole, fraction] = decimal.split('.');
	return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction ? `.${fraction}` : '');
}

/** What a failed request says to people. */
export function failureText(failure) {
	if (failure.status === 401 || failure.status === 403) return 'You may not do this. Ask for the permission of LLM Credits.';
	return failure.responseJSON?.message ?? 'Node-RED did not answer.';
}
