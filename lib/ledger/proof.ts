/** The port for what a proof must know of a store beyond the accounts it tells: its tables themselves, and what belongs to no account. */

/** Rows of a table whose account is not there. */
export interface StrayRows {
	readonly table: string;
	readonly rows: number;
}

/** How far an account's journal was known to be durable, noted beside the ledger. */
export interface SeenEnd {
	readonly accountId: string;
	readonly seq: number;
	/** The beginning of the entry's hash. */
	readonly hash: string;
}

/** An object of the schema, and what it is made of in words that can be compared. */
export type SchemaObjects = ReadonlyMap<string, string>;

export interface LedgerProof {
	/** Ids of all accounts, also of those whose rows cannot be read. */
	accountIds(): Promise<readonly string[]>;

	/** What of tables, columns, indexes, constraints and triggers is otherwise than the migrations make it, a sentence each; `null` when this user may not compare. */
	schemaDifferences(): Promise<readonly string[] | null>;

	/** Tables with rows that belong to no account. */
	strayRows(): Promise<readonly StrayRows[]>;

	/** What was noted of the ends of journals; empty where nothing is. */
	seenEnds(): readonly SeenEnd[];
}

/** The differences between what is there and what the migrations make, in the order of the names. */
export function differencesOf(found: SchemaObjects, expected: SchemaObjects): string[] {
	const names = [...new Set([...found.keys(), ...expected.keys()])].sort();
	return names.flatMap((name) => {
		if (!found.has(name)) return [`The ${name} is missing.`];
		if (!expected.has(name)) return [`The ${name} is not one of the ledger's.`];
		return found.get(name) === expected.get(name) ? [] : [`The ${name} is otherwise than this version makes it.`];
	});
}
