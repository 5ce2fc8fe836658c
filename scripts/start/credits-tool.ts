/** Owns calls of the command line `llm-credits` of the installed package, whose answers are JSON. Refuses to touch the ledger itself. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StartFailure } from './start-failure';
import type { Workshop } from './workshop';

const run = promisify(execFile);
const LIMIT_MS = 120_000;

export interface BalanceAnswer {
	readonly available: string;
	readonly held: string;
}

export interface UsageAnswer {
	readonly total: { readonly credits: string; readonly calls: number; readonly inputTokens: number; readonly outputTokens: number } | null;
}

export interface VerifyAnswer {
	readonly ok: boolean;
	readonly entries: number;
	readonly violations: readonly unknown[];
}

/** The command line over the ledger of a start. */
export class CreditsTool {
	readonly #program: string;
	readonly #ledger: string;

	constructor({ installed, ledger }: Workshop) {
		this.#program = join(installed, 'dist', 'lib', 'cli', 'llm-credits.js');
		this.#ledger = ledger;
	}

	async open(): Promise<void> {
		await this.#ask(['account', 'open']);
	}

	/** The introductory grant: promotional, for 90 days. */
	async grant(credits: string): Promise<void> {
		await this.#ask([
			'grant',
			'--credits',
			credits,
			'--category',
			'promotional',
			'--expires-in-days',
			'90',
			'--note',
			'Introductory credits',
		]);
	}

	balance(): Promise<BalanceAnswer> {
		return this.#ask<BalanceAnswer>(['balance']);
	}

	usage(): Promise<UsageAnswer> {
		return this.#ask<UsageAnswer>(['usage', '--by', 'campaign']);
	}

	verify(): Promise<VerifyAnswer> {
		return this.#ask<VerifyAnswer>(['verify']);
	}

	/** A verify that finds violations ends with exit code 1 and still answers. */
	async #ask<T>(args: readonly string[]): Promise<T> {
		try {
			const { stdout } = await run(process.execPath, [this.#program, ...args, '--ledger', this.#ledger, '--account', 'default', '--json'], {
				timeout: LIMIT_MS,
				maxBuffer: 64_000_000,
			});
			return JSON.parse(stdout) as T;
		} catch (error) {
			const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
			if (args[0] === 'verify' && stdout.includes('"violations"')) return JSON.parse(stdout) as T;
			throw new StartFailure(
				stderr.trim() || `llm-credits ${args.join(' ')} failed: ${error instanceof Error ? error.message : String(error)}`,
			);
		}
	}
}
