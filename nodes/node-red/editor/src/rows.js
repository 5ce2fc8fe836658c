/** Owns a list of records in a dialog: adding, sorting, removing, and the message under a field that could not work. */
import { keyOf } from '../../node/node-types';
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
		rows.forEach((row, index) => this.list.editableList('addItem', { row, origin: index }));
	}

	fill(container, data) {
		const row = data.row ?? Object.fromEntries(this.param.fields.map((field) => [field.name, field.default]));
		container.addClass(`llmc-record llmc-record-${this.key}`);
		data.inputs = {};
		for (const field of this.param.fields) {
			const input = inputFor(field).val(row[field.name] ?? field.default ?? '');
			const label = $('<span class="llmc-caption">').text(field.unit === undefined ? field.label : `${field.label} (${field.unit})`);
			const cell = $('<label class="llmc-cell">').attr({ 'data-field': field.name, title: field.help }).append(label, input);
			container.append(cell);
			data.inputs[field.name] = input;
			if (field.kind === 'model') this.offerModels(input);
		}
		$('<div class="llmc-row-message">').appendTo(container);
		container.on('input change', () => this.adapt(container, data));
		this.adapt(container, data);
		if (data.row === undefined) container.find('input').first().trigger('focus');
	}

	/** The models of the provider, as in the field of the model itself. */
	offerModels(input) {
		const picker = this.form.parts.model;
		input.autoComplete({ minLength: 0, search: (value, done) => picker.load().then(() => done(picker.matches(value))) });
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
		return this.entries().map(({ inputs }) => Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.val()])));
	}

	/** For each row, its place when the dialog was opened, or null for a new one. */
	origins() {
		return this.entries().map(({ origin }) => origin ?? null);
	}

	save() {
		this.form.node[this.key] = this.value();
	}
}

function inputFor(field) {
	const placeholder = field.placeholder ?? '';
	if (field.kind === 'text' && field.rows > 1) return $('<textarea>').attr({ rows: field.rows, placeholder });
	if (field.kind !== 'choice') return $('<input type="text">').attr('placeholder', placeholder);
	const select = $('<select>');
	for (const { value, label, help } of field.choices) select.append($('<option>').val(value).text(label).attr('title', help));
	return select;
}
