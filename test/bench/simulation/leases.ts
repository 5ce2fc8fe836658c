/**
 * Owns leasing of credits in blocks: hosts take a block from the hot account, spend it by themselves, and come back when it does not hold the
 * next reservation. What is asked is what a block strands: credits that one host still has while another sends its people the fallback.
 */
import { chanceOf } from './chance';

export interface Leasing {
	readonly hosts: number;
	readonly messages: number;
	/** Share of the credits that the messages would cost which was granted, from 0 to 1. */
	readonly granted: number;
	readonly blockCredits: number;
	/** Blocks get smaller with what is left, so that the last ones are small: at most its 1 / (2 × hosts)-th part. */
	readonly isShrinking: boolean;
	readonly seed: number;
}

export interface Leased {
	/** Commits on the hot account for each thousand messages. */
	readonly leasesPerThousand: number;
	/** Credits that other hosts had when the first message was refused, as a share of those granted. */
	readonly strandedAtFirst: number;
	/** Credits that nobody spent, as a share of those granted. */
	readonly unspent: number;
}

/** A call costs 1 to 5 credits, 3 on average, and reserves 6. */
const MEAN_CREDITS = 3;
const MOST_CREDITS = 5;
const RESERVED_CREDITS = 6;
/** No block is smaller, or the last credits would cost a commit each. */
const LEAST_BLOCK = 100;

/** Sends the messages through; hosts get them unevenly, the first eight times as many as the last. */
export function lease({ hosts, messages, granted, blockCredits, isShrinking, seed }: Leasing): Leased {
	const chance = chanceOf(seed);
	const hostOf = unevenly(hosts);
	const grantedCredits = Math.floor(messages * MEAN_CREDITS * granted);
	const stock = new Float64Array(hosts);
	let left = grantedCredits;
	let leases = 0;
	let strandedAtFirst = 0;
	let isAnyRefused = false;
	for (let message = 0; message < messages; message += 1) {
		const host = hostOf(chance());
		const cost = 1 + Math.floor(chance() * MOST_CREDITS);
		if ((stock[host] ?? 0) < RESERVED_CREDITS && left > 0) {
			const most = isShrinking ? Math.max(LEAST_BLOCK, Math.floor(left / (2 * hosts))) : blockCredits;
			const block = Math.min(blockCredits, most, left);
			left -= block;
			stock[host] = (stock[host] ?? 0) + block;
			leases += 1;
		}
		if ((stock[host] ?? 0) >= RESERVED_CREDITS) {
			stock[host] = (stock[host] ?? 0) - cost;
			continue;
		}
		if (!isAnyRefused) strandedAtFirst = left + sum(stock);
		isAnyRefused = true;
	}
	return {
		leasesPerThousand: (leases * 1000) / messages,
		strandedAtFirst: strandedAtFirst / grantedCredits,
		unspent: (left + sum(stock)) / grantedCredits,
	};
}

/** Which host a number from 0 to 1 falls to; shares fall in even steps from 8 to 1. */
function unevenly(hosts: number): (at: number) => number {
	const shares = Array.from({ length: hosts }, (_, host) => 8 - (7 * host) / Math.max(1, hosts - 1));
	const all = sum(shares);
	let reached = 0;
	const ends = shares.map((share) => (reached += share) / all);
	return (at) => {
		const host = ends.findIndex((end) => at < end);
		return host === -1 ? hosts - 1 : host;
	};
}

function sum(figures: Iterable<number>): number {
	let total = 0;
	for (const figure of figures) total += figure;
	return total;
}
