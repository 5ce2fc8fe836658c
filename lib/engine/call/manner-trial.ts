/**
 * Finds the way in which one call is asked: as its endpoint is known to take it, and where that refuses something we can do without,
 * without it, at once and free. What a refusal names is given up and remembered; where it names nothing, ways are tried in a fixed order
 * and only one that is taken is remembered. Bounded.
 */
import {
	differenceOf,
	encodeManner,
	isAboutLimitSize,
	namedConcession,
	triedManners,
	type Complaint,
	type Form,
	type Manner,
	type Sent,
} from '../../core/calls/manner';
import { mostOutputIn, roomBeside } from '../../core/calls/most-output';
import type { ChatRequest, ProviderFault, RefusedField } from '../../providers/provider';
import type { Timing } from '../waiting/timing';
import type { LearnedManners, LessonKeeper } from '../learned/learned-manners';

/** Free tries of one call. */
const MAX_FREE_TRIES = 10;
/** With these a server may say what it does not take; with the first ones it may do so without a name. */
const NAMELESS: ReadonlySet<number> = new Set([400, 422]);
const NAMING: ReadonlySet<number> = new Set([400, 404, 415, 422, 500, 501]);

interface TrialOptions {
	readonly manners: LearnedManners;
	readonly modelId: string;
	/** How the model is asked until it has refused something. */
	readonly usual: Manner;
	readonly keeper: LessonKeeper | null;
	/** The form that the settings ask for; `null`: any. */
	readonly form: Form | null;
	/** What is still to be written goes on in the background. */
	readonly background: (work: Promise<unknown>) => void;
}

/** One call's way; used once. */
export class MannerTrial {
	readonly #options: TrialOptions;
	#tries = 0;
	/** Ways that are still to be tried against a refusal that named nothing; `null` before one. */
	#open: Manner[] | null = null;
	/** What is tried now, and what was known when trying began. */
	#trying: Manner | null = null;
	#from: Manner | null = null;
	#roomTokens: number | null = null;

	constructor(options: TrialOptions) {
		this.#options = options;
	}

	/** How to ask now. */
	get manner(): Manner {
		return this.#trying ?? this.#known;
	}

