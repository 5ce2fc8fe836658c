/**
 * Owns the preview in the dialog of LLM Action: one message through the settings as they stand there, saved or not. Refuses to put
 * anything of an answer into the page but as text.
 */
import { REASONS } from '../../../../lib/params/fallback-switch';
import { failureText, grouped } from './readable';

/** What is shown before a message has come by. */
const EXAMPLE = { payload: { first_name: 'Ada' } };

/** The rungs of the ladder; for fallback values the model that could not answer is named. */
const RUNGS = { model: 'Model', cheaper_model: 'Cheaper model', cache: 'Kept answer', fallback: 'Fallback instead of' };

export function addPreview(form) {
	const part = form.element.find('.llmc-preview');
	const preview = new Preview(form, part);
	part.find('.llmc-preview-run').on('click', (event) => {
		event.preventDefault();
		void preview.run();
	});
	part.find('.llmc-preview-seen').on('click', (event) => {
		event.preventDefault();
		void preview.fillIn({ isAsked: true });
	});
	// Not before somebody wants it: whoever may only read may not see messages.
	part.prev('.llmc-section-head').one('click', () => void preview.fillIn({ isAsked: false }));
	return preview;
}

class Preview {
	constructor(form, part) {
		this.form = form;
		this.message = part.find('textarea');
		this.button = part.find('.llmc-preview-run');
		this.said = part.find('.llmc-said');
		this.shown = part.find('.llmc-preview-shown');
		this.request = null;
	}

	/** The dialog is closed: what is under way is given up. */
	close() {
		this.request?.abort();
	}

	/** Writes the message that the node saw last into the field, or an example. */
	async fillIn({ isAsked }) {
		const { id } = this.form.node;
		let sample = null;
		let problem = 'No message has come by since the node was deployed.';
		try {
			sample = (await $.getJSON(`llm-credits/action/${encodeURIComponent(id)}/sample`)).message;
		} catch (failure) {
			problem = failureText(failure);
		}
		if (!isAsked && this.message.val() !== '') return;
		if (isAsked) this.say(sample === null ? problem : '', 'llmc-bad');
		if (sample !== null || !isAsked) this.message.val(JSON.stringify(sample ?? EXAMPLE, null, 2));
	}

	async run() {
		const message = this.readMessage();
		if (message === null) return;
		this.shown.empty();
		this.say('Asking …', '');
		this.button.prop('disabled', true);
		const came = await this.ask(message);
		this.button.prop('disabled', false);
		if (came !== null) this.show(came);
	}

	async ask(message) {
		const data = JSON.stringify({ id: this.form.node.id, values: this.values(), message });
		try {
			this.request = $.ajax({ url: 'llm-credits/action/preview', type: 'POST', contentType: 'application/json', data });
			return await this.request;
		} catch (failure) {
			if (failure.statusText !== 'abort') this.say(failureText(failure), 'llmc-bad');
			return null;
		} finally {
			this.request = null;
		}
	}

	/** As a flow would keep them, the connections included. */
	values() {
		const { form } = this;
		return { ...form.values(), name: form.input('name').val(), ledger: form.input('ledger').val(), provider: form.input('provider').val() };
	}

	readMessage() {
		try {
			const message = JSON.parse(this.message.val());
			if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message;
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
		}
		this.shown.empty();
		this.say('The sample message is not a JSON object, such as {"payload": {"first_name": "Ada"}}.', 'llmc-bad');
		return null;
	}

	show({ answer, isFallback, cost, per1000, llmCredits }) {
		this.say('', '');
		if (isFallback) this.line(`${labelOf(llmCredits.reason)}. These are the fallback values.`, 'llmc-warning');
		if (llmCredits.message) this.line(llmCredits.message, isFallback ? 'llmc-hint' : 'llmc-warning');
		const list = $('<dl class="llmc-preview-answer">').appendTo(this.shown);
		for (const [name, value] of Object.entries(answer)) list.append($('<dt>').text(name), $('<dd>').text(textOf(value)));
		for (const { detail } of llmCredits.checks?.failed ?? []) this.line(detail, 'llmc-hint');
		this.line(costText(cost, per1000), 'llmc-preview-cost');
		this.line(howText(llmCredits), 'llmc-hint');
	}

	say(text, kind) {
		this.said.attr('class', `llmc-said ${kind}`).text(text);
	}

	line(text, kind) {
		$('<div>').addClass(kind).text(text).appendTo(this.shown);
	}
}

function costText(cost, per1000) {
	const own = `This preview cost ${grouped(cost.credits)} ${cost.credits === '1' ? 'credit' : 'credits'}`;
	return per1000 === null
		? `${own}.`
		: `${own}; 1,000 such sends would cost ${grouped(per1000.credits)} ($${grouped(cents(per1000.dollars))}).`;
}

function howText({ source, model, usage, latencyMs, balance, attempts, passes }) {
	const parts = [
		`${RUNGS[source]}: ${model}`,
		...(passes ?? []).map(({ pass, credits }) => `${pass}: ${credits} credits`),
		usage === null ? '' : `${grouped(String(usage.inputTokens))} tokens in${cachedText(usage)}, ${grouped(String(usage.outputTokens))} out`,
		attempts > 1 ? `${attempts} attempts` : '',
		latencyMs < 1000 ? `${latencyMs} ms` : `${(latencyMs / 1000).toFixed(1)} s`,
		balance === null ? '' : `${grouped(balance)} credits left`,
	];
	return parts.filter((part) => part !== '').join(' · ');
}

function cachedText({ cachedInputTokens }) {
	return cachedInputTokens > 0 ? ` (${grouped(String(cachedInputTokens))} of them cached by the provider)` : '';
}

function labelOf(reason) {
	return REASONS.find(({ value }) => value === reason)?.label ?? reason;
}

function textOf(value) {
	return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** Dollars to the cent from a dollar on, to the hundredth of a cent below. */
function cents(dollars) {
	const [whole, fraction = ''] = dollars.split('.');
	return `${whole}.${whole === '0' ? fraction.slice(0, 4) : fraction.slice(0, 2)}`;
}
