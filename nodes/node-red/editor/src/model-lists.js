/** Owns the lists of models in a dialog: what each provider offers, asked for once, and what of it fits what was typed. */

/** The sentence under a field, and in a list. */
export function notOffered(id) {
	return `This provider does not offer ${id}.`;
}

export class ModelLists {
	constructor() {
		this.loaded = new Map();
	}

	/** What is known of a provider's models; `null` before it was asked. */
	of(id) {
		if (!id || id === '_ADD_') return { models: [], message: 'Choose a provider to see its models.', note: '' };
		return this.loaded.get(id)?.list ?? null;
	}

	/** Asks for the models of a provider, unless they are known. A failure is a message in the list. */
	load(id) {
		if (!id || id === '_ADD_') return Promise.resolve();
		const known = this.loaded.get(id);
		if (known !== undefined) return known.asking;
		const entry = { list: null, asking: null };
		entry.asking = $.getJSON(`llm-credits/provider/${encodeURIComponent(id)}/models`).then(
			({ models, message = '', note = '' }) => {
				entry.list = { models, message, note };
			},
			(failure) => {
				entry.list = { models: [], message: failure.responseJSON?.message ?? 'The models cannot be listed now.', note: '' };
			},
		);
		this.loaded.set(id, entry);
		return entry.asking;
	}

	/** What is typed narrows the list; a model chosen before shows the whole list. */
	matches(id, typed) {
		const { models, message, note } = this.of(id) ?? { models: [], message: '', note: '' };
		const told = (text) => ({ value: typed, label: $('<div class="llmc-pick-note">').text(text) });
		if (message !== '') return [told(message)];
		const isWhole = models.some((model) => model.id === typed);
		const fitting = isWhole ? models : models.filter((model) => model.id.toLowerCase().includes(typed.trim().toLowerCase()));
		const rows = fitting.map((model) => ({
			value: model.id,
			label: $('<div class="llmc-pick-model">').append($('<span>').text(model.id), $('<span class="llmc-pick-cost">').text(model.about)),
		}));
		const none = fitting.length === 0 && note === '' && typed.trim() !== '' ? [told(notOffered(typed.trim()))] : [];
		return [...rows, ...none, ...(note === '' ? [] : [told(note)])];
	}
}
