/**
 * Owns the touch with the outside that is not a file or a server: the clock, waiting, and random jitter.
 * The only module that reads the time or sets a timer.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';

/** Milliseconds since 1970, UTC. */
export type Clock = () => number;

/** The real clock. */
export const systemClock: Clock = () => Date.now();

/** Monotonic milliseconds for measuring spans; unrelated to the calendar. */
export const monotonicMs: Clock = () => performance.now();

/**
 * Resolves after `delayMs`, or earlier when the signal is aborted; never rejects. Listeners are removed either way.
 */
export function pause(delayMs: number, signal?: AbortSignal | null): Promise<void> {
	return new Promise((resolve) => {
		if (signal?.aborted) {
			resolve();
			return;
		}
		const finish = (): void => {
			clearTimeout(timer);
			signal?.removeEventListener('abort', finish);
			resolve();
		};
		const timer = setTimeout(finish, delayMs);
		signal?.addEventListener('abort', finish, { once: true });
	});
}

/** A random number in [0, 1) for jitter; not for secrets. */
export const jitter = (): number => Math.random();

/** Resolves after `delayMs`; never rejects, and does not keep the process alive by itself. */
export function idlePause(delayMs: number): Promise<void> {
	return new Promise((resolve) => void later(delayMs, resolve));
}

/** Runs `task` once after `delayMs` unless cancelled; never keeps the process alive by itself. */
export function later(delayMs: number, task: () => void): { cancel(): void } {
	const timer = setTimeout(task, delayMs);
	timer.unref();
	return {
		cancel: () => {
			clearTimeout(timer);
		},
	};
}

/** The user that this process runs as, and the machine, for people; a user without a name has a number. */
export function userOfProcess(): string {
	try {
		return `${userInfo().username}@${hostname()}`;
	} catch {
		return `user ${String(process.getuid?.() ?? 'unknown')}@${hostname()}`;
	}
}

/** A new unique id, for idempotency keys of commands that nobody repeats. */
export const newId = (): string => randomUUID();

/** A new random salt, hexadecimal. */
export const newSalt = (): string => randomBytes(16).toString('hex');
