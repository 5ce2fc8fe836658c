/** Owns how the charge of one call looks to people: the price it was set aside at, what it used, and what that makes. */
import { holdId } from '../../core/nouns/records';
import { formatCredits } from '../../core/values/money';
import { creditsOrNull } from '../../engine/outcome/item-result';
import type { ChargeProof, ChargeVerdict } from '../../engine/report/charge-proof';
import { priceDocument } from '../../engine/report/price-documents';
import { count, counted, credits } from './format';
import { priceDetail } from './price-texts';

/** The charge of a call as a document. */
export function chargeDocument({
	hold,
	price,
	usage,
	ratePercent,
	againMicro,
	tokensMicro,
	verdict,
	reportedMicro,
}: ChargeProof): Record<string, unknown> {
	return {
		hold: holdId(hold.seq),
		priceVersion: hold.priceVersion,
		price: price && { model: price.model, ...priceDocument(price) },
		charging: price?.charging ? { kind: price.charging.kind, rate: formatCredits(price.charging.rateMicro) } : null,
		usage,
		ratePercent,
		charged: creditsOrNull(hold.actualMicro),
		again: creditsOrNull(againMicro),
		byTokens: creditsOrNull(tokensMicro),
		reported: creditsOrNull(reportedMicro),
		verdict,
	};
}

/** The charge of a call in words: its price, its counts, and what they make. */
export function chargeText(proof: ChargeProof): string {
	const { hold, price, usage, ratePercent } = proof;
	const priced = price
		? `${holdId(hold.seq)} was set aside at ${price.version}:\n\n${priceDetail(price)}`
		: `${holdId(hold.seq)} pins no price that is known.`;
	const used = usage
		? `Used: ${count(usage.inputTokens)} tokens in, ${count(usage.cachedInputTokens)} of them from the cache, ${count(usage.outputTokens)} out${usage.searches > 0 ? `, and ${counted(usage.searches, 'search', 'searches')}` : ''}.`
		: null;
	const tier = ratePercent === 100 ? null : `The tier of service that answered costs ${String(ratePercent)} % of this price.`;
	return [priced, used, tier, verdictText(proof)].filter((part) => part !== null).join('\n\n');
}

function verdictText({ hold, price, againMicro, tokensMicro, verdict }: ChargeProof): string {
	const charged = credits(hold.actualMicro ?? 0n);
	const byTokens = price?.charging && tokensMicro !== null ? ` Its tokens cost ${credits(tokensMicro)}.` : '';
	const texts: Readonly<Record<ChargeVerdict, string>> = {
		same: `Charged: ${charged} credits. Worked out again: the same.${byTokens}`,
		reported_cost: `Charged: ${charged} credits, which is what the provider said it cost. By its counts: ${creditsOrNull(tokensMicro) ?? 'unknown'}.`,
		differs: `Charged: ${charged} credits. Worked out again: ${credits(againMicro ?? 0n)}.${byTokens}`,
		estimated: `Charged: ${charged} credits, an estimate: the provider reported no usage.`,
		unsettled: 'Nothing was charged for usage.',
		unknown_price: `Charged: ${charged} credits. The price is known no more, so this cannot be worked out again.`,
	};
	return texts[verdict];
}
