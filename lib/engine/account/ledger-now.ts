/** The instant that engine and ledger share: by it is judged what of an account is over (ledger rule 46). */
import type { Instant } from '../../core/values/time';
import type { Timing } from '../waiting/timing';

/** What the ledger's clock says, in epoch milliseconds; the machine's where that is not known. */
export function nowOf(ledger: { readonly timing?: Pick<Timing, 'clock'> | null }, timing: Pick<Timing, 'clock'>): Instant {
	return (ledger.timing ?? timing).clock();
}
