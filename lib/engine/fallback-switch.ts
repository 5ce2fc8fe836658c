/**
 * Owns where Fallback Switch sends an item: the first rule that fits, else Otherwise, which is always the last output.
 */
import { isObject, propertyOf } from '../core/values/foreign';
import { CreditError } from '../core/values/errors';
import { parseCredits, type Micro } from '../core/values/money';
import { OTHERWISE, type FALLBACK_SWITCH_PARAMS } from '../params/fallback-switch';
import type { ValuesOf } from '../params/param';
import { spendableMicro } from '../core/rules/draft/spendable';
import type { LedgerAccount } from './account/ledger-account';

export type FallbackSwitchValues = ValuesOf<typeof FALLBACK_SWITCH_PARAMS>;
export type CreditState = FallbackSwitchValues['states'][number]['state'];

const PERCENT = 100n;

/** The rules of one switch. */
export class FallbackSwitch {
	/** Rules in order, then Otherwise. */
	readonly outputNames: readonly string[];
	readonly needsLedger: boolean;
	readonly #values: FallbackSwitchValues;
	readonly #exhaustedMicro: Micro;

	/** Throws `invalid_settings` when two outputs have one name or the threshold is not an amount. */
	constructor(values: FallbackSwitchValues) {
		this.#values = values;
		this.needsLedger = values.mode === 'state';
		this.#exhaustedMicro = parseCredits(values.exhaustedCredits, { field: 'Exhausted Below' });
		const rules: readonly { readonly output: string }[] = this.needsLedger ? values.states : values.rules;
		const names = rules.map(({ output }) => output);
		const repeated = names.find((name, index) => names.indexOf(name) !== index);
		if (repeated !== undefined) {
			throw new CreditError(
				'invalid_settings',
				`Two rules have the output name ${JSON.stringify(repeated)}. Give each output its own name.`,
			);
		}
		this.outputNames = [...names, OTHERWISE.label];
	}

	/** Index of the output for an item. `state` is `null` while the ledger cannot be read, and then nothing fits. */
	route(item: unknown, state: CreditState | null): number {
		const index = this.needsLedger
			? this.#values.states.findIndex((rule) => rule.state === state)
			: this.#values.rules.findIndex((rule) => fits(rule, item));
		return index < 0 ? this.outputNames.length - 1 : index;
	}

	/** The state of the credits that can be spent now. Low is judged on the grants that have not expired. Rejects when the ledger cannot be read. */
	async readState(ledger: LedgerAccount): Promise<CreditState> {
		const balance = await ledger.balance();
		const { grantedMicro } = balance;
		// Credits of a frozen account, or of one on a trial plan, are there for nobody.
		const availableMicro = spendableMicro(balance);
		if (availableMicro < this.#exhaustedMicro || availableMicro <= 0n) return 'exhausted';
		return availableMicro * PERCENT <= grantedMicro * BigInt(this.#values.lowPercent) ? 'low' : 'available';
	}
}

function fits(rule: FallbackSwitchValues['rules'][number], item: unknown): boolean {
	const marks = propertyOf(item, 'llmCredits');
	if (!isObject(marks)) return false;
	const { source, reason } = marks;
	return (rule.source === 'any' || rule.source === source) && (rule.reason === 'any' || rule.reason === reason);
}
