/** Checks on the way of an item: free before the call, paid after it, a repair and a judge as calls of their own, exact to the entry. */
import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { expectClean, item, makeAction, makeWorld, spent, story, type ActionWorld } from '../../support/scenarios/action-world';
import { answer, fault, PRICE, priceTimes, ScriptedProvider, type Script } from '../../support/provider/scripted-provider';

const ATTRIBUTES = [
	{ name: 'subject', type: 'text', description: '', details: '', fallback: 'News' },
	{ name: 'body', type: 'text', description: '', details: '', fallback: 'Hello' },
	{ name: 'score', type: 'number', description: '', details: '', fallback: '0' },
];
const DATA = { first_name: 'Zoë', total: 1249.5, empty: '' };
const written = (subject: string, body = 'Hi Zoë, all is well.'): string => JSON.stringify({ subject, body, score: 77 });
const PRICES = { m: PRICE, judge: priceTimes(100n, 'judge'), small: { ...priceTimes(100n, 'small'), contextTokens: 1_000_000 } };

interface Ran {
	readonly world: ActionWorld;
	readonly provider: ScriptedProvider;
	readonly result: ItemResult;
	/** The same item once more, as a host does that tries an execution again. */
	readonly again: () => Promise<ItemResult>;
}

async function run(
	script: Script,
	settings: Record<string, unknown> = {},
	{
		credits = '100',
		data = DATA,
		prompt = 'Write',
		language = '',
		prices = PRICES,
		prepare = (_world: ActionWorld): Promise<unknown> => Promise.resolve(),
	} = {},
): Promise<Ran> {
	const world = await makeWorld(credits);
	await prepare(world);
	const provider = new ScriptedProvider((request, number) => script(request, number));
	const action = makeAction(world, provider, { attributes: ATTRIBUTES, ...settings }, { provider: () => provider.handle(prices) });
	const once = async (): Promise<ItemResult> => {
		const [result] = await action.run([{ ...item('k', { prompt, answerLanguage: language }), data }]);
		await action.idle();
		await expectClean(world);
		if (!result) throw new Error('no result');
		return result;
	};
	return { world, provider, result: await once(), again: once };
}

const told = ({ route, llmCredits: { source, reason } }: ItemResult): string => `${route} ${source} ${reason}`;
const rule = (check: string, attribute: string, value: string): Record<string, string> => ({ check, attribute, value });
const SHORT_SUBJECT = { answerRules: [rule('max_characters', 'subject', '10')] };
const LONG = written('A subject that is far too long');

describe('what an item gives', () => {
	const settings = { checkInvented: true, repairOnce: false };
	const half = (): ReturnType<typeof answer> => answer(written('50 % off'));

	it('is not what its host keeps on it: random ids there do not excuse an invented number', async () => {
		const plumbing = { _msgid: 'c50d', _event: 'node:a50f', parts: { id: 'e50a', index: 50, count: 50 }, llmCredits: { credits: '50' } };
		const { result } = await run(half, settings, { data: { ...DATA, ...plumbing } });
		expect(told(result)).to.equal('fallback fallback failed_checks');
	});

	it('is everything else, a field of that name too', async () => {
		const { result } = await run(half, settings, { data: { ...DATA, parts: [{ discount: 50 }] } as typeof DATA });
		expect(told(result)).to.equal('result model answered');
	});
});

