/**
 * Owns the figures `.ci/run` adds up: the usual report for people, and one line of JSON per run appended to the file named by
 * LLM_CREDITS_COUNTS. A run that dies before its end writes nothing.
 */
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

class CountingReporter extends Mocha.reporters.Spec {
	constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
		super(runner, options);
		runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
			const { passes, failures, pending } = this.stats;
			const file = process.env['LLM_CREDITS_COUNTS'];
			if (file !== undefined && file !== '') appendFileSync(file, `${JSON.stringify({ passed: passes, failed: failures, pending })}\n`);
		});
	}
}

export = CountingReporter;
