/** The command line finds the ledgers that hosts keep in their usual places, says which it uses, and never guesses between two. */
import { expect } from 'chai';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findUsualLedgers } from '../../../lib/runtime/usual-ledgers';
import type { Finished } from '../../support/machine/child';
import { runWarm } from '../../support/command-line/warm-commands';
import { grantCredits } from '../../support/ledger/ledger-reader';
import { cleanEnvironment } from '../../support/machine/repository';
import { temporaryFolder } from '../../support/machine/temporary-folder';

const NOWHERE = { n8n: join('/nowhere', 'n8n'), nodeRed: join('/nowhere', 'node-red') };
const IN_N8N = join('.n8n', 'llm-credits', 'ledger.db');
const IN_NODE_RED = join('.node-red', 'llm-credits', 'ledger.db');

function touch(...parts: readonly string[]): string {
	const path = join(...parts);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, 'x');
	return path;
}

describe('command line: the usual ledgers', () => {
	let home = '';
	beforeEach(() => {
		home = temporaryFolder();
	});

	const command = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
		runWarm({ args, cwd: temporaryFolder(), env: cleanEnvironment({ HOME: home, USERPROFILE: home, TZ: 'UTC', ...env }) }, 30_000);

	it('the only one is used, and its path and host are said once on standard error', async () => {
		const path = join(home, IN_N8N);
		await grantCredits(path, '12');
		const { code, stdout, stderr } = await command(['grant', '--credits', '3', '--json']);
		expect(code, stderr).to.equal(0);
		expect(JSON.parse(stdout)).to.deep.include({ available: '15' });
		expect(stderr).to.equal(`Ledger: ${path}, the usual one of n8n on this machine. Name another with --ledger.\n`);
	});

	it('two are named with what to type, and nothing is done', async () => {
		await grantCredits(join(home, IN_N8N), '12');
		await grantCredits(join(home, IN_NODE_RED), '7');
		const { code, stdout, stderr } = await command(['grant', '--credits', '3']);
		expect([code, stdout]).to.deep.equal([2, '']);
		expect(stderr)
			.to.include(`--ledger ${join(home, IN_N8N)} (n8n)`)
			.and.include(`--ledger ${join(home, IN_NODE_RED)} (Node-RED)`);
		const chosen = await command(['balance', '--ledger', join(home, IN_NODE_RED), '--json']);
		expect(JSON.parse(chosen.stdout)).to.deep.include({ available: '7' });
		expect(chosen.stderr).to.equal('');
	});

	it('the environment and --ledger win', async () => {
		await grantCredits(join(home, IN_N8N), '12');
		const other = join(home, 'other.db');
		await grantCredits(other, '5');
		const named = await command(['balance', '--json'], { LLM_CREDITS_LEDGER: other });
		expect([JSON.parse(named.stdout).available, named.stderr]).to.deep.equal(['5', '']);
	});

	it('none ends with 2, and says where it looked', async () => {
		const { code, stderr } = await command(['balance'], { N8N_USER_FOLDER: join(home, 'elsewhere') });
		expect(code).to.equal(2);
		expect(stderr)
			.to.include(join(home, 'elsewhere', IN_N8N))
			.and.include(join(home, IN_NODE_RED))
			.and.include('--ledger <file>');
	});

	it('restore puts nothing over a ledger that nobody named', async () => {
		await grantCredits(join(home, IN_N8N), '12');
		const { code, stderr } = await command(['restore', '--from', join(home, 'backup.db')]);
		expect(code).to.equal(2);
		expect(stderr).to.match(/No ledger is named/);
	});

	it('looks where N8N_USER_FOLDER, NODE_RED_HOME, the containers and the host that installed the command keep them', () => {
		const places = {
			userFolder: touch(home, 'n8n', IN_N8N),
			nodeRedHome: touch(home, 'red', 'llm-credits', 'ledger.db'),
			container: touch(home, 'container', IN_N8N),
			nodeRedContainer: touch(home, 'data', 'llm-credits', 'ledger.db'),
			installed: touch(home, 'custom', 'llm-credits', 'ledger.db'),
		};
		const found = (programFolder: string) =>
			findUsualLedgers({
				environment: { N8N_USER_FOLDER: join(home, 'n8n'), NODE_RED_HOME: join(home, 'red') },
				home: join(home, 'nobody'),
				programFolder,
				containerHomes: { n8n: join(home, 'container'), nodeRed: join(home, 'data') },
			}).found.map(({ path }) => path);
		expect(found(join(home, 'custom', 'node_modules', 'n8n-nodes-llm-credits', 'dist', 'lib'))).to.deep.equal([
			places.userFolder,
			places.nodeRedHome,
			places.installed,
			places.container,
			places.nodeRedContainer,
		]);
		expect(found(join(home, 'n8n', '.n8n', 'nodes', 'node_modules', 'n8n-nodes-llm-credits', 'dist'))).to.not.include(places.installed);
	});

	it('takes one file for one ledger, by whatever way it is reached', () => {
		const path = touch(home, IN_N8N);
		mkdirSync(join(home, 'link'));
		symlinkSync(join(home, '.n8n'), join(home, 'link', '.n8n'));
		const environment = { N8N_USER_FOLDER: join(home, 'link') };
		const { found } = findUsualLedgers({ environment, home, programFolder: home, containerHomes: NOWHERE });
		expect(found).to.deep.equal([{ host: 'n8n', path }]);
	});
});
