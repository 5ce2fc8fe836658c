/**
 * Says what an answer costs in the tier of service that gave it, in whole per cent of the list price: providers ask more for being
 * quicker than usual, and less for being slower. It is the tier that served that counts, which is not always the one that was asked for.
 */
import type { ModelPrice } from '../pricing';

/** What tiers cost at a provider. */
type Tiers = Readonly<Record<string, number | readonly (readonly [model: RegExp, percent: number])[]>>;

/** Names of the usual tier, and of throughput that was paid for before: nobody bills more for its tokens than the list says. */
const USUAL: ReadonlySet<string> = new Set([
	'default',
	'standard',
	'auto',
	'on_demand',
	'scale',
	'provisioned_throughput',
	'traffic_type_unspecified',
	'unspecified',
	'standard_only',
]);
/** A batch's answers name it as well; its price is that of the hold. */
const BATCH = 'batch';
const WHOLE = 100;

/** Per cent of the list price, as the price pages of November 2026 have them, rounded up; the first model that fits, else the last. */
const OPENAI: Tiers = {
	flex: 50,
	priority: [
		[/^gpt-4o-2024-05-13/, 175],
		[/^gpt-4o-mini/, 167],
		[/^gpt-4o/, 170],
		[/^gpt-4\.1-nano/, 200],
		[/^gpt-4\.1|^o3/, 175],
		[/^o4-mini/, 182],
		[/^gpt-5-mini/, 180],
		[/^gpt-5\.5/, 250],
		[/./, 200],
	],
};
/** By the id of the provider in a list of prices. */
const TIERS: Readonly<Record<string, Tiers>> = {
	openai: OPENAI,
	azure: OPENAI,
	openrouter: { flex: 50, priority: 200 },
	google: { flex: 50, priority: 200 },
	'x-ai': { priority: 200 },
	groq: { flex: 100, performance: 100 },
	deepinfra: { priority: 150 },
};

/** How a call was served. */
export interface Served {
	/** Of the list price, in whole per cent. */
	readonly percent: number;
	/** False for a tier whose price nobody knows; then `percent` is that of the list. */
	readonly isKnown: boolean;
}

const AS_LISTED: Served = { percent: WHOLE, isKnown: true };

/** The most that a known tier costs, in per cent: what a report of a cost may come to. */
export const DEAREST_TIER_PERCENT = 250;

/** What a tier costs for a price of a list; as listed where none was told, and for a price that is not by a list. */
export function servedAs({ version, model }: Pick<ModelPrice, 'version' | 'model'>, tier: string | null): Served {
	const name = tier?.replace(/^(on_demand|service_tier)_/, '') ?? '';
	if (name === '' || name === BATCH || USUAL.has(name)) return AS_LISTED;
	const provider = version.split('/')[1] ?? '';
	const found = Object.hasOwn(TIERS, provider) ? TIERS[provider]?.[name] : undefined;
	if (found === undefined) return { percent: WHOLE, isKnown: false };
	if (typeof found === 'number') return { percent: found, isKnown: true };
	const percent = found.find(([pattern]) => pattern.test(model.toLowerCase()))?.[1] ?? WHOLE;
	return { percent, isKnown: true };
}
