/** Finds the ledgers that the hosts of this machine keep where nobody names another place. Looks at names only: it opens and makes nothing. */
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { codeOf } from '../core/values/foreign';
import { withoutLinks } from '../ledger/sqlite/file/ledger-path';
import { defaultLedgerPath, type Environment } from './ledger-place';

/** A place where a host keeps its ledger when its settings name none. */
export interface UsualLedger {
	/** Whose place it is, for people. */
	readonly host: string;
	readonly path: string;
}

/** What the search came to. */
export interface UsualLedgers {
	/** Files that are there, each once. */
	readonly found: readonly UsualLedger[];
	/** Places that this user may not look into. */
	readonly hidden: readonly UsualLedger[];
	/** All places in the order in which they were looked at. */
	readonly looked: readonly UsualLedger[];
}

/** What is known of the machine; tests give another. */
export interface Surroundings {
	readonly environment: Environment;
	readonly home: string;
	/** Where the running program lies: a host that installed it keeps its data beside it. */
	readonly programFolder: string;
	/** Homes that the containers of the hosts have, whoever runs the command in them. */
	readonly containerHomes: ContainerHomes;
}

interface ContainerHomes {
	readonly n8n: string;
	readonly nodeRed: string;
}

const CONTAINERS: ContainerHomes = { n8n: '/home/node', nodeRed: '/data' };
const N8N = 'n8n';
const NODE_RED = 'Node-RED';

/** Looks at the usual places of n8n and Node-RED. */
export function findUsualLedgers(surroundings: Partial<Surroundings> = {}): UsualLedgers {
	const looked = usualPlaces({
		environment: process.env,
		home: homedir(),
		programFolder: __dirname,
		containerHomes: CONTAINERS,
		...surroundings,
	});
	const seen = looked.map((place) => ({ place, is: lookAt(place.path) }));
	return {
		found: once(seen.filter(({ is }) => is === 'there').map(({ place }) => ({ ...place, path: withoutLinks(place.path) }))),
		hidden: seen.filter(({ is }) => is === 'hidden').map(({ place }) => place),
		looked,
	};
}

function usualPlaces({ environment, home, programFolder, containerHomes }: Surroundings): UsualLedger[] {
	const userFolder = environment['N8N_USER_FOLDER']?.trim() ?? '';
	const nodeRedHome = environment['NODE_RED_HOME']?.trim() ?? '';
	return once([
		...(userFolder === '' ? [] : [n8nIn(userFolder)]),
		n8nIn(home),
		{ host: NODE_RED, path: defaultLedgerPath(join(home, '.node-red')) },
		...(nodeRedHome === '' ? [] : [{ host: NODE_RED, path: defaultLedgerPath(nodeRedHome) }]),
		...installedIn(programFolder),
		n8nIn(containerHomes.n8n),
		{ host: NODE_RED, path: defaultLedgerPath(containerHomes.nodeRed) },
	]);
}

function n8nIn(home: string): UsualLedger {
	return { host: N8N, path: defaultLedgerPath(join(home, '.n8n')) };
}

/** n8n installs packages into `.n8n/nodes/node_modules`, Node-RED into `node_modules` of its user folder, wherever that is. */
function installedIn(programFolder: string): UsualLedger[] {
	const parts = programFolder.split(sep);
	const at = parts.lastIndexOf('node_modules');
	if (at <= 0) return [];
	const folder = parts.slice(0, at).join(sep);
	return basename(folder) === 'nodes'
		? [{ host: N8N, path: defaultLedgerPath(dirname(folder)) }]
		: [{ host: NODE_RED, path: defaultLedgerPath(folder) }];
}

/** The first of each path. */
function once(places: readonly UsualLedger[]): UsualLedger[] {
	return places.filter(({ path }, index) => places.findIndex((other) => other.path === path) === index);
}

function lookAt(path: string): 'there' | 'hidden' | 'nothing' {
	try {
		return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? 'there' : 'nothing';
	} catch (error) {
		return ['EACCES', 'EPERM'].includes(codeOf(error)) ? 'hidden' : 'nothing';
	}
}
