/** The preview in the dialog of LLM Action, in Chromium: as a person uses it, and with answers that would rather be markup. */
import { expect } from 'chai';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../support/machine/chromium';
import { lookAt } from '../../support/hosts/dialog-look';
import { startFakeOpenAi, type Behaviour, type FakeOpenAi } from '../../support/provider/fake-openai';
import { grantCredits } from '../../support/ledger/ledger-reader';
import { Editor } from '../../support/hosts/node-red-editor';
import { everyNodeFlow } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

const MARKUP = `<img src=x onerror="window.hacked = true"><script>window.hacked = true</script><b>Hello</b>`;

describe('Node-RED in Chromium: previews', function () {
	this.timeout(60_000);
	let browser: Browser;
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let editor: Editor;
	let behaviour: Behaviour;

	before(async () => {
		[browser, nodeRed, provider] = await Promise.all([launchChromium(), startNodeRed(), startFakeOpenAi({ choose: () => behaviour })]);
		await grantCredits(join(nodeRed.userDir, 'ledger.db'), '12345.5');
	});
	beforeEach(async () => {
		behaviour = { kind: 'answer', object: { message: 'Ada, your trainers are back.\nSize 39, just for you.' } };
		await nodeRed.deploy(everyNodeFlow({ ledger: join(nodeRed.userDir, 'ledger.db'), provider: provider.url }));
		editor = await Editor.open(browser, nodeRed);
	});
	afterEach(async () => {
		await editor.page.close();
	});
	after(async () => {
		await Promise.all([browser.close(), nodeRed.stop(), provider.close()]);
		nodeRed.remove();
	});

	async function preview(): Promise<string> {
		await editor.page.click('.llmc-preview-run');
		await editor.page.locator('.llmc-preview-run:not([disabled])').waitFor();
		return editor.page.locator('.llmc-preview').innerText();
	}

	async function openPreview(message: string | null = null): Promise<void> {
		await editor.edit('action');
		await editor.openSection('preview');
		await editor.page.waitForFunction(`document.querySelector('#llmc-preview-message').value !== ''`);
		if (message !== null) await editor.type('#llmc-preview-message', message);
	}

	it('uses what stands in the dialog, and shows the answer, its cost, and that of 1,000', async () => {
		await openPreview();
		expect(await editor.value('#llmc-preview-message')).to.include('"first_name": "Ada"');
		await editor.type('#node-input-prompt', 'Unsaved: {{payload.first_name}}');
		const shown = await preview();
		expect(shown).to.include('message\nAda, your trainers are back.\nSize 39, just for you.');
		expect(shown).to.include('This preview cost 1 credit; 1,000 such sends would cost 1,000 credits ($0.10).');
		expect(shown).to.match(/Answered by gpt-4o-mini · 100 tokens in, 20 out · [\d.]+ m?s · 12,344\.5 credits left/);
		const { messages } = provider.requests.at(-1)?.body as { messages: { content: string }[] };
		expect(messages.at(-1)?.content).to.equal('Unsaved: Ada');
		// The dialog is as if nothing had been: nothing of the preview is kept in the flow.
		await editor.leave();
		const kept = await editor.page.evaluate<string>(`JSON.stringify(RED.nodes.convertNode(RED.nodes.node('action')))`);
		expect(kept).to.include('Unsaved').and.not.include('trainers');
		expect(editor.errors.filter((error) => !error.includes('favicon'))).to.deep.equal([]);
	});

	it('shows markup in answers, and in what went wrong, as text', async () => {
		behaviour = { kind: 'answer', object: { message: MARKUP } };
		await openPreview();
		expect(await preview()).to.include(MARKUP);
		await editor.type('#node-input-prompt', `{{#${MARKUP}}}`);
		expect(await preview()).to.include('<img src=x');
		await editor.type('#node-input-prompt', 'Write to [[text:none]]');
		expect(await preview())
			.to.include('These are the fallback values')
			.and.include('[[text:none]]');
		expect(
			await editor.page.evaluate(`window.hacked ?? document.querySelectorAll('.llmc-preview img, .llmc-preview script').length`),
		).to.equal(0);
	});

	it('says what is wrong with a sample that is no JSON, and asks nobody', async () => {
		await openPreview('{ name: Ada }');
		const before = provider.requests.length;
		expect(await preview()).to.include('The sample message is not a JSON object');
		expect(provider.requests).to.have.length(before);
		await editor.page.click('.llmc-preview-seen');
		await editor.page.locator('.llmc-preview .llmc-bad:has-text("No message has come by")').waitFor();
	});

	it('shows the fallback values in their place, and why', async () => {
		await openPreview();
		await preview();
		await editor.photograph('preview');
		behaviour = { kind: 'status', code: 503 };
		const shown = await preview();
		expect(shown)
			.to.include('Provider Error. These are the fallback values.')
			.and.include('message\nNews for you')
			.and.include('This preview cost 0 credits.')
			.and.include('Fallback values instead of gpt-4o-mini');
		expect(await lookAt(editor.page, '.red-ui-tray .llmc-form')).to.deep.equal([]);
		await editor.photograph('preview-fallback');
	});
});
