/** Owns the command by which a ledger on a PostgreSQL server is backed up. Refuses to write its password. */
import { readAddress } from '../ledger/postgres/connection/address';

/** Settings of a connection that are no secret and that a backup needs as well. */
const KEPT_SETTINGS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/** What to type to back up the ledger of this address into the file `to`. Throws `invalid_path` for an address that cannot be read. */
export function dumpCommand(address: string, { to }: { to: string }): string {
	const { connectionString, schema } = readAddress(address);
	const { hostname, port, username, pathname, searchParams } = new URL(connectionString);
	const settings = KEPT_SETTINGS.flatMap((name) => (searchParams.has(name) ? [`${name}=${setting(searchParams.get(name) ?? '')}`] : []));
	const database = [`dbname=${setting(decodeURIComponent(pathname.slice(1)))}`, ...settings].join(' ');
	const options = [
		`--schema=${schema}`,
		`--file=${quoted(to)}`,
		...(hostname === '' ? [] : [`--host=${quoted(decodeURIComponent(hostname).replace(/^\[|\]$/g, ''))}`]),
		...(port === '' ? [] : [`--port=${port}`]),
		...(username === '' ? [] : [`--username=${quoted(decodeURIComponent(username))}`]),
		`--dbname=${quoted(database)}`,
	];
	return `pg_dump --format=custom ${options.join(' ')}`;
}

/** A value within a connection string. */
function setting(text: string): string {
	return /^[\w./-]+$/.test(text) ? text : `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** A word of a shell. */
function quoted(text: string): string {
	return /^[\w./=-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}
