/** Owns telling a journal as lines that tests compare. Refuses to tell anything but calls. */
import type { Entry } from '../../../lib/core/nouns/records';
import { formatCredits } from '../../../lib/core/values/money';

/** The entries about calls, each as a line: `reserved 1.2 m rung 0 pass 0`, `settled 1.2`, `refused credits_exhausted` … */
export function storyOf(entries: readonly Entry[]): string[] {
	return entries.flatMap(({ body, labels }) => {
		switch (body.kind) {
			case 'reserved': {
				const why = body.steppedDown === null ? '' : ` not ${body.steppedDown}`;
				return [
					`reserved ${formatCredits(body.amountMicro)} ${labels?.model ?? ''} rung ${String(body.rung)} pass ${String(body.pass)}${why}`,
				];
			}
			case 'refused':
				return [`refused ${body.reason}`];
			case 'settled':
				return [`settled ${formatCredits(body.actualMicro)}`];
			case 'released':
				return ['released'];
			case 'hold_expired':
				return ['unconfirmed'];
			default:
				return [];
		}
	});
}
