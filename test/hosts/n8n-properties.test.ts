/** The n8n forms hold to lib/params, and to the conventions that n8n's linter would check if they were written by hand. */
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { LlmCreditsLedgerApi } from '../../credentials/LlmCreditsLedgerApi.credentials';
import { LlmCreditsProviderApi } from '../../credentials/LlmCreditsProviderApi.credentials';
import { LlmCreditsSecondProviderApi } from '../../credentials/LlmCreditsSecondProviderApi.credentials';
import { LlmCreditsThirdProviderApi } from '../../credentials/LlmCreditsThirdProviderApi.credentials';
import { LEDGER, PROVIDER } from '../../lib/params/connection';
import { CREDIT_BALANCE } from '../../lib/params/credit-balance';
import { AGENT_RIGHTS_PARAMS } from '../../lib/params/credit-balance-agents';
import { FALLBACK_SWITCH } from '../../lib/params/fallback-switch';
import { LLM_ACTION } from '../../lib/params/llm-action/llm-action';
import { ACTION_OPERATION } from '../../lib/params/llm-action/operation';
import { ACTION_PROVIDERS, PROVIDER_SLOTS } from '../../lib/params/llm-action/providers';
import type { NodeDescription, Param } from '../../lib/params/param';
import { readParam } from '../../lib/params/read';
import { searchWordsOf } from '../../lib/params/search-words';
import { CreditBalance } from '../../nodes/n8n/CreditBalance/CreditBalance.node';
import { FallbackSwitch } from '../../nodes/n8n/FallbackSwitch/FallbackSwitch.node';
import { LlmAction } from '../../nodes/n8n/LlmAction/LlmAction.node';
import { fromHost } from '../../nodes/n8n/properties';
import { outputRoot, repositoryRoot } from '../support/machine/repository';

const NODES: readonly (readonly [file: string, node: INodeType, described: NodeDescription])[] = [
	['LlmAction', new LlmAction(), { ...LLM_ACTION, params: [ACTION_PROVIDERS, ACTION_OPERATION, ...LLM_ACTION.params] }],
	['CreditBalance', new CreditBalance(), { ...CREDIT_BALANCE, params: [...CREDIT_BALANCE.params, ...AGENT_RIGHTS_PARAMS] }],
	['FallbackSwitch', new FallbackSwitch(), FALLBACK_SWITCH],
];
const CREDENTIALS = [
	[new LlmCreditsLedgerApi(), LEDGER],
	[new LlmCreditsProviderApi(), PROVIDER],
	[new LlmCreditsSecondProviderApi(), { ...PROVIDER, n8nName: PROVIDER_SLOTS.second.credential }],
	[new LlmCreditsThirdProviderApi(), { ...PROVIDER, n8nName: PROVIDER_SLOTS.third.credential }],
] as const;

type Option = INodePropertyOptions | INodeProperties | INodePropertyCollection;
const isProperty = (option: Option): option is INodeProperties => 'type' in option;
const isCollection = (option: Option): option is INodePropertyCollection => 'values' in option;

/** A property and all properties inside it. */
function flat(property: INodeProperties): INodeProperties[] {
	const inside = (property.options ?? []).flatMap((option) => (isProperty(option) ? [option] : isCollection(option) ? option.values : []));
	return [property, ...inside.flatMap(flat)];
}

/** Where n8n keeps each parameter: at the top, or in the collection of its section. */
function find(properties: readonly INodeProperties[], { name, section }: Param): INodeProperties | undefined {
	const folded = (properties.find((property) => property.name === section)?.options ?? []).filter(isProperty);
	return [...properties, ...folded].find((property) => property.name === name);
}

const SMALL_WORDS = /^(a|an|and|as|at|but|by|en|for|from|if|in|nor|of|on|or|per|the|to|vs|via|with)$/;
const isTitleCase = (text: string): boolean =>
	text
		.split(/[\s-]/)
		.every((word, index) => (index > 0 && SMALL_WORDS.test(word)) || !/^[a-z]/.test(word) || word === 'vLLM' || word === 'xAI');
