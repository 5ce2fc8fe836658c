/**
 * Judges a campaign that met faults: by what its provider billed, by what was granted, and by who came out. Shares no code with the
 * engine or with the rules of the ledger, so that it can be right where they are wrong.
 */

/** What the host was told of what a call cost. */
export type Told = 'the cost' | 'no cost' | 'an impossible cost' | 'nothing';

/** One call, in the provider's books. */
export interface BilledCall {
	readonly person: string;
	readonly askedAtMs: number;
	/** 0: it was refused, and is free. */
	readonly billedMicro: bigint;
	readonly told: Told;
	/** The ledger that knew of it was replaced by an older one. */
	readonly isForgotten: boolean;
	/** It was under way when the ledger was replaced, so the new one may not know of it. */
	readonly isExcused: boolean;
}

/** A call in the books of a provider; what becomes of the ledger is marked later. */
export type BookedCall = { -readonly [Field in keyof BilledCall]: BilledCall[Field] };

/** A person who came out of the campaign. */
export interface Departure {
	readonly person: string;
	readonly round: number;
	readonly atMs: number;
	readonly route: string;
	readonly reason: string;
	readonly message: string | null;
	/** The ledger that knew of the answer was replaced by an older one. */
	readonly isForgotten: boolean;
}

/** True where the host itself says that the ledger does not know yet what an answer cost; then a repeated run may pay again. */
export function saysUnrecorded(message: string | null): boolean {
	return message?.includes('could not be recorded') === true;
}

/** Credits that somebody gave. */
export interface Given {
	readonly amountMicro: bigint;
	readonly isForgotten: boolean;
}

/** What the ledger says in the end, when everything that was open has run out. */
export interface LedgerEnd {
	readonly availableMicro: bigint;
	readonly heldMicro: bigint;
	/** Of all its calls, by the calls themselves. */
	readonly chargedMicro: bigint;
}

/** A proof that was made, and what was known about the ledger then. */
export interface Proved {
	readonly when: string;
	/** Empty: right. */
	readonly named: readonly string[];
	/** Entries that were acknowledged and are not there any more. */
	readonly missingEntries: number;
	/** They are so new that nobody had noted them yet. */
	readonly mayBeUnnamed: boolean;
}

/** Everything that is known at the end of a campaign. */
export interface Ending {
	readonly people: readonly string[];
	/** Rounds that came to their end; a process that dies takes its round with it. */
	readonly rounds: readonly number[];
	/** Of these, the one in which every fault was over. */
	readonly healedRound: number;
	readonly departures: readonly Departure[];
	readonly calls: readonly BilledCall[];
	readonly given: readonly Given[];
	/** What may be spent while the ledger is away. */
	readonly allowanceMicro: bigint;
	/** What is set aside for each call; no call is billed more. */
	readonly holdMicro: bigint;
	/** What was set aside for calls that were never made, or not by whoever has the hold now: it runs out, and is charged. */
	readonly lapsedMicro: bigint;
	/** The most that is charged for a cost that is impossible. */
	readonly mostMicro: bigint;
	/** Nothing happened by which the cost of a call may have become unknown on its way to the ledger. */
	readonly isExact: boolean;
	readonly ledger: LedgerEnd;
	readonly proofs: readonly Proved[];
}

/** Everything that is wrong, each in a sentence; empty when both promises were kept. */
export function complaintsOf(ending: Ending): string[] {
	return [...aboutPeople(ending), ...aboutSecondCalls(ending), ...aboutMoney(ending), ...aboutProofs(ending)];
}

