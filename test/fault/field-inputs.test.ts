/**
 * Every kind of input from the field that concerns a call goes through LLM Action with its default settings: how many calls are paid, what
 * the customer gets, and what is charged.
 */
import { expect } from 'chai';
import { formatCredits, parseCredits } from '../../lib/core/values/money';
import type { LedgerAccount } from '../../lib/engine/account/ledger-account';
import { EngineMemory } from '../../lib/engine/learned/engine-memory';
import { LlmAction, type ActionItem, type LlmActionValues } from '../../lib/engine/llm-action';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import type { ItemResult } from '../../lib/engine/outcome/item-result';
import { openMemoryLedger } from '../../lib/ledger/memory/store';
import { PROVIDER_PARAMS } from '../../lib/params/connection';
import { LLM_ACTION_PARAMS } from '../../lib/params/llm-action/llm-action';
import { readParams, readShared } from '../../lib/params/read';
import { createProvider } from '../../lib/runtime/provider-handle';
import { accountOf, timing } from '../../lib/runtime/runtime';
import { systemClock } from '../../lib/runtime/system';
import { startFakeOpenAi, type FakeOpenAi } from '../support/provider/fake-openai';
import { askedIn, FIELD_INPUTS, type FieldInput } from '../support/scenarios/field-inputs';

const ONE_TEXT = [{ name: 'message', type: 'text', description: '', details: '', fallback: 'Hi' }];

let fake: FakeOpenAi;

interface Ran {
	readonly results: readonly ItemResult[];
	readonly paid: number;
	readonly chargedMicro: bigint;
	readonly requests: number;
}

async function run({ does, people = 1, settings = {}, systemPrompt = '', service = 'openai' }: FieldInput): Promise<Ran> {
	fake = await startFakeOpenAi({ choose: (request, n) => does(askedIn(request), n) });
	const store = openMemoryLedger({ clock: systemClock });
	const ledger = accountOf(store, 'a');
	await ledger.open({ timeZone: 'UTC' });
	await ledger.grant({ credits: parseCredits('100000', { field: 'x' }), category: 'promotional', expiry: null, key: 'g' });
	const values = readShared(LLM_ACTION_PARAMS, {
		model: 'gpt-4.1-mini',
		prompt: 'x',
		attributes: ONE_TEXT,
		...settings,
	});
	const results = await runOn(ledger, values, { people, systemPrompt, service });
	const entries = await store.entries('a', { afterSeq: 0, limit: 10_000 });
	const paid = entries.filter(({ body }) => body.kind === 'settled').length;
	const { grants, heldMicro } = await ledger.balance();
	expect((await verifyLedger(store)).violations).to.deep.equal([]);
	expect(heldMicro, 'no hold is left open').to.equal(0n);
	return { results, paid, chargedMicro: grants.reduce((sum, grant) => sum + grant.settledMicro, 0n), requests: fake.requests.length };
}

let keys = 0;

interface RunOptions {
	readonly people?: number;
	readonly systemPrompt?: string;
	readonly service?: string;
	readonly at?: () => number;
}

/** Items of a process that knows nothing yet. */
async function runOn(
	ledger: LedgerAccount,
	values: LlmActionValues,
	{ people = 1, systemPrompt = '', service = 'openai', at = systemClock }: RunOptions = {},
): Promise<ItemResult[]> {
	const handle = createProvider(readParams(PROVIDER_PARAMS, { service, baseUrl: fake.url, apiKey: 'k' }));
	const action = new LlmAction({
		values,
		openLedger: () => Promise.resolve(ledger),
		provider: () => handle,
		labels: { flow: 'f', node: 'n', purpose: 'live' },
		nodeKey: 'n',
		timing: { ...timing, clock: at },
		memory: new EngineMemory(timing.monotonicMs),
		newId: () => `id-${String((keys += 1))}`,
	});
	const labels = { campaign: '', segment: '', workspace: '', person: '', tag: '', execution: '', answerLanguage: '' };
	const model = service === 'openrouter' ? 'openai/gpt-4.1-mini' : 'gpt-4.1-mini';
	const input = { model, systemPrompt, ...labels, idempotencyKey: '' };
	const items = Array.from({ length: people }, (_, n): ActionItem => {
		keys += 1;
		return { key: `k${String(keys)}`, read: () => ({ ...input, prompt: `Write ${String(n)}` }) };
	});
	const results = await action.run(items);
	await action.idle();
	return results;
}

