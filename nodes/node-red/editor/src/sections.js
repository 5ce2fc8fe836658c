/** Owns the folded parts of a dialog: closed until needed, with a word about what is set inside. */
import { keyOf, typeKeyOf, writtenTypeOf } from '../../node/node-types';

export function foldSections(form) {
	const sections = form.element.find('.llmc-section');
	sections.each((_index, section) => {
		const head = $(section).find('.llmc-section-head');
		head.on('click', (event) => {
			event.preventDefault();
			open(section, !$(section).hasClass('llmc-open'));
		});
		open(section, false);
	});
	return { summarise: (values) => sections.each((_index, section) => summarise(form, section, values)) };
}

function open(section, isOpen) {
	$(section).toggleClass('llmc-open', isOpen).find('.llmc-section-head').attr('aria-expanded', String(isOpen));
	$(section).find('.llmc-section-body').toggle(isOpen);
}

/** Names what differs from the defaults; opens the part when something in it could not work. */
function summarise(form, section, values) {
	const inside = form.description.params.filter((param) => param.section === $(section).attr('data-section'));
	const changed = inside.filter((param) => isChanged(form, param, values));
	const words = changed.flatMap((param) => (param.kind === 'rows' ? rowNames(param, values[keyOf(param)]) : param.label));
	$(section).find('.llmc-section-summary').text(words.join(', '));
	if ($(section).find('.llmc-invalid').length > 0) open(section, true);
}

/** A list is told by the first field of its rows. */
function rowNames({ fields: [first] }, rows) {
	return rows.map((row) => first.choices?.find(({ value }) => value === row[first.name])?.label ?? (row[first.name] || 'the same model'));
}

function isChanged(form, param, values) {
	if (param.kind === 'secret') return form.input(keyOf(param)).val() !== '';
	const isComputed = param.isPerItem && (values[typeKeyOf(param)] || writtenTypeOf(param)) !== writtenTypeOf(param);
	return isComputed || JSON.stringify(String(values[keyOf(param)] ?? '')) !== JSON.stringify(String(param.default ?? ''));
}
