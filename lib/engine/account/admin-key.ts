/**
 * Proving that somebody knows an admin key without keeping it: a slow hash with the account's salt. Tries wait for their turn in the
 * ledger (key-tries), so that guessing is slow however many processes guess, and a right key is not kept waiting by wrong ones.
 */
import { LRUCache } from 'lru-cache';
import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { AdminKey } from '../../core/nouns/admin-key';
import type { AsAdmin } from '../../core/nouns/commands';
import { isProofOf } from '../../core/rules/commands/admin';
import { laneOf, lookAt, type TryLane } from '../../core/rules/key-tries';
import { CreditError } from '../../core/values/errors';
import { sha256 } from '../../core/values/idempotency';
import type { TryStore } from '../../ledger/ports/try-store';
import { NewestFirst } from '../waiting/newest-first';
import type { Timing } from '../waiting/timing';

const scryptAsync = promisify<string, string, number, { N: number; maxmem: number }, Buffer>(scrypt);
/** About a tenth of a second and 32 MB for each try. */
const COST = { N: 2 ** 15, maxmem: 64 * 1024 * 1024 };
const PROOF_BYTES = 32;
const SHORTEST_KEY = 12;
/** Somebody who may well have the right key waits for the lane that is taken, and no longer than this in all. */
const LONGEST_WAIT_MS = 60_000;
/** Keys that were right are remembered; there are few. */
const MAX_REMEMBERED = 100;

/** Hashing is meant to be slow, and must not take all of a host's threads; more different keys at once are guesses. */
const hashing = new NewestFirst({ atOnce: 2, waiting: 16 });

/** The proof of a key for an account's salt, hexadecimal. Takes a while on purpose, off the event loop. */
async function proofOf(key: string, salt: string): Promise<string> {
	const proof = await hashing.run(() => scryptAsync(key, salt, PROOF_BYTES, COST));
	if (proof === null) throw tooMany('Too many admin keys are being tried at once', 1);
	return proof.toString('hex');
}

/** What is stored of a new key. `salt` is random hexadecimal. Throws `invalid_argument` for a key that is too short. */
export async function adminKeyOf(key: string, salt: string): Promise<AdminKey> {
	if (key.trim().length < SHORTEST_KEY) {
		throw new CreditError(
			'invalid_argument',
			`The admin key has ${String(key.trim().length)} characters; give at least ${String(SHORTEST_KEY)}, for example four random words.`,
		);
	}
	return { salt, hash: sha256(await proofOf(key, salt)) };
}

/** A proof that had its turn. */
export interface KeyTried {
	readonly proof: string;
	readonly isRight: boolean;
	/** Waits until a wrong key may be told; call it when that is recorded. */
	readonly settle: () => Promise<void>;
}

/** Proves admin keys of one ledger. */
export class KeyProver {
	readonly #tries: TryStore;
	readonly #timing: Pick<Timing, 'pause'>;
	readonly #right = new LRUCache<string, string>({ max: MAX_REMEMBERED });
	readonly #underWay = new Map<string, Promise<string>>();

	constructor({ tries, timing }: { tries: TryStore; timing: Pick<Timing, 'pause'> }) {
		this.#tries = tries;
		this.#timing = timing;
	}

	/**
	 * The proof of the key that fits, or of the first where none does. Throws `too_many_attempts`, without having looked at the key,
	 * while other wrong keys are being tried in this ledger.
	 */
	async prove(adminKey: AdminKey, keys: readonly [string, ...string[]]): Promise<KeyTried> {
		const proofs: { readonly key: string; readonly proof: string; readonly lane: TryLane }[] = [];
		for (const key of keys) {
			const known = this.#right.get(rememberedAs(adminKey, key));
			if (known !== undefined) return { proof: known, isRight: true, settle: () => Promise.resolve() };
			const proof = await this.#hash(adminKey, key);
			proofs.push({ key, proof, lane: laneOf(adminKey, proof) });
		}
		const near = proofs.filter(({ lane }) => lane === 'near');
		let tried: KeyTried | null = null;
		for (const { key, proof, lane } of near.length > 0 ? near : proofs.slice(0, 1)) {
			tried = await this.#try(adminKey, proof, lane);
			if (tried.isRight) this.#right.set(rememberedAs(adminKey, key), proof);
			if (tried.isRight) break;
		}
		if (tried === null) throw new TypeError('A key to prove is missing');
		return tried;
	}

	/** The command with the proof of the key that is `kept`; `settle` waits until a wrong key may be told. Throws as {@link prove}. */
	async given(
		command: AsAdmin['command'],
		{ kept, adminKey = '', actor }: { readonly kept: AdminKey | null; readonly adminKey?: string; readonly actor?: string },
	): Promise<{ readonly given: AsAdmin; readonly settle: () => Promise<void> }> {
		const tried = kept === null || adminKey === '' ? null : await this.prove(kept, [adminKey]);
		const given = { kind: 'as_admin', proof: tried?.proof ?? null, ...(actor === undefined ? {} : { actor }), command } as const;
		return { given, settle: () => tried?.settle() ?? Promise.resolve() };
	}

	/** A flow that gives one key for a hundred items at once has it hashed once. */
	async #hash(adminKey: AdminKey, key: string): Promise<string> {
		const name = rememberedAs(adminKey, key);
		const underWay = this.#underWay.get(name) ?? proofOf(key, adminKey.salt).finally(() => this.#underWay.delete(name));
		this.#underWay.set(name, underWay);
		return underWay;
	}

	async #try(adminKey: AdminKey, proof: string, lane: TryLane): Promise<KeyTried> {
		for (let waitedMs = 0; ;) {
			const { isRight, isLookedAt, waitMs } = await this.#tries.change((tries, atMs) => {
				const isRight = isProofOf(adminKey, proof);
				const { tries: after, ...answer } = lookAt(tries, lane, { isRight, atMs });
				return { tries: after, result: { ...answer, isRight } };
			});
			if (isLookedAt) return { proof, isRight, settle: () => (waitMs === 0 ? Promise.resolve() : this.#timing.pause(waitMs)) };
			if (lane === 'far' || waitedMs > LONGEST_WAIT_MS) throw tooMany('Wrong admin keys are being tried in this ledger', waitMs);
			waitedMs += waitMs;
			await this.#timing.pause(waitMs);
		}
	}
}

/** The key itself is not kept, and the account's changed key is another. */
function rememberedAs({ salt, hash }: AdminKey, key: string): string {
	return sha256(`${salt}\n${hash}\n${key}`);
}

function tooMany(what: string, waitMs: number): CreditError {
	const seconds = String(Math.max(1, Math.ceil(waitMs * 0.001)));
	return new CreditError(
		'too_many_attempts',
		`${what}, so this one was not looked at. See that the key is the right one, and try again in ${seconds} seconds.`,
		{ isRetryable: true },
	);
}
