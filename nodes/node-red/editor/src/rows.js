/** Owns a list of records in a dialog: adding, sorting, removing, and the message under a field that could not work. */
import { keyOf, rowProviderKey, rowProvidersOf } from '../../node/node-types';
import { checkField, checkRow } from './checks';

/** The types of an attribute whose Details mean something, with an example of them. */
const DETAILS = {
	choice: { label: 'Values', placeholder: 'gold, silver, bronze' },
	list: { label: 'Type of its values', placeholder: 'text' },
	object: { label: 'Fields', placeholder: 'city: text, age: number' },
};
/** What the description of an attribute may say. */
const DESCRIPTIONS = {
	boolean: 'True when it is a gift',
	choice: 'How loyal the customer is',
	date: 'The day on which to write again',
	list: 'Products to show, best first',
	number: 'How urgent it is, from 0 to 1',
	object: 'The shop nearest to the customer',
	text: 'At most 45 characters, no emoji',
};
/** What a rule that is no number asks for. */
const RULE_VALUES = { contains: 'Spring Sale, shop', avoids: 'guarantee*, free' };
/** What a fallback value looks like. */
const FALLBACKS = {
	boolean: 'false',
	choice: 'one of the values',
	date: '2026-07-08',
	list: '["a", "b"]',
	number: '0',
	object: '{"city": "Oslo"}',
	text: 'News for you',
};

export class Rows {
	constructor(form, param) {
		this.form = form;
		this.param = param;
		this.key = keyOf(param);
		this.list = form.row(this.key).find('.llmc-rows');
		this.list.editableList({
			addButton: `add ${param.rowLabel.toLowerCase()}`,
			addItem: (container, _index, data) => this.fill(container, data),
			removable: true,
			sortable: true,
			height: 'auto',
			removeItem: () => form.refresh(),
			sortItems: () => form.refresh(),
		});
		const rows = form.node[this.key] ?? param.default;
		rows.forEach((row, index) => {
			const provider = form.node[rowProviderKey(param, index)] ?? '';
			this.list.editableList('addItem', { row: { ...row, provider }, origin: index });
		});
	}

	fill(container, data) {
		const row = data.row ?? Object.fromEntries(this.param.fields.map((field) => [field.name, field.default]));
		container.addClass(`llmc-record llmc-record-${this.key}`);
		data.inputs = {};
		for (const field of this.param.fields) {
			const input = inputFor(field).val(row[field.name] ?? field.default ?? '');
			if (field.kind === 'provider') this.offerProviders(input, row.provider ?? '');
			const label = $('<span class="llmc-caption">').text(field.unit === undefined ? field.label : `${field.label} (${field.unit})`);
			const cell = $('<label class="llmc-cell">').attr({ 'data-field': field.name, title: field.help }).append(label, input);
			container.append(cell);
			data.inputs[field.name] = input;
			if (field.kind === 'model') this.offerModels(input, data);
		}
		$('<div class="llmc-row-message">').appendTo(container);
		container.on('input change', () => this.adapt(container, data));
		this.adapt(container, data);
		if (data.row === undefined) container.find('input').first().trigger('focus');
	}

	/** The models of the row's provider, as in the field of the model itself. */
	offerModels(input, data) {
		const { lists } = this.form.parts.model;
		const search = async (value, done) => {
			const id = data.inputs.provider?.val() || this.form.input('provider').val();
			await lists.load(id);
			done(lists.matches(id, value));
		};
		input.autoComplete({ minLength: 0, search });
	}

	/** The config nodes that the provider of the node itself may be chosen from; one that was added meanwhile is offered too. */
	offerProviders(select, chosen) {
		const fill = (value) => {
			const known = this.form.input('provider').find('option').toArray();
			const others = known.map((option) => ({ id: $(option).val(), name: $(option).text() })).filter(({ id }) => id && id !== '_ADD_');
			select.empty().append($('<option>').val('').text('Same as Above'));
			for (const { id, name } of others) select.append($('<option>').val(id).text(name));
			// One that is not there any more stays chosen until somebody chooses another.
			if (value !== '' && !others.some(({ id }) => id === value)) select.append($('<option>').val(value).text(`${value} (not there)`));
			select.val(value);
		};
		fill(chosen);
		select.on('mousedown focus', () => fill(select.val() ?? ''));
	}

