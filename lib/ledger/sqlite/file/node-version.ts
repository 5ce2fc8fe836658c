/** Says whether this Node can load the database driver: with an older one, opening a file would end the whole process without a word. */
import { CreditError } from '../../../core/values/errors';

/** The driver is built for this version of Node-API, which Node has from 22.14 and from 23.6 on. */
const NODE_API = 10;

/** What a process tells about itself. */
export interface NodeVersions {
	readonly node: string;
	readonly napi?: string;
}

/** Throws `ledger_unavailable` for a Node that is too old for ledger files. */
export function assertNodeFits({ node, napi = '0' }: NodeVersions = process.versions): void {
	if (Number(napi) >= NODE_API) return;
	throw new CreditError(
		'ledger_unavailable',
		`This host runs on Node ${node}, which cannot open ledger files. Update Node to 22.14 or newer, 24 for example (of version 23: 23.6 or newer), and start the host again; or use a ledger on PostgreSQL.`,
	);
}
