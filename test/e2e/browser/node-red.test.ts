/** The dialogs of the Node-RED nodes in Chromium: opened, filled, saved, deployed, and the same after a reload. */
import { expect } from 'chai';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { until } from '../../support/machine/child';
import { launchChromium } from '../../support/machine/chromium';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { grantCredits } from '../../support/ledger/ledger-reader';
import { Editor } from '../../support/hosts/node-red-editor';
import { ACTION, everyNodeFlow } from '../../support/hosts/node-red-flow';
import { startNodeRed, type FlowNode, type NodeRed } from '../../support/hosts/real-node-red';

describe('Node-RED in Chromium', function () {
	this.timeout(60_000);
	let browser: Browser;
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let editor: Editor;

	before(async () => {
		[browser, nodeRed, provider] = await Promise.all([launchChromium(), startNodeRed(), startFakeOpenAi()]);
		await grantCredits(join(nodeRed.userDir, 'ledger.db'), '12345.5');
	});
	beforeEach(async () => {
		await nodeRed.deploy(everyNodeFlow({ ledger: join(nodeRed.userDir, 'ledger.db'), provider: provider.url }));
		editor = await Editor.open(browser, nodeRed);
	});
	afterEach(async () => {
		expect(editor.errors.filter((error) => !error.includes('favicon'))).to.deep.equal([]);
		await editor.page.close();
	});
	after(async () => {
		await Promise.all([browser.close(), nodeRed.stop(), provider.close()]);
		nodeRed.remove();
	});

	const stored = async (id: string): Promise<FlowNode> => {
		const { body } = await nodeRed.request('flows', { headers: { 'Node-RED-API-Version': 'v2' } });
		return (body as { flows: FlowNode[] }).flows.find((node) => node.id === id)!;
	};

	async function saveAndReload(): Promise<void> {
		await editor.leave();
		await editor.deploy();
		await editor.reload();
	}

	it('shows the nodes in the palette', async () => {
		for (const type of ['llm-credits-action', 'llm-credits-balance', 'llm-credits-fallback-switch']) {
			const node = editor.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
			await node.scrollIntoViewIfNeeded();
			expect(await node.isVisible(), type).to.equal(true);
		}
	});

	it('the palette finds the nodes by their names and by what people look for, and shows them by their names', async () => {
		const { page } = editor;
		const all = ['llm-credits-action', 'llm-credits-balance', 'llm-credits-fallback-switch'];
		const filter = '#red-ui-palette-search input';
		const palette = page.locator('.red-ui-palette-node:visible');
		const shown = (): Promise<string> =>
			palette.evaluateAll((nodes) =>
				nodes
					.map((node) => node.getAttribute('data-palette-type'))
					.sort()
					.join(),
			);
		const searches: readonly (readonly [text: string, found: readonly string[]])[] = [
			...['LLM Credits', 'llm-credits', 'AI credits', 'budget', 'meter'].map((text) => [text, all] as const),
			['LLM Action', ['llm-credits-action']],
			['Fallback Switch', ['llm-credits-fallback-switch']],
			['Credit Alert', ['llm-credits-balance']],
			['Credit Balance', ['llm-credits-balance']],
		];
		for (const [text, found] of searches) {
			await page.fill(filter, '');
			await page.locator(filter).pressSequentially(text);
			let now = '';
			const isFound = async (): Promise<true | null> => ((now = await shown()) === [...found].sort().join() ? true : null);
			await until(isFound, { timeoutMs: 10_000, describe: () => `${text} shows ${now}` });
		}
		const label = page.locator('.red-ui-palette-node[data-palette-type="llm-credits-balance"] .red-ui-palette-label');
		expect((await label.innerText()).replace(/\s+/g, ' ')).to.equal('Credit Balance');
		await page.fill(filter, '');
		await page.press(filter, 'Backspace');
	});

	it('makes a working node of one that is dragged from the palette, with a ledger and a provider added in its dialog', async () => {
		const { page } = editor;
		const dragged = page.locator('.red-ui-palette-node[data-palette-type="llm-credits-action"]');
		await dragged.scrollIntoViewIfNeeded();
		await dragged.dragTo(page.locator('#red-ui-workspace-chart'), { targetPosition: { x: 300, y: 300 } });
		const id = await page.evaluate<string>(
			`(() => { let found = ''; RED.nodes.eachNode((node) => { if (node.type === 'llm-credits-action' && node.id !== 'action') found = node.id; }); return found; })()`,
		);
		expect(id).not.to.equal('');
		await editor.edit(id);
		expect(await page.locator('.llmc-row[data-key="prompt"] .llmc-message').textContent()).to.match(/^Prompt is empty/);
		for (const type of ['ledger', 'provider'] as const) {
			await page.click(`.llmc-row[data-key="${type}"] button:has(.fa-plus), .llmc-row[data-key="${type}"] a:has(.fa-plus)`);
			await page.waitForSelector('#node-config-dialog-ok');
			await editor.type('#node-config-input-name', `My ${type}`);
			await page.click('#node-config-dialog-ok');
			await page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
		}
		await editor.type('#node-input-prompt', 'Write a subject line');
		await saveAndReload();
		const saved = await stored(id);
		expect(saved).to.include({ model: 'gpt-4.1-mini', modelType: 'str', promptType: 'str', outputMode: 'separate', outputs: 2 });
		expect((await stored(String(saved['ledger'])))['name']).to.equal('My ledger');
		expect((await stored(String(saved['provider'])))['name']).to.equal('My provider');
		expect(await page.evaluate(`RED.nodes.node('${id}').valid`)).to.equal(true);
	});

	it('keeps every kind of field of LLM Action', async () => {
		await editor.edit('action');
		const { page } = editor;
		await editor.type('#node-input-name', 'Write the subject');
		await editor.type('#node-input-systemPrompt', 'Be brief.');
		await page.locator('.llmc-row[data-key="prompt"] .llmc-source select').selectOption('msg');
		await editor.type('.llmc-row[data-key="prompt"] .red-ui-typedInput-input', 'payload.prompt');
		await page.locator('.llmc-row[data-key="attributes"] .red-ui-editableList-addButton').click();
		const added = page.locator('.llmc-row[data-key="attributes"] .llmc-record').last();
		await added.locator('[data-field="name"] input').fill('tier');
		await added.locator('[data-field="type"] select').selectOption('choice');
		await added.locator('[data-field="details"] input').fill('gold, silver');
		await added.locator('[data-field="fallback"] input').fill('silver');
		await page.selectOption('#node-input-outputMode', 'single');
		await editor.openSection('labels');
		await editor.type('.llmc-row[data-key="campaign"] .red-ui-typedInput-input', 'summer-{{payload.year}}');
		await editor.openSection('options');
		await editor.type('#node-input-concurrency', '12');
		await editor.type('#node-input-temperature', '0.4');
		await saveAndReload();

		const saved = await stored('action');
		expect(saved).to.deep.include({
			name: 'Write the subject',
			systemPrompt: 'Be brief.',
			prompt: 'payload.prompt',
			promptType: 'msg',
			outputMode: 'single',
			outputs: 1,
			campaign: 'summer-{{payload.year}}',
			campaignType: 'str',
			segment: 'payload.segment',
			segmentType: 'msg',
		});
		expect(saved['attributes']).to.deep.equal([
			...ACTION.attributes,
			{ name: 'tier', type: 'choice', description: '', details: 'gold, silver', fallback: 'silver' },
		]);
		expect(Number(saved['concurrency'])).to.equal(12);
		expect(saved['wires']).to.deep.equal([['switch']]);

		await editor.edit('action');
		expect(await editor.value('#node-input-name')).to.equal('Write the subject');
		expect(await editor.value('.llmc-row[data-key="prompt"] .llmc-source select')).to.equal('msg');
		expect(await editor.value('.llmc-row[data-key="prompt"] .red-ui-typedInput-input')).to.equal('payload.prompt');
		expect(await page.locator('.llmc-record').count()).to.equal(2);
		expect(await page.locator('.llmc-record').last().locator('[data-field="details"] input').inputValue()).to.equal('gold, silver');
		expect(await editor.value('#node-input-temperature')).to.equal('0.4');
		expect(await page.locator('.llmc-section[data-section="labels"] .llmc-section-summary').textContent()).to.equal('Campaign, Segment');
		await editor.leave('cancel');
	});

	it('has an output more while items are handed in as batches', async () => {
		await editor.edit('action');
		await editor.openSection('batch');
		await editor.page.selectOption('#node-input-delivery', 'batch');
		await editor.type('#node-input-batchPricePercent', '40');
		await saveAndReload();
		expect(await stored('action')).to.deep.include({ delivery: 'batch', outputs: 3 });
		await editor.edit('action');
		await editor.openSection('batch');
		expect(await editor.page.inputValue('#node-input-batchPricePercent')).to.equal('40');
		await editor.page.selectOption('#node-input-delivery', 'now');
		await saveAndReload();
		expect(await stored('action')).to.deep.include({ delivery: 'now', outputs: 2 });
	});

	it('keeps a ladder of cheaper models, passes and limits, and offers models in its rows', async () => {
		await editor.edit('action');
		const { page } = editor;
		await editor.openSection('cheaper');
		const cheaper = page.locator('.llmc-row[data-key="cheaperModels"]');
		await cheaper.locator('.red-ui-editableList-addButton').click();
		const model = cheaper.locator('[data-field="model"] input');
		await model.pressSequentially('4o');
		const offered = page.locator('.llmc-pick-model:visible');
		await offered.first().waitFor();
		expect(await offered.allTextContents()).to.deep.equal(['gpt-4o-miniquick, about 10 credits a message, most cost-efficient']);
		await offered.first().click();
		expect(await model.inputValue()).to.equal('gpt-4o-mini');
		await cheaper.locator('[data-field="temperature"] input').fill('9');
		expect(await cheaper.locator('.llmc-row-message').textContent()).to.equal('Temperature is "9". Give a number from 0 to 2.');
		await cheaper.locator('[data-field="temperature"] input').fill('');
		await cheaper.locator('[data-field="maxOutputTokens"] input').fill('80');
		await editor.openSection('passes');
		const passes = page.locator('.llmc-row[data-key="passes"]');
		await passes.locator('.red-ui-editableList-addButton').click();
		await passes.locator('.red-ui-editableList-addButton').click();
		await passes.locator('[data-field="kind"] select').last().selectOption('validate');
		await passes.locator('[data-field="instructions"] textarea').last().fill('Check the names.');
		await editor.openSection('limits');
		await editor.type('#node-input-capPerSend', '12.5');
		await editor.openSection('time');
		await editor.type('#node-input-deadlineSeconds', '30');
		await saveAndReload();
		const saved = await stored('action');
		expect(saved).to.deep.include({
			cheaperModels: [{ model: 'gpt-4o-mini', passes: 'single', maxOutputTokens: '80', temperature: '', reasoningEffort: 'same' }],
			passes: [
				{ kind: 'refine', model: '', instructions: '' },
				{ kind: 'validate', model: '', instructions: 'Check the names.' },
			],
			capPerSend: '12.5',
		});
		expect(Number(saved['deadlineSeconds'])).to.equal(30);
		await editor.edit('action');
		expect(await cheaper.locator('[data-field="maxOutputTokens"] input').inputValue()).to.equal('80');
		expect(await page.locator('.llmc-section[data-section="cheaper"] .llmc-section-summary').textContent()).to.equal('gpt-4o-mini');
		expect(await page.locator('.llmc-section[data-section="passes"] .llmc-section-summary').textContent()).to.equal('Refine, Validate');
		await editor.photograph('action-ladder');
		await editor.leave('cancel');
	});

	it('keeps a provider for a row, which Node-RED counts as used, and offers the models of that provider', async () => {
		const second = await startFakeOpenAi({ models: ['gpt-4o-mini', 'gpt-4.1-nano'] });
		const flow = everyNodeFlow({ ledger: join(nodeRed.userDir, 'ledger.db'), provider: provider.url });
		const other = { ...flow.find(({ id }) => id === 'provider'), id: 'provider2', name: 'The second', baseUrl: second.url };
		await nodeRed.deploy([...flow, other] as FlowNode[]);
		await editor.reload();
		await editor.edit('action');
		const { page } = editor;
		await editor.openSection('cheaper');
		const cheaper = page.locator('.llmc-row[data-key="cheaperModels"]');
		for (const _ of [1, 2]) await cheaper.locator('.red-ui-editableList-addButton').click();
		const select = cheaper.locator('[data-field="provider"] select').last();
		expect(await select.locator('option').allTextContents()).to.include.members(['Same as Above', 'The second']);
		await select.selectOption('provider2');
		await cheaper.locator('[data-field="model"] input').first().fill('gpt-4o-mini');
		const model = cheaper.locator('[data-field="model"] input').last();
		await model.pressSequentially('nano');
		await page.locator('.llmc-pick-model:visible').first().click();
		await editor.photograph('action-row-provider');
		await saveAndReload();
		const saved = await stored('action');
		expect(saved).to.include({ cheaperModelsProvider1: '', cheaperModelsProvider2: 'provider2', cheaperModelsProvider3: '' });
		expect(JSON.stringify(saved['cheaperModels'])).to.contain('gpt-4.1-nano').and.not.contain('provider');
		const users = await page.evaluate<string[]>(`RED.nodes.node('provider2').users.map(({ id }) => id)`);
		expect(users, 'it cannot be deleted as unused').to.deep.equal(['action']);
		await editor.edit('action');
		expect(await cheaper.locator('[data-field="provider"] select').last().inputValue()).to.equal('provider2');
		await editor.leave('cancel');
		await second.close();
	});

	it('keeps what is checked, says what could never work, and lets a check be switched off', async () => {
		await editor.edit('action');
		const { page } = editor;
		await editor.openSection('checks');
		const message = (key: string): Promise<string | null> => page.locator(`.llmc-row[data-key="${key}"] .llmc-message`).textContent();
		expect(await page.locator('#node-input-checkPlaceholders').isChecked()).to.equal(true);
		expect(await message('checkPlaceholders')).to.equal('');
		await page.locator('#node-input-checkPlaceholders').uncheck();
		await page.locator('#node-input-checkInvented').check();
		await editor.type('#node-input-requiredFields', 'payload.name, payload.plan');
		const rules = page.locator('.llmc-row[data-key="answerRules"]');
		await rules.locator('.red-ui-editableList-addButton').click();
		await rules.locator('[data-field="value"] input').fill('ten');
		expect(await rules.locator('.llmc-row-message').textContent()).to.equal('Value is "ten"; give a whole number, such as 45.');
		await rules.locator('[data-field="value"] input').fill('45');
		await rules.locator('[data-field="attribute"] input').fill('subject');
		expect(await message('answerRules')).to.equal(
			'Rule 1: Attribute is "subject", which is no output attribute with text; use message, or leave it empty.',
		);
		await rules.locator('[data-field="attribute"] input').fill('message');
		expect(await message('answerRules')).to.equal('');
		await editor.type('.llmc-row[data-key="answerLanguage"] .red-ui-typedInput-input', 'klingon');
		expect(await message('answerLanguage')).to.contain('Language is "klingon"');
		await editor.type('.llmc-row[data-key="answerLanguage"] .red-ui-typedInput-input', 'German');
		await editor.type('.llmc-row[data-key="judgeModel"] .red-ui-typedInput-input', 'gpt-4o-mini');
		expect(await message('judgeCriteria')).to.contain('Say what a good message is');
		await editor.type('#node-input-judgeCriteria', 'Warm and brief.');
		await editor.photograph('action-checks');
		await saveAndReload();
		expect(await stored('action')).to.deep.include({
			requiredFields: 'payload.name, payload.plan',
			checkPlaceholders: false,
			checkInvented: true,
			answerRules: [{ check: 'max_characters', attribute: 'message', value: '45' }],
			answerLanguage: 'German',
			answerLanguageType: 'str',
			judgeModel: 'gpt-4o-mini',
			judgeCriteria: 'Warm and brief.',
		});
		await editor.edit('action');
		expect(await page.locator('#node-input-checkPlaceholders').isChecked()).to.equal(false);
		expect(await page.locator('#node-input-repairOnce').isChecked()).to.equal(true);
		expect(await editor.value('.llmc-row[data-key="judgeModel"] .red-ui-typedInput-input')).to.equal('gpt-4o-mini');
		expect(await page.evaluate(`RED.nodes.node('action').valid`)).to.equal(true);
		await editor.leave('cancel');
	});

	it('offers the models of the provider with what a typical message costs', async () => {
		await editor.edit('action');
		await editor.page.locator('.llmc-row[data-key="model"] .llmc-cost:has-text("Quick, about 10 credits a message")').waitFor();
		await editor.page.click('.llmc-pick');
		const models = editor.page.locator('.llmc-pick-model');
		await models.first().waitFor();
		expect(await models.allTextContents()).to.deep.equal([
			'gpt-4o-miniquick, about 10 credits a message, most cost-efficient',
			'gpt-4.1-miniquick, no known price',
		]);
		await models.last().click();
		await editor.leave();
		await editor.deploy();
		expect(await stored('action')).to.include({ model: 'gpt-4.1-mini', modelType: 'str' });
	});

	it('marks what could not work, with a sentence that says how to mend it', async () => {
		await editor.edit('action');
		const { page } = editor;
		await page.locator('.llmc-record [data-field="type"] select').selectOption('number');
		const message = page.locator('.llmc-row[data-key="attributes"] .llmc-row-message');
		expect(await message.textContent()).to.match(/fallback value of "message" is "News for you", which is not a number/);
		await editor.type('#node-input-prompt', '{{#payload}} never closed');
		expect(await page.locator('.llmc-row[data-key="prompt"] .llmc-message').textContent()).to.match(
			/Prompt has a \{\{ \}\} that cannot be read/,
		);
		await editor.openSection('options');
		await editor.type('#node-input-concurrency', '0');
		expect(await page.locator('.llmc-row[data-key="concurrency"] .llmc-message').textContent()).to.equal(
			'Calls at a Time is "0". Give a whole number from 1 to 256.',
		);
		await editor.photograph('action-invalid');
		await editor.leave();
		const errors = await page.evaluate<string[]>(`RED.nodes.node('action').validationErrors`);
		expect(errors.join('\n')).to.include('not a number').and.include('cannot be read').and.include('Calls at a Time');
	});

	it('keeps wires with their rules when rules of Fallback Switch come, go and move', async () => {
		await editor.edit('switch');
		const rows = editor.page.locator('.llmc-row[data-key="rules"]');
		await rows.locator('.red-ui-editableList-item-remove').first().click();
		await rows.locator('.red-ui-editableList-addButton').click();
		await rows.locator('.llmc-record').last().locator('[data-field="output"] input').fill('Cheaper');
		await rows.locator('.llmc-record').last().locator('[data-field="source"] select').selectOption('cheaper_model');
		await saveAndReload();
		const saved = await stored('switch');
		expect((saved['rules'] as { output: string }[]).map(({ output }) => output)).to.deep.equal([
			'Credits Gone',
			'Other Fallback',
			'Cheaper',
		]);
		expect(saved['outputs']).to.equal(4);
		expect(saved['wires']).to.deep.equal([['b'], ['c'], [], ['balance']]);
		const labels = await editor.page.evaluate<string[]>(
			`[0, 1, 2, 3].map((index) => RED.nodes.node('switch')._def.outputLabels.call(RED.nodes.node('switch'), index))`,
		);
		expect(labels).to.deep.equal(['Credits Gone', 'Other Fallback', 'Cheaper', 'Otherwise']);

		await editor.edit('switch');
		await editor.page.selectOption('#node-input-mode', 'state');
		expect(await editor.page.locator('.llmc-row[data-key="ledger"] .llmc-message').textContent()).to.match(/Choose a ledger/);
		await editor.page.selectOption('#node-input-ledger', 'ledger');
		await editor.type('#node-input-lowPercent', '15');
		await saveAndReload();
		expect(await stored('switch')).to.include({ mode: 'state', ledger: 'ledger', outputs: 4 });
		expect(Number((await stored('switch'))['lowPercent'])).to.equal(15);
	});

	it('shows in Credit Balance only what belongs to the operation, and keeps it', async () => {
		await editor.edit('balance');
		const { page } = editor;
		await page.selectOption('#node-input-operation', 'grant');
		expect(await page.locator('.llmc-row[data-key="groupBy"]').isVisible()).to.equal(false);
		await page.selectOption('#node-input-expiry', 'days');
		await editor.type('.llmc-row[data-key="expiryDays"] .red-ui-typedInput-input', '30');
		await editor.type('.llmc-row[data-key="credits"] .red-ui-typedInput-input', '2500.25');
		await page.selectOption('#node-input-operation', 'usage');
		expect(await page.locator('.llmc-row[data-key="credits"]').isVisible()).to.equal(false);
		await page.locator('.llmc-choices label:has-text("Campaign") input').check();
		await saveAndReload();
		expect(await stored('balance')).to.deep.include({
			operation: 'usage',
			credits: '2500.25',
			creditsType: 'str',
			expiryDays: '30',
			expiryDaysType: 'num',
			groupBy: ['model', 'campaign'],
		});
	});

	it('tests a connection, keeps the key out of the flow, and shows what a ledger has left', async () => {
		const { page } = editor;
		await editor.edit('provider', 'llm-credits-provider');
		await page.click('.llmc-test button');
		await page.locator('.llmc-said.llmc-good').waitFor();
		await editor.type('#node-config-input-apiKey', 'sk-typed-in-the-dialog');
		await editor.type('#node-config-input-baseUrl', 'http://127.0.0.1:9/v1');
		await page.click('.llmc-test button');
		await page.locator('.llmc-said.llmc-bad').waitFor();
		await editor.type('#node-config-input-baseUrl', provider.url);
		await saveAndReload();
		const { body } = await nodeRed.request('flows', { headers: { 'Node-RED-API-Version': 'v2' } });
		expect(JSON.stringify(body)).not.to.include('sk-');
		await editor.edit('provider', 'llm-credits-provider');
		expect(await editor.value('#node-config-input-apiKey')).to.equal('__PWRD__');
		await page.click('.llmc-test button');
		await page.locator('.llmc-said.llmc-good').waitFor();
		expect(
			provider.requests.every(
				({ headers }) => headers.authorization === 'Bearer sk-typed-in-the-dialog' || headers.authorization === 'Bearer sk-test-secret',
			),
		).to.equal(true);
		await editor.leave('cancel');

		await editor.edit('ledger', 'llm-credits-ledger');
		await page.locator('.llmc-available:has-text("12,345.5 credits available")').waitFor();
		await editor.type('#node-config-input-timeZone', 'Europe/Oslo');
		await saveAndReload();
		expect(await stored('ledger')).to.include({ timeZone: 'Europe/Oslo' });
	});
});
