/** Real processes that guess an admin key together, and somebody who knows it (ledger rule 35). */
import { expect } from 'chai';
import { join } from 'node:path';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import { accountOf, openLedgerStore } from '../../lib/runtime/runtime';
import { newSalt } from '../../lib/runtime/system';
import { SHARED_KINDS } from '../support/ledger/ledger-places';
import { start, until } from '../support/machine/child';
import { cleanEnvironment, outputRoot } from '../support/machine/repository';

const KEY = 'correct horse battery staple';
const PROCESSES = 4;
const GUESSES = 50;
/** The delays between twelve looks are five minutes, longer than the processes run. */
const MOST_LOOKS = 12;
const GUESSER = join(outputRoot(), 'test', 'support', 'loads', 'key-guesser.js');

for (const { name, newAddress } of SHARED_KINDS) {
	describe(`200 wrong admin keys of four processes at once on ${name}`, function () {
		this.timeout(240_000);

		it('are hardly looked at, and keep the right one of another process from nothing', async () => {
			const place = await newAddress();
			const store = await openLedgerStore(place);
			try {
				const ledger = accountOf(store, 'shop');
				await ledger.open({ timeZone: 'UTC' });
				await ledger.setAdminKey({ newKey: KEY, salt: newSalt(), key: 'set' });
				const guessers = Array.from({ length: PROCESSES }, () =>
					start(process.execPath, [GUESSER, place, 'shop', String(GUESSES)], { env: cleanEnvironment() }),
				);
				const isTried = async (): Promise<true | null> => ((await deniedIn()) > 0 ? true : null);
				const deniedIn = async (): Promise<number> =>
					(await store.entries('shop', { afterSeq: 0, limit: 1000 })).filter(({ body }) => body.kind === 'admin_denied').length;
				await until(isTried, { timeoutMs: 60_000, everyMs: 5, describe: () => guessers.map((each) => each.output()).join('\n') });
				const admin = accountOf(store, 'shop').asAdministrator(KEY);
				const granted = await admin.grant({ credits: 5n, category: 'purchased', expiry: null, key: 'invoice' });
				expect(granted.isReplayed).to.equal(false);
				expect(
					guessers.filter((each) => each.isRunning()),
					'they still guess',
				).not.to.have.length(0);
				const codes = (await Promise.all(guessers.map((each) => each.finished))).flatMap(
					({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as string[],
				);
				expect(codes).to.have.length(PROCESSES * GUESSES);
				expect(codes.filter((code) => code !== 'too_many_attempts' && code !== 'not_authorised')).to.deep.equal([]);
				const looks = await deniedIn();
				expect(codes.filter((code) => code === 'not_authorised')).to.have.length(looks);
				process.stdout.write(`      ${String(looks)} of ${String(codes.length)} were looked at\n`);
				expect(looks).to.be.within(1, MOST_LOOKS);
				expect((await verifyLedger(store)).violations).to.deep.equal([]);
			} finally {
				await store.close();
			}
		});
	});
}