describe('checks before the call', () => {
	it('a missing field costs nothing, asks nobody and writes nothing', async () => {
		const { result, provider, world } = await run(() => answer(written('Hi')), { requiredFields: 'first_name, empty, order.total' });
		expect(told(result)).to.equal('fallback fallback missing_context');
		expect(result.attributes).to.deep.equal({ subject: 'News', body: 'Hello', score: 0 });
		expect(result.llmCredits.checks).to.deep.equal({
			outcome: 'fallback',
			failed: [
				{ gate: 'required_context', attribute: null, detail: 'the field "empty" is missing or empty' },
				{ gate: 'required_context', attribute: null, detail: 'the field "order.total" is missing or empty' },
			],
		});
		expect(result.llmCredits.message).to.contain('"order.total" is missing or empty');
		expect(provider.requests).to.deep.equal([]);
		expect(await story(world)).to.deep.equal([]);
	});

	it('a prompt that surely does not fit the model goes to a rung that takes it, or costs nothing', async () => {
		const prompt = 'word '.repeat(40_000);
		const prices = { ...PRICES, m: { ...PRICE, contextTokens: 8000 } };
		const alone = await run(() => answer(written('Hi')), {}, { prompt, prices });
		expect(told(alone.result)).to.equal('fallback fallback context_too_long');
		expect(await story(alone.world)).to.deep.equal([]);
		const cheaper = { cheaperModels: [{ model: 'small', passes: 'single' }] };
		const stepped = await run(() => answer(written('Hi')), cheaper, { prompt, prices });
		expect(told(stepped.result)).to.equal('result cheaper_model context_too_long');
		expect(stepped.provider.requests.map(({ model }) => model)).to.deep.equal(['small']);
	});

	it('a prompt whose input alone costs more than one send may asks nobody', async () => {
		const { result, world } = await run(() => answer(written('Hi')), { capPerSend: '1' }, { prompt: 'word '.repeat(40_000) });
		expect(told(result)).to.equal('fallback fallback context_too_long');
		expect(result.llmCredits.message).to.match(/costs at least [\d.]+ credits, and one send may cost 1/);
		expect(await story(world)).to.deep.equal([]);
	});

	it('a language that is none makes its item invalid', async () => {
		const { result } = await run(() => answer(written('Hi')), {}, { language: 'klingon' });
		expect(told(result)).to.equal('fallback fallback invalid_item');
		expect(result.llmCredits.message).to.contain('Language is "klingon"; write a code or a name, such as de or German.');
	});
});

describe('checks after the call', () => {
	it('what passes leaves as it is, and checks are null', async () => {
		const { result, world } = await run(
			() => answer(written('Hi')),
			{ ...SHORT_SUBJECT, factFields: 'first_name', checkInvented: true },
			{ language: 'en' },
		);
		expect(told(result)).to.equal('result model answered');
		expect(result.llmCredits.checks).to.equal(null);
		expect(result.llmCredits.passes).to.equal(null);
		expect(await story(world)).to.have.length(2);
	});

	it('placeholders are looked for by default; without a repair the item takes its fallback, and the call is paid all the same', async () => {
		const { result, world, again, provider } = await run(() => answer(written('Hi', 'Hello [First Name]!')), { repairOnce: false });
		expect(told(result)).to.equal('fallback fallback failed_checks');
		expect(result.attributes).to.deep.equal({ subject: 'News', body: 'Hello', score: 0 });
		expect(result.llmCredits.checks).to.deep.equal({
			outcome: 'fallback',
			failed: [{ gate: 'placeholders', attribute: 'body', detail: 'has "[First Name]" left over' }],
		});
		expect(result.llmCredits.message).to.equal('The answer did not pass its checks: body has "[First Name]" left over.');
		expect(result.llmCredits.credits).to.equal('1.2');
		expect(await story(world)).to.deep.equal(['reserved 1.2 m rung 0 pass 0', 'settled 1.2']);
		expect(told(await again())).to.equal('fallback fallback failed_checks');
		expect(provider.requests).to.have.length(1);
		expect(await spent(world)).to.equal('1.2');
	});

	it('the languages of the account hold where the item names none', async () => {
		const prepare = ({ ledger }: ActionWorld): Promise<unknown> =>
			ledger.changeProfile({ kind: 'set_languages', key: 'l', languages: ['en-GB', 'de'] });
		const german = 'Hallo Zoë, wir haben dir heute etwas Schönes mitgebracht, schau doch einfach vorbei.';
		const french = 'Bonjour Zoë, nous avons une belle surprise pour vous, venez donc nous voir aujourd’hui.';
		const fits = await run(() => answer(written('Hi', german)), {}, { prepare });
		expect(told(fits.result)).to.equal('result model answered');
		const other = await run(() => answer(written('Hi', french)), { repairOnce: false }, { prepare });
		expect(other.result.llmCredits.checks?.failed).to.deep.equal([
			{ gate: 'language', attribute: 'body', detail: 'is in French, not in English or German' },
		]);
		const own = await run(() => answer(written('Hi', french)), {}, { prepare, language: 'French' });
		expect(told(own.result)).to.equal('result model answered');
	});

	it('a number attribute is no text: nobody reads it', async () => {
		const { result } = await run(() => answer(written('Hi')), { checkInvented: true });
		expect(told(result)).to.equal('result model answered');
	});

	it('only what failed is replaced where that is wanted, unless all of it or the whole answer failed', async () => {
		const replaces = { repairOnce: false, failedChecks: 'attribute' };
		const one = await run(() => answer(LONG), { ...SHORT_SUBJECT, ...replaces });
		expect(told(one.result)).to.equal('result model answered');
		expect(one.result.attributes).to.deep.equal({ subject: 'News', body: 'Hi Zoë, all is well.', score: 77 });
		expect(one.result.llmCredits.checks?.outcome).to.equal('replaced');
		expect(one.result.llmCredits.message).to.equal(
			'What did not pass its checks has its fallback value: subject has 30 characters, at most 10 are asked for.',
		);
		const whole = await run(() => answer(LONG), { answerRules: [rule('contains', '', 'free returns')], ...replaces });
		expect(told(whole.result)).to.equal('fallback fallback failed_checks');
	});
});

