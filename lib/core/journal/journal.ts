/**
 * Owns the canonical text of an entry and the chain of hashes over it. Both stores keep exactly this text, so a journal
 * verifies to the same hashes wherever it lies. Refuses texts it cannot read as `ledger_corrupt`.
 */
import { sumSlices } from '../nouns/movement';
import { CreditError } from '../values/errors';
import { canonicalJson, sha256 } from '../values/idempotency';
import {
	amount,
	decodeCounters,
	decodeFacts,
	decodeMovement,
	decodeRefund,
	decodeSlices,
	decodeUsage,
	encodeCounters,
	encodeFacts,
	encodeMovement,
	encodeRefund,
	encodeSlices,
	encodeUsage,
	optionalText,
	type Compact,
} from './compact';
import { decodePrice, encodePrice, type PriceText } from '../prices/recorded-price';
import type { Entry, EntryBody } from '../nouns/records';
import type { RefusalReason } from '../nouns/words';
import { NO_FACTS } from '../nouns/call-facts';
import { LABEL_NAMES, type Labels } from '../nouns/labels';

type BodyKind = EntryBody['kind'];
type Of<K extends BodyKind> = Extract<EntryBody, { kind: K }>;
type CompactKind = 'reserved' | 'refused' | 'settled' | 'released' | 'hold_expired' | 'refunded' | 'price_recorded';
type PlainKind = Exclude<BodyKind, CompactKind>;

/** Kinds that are many or long, and written as short as can be; all others are rare and written with their full names. */
const COMPACT_KINDS: Readonly<Record<CompactKind, true>> = {
	reserved: true,
	refused: true,
	settled: true,
	released: true,
	hold_expired: true,
	refunded: true,
	price_recorded: true,
};

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
	'admin_key_set',
	'admin_denied',
	'alerted',
	'alerts_rearmed',
	'alerts_claimed',
	'alerts_set',
	'text_set',
	'text_removed',
	'languages_set',
	'cache_limited',
	'price_recorded',
	'price_list_added',
	'prices_pinned',
	'account_frozen',
	'account_thawed',
] as const satisfies readonly BodyKind[];

/** Compact JSON of a body without its kind. Absent parts are left out, slices are `grant:amount` lists; a reservation amounts to its slices, a settled call to what was taken for it. */
export function encodeBody(body: EntryBody): string {
	if (isPlain(body)) {
		const { kind: _kind, ...rest } = body;
		return canonicalJson(rest);
	}
	switch (body.kind) {
		case 'reserved':
			return encodeReserved(body);
		case 'refused':
			return JSON.stringify({
				r: body.reason,
				a: body.amountMicro === null ? undefined : String(body.amountMicro),
				n: body.limit ?? undefined,
			});
		case 'settled':
			return JSON.stringify({
				h: body.holdSeq,
				a: body.actualMicro === costOf(body) ? undefined : String(body.actualMicro),
				c: encodeSlices(body.charged),
				d: encodeSlices(body.drawn),
				b: encodeSlices(body.restored),
				f: encodeSlices(body.forfeited),
				o: body.overdraftMicro === 0n ? undefined : String(body.overdraftMicro),
				l: body.isLate ? 1 : undefined,
				e: body.measure === 'estimated' ? 1 : undefined,
				u: body.usage ? encodeUsage(body.usage) : undefined,
				...(body.facts === NO_FACTS ? {} : encodeFacts(body.facts)),
			});
		case 'released':
		case 'hold_expired':
			return JSON.stringify({ h: body.holdSeq, ...encodeMovement(body) });
		case 'refunded':
			return encodeRefund(body);
		case 'price_recorded':
			return JSON.stringify(encodePrice(body.price));
		default:
			return body satisfies never;
	}
}

function isPlain(body: EntryBody): body is Of<PlainKind> {
	return isPlainKind(body.kind);
}

function isPlainKind(kind: BodyKind): kind is PlainKind {
	return !(kind in COMPACT_KINDS);
}

