/**
 * All that changes while one item is on its way, in one place: its sums, its keys, what is still to be charged, and what it says when it
 * leaves. Others read it and tell it what happened; nobody else changes it.
 */
import type { Hold } from '../../core/nouns/records';
import type { Micro } from '../../core/values/money';
import { addUsage, type Usage } from '../../core/usage/usage-fields';
import type { BatchMark } from '../outcome/batch-mark';
import type { ItemChecks } from '../outcome/item-result';
import type { ItemTime } from './item-time';
import type { Conclude } from './metered-call';

/** What a pass came to. */
export interface PassSum {
	readonly pass: string;
	readonly model: string;
	readonly state: 'answered' | 'failed';
	readonly chargedMicro: Micro;
	readonly attempts: number;
}

/** What one call came to. */
export interface CallSum {
	readonly attempts: number;
	readonly chargedMicro: Micro;
	/** What was set aside for what was charged. */
	readonly reservedMicro: Micro;
	readonly usage: Usage | null;
	readonly hold: Hold;
	readonly availableMicro: Micro | null;
	/** How often it was paid for what cannot be used; absent: never. */
	readonly paidFailures?: number;
	/** How many calls ended without anybody knowing what they cost; absent: none. */
	readonly unconfirmed?: number;
}

/** What an item has cost so far: all its calls together, and each pass. */
export interface ItemSums {
	readonly attempts: number;
	/** How often the item has paid for what it could not use. */
	readonly paidFailures: number;
	/** How many of its calls nobody knows the cost of; what was charged for them is in the sum. */
	readonly unconfirmed: number;
	readonly chargedMicro: Micro;
	readonly reservedMicro: Micro;
	/** As the ledger said last. */
	readonly availableMicro: Micro | null;
	readonly usage: Usage | null;
	/** The one that the item names. */
	readonly hold: Hold | null;
	readonly passes: readonly PassSum[];
}

const NO_SUMS: ItemSums = {
	attempts: 0,
	paidFailures: 0,
	unconfirmed: 0,
	chargedMicro: 0n,
	reservedMicro: 0n,
	availableMicro: null,
	usage: null,
	hold: null,
	passes: [],
};

/** What an item says of itself beside its sums. */
export interface ItemMarks {
	/** The model that was asked last, or is to be asked; empty before that is known. */
	readonly model: string;
	readonly checks: ItemChecks | null;
	/** The batch that the item is, or was, in. */
	readonly batch: BatchMark | null;
	/** The hold that it names where none could be looked at. */
	readonly holdSeq: number | null;
}

/** The state of one item. */
export class ItemState {
	readonly time: ItemTime;
	#sums: ItemSums = NO_SUMS;
	#marks: ItemMarks = { model: '', checks: null, batch: null, holdSeq: null };
	#keys = 0;
	#due: Conclude | null = null;

	constructor(time: ItemTime) {
		this.time = time;
	}

	get sums(): ItemSums {
		return this.#sums;
	}

	get marks(): ItemMarks {
		return this.#marks;
	}

	/** How many keys the item has used. */
	get keys(): number {
		return this.#keys;
	}

	useKey(): void {
		this.#keys += 1;
	}

	/** Notes what the item will say of itself. */
	mark(marks: Partial<ItemMarks>): void {
		this.#marks = { ...this.#marks, ...marks };
	}

	/** The ledger said what is available. */
	available(availableMicro: Micro | null): void {
		this.#sums = { ...this.#sums, availableMicro };
	}

	/** The hold that the item names from now on. */
	names(hold: Hold | null): void {
		this.#sums = { ...this.#sums, hold };
	}

	/** A call has ended. */
	add({ attempts, chargedMicro, reservedMicro, usage, hold, availableMicro, paidFailures = 0, unconfirmed = 0 }: CallSum): void {
		const sums = this.#sums;
		this.#sums = {
			attempts: sums.attempts + attempts,
			paidFailures: sums.paidFailures + paidFailures,
			unconfirmed: sums.unconfirmed + unconfirmed,
			chargedMicro: sums.chargedMicro + chargedMicro,
			reservedMicro: sums.reservedMicro + reservedMicro,
			availableMicro: availableMicro ?? sums.availableMicro,
			usage: usage && sums.usage ? addUsage(sums.usage, usage) : (usage ?? sums.usage),
			hold,
			passes: sums.passes,
		};
	}

	/** A call that was added before is charged now; it is the one that wrote the draft, and its hold is the one that paid. */
	charge({ chargedMicro, reservedMicro, availableMicro, hold }: CallSum): void {
		const sums = this.#sums;
		const last = sums.passes.findLastIndex(({ pass }) => pass === 'draft');
		this.#sums = {
			...sums,
			chargedMicro: sums.chargedMicro + chargedMicro,
			reservedMicro: sums.reservedMicro + reservedMicro,
			availableMicro: availableMicro ?? sums.availableMicro,
			hold,
			passes: sums.passes.map((pass, index) => (index === last ? { ...pass, chargedMicro: pass.chargedMicro + chargedMicro } : pass)),
		};
	}

	/** A pass has ended; it cost what was added since `before`. */
	endPass(pass: Pick<PassSum, 'pass' | 'model' | 'state'>, before: Pick<ItemSums, 'chargedMicro' | 'attempts'>): void {
		const { chargedMicro, attempts, passes } = this.#sums;
		const sum = { ...pass, chargedMicro: chargedMicro - before.chargedMicro, attempts: attempts - before.attempts };
		this.#sums = { ...this.#sums, passes: [...passes, sum] };
	}

	/** The answer of the item is charged once its outcome is known. */
	owe(conclude: Conclude): void {
		this.#due = conclude;
	}

	/** Charges what waits for its outcome, once; a note for people as a settled call has. */
	async conclude(end: Parameters<Conclude>[0]): Promise<string | null> {
		const due = this.#due;
		this.#due = null;
		return due ? due(end) : null;
	}
}
