/** n8n's rules about files are asked about exactly the file that will be opened, however its path is written, before anything is made. */
import { expect } from 'chai';
import type { ICredentialTestFunctions, ICredentialsDecrypted, IExecuteFunctions } from 'n8n-workflow';
import { mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeLedger, testLedger } from '../../../nodes/n8n/connections';
import { faultOf } from '../../support/machine/error-code';
import { temporaryFolder } from '../../support/machine/temporary-folder';

/** A context whose n8n allows files in one folder alone. */
function contextOf(credential: Readonly<Record<string, unknown>>, allowed: string): { ctx: IExecuteFunctions; asked: string[] } {
	const asked: string[] = [];
	const ctx = {
		getCredentials: () => Promise.resolve(credential),
		getWorkflow: () => ({ id: '1', name: 'Campaign', active: true }),
		helpers: {
			isFilePathBlocked: (path: string) => {
				asked.push(path);
				return !path.startsWith(`${allowed}/`);
			},
		},
	};
	return { ctx: ctx as unknown as IExecuteFunctions, asked };
}

describe("n8n's file rules", () => {
	const folder = realpathSync(temporaryFolder());
	const allowed = join(folder, 'allowed');
	const secret = join(folder, 'secret');
	mkdirSync(allowed);
	mkdirSync(secret);
	symlinkSync(secret, join(allowed, 'link'));
	const target = join(secret, 'x.db');

	for (const [what, credential, file] of [
		['a plain path', { path: target }, target],
		['a PostgreSQL URL of one blank', { path: target, postgresUrl: ' ' }, target],
		['a path with blanks around it', { path: `  ${target} ` }, target],
		['a folder that does not exist yet', { path: join(secret, 'new', 'deep', 'x.db') }, join(secret, 'new', 'deep', 'x.db')],
		['a link inside the allowed folder', { path: join(allowed, 'link', 'x.db') }, target],
		['a way up', { path: `${allowed}/../secret/x.db` }, target],
	] as const) {
		it(`hold for ${what}, the first time and the second`, async () => {
			for (const round of [1, 2]) {
				const { ctx, asked } = contextOf(credential, allowed);
				const { code, message } = await faultOf(nodeLedger(ctx).open());
				expect(code, `round ${String(round)}: ${message}`).to.equal('invalid_path');
				expect(asked).to.deep.equal([file]);
				expect(readdirSync(secret), 'something was made').to.deep.equal([]);
			}
		});

		it(`are not passed by the Test button with ${what}`, async () => {
			const tested = await testLedger.call({} as ICredentialTestFunctions, { data: credential } as unknown as ICredentialsDecrypted);
			expect(tested).to.deep.include({ status: 'OK' });
			expect(tested.message).to.include(`opens ${file} when it runs`);
			expect(readdirSync(secret), 'something was made').to.deep.equal([]);
		});
	}

	it('let a ledger be made where files are allowed', async () => {
		const { ctx } = contextOf({ path: join(allowed, 'new', 'x.db') }, allowed);
		const ledger = nodeLedger(ctx);
		expect((await ledger.open()).accountId).to.equal('default');
		await ledger.release();
	});

	for (const parameter of ['sslrootcert', 'sslcert', 'sslkey']) {
		const url = (file: string): string => `postgres://127.0.0.1:9/shop?${parameter}=${file}`;
		const opening = async (postgresUrl: string): Promise<string> => {
			const { code, message } = await faultOf(nodeLedger(contextOf({ postgresUrl }, allowed).ctx).open());
			return `${code}: ${message}`;
		};

		it(`hold for ${parameter} in a PostgreSQL URL, and do not tell whether a file exists`, async () => {
			writeFileSync(join(folder, 'there.pem'), 'x');
			const there = await opening(url(join(folder, 'there.pem')));
			expect(there).to.match(/^invalid_path: The PostgreSQL URL names a certificate or a key in a file/);
			for (const file of [
				join(folder, 'missing.pem'),
				folder,
				'/etc/hosts',
				`${allowed}/../there.pem`,
				`${allowed}/%2e%2e/there.pem`,
				'there.pem',
				`%20${allowed}/x.pem`,
				`${allowed}/x.pem&${parameter}=${join(folder, 'there.pem')}`,
			])
				expect(await opening(url(file)), file).to.equal(there);
		});

		it(`let ${parameter} be read where files are allowed`, async () => {
			writeFileSync(join(allowed, 'there.pem'), 'no certificate');
			expect(await opening(url(join(allowed, 'there.pem')))).to.match(/^ledger_unavailable: /);
		});

		it(`are not passed by the Test button with ${parameter}`, async () => {
			for (const file of [join(folder, 'there.pem'), join(folder, 'missing.pem')]) {
				const data = { postgresUrl: url(file) };
				const tested = await testLedger.call({} as ICredentialTestFunctions, { data } as unknown as ICredentialsDecrypted);
				expect(tested.status).to.equal('OK');
				expect(tested.message).to.match(/^The address is well-formed\. It names files of this machine/);
			}
		});
	}
});
