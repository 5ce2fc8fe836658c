/**
 * Owns the mark that a ledger carries while it is moved to another place and ever after, and what may still be done under it. The mark of
 * the old ledger decides: the new one opens only when the old one says `moved`, which nothing takes back; the old one goes on only from
 * before that. So at no instant both can be spent on. Refuses to know where marks are kept.
 */
import { z } from 'zod';
import { restoreHint } from '../values/restore-hint';
import { decide } from './decide';
import { CreditError } from '../values/errors';
import { canonicalJson } from '../values/idempotency';
import type { Command, PlainCommand } from '../nouns/commands';
import type { AccountSnapshot, Decision } from '../nouns/snapshot';
import { toIso, type Instant } from '../values/time';

/**
 * Of the old ledger, in this order: `announced`: it goes on; `closing`: calls under way may close, nothing else; `moving`: nothing is written,
 * everything is being copied; `moved`: for good. Up to `moving` it may be `called_off`, and goes on. Of the new one: `arriving`: being
 * filled; `arrived`: filled, proved and open.
 */
export type MoveState = 'announced' | 'closing' | 'moving' | 'moved' | 'called_off' | 'arriving' | 'arrived';

/** What a ledger remembers of its last move. */
export interface MoveMark {
	readonly state: MoveState;
	/** One for each try; never used again once it was called off. */
	readonly copyId: string;
	/** The address of the other ledger, without user and password. */
	readonly other: string;
	/** When it was announced. */
	readonly sinceMs: Instant;
	/** Of an arriving ledger: what was written last; `null` before the first row. Every other has `null`. */
	readonly progress: CopyProgress | 'proved' | null;
	/** Of a moved ledger: whether the new one is known to be open. */
	readonly isOpened: boolean;
}

/** How far copying has come: the rows of `table` up to and including `after` are there; `null` is all of them. */
export interface CopyProgress {
	readonly accountId: string;
	readonly table: string;
	readonly after: string | null;
}

/** What is decided on. */
export interface Deciding {
	readonly snapshot: AccountSnapshot;
	readonly commands: readonly Command[];
	readonly accountId: string;
	/** What the ledger's clock says. */
	readonly clockMs: Instant;
	/** Of the ledger, for people. */
	readonly location: string;
}

const ELSEWHERE =
	"point the ledger's connection (the credential in n8n, the config node in Node-RED, --ledger or LLM_CREDITS_LEDGER for the command line) to the new place";

const STATES = ['announced', 'closing', 'moving', 'moved', 'called_off', 'arriving', 'arrived'] as const satisfies readonly MoveState[];
const PROGRESS = z.object({ accountId: z.string(), table: z.string(), after: z.string().nullable().default(null) });
const MARK: z.ZodType<MoveMark> = z.object({
	state: z.enum(STATES),
	copyId: z.string(),
	other: z.string(),
	sinceMs: z.number(),
	progress: z
		.union([PROGRESS, z.literal('proved')])
		.nullable()
		.default(null),
	isOpened: z.boolean().default(false),
});

/** The mark as text; equal marks have equal texts. */
export function encodeMark(mark: MoveMark | null): string | null {
	return mark === null ? null : canonicalJson(mark);
}

/** The inverse of {@link encodeMark}. Throws `ledger_corrupt` for anything else. */
export function decodeMark(text: string | null): MoveMark | null {
	if (text === null) return null;
	try {
		return MARK.parse(JSON.parse(text));
	} catch (cause) {
		throw new CreditError('ledger_corrupt', `What the ledger says about being moved cannot be read. To go on: ${restoreHint()}.`, {
			cause,
		});
	}
}

/**
 * Throws `ledger_moved` while nothing at all may be written, because everything is being copied from here or to here. For what lies beside the
 * journal and is written without a decision; what is kept of answers on a ledger that has moved may still be removed.
 */
export function assertNotFrozen(mark: MoveMark | null, location: string): void {
	if (mark?.state === 'moving' || mark?.state === 'arriving') throw movedFault(mark, location);
}

/** True for a ledger that takes commands of every kind. */
export function isOpen(mark: MoveMark | null): boolean {
	return mark === null || mark.state === 'announced' || mark.state === 'called_off' || mark.state === 'arrived';
}

/**
 * Decides a batch as far as the mark allows it. Throws `ledger_moved`, saying where the ledger went and what to do, when nothing may be
 * decided; while a ledger closes, each command that is not the end of a call has that as its outcome.
 */
export function decideUnder(mark: MoveMark | null, { snapshot, commands, accountId, clockMs, location }: Deciding): Decision {
	if (mark === null || isOpen(mark)) return decide(snapshot, commands, { accountId, clockMs });
	const error = movedFault(mark, location);
	const closings = mark.state === 'closing' ? commands.filter(closesHold) : [];
	if (closings.length === 0) throw error;
	const decision = decide(snapshot, closings, { accountId, clockMs });
	const decided = decision.outcomes.values();
	const outcomes = commands.map((command) => {
		const outcome = closesHold(command) ? decided.next().value : undefined;
		return outcome ?? { kind: 'fault' as const, error };
	});
	return { ...decision, outcomes };
}

/** What is said about a ledger under this mark, with what to do; `null` when it is open like any other. */
export function tellMark(mark: MoveMark | null, location: string): string | null {
	if (mark === null || isOpen(mark)) return null;
	const since = toIso(mark.sinceMs);
	const again = 'if the move was broken off, run the same "llm-credits copy" again';
	switch (mark.state) {
		case 'closing':
		case 'moving':
			return `The ledger ${location} is being moved to ${mark.other} since ${since}, and nothing new is spent on it. Once it is there, ${ELSEWHERE}; ${again}, or with --undo to stay here.`;
		case 'moved':
			return `The ledger ${location} was moved to ${mark.other} at ${since}. Nothing is spent on it any more: ${ELSEWHERE}.`;
		case 'arriving':
			return `The ledger ${location} is being filled from ${mark.other} since ${since}, and opens when everything has arrived and is proved; ${again}.`;
		default:
			return null;
	}
}

function movedFault(mark: MoveMark, location: string): CreditError {
	return new CreditError('ledger_moved', tellMark(mark, location) ?? `The ledger ${location} is being moved.`);
}

const CLOSINGS: ReadonlySet<PlainCommand['kind']> = new Set(['settle', 'release', 'expire']);

function closesHold(command: Command): boolean {
	return command.kind !== 'as_admin' && CLOSINGS.has(command.kind);
}
