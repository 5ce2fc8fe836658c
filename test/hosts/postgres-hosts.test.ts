/** A ledger on a PostgreSQL server as the hosts and the command line reach it: by its address, shared, and without ever showing the password. */
import { expect } from 'chai';
import { LEDGER_PARAMS } from '../../lib/params/connection';
import { leaseLedger, type LedgerSettings } from '../../lib/runtime/runtime';
import type { Finished } from '../support/machine/child';
import { take } from '../support/command-line/command-line';
import { runWarm } from '../support/command-line/warm-commands';
import { faultOf } from '../support/machine/error-code';
import { credits } from '../support/ledger/ledger-commands';
import { newLedgerUrl } from '../support/postgres/postgres';
import { runSql } from '../support/postgres/postgres-server';
import { cleanEnvironment } from '../support/machine/repository';
import { temporaryFolder } from '../support/machine/temporary-folder';

const PASSWORD = /not-a-secret/;

describe('a PostgreSQL ledger in the hosts', function () {
	this.timeout(30_000);
	let url: string;
	beforeEach(async () => {
		url = await newLedgerUrl();
	});

	const lease = (settings: Partial<LedgerSettings>, environment = {}) =>
		leaseLedger({ path: '', account: 'default', timeZone: 'UTC', ...settings }, temporaryFolder(), environment);
	const finish = async (args: readonly string[]): Promise<Finished> => {
		const finished = await runWarm(
			{ args: [...args, '--json'], cwd: temporaryFolder(), env: cleanEnvironment({ LLM_CREDITS_LEDGER: url, TZ: 'UTC' }) },
			20_000,
		);
		expect(finished.stdout + finished.stderr).to.not.match(PASSWORD);
		return finished;
	};
	const llmCredits = async (...args: string[]) => {
		const { code, stdout, stderr } = await finish(args);
		expect(code, stderr).to.equal(0);
		return JSON.parse(stdout) as Record<string, unknown>;
	};

	it('is one connection setting, kept as a secret', () => {
		expect(LEDGER_PARAMS.find(({ name }) => name === 'postgresUrl')).to.deep.include({ kind: 'secret', label: 'PostgreSQL URL' });
	});

	it('is opened once for all nodes of a process, and named without its password', async () => {
		const [first, second] = await Promise.all([
			lease({ postgresUrl: url, path: '/not/used' }),
			lease({ postgresUrl: ` ${url} `, account: 'other' }),
		]);
		expect(first.store).to.equal(second.store);
		expect(first.ledger.location)
			.to.match(/^postgres:\/\/ledger@127\.0\.0\.1:\d+\/postgres\?schema=/)
			.and.not.match(PASSWORD);
		await first.ledger.grant({ credits: credits(5), category: 'purchased', expiry: null, key: 'k' });
		expect((await first.ledger.balance()).availableMicro).to.equal(credits(5));
		expect((await second.ledger.balance()).availableMicro).to.equal(0n);
		await Promise.all([first.release(), second.release()]);
		await first.store.close();
	});

	it('is what LLM_CREDITS_LEDGER names, for hosts whose connection names none and for the command line', async () => {
		const leased = await lease({}, { LLM_CREDITS_LEDGER: url });
		expect(leased.ledger.location)
			.to.match(/^postgres:/)
			.and.not.match(PASSWORD);
		await leased.ledger.grant({ credits: credits(7), category: 'purchased', expiry: null, key: 'k' });
		await leased.release();
		expect(await llmCredits('balance')).to.have.property('available', '7');
	});

	it('is refused as a file when it has a password, which would be exported with the flow', async () => {
		const fault = await faultOf(lease({ path: url }));
		expect(fault.code).to.equal('invalid_path');
		expect(fault.message)
			.to.match(/PostgreSQL URL/)
			.and.not.match(PASSWORD);
	});

	it('is not made by a command that only reads, which ends with 3 and says how to make one', async () => {
		const schema = new URL(url).searchParams.get('schema') ?? '';
		const found = () => runSql(url, `SELECT nspname FROM pg_namespace WHERE nspname = '${schema}'`);
		for (const args of [['balance'], ['verify'], ['account', 'list'], ['account', 'set', '--name', 'x']]) {
			const { code, stderr } = await finish(args);
			expect(stderr).to.match(/There is no ledger at postgres:.*account open/);
			expect(code).to.equal(3);
		}
		expect(await found()).to.deep.equal([]);
		await runSql(url, `CREATE SCHEMA ${schema}`);
		expect(await finish(['balance'])).to.deep.include({ code: 3 });
		await llmCredits('grant', '--credits', '1');
		expect(await llmCredits('balance')).to.have.property('available', '1');
	});

	it('is used by every kind of command', async () => {
		await llmCredits('account', 'open', '--name', 'Shop');
		await llmCredits('grant', '--credits', '12');
		await llmCredits('purchase', '--packs', '1');
		expect(await llmCredits('balance')).to.have.nested.property('available');
		await llmCredits('budget', 'set', '--name', 'all', '--scope', 'account', '--period', 'total', '--credits', '50');
		await llmCredits('floor', 'set', '--name', 'vips', '--label', 'segment', '--exempt', 'vip', '--credits', '5');
		const leased = await lease({ postgresUrl: url });
		const held = await take(leased.ledger, { key: 'call', amount: 10, cost: 8, labels: { segment: 'vip' } });
		await leased.release();
		expect(await llmCredits('budget', 'list')).to.have.nested.property('budgets[0].counters[0].used', '8');
		expect(await llmCredits('holds')).to.have.nested.property('holds[0].cost', '8');
		expect(await llmCredits('refund', '--hold', held)).to.have.property('available', '100012');
		expect(await llmCredits('floor', 'list')).to.have.nested.property('floors[0].credits', '5');
		expect(await llmCredits('mode', 'shadow')).to.have.property('mode', 'shadow');
		expect(await llmCredits('void', '--grant', 'g2')).to.have.property('available', '100000');
		expect(await llmCredits('verify')).to.have.property('ok', true);
		expect(JSON.stringify(await llmCredits('usage'))).to.be.a('string');
	});
});
