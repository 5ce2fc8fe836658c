/**
 * Owns the editor of a real Node-RED in a real Chromium: opening dialogs, filling them as a person does, deploying, looking.
 * Refuses to reach past the page: what it reads, a person could read.
 */
import type { Browser, Page } from 'playwright-core';
import type { Section } from '../../../lib/params/param';
import { picturePath } from '../machine/chromium';
import type { NodeRed } from './real-node-red';

const TYPES = ['llm-credits-action', 'llm-credits-balance', 'llm-credits-fallback-switch', 'llm-credits-ledger', 'llm-credits-provider'];

export class Editor {
	readonly #nodeRed: NodeRed;
	readonly page: Page;
	/** Errors the page reported. */
	readonly errors: string[] = [];

	private constructor(nodeRed: NodeRed, page: Page) {
		this.#nodeRed = nodeRed;
		this.page = page;
		page.on('pageerror', (error) => this.errors.push(error.message));
		page.on('console', (message) => {
			if (message.type() === 'error') this.errors.push(message.text());
		});
	}

	/** Opens the editor in the light or dark theme, and waits until the nodes and the flow are there. */
	static async open(browser: Browser, nodeRed: NodeRed, theme: 'light' | 'dark' = 'light'): Promise<Editor> {
		const page = await browser.newPage({ viewport: { width: 1400, height: 1100 }, colorScheme: theme });
		const editor = new Editor(nodeRed, page);
		await editor.reload();
		// Where the browser's wish is not followed by itself, it is a setting of the editor.
		await page.evaluate(`document.documentElement.classList.toggle('nr-theme-dark', ${String(theme === 'dark')})`);
		return editor;
	}

	async reload(): Promise<void> {
		await this.page.goto(this.#nodeRed.url);
		await this.page.waitForFunction(
			`window.RED && RED.nodes && ${JSON.stringify(TYPES)}.every((type) => RED.nodes.getType(type)) && !document.querySelector('.red-ui-loading, #red-ui-loading-progress:not([style*="none"])') && RED.nodes.node('action')`,
		);
	}

	/** Opens the dialog of a node, or of a config node. */
	async edit(id: string, configType?: string): Promise<void> {
		await this.page.evaluate(
			configType === undefined ? `RED.editor.edit(RED.nodes.node('${id}'))` : `RED.editor.editConfig('', '${configType}', '${id}')`,
		);
		await this.page.waitForSelector('.red-ui-tray .llmc-form');
		// The tray slides in; a person waits for it as well.
		await this.page.waitForFunction(
			`(() => { const tray = document.querySelector('.red-ui-tray'); const left = tray.getBoundingClientRect().left; const same = tray.lastLeft === left; tray.lastLeft = left; return same; })()`,
			null,
			{ polling: 100 },
		);
	}

	/** Presses Done or Update, or Cancel. */
	async leave(how: 'save' | 'cancel' = 'save'): Promise<void> {
		const isConfig = (await this.page.$('#node-config-dialog-ok')) !== null;
		await this.page.click(`#node-${isConfig ? 'config-' : ''}dialog-${how === 'save' ? 'ok' : 'cancel'}`);
		await this.page.waitForSelector('.red-ui-tray', { state: 'detached' });
	}

	async deploy(): Promise<void> {
		await this.page.evaluate(`RED.actions.invoke('core:deploy-flows')`);
		const confirm = this.page
			.locator('.red-ui-notification button:has-text("Confirm deploy"), .red-ui-notification button:has-text("Deploy")')
			.first();
		await this.page.waitForFunction(`!RED.nodes.dirty() || document.querySelector('.red-ui-notification button')`);
		if (await confirm.isVisible()) await confirm.click();
		await this.page.waitForFunction('!RED.nodes.dirty()');
	}

	/** Types into a field, as a person: the old text goes, and the field is left. */
	async type(selector: string, text: string): Promise<void> {
		const field = this.page.locator(selector);
		await field.fill(text);
		await field.blur();
	}

	/** The value of a field by its selector. */
	value(selector: string): Promise<string> {
		return this.page.locator(selector).inputValue();
	}

	async openSection(name: Exclude<Section, 'main'> | 'preview'): Promise<void> {
		const section = this.page.locator(`.llmc-section[data-section="${name}"]`);
		if (!(await section.getAttribute('class'))?.includes('llmc-open')) await section.locator('.llmc-section-head').click();
	}

	/** Photographs the dialog in full height, where pictures are asked for. */
	async photograph(name: string): Promise<void> {
		const path = picturePath(`node-red-${name}`);
		if (path === null) return;
		const height = await this.page.evaluate<number>(
			`Math.ceil(document.querySelector('.red-ui-tray .llmc-form')?.getBoundingClientRect().height ?? 800)`,
		);
		await this.page.setViewportSize({ width: 1400, height: Math.max(700, height + 260) });
		await this.page.locator('.red-ui-tray').screenshot({ path });
		await this.page.setViewportSize({ width: 1400, height: 1100 });
	}
}
