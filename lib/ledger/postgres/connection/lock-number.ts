/** Owns the numbers of advisory locks: what does not exist yet has no row that could be locked. Refuses nothing. */
import { sha256 } from '../../../core/values/idempotency';

/** A number for these names, the same in every process; far from the small numbers that other programs take by hand. */
export function lockNumber(...names: readonly string[]): bigint {
	return BigInt.asIntN(64, BigInt(`0x${sha256(['llm-credits', ...names].join('\n')).slice(0, 16)}`));
}
