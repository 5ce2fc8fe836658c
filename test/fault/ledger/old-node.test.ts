/** Real Nodes that the database driver would end: the command line, the library and a node's ledger say what to do instead. */
import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { assertNodeFits } from '../../../lib/ledger/sqlite/file/node-version';
import { isCreditError } from '../../../lib/core/values/errors';
import { run, type Finished } from '../../support/machine/child';
import { oldNode } from '../../support/machine/old-node';
import { cleanEnvironment, repositoryRoot } from '../../support/machine/repository';
import { temporaryFolder } from '../../support/machine/temporary-folder';

const DIST = join(repositoryRoot(), 'dist');
const CLI = join(DIST, 'lib', 'cli', 'llm-credits.js');
const TOO_OLD = ['20.19.5', '22.9.0', '22.13.1'];
const YOUNG_ENOUGH = ['22.14.0'];

/** A lease as both hosts take it, and an action whose ledger it is. Prints the fault's code and words. */
const LEASE = `
	const { leaseLedger } = require(${JSON.stringify(join(DIST, 'lib', 'runtime', 'runtime.js'))});
	leaseLedger({ path: process.argv[1], account: 'default', timeZone: 'UTC' }, '.', {}).then(
		async ({ ledger, release }) => { console.log('opened', (await ledger.balance()).account.id); await release(); process.exit(0); },
		(error) => { console.log(error.code, error.message); },
	);`;

async function withNode(version: string, args: readonly string[]): Promise<Finished> {
	return run(await oldNode(version), args, { env: cleanEnvironment(), timeoutMs: 30_000 });
}

describe('an old Node', function () {
	this.timeout(330_000);

	for (const version of TOO_OLD) {
		it(`${version} is told what to do by the command line, and ends as it should`, async () => {
			const path = join(temporaryFolder(), 'ledger.db');
			const { code, stdout } = await withNode(version, [CLI, 'grant', '--credits', '5', '--ledger', path, '--json']);
			expect(code, 'the exit code').to.equal(3);
			const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
			expect(error.code).to.equal('ledger_unavailable');
			expect(error.message).to.include(`Node ${version}`).and.include('22.14');
			expect(existsSync(path), 'a file was made').to.equal(false);
		});

		it(`${version} goes on in a host, whose ledger is named as unavailable`, async () => {
			const path = join(temporaryFolder(), 'ledger.db');
			const { code, stdout } = await withNode(version, ['-e', LEASE, path]);
			expect(code, 'the exit code').to.equal(0);
			expect(stdout)
				.to.match(/^ledger_unavailable /)
				.and.include(`Node ${version}`);
		});
	}

	for (const version of YOUNG_ENOUGH) {
		it(`${version} opens ledger files`, async () => {
			const path = join(temporaryFolder(), 'ledger.db');
			const { code, stdout, stderr } = await withNode(version, ['-e', LEASE, path]);
			expect(code, stderr).to.equal(0);
			expect(stdout).to.equal('opened default\n');
		});
	}

	it('is known by its Node-API, whatever its number', () => {
		const refusal = (versions: { node: string; napi?: string }): string | null => {
			try {
				assertNodeFits(versions);
				return null;
			} catch (error) {
				if (!isCreditError(error)) throw error;
				return error.code;
			}
		};
		expect(refusal({ node: '23.5.0', napi: '9' })).to.equal('ledger_unavailable');
		expect(refusal({ node: '23.6.0', napi: '10' })).to.equal(null);
		expect(refusal({ node: '24.0.0', napi: '11' })).to.equal(null);
		expect(refusal({ node: '12.0.0' })).to.equal('ledger_unavailable');
	});
});
