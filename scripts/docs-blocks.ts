/**
 * Owns the parts of the README that follow from the code: tables of parameters, costs worked out with the real rates, the commands.
 * Refuses prose.
 */
import type { Command } from 'commander';
import { allCommands, createProgram, wordsOf } from '../lib/cli/program';
import { credits, dollars, rough } from '../lib/cli/console/format';
import { floorDivide, type Micro } from '../lib/core/values/money';
import { priceUsage, type ModelPrice } from '../lib/core/prices/pricing';
import { BUILT_IN_PRICES } from '../lib/core/prices/price-list';
import { NO_TOKENS, type Usage } from '../lib/core/usage/usage-fields';
import { PROVIDER, LEDGER } from '../lib/params/connection';
import { CREDIT_BALANCE } from '../lib/params/credit-balance';
import { FALLBACK_SWITCH, REASONS, SOURCES } from '../lib/params/fallback-switch';
import { LLM_ACTION } from '../lib/params/llm-action/llm-action';
import type { Param } from '../lib/params/param';

/** Blocks by the name in their markers. */
export type Blocks = Readonly<Record<string, () => string>>;

/** Every block of the README. */
export const BLOCKS: Blocks = {
	'worked example': workedExample,
	costs: costTable,
	'llm action': () => paramTable(LLM_ACTION.params),
	'credit balance': () => paramTable(CREDIT_BALANCE.params),
	'fallback switch': () => paramTable(FALLBACK_SWITCH.params),
	ledger: () => paramTable(LEDGER.params),
	provider: () => paramTable(PROVIDER.params),
	sources: () =>
		table(
			['source', 'meaning'],
			SOURCES.map(({ value, help }) => [`\`${value}\``, help]),
		),
	reasons: () =>
		table(
			['reason', 'shown as', 'meaning'],
			REASONS.map(({ value, label, help }) => [`\`${value}\``, label, help]),
		),
	commands: commandTable,
};

const EXAMPLE_MODEL = 'gpt-4.1-mini';
const EXAMPLE_TOKENS = { inputTokens: 1200, outputTokens: 80 };
const COSTED_MODELS = ['gpt-4.1-nano', 'gpt-4o-mini', 'gpt-4.1-mini', 'gpt-4.1', 'gpt-4o'];
const PACK_MICRO = 100_000_000_000n;

function usageOf(tokens: { inputTokens: number; outputTokens: number }): Usage {
	return { ...NO_TOKENS, ...tokens };
}

/** The price on the date of the list, so that the text does not change with the day on which it is written. */
function priceOf(model: string): ModelPrice {
	const price = BUILT_IN_PRICES.find({ provider: 'openai', model, atMs: Date.parse(`${BUILT_IN_PRICES.date}T00:00:00Z`) });
	if (!price) throw new Error(`The price list has no price for ${model}; choose another model in scripts/docs-blocks.ts.`);
	return price;
}

function workedExample(): string {
	const price = priceOf(EXAMPLE_MODEL);
	const { inputTokens, outputTokens } = EXAMPLE_TOKENS;
	const rates = price.tiers[0]?.rates;
	if (!rates) throw new Error(`${EXAMPLE_MODEL} has no rates.`);
	const part = (tokens: { inputTokens: number; outputTokens: number }): Micro => priceUsage(price, usageOf(tokens));
	const total = part(EXAMPLE_TOKENS);
	const input = part({ inputTokens, outputTokens: 0 });
	const output = part({ inputTokens: 0, outputTokens });
	return [
		`\`${EXAMPLE_MODEL}\` costs ${dollars(rates.input)} per million input tokens and ${dollars(rates.output)} per million output tokens.`,
		`A message with ${String(inputTokens)} tokens of instructions and data, and ${String(outputTokens)} tokens of answer, costs`,
		`${credits(input)} credits for the input and ${credits(output)} for the output: **${credits(total)} credits**.`,
		`A pack of 100,000 credits pays for ${credits(floorDivide(PACK_MICRO, total) * 1_000_000n)} such messages.`,
	].join(' ');
}

function costTable(): string {
	const rows = COSTED_MODELS.map((model) => {
		const cost = priceUsage(priceOf(model), usageOf(EXAMPLE_TOKENS));
		return [`\`${model}\``, credits(cost), credits(rough(cost * 1000n)), dollars(cost * 1000n)];
	});
	const { version, date } = BUILT_IN_PRICES;
	const head = ['model', 'credits per message', 'credits per 1,000', 'dollars per 1,000'];
	return `${table(head, rows)}\n\nPrices of ${date} (${version}).`;
}

function paramTable(params: readonly Param[]): string {
	return table(['parameter', 'default', 'what it does'], params.flatMap(paramRows));
}

function paramRows(param: Param): string[][] {
	const unit = param.kind === 'number' && param.unit !== undefined ? ` (${param.unit})` : '';
	const perItem = param.isPerItem === true ? ' May differ for each item.' : '';
	const choices =
		param.kind === 'choice' || param.kind === 'choices' ? ` Choices: ${param.choices.map(({ label }) => label).join(', ')}.` : '';
	const own = [`**${param.label}**${unit}`, defaultText(param), `${param.help}.${choices}${perItem}`];
	return param.kind === 'rows' ? [own, ...param.fields.map((field) => [`– ${field.label}`, defaultText(field), `${field.help}.`])] : [own];
}

function defaultText(param: Param): string {
	switch (param.kind) {
		case 'choice':
			return param.choices.find(({ value }) => value === param.default)?.label ?? param.default;
		case 'choices':
			return param.default.map((value) => param.choices.find((choice) => choice.value === value)?.label ?? value).join(', ');
		case 'rows':
			return `${String(param.default.length)} ${param.default.length === 1 ? 'row' : 'rows'}`;
		case 'text':
		case 'model':
		case 'provider':
		case 'secret':
		case 'credits':
			return param.default === '' ? '' : `\`${param.default}\``;
		case 'number':
		case 'boolean':
			return param.default === null ? '' : String(param.default);
		default:
			return param satisfies never;
	}
}

function commandTable(): string {
	const program = createProgram({
		version: '',
		onParseError: (error) => {
			throw error;
		},
	});
	const leaves = allCommands(program).filter((command) => command.commands.length === 0);
	return table(
		['command', 'what it does', 'options'],
		leaves.map((command) => [`\`${wordsOf(command)}\``, command.description(), optionsOf(command)]),
	);
}

function optionsOf(command: Command): string {
	return command.options.map(({ flags }) => `\`${flags}\``).join(' ');
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell) => cell.replace(/\|/g, '\\|').replace(/\n/g, ' ')).join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