describe('repair', () => {
	it('gives the model its answer back with what failed, as a call of its own, and takes what passes', async () => {
		const { result, provider, world, again } = await run((_request, number) => answer(number === 1 ? LONG : written('Hi')), {
			...SHORT_SUBJECT,
			systemPrompt: 'Be brief.',
		});
		expect(told(result)).to.equal('result model answered');
		expect(result.attributes).to.include({ subject: 'Hi' });
		expect(result.llmCredits.checks).to.deep.equal({
			outcome: 'repaired',
			failed: [{ gate: 'length', attribute: 'subject', detail: 'has 30 characters, at most 10 are asked for' }],
		});
		expect(result.llmCredits.credits).to.equal('2.4');
		expect(result.llmCredits.passes?.map(({ pass, state, credits }) => `${pass} ${state} ${credits}`)).to.deep.equal([
			'draft answered 1.2',
			'repair answered 1.2',
		]);
		const [first, second] = provider.requests;
		expect(second?.messages.slice(0, first?.messages.length)).to.deep.equal(first?.messages);
		const [assistant, user] = second?.messages.slice(first?.messages.length) ?? [];
		expect(assistant).to.deep.equal({ role: 'assistant', content: LONG });
		expect(user?.content).to.contain('- subject has 30 characters, at most 10 are asked for');
		expect(await story(world)).to.deep.equal([
			'reserved 1.2 m rung 0 pass 0',
			'settled 1.2',
			'reserved 1.2 m rung 0 pass 0',
			'settled 1.2',
		]);
		const repeated = await again();
		expect(told(repeated)).to.equal('result model replayed');
		expect(repeated.attributes).to.include({ subject: 'Hi' });
		expect(provider.requests).to.have.length(2);
		expect(await spent(world)).to.equal('2.4');
	});

	it('names the values of facts that were missing', async () => {
		const { provider } = await run((_request, number) => answer(written('Hi', number === 1 ? 'Hi Joe' : 'Hi Zoë')), {
			factFields: 'first_name, total, empty',
		});
		const told_ = provider.requests[1]?.messages.at(-1)?.content ?? '';
		expect(told_).to.contain('- first_name: "Zoë"').and.contain('- total: 1249.5').and.not.contain('- empty');
	});

	it('is tried once: a second answer that fails ends in the fallback, and both calls are paid', async () => {
		const { result, provider, world } = await run(() => answer(LONG), SHORT_SUBJECT);
		expect(told(result)).to.equal('fallback fallback failed_checks');
		expect(provider.requests).to.have.length(2);
		expect(result.llmCredits.credits).to.equal('2.4');
		expect(await spent(world)).to.equal('2.4');
	});

	it('needs credits of its own: without them the fallback is taken at the price of one call', async () => {
		const { result, provider, world } = await run(() => answer(LONG), { ...SHORT_SUBJECT, waitForCreditsSeconds: 0 }, { credits: '2' });
		expect(told(result)).to.equal('fallback fallback failed_checks');
		expect(provider.requests).to.have.length(1);
		expect(await story(world)).to.deep.equal(['reserved 1.2 m rung 0 pass 0', 'settled 1.2', 'refused credits_exhausted']);
	});

	it('counts towards what one send may cost', async () => {
		const { result, provider, world } = await run(() => answer(LONG), { ...SHORT_SUBJECT, capPerSend: '2.3' });
		expect(told(result)).to.equal('fallback fallback failed_checks');
		expect(provider.requests).to.have.length(1);
		expect((await story(world)).at(-1)).to.equal('refused cap_reached');
	});

	it('that fails at the provider leaves the first answer refused, and nothing held', async () => {
		const { result, world } = await run((_request, number) => (number === 1 ? answer(LONG) : fault('server_error')), SHORT_SUBJECT);
		expect(told(result)).to.equal('fallback fallback failed_checks');
		expect(await story(world)).to.deep.equal(['reserved 1.2 m rung 0 pass 0', 'settled 1.2', 'reserved 1.2 m rung 0 pass 0', 'released']);
	});
});

