/** An n8n whose interface has less, or fails where a node reports: no answer that was paid for is lost, and nothing says it was not paid. */
import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INodeExecutionData } from 'n8n-workflow';
import { isFileAllowed, isToolRun } from '../../../nodes/n8n/host-interface';
import { runLlmAction } from '../../../nodes/n8n/LlmAction/run';
import { makeContext, type ContextOptions, type MadeContext } from '../../support/hosts/n8n-context';
import { grantCredits, proofOf, readBalance } from '../../support/ledger/ledger-reader';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';

const MODEL = 'campaign-model';

describe('n8n: a host interface with less', () => {
	let folder: string;
	let provider: FakeOpenAi;

	before(async () => {
		provider = await startFakeOpenAi({});
		folder = mkdtempSync(join(tmpdir(), 'llm-credits-host-'));
	});
	after(async () => {
		await provider.close();
		rmSync(folder, { recursive: true, force: true });
	});

	let ledgers = 0;
	/** A ledger with 10 credits, and a context for LLM Action that spends from it, one credit a call. */
	async function makeAction(options: Partial<ContextOptions> = {}): Promise<MadeContext & { readonly ledger: string }> {
		ledgers += 1;
		const ledger = join(folder, `ledger-${String(ledgers)}`, 'ledger.db');
		await grantCredits(ledger, '10');
		const made = makeContext({
			items: Array.from({ length: 4 }, (_, id) => ({ id })),
			...options,
			parameters: {
				model: MODEL,
				prompt: 'Write',
				attributes: { values: [{ name: 'message', type: 'text', description: '', details: '', fallback: 'News' }] },
				'options.reservation': 'fixed',
				'options.reservationCredits': '1',
				...options.parameters,
			},
			credentials: {
				llmCreditsLedgerApi: { path: ledger, account: 'default', timeZone: 'UTC' },
				llmCreditsProviderApi: { service: 'custom', baseUrl: provider.url, apiKey: 'sk', pricing: 'own', prices: `${MODEL}, 0.60, 2.00` },
				...options.credentials,
			},
		});
		return { ...made, ledger };
	}

	const sources = (items: readonly INodeExecutionData[] | undefined): unknown[] =>
		(items ?? []).map(({ json }) => (json['llmCredits'] as { source: string }).source);

	for (const optional of ['missing', 'throwing'] as const) {
		for (const onError of ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const) {
			it(`every optional part ${optional}, on error ${onError}: all four answers leave, and are paid once`, async () => {
				const { ctx, ledger } = await makeAction({ optional, onError });
				const [answered, fallen] = await runLlmAction(ctx);
				expect(sources(answered)).to.deep.equal(Array(4).fill('model'));
				expect(fallen).to.deep.equal([]);
				expect((await readBalance(ledger)).available).to.equal('6');
				expect(await proofOf(ledger)).to.deep.include({ ok: true });
			});
		}
	}

	it('writes to the log what it could not report', async () => {
		const { ctx, warnings } = await makeAction({ optional: 'throwing' });
		await runLlmAction(ctx);
		expect(warnings).to.include('LLM Credits could not report to the editor: not in this n8n');
	});

	it('says once in a run what a model does not take, whichever of its items met it', async () => {
		provider.say(({ body }) =>
			JSON.stringify(body).includes('temperature')
				? { kind: 'status', code: 400, body: { error: { message: 'Unsupported parameter: temperature', param: 'temperature' } } }
				: { kind: 'answer' },
		);
		const parameters = { 'options.temperature': '0.5', 'options.concurrency': 4 };
		for (const run of ['the first run', 'another, which has learnt it before']) {
			const { ctx, hints } = await makeAction({ parameters });
			const [answered] = await runLlmAction(ctx);
			expect(sources(answered), run).to.deep.equal(Array(4).fill('model'));
			const told = hints.filter(({ message }) => message.includes('Temperature'));
			expect(
				told.map(({ message, type }) => [message, type]),
				run,
			).to.deep.equal([[`Asked another way than set: ${MODEL} does not take Temperature, so it is left out.`, 'info']]);
		}
		provider.say(() => ({ kind: 'answer' }));
	});

	it('rule 46: warns of a clock that was wrong, with the time until which the account stands still, and only then', async () => {
		const { ctx, hints, ledger } = await makeAction();
		await runLlmAction(ctx);
		expect(hints.map(({ message }) => message)).to.deep.equal(['4 items: 4 by the model. 4 credits ($0.0004), 6 left.']);
		await grantCredits(ledger, '10', 'by a clock that is ahead', 2 * 86_400_000);
		const again = await makeAction({ credentials: { llmCreditsLedgerApi: { path: ledger, account: 'default', timeZone: 'UTC' } } });
		const [answered] = await runLlmAction(again.ctx);
		expect(sources(answered)).to.deep.equal(Array(4).fill('model'));
		expect(again.hints.map(({ type }) => type)).to.deep.equal(['info', 'warning']);
		expect(again.hints[1]?.message).to.match(/^The newest entry of the account is 2 days ahead of the clock.* Until 2\d{3}-\d\d-\d\dT/);
	});

	it('notes the total where expressions do, where the newer place is missing', async () => {
		const totals = new Map([['llm_credits_spent', '2.5']]);
		const customData = { get: (name: string) => totals.get(name), set: (name: string, value: string) => totals.set(name, value) };
		const { ctx } = await makeAction({
			optional: 'missing',
			parts: { getWorkflowDataProxy: () => ({ $thisRunIndex: 0, $execution: { customData } }) },
		});
		await runLlmAction(ctx);
		expect(totals.get('llm_credits_spent')).to.equal('6.5');
	});

	it('says that calls may have been paid, once they may', async () => {
		const unreadable = { json: {} };
		Object.defineProperty(unreadable, 'binary', {
			get: () => {
				throw new Error('the item is gone');
			},
		});
		const { ctx } = await makeAction({ parts: { getInputData: () => [unreadable] } });
		const error = await runLlmAction(ctx).then(
			() => null,
			(thrown: unknown) => thrown as Error & { description: string },
		);
		expect(error?.message).to.equal('the item is gone');
		expect(error?.description)
			.to.match(/^Calls may have been made and paid/)
			.and.not.include('No model was called');
	});

	it('says that nothing was paid where settings can work for no item', async () => {
		const { ctx } = await makeAction({ parameters: { concurrency: 0, 'options.concurrency': 0 } });
		const error = await runLlmAction(ctx).then(
			() => null,
			(thrown: unknown) => thrown as Error & { description: string },
		);
		expect(error?.description).to.match(/^No model was called and no credits were used/);
	});

	for (const [what, parts, isTool] of [
		['a node of a flow', {}, false],
		['a tool by its type', { nodeType: 'n8n-nodes-llm-credits.creditBalanceTool' }, true],
		['a tool that n8n names so', { parts: { isToolExecution: () => true } }, true],
		['a tool that the engine runs as a node', { parts: { getExecuteData: () => ({ metadata: { preserveSourceOverwrite: true } }) } }, true],
	] as const) {
		it(`knows ${what}`, () => {
			expect(isToolRun(makeContext({ items: [], ...parts }).ctx, { ifUnknown: false })).to.equal(isTool);
		});
	}

	it('takes what it cannot know for what it was told to', () => {
		const { ctx } = makeContext({ items: [], optional: 'throwing' });
		expect(isToolRun(ctx, { ifUnknown: true })).to.equal(true);
		expect(isToolRun(ctx, { ifUnknown: false })).to.equal(false);
	});

	it('asks n8n about the file that would be opened, whenever n8n answers and whatever is not there yet', async () => {
		const allowed = join(folder, 'allowed');
		mkdirSync(allowed);
		mkdirSync(join(folder, 'other'));
		symlinkSync(join(folder, 'other'), join(allowed, 'way-out'));
		symlinkSync(join(folder, 'other', 'nothing.db'), join(allowed, 'leads-to-nothing.db'));
		const isBlocked = (path: string): boolean => !path.startsWith(`${allowed}/`);
		for (const isFilePathBlocked of [isBlocked, async (path: string) => Promise.resolve(isBlocked(path))]) {
			const { ctx } = makeContext({ items: [], parts: { helpers: { isFilePathBlocked } } });
			const asked = ['new/ledger.db', ' new/ledger.db', 'way-out/new/ledger.db', 'leads-to-nothing.db', '../ledger.db'];
			const answers = await Promise.all(
				asked.map((path) => isFileAllowed(ctx, path.startsWith(' ') ? ` ${join(allowed, path.trim())}` : join(allowed, path))),
			);
			expect(answers).to.deep.equal([true, true, false, false, false]);
		}
		expect(await isFileAllowed(makeContext({ items: [], parts: { helpers: {} } }).ctx, join(allowed, 'x.db'))).to.equal(false);
	});
});