	/** As the model is known to be asked, with the form that the settings fix. */
	get #known(): Manner {
		const { form } = this.#options;
		const manner = this.#learnt;
		return form === null || form === manner.form ? manner : { ...manner, form };
	}

	/** As the model is known to be asked, whatever the settings fix. */
	get #learnt(): Manner {
		const { manners, modelId, usual } = this.#options;
		return manners.of(modelId, usual);
	}

	/** What others have learned, while it is still to be read; `null` as a rule. */
	loading(timing: Pick<Timing, 'pause'>): Promise<void> | null {
		const { manners, modelId, keeper } = this.#options;
		return manners.load(modelId, { keeper, pause: (ms) => timing.pause(ms) });
	}

	/** After a fault that `request` met: true when there is another way, and it is to be asked again at once. */
	refused(fault: ProviderFault, { request, manner }: { request: ChatRequest; manner: Manner }): boolean {
		if (this.#fits(fault, request)) return true;
		// What passes by itself says nothing of the way that is being tried, so the same is tried when it has passed.
		if (!mayBeAboutUs(fault)) return false;
		if (this.#tries >= MAX_FREE_TRIES) return this.#giveUp();
		this.#tries += 1;
		const sent = sentBy(request);
		// Another call has learnt something meanwhile, so this one is asked as that was.
		if (encodeManner(this.#known) !== encodeManner(this.#from ?? manner)) return this.#startAnew();
		const complaint = complaintOf(fault);
		if (isAboutLimitSize(complaint, sent)) return this.#lowerLimit(complaint, { manner, sent });
		const named = namedConcession(complaint, { manner, sent });
		if (named && this.#mayChange(named.change)) {
			const next = { ...manner, ...named.change };
			if (this.#trying) this.#trying = next;
			else this.#remember(named.change);
			return true;
		}
		return NAMELESS.has(fault.status ?? 0) || fault.code === 'unsupported_output' ? this.#tryNext(manner, sent) : this.#giveUp();
	}

	/** The endpoint took the request: what was only tried is remembered, and what the adapter found out on the way. */
	taken(adapted: readonly RefusedField[], { request, manner }: { request: ChatRequest; manner: Manner }): void {
		if (this.#trying === null && adapted.length === 0) return;
		const sent = sentBy(request);
		const taken = adapted.reduce((learnt, { field, within }) => {
			const named = namedConcession({ param: field, words: within ?? '' }, { manner: learnt, sent });
			return named && this.#mayChange(named.change) ? { ...learnt, ...named.change } : learnt;
		}, this.#trying ?? manner);
		this.#remember(differenceOf(this.#from ?? manner, taken));
		this.#startAnew();
	}

	/** The endpoint takes the field for the form and does not go by it: from now on it is asked in words. */
	ignoresForm(): void {
		if (this.#options.form === null && this.#learnt.form !== 'prompt') this.#remember({ form: 'prompt' });
	}

	/** The output limit to ask with: beside a long prompt there may be room for less than was meant. */
	within(outputLimitTokens: number): number {
		return Math.min(outputLimitTokens, this.#roomTokens ?? outputLimitTokens);
	}

	/** A prompt that fits by itself is asked again at once, for an answer that fits beside it. */
	#fits({ code, billed, message }: ProviderFault, { maxOutputTokens }: ChatRequest): boolean {
		if (code !== 'context_too_long' || billed !== 'no' || maxOutputTokens === null || this.#roomTokens !== null) return false;
		this.#roomTokens = roomBeside(message, maxOutputTokens);
		return this.#roomTokens !== null;
	}

	/** A limit that is too large is asked for no more; where the refusal does not say what is not, nothing helps. */
	#lowerLimit({ words }: Complaint, { manner, sent }: { manner: Manner; sent: Sent }): boolean {
		const mostTokens = mostOutputIn(words, sent.limitTokens ?? 0);
		if (mostTokens === null) return this.#giveUp();
		if (this.#trying) this.#trying = { ...manner, mostTokens };
		else this.#remember({ mostTokens });
		return true;
	}

	#tryNext(manner: Manner, sent: Sent): boolean {
		const { manners, modelId } = this.#options;
		if (this.#open === null && manners.isFruitless(modelId)) return false;
		this.#from ??= manner;
		this.#open ??= triedManners(manner, sent).filter((each) => this.#options.form === null || each.form === manner.form);
		const next = this.#open.shift();
		if (!next) return this.#giveUp();
		this.#trying = next;
		return true;
	}

	#giveUp(): false {
		const { manners, modelId } = this.#options;
		if (this.#trying !== null) manners.triedInVain(modelId);
		[this.#trying, this.#from] = [null, null];
		return false;
	}

	/** Goes by what is known. */
	#startAnew(): true {
		[this.#trying, this.#from, this.#open] = [null, null, null];
		return true;
	}

	#mayChange({ form }: Partial<Manner>): boolean {
		return form === undefined || this.#options.form === null;
	}

	/** Beside what others have learnt meanwhile. */
	#remember(change: Partial<Manner>): void {
		const { manners, modelId, keeper, background } = this.#options;
		background(manners.learn(modelId, { ...this.#learnt, ...change }, keeper));
	}
}

/** Free refusals of the request itself, not of its size, its content, its key or its model. */
function mayBeAboutUs({ code, billed, status }: ProviderFault): boolean {
	if (billed !== 'no') return false;
	return code === 'unsupported_output' || (code === 'bad_request' && status !== null && NAMING.has(status));
}

/** What the provider's adapter found it to be about, then the server's words. */
function complaintOf({ refusedField, message, code }: ProviderFault): Complaint {
	const param = refusedField
		? `${refusedField.field} ${refusedField.within ?? ''}`
		: code === 'unsupported_output'
			? 'response_format'
			: '';
	return { param, words: message };
}

function sentBy({ structured, temperature, reasoningEffort, maxOutputTokens, limitField, messages }: ChatRequest): Sent {
	return {
		form: structured,
		hasTemperature: temperature !== null,
		hasReasoningEffort: reasoningEffort !== null,
		limitTokens: limitField === 'none' ? null : maxOutputTokens,
		hasSystemRole: messages.some(({ role }) => role === 'system'),
	};
}

/** The manner with the form that the request really asked for: a second try may ask in words alone. */
export function mannerOfRequest({ structured }: ChatRequest, manner: Manner): Manner {
	return structured === 'text' || structured === manner.form ? manner : { ...manner, form: structured };
}