describe('a flow that is stopped', () => {
	it('in the middle of a repair pays what was billed, holds nothing, and the item takes its fallback', async () => {
		const world = await makeWorld('100');
		const stop = new AbortController();
		const provider = new ScriptedProvider((_request, number) => {
			if (number === 1) return answer(LONG);
			stop.abort();
			return fault('cancelled', { billed: 'unknown' });
		});
		const action = makeAction(world, provider, { attributes: ATTRIBUTES, ...SHORT_SUBJECT });
		const [result] = await action.run([item('k', {}, stop.signal)]);
		await expectClean(world);
		expect(result && told(result)).to.equal('fallback fallback failed_checks');
		expect((await story(world)).slice(1)).to.deep.equal(['settled 1.2', 'reserved 1.2 m rung 0 pass 0', 'unconfirmed']);
	});
});

describe('judge', () => {
	const JUDGED = { judgeModel: 'judge', judgeCriteria: 'Warm and brief.', judgeThreshold: 70, reservation: 'learned' };
	const verdict = (score: unknown): string => JSON.stringify({ score, why: 'A little stiff' });
	const byModel =
		(...verdicts: readonly unknown[]): Script =>
		({ model }) =>
			model === 'judge' ? answer(verdict(verdicts[judged++ % verdicts.length])) : answer(written('Hi'));
	let judged = 0;

	beforeEach(() => {
		judged = 0;
	});

	it('is asked after all else has passed, is paid by itself, and lets pass what reaches the score', async () => {
		const { result, provider, world, again } = await run(byModel(70), JUDGED);
		expect(told(result)).to.equal('result model answered');
		expect(result.llmCredits).to.include({ credits: '1.32', attempts: 2, checks: null });
		expect(result.llmCredits.passes?.map(({ pass, model, credits }) => `${pass} ${model} ${credits}`)).to.deep.equal([
			'draft m 1.2',
			'judge judge 0.12',
		]);
		const [, asked] = provider.requests;
		expect(JSON.parse(asked?.messages.at(-1)?.content ?? '')).to.deep.equal({
			message: { subject: ['Hi'], body: ['Hi Zoë, all is well.'] },
		});
		expect(asked?.schema?.['required']).to.deep.equal(['score', 'why']);
		const settled = (await story(world)).filter((line) => line.startsWith('settled'));
		expect(settled).to.deep.equal(['settled 1.2', 'settled 0.12']);
		const [draft] = (await world.store.entries('a', { afterSeq: 0, limit: 100 })).filter(({ body }) => body.kind === 'reserved');
		expect(result.llmCredits.holdId, 'the call that wrote the answer').to.equal(`h${String(draft?.seq)}`);
		expect(told(await again())).to.equal('result model replayed');
		expect(await spent(world)).to.equal('1.32');
	});

	it('may go by a text of the account, and what it judges may not; one that is not there is said before anything is paid', async () => {
		const prepare = ({ ledger }: ActionWorld): Promise<unknown> =>
			ledger.changeProfile({ kind: 'set_text', key: 't', name: 'brand_voice', text: 'Warm, never loud.' });
		const settings = { ...JUDGED, judgeCriteria: 'As in [[text:brand_voice]].' };
		const { provider, result } = await run(
			({ model }) => answer(model === 'judge' ? verdict(90) : written('Hi', 'See [[text:brand_voice]]')),
			settings,
			{ prepare },
		);
		expect(told(result)).to.equal('result model answered');
		const [system, user] = provider.requests[1]?.messages ?? [];
		expect(system?.content).to.contain('<brand_voice>\nWarm, never loud.\n</brand_voice>').and.contain('As in <brand_voice>.');
		expect(JSON.parse(user?.content ?? '')).to.deep.equal({ message: { subject: ['Hi'], body: ['See [[text:brand_voice]]'] } });
		const unknown = await run(byModel(90), settings);
		expect(told(unknown.result)).to.equal('fallback fallback invalid_item');
		expect(await story(unknown.world)).to.deep.equal([]);
	});

	it('is not asked about what failed a free check', async () => {
		const { provider } = await run(() => answer(LONG), { ...JUDGED, ...SHORT_SUBJECT });
		expect(provider.requests.map(({ model }) => model)).to.deep.equal(['m', 'm']);
	});

	it('below the score, the answer is repaired once and judged again', async () => {
		const good = await run(byModel(69, 90), JUDGED);
		expect(told(good.result)).to.equal('result model answered');
		expect(good.result.llmCredits.checks).to.deep.equal({
			outcome: 'repaired',
			failed: [{ gate: 'judge', attribute: null, detail: 'scores 69 of 100, at least 70 are asked for: "A little stiff"' }],
		});
		expect(good.provider.requests.map(({ model }) => model)).to.deep.equal(['m', 'judge', 'm', 'judge']);
		expect(await spent(good.world)).to.equal('2.64');
		judged = 0;
		const bad = await run(byModel(10), JUDGED);
		expect(told(bad.result)).to.equal('fallback fallback failed_checks');
		expect(bad.provider.requests).to.have.length(4);
	});

	it('that answers without a score fails the answer; one that cannot be asked lets it pass, and the item says so', async () => {
		const useless = await run(byModel('very good'), { ...JUDGED, maxAttempts: 1, repairOnce: false });
		expect(told(useless.result)).to.equal('fallback fallback failed_checks');
		expect(useless.result.llmCredits.checks?.failed).to.deep.equal([{ gate: 'judge', attribute: null, detail: 'the judge gave no score' }]);
		const wild = await run(byModel(101), { ...JUDGED, repairOnce: false });
		expect(wild.result.llmCredits.checks?.failed[0]?.detail).to.equal('the judge gave no score');
		const down = await run(({ model }) => (model === 'judge' ? fault('server_error') : answer(written('Hi'))), JUDGED);
		expect(told(down.result)).to.equal('result model answered');
		expect(down.result.llmCredits.checks).to.deep.equal({ outcome: 'unjudged', failed: [] });
		expect(down.result.llmCredits.message).to.match(/^The judge could not be asked\. /);
		const capped = await run(byModel(90), { ...JUDGED, reservation: 'fixed', capPerSend: '1.3' });
		expect(capped.result.llmCredits.checks?.outcome).to.equal('unjudged');
		const unpriced = await run(byModel(90), { ...JUDGED, judgeModel: 'nobody-knows' });
		expect(unpriced.result.llmCredits.checks?.outcome).to.equal('unjudged');
	});
});

