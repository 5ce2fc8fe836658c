/** Automatic calls at a time of two real processes on one ledger file, at one endpoint that takes 20 calls a second: they do not double it. */
import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { CampaignReport } from '../support/loads/automatic-worker';
import { start } from '../support/machine/child';
import { cleanEnvironment, outputRoot } from '../support/machine/repository';
import { grantCredits } from '../support/ledger/ledger-reader';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';

const PER_SECOND = 20;
const CALLS = 200;
const ANSWER = JSON.stringify({
	model: 'm',
	choices: [{ finish_reason: 'stop', message: { content: '{"message":"Hello"}' } }],
	usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
});
const REFUSAL = JSON.stringify({ error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' } });

describe('two processes at automatic calls at a time', function () {
	this.timeout(0);

	it('keep within the limit of their endpoint together, and each answers all of its items', async () => {
		let [second, taken, sent, refused] = [0, 0, 0, 0];
		const server = createServer((request, response) => {
			request.resume().on('end', () => {
				const now = Math.floor(performance.now() / 1000);
				if (now !== second) [second, taken] = [now, 0];
				sent += 1;
				const headers = { 'content-type': 'application/json', 'retry-after': '1' };
				if (taken >= PER_SECOND) {
					refused += 1;
					response.writeHead(429, headers).end(REFUSAL);
					return;
				}
				taken += 1;
				setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER), 100);
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`;
		const path = newLedgerPath();
		await grantCredits(path, '100000');
		const script = join(outputRoot(), 'test', 'support', 'loads', 'automatic-worker.js');
		const workers = ['one', 'two'].map((name) =>
			start(process.execPath, [script, path, url, name, String(CALLS)], { env: cleanEnvironment() }),
		);
		const ended = await Promise.all(workers.map(({ finished }) => finished));
		server.close();
		for (const { stdout, stderr } of ended) {
			expect(stderr).to.equal('');
			expect((JSON.parse(stdout) as CampaignReport).answered).to.equal(CALLS);
		}
		// Each by itself would be refused again and again: at 8 calls at a time they ask for eight times what is taken.
		expect(refused / sent, `${String(refused)} of ${String(sent)} were refused`).to.be.at.most(0.05);
	});
});
