/** The command that backs up a ledger on a server can be pasted into a shell, and never holds a password. */
import { expect } from 'chai';
import { dumpCommand } from '../../../lib/runtime/dump-command';

describe('dumpCommand', () => {
	const cases: readonly (readonly [address: string, to: string, command: string])[] = [
		[
			'postgres://db.example/credits',
			'a.dump',
			'pg_dump --format=custom --schema=llm_credits --file=a.dump --host=db.example --dbname=dbname=credits',
		],
		[
			'postgresql://o%27hara:p%23w@[::1]:5433/my%20credits?password=other&application_name=x',
			"it's.dump",
			"pg_dump --format=custom --schema=llm_credits --file='it'\\''s.dump' --host='::1' --port=5433 --username='o'\\''hara' --dbname='dbname='\\''my credits'\\'''",
		],
		[
			'postgres:///credits?host=/var/run/postgresql&schema=shop',
			'/tmp/a b',
			"pg_dump --format=custom --schema=shop --file='/tmp/a b' --dbname='dbname=credits host=/var/run/postgresql'",
		],
	];
	for (const [address, to, command] of cases) {
		it(`for ${address}`, () => {
			expect(dumpCommand(address, { to })).to.equal(command);
		});
	}
});
