/**
 * The charter's rule about suites of tests: each file of tests is run by exactly one suite that CI calls, or else by the proofs that take long.
 * A file that no pattern of package.json matches would never run, and nobody would miss it.
 */
import { matchesGlob } from 'node:path';
import type { Rule, Violation } from './charter-layers';
import type { SourceTree } from './source-tree';

const CI = '.ci/run';
const PROOF = 'test:proof';
/** A suite that says where its ledgers lie runs files of other suites once more. */
const RUNS_AGAIN = 'LLM_CREDITS_LEDGER=';

/** The patterns of the files of tests that a script of package.json runs, as paths of sources. */
function patternsOf(script: string): string[] {
	return [...script.matchAll(/"dist\/(test\/[^"]+)\.js"/g)].map(([, pattern = '']) => `${pattern}.ts`);
}

/** The scripts that CI calls and that run tests for the first time. */
function suitesOf({ files, manifest: { scripts = {} } }: SourceTree): string[] {
	const called = [...(files.get(CI)?.text ?? '').matchAll(/\bnpm (?:run -s ([\w:-]+)|(test)\b)/g)].map(
		([, name, test = '']) => name ?? test,
	);
	return [...new Set(called)].filter((name) => patternsOf(scripts[name] ?? '').length > 0 && !scripts[name]?.includes(RUNS_AGAIN));
}

function isRunBy(path: string, script: string | undefined): boolean {
	return patternsOf(script ?? '').some((pattern) => matchesGlob(path, pattern));
}

const suites: Rule = {
	name: 'each file of tests belongs to one suite',
	check: (tree): Violation[] => {
		const { scripts = {} } = tree.manifest;
		const names = suitesOf(tree);
		const tests = [...tree.files.keys()].filter((path) => path.endsWith('.test.ts'));
		const misplaced = tests.flatMap((path): Violation[] => {
			const running = names.filter((name) => isRunBy(path, scripts[name]));
			if (running.length === 1 || (running.length === 0 && isRunBy(path, scripts[PROOF]))) return [];
			const problem = running.length === 0 ? `is run by no suite that ${CI} calls, nor by ${PROOF}` : `is run by ${running.join(' and ')}`;
			return [{ path, line: 1, problem, mend: 'Put it into a folder that exactly one script of package.json runs.' }];
		});
		const empty = Object.entries(scripts).flatMap(([name, script]) =>
			patternsOf(script)
				.filter((pattern) => !tests.some((path) => matchesGlob(path, pattern)))
				.map((pattern) => ({
					path: 'package.json',
					line: 1,
					problem: `has the script ${name} with ${pattern}, which no file of tests matches`,
					mend: 'Mend the pattern.',
				})),
		);
		return [...misplaced, ...empty];
	},
};

/** The rule about suites. */
export const SUITE_RULES: readonly Rule[] = [suites];