describe('settings of checks', () => {
	const refusal = async (settings: Record<string, unknown>): Promise<string> => {
		const world = await makeWorld('0');
		try {
			makeAction(world, new ScriptedProvider(() => answer(LONG)), { attributes: ATTRIBUTES, ...settings });
		} catch (error) {
			return (error as Error).message;
		}
		return 'accepted';
	};

	it('refuse rules that could never work, naming the rule and the mend', async () => {
		const rules = (...answerRules: Record<string, string>[]): Record<string, unknown> => ({ answerRules });
		expect(await refusal(rules(rule('max_words', '', '45'), rule('max_words', 'subject', 'ten')))).to.equal(
			'Rule 2: Value is "ten"; give a whole number, such as 45.',
		);
		expect(await refusal(rules(rule('contains', '', ' , * ')))).to.equal(
			'Rule 1: Value is " , * "; write phrases separated by commas, such as free returns, no risk.',
		);
		expect(await refusal(rules(rule('contains', 'Subject', 'x')))).to.equal(
			'Rule 1: Attribute is "Subject", which is no output attribute with text; use subject or body, or leave it empty.',
		);
		expect(await refusal(rules(rule('contains', 'score', 'x')))).to.contain('no output attribute with text');
		expect(await refusal({ judgeModel: 'judge' })).to.equal('Judge Criteria is empty. Say what a good message is, or choose no judge.');
		expect(await refusal(rules(rule('contains', ' body ', 'x')))).to.equal('accepted');
	});
});