function aboutPeople({ people, rounds, healedRound, departures }: Ending): string[] {
	const complaints: string[] = [];
	for (const round of rounds) {
		const left = new Map<string, number>();
		for (const { person } of departures.filter((one) => one.round === round)) left.set(person, (left.get(person) ?? 0) + 1);
		for (const person of people) {
			const times = left.get(person) ?? 0;
			if (times !== 1) complaints.push(`${person} left ${String(times)} times in round ${String(round)}.`);
			left.delete(person);
		}
		for (const stranger of left.keys()) complaints.push(`${stranger} left in round ${String(round)} and was never sent.`);
	}
	for (const { person, round, route, reason, message } of departures) {
		if (round === healedRound && reason === 'ledger_unavailable')
			complaints.push(`${person} is told that the ledger cannot be used, and it is there: ${message ?? ''}`);
		const isNamed = route === 'result' || (reason !== '' && message !== null && message !== '');
		if (!isNamed) complaints.push(`${person} left by ${route} and nobody is told why.`);
	}
	return complaints;
}

/** Whoever got an answer is not asked for again under the same key. */
function aboutSecondCalls({ departures, calls }: Ending): string[] {
	const served = departures.filter(({ route, isForgotten }) => route === 'result' && !isForgotten);
	return served.flatMap(({ person, atMs }) => {
		const again = calls.filter((call) => call.person === person && call.askedAtMs > atMs && call.billedMicro > 0n && !call.isExcused);
		return again.length === 0 ? [] : [`${person} had an answer and was paid for again.`];
	});
}

function aboutMoney(ending: Ending): string[] {
	const { ledger, holdMicro, mostMicro, isExact, allowanceMicro } = ending;
	const known = ending.calls.filter(({ isForgotten }) => !isForgotten);
	const grantedMicro = sum(ending.given.filter(({ isForgotten }) => !isForgotten).map(({ amountMicro }) => amountMicro));
	const billedMicro = sum(known.map((call) => call.billedMicro));
	const inFlightMicro = sum(known.filter(({ isExcused }) => isExcused).map((call) => call.billedMicro));
	const mostOf = (call: BilledCall): bigint => {
		if (call.told === 'an impossible cost') return mostMicro;
		if (call.told === 'the cost' && isExact) return call.billedMicro;
		return holdMicro;
	};
	// What the old ledger was owed is charged to the one in its place, at most at the bound.
	const owedMicro = sum(ending.calls.map((call) => (call.isForgotten && call.told === 'an impossible cost' ? mostMicro : 0n)));
	const most = sum(known.map(mostOf)) + ending.lapsedMicro + owedMicro;
	const complaints: string[] = [];
	const complain = (isWrong: boolean, words: string): void => {
		if (isWrong) complaints.push(words);
	};
	complain(
		billedMicro > grantedMicro + allowanceMicro + inFlightMicro,
		`The provider billed ${text(billedMicro)}, ${text(inFlightMicro)} of it in flight; ${text(grantedMicro)} was granted, and ${text(allowanceMicro)} allowed.`,
	);
	complain(
		ledger.chargedMicro < billedMicro - inFlightMicro,
		`The ledger charged ${text(ledger.chargedMicro)}; the provider billed ${text(billedMicro)}, ${text(inFlightMicro)} of it in flight.`,
	);
	complain(ledger.chargedMicro > most, `The ledger charged ${text(ledger.chargedMicro)}; the calls can have cost ${text(most)} at most.`);
	const sumMicro = ledger.availableMicro + ledger.heldMicro + ledger.chargedMicro;
	complain(sumMicro !== grantedMicro, `Available, held and charged are ${text(sumMicro)} together; ${text(grantedMicro)} was granted.`);
	complain(ledger.heldMicro !== 0n, `${text(ledger.heldMicro)} is still held.`);
	return complaints;
}

function aboutProofs({ proofs }: Ending): string[] {
	return proofs.flatMap(({ when, named, missingEntries, mayBeUnnamed }) => {
		if (missingEntries > 0 && named.length === 0 && !mayBeUnnamed)
			return [`${when}: ${String(missingEntries)} entries are missing, and the proof says that all is right.`];
		if (missingEntries === 0 && named.length > 0) return [`${when}: nothing is missing, and the proof says: ${named.join('; ')}`];
		return [];
	});
}

function sum(amounts: readonly bigint[]): bigint {
	return amounts.reduce((total, amount) => total + amount, 0n);
}

const text = (micro: bigint): string => `${String(Number(micro) / 1e6)} credits`;
