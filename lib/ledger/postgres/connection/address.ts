/**
 * Owns the address of a ledger on a PostgreSQL server: reading it, and writing it for people without its password. Refuses addresses
 * that are not whole, and never repeats one in an error, because it may hold a password in an unexpected place.
 */
import { isDecodable } from '../../../core/values/url-text';
import { CreditError } from '../../../core/values/errors';

/** The schema that holds a ledger unless another is named; its own, so that a ledger can live in a shared database. */
const DEFAULT_SCHEMA = 'llm_credits';

const SCHEMA_NAME = /^(?!pg_|information_schema$|public$)[a-z_][a-z0-9_]{0,62}$/;
const FORM = 'postgres://user:password@host:5432/database';

/** Where a ledger is. */
export interface LedgerAddress {
	/** For the driver; holds the password. */
	readonly connectionString: string;
	/** For people: without the password. */
	readonly location: string;
	readonly schema: string;
}

/** True for a text that names a PostgreSQL server rather than a file. */
export function isPostgresAddress(text: string): boolean {
	return /^postgres(ql)?:/i.test(text.trim());
}

/** Parameters that name a file, which the driver reads before it connects. */
const FILE_PARAMETERS = ['sslrootcert', 'sslcert', 'sslkey'];

/**
 * The files of this machine that an address has the driver read, as they are written; `null` for one of them where it is not plain what file
 * is meant. Throws `invalid_path` for an address that cannot be read.
 */
export function filesOfAddress(text: string): readonly (string | null)[] {
	const { searchParams, search } = parse(text.trim());
	const files = FILE_PARAMETERS.flatMap((name) => searchParams.getAll(name));
	// The driver mends escapes that are none, and so may read another file than was looked at.
	return files.map((file) => (file.startsWith('/') && file.trim() === file && !search.includes('%') ? file : null));
}

/**
 * Reads an address. The schema is the one given, else the `schema` parameter of the address, else `llm_credits`. Throws `invalid_path`
 * without the text given.
 */
export function readAddress(text: string, givenSchema?: string): LedgerAddress {
	const url = parse(text.trim());
	const schema = givenSchema ?? url.searchParams.get('schema') ?? DEFAULT_SCHEMA;
	if (!SCHEMA_NAME.test(schema)) {
		throw new CreditError(
			'invalid_path',
			`The ledger's schema is ${JSON.stringify(schema)}. Give it a name of its own in small letters, digits and underscores, such as ${DEFAULT_SCHEMA}.`,
		);
	}
	url.searchParams.delete('schema');
	return { connectionString: url.href, location: locationOf(url, schema), schema };
}

function parse(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : null;
	// A password with an unescaped #, / or ? would be cut in two, and its first half taken for a host or a port.
	const isCut = url !== null && (url.hash !== '' || url.pathname.includes('@') || url.search.includes('@'));
	const isReadable = url !== null && [url.username, url.password, url.hostname, url.pathname].every(isDecodable);
	if (!url || !isReadable || isCut || !isPostgresAddress(text) || url.pathname.length < 2) {
		throw new CreditError(
			'invalid_path',
			`The ledger's PostgreSQL URL cannot be read. Write it as ${FORM}, with special characters of the password escaped (% as %25, # as %23, / as %2F, ? as %3F, @ as %40).`,
		);
	}
	return url;
}

function locationOf({ username, hostname, port, pathname, searchParams }: URL, schema: string): string {
	const user = username === '' ? '' : `${decodeURIComponent(username)}@`;
	const host = hostname === '' ? (searchParams.get('host') ?? 'localhost') : decodeURIComponent(hostname);
	const shownSchema = schema === DEFAULT_SCHEMA ? '' : `?schema=${schema}`;
	return `postgres://${user}${host}:${port === '' ? '5432' : port}${pathname}${shownSchema}`;
}
