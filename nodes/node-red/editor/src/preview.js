/**
 * Owns the preview in the dialog of LLM Action: one message through the settings as they stand there, saved or not. Refuses to put
 * anything of an answer into the page but as text.
 */
import { grouped } from '../../../../lib/core/values/readable';
import { REASONS } from '../../../../lib/params/fallback-switch';
import { failureText } from './readable';

/** What is shown before a message has come by. */
const EXAMPLE = { payload: { first_name: 'Ada' } };

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

	show({ answer, isFallback, rung, costs, llmCredits }) {
		this.say('', '');
		if (isFallback) this.line(`${labelOf(llmCredits.reason)}. These are the fallback values.`, 'llmc-warning');
		if (llmCredits.message) this.line(llmCredits.message, isFallback ? 'llmc-hint' : 'llmc-warning');
		const list = $('<dl class="llmc-preview-answer">').appendTo(this.shown);
		for (const [name, value] of Object.entries(answer)) list.append($('<dt>').text(name), $('<dd>').text(textOf(value)));
		for (const { detail } of llmCredits.checks?.failed ?? []) this.line(detail, 'llmc-hint');
		this.line(costs, 'llmc-preview-cost');
		this.line(howText(rung, llmCredits), 'llmc-hint');
	}

	say(text, kind) {
		this.said.attr('class', `llmc-said ${kind}`).text(text);
	}

	line(text, kind) {
		$('<div>').addClass(kind).text(text).appendTo(this.shown);
	}
}

function howText(rung, { usage, latencyMs, balance, attempts, passes }) {
	const parts = [
		rung,
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
