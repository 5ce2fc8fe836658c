/**
 * Owns prices in the journal (ledger rule 27): the first hold that pins a price writes its rates down beside itself, under a name that
 * holds a hash of them. So whoever settles or checks the call later needs no price list, and no two prices have one name.
 */
import { z } from 'zod';
import { storedMicro } from '../values/stored';
import { hashContent, sha256 } from '../values/idempotency';
import { RATE_KINDS, ratesOf, USUAL_RATE, type FixedCharge, type ModelPrice, type RateKind, type Rates, type Tier } from './pricing';

const HASH_LENGTH = 12;

/** A price as it stands in an entry: version, model, tiers, flat amount per call, context, and a charge that is not by tokens. */
export interface PriceText {
	readonly v: string;
	readonly m: string;
	readonly t: readonly (readonly [number, ...string[]])[];
	readonly c?: string;
	readonly x?: number;
	readonly f?: readonly [kind: FixedCharge['kind'], rate: string];
}

/** Tiers are never changed, and many prices share them: their hash is worked out once. */
const hashes = new WeakMap<readonly Tier[], string>();

type PinnedPrice = Omit<ModelPrice, 'model' | 'contextTokens'>;

/** Calls of one flow follow one another at the same price. */
let lastPin: { readonly price: PinnedPrice; readonly pin: string } | null = null;

/**
 * The name under which a hold pins a price: its version and a hash of its rates, what a call costs on top where that is not 0, and
 * what is charged where that is not by tokens. Equal rates of one version have one name, in every process.
 */
export function pinOf(price: PinnedPrice): string {
	if (lastPin && hasSamePin(lastPin.price, price)) return lastPin.pin;
	const { version, tiers, perCallMicro, charging } = price;
	const hash = hashes.get(tiers) ?? sha256(JSON.stringify(tiersText(tiers))).slice(0, HASH_LENGTH);
	hashes.set(tiers, hash);
	const perCall = perCallMicro === 0n ? '' : `+${String(perCallMicro)}`;
	const pin = `${version}#${hash}${perCall}${charging ? `=${charging.kind}${String(charging.rateMicro)}` : ''}`;
	lastPin = { price, pin };
	return pin;
}

/** Compares by identity where that is enough: nothing of a price is ever changed in place. */
function hasSamePin(a: PinnedPrice, b: PinnedPrice): boolean {
	return a.tiers === b.tiers && a.version === b.version && a.perCallMicro === b.perCallMicro && a.charging === b.charging;
}

/** Hash under which the entry of a pinned price is found. */
export function pinKeyHash(pin: string): string {
	return hashContent('price', pin);
}

/** Hash under which the entry of a list of prices is found. */
export function listKeyHash(hash: string): string {
	return hashContent('price list', hash);
}

/** True when an entry that records a price carries the key of that price. */
export function isOwnPrice(price: ModelPrice, keyHash: string | null): boolean {
	return keyHash === pinKeyHash(pinOf(price));
}

/** A price as it is written. */
export function encodePrice({ version, model, tiers, perCallMicro, contextTokens, charging }: ModelPrice): PriceText {
	return {
		v: version,
		m: model,
		t: tiersText(tiers),
		...(perCallMicro === 0n ? {} : { c: String(perCallMicro) }),
		...(contextTokens === null ? {} : { x: contextTokens }),
		...(charging ? { f: [charging.kind, String(charging.rateMicro)] } : {}),
	};
}

const PRICE_TEXT = z
	.object({
		v: z.string(),
		m: z.string(),
		t: z.array(z.tuple([z.number()], storedMicro)).readonly(),
		c: storedMicro.default(0n),
		x: z.number().nullable().default(null),
		f: z.tuple([z.enum(['flat', 'outcome']), storedMicro]).exactOptional(),
	})
	.transform(({ v, m, t, c, x, f }): ModelPrice => {
		const charging = f ? { charging: { kind: f[0], rateMicro: f[1] } } : {};
		return { version: v, model: m, tiers: t.map(tierOf), perCallMicro: c, contextTokens: x, ...charging };
	});

/** Every price states its first rates, as the oldest do; of the later ones it leaves out those at the end that are as usual. */
const ALWAYS_STATED = 8;

function tierOf([fromInputTokens, ...amounts]: readonly [number, ...bigint[]]): Tier {
	const stated = new Map(amounts.map((rateMicro, place) => [RATE_KINDS[place], rateMicro]));
	const rates = ratesOf((kind, place) => {
		const rateMicro = stated.get(kind);
		if (rateMicro !== undefined) return rateMicro;
		if (place < ALWAYS_STATED) throw new Error(`a price has no rate for ${kind}`);
		return usualOf(kind, (usual) => stated.get(usual) ?? 0n);
	});
	return { fromInputTokens, rates };
}

function usualOf(kind: RateKind, rateOf: (kind: RateKind) => bigint): bigint {
	const usual = USUAL_RATE[kind];
	return usual === null ? 0n : rateOf(usual);
}

/** The inverse of {@link encodePrice}. Throws for anything else. */
export function decodePrice(text: unknown): ModelPrice {
	return PRICE_TEXT.parse(text);
}

function tiersText(tiers: readonly Tier[]): [number, ...string[]][] {
	return tiers.map(({ fromInputTokens, rates }) => [fromInputTokens, ...statedKinds(rates).map((kind) => String(rates[kind]))]);
}

function statedKinds(rates: Rates): readonly RateKind[] {
	const last = RATE_KINDS.findLastIndex((kind) => rates[kind] !== usualOf(kind, (usual) => rates[usual]));
	return RATE_KINDS.slice(0, Math.max(last + 1, ALWAYS_STATED));
}
