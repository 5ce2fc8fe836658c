/** Tells people what a model of theirs does not take, once in a run: their settings say otherwise. */
import { concessionsIn, type Manner } from '../../core/calls/manner';
import { loweredHint } from '../../core/calls/most-output';
import type { ActionContext } from '../plan/action-types';
import { usualMannerOf, type CallPlan } from '../plan/call-plan';

/** What of a call a hint is about. */
type HintedCall = Pick<CallPlan, 'model' | 'modelId' | 'settings'> & { readonly handle: Pick<CallPlan['handle'], 'manner'> };

/** A sentence for each thing that an answered call went without, where this run has not said it yet; `null`: nothing to say. */
export function hintOnce(
	{ told }: Pick<ActionContext, 'told'>,
	{ plan: { model, modelId, settings, handle }, manner }: { plan: HintedCall; manner: Manner },
): string | null {
	const usual = usualMannerOf(handle);
	if (manner === usual) return null;
	const known = new Set(concessionsIn(usual));
	const learnt = concessionsIn(manner).filter((concession) => !known.has(concession));
	const hints = learnt.flatMap(({ id, hint }) => {
		if (id === 'no_temperature' && settings.temperature === null) return [];
		if (id === 'no_reasoning_effort' && settings.reasoningEffort === null) return [];
		return [{ id, hint }];
	});
	const most = manner.mostTokens;
	if (most !== null && most < settings.maxOutputTokens) hints.push({ id: 'most_tokens', hint: loweredHint(most) });
	const sentences = hints.flatMap(({ id, hint }) => {
		const key = `${id} ${modelId}`;
		if (told.has(key)) return [];
		const sentence = `${model} ${hint}.`;
		told.set(key, sentence);
		return [sentence];
	});
	return sentences.length === 0 ? null : sentences.join(' ');
}

/** Two notes for people as one. */
export function joined(first: string | null, second: string | null): string | null {
	return first === null || second === null ? (first ?? second) : `${first} ${second}`;
}
