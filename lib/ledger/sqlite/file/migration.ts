/** What may be done with a ledger of an older schema, and what became of one. */

/** `migrate`: bring it forward. `copy`: read a copy that is brought forward. `refuse`: neither. */
export type OlderSchema = 'migrate' | 'copy' | 'refuse';

/** What became of a ledger of an older schema. */
export interface Migration {
	readonly location: string;
	readonly from: number;
	readonly to: number;
	/** Where the ledger lies as it was; `null` on a server, which is backed up with its own tools. */
	readonly backup: string | null;
}
