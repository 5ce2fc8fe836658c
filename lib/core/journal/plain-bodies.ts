/**
 * The bodies of entries that are rare and written with their full names, as schemas: what is read from a journal is what the type says.
 * A field that older entries do not have is optional here, or has a default.
 */
import { z } from 'zod';
import { ADMIN_KEY } from '../nouns/admin-key';
import { ALERT, ALERT_SETTINGS } from '../nouns/alert';
import { ACCOUNT_TEXT, CACHE_LIMITS } from '../nouns/profile';
import type { EntryBody } from '../nouns/records';
import { BUDGET_TERMS, FLOOR_TERMS } from '../nouns/settings';
import { ENFORCEMENTS, GRANT_CATEGORIES, PLANS, UNCONFIRMED_POLICIES } from '../nouns/words';
import { KEPT_PRICE_LIST } from '../prices/price-settings';
import { storedMicro } from '../values/stored';

const instant = z.number();
const texts = z.array(z.string()).readonly();
const counter = z.object({ budgetSeq: z.int(), period: z.string(), value: z.string() });
const counted = z.object({
	period: z.string(),
	values: z.array(z.object({ value: z.string(), amountMicro: storedMicro })).readonly(),
});
const ofGrant = { grantSeq: z.int(), amountMicro: storedMicro };

/** Every plain body by its kind. */
const PLAIN_BODY = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('account_opened'),
		name: z.string(),
		timeZone: z.string(),
		plan: z.enum(PLANS),
		unconfirmed: z.enum(UNCONFIRMED_POLICIES).exactOptional(),
	}),
	z.object({
		kind: z.literal('account_changed'),
		name: z.string().exactOptional(),
		timeZone: z.string().exactOptional(),
		plan: z.enum(PLANS).exactOptional(),
		unconfirmed: z.enum(UNCONFIRMED_POLICIES).exactOptional(),
	}),
	z.object({ kind: z.literal('account_frozen'), reason: z.string() }),
	z.object({ kind: z.literal('account_thawed') }),
	z.object({ kind: z.literal('person_forgotten'), person: z.string() }),
	z.object({
		kind: z.literal('granted'),
		grant: z.object({
			category: z.enum(GRANT_CATEGORIES),
			amountMicro: storedMicro,
			priority: z.int(),
			effectiveAtMs: instant,
			expiresAtMs: instant.nullable(),
			promotionId: z.string().nullable(),
			note: z.string().nullable(),
		}),
	}),
	z.object({ kind: z.literal('grant_expired'), ...ofGrant }),
	z.object({ kind: z.literal('grant_voided'), ...ofGrant }),
	z.object({ kind: z.literal('overdraft_repaid'), ...ofGrant }),
	z.object({ kind: z.literal('budget_set'), budget: BUDGET_TERMS, replaces: z.int().nullable(), counted: counted.exactOptional() }),
	z.object({ kind: z.literal('floor_set'), floor: FLOOR_TERMS }),
	z.object({ kind: z.literal('limit_removed'), limit: z.enum(['budget', 'floor']), name: z.string() }),
	z.object({ kind: z.literal('enforcement_set'), enforcement: z.enum(ENFORCEMENTS) }),
	z.object({ kind: z.literal('admin_key_set'), adminKey: ADMIN_KEY.nullable() }),
	z.object({ kind: z.literal('admin_denied'), command: z.string() }),
	z.object({ kind: z.literal('alerted'), alert: ALERT, silences: texts }),
	z.object({ kind: z.literal('alerts_rearmed'), keys: texts, counters: z.array(counter).readonly() }),
	z.object({ kind: z.literal('alerts_claimed'), consumer: z.string(), untilSeq: z.int() }),
	z.object({ kind: z.literal('alerts_set'), alerts: ALERT_SETTINGS }),
	z.object({ kind: z.literal('text_set'), text: ACCOUNT_TEXT }),
	z.object({ kind: z.literal('text_removed'), name: z.string() }),
	z.object({ kind: z.literal('languages_set'), languages: texts }),
	z.object({ kind: z.literal('cache_limited'), limits: CACHE_LIMITS }),
	z.object({ kind: z.literal('price_list_added'), list: KEPT_PRICE_LIST, text: z.string() }),
	z.object({ kind: z.literal('prices_pinned'), version: z.string().nullable() }),
]);

type PlainBody = z.output<typeof PLAIN_BODY>;
export type PlainKind = PlainBody['kind'];

/** Reads a body of a plain kind from its parsed text. Throws for anything else. */
export function decodePlain(kind: PlainKind, parsed: Readonly<Record<string, unknown>>): Extract<EntryBody, { kind: PlainKind }> {
	return PLAIN_BODY.parse({ ...parsed, kind });
}
