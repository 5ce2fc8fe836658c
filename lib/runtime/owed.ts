/**
 * What this process could not record because a ledger was away: one book for all nodes, which outlives each of them, a redeploy and a reload
 * of this package. When the process ends, what is lost is said with its amounts.
 */
import { writeSync } from 'node:fs';
import { shownText } from '../core/values/shown-text';
import { OwedCosts } from '../engine/account/owed-costs';
import { notice } from './notices';
import { processWide } from './process-wide';
import { idlePause, jitter, monotonicMs } from './system';

const STDERR = 2;

/** The book of this process. */
export function owedCosts(): OwedCosts {
	return processWide('owed.v1', newBook);
}

function newBook(): OwedCosts {
	const book = new OwedCosts({ timing: { monotonicMs, jitter }, rest: idlePause, say: notice });
	process.once('exit', () => {
		for (const line of book.lost()) sayAtExit(line);
	});
	return book;
}

/** At that point nothing is written any more that waits. */
function sayAtExit(line: string): void {
	try {
		writeSync(STDERR, `LLM Credits: ${shownText(line)}\n`);
	} catch {
		// Nobody reads what the process says any more.
		return;
	}
}