describe('statistics of checks', () => {
	const counts = async ({ world }: Pick<Ran, 'world'>): Promise<string[]> => {
		await world.ledger.checks.drain();
		const all = await world.store.checks.counts('a', { fromDay: null, untilDay: null });
		return all.map(({ campaign, gate, outcome, items }) => `${campaign} ${gate} ${outcome} ${String(items)}`).sort();
	};

	it('count each item once for every gate that found something in it, by campaign and by what became of it', async () => {
		const bad = await run(() => answer(written('A subject that is far too long', 'Hi [Name], hi [Name], hi {{you}}')), SHORT_SUBJECT);
		expect(await counts(bad)).to.deep.equal(['spring length fallback 1', 'spring placeholders fallback 1']);
		const mended = await run((_request, number) => answer(number === 1 ? LONG : written('Hi')), SHORT_SUBJECT);
		expect(await counts(mended)).to.deep.equal(['spring length repaired 1']);
		const missing = await run(() => answer(written('Hi')), { requiredFields: 'plan' });
		expect(await counts(missing)).to.deep.equal(['spring required_context fallback 1']);
		const unjudged = await run(({ model }) => (model === 'judge' ? fault('server_error') : answer(written('Hi'))), {
			judgeModel: 'judge',
			judgeCriteria: 'Warm.',
		});
		expect(await counts(unjudged)).to.deep.equal(['spring judge unjudged 1']);
		expect(await counts(await run(() => answer(written('Hi')), SHORT_SUBJECT))).to.deep.equal([]);
	});

	it('count nothing again when a retry gets what was paid before', async () => {
		const ran = await run(() => answer(LONG), { ...SHORT_SUBJECT, repairOnce: false });
		await ran.again();
		expect(await counts(ran)).to.deep.equal(['spring length fallback 1']);
	});

	it('do not hold an item up where they cannot be written', async () => {
		const prepare = ({ store }: ActionWorld): Promise<unknown> => {
			Object.assign(store.checks, { add: () => Promise.reject(new CreditError('ledger_unavailable', 'gone')) });
			return Promise.resolve();
		};
		const ran = await run(() => answer(LONG), { ...SHORT_SUBJECT, repairOnce: false }, { prepare });
		expect(told(ran.result)).to.equal('fallback fallback failed_checks');
		expect(await counts(ran)).to.deep.equal([]);
	});
});
