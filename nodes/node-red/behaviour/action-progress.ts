/** Owns what an LLM Action shows of itself: calls under way, how far a campaign is, what became of it, credits left. */
import { propertyOf } from '../../../lib/core/values/foreign';
import type { NodeMessage } from 'node-red';
import type { Balance } from '../../../lib/core/rules/draft/balance';
import { spendingBlockOf } from '../../../lib/core/rules/draft/spendable';
import { formatCredits } from '../../../lib/core/values/money';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { REASONS, type Reason } from '../../../lib/params/fallback-switch';
import { readableCredits, type NodeStatus } from '../node/node-status';

/** Reasons that a person has to mend, shown in red. */
const TO_MEND: ReadonlySet<Reason> = new Set([
	'ledger_unavailable',
	'provider_rejected',
	'provider_quota',
	'provider_error',
	'model_not_found',
	'unpriced_model',
	'invalid_item',
]);

export class ActionProgress {
	readonly #status: NodeStatus;
	readonly #callsAtATime: () => number;
	#underWay = 0;
	/** Since the node was last idle. */
	#done = 0;
	#fallbacks = 0;
	#pending = 0;
	/** Calls that nobody knows the cost of. */
	#unconfirmed = 0;
	#expected: number | null = null;
	#last: ItemResult['llmCredits'] | null = null;

	/** `callsAtATime` is how many calls can be under way now; other messages wait. */
	constructor(status: NodeStatus, callsAtATime: () => number) {
		this.#status = status;
		this.#callsAtATime = callsAtATime;
	}

	/** Before the first message; a ledger may answer later than that. */
	greet(balance: Balance): void {
		if (this.#hasBegun()) return;
		const block = spendingBlockOf(balance);
		if (block !== null) {
			this.#status.show({ fill: 'yellow', shape: 'ring', text: `nothing can be spent: ${wordsFor(block)}` });
			return;
		}
		const { availableMicro } = balance;
		const text = `${readableCredits(formatCredits(availableMicro))} credits left${balance.ahead ? ' (clock is behind)' : ''}`;
		this.#status.show({ fill: availableMicro > 0n && balance.ahead === null ? 'green' : 'yellow', shape: 'ring', text });
	}

	/** What the first message would meet; once messages have come, what became of them is shown. */
	greetWithProblem(problem: unknown): void {
		if (!this.#hasBegun()) this.#status.showProblem(problem);
	}

	started(msg: NodeMessage): void {
		if (this.#underWay === 0) {
			this.#done = 0;
			this.#fallbacks = 0;
			this.#pending = 0;
			this.#unconfirmed = 0;
			this.#expected = null;
		}
		this.#underWay += 1;
		this.#expected = countOf(msg) ?? this.#expected;
		this.#showWork();
	}

	left({ route, llmCredits }: ItemResult): void {
		this.#last = llmCredits;
		this.#unconfirmed += llmCredits.unconfirmed ?? 0;
		if (route === 'fallback') this.#fallbacks += 1;
		if (route === 'pending') this.#pending += 1;
		this.#ended();
	}

	failed(): void {
		this.#ended();
	}

	#hasBegun(): boolean {
		return this.#underWay > 0 || this.#last !== null;
	}

	#ended(): void {
		this.#done += 1;
		this.#underWay -= 1;
		if (this.#underWay > 0) this.#showWork();
		else this.#showOutcome();
	}

	#showWork(): void {
		const calls = Math.min(this.#underWay, this.#callsAtATime());
		const waiting = this.#underWay - calls;
		const work = `${String(calls)} ${calls === 1 ? 'call' : 'calls'} under way`;
		const isCampaign = this.#expected !== null && this.#expected > 1;
		const text = isCampaign
			? `${String(this.#done)} of ${String(this.#expected)}, ${work}`
			: waiting > 0
				? `${work}, ${String(waiting)} waiting`
				: work;
		this.#status.show({ fill: 'blue', shape: 'dot', text });
	}

	#showOutcome(): void {
		const last = this.#last;
		if (last === null) return;
		if (this.#fallbacks === 0 && this.#pending > 0) {
			const wait = this.#done > 1 ? `${String(this.#pending)} of ${String(this.#done)} wait` : 'waits';
			this.#status.show({ fill: 'blue', shape: 'ring', text: `${wait} in a batch${this.#unsure()}` });
			return;
		}
		if (this.#fallbacks === 0) {
			const text = last.balance === null ? 'answered' : `${readableCredits(last.balance)} credits left`;
			this.#status.show({ fill: 'green', shape: 'dot', text: `${text}${this.#unsure()}` });
			return;
		}
		const reason = last.source === 'fallback' ? `: ${wordsFor(last.reason)}` : '';
		const share = this.#done > 1 ? `${String(this.#fallbacks)} of ${String(this.#done)} by fallback` : 'fallback';
		this.#status.show({
			fill: last.source === 'fallback' && TO_MEND.has(last.reason) ? 'red' : 'yellow',
			shape: 'ring',
			text: `${share}${reason}${this.#unsure()}`,
		});
	}

	#unsure(): string {
		return this.#unconfirmed === 0 ? '' : `, ${String(this.#unconfirmed)} unconfirmed`;
	}
}

function wordsFor(reason: Reason): string {
	return REASONS.find(({ value }) => value === reason)?.label.toLowerCase() ?? reason;
}

/** How many messages belong to the sequence, where the message says so. */
function countOf(msg: NodeMessage): number | null {
	const count = propertyOf(msg['parts'], 'count');
	return typeof count === 'number' ? count : null;
}
