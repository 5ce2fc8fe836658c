/**
 * Records later what a call cost, or that it cost nothing. Meanwhile a backup may have taken the place of the ledger: there the number of the
 * hold is free, or another call's, which must not be charged for it.
 */
import type { SettleCommand } from '../../core/nouns/commands';
import type { Hold } from '../../core/nouns/records';
import type { ReserveInput } from './ledger-inputs';
import type { SpendingAccount } from './spending-account';

/** What a call cost, whatever hold it is charged to. */
export type LateCost = Omit<SettleCommand, 'kind' | 'holdSeq'>;

/**
 * As much of a hold as tells it from another of its number, and what a new one would be counted under. Its person is not: a hold has the
 * pseudonym, of which a reservation would make another.
 */
export type KnownHold = Pick<Hold, 'seq' | 'reservedAtMs' | 'amountMicro' | 'labels' | 'rung'>;

const SHORTEST_HOLD_MS = 1_000;

/** A reservation without limits of its own. */
export function plainReserve(key: string, fingerprint: string): Omit<ReserveInput, 'alternatives'> {
	return {
		key,
		fingerprint,
		labels: {},
		person: null,
		executionId: null,
		sendId: null,
		caps: [],
		waitMs: 0,
		holdTimeoutMs: SHORTEST_HOLD_MS,
	};
}

/** Charges a call late. False while it cannot be charged: its hold is not there, and the account is frozen. Rejects as the ledger does. */
export async function settleLate(
	ledger: Pick<SpendingAccount, 'readHold' | 'reserve' | 'settle'>,
	hold: KnownHold,
	cost: LateCost,
): Promise<boolean> {
	const holdSeq = (await isThere(ledger, hold)) ? hold.seq : await holdNothing(ledger, hold);
	if (holdSeq === null) return false;
	await ledger.settle({ ...cost, holdSeq });
	return true;
}

/** Gives a hold back late, with what was charged for it where its time is over meanwhile (ledger rule 37). Rejects as the ledger does. */
export async function releaseLate(ledger: Pick<SpendingAccount, 'readHold' | 'release'>, hold: KnownHold): Promise<boolean> {
	if (await isThere(ledger, hold)) await ledger.release(hold.seq);
	return true;
}

async function isThere(ledger: Pick<SpendingAccount, 'readHold'>, { seq, reservedAtMs, amountMicro }: KnownHold): Promise<boolean> {
	const found = await ledger.readHold(seq);
	return found !== null && found.hold.reservedAtMs === reservedAtMs && found.hold.amountMicro === amountMicro;
}

/** `null`: the account is frozen. The key is made of the hold, so that a call that was cut short is not charged twice. */
async function holdNothing(
	ledger: Pick<SpendingAccount, 'reserve'>,
	{ seq, reservedAtMs, labels: { model, ...labels }, rung }: KnownHold,
): Promise<number | null> {
	const outcome = await ledger.reserve({
		...plainReserve(`late h${String(seq)} of ${String(reservedAtMs)}`, 'late'),
		labels,
		alternatives: () => [{ rung, calls: [{ amountMicro: 0n, model: model ?? null, price: null }] }],
	});
	return outcome.kind === 'refused' ? null : outcome.hold.seq;
}
