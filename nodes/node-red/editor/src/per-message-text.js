/** Owns a long text that is written in the dialog, or taken from the message, the context, an expression or the environment. */
import { COMPUTED_TYPES, keyOf, typeKeyOf } from '../../node/node-types';

const WORDS = {
	str: 'Written here',
	msg: 'From the message',
	flow: 'From the flow’s context',
	global: 'From the global context',
	jsonata: 'JSONata expression',
	env: 'Environment variable',
};

export class PerMessageText {
	constructor(form, param) {
		this.area = form.input(keyOf(param));
		this.typeField = form.input(typeKeyOf(param));
		const row = form.row(keyOf(param));
		this.expression = row.find('.llmc-expression');
		this.source = $('<select>').attr('aria-label', `Where ${param.label} comes from`);
		for (const type of ['str', ...COMPUTED_TYPES]) this.source.append($('<option>').val(type).text(WORDS[type]));
		row.find('.llmc-source').append(this.source);
		this.expression.typedInput({ default: 'msg', types: COMPUTED_TYPES });
		const type = this.typeField.val() || 'str';
		if (type !== 'str') {
			this.expression.typedInput('type', type);
			this.expression.typedInput('value', this.area.val());
			this.area.val('');
		}
		this.source.val(type).on('change', () => this.show(this.source.val()));
		this.expression.on('change', () => {
			if (this.typeField.val() === 'str') return;
			this.typeField.val(this.expression.typedInput('type'));
			this.source.val(this.typeField.val());
		});
		this.show(type);
	}

	show(type) {
		this.typeField.val(type);
		this.area.toggle(type === 'str');
		this.expression.typedInput(type === 'str' ? 'hide' : 'show');
		if (type !== 'str') this.expression.typedInput('type', type);
	}

	value() {
		return this.typeField.val() === 'str' ? this.area.val() : this.expression.typedInput('value');
	}

	save() {
		this.area.val(this.value());
	}
}
