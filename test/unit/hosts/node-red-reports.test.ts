/** A Node-RED whose log, status or ways on fail: no answer that was paid for is lost, and nothing says it was not paid. */
import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeMessageInFlow } from 'node-red';
import { ActionNode } from '../../../nodes/node-red/behaviour/action-node';
import { BalanceNode } from '../../../nodes/node-red/behaviour/balance-node';
import { SwitchNode } from '../../../nodes/node-red/behaviour/switch-node';
import { accountOf, openLedgerStore } from '../../../lib/runtime/runtime';
import { until } from '../../support/machine/child';
import { fakeHost, REPORTS, type FakeHost, type FakeHostOptions } from '../../support/failures/fake-node-red';
import { ACTION } from '../../support/hosts/node-red-flow';
import { grantCredits, proofOf, readBalance } from '../../support/ledger/ledger-reader';
import { temporaryFolder } from '../../support/machine/temporary-folder';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';

const CONFIG = { ...ACTION, ledger: 'ledger', provider: 'provider', wires: [['next'], ['next']] };

describe('Node-RED: a host that fails where a node reports', () => {
	let provider: FakeOpenAi;
	let folder: string;
	let ledger: string;
	const rejections: unknown[] = [];
	const note = (reason: unknown): void => void rejections.push(reason);

	beforeEach(async () => {
		provider = await startFakeOpenAi();
		folder = temporaryFolder();
		ledger = join(folder, 'ledger.db');
		await grantCredits(ledger, '10');
		process.prependListener('unhandledRejection', note);
	});
	afterEach(async () => {
		process.off('unhandledRejection', note);
		await provider.close();
		expect(rejections.splice(0), 'Node-RED would have ended').to.deep.equal([]);
	});

	const hostOf = (more: Partial<FakeHostOptions> = {}): FakeHost => fakeHost({ ledger, provider: provider.url, userDir: folder, ...more });
	const message = (id: number): NodeMessageInFlow => ({
		_msgid: `m${String(id)}`,
		payload: { id, name: `Person ${String(id)}`, segment: 'a' },
	});
	const ended = async (host: FakeHost, count: number): Promise<void> => {
		await until(() => Promise.resolve(host.done.length >= count ? true : null), {
			timeoutMs: 10_000,
			everyMs: 5,
			describe: () => JSON.stringify([host.sent, host.done.map(String), host.lines]),
		});
	};
	const spent = async (): Promise<string> => (await readBalance(ledger)).available;

	for (const throwing of [...REPORTS.map((report) => [report]), REPORTS])
		it(`${throwing.join(', ')} throwing: three answers leave in order, and are paid once`, async () => {
			const host = hostOf({ throwing });
			const action = new ActionNode(host.RED, host.node, { ...CONFIG, outputField: 'payload.name.no.object' });
			for (const id of [0, 1, 2]) action.accept(message(id), host.way);
			await ended(host, 3);
			await action.close();
			expect(host.sent.map(({ output, msg }) => [output, (msg.payload as { id: number }).id])).to.deep.equal([
				[0, 0],
				[0, 1],
				[0, 2],
			]);
			for (const { msg } of host.sent) {
				expect(msg['llm'], 'put where there is room').to.have.property('message');
				expect(msg['llmCredits']).to.deep.include({ source: 'model', credits: '1' });
			}
			expect(host.done, 'nothing says that one of them failed').to.deep.equal([null, null, null]);
			expect(await spent()).to.equal('7');
			expect(await proofOf(ledger)).to.deep.include({ ok: true });
		});

	it('a message that cannot be sent on says that it is paid for, and carries its answer to the Catch nodes', async () => {
		const host = hostOf({ throwing: ['send', 'status', 'warn', 'done'], sends: 1 });
		const action = new ActionNode(host.RED, host.node, CONFIG);
		const messages = [message(0), message(1)];
		for (const msg of messages) action.accept(msg, host.way);
		await ended(host, 2);
		await action.close();
		expect(host.sent).to.have.length(1);
		expect(host.done[0]).to.equal(null);
		expect(host.done[1]?.message).to.match(
			/^The answer is paid for \(1 credits, h\d+\) and in the message, which could not be sent on: send is broken$/,
		);
		expect(messages[1]).to.have.nested.property('llm.message');
		expect(await spent()).to.equal('8');
	});

	it('a message that takes no answer leaves as a copy with it, and one whose parts cannot be read leaves', async () => {
		const host = hostOf();
		const action = new ActionNode(host.RED, host.node, CONFIG);
		const strange = message(1);
		Object.defineProperty(strange, 'parts', {
			get: () => {
				throw new Error('no parts');
			},
		});
		action.accept(Object.freeze(message(0)), host.way);
		action.accept(strange, host.way);
		await ended(host, 2);
		await action.close();
		expect(host.done).to.deep.equal([null, null]);
		expect(host.sent.map(({ output, msg }) => [output, (msg['llmCredits'] as { credits: string }).credits])).to.deep.equal([
			[0, '1'],
			[1, '0'],
		]);
		expect(host.sent[0]?.msg._msgid).to.equal('m0');
		expect(await spent()).to.equal('9');
	});

	it('an output field that cannot be read puts the answer where it can be found', async () => {
		const host = hostOf();
		const action = new ActionNode(host.RED, host.node, { ...CONFIG, outputField: 'a..b' });
		action.accept(message(0), host.way);
		await ended(host, 1);
		await action.close();
		expect([host.sent[0]?.msg['llmCredits'], host.sent[0]?.msg['llm']]).to.have.nested.property('[1].message');
		expect(host.lines.join('\n')).to.match(/The answer could not be put in msg\.a\.\.b/);
	});

	it('a context store that fails costs no credits, and the message leaves with its fallback', async () => {
		const host = hostOf({ throwing: ['status'] });
		const action = new ActionNode(host.RED, host.node, { ...CONFIG, prompt: 'x', promptType: 'flow' });
		action.accept(message(0), host.way);
		await ended(host, 1);
		await action.close();
		expect(host.sent[0]).to.have.property('output', 1);
		expect(host.sent[0]?.msg['llmCredits']).to.deep.include({ source: 'fallback', reason: 'invalid_item', credits: '0' });
		expect(await spent()).to.equal('10');
	});

	it('a log that fails does not make a ledger unusable that is back', async () => {
		const host = hostOf({ throwing: ['log', 'error', 'status', 'warn'], ledger: join(folder, 'later', 'ledger.db') });
		const broken = join(folder, 'later');
		writeFileSync(broken, 'a file where a folder belongs');
		const action = new ActionNode(host.RED, host.node, CONFIG);
		action.accept(message(0), host.way);
		await ended(host, 1);
		rmSync(broken);
		await grantCredits(join(broken, 'ledger.db'), '5');
		const left = async (): Promise<true | null> => {
			const before = host.done.length;
			action.accept(message(1), host.way);
			await ended(host, before + 1);
			return (host.sent.at(-1)?.msg['llmCredits'] as { source: string }).source === 'model' ? true : null;
		};
		await until(left, { timeoutMs: 10_000, everyMs: 50, describe: () => JSON.stringify(host.sent.at(-1)) });
		await action.close();
	});

	it('says in the log once what a model does not take', async () => {
		provider.say(({ body }) =>
			JSON.stringify(body).includes('temperature')
				? { kind: 'status', code: 400, body: { error: { message: 'Unsupported parameter: temperature', param: 'temperature' } } }
				: { kind: 'answer' },
		);
		const host = hostOf();
		const action = new ActionNode(host.RED, host.node, { ...CONFIG, temperature: '0.5' });
		for (const id of [0, 1, 2]) action.accept(message(id), host.way);
		await ended(host, 3);
		action.accept(message(3), host.way);
		await ended(host, 4);
		await action.close();
		expect(host.lines.filter((line) => line.includes('Temperature'))).to.deep.equal([
			'gpt-4o-mini does not take Temperature, so it is left out.',
		]);
	});

	it('Fallback Switch: what cannot be sent fails its message, and no other', async () => {
		const rules = [{ output: 'Model', source: 'model', reason: 'any' }];
		for (const mode of ['source', 'state']) {
			const host = hostOf({ throwing: ['send', 'status', 'log', 'error', 'warn'], sends: 1 });
			const states = [{ output: 'Low', state: 'low' }];
			const node = new SwitchNode(host.RED, host.node, { mode, rules, states, ledger: 'ledger' });
			for (const id of [0, 1]) node.accept(message(id), host.way);
			await ended(host, 2);
			await node.close();
			expect(host.sent, mode).to.have.length(1);
			expect(host.done.map((error) => error?.message ?? null)).to.deep.equal([null, 'send is broken']);
		}
	});

	it('Credit Balance: a status that fails does not take back what was granted, and what has no place is not granted', async () => {
		const host = hostOf({ throwing: ['status', 'log'] });
		const config = { ledger: 'ledger', operation: 'grant', credits: '5', creditsType: 'str', category: 'purchased', expiry: 'never' };
		const node = new BalanceNode(host.RED, host.node, { ...config, outputField: 'payload.grant' });
		node.accept(message(0), host.way);
		await ended(host, 1);
		await node.close();
		expect(host.done).to.deep.equal([null]);
		expect(host.sent[0]?.msg.payload).to.have.nested.property('grant.available', '15');
		for (const field of ['payload.name.x', 'a..b']) {
			const refusing = hostOf();
			const other = new BalanceNode(refusing.RED, refusing.node, { ...config, outputField: field });
			const msg = message(0);
			other.accept(msg, refusing.way);
			await ended(refusing, 1);
			await other.close();
			expect(refusing.done[0]?.message).to.match(/a part of it is no object in this message\. Nothing was done\./);
			expect(msg.payload).to.deep.equal(message(0).payload);
		}
		expect((await readBalance(ledger)).available).to.equal('15');
	});

	it('shows that nothing can be spent on a trial plan, or while the account is frozen, whatever is there', async () => {
		const store = await openLedgerStore(ledger);
		const account = accountOf(store, 'default');
		const shown = async (): Promise<string> => {
			const host = hostOf();
			const node = new ActionNode(host.RED, host.node, CONFIG);
			const text = await until(() => Promise.resolve(host.statuses.at(-1) ?? null), {
				timeoutMs: 10_000,
				everyMs: 5,
				describe: () => JSON.stringify(host.statuses),
			});
			await node.close();
			return text;
		};
		expect(await shown()).to.equal('10 credits left');
		await account.setFrozen({ reason: 'a loop', key: 'f' });
		expect(await shown()).to.equal('nothing can be spent: account frozen');
		await account.setFrozen({ reason: null, key: 't' });
		await account.changeAccount({ key: 'p', plan: 'trial' });
		expect(await shown()).to.equal('nothing can be spent: trial plan');
		const host = hostOf();
		const balance = new BalanceNode(host.RED, host.node, { ledger: 'ledger', operation: 'balance', outputField: 'payload' });
		balance.accept(message(0), host.way);
		await ended(host, 1);
		await balance.close();
		expect(host.sent[0]?.msg.payload).to.deep.include({ available: '10', spendable: '0', blocked: 'plan_not_eligible' });
		await store.close();
	});
});
