/** Owns what an account keeps of its admin key (ledger rule 35). A type only; who needs the key is in admin. */

/** How an admin key is recognised (ledger rule 35). The key itself is kept nowhere. */
export interface AdminKey {
	/** Hexadecimal; goes into deriving the proof from the key. */
	readonly salt: string;
	/** Hexadecimal SHA-256 of the proof. */
	readonly hash: string;
}
