/**
 * Owns what becomes of an answer before it leaves: the free checks, the judge, one repair, and what is replaced. Refuses to let an answer
 * pass that failed; what could not be looked at passes, and the item says so.
 */
import { checkAnswer } from '../../core/gates/check-answer';
import type { Finding } from '../../core/gates/finding';
import { judgeFinding, verdictOf } from '../../core/gates/judge';
import { fieldOf } from '../../core/gates/required-context';
import type { ActionContext } from '../plan/action-types';
import { extraCall, judgeCall, judgedItem, repairCall } from '../call/extra-calls';
import type { ItemChecks } from '../outcome/item-result';
import type { PlannedItem } from '../call/planned-item';
import type { Rung } from '../plan/ladder-plan';
import { languageModel } from '../answer/language-model';
import { describe, repairInstructions } from '../outcome/check-words';
import type { Answer } from '../call/rung-run';

/** What the answer of an item is compared with. */
export interface AskedOf {
	/** The data of the item. */
	readonly data: unknown;
	/** The texts the model was given. */
	readonly prompts: readonly string[];
	/** Codes of the languages it may be in; none: any. */
	readonly languages: readonly string[];
}

export type GateEnd =
	| { readonly kind: 'passed'; readonly answer: Answer; readonly checks: ItemChecks | null }
	| { readonly kind: 'failed'; readonly checks: ItemChecks; readonly message: string };

interface Look {
	readonly failed: readonly Finding[];
	/** Why the judge could not be asked; `null` when it was, or there is none. */
	readonly unjudged: string | null;
}

/** The checks of one answer; used once. */
export class AnswerGates {
	readonly #item: PlannedItem;
	readonly #rung: Rung;
	readonly #asked: AskedOf;

	constructor(item: PlannedItem, { rung, asked }: { rung: Rung; asked: AskedOf }) {
		this.#item = item;
		this.#rung = rung;
		this.#asked = asked;
	}

	/** Looks at the answer, and at its repair where it needs one. */
	async pass(answer: Answer): Promise<GateEnd> {
		const { checks: settings } = this.#item.context;
		const first = await this.#look(answer, 1);
		if (first.failed.length === 0) return passed(answer, first);
		const repaired = settings.repairs ? await this.#repair(answer, first.failed) : null;
		if (!repaired) return this.#unrepaired(answer, first.failed);
		const second = await this.#look(repaired, 2);
		if (second.failed.length > 0) return this.#unrepaired(repaired, second.failed);
		const note = second.unjudged ?? null;
		return { kind: 'passed', answer: withNote(repaired, note), checks: { outcome: 'repaired', failed: first.failed } };
	}

	/** The free checks, and when all of them pass, the judge. */
	async #look(answer: Answer, number: number): Promise<Look> {
		const { context } = this.#item;
		const failed = await freeFindings(context, answer.attributes, this.#asked);
		if (failed.length > 0 || context.checks.judge === null) return { failed, unjudged: null };
		return this.#judge(answer, { number, judge: context.checks.judge });
	}

	async #judge(
		answer: Answer,
		{ number, judge }: { number: number; judge: { model: string; criteria: string; threshold: number } },
	): Promise<Look> {
		const { plan, state, context } = this.#item;
		const texts = context.contract.texts(answer.attributes);
		const judged = judgedItem(this.#item);
		this.#listDraft();
		const { hold } = state.sums;
		const call = judgeCall(judged, { ...judge, texts });
		const end = await extraCall(judged, { rung: this.#rung, call, key: `${plan.key}/judge${number === 1 ? '' : String(number)}` });
		// The hold that the item names is the one that paid for its answer.
		state.names(hold);
		if (end.kind === 'nothing' && !end.isAnswered) return { failed: [], unjudged: `The judge could not be asked. ${end.message}` };
		const finding = judgeFinding(end.kind === 'answered' ? verdictOf(end.answer.attributes) : null, judge.threshold);
		return { failed: finding ? [finding] : [], unjudged: null };
	}

	/** `null` when there is no second answer. */
	async #repair(answer: Answer, failed: readonly Finding[]): Promise<Answer | null> {
		const { context, plan } = this.#item;
		const facts = context.checks.answer.facts.map((name) => [name, fieldOf(this.#asked.data, name)] as const);
		this.#listDraft();
		const call = repairCall(context, this.#rung, {
			answer: JSON.stringify(answer.attributes),
			instructions: repairInstructions(failed, facts),
		});
		const end = await extraCall(this.#item, { rung: this.#rung, call, key: `${plan.key}/repair` });
		return end.kind === 'answered' ? { ...end.answer, isStored: end.answer.isStored && answer.isStored } : null;
	}

	/** Replaces the attributes that failed, where that is wanted and enough; else the answer has failed. */
	#unrepaired(answer: Answer, failed: readonly Finding[]): GateEnd {
		const { checks: settings, contract } = this.#item.context;
		const names = new Set(failed.map(({ attribute }) => attribute));
		const isPartly = !names.has(null) && names.size < Object.keys(answer.attributes).length;
		if (!settings.replacesAttributes || !isPartly) {
			return {
				kind: 'failed',
				checks: { outcome: 'fallback', failed },
				message: `The answer did not pass its checks: ${describe(failed)}.`,
			};
		}
		const fallbacks = contract.fallbacks();
		const attributes = Object.fromEntries(
			Object.entries(answer.attributes).map(([name, value]) => [name, names.has(name) ? fallbacks[name] : value]),
		);
		const note = `What did not pass its checks has its fallback value: ${describe(failed)}.`;
		return { kind: 'passed', answer: withNote({ ...answer, attributes }, note), checks: { outcome: 'replaced', failed } };
	}

	/** Beside further calls, the one that wrote the answer is listed too. */
	#listDraft(): void {
		const { state } = this.#item;
		const [call] = this.#rung.calls;
		if (state.sums.passes.length > 0 || !call) return;
		state.endPass({ pass: call.pass, model: call.model, state: 'answered' }, { chargedMicro: 0n, attempts: 0 });
	}
}

/** What the checks find that cost nothing; empty for an answer that passes them. */
export async function freeFindings(
	{ contract, checks }: ActionContext,
	attributes: Record<string, unknown>,
	{ data, prompts, languages }: AskedOf,
): Promise<readonly Finding[]> {
	const model = languages.length === 0 ? null : await languageModel();
	return checkAnswer(contract.texts(attributes), { ...checks.answer, languages }, { item: data, prompts, languageModel: model });
}

function passed(answer: Answer, { unjudged }: Look): GateEnd {
	if (unjudged === null) return { kind: 'passed', answer, checks: null };
	return { kind: 'passed', answer: withNote(answer, unjudged), checks: { outcome: 'unjudged', failed: [] } };
}

function withNote(answer: Answer, note: string | null): Answer {
	if (note === null) return answer;
	return { ...answer, message: answer.message === null ? note : `${answer.message} ${note}` };
}
