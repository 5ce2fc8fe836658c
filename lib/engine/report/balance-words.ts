/** Says in words what is unusual about a balance: why nothing can be spent of it, and that the account's time stands still. */
import type { Balance } from '../../core/rules/draft/balance';
import { clockAheadOf, type ClockAhead } from '../../core/rules/draft/ledger-time';
import { spendingBlockOf } from '../../core/rules/draft/spendable';
import { formatCredits } from '../../core/values/money';
import { toIso } from '../../core/values/time';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Why nothing can be spent, and what to do, in one sentence; `null` where calls can spend what is available. */
export function blockedText(balance: Balance): string | null {
	const { account, availableMicro } = balance;
	const block = spendingBlockOf(balance);
	const kept = `the ${formatCredits(availableMicro)} credits that are there stay`;
	switch (block) {
		case null:
			return null;
		case 'account_frozen': {
			const { reason = '' } = account.frozen ?? {};
			return `Nothing can be spent: the account is frozen${reason === '' ? '' : ` (${reason})`}; ${kept}. "llm-credits thaw" lets it go on.`;
		}
		case 'plan_not_eligible':
			return `Nothing can be spent on a trial plan; ${kept}, for when the plan is paid: llm-credits account set --plan paid`;
		default:
			return block satisfies never;
	}
}

/** How far the newest entry is ahead of the clock: "2 days", "3 hours", "7 minutes". */
export function spanText({ byMs }: Pick<ClockAhead, 'byMs'>): string {
	const [unitMs, unit] = byMs >= 1.5 * DAY_MS ? [DAY_MS, 'days'] : byMs >= 2 * HOUR_MS ? [HOUR_MS, 'hours'] : [MINUTE_MS, 'minutes'];
	return `${String(Math.round(byMs / unitMs))} ${unit}`; // ratio: time, for people
}

/** That the account's time stands still, until when, and what that means; `null` while it goes with the clock. */
export function aheadText({ ahead }: Pick<Balance, 'ahead'>): string | null {
	return ahead && standstillText(ahead);
}

/** The same of a clock that says `clockMs` while the newest entry is of `newestAtMs`. */
export function clockAheadText({ clockMs, newestAtMs }: { readonly clockMs: number; readonly newestAtMs: number }): string {
	return standstillText(clockAheadOf({ lastAtMs: newestAtMs }, clockMs) ?? { untilMs: newestAtMs, byMs: newestAtMs - clockMs });
}

function standstillText({ untilMs, byMs }: ClockAhead): string {
	return `The newest entry of the account is ${spanText({ byMs })} ahead of the clock, because a clock was wrong. Until ${toIso(untilMs)} calls count in the day of that entry, and credits that end before it have ended. Set the clock of the machine that wrote it.`;
}
