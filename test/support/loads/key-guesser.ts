/** A process that tries many wrong admin keys at once, and prints how each was answered. Arguments: the ledger, the account, how many. */
import { isCreditError } from '../../../lib/core/values/errors';
import { accountOf, openLedgerStore } from '../../../lib/runtime/runtime';

async function guess([place = '', account = '', count = '']: readonly string[]): Promise<void> {
	const store = await openLedgerStore(place, { mayMake: false });
	const ledger = accountOf(store, account);
	process.stdout.write('guessing\n');
	const codes = await Promise.all(
		Array.from({ length: Number(count) }, async (_, index) => {
			const guesser = ledger.asAdministrator(`a wrong key of ${String(process.pid)}, number ${String(index)}`);
			const input = { credits: 1n, category: 'purchased', expiry: null, key: `guess ${String(process.pid)} ${String(index)}` } as const;
			return guesser.grant(input).then(
				() => 'granted',
				(error: unknown) => (isCreditError(error) ? error.code : String(error)),
			);
		}),
	);
	await store.close();
	process.stdout.write(`${JSON.stringify(codes)}\n`);
}

void guess(process.argv.slice(2));
