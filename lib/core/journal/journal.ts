/**
 * Owns the canonical text of an entry and the chain of hashes over it. Both stores keep exactly this text, so a journal
 * verifies to the same hashes wherever it lies. Refuses texts it cannot read as `ledger_corrupt`.
 */
import { restoreHint } from '../values/restore-hint';
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
	compactOf,
	count,
	finite,
	flag,
	optionalText,
	type Compact,
} from './compact';
import { decodePlain, type PlainKind } from './plain-bodies';
import { decodePrice, encodePrice } from '../prices/recorded-price';
import type { Entry, EntryBody } from '../nouns/records';
import { REFUSAL_REASONS, type RefusalReason } from '../nouns/words';
import { NO_FACTS } from '../nouns/call-facts';
import { LABEL_NAMES, type LabelName, type Labels } from '../nouns/labels';

type BodyKind = EntryBody['kind'];
type Of<K extends BodyKind> = Extract<EntryBody, { kind: K }>;
type CompactKind = 'reserved' | 'refused' | 'settled' | 'released' | 'hold_expired' | 'refunded' | 'price_recorded';

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
	'person_forgotten',
] as const satisfies readonly BodyKind[];

/** Compact JSON of a body without its kind, and with who gave the command as `by`. */
export function encodeEntry(body: EntryBody, actor: string | null): string {
	const text = encodeBody(body);
	if (actor === null) return text;
	return `${text.slice(0, -1)}${text === '{}' ? '' : ','}"by":${JSON.stringify(actor)}}`;
}

/** Compact JSON of a body without its kind. Absent parts are left out, slices are `grant:amount` lists; a reservation amounts to its slices, a settled call to what was taken for it. */
function encodeBody(body: EntryBody): string {
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

/** The inverse of {@link encodeEntry}. Throws `ledger_corrupt` for anything else. */
export function decodeEntry(kind: BodyKind, text: string): { readonly body: EntryBody; readonly actor: string | null } {
	try {
		const compact = compactOf(JSON.parse(text));
		if (!('by' in compact)) return { body: decodeKnown(kind, compact), actor: null };
		const { by, ...rest } = compact;
		return { body: decodeKnown(kind, rest), actor: optionalText(by) };
	} catch (cause) {
		throw unreadable(`a body of kind ${kind}`, cause);
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

const NO_LABELS: Labels = {};
const MAX_SHOWN = 100;

/** The inverse of {@link encodeLabels}. Names that are not known here are left out. Throws `ledger_corrupt` for values that are no texts. */
export function decodeLabels(text: string): Labels {
	if (text === '') return NO_LABELS;
	try {
		return readLabels(compactOf(JSON.parse(text)));
	} catch (cause) {
		throw unreadable(`the labels ${text.slice(0, MAX_SHOWN)}`, cause);
	}
}

function readLabels(given: Compact): Labels {
	const labels: Partial<Record<LabelName, string>> = {};
	for (const name of LABEL_NAMES) {
		const value = given[name];
		if (typeof value === 'string') labels[name] = value;
		else if (value !== undefined) throw new Error(`${name} is no text`);
	}
	return labels;
}

function unreadable(what: string, cause: unknown): CreditError {
	return new CreditError('ledger_corrupt', `A journal entry with ${what} cannot be read. To go on: ${restoreHint()}.`, { cause });
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
				reason: knownReason(compact['r']),
				amountMicro: compact['a'] === undefined ? null : amount(compact['a']),
				limit: optionalText(compact['n']),
			};
		case 'settled':
			return decodeSettled(compact);
		case 'released':
		case 'hold_expired':
			return { kind, holdSeq: count(compact['h']), ...decodeMovement(compact) };
		case 'refunded':
			return decodeRefund(compact);
		case 'price_recorded':
			return { kind, price: decodePrice(compact) };
		default:
			return kind satisfies never;
	}
}

function decodeSettled(compact: Compact): Of<'settled'> {
	const movement = decodeMovement(compact);
	const overdraftMicro = amount(compact['o'] ?? '0');
	return {
		kind: 'settled',
		holdSeq: count(compact['h']),
		actualMicro: compact['a'] === undefined ? costOf({ ...movement, overdraftMicro }) : amount(compact['a']),
		overdraftMicro,
		isLate: flag(compact['l']),
		measure: flag(compact['e']) ? 'estimated' : 'reported',
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
		timeoutAtMs: finite(compact['t']),
		priceVersion: optionalText(compact['p']),
		counters: decodeCounters(compact['b']),
		shadow: compact['w'] === undefined ? null : knownReason(compact['w']),
		rung: count(compact['g'] ?? 0),
		pass: count(compact['n'] ?? 0),
		steppedDown: compact['d'] === undefined ? null : knownReason(compact['d']),
	};
}

const REASONS: ReadonlySet<unknown> = new Set(REFUSAL_REASONS);

function isReason(value: unknown): value is RefusalReason {
	return REASONS.has(value);
}

function knownReason(value: unknown): RefusalReason {
	if (isReason(value)) return value;
	throw new Error(`${String(value)} is no reason of a refusal`);
}
