/**
 * Owns the canonical text of an entry and the chain of hashes over it. Both stores keep exactly this text, so a journal
 * verifies to the same hashes wherever it lies. Refuses texts it cannot read as `ledger_corrupt`.
 */
import { sumSlices } from './burn-down';
import { CreditError } from './errors';
import { canonicalJson, sha256 } from './idempotency';
import {
	LABEL_NAMES,
	type Entry,
	type EntryBody,
	type Labels,
	type Movement,
	type CounterRef,
	type RefundedBody,
	type RefusalReason,
	type Slice,
} from './model';
import type { Usage } from './usage';

type BodyKind = EntryBody['kind'];
type Of<K extends BodyKind> = Extract<EntryBody, { kind: K }>;
type Compact = Readonly<Record<string, unknown>>;

/** Kinds in the order of their stored number. Append only: the numbers are in people's files. */
export const ENTRY_KINDS = [
	'account_opened',
	'account_changed',
	'granted',
	'grant_expired',
	'grant_voided',
	'overdraft_repaid',
	'reserved',
	'refused',
	'settled',
	'released',
	'hold_expired',
	'refunded',
	'budget_set',
	'floor_set',
	'limit_removed',
	'enforcement_set',
] as const satisfies readonly BodyKind[];

const USAGE_FIELDS = [
	'inputTokens',
	'outputTokens',
	'cachedInputTokens',
	'reasoningTokens',
	'cacheWriteTokens',
	'audioInputTokens',
	'audioOutputTokens',
] as const satisfies readonly (keyof Usage)[];

/** Compact JSON of a body without its kind. Absent parts are left out, slices are `grant:amount` lists; a reservation amounts to its slices. */
export function encodeBody(body: EntryBody): string {
	switch (body.kind) {
		case 'reserved':
			return JSON.stringify({
				a: body.shadow === null ? undefined : String(body.amountMicro),
				s: encodeSlices(body.slices),
				t: body.timeoutAtMs,
				p: body.priceVersion ?? undefined,
				b: encodeCounters(body.counters),
				w: body.shadow ?? undefined,
			});
		case 'refused':
			return JSON.stringify({
				r: body.reason,
				a: body.amountMicro === null ? undefined : String(body.amountMicro),
				n: body.limit ?? undefined,
			});
		case 'settled':
			return JSON.stringify({
				h: body.holdSeq,
				a: String(body.actualMicro),
				...encodeMovement(body),
				o: body.overdraftMicro === 0n ? undefined : String(body.overdraftMicro),
				l: body.isLate ? 1 : undefined,
				e: body.measure === 'estimated' ? 1 : undefined,
				u: body.usage ? encodeUsage(body.usage) : undefined,
			});
		case 'released':
		case 'hold_expired':
			return JSON.stringify({ h: body.holdSeq, ...encodeMovement(body) });
		case 'refunded':
			return encodeRefund(body);
		case 'account_opened':
		case 'account_changed':
		case 'granted':
		case 'grant_expired':
		case 'grant_voided':
		case 'overdraft_repaid':
		case 'budget_set':
		case 'floor_set':
		case 'limit_removed':
		case 'enforcement_set': {
			const { kind: _kind, ...rest } = body;
			return canonicalJson(rest);
		}
		default:
			return body satisfies never;
	}
}

/** The inverse of {@link encodeBody}. Throws `ledger_corrupt` for anything else. */
export function decodeBody(kind: BodyKind, text: string): EntryBody {
	try {
		return decodeKnown(kind, JSON.parse(text) as Compact);
	} catch (cause) {
		throw new CreditError(
			'ledger_corrupt',
			`A journal entry of kind ${kind} cannot be read. Restore the ledger from a backup, and run "llm-credits verify" on it.`,
			{ cause },
		);
	}
}

/** Labels as canonical text: known names in their fixed order; the empty text for none. */
export function encodeLabels(labels: Labels | null): string {
	if (!labels) return '';
	const pairs = LABEL_NAMES.flatMap((name) => (labels[name] ? [[name, labels[name]]] : []));
	return pairs.length === 0 ? '' : JSON.stringify(Object.fromEntries(pairs));
}

/** The inverse of {@link encodeLabels}. */
export function decodeLabels(text: string): Labels {
	return text === '' ? {} : (JSON.parse(text) as Labels);
}

/** Hash of an entry given the hash before it ('' for the first). */
export function chainHash(previousHash: string, entry: Omit<Entry, 'hash'>): string {
	const parts = [
		previousHash,
		String(entry.seq),
		String(entry.atMs),
		entry.keyHash ?? '',
		entry.requestHash ?? '',
		entry.body.kind,
		encodeBody(entry.body),
		encodeLabels(entry.labels),
		entry.person ?? '',
	];
	return sha256(parts.join('\n'));
}

function encodeSlices(slices: readonly Slice[]): string | undefined {
	return slices.length === 0 ? undefined : slices.map((slice) => `${String(slice.grantSeq)}:${String(slice.amountMicro)}`).join(',');
}

/** Reads a `grant:amount` list; absent is empty. */
function decodeSlices(text: unknown): Slice[] {
	if (text === undefined) return [];
	return String(text)
		.split(',')
		.map((part) => {
			const [grantSeq = '', amount = ''] = part.split(':');
			return { grantSeq: Number(grantSeq), amountMicro: BigInt(amount) };
		});
}