function expectGot({ attributes, llmCredits, route }: ItemResult, got: FieldInput['got']): void {
	if ('reason' in got) {
		expect([route, llmCredits.reason, attributes['message']]).to.deep.equal(['fallback', got.reason, 'Hi']);
		return;
	}
	expect([route, llmCredits.reason], llmCredits.message ?? '').to.deep.equal(['result', 'answered']);
	if ('values' in got) expect(attributes).to.deep.equal(got.values);
	else if (got.message instanceof RegExp) expect(attributes['message']).to.match(got.message);
	else expect(attributes).to.deep.equal({ message: got.message });
}

describe('inputs from the field', () => {
	afterEach(() => fake.close());

	for (const input of FIELD_INPUTS) {
		it(`${String(input.row)}: ${input.name}`, async () => {
			const { results, paid, chargedMicro } = await run(input);
			for (const result of results) expectGot(result, input.got);
			if (typeof input.paid === 'number') expect(paid, 'paid calls').to.equal(input.paid);
			else expect(paid, 'paid calls').to.be.at.most(input.paid.atMost);
			const told = results.reduce((sum, { llmCredits }) => sum + parseCredits(llmCredits.credits, { field: 'credits' }), 0n);
			expect(told, 'what the items say was charged').to.equal(chargedMicro);
			if (input.charged !== undefined) expect(formatCredits(chargedMicro), 'what was charged').to.equal(input.charged);
			const hints = results.filter(({ llmCredits }) => input.hint?.test(llmCredits.message ?? ''));
			expect(hints, 'hints of the run').to.have.length(input.hint ? 1 : 0);
		});
	}
});

describe('what was learnt of a model', () => {
	const refusing = FIELD_INPUTS.find(({ name }) => name === 'refuses temperature, deprecated');

	it('is known to the next process on the ledger, for a week', async () => {
		const clock = { nowMs: systemClock() };
		const store = openMemoryLedger({ clock: () => clock.nowMs });
		let requests = 0;
		const asked = async (): Promise<number> => {
			const before = requests;
			fake = await startFakeOpenAi({
				port,
				choose: (request, n) => {
					requests += 1;
					return refusing?.does(askedIn(request), n) ?? { kind: 'answer' };
				},
			});
			port = Number(new URL(fake.url).port);
			await once(store, clock);
			await fake.close();
			return requests - before;
		};
		let port = 0;
		expect(await asked(), 'refused once, then answered').to.equal(2);
		expect(await asked(), 'known from the ledger').to.equal(1);
		clock.nowMs += 7 * 24 * 3_600_000 + 1;
		expect(await asked(), 'forgotten after a week').to.equal(2);
	});

	async function once(store: ReturnType<typeof openMemoryLedger>, clock: { readonly nowMs: number }): Promise<void> {
		const ledger = accountOf(store, 'a');
		await ledger.open({ timeZone: 'UTC' });
		await ledger.grant({
			credits: parseCredits('100', { field: 'x' }),
			category: 'promotional',
			expiry: null,
			key: `g${String(clock.nowMs)}`,
		});
		const values = readParams(LLM_ACTION_PARAMS, {
			model: 'gpt-4.1-mini',
			prompt: 'x',
			temperature: 0.5,
			keepResultsHours: 0,
			attributes: ONE_TEXT,
		});
		await runOn(ledger, values, { at: () => clock.nowMs });
	}
});
