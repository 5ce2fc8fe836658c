/** Owns what one item has cost so far: attempts, credits and tokens of all its calls, and of each pass. */
import type { Hold } from '../../core/nouns/records';
import type { Micro } from '../../core/values/money';
import { addUsage, type Usage } from '../../core/usage/usage';

/** What a pass came to. */
export interface PassTally {
	readonly pass: string;
	readonly model: string;
	readonly state: 'answered' | 'failed';
	readonly chargedMicro: Micro;
	readonly attempts: number;
}

/** What one call came to. */
export interface CallTally {
	readonly attempts: number;
	readonly chargedMicro: Micro;
	/** What was set aside for what was charged. */
	readonly reservedMicro: Micro;
	readonly usage: Usage | null;
	readonly hold: Hold;
	readonly availableMicro: Micro | null;
}

/** The sums of one item. */
export class ItemTally {
	attempts = 0;
	chargedMicro: Micro = 0n;
	reservedMicro: Micro = 0n;
	availableMicro: Micro | null = null;
	usage: Usage | null = null;
	hold: Hold | null = null;
	readonly passes: PassTally[] = [];

	add({ attempts, chargedMicro, reservedMicro, usage, hold, availableMicro }: CallTally): void {
		this.attempts += attempts;
		this.chargedMicro += chargedMicro;
		this.reservedMicro += reservedMicro;
		this.availableMicro = availableMicro ?? this.availableMicro;
		if (usage) this.usage = this.usage ? addUsage(this.usage, usage) : usage;
		this.hold = hold;
	}

	/** A call that was added before is charged now; it is the one that wrote the draft, and its hold is the one that paid. */
	charge({ chargedMicro, reservedMicro, availableMicro, hold }: CallTally): void {
		this.chargedMicro += chargedMicro;
		this.reservedMicro += reservedMicro;
		this.availableMicro = availableMicro ?? this.availableMicro;
		this.hold = hold;
		const index = this.passes.findLastIndex(({ pass }) => pass === 'draft');
		const draft = this.passes[index];
		if (draft) this.passes[index] = { ...draft, chargedMicro: draft.chargedMicro + chargedMicro };
	}
}
