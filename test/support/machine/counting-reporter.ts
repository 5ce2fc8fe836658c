/**
 * The usual report for people, then the tests and files that took longest, and for `.ci/run` one line of JSON with the figures of the run,
 * appended to the file that LLM_CREDITS_COUNTS names. A run that dies before its end writes no figures.
 */
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

const SLOWEST = 10;
/** A run of few tests shows their times beside them; a list would say it again. */
const WORTH_A_LIST = 40;

interface Timed {
	readonly name: string;
	readonly ms: number;
}

function slowest(times: readonly Timed[]): string[] {
	return [...times]
		.sort((one, other) => other.ms - one.ms)
		.slice(0, SLOWEST)
		.map(({ name, ms }) => `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
}

class CountingReporter extends Mocha.reporters.Spec {
	constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
		super(runner, options);
		const tests: Timed[] = [];
		const files = new Map<string, number>();
		runner.on(Mocha.Runner.constants.EVENT_TEST_END, (test) => {
			const ms = test.duration ?? 0;
			tests.push({ name: test.fullTitle(), ms });
			const file = relative(process.cwd(), test.file ?? '');
			files.set(file, (files.get(file) ?? 0) + ms);
		});
		runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
			const { passes, failures, pending } = this.stats;
			if (tests.length >= WORTH_A_LIST) {
				const ofFiles = slowest([...files].map(([name, ms]) => ({ name, ms })));
				console.log(['The slowest tests:', ...slowest(tests), 'The slowest files, their tests together:', ...ofFiles, ''].join('\n'));
			}
			const file = process.env['LLM_CREDITS_COUNTS'];
			if (file !== undefined && file !== '') appendFileSync(file, `${JSON.stringify({ passed: passes, failed: failures, pending })}\n`);
		});
	}
}

export = CountingReporter;
