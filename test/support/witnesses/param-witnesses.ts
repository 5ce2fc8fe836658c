/**
 * For every parameter of LLM Action a scenario in which its value can be seen: run once with its default and once with another value, it
 * differs in the place that the parameter promises. A parameter that does nothing has no such scenario.
 */
import type { ItemInput, LlmActionOptions, ProviderHandle } from '../../../lib/engine/llm-action';
import { mergeResult, type ItemResult } from '../../../lib/engine/outcome/item-result';
import type { ChatOutcome, ChatRequest } from '../../../lib/providers/provider';
import { actionOutputsOf, LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { readShared } from '../../../lib/params/read';
import { showValue } from '../ledger/ledger-commands';
import { answer, fault, ScriptedProvider, type Script } from '../provider/scripted-provider';
import { item, makeActionOn, makeWorld, type ActionWorld } from '../scenarios/action-world';
import { BatchWorld } from '../scenarios/batch-world';
import type { ACTION_HOST_WITNESSES } from './host-witnesses';

type Settings = Readonly<Record<string, unknown>>;
/** All but what a host decides before an engine is made; that has its witness in host-witnesses.ts. */
type EngineParam = Exclude<(typeof LLM_ACTION_PARAMS)[number]['name'], keyof typeof ACTION_HOST_WITNESSES>;

/** What can be seen of a run. */
export interface Trace {
	/** What the provider was asked, without signals. */
	readonly requests: string;
	/** Entries about calls, with labels and persons. */
	readonly journal: string;
	/** Items as they leave, with their attributes where the settings put them. */
	readonly items: string;
	/** Outputs that the node has. */
	readonly outputs: string;
	/** Milliseconds that passed, and the most calls at a time. */
	readonly time: string;
}

export interface Witness {
	/** Where the value shows. */
	readonly place: keyof Trace;
	/** Another value than the default. */
	readonly value: unknown;
	/** What the parameter needs around it. */
	readonly base?: Settings;
	readonly script?: Script;
	readonly credits?: string;
	readonly more?: Partial<LlmActionOptions>;
	/** Inputs of the items of each run, in turn; between two runs `passMs` go by. The value of an item's parameter goes into the last one. */
	readonly runs?: readonly (readonly Partial<ItemInput>[])[];
	readonly passMs?: number;
	readonly data?: Settings;
	/** Over a fake server's batch interface. */
	readonly isBatch?: boolean;
}

const says = (text: string): ChatOutcome => answer(JSON.stringify({ message: text }));
const GOOD: Script = () => says('Hello Ada');
const HOUR_MS = 3_600_000;
const isJudge = ({ messages }: ChatRequest): boolean => messages.some(({ content }) => content.includes('score'));
const judged: Script = (request) => (isJudge(request) ? answer('{"score":75,"why":"fair"}') : says('Hello Ada'));
const ENGLISH = 'We have put together a selection of things that you might like, and there is more to come in the weeks before the summer.';
const twice = [[{}, {}]] as const;
const again = [[{}], [{}]] as const;
const failing: Script = () => fault('server_error', { isRetryable: true });
const slow =
	(world: () => ActionWorld): Script =>
	async () => {
		await world().time.pause(30_000);
		return says('Hello Ada');
	};

/** One for each parameter that the engine acts on; the compiler misses one that is not here. */
export const PARAM_WITNESSES: Readonly<Record<EngineParam, Witness>> = {
	model: { place: 'requests', value: 'other' },
	systemPrompt: { place: 'requests', value: 'Be brief.' },
	prompt: { place: 'requests', value: 'Write about spring' },
	attributes: { place: 'requests', value: [{ name: 'subject', type: 'text', description: '', details: '', fallback: 'News' }] },
	outputs: { place: 'outputs', value: 'single' },
	cheaperModels: { place: 'requests', value: [{ model: 'cheap' }], script: failing, base: { maxAttempts: 1 } },
	passes: { place: 'requests', value: [{ kind: 'refine', instructions: 'Warmer' }] },
	requiredFields: { place: 'items', value: 'first_name' },
	checkPlaceholders: { place: 'items', value: false, script: () => says('Hello [Name]') },
	answerRules: { place: 'items', value: [{ check: 'max_characters', attribute: '', value: '3' }] },
	factFields: { place: 'items', value: 'city', data: { city: 'Oslo' } },
	checkInvented: { place: 'items', value: true, script: () => says('Save 4711 today') },
	answerLanguage: { place: 'items', value: 'de', script: () => says(ENGLISH) },
	judgeModel: { place: 'requests', value: 'judge', base: { judgeCriteria: 'Warm' }, script: judged },
	judgeCriteria: { place: 'requests', value: 'Cold', base: { judgeModel: 'judge', judgeCriteria: 'Warm' }, script: judged },
	judgeThreshold: { place: 'items', value: 90, base: { judgeModel: 'judge', judgeCriteria: 'Warm' }, script: judged },
	repairOnce: { place: 'requests', value: false, script: () => says('Hello [Name]') },
	failedChecks: {
		place: 'items',
		value: 'attribute',
		base: {
			repairOnce: false,
			attributes: ['one', 'two'].map((name) => ({ name, type: 'text', description: '', details: '', fallback: 'Hi' })),
		},
		script: () => answer('{"one":"Hello [Name]","two":"Good day"}'),
	},
	campaign: { place: 'journal', value: 'autumn' },
	segment: { place: 'journal', value: 'vip' },
	workspace: { place: 'journal', value: 'emea' },
	person: { place: 'journal', value: 'p1' },
	tag: { place: 'journal', value: 't1' },
	capPerSend: { place: 'items', value: '1' },
	capPerExecution: { place: 'items', value: '1.5', more: { executionId: 'e' }, runs: twice },
	execution: { place: 'items', value: 'another', base: { capPerExecution: '1.5' }, more: { executionId: 'e' }, runs: twice },
	reuseAnswers: { place: 'requests', value: 'first', runs: again },
	reuseFreshHours: { place: 'requests', value: 1, base: { reuseAnswers: 'first' }, runs: again, passMs: 2 * HOUR_MS },
	reuseNeedDays: {
		place: 'items',
		value: 1,
		base: { reuseAnswers: 'need', maxAttempts: 1 },
		runs: again,
		passMs: 48 * HOUR_MS,
		script: (_request, number) => (number === 1 ? says('Hello Ada') : fault('server_error')),
	},
	reuseScope: { place: 'requests', value: 'campaign', base: { reuseAnswers: 'first' }, runs: [[{}], [{ campaign: 'autumn' }]] },
	delivery: { place: 'items', value: 'batch', isBatch: true },
	batchWindowHours: { place: 'journal', value: 48, isBatch: true, base: { delivery: 'batch' } },
	batchPricePercent: { place: 'journal', value: 10, isBatch: true, base: { delivery: 'batch', reservation: 'strict' } },
	timeoutSeconds: { place: 'requests', value: 7 },
	deadlineSeconds: { place: 'items', value: 10 },
	maxAttempts: { place: 'requests', value: 5, script: failing },
	waitForCreditsSeconds: { place: 'items', value: 0, credits: '1.3', runs: twice },
	waitForProviderSeconds: {
		place: 'time',
		value: 0,
		script: failing,
		base: { concurrency: 1 },
		runs: [Array.from({ length: 12 }, () => ({}))],
	},
	outputField: { place: 'items', value: 'answer' },
	concurrency: { place: 'time', value: 1, runs: twice },
	mostCalls: { place: 'time', value: 1, runs: twice },
	reservation: { place: 'journal', value: 'strict', base: { reservation: 'learned' } },
	reservationCredits: { place: 'journal', value: '3' },
	maxOutputTokens: { place: 'requests', value: 77 },
	temperature: { place: 'requests', value: 0.5 },
	reasoningEffort: { place: 'requests', value: 'low' },
	structuredOutput: { place: 'requests', value: 'json_object' },
	keepResultsHours: { place: 'items', value: 0, base: { sameKeys: true }, runs: again },
	idempotencyKey: { place: 'requests', value: 'k0', runs: twice },
	charging: { place: 'journal', value: 'flat' },
	chargeRate: { place: 'journal', value: '3', base: { charging: 'flat' } },
};

const ITEM_PARAMS: ReadonlySet<string> = new Set(LLM_ACTION_PARAMS.filter((param) => 'isPerItem' in param).map(({ name }) => name));
/** What the worlds of tests begin with; a default of the parameter itself stands in for it where it is under test. */
const NEEDED: Settings = { model: 'm', prompt: 'x' };

/** The trace of the scenario of a parameter with this value; `undefined` leaves its default. */
export async function traceOf(name: string, witness: Witness, value: unknown): Promise<Trace> {
	const { sameKeys, ...base } = witness.base ?? {};
	const isPerItem = ITEM_PARAMS.has(name);
	const settings = { ...base, ...(value === undefined || isPerItem ? {} : { [name]: value }) };
	const lastInput = value === undefined || !isPerItem ? {} : { [name]: value };
	const batch = witness.isBatch === true ? await BatchWorld.with('100') : null;
	const world = batch?.world ?? (await makeWorld(witness.credits ?? '100'));
	const provider = new ScriptedProvider(name === 'deadlineSeconds' ? slow(() => world) : (witness.script ?? GOOD));
	const handle = (): ProviderHandle => batch?.handle ?? provider.handle();
	try {
		const startMs = world.time.nowMs;
		const results = await runAll(world, { witness, settings, lastInput, handle, isSame: sameKeys === true });
		return {
			...(await told(world, { settings, results })),
			...asked(provider),
			time: `${String(world.time.nowMs - startMs)} ${String(provider.maxOpen)}`,
		};
	} finally {
		await batch?.close();
	}
}

interface Runs {
	readonly witness: Witness;
	readonly settings: Settings;
	readonly lastInput: Partial<ItemInput>;
	readonly handle: () => ProviderHandle;
	/** A later run has the keys of the first, as a retry of a host has. */
	readonly isSame: boolean;
}

async function runAll(world: ActionWorld, { witness, settings, lastInput, handle, isSame }: Runs): Promise<ItemResult[]> {
	const { runs = [[{}]], passMs = 0, more = {}, data = {} } = witness;
	const results: ItemResult[] = [];
	for (const [run, inputs] of runs.entries()) {
		if (run > 0) world.time.nowMs += passMs;
		const items = inputs.map((input, place) => {
			const isLast = run === runs.length - 1 && place === inputs.length - 1;
			const key = isSame ? `k${String(place)}` : `k${String(results.length + place)}`;
			return { ...item(key, { ...input, ...(isLast ? lastInput : {}) }), data };
		});
		results.push(...(await makeActionOn(world, handle, settings, more).run(items)));
	}
	return results;
}

function asked({ requests }: ScriptedProvider): Pick<Trace, 'requests'> {
	return { requests: showValue(requests.map(({ signal: _signal, ...request }) => request)) };
}

async function told(
	world: ActionWorld,
	{ settings, results }: { settings: Settings; results: readonly ItemResult[] },
): Promise<Omit<Trace, 'requests' | 'time'>> {
	const values = readShared(LLM_ACTION_PARAMS, { ...NEEDED, ...settings });
	const entries = await world.store.entries('a', { afterSeq: 1, limit: 1000 });
	return {
		journal: showValue(
			entries.map(({ body, labels, person }) => ({
				body,
				labels: labels && { ...labels, batch: labels.batch && 'new in every run' },
				person,
			})),
		),
		items: showValue(results.map((result) => plainItem(mergeResult({}, result, values.outputField)))),
		outputs: actionOutputsOf(values)
			.map(({ name }) => name)
			.join(),
	};
}

/** Without what is new in every run. */
function plainItem({ llmCredits, ...fields }: Record<string, unknown>): unknown {
	const { source, reason, checks } = llmCredits as ItemResult['llmCredits'];
	return { ...fields, source, reason, checks };
}
