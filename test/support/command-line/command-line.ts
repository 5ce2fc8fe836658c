/**
 * The command line as tests use it: commands in a folder and on a ledger of their own. Answers that are not one document fail the test, and
 * so do failures with a stack trace.
 */
import { expect } from 'chai';
import { join } from 'node:path';
import type { Measure } from '../../../lib/core/nouns/call-facts';
import type { Labels } from '../../../lib/core/nouns/labels';
import { parseCredits } from '../../../lib/core/values/money';
import type { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import type { LedgerStore } from '../../../lib/ledger/store';
import { accountOf, openLedgerStore } from '../../../lib/runtime/runtime';
import type { Finished } from '../machine/child';
import { cleanEnvironment, outputRoot } from '../machine/repository';
import { temporaryFolder } from '../machine/temporary-folder';
import { runWarm } from './warm-commands';

const micro = (credits: number): bigint => parseCredits(String(credits), { field: 'amount' });
const COMMAND_MS = 30_000;
export const PROGRAM = join(outputRoot(), 'lib', 'cli', 'llm-credits.js');

/** What a command answers; a test that looks for what is not there fails. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the documents differ by command, and the tests assert their shape.
export type Document = Record<string, any>;

/** A call to take on the ledger, in credits. Without a cost it stays open. */
export interface Call {
	readonly key: string;
	readonly amount: number;
	readonly cost?: number;
	readonly labels?: Labels;
	readonly person?: string;
	readonly timeoutMs?: number;
	/** How the cost was known; default: the provider reported it. */
	readonly measure?: Measure;
}

export class CommandLine {
	readonly folder = temporaryFolder();
	readonly ledger = join(this.folder, 'ledger.db');

	/** A command, in a process that runs others before and after it. */
	async run(...args: readonly string[]): Promise<Finished> {
		const env = cleanEnvironment({ LLM_CREDITS_LEDGER: this.ledger, TZ: 'UTC' });
		return runWarm({ args, cwd: this.folder, env }, COMMAND_MS);
	}

	/** The text for people of a run that must end well. */
	async text(...args: readonly string[]): Promise<string> {
		const { code, stdout, stderr } = await this.run(...args);
		expect(code, stderr).to.equal(0);
		return stdout;
	}

	/** The one document of a run that must end with `code`. */
	async document(args: readonly string[], code = 0): Promise<Document> {
		const finished = await this.run(...args, '--json');
		expect(finished.code, finished.stderr).to.equal(code);
		return JSON.parse(finished.stdout);
	}

	/** A run that must fail with `code` and say these words, on standard error alone. */
	async failure(args: readonly string[], { code, says }: { code: number; says: RegExp }): Promise<void> {
		const finished = await this.run(...args);
		expect(finished.stderr)
			.to.match(says)
			.and.not.match(/\n\s+at /);
		expect(finished.stdout).to.equal('');
		expect(finished.code).to.equal(code);
	}

	/** Takes calls within this process, one after the other; returns the ids of their holds, or why each was refused. */
	async call(...calls: readonly Call[]): Promise<string[]> {
		return this.withAccount(async (account) => {
			const taken: string[] = [];
			for (const call of calls) taken.push(await take(account, call));
			return taken;
		});
	}

	/** Opens the ledger within this process. */
	async withAccount<T>(work: (account: LedgerAccount, store: LedgerStore) => Promise<T>): Promise<T> {
		const store = await openLedgerStore(this.ledger);
		try {
			return await work(accountOf(store, 'default'), store);
		} finally {
			await store.close();
		}
	}
}

/** Takes one call. */
export async function take(
	account: LedgerAccount,
	{ key, amount, cost, labels = {}, person, timeoutMs, measure = 'reported' }: Call,
): Promise<string> {
	const reserved = await account.reserve({
		key,
		fingerprint: 'f',
		alternatives: () => [{ rung: 0, calls: [{ amountMicro: micro(amount), model: null, price: null }] }],
		labels,
		person: person ?? null,
		sendId: key,
		executionId: null,
		caps: [],
		waitMs: 0,
		...(timeoutMs === undefined ? {} : { holdTimeoutMs: timeoutMs }),
	});
	if (reserved.kind === 'refused') return [reserved.reason, reserved.limit].filter((word) => word !== null).join(' ');
	const { seq } = reserved.hold;
	if (cost !== undefined) await account.settle({ holdSeq: seq, actualMicro: micro(cost), measure, usage: null, result: null });
	return `h${String(seq)}`;
}