/** What is 0 or nothing is left out, so that a single call of the first rung has the text it always had. */
function encodeReserved(body: Of<'reserved'>): string {
	return JSON.stringify({
		a: body.shadow === null ? undefined : String(body.amountMicro),
		r: body.reachMicro === 0n ? undefined : String(body.reachMicro),
		x: body.expectedMicro === body.amountMicro ? undefined : String(body.expectedMicro),
		s: encodeSlices(body.slices),
		t: body.timeoutAtMs,
		p: body.priceVersion ?? undefined,
		b: encodeCounters(body.counters),
		w: body.shadow ?? undefined,
		g: body.rung === 0 ? undefined : body.rung,
		n: body.pass === 0 ? undefined : body.pass,
		d: body.steppedDown ?? undefined,
	});
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

/** Calls of one flow follow one another with the same labels. */
let lastLabels: { readonly labels: Labels; readonly text: string } = { labels: {}, text: '' };

/** Labels as canonical text: known names in their fixed order; the empty text for none. */
export function encodeLabels(labels: Labels | null): string {
	if (!labels) return '';
	if (LABEL_NAMES.every((name) => labels[name] === lastLabels.labels[name])) return lastLabels.text;
	let text = '';
	for (const name of LABEL_NAMES) {
		const value = labels[name];
		if (value) text += `${text === '' ? '{' : ','}"${name}":${JSON.stringify(value)}`;
	}
	text = text === '' ? '' : `${text}}`;
	lastLabels = { labels: { ...labels }, text };
	return text;
}

/** The inverse of {@link encodeLabels}. */
export function decodeLabels(text: string): Labels {
	return text === '' ? {} : (JSON.parse(text) as Labels);
}

/** Hash of an entry given the hash before it ('' for the first). */
export function chainHash(previousHash: string, entry: Omit<Entry, 'hash'>): string {
	const { seq, atMs, keyHash, requestHash, body, bodyText, labelsText, person } = entry;
	return sha256(
		`${previousHash}\n${String(seq)}\n${String(atMs)}\n${keyHash ?? ''}\n${requestHash ?? ''}\n${body.kind}\n${bodyText}\n${labelsText}\n${person ?? ''}`,
	);
}

function decodeKnown(kind: BodyKind, compact: Compact): EntryBody {
	if (isPlainKind(kind)) return decodePlain(kind, compact);
	switch (kind) {
		case 'reserved':
			return decodeReserved(compact);
		case 'refused':
			return {
				kind,
				reason: compact['r'] as Extract<EntryBody, { kind: 'refused' }>['reason'],
				amountMicro: compact['a'] === undefined ? null : amount(compact['a']),
				limit: optionalText(compact['n']),
			};
		case 'settled':
			return decodeSettled(compact);
		case 'released':
		case 'hold_expired':
			return { kind, holdSeq: Number(compact['h']), ...decodeMovement(compact) };
		case 'refunded':
			return decodeRefund(compact);
		case 'price_recorded':
			return { kind, price: decodePrice(compact as unknown as PriceText) };
		default:
			return kind satisfies never;
	}
}

function decodeSettled(compact: Compact): Of<'settled'> {
	const movement = decodeMovement(compact);
	const overdraftMicro = amount(compact['o'] ?? '0');
	return {
		kind: 'settled',
		holdSeq: Number(compact['h']),
		actualMicro: compact['a'] === undefined ? costOf({ ...movement, overdraftMicro }) : amount(compact['a']),
		overdraftMicro,
		isLate: compact['l'] === 1,
		measure: compact['e'] === 1 ? 'estimated' : 'reported',
		usage: decodeUsage(compact['u']),
		facts: decodeFacts(compact),
		...movement,
	};
}

/** What a call cost: what was taken for it, and what nobody could pay. */
function costOf({ charged, drawn, overdraftMicro }: Pick<Of<'settled'>, 'charged' | 'drawn' | 'overdraftMicro'>): bigint {
	return sumSlices(charged) + sumSlices(drawn) + overdraftMicro;
}

function decodeReserved(compact: Compact): Of<'reserved'> {
	const slices = decodeSlices(compact['s']);
	const amountMicro = compact['a'] === undefined ? sumSlices(slices) : amount(compact['a']);
	return {
		kind: 'reserved',
		amountMicro,
		reachMicro: amount(compact['r'] ?? '0'),
		expectedMicro: compact['x'] === undefined ? amountMicro : amount(compact['x']),
		slices,
		timeoutAtMs: Number(compact['t']),
		priceVersion: optionalText(compact['p']),
		counters: decodeCounters(compact['b']),
		shadow: optionalText(compact['w']) as RefusalReason | null,
		rung: Number(compact['g'] ?? 0),
		pass: Number(compact['n'] ?? 0),
		steppedDown: optionalText(compact['d']) as RefusalReason | null,
	};
}

function decodePlain(kind: PlainKind, compact: Compact): EntryBody {
	switch (kind) {
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
		case 'account_frozen':
		case 'account_thawed':
		case 'limit_removed':
		case 'enforcement_set':
		case 'admin_key_set':
		case 'admin_denied':
		case 'alerts_rearmed':
		case 'alerts_claimed':
		case 'alerts_set':
		case 'text_set':
		case 'text_removed':
		case 'languages_set':
		case 'cache_limited':
		case 'price_list_added':
		case 'prices_pinned':
			return { kind, ...compact } as unknown as EntryBody;
		case 'alerted':
			return { kind, ...withAmounts(compact) } as unknown as EntryBody;
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

/** The same value with every field whose name ends in `Micro` as an amount. */
function withAmounts(value: unknown): Compact {
	return JSON.parse(JSON.stringify(value), (name, inner: unknown) => (name.endsWith('Micro') ? amount(inner) : inner)) as Compact;
}
