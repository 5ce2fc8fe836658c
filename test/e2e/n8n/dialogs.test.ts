/** The dialogs of the n8n nodes and credentials in the real editor, with every option open: the form of lib/params, in names that fit. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { LEDGER, PROVIDER } from '../../../lib/params/connection';
import { CREDIT_BALANCE } from '../../../lib/params/credit-balance';
import { AGENT_RIGHTS_PARAMS } from '../../../lib/params/credit-balance-agents';
import { FALLBACK_SWITCH } from '../../../lib/params/fallback-switch';
import { LLM_ACTION } from '../../../lib/params/llm-action/llm-action';
import { ACTION_OPERATION } from '../../../lib/params/llm-action/operation';
import { ACTION_PROVIDERS } from '../../../lib/params/llm-action/providers';
import { FOLDED_SECTIONS, type NodeDescription, type Param } from '../../../lib/params/param';
import { nodeProperties, pathOf, ROWS } from '../../../nodes/n8n/properties';
import { launchChromium, picturePath } from '../../support/machine/chromium';
import { lookAt } from '../../support/hosts/dialog-look';
import { FULL_ROWS, isShownBy, statesOf, type Settings } from '../../support/hosts/dialog-states';
import type { SavedWorkflow } from '../../support/hosts/n8n-session';
import { workflowOf, type WorkflowNode } from '../../support/hosts/n8n-workflow-builder';
import { openWorld, sharedN8n, type World } from '../../support/hosts/n8n-world';

/** A dialog as tests open it: a node or a credential with everything set. */
interface Dialog {
	readonly name: string;
	readonly params: readonly Param[];
	readonly settings: Settings;
}

const NODES: readonly (readonly [description: NodeDescription, params: readonly Param[]])[] = [
	[LLM_ACTION, [ACTION_PROVIDERS, ACTION_OPERATION, ...LLM_ACTION.params]],
	[CREDIT_BALANCE, [...CREDIT_BALANCE.params, ...AGENT_RIGHTS_PARAMS]],
	[FALLBACK_SWITCH, FALLBACK_SWITCH.params],
];
const NODE_FORM = '[data-test-id="node-parameters"]';
const CREDENTIAL_FORM = '[data-test-id="node-credentials-config-container"]';

/** Runs in the page: names of fields with the number of question marks beside them, on which their help is shown. */
const LABELS = `(selector) => [...document.querySelectorAll(selector + ' label.n8n-input-label')].filter((label) => label.checkVisibility() && label.closest('[data-test-id="credentials-label"]') === null).map((label) => ({
	text: label.querySelector('.n8n-text').innerText.replace('*', '').trim(),
	helps: label.querySelectorAll('[data-icon="circle-help"]').length,
}))`;

/** What a field shows before anything is typed. */
function formDefaultOf(param: Param): unknown {
	return nodeProperties([{ ...param, section: 'main' }])[0]?.default;
}

/** Every parameter in its place, as n8n keeps it when it was added in the dialog. */
function parametersOf(params: readonly Param[], settings: Settings): Record<string, unknown> {
	const parameters: Record<string, unknown> = {};
	for (const param of params) {
		const rows = FULL_ROWS[param.name]?.map((row) => ({ ...row, ...('model' in row ? { model: modelOf(row['model'] ?? '') } : {}) }));
		const value = rows ? { [ROWS]: rows } : (settings[param.name] ?? formDefaultOf(param));
		const [place = '', inside] = pathOf(param).split('.');
		if (inside === undefined) parameters[place] = value;
		else parameters[place] = { ...(parameters[place] as object | undefined), [inside]: value };
	}
	return { ...parameters, prompt: 'Write a subject line for {{ $json.first_name }}' };
}

function modelOf(value: string): object {
	return { __rl: true, mode: 'id', value };
}

/** The names that the form must show, those in rows as often as there are rows, without the titles of its parts. */
function namesOf({ params, settings }: Dialog): string[] {
	return params.filter((param) => isShownBy(param, params, settings)).flatMap((param) => [param.label, ...namesInRows(param)]);
}

function namesInRows(param: Param): string[] {
	if (param.kind !== 'rows') return [];
	const rows = FULL_ROWS[param.name] ?? param.default;
	const shown = rows.flatMap((row) => param.fields.filter((field) => isShownBy(field, param.fields, row as Settings)));
	return shown.map(({ label }) => label);
}

