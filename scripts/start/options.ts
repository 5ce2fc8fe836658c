/** Owns what can be asked of the start: its options, their checks, and its help. */
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { formatCredits, parseCredits } from '../../lib/core/values/money';
import { StartFailure } from './start-failure';

export interface StartOptions {
	/** `null`: the people shipped with the package. */
	readonly people: string | null;
	/** Credits to grant as a decimal text; `null`: the introductory amount, unless the ledger is there already. */
	readonly credits: string | null;
	/** `null`: a temporary folder that is removed at the end. */
	readonly data: string | null;
	readonly model: string;
	/** End after the campaign instead of keeping the editor open. */
	readonly isOnce: boolean;
	readonly isJson: boolean;
}

const DEFAULT_MODEL = 'gpt-4.1-mini';

const EXAMPLES = `
Examples:
  $ npm start                                   520 made-up people, 100,000 credits, a simulated model
  $ npm start -- --credits 500                  see what happens when credits run out midway
  $ npm start -- --people my.csv                your own people: any CSV with a header row
  $ npm start -- --once --json                  no editor; the last line is one JSON object
  $ OPENAI_API_KEY=… npm start                  a real model, billed to you
  $ OPENAI_BASE_URL=http://127.0.0.1:11434/v1 npm start -- --model llama3.2`;

/** Reads the arguments; `null` when only help was asked for. Throws a {@link StartFailure} with exit code 2. */
export function readOptions(args: readonly string[], { folder }: { folder: string }): StartOptions | null {
	const program = new Command('npm start --')
		.description('Run a campaign in a real Node-RED, metered in credits, and keep its editor open.')
		.option('--people <file>', 'CSV file with a header row and one person a row')
		.option('--credits <n>', 'credits to begin with (default: 100000)')
		.option('--data <folder>', 'keep ledger, flow and results in this folder (default: a temporary one)')
		.option('--model <id>', 'model to ask', process.env['OPENAI_MODEL'] ?? DEFAULT_MODEL)
		.option('--once', 'end after the campaign')
		.option('--json', 'end the output with one JSON object')
		.addHelpText('after', EXAMPLES)
		.exitOverride()
		.configureOutput({ writeErr: () => undefined });
	try {
		program.parse(args, { from: 'user' });
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) return null;
		throw new StartFailure(`${wordsOf(error).replace(/\.$/, '')}. See "npm start -- --help".`, 2);
	}
	const { people, credits, data, model, once, json } = program.opts<
		Partial<Record<'people' | 'credits' | 'data', string>> & { model: string; once?: boolean; json?: boolean }
	>();
	if (model.trim() === '') throw new StartFailure('--model is empty. Give the id of a model, such as gpt-4.1-mini.', 2);
	return {
		people: people === undefined ? null : resolve(folder, people),
		credits: credits === undefined ? null : checkedCredits(credits),
		data: data === undefined ? null : resolve(folder, data),
		model: model.trim(),
		isOnce: once === true,
		isJson: json === true,
	};
}

function checkedCredits(given: string): string {
	try {
		return formatCredits(parseCredits(given, { field: '--credits' }));
	} catch (error) {
		throw new StartFailure(wordsOf(error), 2);
	}
}

function wordsOf(error: unknown): string {
	const words = error instanceof Error ? error.message : String(error);
	return words.replace(/^error: /, '').replace(/^./, (first) => first.toUpperCase());
}
