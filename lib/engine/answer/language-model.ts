/**
 * Owns the model that tells languages apart, loaded when the first answer needs it: it takes some 30 MB and a sixth of a second,
 * which nobody pays who checks no language. Refuses to judge; that is lib/core/gates/language.ts.
 */
import type { LanguageModel } from '../../core/gates/language';

let loading: Promise<LanguageModel> | null = null;

/** The model of this process. Rejects only when the package is damaged; the next call tries again. */
export async function languageModel(): Promise<LanguageModel> {
	loading ??= load();
	try {
		return await loading;
	} catch (error) {
		loading = null;
		throw error;
	}
}

async function load(): Promise<LanguageModel> {
	const { eld } = await import('eld/extrasmall');
	return {
		languages: new Set(Object.values(eld.info().Languages)),
		scores: (text) => eld.detect(text).getScores(),
	};
}