/** The titles of the parts in which something is shown. */
function titlesOf({ params, settings }: Dialog): string[] {
	const folded = params.filter((param) => isShownBy(param, params, settings) && pathOf(param) !== param.name);
	const shown = new Set(folded.map(({ section }) => section));
	return FOLDED_SECTIONS.filter(({ name }) => shown.has(name)).map(({ title }) => title);
}

describe('n8n: every option of every dialog', function () {
	this.timeout(120_000);
	let world: World;
	let browser: Browser;
	let page: Page;
	let workflow: SavedWorkflow;
	const dialogs = NODES.flatMap(([{ label }, params]) =>
		statesOf(params).map((settings, index): Dialog => ({ name: `${label} ${String(index + 1)}`, params, settings })),
	);

	before(async function () {
		this.timeout(30 * 60_000);
		const n8n = await sharedN8n();
		world = await openWorld({ credits: '5' });
		const nodes = dialogs.map(({ name, params, settings }): WorkflowNode => {
			const [description] = NODES.find(([, known]) => known === params) ?? [LLM_ACTION];
			const { [PROVIDER.n8nName]: provider, ...ledger } = world.credentials;
			const credentials =
				description.needs.provider === 'none' ? ledger : { ...ledger, ...(provider ? { [PROVIDER.n8nName]: provider } : {}) };
			return { name, type: `n8n-nodes-llm-credits.${description.n8nName}`, credentials, parameters: parametersOf(params, settings) };
		});
		workflow = await n8n.save(workflowOf(`dialogs-${String(Date.now())}`, nodes, []));
		browser = await launchChromium();
		const context = await browser.newContext({ viewport: { width: 1500, height: 1200 } });
		const [name = '', ...value] = n8n.cookie.split('=');
		await context.addCookies([{ name, value: value.join('='), url: n8n.server.baseUrl }]);
		page = await context.newPage();
		page.setDefaultTimeout(30_000);
	});
	after(async () => {
		await browser.close();
		await world.close();
	});

	async function open(path: string, form: string): Promise<void> {
		await page.setViewportSize({ width: 1500, height: 1200 });
		await page.goto(`${world.n8n.server.baseUrl}${path}`);
		await page.locator(form).first().waitFor();
	}

	/** Waits until the form shows these names, and holds each to what a person sees. */
	async function expectForm(form: string, names: readonly string[], picture: string): Promise<void> {
		const labels = async (): Promise<{ text: string; helps: number }[]> => page.evaluate(`(${LABELS})(${JSON.stringify(form)})`);
		await page.waitForFunction(`(${LABELS})(${JSON.stringify(form)}).length >= ${String(names.length)}`);
		const shown = await labels();
		expect(shown.map(({ text }) => text)).to.have.members(names);
		for (const { text, helps } of shown) expect(helps, `the help of ${text}`).to.equal(1);
		const height = await page.evaluate<number>(`document.querySelector(${JSON.stringify(form)}).scrollHeight`);
		await page.setViewportSize({ width: 1500, height: Math.max(1200, height + 400) });
		expect(await lookAt(page, form)).to.deep.equal([]);
		const path = picturePath(`n8n-${picture.toLowerCase().replaceAll(' ', '-')}`);
		if (path === null) return;
		await page.screenshot({ path });
		// What a dialog with a height of its own shows only when it is scrolled.
		await page.locator(`${form} label.n8n-input-label >> visible=true`).last().scrollIntoViewIfNeeded();
		await page.screenshot({ path: path.replace(/\.png$/, '-end.png') });
	}

	for (const dialog of dialogs) {
		it(`${dialog.name}, where its form is narrowest: the names of lib/params, each with its help, and nothing is cut`, async () => {
			const node = workflow.nodes.find((saved) => 'name' in saved && saved.name === dialog.name) as { readonly id: string };
			await open(`/workflow/${workflow.id}/${node.id}`, NODE_FORM);
			await expectForm(NODE_FORM, [...namesOf(dialog), ...titlesOf(dialog)], dialog.name);
		});
	}

	for (const { n8nName, params, label } of [LEDGER, PROVIDER]) {
		for (const [index, settings] of statesOf(params).entries()) {
			it(`${label} ${String(index + 1)}: the names of lib/params, each with its help, and nothing is cut`, async () => {
				const credential = await world.n8n.credential(n8nName as 'llmCreditsLedgerApi', { ...settings, moreSettings: true });
				await open(['', 'home', 'credentials', credential[n8nName]?.id].join('/'), CREDENTIAL_FORM);
				const names = namesOf({ name: label, params, settings });
				await expectForm(CREDENTIAL_FORM, [...names, 'More Settings'], `${label} ${String(index + 1)}`);
			});
		}
	}
});
