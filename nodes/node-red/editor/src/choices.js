/** Owns a set of choices shown as boxes to tick; their order is the order in which they were ticked. */
import { keyOf } from '../../node/node-types';

export class Choices {
	constructor(form, param) {
		this.form = form;
		this.key = keyOf(param);
		this.chosen = [...(form.node[this.key] ?? param.default)];
		const list = form.row(this.key).find('.llmc-choices');
		for (const { value, label, help } of param.choices) {
			const box = $('<input type="checkbox">').val(value).prop('checked', this.chosen.includes(value));
			box.on('change', () => this.toggle(value, box.prop('checked')));
			$('<label>').attr('title', help).append(box, document.createTextNode(label)).appendTo(list);
		}
	}

	toggle(value, isChosen) {
		this.chosen = this.chosen.filter((other) => other !== value);
		if (isChosen) this.chosen.push(value);
	}

	value() {
		return [...this.chosen];
	}

	save() {
		this.form.node[this.key] = this.value();
	}
}
