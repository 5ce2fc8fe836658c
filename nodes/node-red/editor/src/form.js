/**
 * Owns one open dialog: its fields, what is shown when, and the messages under them. One instance per dialog; the values are
 * handed over when the dialog is saved.
 */
import { COMPUTED_TYPES, connectionsOf, keyOf, typeKeyOf, writtenTypeOf } from '../../node/node-types';
import { asSentence, helpOfChoice } from '../words';
import { checkParam, descriptionOf, isVisible } from './checks';
import { Choices } from './choices';
import { ModelPicker } from './model-picker';
import { PerMessageText } from './per-message-text';
import { Rows } from './rows';
import { foldSections } from './sections';

export class Form {
	constructor(node, type) {
		this.node = node;
		this.type = type;
		this.description = descriptionOf(type);
		this.prefix = 'needs' in this.description ? 'node-input-' : 'node-config-input-';
		this.element = $(`.llmc-form[data-type="${type}"]`);
		/** Parts that keep their own value, by parameter name. */
		this.parts = {};
		for (const param of this.description.params) {
			this.fillMissing(param);
			this.prepare(param);
		}
		this.sections = foldSections(this);
		this.element.on('input change', 'input, select, textarea', () => this.refresh());
		this.refresh();
	}

	input(key) {
		return this.element.find(`#${this.prefix}${key}`);
	}

	row(key) {
		return this.element.find(`.llmc-row[data-key="${key}"]`);
	}

	/** A flow that was made before a parameter existed, or by hand, does not have it. */
	fillMissing(param) {
		const key = keyOf(param);
		if (param.kind !== 'secret' && this.node[key] === undefined) {
			if (param.kind === 'boolean') this.input(key).prop('checked', param.default);
			else this.input(key).val(param.default ?? '');
		}
		if (param.isPerItem && !this.node[typeKeyOf(param)]) this.input(typeKeyOf(param)).val(writtenTypeOf(param));
	}

	prepare(param) {
		const key = keyOf(param);
		if (param.kind === 'rows') this.parts[param.name] = new Rows(this, param);
		else if (param.kind === 'choices') this.parts[param.name] = new Choices(this, param);
		else if (param.kind === 'model') this.parts[param.name] = new ModelPicker(this, param);
		else if (param.isPerItem && param.rows > 1) this.parts[param.name] = new PerMessageText(this, param);
		else if (param.isPerItem) this.typedInput(param, param.kind === 'number' ? 'num' : 'str');
		if (param.kind === 'choice') this.input(key).on('change', () => this.showChoiceHelp(param));
	}

	/** A field of Node-RED's own kind, in which a value is written or taken from elsewhere. */
	typedInput(param, written) {
		const input = this.input(keyOf(param));
		// What is the same for every message is only written out.
		if (!param.isPerItem) return input.typedInput({ types: [written] });
		const typeField = this.input(typeKeyOf(param));
		const first = typeof written === 'string' ? written : written.value;
		input.typedInput({ default: typeField.val() || first, types: [written, ...COMPUTED_TYPES], typeField });
		if (typeField.val()) input.typedInput('type', typeField.val());
		return input;
	}

	/** What the form holds now, keyed as in a flow. */
	values() {
		const values = {};
		for (const param of this.description.params) {
			const key = keyOf(param);
			values[key] = this.parts[param.name]?.value?.() ?? this.fieldValue(param);
			if (param.isPerItem) values[typeKeyOf(param)] = this.input(typeKeyOf(param)).val();
			Object.assign(values, this.parts[param.name]?.providers?.());
		}
		return values;
	}

	fieldValue(param) {
		const input = this.input(keyOf(param));
		return param.kind === 'boolean' ? input.prop('checked') : input.val();
	}

	/** Shows what belongs to the values, and a message under each that could not work. */
	refresh() {
		const values = this.values();
		for (const param of this.description.params) {
			const row = this.row(keyOf(param));
			row.toggle(isVisible(param, this.description, values));
			const verdict = param.kind === 'secret' ? true : checkParam(this.type, param.name, values);
			// A list says in its own rows what is wrong with one of them.
			const isSaid = verdict === true || this.parts[param.name]?.hasMessage?.();
			row.find('.llmc-message').text(isSaid ? '' : verdict);
			// A message that ends with the help of its field does not stand below it.
			const hint = row.find('.llmc-hint');
			hint.toggle(isSaid || hint.text() === '' || !verdict.includes(hint.text()));
			row.toggleClass('llmc-invalid', verdict !== true);
			if (param.kind === 'choice') this.showChoiceHelp(param);
		}
		for (const connection of 'needs' in this.description ? connectionsOf(this.description) : []) this.refreshConnection(connection, values);
		this.sections?.summarise(values);
	}

	refreshConnection({ key, label, isRequired }, { mode }) {
		const isNeeded = isRequired || mode === 'state';
		const chosen = this.input(key).val();
		const isMissing = isNeeded && (!chosen || chosen === '_ADD_');
		this.row(key)
			.toggle(isNeeded)
			.find('.llmc-message')
			.text(isMissing ? `Choose a ${label.toLowerCase()}, or add one with +.` : '');
	}

	/** The words that belong to the chosen value stand under the field, so that nobody has to open the list to compare. */
	showChoiceHelp(param) {
		const chosen = param.choices.find(({ value }) => value === this.input(keyOf(param)).val());
		this.row(keyOf(param))
			.find('.llmc-choice-help')
			.text(chosen === undefined ? '' : asSentence(helpOfChoice(this.type, param, chosen)));
	}

	/** Writes what Node-RED does not read by itself into the node. */
	save() {
		for (const part of Object.values(this.parts)) part.save?.();
	}
}
