/** Owns the two buttons of the config nodes: does the provider answer, and what has the ledger left. */
import { grouped } from '../../../../lib/core/values/readable';
import { failureText } from './readable';

export function addConnectionTest(form) {
	const row = form.element.find('.llmc-test');
	const said = row.find('.llmc-said');
	row.find('button').on('click', async (event) => {
		event.preventDefault();
		said.attr('class', 'llmc-said').text('Asking …');
		try {
			const answer = await ask(form);
			said.addClass(answer.ok ? 'llmc-good' : 'llmc-bad').text(answer.message);
		} catch (failure) {
			said.addClass('llmc-bad').text(failureText(failure));
		}
	});
}

function ask(form) {
	const values = form.values();
	return $.ajax({
		url: 'llm-credits/provider/test',
		type: 'POST',
		contentType: 'application/json',
		data: JSON.stringify({ id: form.node.id, values }),
	});
}

export function showBalance(form) {
	const place = form.element.find('.llmc-balance');
	place.text('');
	if (form.node.id === undefined) return;
	$.getJSON(`llm-credits/ledger/${encodeURIComponent(form.node.id)}/balance`).then(
		(balance) => place.append(balance.message === undefined ? table(balance) : $('<span>').text(balance.message)),
		(failure) => place.append($('<span class="llmc-bad">').text(failureText(failure))),
	);
}

function table({ spendable, held, mayStillTake, overdraft, grants, notes = [] }) {
	const body = $('<div>');
	body.append($('<div class="llmc-available">').append($('<b>').text(grouped(spendable)), ' credits available'));
	for (const note of notes) body.append($('<div class="llmc-bad">').text(note));
	const rest = [];
	if (Number(held) > 0) rest.push(`${grouped(held)} held by calls under way`);
	if (Number(mayStillTake) > 0) rest.push(`${grouped(mayStillTake)} more which those may still take`);
	if (Number(overdraft) > 0) rest.push(`${grouped(overdraft)} overdrawn`);
	if (rest.length > 0) body.append($('<div>').text(rest.join(', ')));
	for (const { category, amount, remaining, expiresAt } of grants.slice(0, 6)) {
		const until = expiresAt === null ? 'no expiry' : `until ${new Date(expiresAt).toLocaleString()}`;
		body.append($('<div class="llmc-hint">').text(`${category}: ${grouped(remaining)} of ${grouped(amount)}, ${until}`));
	}
	return body;
}
