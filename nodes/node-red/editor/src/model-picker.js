/** Owns the field of the model: free text, with the provider's models and what a typical message costs with each. */
import { keyOf } from '../../node/node-types';
import { ModelLists, notOffered } from './model-lists';

export class ModelPicker {
	constructor(form, param) {
		this.form = form;
		this.lists = new ModelLists();
		const search = (value, done) => this.lists.load(this.provider).then(() => done(this.lists.matches(this.provider, value)));
		const written = { value: 'str', label: 'model', icon: 'red/images/typedInput/az.svg', autoComplete: () => search };
		this.field = form.typedInput(param, written);
		this.row = form.row(keyOf(param));
		this.row.find('.llmc-pick').on('click', (event) => {
			event.preventDefault();
			this.openList();
		});
		form.input('provider').on('change', () => this.lists.load(this.provider).then(() => this.showCost()));
		this.field.on('change', () => this.showCost());
		this.lists.load(this.provider).then(() => this.showCost());
	}

	/** Node-RED's list opens on the arrow key; the button presses it for those who do not know. */
	openList() {
		if (this.field.typedInput('type') !== 'str') this.field.typedInput('type', 'str');
		const inner = this.row.find('input.red-ui-autoComplete');
		inner.trigger('focus').trigger($.Event('keyup', { keyCode: 40, key: 'ArrowDown' }));
	}

	/** The provider of the node. */
	get provider() {
		return this.form.input('provider').val();
	}

	/** What a message costs with the model, or that the provider does not offer it. */
	showCost() {
		const { models, message, note } = this.lists.of(this.provider) ?? { models: [], message: '', note: '' };
		this.row.find('.llmc-cost').text(message || this.costOf(this.writtenModel(), { models, note }));
	}

	/** Empty where it is computed for each message. */
	writtenModel() {
		return this.field.typedInput('type') === 'str' ? String(this.field.typedInput('value')).trim() : '';
	}

	costOf(id, { models, note }) {
		const chosen = models.find((model) => model.id === id);
		if (chosen !== undefined) return `${capital(chosen.about)}.`;
		// A list that is cut short, and a name that is computed, say nothing about it.
		const isKnown = models.length > 0 && note === '' && id !== '' && !id.includes('{{') && !id.includes('${');
		return isKnown ? notOffered(id) : '';
	}
}

function capital(text) {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
