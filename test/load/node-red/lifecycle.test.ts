/** The packed package in the real Node-RED: installation, deploys in the middle of a call, permissions. */
import { expect } from 'chai';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { run, until } from '../../support/machine/child';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { IS_ON_SERVER, newLedger, usualLedger } from '../../support/hosts/host-ledger';
import { grantCredits, proofOf, readBalance, readUsage } from '../../support/ledger/ledger-reader';
import { campaignFlow, people, seenWhen, sendPeople, whenLeft } from '../../support/hosts/node-red-flow';
import { packOnce } from '../../support/machine/pack';
import { cleanEnvironment } from '../../support/machine/repository';
import { temporaryFolder } from '../../support/machine/temporary-folder';
import { startNodeRed, type DeployType, type NodeRed } from '../../support/hosts/real-node-red';

const TYPES = ['llm-credits-action', 'llm-credits-balance', 'llm-credits-fallback-switch', 'llm-credits-ledger', 'llm-credits-provider'];

describe('Node-RED: the life of the nodes', function () {
	this.timeout(60_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let ledger: string;

	before(async () => {
		nodeRed = await startNodeRed();
	});
	beforeEach(async () => {
		provider = await startFakeOpenAi({ choose: () => ({ kind: 'answer', delayMs: 20 }) });
		ledger = await newLedger(nodeRed.userDir);
		await grantCredits(ledger, '100');
	});
	afterEach(() => provider.close());
	after(async () => {
		await nodeRed.stop();
		nodeRed.remove();
	});

	for (const type of ['full', 'nodes'] as const satisfies readonly DeployType[]) {
		it(`field lesson 22: ends calls under way at a ${type} deploy with an exact ledger, and goes on afterwards`, async () => {
			await provider.close();
			provider = await startFakeOpenAi({
				choose: ({ body }) => (JSON.stringify(body).includes('Person 1') ? { kind: 'hang' } : { kind: 'answer' }),
			});
			const flow = campaignFlow({ ledger, provider: provider.url, action: { concurrency: 2, keepResultsHours: 0 } });
			await nodeRed.deploy(flow);
			await sendPeople(nodeRed, people(4));
			const settled = async (): Promise<number> => (await readUsage(ledger, ['flow'])).reduce((sum, { calls }) => sum + calls, 0);
			await until(
				async () => (provider.stats().inFlight === 1 && provider.requests.length === 4 && (await settled()) === 3 ? true : null),
				{
					timeoutMs: 5_000,
					everyMs: 20,
					describe: () => `${JSON.stringify(provider.stats())}, where three calls should be paid and one under way`,
				},
			);
			const startedMs = Date.now();
			await nodeRed.deploy(
				flow.map((node) => (node.id === 'action' ? { ...node, prompt: 'Greet {{payload.name}}' } : node)),
				type,
			);
			expect(Date.now() - startedMs).to.be.lessThan(10_000);
			expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });

			await sendPeople(nodeRed, [{ id: 7, name: 'Seven' }]);
			const { left } = await seenWhen(nodeRed, (seen) => seen.left.some(({ id }) => id === 7));
			expect(left.at(-1)?.credits.reason).to.equal('answered');
			// Behind a deploy of this node alone the flow lives on, so nobody is lost.
			if (type === 'nodes')
				expect(left.map(({ id, credits }) => `${id} ${credits.reason}`)).to.deep.equal([
					'0 answered',
					'1 cancelled',
					'2 answered',
					'3 answered',
					'7 answered',
				]);
			const paid = (await readUsage(ledger, ['campaign'])).reduce((sum, { chargedMicro }) => sum + chargedMicro, 0n);
			const later = await readBalance(ledger, 24 * 3_600_000);
			expect(later.held).to.equal('0');
			expect(Number(later.available)).to.equal(100 - Number(paid) / 1_000_000);
		});
	}

	it('field lesson 22: lists models with their cost, tests a provider, shows a balance; to those who may', async () => {
		const guarded = await startNodeRed({ users: { reader: 'read', writer: '*' } });
		try {
			const anonymous = ['llm-credits/provider/provider/models', 'llm-credits/ledger/ledger/balance', 'llm-credits/provider/test'];
			for (const path of anonymous) {
				const method = path.endsWith('test') ? 'POST' : 'GET';
				expect((await guarded.request(path, { method, ...(method === 'POST' ? { body: {} } : {}) })).status, path).to.equal(401);
			}
			const as = async (user: string): Promise<{ headers: { authorization: string } }> => ({
				headers: { authorization: `Bearer ${await guarded.login(user)}` },
			});
			const [reader, writer] = [await as('reader'), await as('writer')];
			const flow = campaignFlow({ ledger, provider: provider.url });
			await guarded.deploy(flow, 'full', writer.headers);

			const models = await guarded.request('llm-credits/provider/provider/models', reader);
			expect(models.body).to.deep.include({
				models: [
					{
						id: 'gpt-4o-mini',
						label: 'gpt-4o-mini (quick, about 10 credits a message, most cost-efficient)',
						about: 'quick, about 10 credits a message, most cost-efficient',
						kind: 'quick',
						credits: '10',
						isMostCostEfficient: true,
					},
					{
						id: 'gpt-4.1-mini',
						label: 'gpt-4.1-mini (quick, no known price)',
						about: 'quick, no known price',
						kind: 'quick',
						credits: null,
						isMostCostEfficient: false,
					},
				],
			});
			expect((await guarded.request('llm-credits/ledger/ledger/balance', reader)).body).to.include({
				available: '100',
				account: 'default',
			});
			expect((await guarded.request('llm-credits/ledger/none/balance', reader)).body).to.deep.equal({
				message: 'Deploy to see the balance.',
			});

			const values = { service: 'custom', baseUrl: provider.url, apiKey: '__PWRD__', headerValue: '' };
			const test = async (who: typeof reader, changed: object): Promise<{ status: number; body: unknown }> =>
				guarded.request('llm-credits/provider/test', {
					...who,
					method: 'POST',
					body: { id: 'provider', values: { ...values, ...changed } },
				});
			expect((await test(reader, {})).status).to.equal(401);
			expect((await test(writer, {})).body).to.deep.include({ ok: true });
			const elsewhere = await startFakeOpenAi();
			expect((await test(writer, { baseUrl: elsewhere.url })).body).to.deep.include({ ok: false });
			expect(elsewhere.requests).to.have.length(0);
			expect((await test(writer, { baseUrl: elsewhere.url, apiKey: 'typed' })).body).to.deep.include({ ok: true });
			await elsewhere.close();
		} finally {
			await guarded.stop();
			guarded.remove();
		}
	});

	it('is installed by uploading the tarball, as a user does, and works without a restart', async function () {
		this.timeout(240_000);
		const userDir = mkdtempSync(join(tmpdir(), 'llmc-node-red-'));
		const usual = await usualLedger(userDir);
		const fresh = await startNodeRed({ userDir, isInstalled: false, env: usual.env });
		try {
			const tarball = await packOnce();
			const form = new FormData();
			form.append('tarball', new Blob([readFileSync(tarball)], { type: 'application/gzip' }), basename(tarball));
			const { status, body } = await fresh.request('nodes', { method: 'POST', body: form });
			expect(status, JSON.stringify(body) + fresh.output()).to.equal(200);
			const { nodes } = body as { nodes: { types: string[]; err?: string }[] };
			expect(nodes.flatMap(({ types }) => types).sort()).to.deep.equal(TYPES);
			expect(nodes.filter(({ err }) => err !== undefined)).to.deep.equal([]);

			await fresh.deploy(campaignFlow({ ledger: '', provider: provider.url }));
			await grantCredits(usual.ledger, '2');
			await sendPeople(fresh, people(3));
			const { left } = await whenLeft(fresh, 3);
			expect(left.map(({ credits }) => credits.reason)).to.deep.equal(['answered', 'answered', 'credits_exhausted']);

			// The command lies where the documents say, and finds the ledger of a user folder that is nowhere near the home.
			const command = join(userDir, 'node_modules', '.bin', 'llm-credits');
			const env = cleanEnvironment({ HOME: temporaryFolder(), ...usual.env });
			const { code, stdout, stderr } = await run(command, ['balance', '--json'], { env, timeoutMs: 30_000 });
			expect(code, stderr).to.equal(0);
			expect(JSON.parse(stdout)).to.deep.include({ available: '0' });
			if (!IS_ON_SERVER) expect(stderr).to.include(`${usual.ledger}, the usual one of Node-RED`);
		} finally {
			await fresh.stop();
			fresh.remove();
		}
	});
});
