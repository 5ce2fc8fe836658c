/** What an account keeps of its admin key (ledger rule 35). Who needs the key is in admin. */
import { z } from 'zod';

/** How an admin key is recognised (ledger rule 35). The key itself is kept nowhere. */
export const ADMIN_KEY = z.object({
	/** Hexadecimal; goes into deriving the proof from the key. */
	salt: z.string(),
	/** Hexadecimal SHA-256 of the proof. */
	hash: z.string(),
	/** When the account got its first key; a change keeps it. Absent in keys of before: those are older than any other. */
	sinceMs: z.number().exactOptional(),
});
export type AdminKey = Readonly<z.output<typeof ADMIN_KEY>>;