const isSorted = (names: readonly string[]): boolean =>
	names.every((name, index) => index === 0 || (names[index - 1] ?? '').localeCompare(name) <= 0);

const FORMS: readonly (readonly [name: string, properties: readonly INodeProperties[], params: readonly Param[]])[] = [
	...NODES.map(([name, node, { params }]) => [name, node.description.properties, params] as const),
	...CREDENTIALS.map(([credential, { params }]) => [credential.name, credential.properties, params] as const),
];

describe('n8n: the forms and lib/params', () => {
	for (const [file, { description }, described] of NODES) {
		it(`${file} has every parameter of its description, and no other`, () => {
			for (const param of described.params) {
				const property = find(description.properties, param);
				expect(property, param.name).to.include({ displayName: param.label, name: param.name, description: param.help });
				expect(property?.noDataExpression ?? false, `${param.name}: only what is computed for each item takes an expression`).to.equal(
					param.isPerItem !== true,
				);
			}
			const names = description.properties
				.filter(({ type }) => type !== 'hidden')
				.flatMap((property) => (property.type === 'collection' ? (property.options ?? []).map(({ name }) => name) : [property.name]));
			expect(names).to.have.members(described.params.map(({ name }) => name));
		});

		it(`${file} says what the description says`, () => {
			expect(description).to.include({ displayName: described.label, name: described.n8nName, description: described.summary });
			// Version 1 of LLM Action makes 8 calls at a time where none are set.
			expect(description.version).to.deep.equal(file === 'LlmAction' ? [1, 2] : 1);
			expect(file.toLowerCase()).to.equal(described.n8nName.toLowerCase());
			expect(description.credentials?.map(({ name }) => name) ?? []).to.deep.equal([
				...(described.needs.ledger === 'none' ? [] : [LEDGER.n8nName]),
				...(described.needs.provider === 'none' ? [] : Object.values(PROVIDER_SLOTS).map(({ credential }) => credential)),
			]);
		});
	}

	for (const [credential, { params, n8nName }] of CREDENTIALS) {
		it(`${n8nName} has every parameter, its secrets are passwords, and other nodes cannot use it past the ledger`, () => {
			expect(credential.name).to.equal(n8nName);
			expect(credential).not.to.have.property('authenticate');
			expect(credential.properties.map(({ name }) => name).filter((name) => name !== 'moreSettings')).to.deep.equal(
				[...params].sort((a, b) => Number(a.section === 'options') - Number(b.section === 'options')).map(({ name }) => name),
			);
			for (const param of params.filter(({ kind }) => kind === 'secret')) {
				expect(credential.properties.find(({ name }) => name === param.name)?.typeOptions?.password, param.name).to.equal(true);
			}
		});
	}

	it('every default, read back from the form, is the default of the description', () => {
		for (const [, properties, params] of FORMS) {
			for (const param of params) {
				if (param.kind === 'number' && param.default === null) continue;
				const shown = find(properties, param)?.default;
				expect(shown, param.name).not.to.equal(undefined);
				expect(readParam({ ...param, isRequired: false }, fromHost(param, shown)), param.name).to.deep.equal(param.default);
			}
		}
	});
});

