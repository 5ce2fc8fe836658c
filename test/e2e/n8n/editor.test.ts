/** The packed package in the real n8n, seen in its editor with Chromium: the nodes open, their outputs follow their settings, a run says why items fell back. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { until } from '../../support/machine/child';
import { launchChromium, picturePath } from '../../support/machine/chromium';
import { items, manualTrigger, workflowOf } from '../../support/hosts/n8n-workflow-builder';
import { creditBalance, fallbackSwitch, openWorld, peopleList, sharedN8n, type World } from '../../support/hosts/n8n-world';

describe('n8n: the editor', function () {
	this.timeout(180_000);
	let world: World;
	let browser: Browser;
	let page: Page;
	const problems: string[] = [];

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
		world = await openWorld({ credits: '5' });
		const nodes = [manualTrigger, ...items(peopleList(8)), world.action(), fallbackSwitch(world, {}), creditBalance(world, {})];
		const workflow = await world.n8n.save(
			workflowOf(`editor-${Date.now()}`, nodes, [
				['Start', 'List'],
				['List', 'People'],
				['People', 'LLM Action'],
				['LLM Action#1', 'Fallback Switch'],
				['Fallback Switch#1', 'Credit Balance'],
			]),
		);
		browser = await launchChromium();
		const context = await browser.newContext({ viewport: { width: 1500, height: 1200 } });
		const { baseUrl } = world.n8n.server;
		const [name = '', ...value] = world.n8n.cookie.split('=');
		await context.addCookies([{ name, value: value.join('='), url: baseUrl }]);
		page = await context.newPage();
		page.setDefaultTimeout(30_000);
		page.on('pageerror', (error) => problems.push(error.message));
		await page.goto(`${baseUrl}/workflow/${workflow.id}`);
		await canvasNode('LLM Action').waitFor();
	});
	after(async () => {
		await browser.close();
		await world.close();
	});

	const canvasNode = (name: string) => page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);

	/** Keeps a picture for people to look at, where LLM_CREDITS_PICTURES names a folder. */
	async function picture(name: string): Promise<void> {
		const path = picturePath(`n8n-${name.toLowerCase().replaceAll(' ', '-')}`);
		if (path !== null) await page.screenshot({ path });
	}

	/** Opens a node, waits until its form shows all of these, and closes it. */
	async function expectInForm(name: string, texts: readonly string[]): Promise<void> {
		await canvasNode(name).dblclick();
		const form = page.locator('[data-test-id="node-parameters"]').first();
		for (const text of texts) await form.getByText(text, { exact: true }).first().waitFor();
		await picture(name);
		await page.keyboard.press('Escape');
		await form.waitFor({ state: 'hidden' });
	}

	it('the outputs have the names of the settings', async () => {
		const text = await page.locator('body').innerText();
		for (const label of ['Result', 'Fallback', 'Model', 'Credits Gone', 'Other Fallback', 'Otherwise']) expect(text).to.include(label);
	});

	for (const [name, labels] of [
		[
			'LLM Action',
			['Model', 'Instructions', 'Prompt', 'Output Attributes', 'Fallback Value', 'Add Attribute', 'Outputs', 'Labels', 'Options'],
		],
		['Fallback Switch', ['Route By', 'Rules', 'Add Rule']],
		['Credit Balance', ['Operation']],
	] as const) {
		it(`${name} opens and shows its parameters`, () => expectInForm(name, labels));
	}

	describe('the node creator', () => {
		const ALL = ['LLM Action', 'Credit Balance', 'Fallback Switch'];
		const SEARCHES: readonly (readonly [text: string, found: readonly string[]])[] = [
			...['LLM Credits', 'llm credits', 'credits', 'AI credits', 'budget', 'LLM', 'Meter', 'metering'].map((text) => [text, ALL] as const),
			...ALL.map((name) => [name, [name]] as const),
			['Credit Alert', ['Credit Balance']],
			['top up', ['Credit Balance']],
			['refund', ['Credit Balance']],
			['fallback', ['Fallback Switch', 'LLM Action']],
			['personalize', ['LLM Action']],
		];
		/** As far down as somebody looks before giving up. */
		const AT_FIRST_SIGHT = 8;
		const names = () => page.locator('[data-test-id="node-creator-item-name"]:visible');

		/** What a search shows first. Something that nothing fits is searched before, so that no old answer is taken for the new one. */
		async function search(text: string, found: readonly string[]): Promise<void> {
			const bar = page.locator('[data-test-id="node-creator-search-bar"]');
			await bar.fill('zzqzzqzzq');
			await names().first().waitFor({ state: 'detached' });
			await bar.fill(text);
			let shown: readonly string[] = [];
			const isShown = async (): Promise<true | null> => {
				shown = (await names().allInnerTexts()).map((name) => name.trim()).slice(0, AT_FIRST_SIGHT);
				return found.every((name) => shown.includes(name)) ? true : null;
			};
			await until(isShown, { timeoutMs: 10_000, describe: () => `${text} finds ${shown.join(', ')}, not ${found.join(', ')}` });
		}

		it('finds all nodes by their names and by what people look for', async () => {
			await page.locator('[data-test-id="node-creator-plus-button"]').click();
			for (const [text, found] of SEARCHES) await search(text, found);
			await picture('Node Creator');
			await page.keyboard.press('Escape');
		});

		it('finds them also as the first node of a new workflow', async () => {
			const other = page;
			page = await page.context().newPage();
			try {
				await page.goto(`${world.n8n.server.baseUrl}/workflow/new`);
				await page.locator('[data-test-id="canvas-add-button"], [data-test-id="canvas-plus-button"]').first().click();
				for (const [text, found] of SEARCHES) await search(text, found);
			} finally {
				await page.close();
				page = other;
			}
		});
	});

	it('a run by hand shows both branches and why items fell back', async () => {
		await page.locator('[data-test-id="execute-workflow-button"]:visible').first().click();
		await page.getByText('Workflow executed successfully').waitFor();
		await canvasNode('LLM Action').dblclick();
		await page
			.getByText(/3 of 8 items left with their fallback values: Credits Exhausted \(3\)/)
			.first()
			.waitFor();
		await page
			.getByText(/Fallback Branch \(3 items\)/)
			.first()
			.waitFor();
		await page.keyboard.press('Escape');
		expect(problems).to.deep.equal([]);
	});
});
