/**
 * Loaded into a host before anything else: its clock is ahead by as many milliseconds as a file says, which a test may change at any time.
 * Timers run as usual.
 */
import { existsSync, readFileSync } from 'node:fs';

/** Names the file. */
const CLOCK_VARIABLE = 'LLM_CREDITS_TEST_CLOCK';
const LOOK_EVERY_MS = 20;

/** The environment of a host whose clock is ahead by what this file says. */
export function movedClock(file: string): Readonly<Record<string, string>> {
	return { [CLOCK_VARIABLE]: file, NODE_OPTIONS: `--require=${__filename}` };
}

const given = process.env[CLOCK_VARIABLE];
if (given !== undefined) {
	const usual = Date.now;
	let aheadMs = 0;
	const look = (): void => {
		if (existsSync(given)) aheadMs = Number(readFileSync(given, 'utf8'));
	};
	look();
	setInterval(look, LOOK_EVERY_MS).unref();
	Date.now = () => usual() + aheadMs;
}