	/** Fits captions and examples to the type of an attribute, and says what is wrong with a field. */
	adapt(container, data) {
		const details = container.find('.llmc-cell[data-field="details"]');
		if (details.length > 0) {
			const type = data.inputs.type.val();
			details.toggle(type in DETAILS);
			if (type in DETAILS) {
				details.find('.llmc-caption').text(DETAILS[type].label);
				data.inputs.details.attr('placeholder', DETAILS[type].placeholder);
			}
			data.inputs.fallback.attr('placeholder', FALLBACKS[type]);
			data.inputs.description.attr('placeholder', DESCRIPTIONS[type]);
		}
		if (data.inputs.check !== undefined) data.inputs.value.attr('placeholder', RULE_VALUES[data.inputs.check.val()] ?? '45');
		let message = '';
		for (const field of this.param.fields) {
			const verdict = checkField(field, field.label, data.inputs[field.name].val());
			data.inputs[field.name].toggleClass('input-error', verdict !== true);
			if (verdict !== true && message === '') message = verdict;
		}
		if (message === '') message = this.checkWhole(data);
		container.find('.llmc-row-message').text(message);
	}

	/** What no field shows alone, such as a fallback value that does not fit the type. */
	checkWhole({ inputs }) {
		const verdict = checkRow(this.param, Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.val()])));
		if (verdict === true) return '';
		const culprit = verdict.includes('fallback')
			? inputs.fallback
			: verdict.includes('Name')
				? inputs.name
				: (inputs.details ?? inputs.value);
		culprit?.addClass('input-error');
		return verdict;
	}

	hasMessage() {
		return this.list.find('.llmc-row-message').text() !== '';
	}

	/** A row that is being removed fades out for a moment; it is gone for whoever saves meanwhile. */
	entries() {
		const entries = [];
		this.list.editableList('items').each((_index, item) => {
			if (!$(item).closest('li').hasClass('red-ui-editableList-item-deleting')) entries.push($(item).data('data'));
		});
		return entries;
	}

	value() {
		const values = ({ inputs }) => Object.entries(inputs).flatMap(([name, input]) => (name === 'provider' ? [] : [[name, input.val()]]));
		return this.entries().map((entry) => Object.fromEntries(values(entry)));
	}

	/** The providers of the rows under the keys of a flow. */
	providers() {
		const entries = this.entries();
		return Object.fromEntries(rowProvidersOf(this.param).map(({ key }, index) => [key, entries[index]?.inputs.provider.val() ?? '']));
	}

	/** For each row, its place when the dialog was opened, or null for a new one. */
	origins() {
		return this.entries().map(({ origin }) => origin ?? null);
	}

	save() {
		this.form.node[this.key] = this.value();
		for (const [key, id] of Object.entries(this.providers())) {
			const select = this.form.input(key);
			if (id !== '' && select.find('option').filter((_index, option) => $(option).val() === id).length === 0)
				select.append($('<option>').val(id));
			// What Node-RED saves as nothing.
			select.val(id === '' ? '_ADD_' : id);
		}
	}
}

function inputFor(field) {
	const placeholder = field.placeholder ?? '';
	if (field.kind === 'text' && field.rows > 1) return $('<textarea>').attr({ rows: field.rows, placeholder });
	if (field.kind === 'provider') return $('<select>');
	if (field.kind !== 'choice') return $('<input type="text">').attr('placeholder', placeholder);
	const select = $('<select>');
	for (const { value, label, help } of field.choices) select.append($('<option>').val(value).text(label).attr('title', help));
	return select;
}
