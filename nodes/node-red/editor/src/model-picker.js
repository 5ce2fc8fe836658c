/** Owns the field of the model: free text, with the provider's models and what a typical message costs with each. */
import { keyOf } from '../../node/node-types';

export class ModelPicker {
	constructor(form, param) {
		this.form = form;
		this.loaded = { id: null, models: [], message: '' };
		const search = (value, done) => this.load().then(() => done(this.matches(value)));
		const written = { value: 'str', label: 'model', icon: 'red/images/typedInput/az.svg', autoComplete: () => search };
		this.field = form.typedInput(param, written);
		this.row = form.row(keyOf(param));
		this.row.find('.llmc-pick').on('click', (event) => {
			event.preventDefault();
			this.openList();
		});
		form.input('provider').on('change', () => this.load().then(() => this.showCost()));
		this.field.on('change', () => this.showCost());
		this.load().then(() => this.showCost());
	}

	/** Node-RED's list opens on the arrow key; the button presses it for those who do not know. */
	openList() {
		if (this.field.typedInput('type') !== 'str') this.field.typedInput('type', 'str');
		const inner = this.row.find('input.red-ui-autoComplete');
		inner.trigger('focus').trigger($.Event('keyup', { keyCode: 40, key: 'ArrowDown' }));
	}

	async load() {
		const id = this.form.input('provider').val();
		if (this.loaded.id === id) return;
		this.loaded = { id, models: [], message: '' };
		if (!id || id === '_ADD_') {
			this.loaded.message = 'Choose a provider to see its models.';
			return;
		}
		try {
			const { models, message = '', note = '' } = await $.getJSON(`llm-credits/provider/${encodeURIComponent(id)}/models`);
			if (this.loaded.id === id) this.loaded = { id, models, message, note };
		} catch (failure) {
			if (this.loaded.id === id) this.loaded.message = failure.responseJSON?.message ?? 'The models cannot be listed now.';
		}
	}

	/** What is typed narrows the list; a model chosen before shows the whole list. */
	matches(typed) {
		const { models, message, note = '' } = this.loaded;
		const told = (text) => ({ value: typed, label: $('<div class="llmc-pick-note">').text(text) });
		if (message !== '') return [told(message)];
		const isWhole = models.some(({ id }) => id === typed);
		const fitting = isWhole ? models : models.filter(({ id }) => id.toLowerCase().includes(typed.trim().toLowerCase()));
		const rows = fitting.map(({ id, about }) => ({
			value: id,
			label: $('<div class="llmc-pick-model">').append($('<span>').text(id), $('<span class="llmc-pick-cost">').text(about)),
		}));
		return note === '' ? rows : [...rows, told(note)];
	}

	showCost() {
		const chosen =
			this.field.typedInput('type') === 'str' ? this.loaded.models.find(({ id }) => id === this.field.typedInput('value')) : undefined;
		const cost = chosen === undefined ? this.loaded.message : `${capital(chosen.about)}.`;
		this.row.find('.llmc-cost').text(cost);
	}
}

function capital(text) {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
