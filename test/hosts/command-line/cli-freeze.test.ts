/** Freezing an account and thawing it from the command line, as processes. */
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from '../../support/command-line/command-line';
import { temporaryFolder } from '../../support/machine/temporary-folder';

const KEY = 'a key of an administrator';

describe('command line: freeze and thaw', function () {
	// Each command is a process, and a busy machine starts them slowly.
	this.timeout(120_000);
	let cli: CommandLine;
	beforeEach(async () => {
		cli = new CommandLine();
		await cli.withAccount(async (account) => {
			await account.open({ timeZone: 'Europe/Berlin' });
			await account.grant({ credits: 100_000_000n, category: 'purchased', expiry: null, key: 'credits' });
		});
	});

	it('stops all spending, says so wherever the account is shown, and lets it go on', async () => {
		const frozen = await cli.document(['freeze', '--reason', ' Too fast ']);
		expect(frozen).to.deep.include({ replayed: false });
		expect(frozen['account'].frozen).to.deep.include({ reason: 'Too fast' });
		expect(await cli.call({ key: 'a', amount: 1 }, { key: 'b', amount: 0 })).to.deep.equal(['account_frozen', 'account_frozen']);
		expect(await cli.text('freeze', '--reason', 'Again')).to.match(/^Account default was frozen already; nothing was changed now\./);
		expect(await cli.text('balance')).to.match(
			/Nothing can be spent: the account is frozen \(Too fast\); .*"llm-credits thaw" lets it go on\./,
		);
		expect((await cli.document(['balance']))['frozen']).to.deep.include({ reason: 'Too fast' });
		expect(await cli.text('account', 'show')).to.match(/Frozen +since .*: Too fast\n/);
		await cli.document(['grant', '--credits', '5']);
		expect((await cli.document(['thaw']))['account'].frozen).to.equal(null);
		expect(await cli.text('thaw')).to.equal('Account default is not frozen; nothing was changed.\n');
		expect(await cli.document(['balance']))
			.to.deep.include({ available: '105' })
			.and.not.to.have.property('frozen');
		expect((await cli.call({ key: 'a', amount: 1 }))[0]).to.match(/^h\d+$/);
	});

	it('does nothing twice under one key', async () => {
		await cli.document(['freeze', '--key', 'k']);
		await cli.document(['thaw']);
		const again = await cli.document(['freeze', '--key', 'k']);
		expect(again).to.deep.include({ replayed: true });
		expect(again['account'].frozen).to.equal(null);
		expect(await cli.text('freeze', '--key', 'k')).to.match(/already done under the same key, and account default was thawed since/);
	});

	it('freezes without the admin key, and thaws with it alone', async () => {
		const file = join(temporaryFolder(), 'admin.key');
		writeFileSync(file, `${KEY}\n`, { mode: 0o600 });
		await cli.document(['admin-key', 'set', '--new-key-file', file]);
		await cli.document(['freeze']);
		await cli.failure(['thaw'], { code: 1, says: /admin key/ });
		expect((await cli.document(['thaw', '--admin-key-file', file]))['account'].frozen).to.equal(null);
	});

	it('ends with 2 for wrong use, and 3 where there is no ledger', async () => {
		await cli.failure(['freeze', '--key', ' '], { code: 2, says: /--key is empty/ });
		await cli.failure(['freeze', '--reason', 'x'.repeat(201)], { code: 1, says: /201 characters; give at most 200/ });
		await cli.failure(['thaw', '--ledger', join(temporaryFolder(), 'none.db')], { code: 3, says: /none\.db/ });
	});

	it('says what becomes of unconfirmed calls, and changes it', async () => {
		expect((await cli.document(['account', 'show']))['account']).to.deep.include({ unconfirmed: 'charge' });
		const changed = await cli.document(['account', 'set', '--unconfirmed', 'release']);
		expect(changed).to.deep.include({ changed: ['unconfirmed'] });
		expect(await cli.text('account', 'show')).to.match(/Unknown bills +given back\n/);
		const opened = await cli.document(['account', 'open', '--account', 'shop', '--unconfirmed', 'release']);
		expect(opened['account'].unconfirmed).to.equal('release');
		await cli.failure(['account', 'set', '--unconfirmed', 'never'], { code: 2, says: /--unconfirmed is "never".*charge/ });
	});
});
