/** What a preview tells of an item, and that it stands in nobody's way. */
import { expect } from 'chai';
import type { Node, NodeMessage } from 'node-red';
import { asPreview, PREVIEW_ONLY, previewOf } from '../../../lib/engine/report/preview';
import { readPreviewRequest } from '../../../nodes/node-red/admin/action-preview';
import { rememberSample, sampleSeenBy } from '../../../nodes/node-red/message/message-sample';
import { item, makeAction, makeWorld, story } from '../../support/scenarios/action-world';
import { answer, fault, ScriptedProvider, type Script } from '../../support/provider/scripted-provider';

const PREVIEW = { labels: { flow: 'f', node: 'n', purpose: 'preview' as const } };
const HELLO: Script = () => answer('{"message":"Hello"}');

describe('a preview', () => {
	it('tells the answer, what it cost, and what 1,000 such sends would cost', async () => {
		const world = await makeWorld('100');
		const action = makeAction(world, new ScriptedProvider(HELLO), {}, PREVIEW);
		const preview = previewOf(await action.runOne(asPreview(item('k', { idempotencyKey: 'of the real one', execution: 'spring' }))));
		expect(preview).to.deep.include({
			answer: { message: 'Hello' },
			isFallback: false,
			cost: { credits: '1.2', dollars: '0.00012' },
			per1000: { credits: '1200', dollars: '0.12' },
			rung: 'Answered by m',
			costs: 'This preview cost 1.2 credits; 1,000 such sends would cost 1,200 credits ($0.12).',
		});
		expect(preview.llmCredits).to.include({ purpose: 'preview', source: 'model' });
		expect(await story(world)).to.deep.equal(['reserved 1.2 m rung 0 pass 0', 'settled 1.2']);
		const real = await action.runOne(item('k2', { idempotencyKey: 'of the real one' }));
		expect(real.llmCredits.reason).to.equal('answered');
	});

	it('shows every attribute in its type', async () => {
		const attributes = [
			{ name: 'subject', type: 'text', description: '', details: '', fallback: 'News' },
			{ name: 'urgency', type: 'number', description: '', details: '', fallback: '0' },
			{ name: 'is_gift', type: 'boolean', description: '', details: '', fallback: 'false' },
		];
		const script: Script = () => answer('{"subject":"Hello","urgency":0.5,"is_gift":true}');
		const action = makeAction(await makeWorld('100'), new ScriptedProvider(script), { attributes }, PREVIEW);
		expect(previewOf(await action.runOne(asPreview(item('k')))).answer).to.deep.equal({ subject: 'Hello', urgency: 0.5, is_gift: true });
	});

	it('names the rung that answered, and foretells at its price', async () => {
		const script: Script = ({ model }) => (model === 'm' ? fault('model_not_found') : answer('{"message":"Hello"}'));
		const settings = { cheaperModels: [{ model: 'small', passes: 'single' }] };
		const action = makeAction(await makeWorld('100'), new ScriptedProvider(script), settings, PREVIEW);
		const preview = previewOf(await action.runOne(asPreview(item('k'))));
		expect(preview).to.include({ isFallback: false, rung: 'Answered by the cheaper model small' });
		expect(preview.per1000).to.not.equal(null);
	});

	it('is asked at once, and at the price for that, where messages wait for a batch', async () => {
		const action = makeAction(await makeWorld('100'), new ScriptedProvider(HELLO), { delivery: 'batch' }, PREVIEW);
		const preview = previewOf(await action.runOne(asPreview(item('k'))));
		expect(preview).to.deep.include({ answer: { message: 'Hello' }, isFallback: false, cost: { credits: '1.2', dollars: '0.00012' } });
	});

	it('lets the other items leave with their fallback values, in their order, without a look at the ledger', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(HELLO);
		const openLedger = (): never => {
			throw new Error('nobody needs it');
		};
		const action = makeAction(world, provider, {}, { ...PREVIEW, openLedger });
		const left = await action.leaveUnasked([item('a'), item('b')], PREVIEW_ONLY);
		expect(left.map(({ route, attributes }) => ({ route, ...attributes }))).to.deep.equal(
			Array(2).fill({ route: 'fallback', message: 'Hi' }),
		);
		for (const { llmCredits } of left) {
			expect(llmCredits).to.include({ source: 'fallback', reason: 'preview_only', credits: '0', purpose: 'preview', attempts: 0 });
			expect(llmCredits.message).to.match(/^LLM Action is set to preview the first item/);
		}
		expect(await story(world)).to.deep.equal([]);
	});

	it('foretells nothing where no model was paid', async () => {
		const world = await makeWorld('100');
		const down = makeAction(world, new ScriptedProvider(() => fault('server_error')), { maxAttempts: 1 }, PREVIEW);
		const preview = previewOf(await down.runOne(asPreview(item('k'))));
		expect(preview).to.deep.include({ isFallback: true, cost: { credits: '0', dollars: '0.00' }, per1000: null });
		expect(preview).to.include({ rung: 'Fallback values instead of m', costs: 'This preview cost 0 credits.' });
	});

	it('foretells what answers cost that did not pass', async () => {
		const world = await makeWorld('100');
		const settings = { answerRules: [{ check: 'max_characters', attribute: '', value: '2' }], repairOnce: false };
		const action = makeAction(world, new ScriptedProvider(HELLO), settings, PREVIEW);
		const { isFallback, per1000 } = previewOf(await action.runOne(asPreview(item('k'))));
		expect({ isFallback, per1000 }).to.deep.equal({ isFallback: true, per1000: { credits: '1200', dollars: '0.12' } });
	});

	it('is refused where a dialog sent something else', () => {
		for (const body of [
			null,
			'x',
			[],
			{},
			{ id: 1, values: {}, message: {} },
			{ id: 'a', values: [], message: {} },
			{ id: 'a', values: {} },
		])
			expect(() => readPreviewRequest(body), JSON.stringify(body)).to.throw('each a JSON object');
	});
});

describe('the sample of a message', () => {
	const sample = (msg: object): unknown => {
		const node = {} as Node;
		rememberSample(node, msg as NodeMessage);
		return sampleSeenBy(node);
	};

	it('is its data as JSON, without what belongs to Node-RED', () => {
		const payload = { n: 1, at: new Date(0), nothing: null, list: [1n, undefined, Number.NaN], bytes: Buffer.from('x'), call: () => 1 };
		expect(sample({ _msgid: 'a', req: {}, res: {}, parts: {}, llmCredits: {}, topic: 't', payload })).to.deep.equal({
			topic: 't',
			payload: { n: 1, at: '1970-01-01T00:00:00.000Z', nothing: null, list: ['1', null, null], bytes: null },
		});
	});

	it('is small and made at once, however large, deep or circular the message is', () => {
		const circular: Record<string, unknown> = { text: 'x'.repeat(1e7), long: Array(1e6).fill('y'.repeat(1e4)) };
		circular['self'] = circular;
		circular['many'] = Object.fromEntries(Array.from({ length: 1e5 }, (_, n) => [`k${String(n)}`, { n }]));
		const started = performance.now();
		const text = JSON.stringify(sample({ payload: circular }));
		expect(performance.now() - started).to.be.lessThan(2_000);
		expect(text.length).to.be.lessThan(60_000);
	});

	it('is none for a message that cannot be read', () => {
		const msg = Object.defineProperty({}, 'payload', { enumerable: true, get: () => raise() });
		expect(sample(msg)).to.equal(null);
	});
});

function raise(): never {
	throw new Error('not for you');
}
