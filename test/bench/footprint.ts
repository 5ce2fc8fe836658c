/** Owns measuring what the package weighs: the time and memory that Node-RED spends on loading its nodes, and its size when installed. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from '../support/machine/child';
import { packOnce } from '../support/machine/pack';
import { everyNodeFlow } from '../support/hosts/node-red-flow';
import { startNodeRed } from '../support/hosts/real-node-red';
import { cleanEnvironment, repositoryRoot } from '../support/machine/repository';
import { temporaryFolder } from '../support/machine/temporary-folder';
import { PROBE_MARK } from './load-probe-mark';
import { spreadOf, type Bench, type Measured } from './measure';

const ROUNDS = 9;
const MEGABYTE = 1e6;

interface LockedPackage {
	readonly dev?: boolean;
	readonly devOptional?: boolean;
	readonly optional?: boolean;
	readonly peer?: boolean;
}

/** The rows about weight. */
export const FOOTPRINT_BENCHES: readonly Bench[] = [
	{ names: ['load.ms', 'load.rss-mb'], run: loading },
	{ names: ['install.mb'], run: async () => [await installed()] },
];

interface Loaded {
	readonly ms: number;
	readonly rssMb: number;
}

/** Starts Node-RED without a flow, as it adds our nodes to its palette, and then deploys a flow that uses every one of them. */
async function loading(): Promise<Measured[]> {
	const started: Loaded[] = [];
	const used: Loaded[] = [];
	for (let round = 0; round < ROUNDS; round += 1) {
		const nodeRed = await startNodeRed({ env: { NODE_OPTIONS: `--require ${join(__dirname, 'load-probe.js')}` } });
		const loaded = probed(nodeRed.output());
		await nodeRed.deploy(everyNodeFlow({ ledger: join(nodeRed.userDir, 'ledger.db'), provider: 'http://127.0.0.1:9/v1' }));
		const inAll = probed(nodeRed.output());
		started.push(loaded);
		used.push({ ms: inAll.ms - loaded.ms, rssMb: inAll.rssMb - loaded.rssMb });
		await nodeRed.stop();
		nodeRed.remove();
	}
	const rowOf = (name: string, unit: string, figure: (loaded: Loaded) => number, atMost: number): Measured => {
		const first = spreadOf(used.map(figure)).median.toFixed(0);
		const note = `taken within Node-RED as it loads our five node files, ${String(ROUNDS)} starts; a flow with each of them brings ${first} ${unit} more when it is first deployed`;
		return { name, unit, ours: started.map(figure), peer: null, reach: { atMost }, note };
	};
	return [rowOf('load.ms', 'ms', ({ ms }) => ms, 150), rowOf('load.rss-mb', 'MB', ({ rssMb }) => rssMb, 30)];
}

/** The sum of what the probe has told so far. Throws when it told nothing: then it watches the wrong files. */
function probed(output: string): Loaded {
	const lines = output.split('\n').filter((line) => line.startsWith(PROBE_MARK));
	if (lines.length === 0) throw new Error(`Node-RED loaded none of our files:\n${output}`);
	const loads = lines.map((line) => JSON.parse(line.slice(PROBE_MARK.length)) as { ms: number; rss: number });
	return { ms: sum(loads.map(({ ms }) => ms)), rssMb: sum(loads.map(({ rss }) => rss)) / MEGABYTE };
}

function sum(figures: readonly number[]): number {
	return figures.reduce((total, figure) => total + figure, 0);
}

async function installed(): Promise<Measured> {
	const folder = temporaryFolder();
	await runOrThrow('tar', ['-xzf', await packOnce(), '-C', folder], { env: cleanEnvironment(), timeoutMs: 30_000 });
	const packageMb = bytesUnder(folder) / MEGABYTE;
	const dependencies = productionPackages();
	const dependenciesMb = dependencies.reduce((sum, path) => sum + bytesUnder(join(repositoryRoot(), path)), 0) / MEGABYTE;
	const note = `the unpacked tarball ${packageMb.toFixed(1)}, its ${String(dependencies.length)} production packages ${dependenciesMb.toFixed(1)}; sum of file sizes`;
	return { name: 'install.mb', unit: 'MB', ours: [packageMb + dependenciesMb], peer: null, reach: { atMost: 80 }, note };
}

/** Folders of what an installation without development and optional packages brings along, by the lockfile. */
function productionPackages(): string[] {
	const { packages } = JSON.parse(readFileSync(join(repositoryRoot(), 'package-lock.json'), 'utf8')) as {
		readonly packages: Readonly<Record<string, LockedPackage>>;
	};
	return Object.entries(packages)
		.filter(([path, { dev, devOptional, optional, peer }]) => path !== '' && !(dev ?? devOptional ?? optional ?? peer ?? false))
		.map(([path]) => path);
}

/** The sizes of all files, those of packages within packages left to their own entries. */
function bytesUnder(folder: string): number {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !entry.parentPath.slice(folder.length).includes('node_modules'))
		.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