describe('n8n: conventions of its linter, on generated forms', () => {
	for (const [name, properties] of FORMS) {
		const all = properties.flatMap(flat);

		it(`${name}: labels are in Title Case, descriptions have no final period and are not empty`, () => {
			for (const property of all) {
				expect(isTitleCase(property.displayName), property.displayName).to.equal(true);
				expect(property.description, property.name).to.match(/^\S.*[^\s.]$/s);
				expect(property.description).not.to.equal(property.displayName);
			}
		});

		it(`${name}: switches begin with "Whether"`, () => {
			for (const property of all.filter(({ type }) => type === 'boolean')) expect(property.description).to.match(/^Whether /);
		});

		it(`${name}: choices are sorted by name, described, in Title Case, and the default is one of them`, () => {
			for (const property of all.filter(({ type }) => type === 'options' || type === 'multiOptions')) {
				const options = (property.options ?? []) as INodePropertyOptions[];
				expect(isSorted(options.map((option) => option.name)), property.name).to.equal(true);
				expect(
					options.every((option) => isTitleCase(option.name) && !option.description?.endsWith('.')),
					property.name,
				).to.equal(true);
				expect(options.map(({ value }) => value)).to.include.members([property.default].flat());
			}
		});

		it(`${name}: collections are sorted, and defaults have the type of their property`, () => {
			for (const property of all.filter(({ type, options }) => type === 'collection' && (options?.length ?? 0) >= 5))
				expect(isSorted((property.options ?? []).map((option) => (option as INodeProperties).displayName))).to.equal(true);
			const types = { string: 'string', boolean: 'boolean', number: 'number', options: 'string' } as Partial<Record<string, string>>;
			for (const property of all) {
				const type = types[property.type];
				if (type) expect(property.default, property.name).to.be.a(type);
			}
		});

		it(`${name}: conditions name properties of the same form`, () => {
			const names = new Set(all.map((property) => property.name));
			for (const property of all) {
				for (const condition of Object.keys(property.displayOptions?.show ?? {}))
					expect(names, property.name).to.include(condition.replace(/^\//, ''));
			}
		});
	}

	it('the operations say what they do in the node picker', () => {
		const actionsOf = (node: INodeType): (string | undefined)[] =>
			(find(node.description.properties, ACTION_OPERATION)?.options as INodePropertyOptions[]).map(({ action }) => action);
		expect(actionsOf(new CreditBalance())).to.deep.equal([
			...['Claim promotion', 'Freeze', 'Get balance', 'Get usage', 'Grant credits', 'List budgets', 'List floors', 'List texts'],
			...['Purchase packs', 'Refund call', 'Remove budget', 'Remove floor', 'Remove text', 'Set alerts', 'Set budget', 'Set floor'],
			...['Set mode', 'Set text', 'Show alert settings', 'Show text', 'Thaw', 'Void grant'],
		]);
		expect(actionsOf(new LlmAction())).to.deep.equal(['Ask for each item', 'Preview the first item']);
	});
});

describe('n8n: what lies beside the nodes', () => {
	const manifest = JSON.parse(readFileSync(join(repositoryRoot(), 'package.json'), 'utf8')) as {
		name: string;
		n8n: { nodes: string[]; credentials: string[] };
	};

	it('package.json names every node and credential', () => {
		expect(manifest.n8n.nodes).to.deep.equal(NODES.map(([file]) => `dist/nodes/n8n/${file}/${file}.node.js`));
		expect(manifest.n8n.credentials.map((path) => path.replace(/.*\/|\.credentials\.js$/g, ''))).to.deep.equal(
			CREDENTIALS.map(([credential]) => credential.constructor.name),
		);
	});

	for (const [file, { description }] of NODES) {
		it(`${file} has a codex of its own and icons that are packed`, () => {
			const codex = JSON.parse(readFileSync(join(outputRoot(), 'nodes', 'n8n', file, `${file}.node.json`), 'utf8')) as {
				node: string;
				alias: string[];
			};
			expect(codex.node).to.equal(`${manifest.name}.${description.name}`);
			expect(codex.alias).to.deep.equal(searchWordsOf({ n8nName: description.name }));
			expect(new Set(codex.alias).size).to.equal(codex.alias.length);
			expectIcons(description, join(outputRoot(), 'nodes', 'n8n', file));
		});
	}

	it('credentials have icons that are packed', () => {
		for (const [credential] of CREDENTIALS) expectIcons(credential, join(outputRoot(), 'credentials'));
	});
});

function expectIcons({ icon }: Pick<INodeTypeDescription, 'icon'>, folder: string): void {
	const { light, dark } = icon as Exclude<typeof icon, string | undefined>;
	expect(light).not.to.equal(dark);
	for (const path of [light, dark]) {
		const file = resolve(folder, path.replace(/^file:/, ''));
		expect(existsSync(file), file).to.equal(true);
		expect(dirname(file)).to.equal(join(outputRoot(), 'icons'));
	}
}