function encodeMovement(movement: Movement): Compact {
	return {
		c: encodeSlices(movement.charged),
		d: encodeSlices(movement.drawn),
		b: encodeSlices(movement.restored),
		f: encodeSlices(movement.forfeited),
	};
}

function decodeMovement(compact: Compact): Movement {
	return {
		charged: decodeSlices(compact['c']),
		drawn: decodeSlices(compact['d']),
		restored: decodeSlices(compact['b']),
		forfeited: decodeSlices(compact['f']),
	};
}

/** Counts in a fixed order with trailing zeros cut. */
function encodeUsage(usage: Usage): number[] {
	const counts = USAGE_FIELDS.map((field) => usage[field]);
	while (counts.length > 2 && counts.at(-1) === 0) counts.pop();
	return counts;
}

function decodeUsage(counts: unknown): Usage | null {
	if (!Array.isArray(counts)) return null;
	return Object.fromEntries(USAGE_FIELDS.map((field, index) => [field, Number(counts[index] ?? 0)])) as unknown as Usage;
}

function decodeKnown(kind: BodyKind, compact: Compact): EntryBody {
	switch (kind) {
		case 'reserved': {
			const slices = decodeSlices(compact['s']);
			const amountMicro = compact['a'] === undefined ? sumSlices(slices) : amount(compact['a']);
			return {
				kind,
				amountMicro,
				slices,
				timeoutAtMs: Number(compact['t']),
				priceVersion: optionalText(compact['p']),
				counters: decodeCounters(compact['b']),
				shadow: optionalText(compact['w']) as RefusalReason | null,
			};
		}
		case 'refused':
			return {
				kind,
				reason: compact['r'] as Extract<EntryBody, { kind: 'refused' }>['reason'],
				amountMicro: compact['a'] === undefined ? null : amount(compact['a']),
				limit: optionalText(compact['n']),
			};
		case 'settled':
			return {
				kind,
				holdSeq: Number(compact['h']),
				actualMicro: amount(compact['a']),
				overdraftMicro: amount(compact['o'] ?? '0'),
				isLate: compact['l'] === 1,
				measure: compact['e'] === 1 ? 'estimated' : 'reported',
				usage: decodeUsage(compact['u']),
				...decodeMovement(compact),
			};
		case 'released':
		case 'hold_expired':
			return { kind, holdSeq: Number(compact['h']), ...decodeMovement(compact) };
		case 'refunded':
			return decodeRefund(compact);
		case 'granted': {
			const grant = compact['grant'] as Extract<EntryBody, { kind: 'granted' }>['grant'];
			return { kind, grant: { ...grant, amountMicro: amount(grant.amountMicro) } };
		}
		case 'grant_expired':
		case 'grant_voided':
		case 'overdraft_repaid':
			return { kind, grantSeq: Number(compact['grantSeq']), amountMicro: amount(compact['amountMicro']) };
		case 'account_opened':
		case 'account_changed':
		case 'limit_removed':
		case 'enforcement_set':
			return { kind, ...compact } as unknown as EntryBody;
		case 'budget_set': {
			const budget = compact['budget'] as Of<'budget_set'>['budget'];
			return { kind, budget: { ...budget, limitMicro: amount(budget.limitMicro) }, replaces: compact['replaces'] as number | null };
		}
		case 'floor_set': {
			const floor = compact['floor'] as Of<'floor_set'>['floor'];
			return { kind, floor: { ...floor, floorMicro: amount(floor.floorMicro) } };
		}
		default:
			return kind satisfies never;
	}
}

/** `[budget, period, value]` for each counter; absent for none. */
function encodeCounters(counters: readonly CounterRef[]): unknown {
	return counters.length === 0 ? undefined : counters.map(({ budgetSeq, period, value }) => [budgetSeq, period, value]);
}

function decodeCounters(compact: unknown): CounterRef[] {
	if (compact === undefined) return [];
	return (compact as [number, string, string][]).map(([budgetSeq, period, value]) => ({ budgetSeq, period, value }));
}

function optionalText(value: unknown): string | null {
	return (value as string | undefined) ?? null;
}

function encodeRefund(body: RefundedBody): string {
	const { holdSeq, closedAtMs, actualMicro, overdraftMicro, isLate, amountMicro, refundedMicro, repaidMicro, renewedMicro } = body;
	const rest = { h: holdSeq, t: closedAtMs, l: isLate ? 1 : undefined, ...encodeMovement(body) };
	return canonicalJson({ ...rest, a: actualMicro, o: overdraftMicro, x: amountMicro, r: refundedMicro, p: repaidMicro, n: renewedMicro });
}

function decodeRefund(compact: Compact): RefundedBody {
	return {
		kind: 'refunded',
		holdSeq: Number(compact['h']),
		closedAtMs: Number(compact['t']),
		actualMicro: amount(compact['a']),
		overdraftMicro: amount(compact['o']),
		isLate: compact['l'] === 1,
		amountMicro: amount(compact['x']),
		refundedMicro: amount(compact['r']),
		repaidMicro: amount(compact['p']),
		renewedMicro: amount(compact['n']),
		...decodeMovement(compact),
	};
}

function amount(value: unknown): bigint {
	return BigInt(value as string);
}
