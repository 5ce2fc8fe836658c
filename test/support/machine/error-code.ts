/** Owns catching faults by their code. */
import { isCreditError, type CreditError } from '../../../lib/core/values/errors';

/** The fault that a promise rejects with. Throws when it resolves, or rejects with anything else. */
export async function faultOf(promise: Promise<unknown>): Promise<CreditError> {
	const error: unknown = await promise.then(
		() => new Error('It resolved, but a fault was expected.'),
		(reason: unknown) => reason,
	);
	if (!isCreditError(error)) throw error;
	return error;
}
