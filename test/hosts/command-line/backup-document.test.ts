/** The commands of docs/backup.md, run in their order in one folder. */
import { expect } from 'chai';
import Database from 'better-sqlite3';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from '../../support/command-line/command-line';
import { repositoryRoot } from '../../support/machine/repository';

const read = (...names: string[]): string => readFileSync(join(repositoryRoot(), ...names), 'utf8');

describe('docs/backup.md', function () {
	this.timeout(120_000);

	it('has commands that do what it says', async () => {
		const cli = new CommandLine();
		mkdirSync(join(cli.folder, 'backups'));
		await cli.text('grant', '--ledger', 'ledger.db', '--credits', '1000');
		const old = new Database(join(cli.folder, 'old.db'));
		old.exec(read('test', 'fixtures', 'ledger-schema-7.sqlite.sql'));
		old.close();
		chmodSync(join(cli.folder, 'old.db'), 0o600);

		const blocks = [...read('docs', 'backup.md').matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block.trim().split('\n'));
		const said: string[] = [];
		for (const line of blocks.flat()) {
			const [program, ...words] = line.split(' ');
			expect(program).to.equal('llm-credits');
			said.push(await cli.text(...words));
		}
		expect(said).to.have.length(7);
		const [backedUp, restored, verified, looked, migrated, again, back] = said;
		expect(backedUp).to.match(/^The backup is right/);
		expect(restored).to.match(/^The backup is restored.*\n.* is kept as .*ledger\.db\.replaced\./);
		expect(verified).to.match(/^The ledger is right/);
		expect(looked).to.match(/Available/);
		expect(migrated).to.match(/from schema 7 to 8\. As it was, it is kept as .*old\.db\.schema-7\./);
		expect(again).to.match(/nothing was changed/);
		expect(back).to.match(/^The backup is restored/);
		expect(['ledger.db.replaced', 'old.db.schema-7', 'old.db.replaced'].every((name) => existsSync(join(cli.folder, name)))).to.equal(true);
	});
});
