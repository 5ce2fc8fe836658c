/** The dialogs of the Node-RED nodes in Chromium with every part and every option open: all is there, named, explained, and fits. */
import { expect } from 'chai';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { LEDGER, PROVIDER } from '../../../lib/params/connection';
import { CREDIT_BALANCE } from '../../../lib/params/credit-balance';
import { FALLBACK_SWITCH } from '../../../lib/params/fallback-switch';
import { LLM_ACTION } from '../../../lib/params/llm-action/llm-action';
import { FOLDED_SECTIONS, type ConnectionDescription, type NodeDescription } from '../../../lib/params/param';
import { keyOf } from '../../../nodes/node-red/node/node-types';
import { launchChromium, PICTURES } from '../../support/machine/chromium';
import { lookAt } from '../../support/hosts/dialog-look';
import { FULL_ROWS, isShownBy, statesOf, type Settings } from '../../support/hosts/dialog-states';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { grantCredits } from '../../support/ledger/ledger-reader';
import { Editor } from '../../support/hosts/node-red-editor';
import { everyNodeFlow } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

const DIALOGS: readonly (readonly [id: string, description: NodeDescription | ConnectionDescription])[] = [
	['action', LLM_ACTION],
	['balance', CREDIT_BALANCE],
	['switch', FALLBACK_SWITCH],
	['ledger', LEDGER],
	['provider', PROVIDER],
];
/** About what is left of a tray of 500 pixels. */
const NARROW = 460;
const FORM = '.red-ui-tray .llmc-form';

interface Row {
	readonly key: string;
	readonly label: string;
	/** What stands under the field, or is shown when the mouse rests on its label. */
	readonly help: string;
	/** Captions and helps of the fields inside a list. */
	readonly fields: readonly (readonly [caption: string, help: string])[];
}

/** Runs in the page. */
const ROWS = `[...document.querySelectorAll('${FORM} .llmc-row[data-key]')].filter((row) => row.checkVisibility()).map((row) => {
	const label = row.querySelector('label');
	const hint = row.querySelector('.llmc-hint, .llmc-choice-help');
	const fields = [...row.querySelectorAll('.llmc-cell')].filter((cell) => cell.checkVisibility());
	return {
		key: row.dataset.key,
		label: label.textContent.trim(),
		help: (hint?.textContent || label.title).trim(),
		fields: fields.map((cell) => [cell.querySelector('.llmc-caption').textContent.trim(), cell.title.trim()]),
	};
})`;

function expectExplained({ key, label, help, fields }: Row): void {
	expect(label, key).to.match(/\S/);
	if (key !== 'name') expect(help, key).to.match(/\S.{8,}/);
	for (const [caption, fieldHelp] of fields) expect([caption, fieldHelp].join(': '), key).to.match(/^\S.*: \S/);
}

describe('Node-RED in Chromium: every option of every dialog', function () {
	this.timeout(60_000);
	let browser: Browser;
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let editor: Editor;

	before(async () => {
		[browser, nodeRed, provider] = await Promise.all([launchChromium(), startNodeRed(), startFakeOpenAi()]);
		const ledger = join(nodeRed.userDir, 'ledger.db');
		await grantCredits(ledger, '12345.5');
		const flow = everyNodeFlow({ ledger, provider: provider.url });
		await nodeRed.deploy(flow.map((node) => (node.id === 'action' ? { ...node, ...FULL_ROWS } : node)));
		editor = await Editor.open(browser, nodeRed);
	});
	after(async () => {
		await Promise.all([browser.close(), nodeRed.stop(), provider.close()]);
		nodeRed.remove();
	});

	async function set({ params }: NodeDescription | ConnectionDescription, settings: Settings): Promise<void> {
		const chosen = params.filter(({ name }) => name in settings);
		for (const param of chosen) {
			const field = editor.page.locator(`${FORM} [id$="-input-${keyOf(param)}"]`);
			const value = settings[param.name];
			await (typeof value === 'boolean' ? field.setChecked(value) : field.selectOption(String(value)));
		}
	}

	async function openAll(): Promise<void> {
		for (const { name } of [...FOLDED_SECTIONS, { name: 'preview' as const }]) {
			if ((await editor.page.locator(`${FORM} .llmc-section[data-section="${name}"]`).count()) > 0) await editor.openSection(name);
		}
	}

	async function see(id: string, description: NodeDescription | ConnectionDescription, theme = 'light'): Promise<void> {
		await editor.edit(id, 'needs' in description ? undefined : description.type);
		await openAll();
		const width = await editor.page.evaluate<number>(`document.querySelector('${FORM}').clientWidth`);
		expect(width, 'the tray opens for a form that is at its widest').to.be.within(700, 760);
		const seen = new Set<string>();
		for (const [index, settings] of statesOf(description.params).entries()) {
			await set(description, settings);
			const rows = await editor.page.evaluate<Row[]>(ROWS);
			const shown = description.params.filter((param) => isShownBy(param, description.params, settings));
			expect(rows.map(({ key }) => key)).to.include.members(shown.map(keyOf));
			for (const row of rows) expectExplained(row);
			for (const { key } of rows) seen.add(key);
			expect(await lookAt(editor.page, FORM), JSON.stringify(settings)).to.deep.equal([]);
			await editor.photograph(`${theme}-${id}-${String(index + 1)}`);
		}
		// Trays can be pulled narrow, and Node-RED remembers it.
		await editor.page.evaluate(`document.querySelector('${FORM}').style.width = '${String(NARROW)}px'`);
		expect(await lookAt(editor.page, FORM), `${String(NARROW)} pixels wide`).to.deep.equal([]);
		await editor.photograph(`${theme}-${id}-narrow`);
		expect([...seen]).to.include.members(description.params.map(keyOf));
		await editor.leave('cancel');
	}

	for (const [id, description] of DIALOGS) {
		it(`${description.label}: each field has a name and a help, and nothing is cut, sticks out or is missing`, async () => {
			await see(id, description);
		});
	}

	if (PICTURES !== null) {
		it('leaves pictures in the dark theme too', async function () {
			this.timeout(120_000);
			await editor.page.close();
			editor = await Editor.open(browser, nodeRed, 'dark');
			for (const [id, description] of DIALOGS) await see(id, description, 'dark');
		});
	}

	it('would find a text that is cut, a field that sticks out, and an example that does not fit', async () => {
		await editor.edit('balance');
		await editor.page.evaluate(`(() => {
			const form = document.querySelector('${FORM}');
			const add = (html) => form.insertAdjacentHTML('beforeend', html);
			add('<div style="width: 40px; overflow: hidden; white-space: nowrap">A label that is too long</div>');
			add('<button style="position: relative; left: 2000px">Far away</button>');
			add('<input type="text" style="width: 60px" placeholder="An example that is too long">');
			add('<input type="number" style="width: 60px; padding: 0" placeholder="by itself">');
			add('<select style="width: 60px"><option>A choice that is too long</option></select>');
		})()`);
		const found = (await lookAt(editor.page, FORM)).join('\n');
		expect(found)
			.to.include('is cut: "A label that is too long"')
			.and.include('sticks out: "Far away"')
			.and.include('example is cut: "An example that is too long"')
			.and.include('example is cut: "by itself"')
			.and.include('choice is cut: "A choice that is too long"');
		await editor.leave('cancel');
	});
});
