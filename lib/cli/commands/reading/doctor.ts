/** The command that examines an installation: Node, ledger, rights, disk, schema, clock, prices and provider, each with what to do. */
import type { Command } from 'commander';
import { examine } from '../../../runtime/doctor/doctor';
import type { CheckFinding, FindingState } from '../../../runtime/doctor/finding';
import { nameOfPlace } from '../../../runtime/runtime';
import { CliFailure, EXIT, withoutSecrets } from '../../console/failure';
import { keyInFile } from '../../console/key-file';
import type { Colour, Output } from '../../console/output';
import { ledgerPathOf, type CommonOptions } from '../../console/session';
import { NO_USUAL_LEDGER } from '../../console/usual-ledger';

interface DoctorOptions extends CommonOptions {
	readonly baseUrl?: string;
	readonly apiKeyFile?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

const MARKS: Readonly<Record<FindingState, readonly [word: string, colour: Colour | null]>> = {
	ok: ['ok', 'green'],
	warning: ['warning', 'yellow'],
	wrong: ['wrong', 'red'],
	skipped: ['skipped', null],
};
const WIDEST_WORD = Math.max(...Object.values(MARKS).map(([word]) => word.length));

/** `doctor`: exit code 1 when something is wrong, 3 when the ledger cannot be used. */
async function doctor(options: DoctorOptions, output: Output): Promise<void> {
	const provider = providerOf(options);
	const { place, absence } = placeOf(options);
	const findings = (await examine({ place, absence, account: options.account, provider })).map(shown);
	const isWrong = (finding: CheckFinding): boolean => finding.state === 'wrong';
	const ledgerIsWrong = findings.some((finding) => finding.check === 'ledger' && isWrong(finding));
	const ok = !findings.some(isWrong);
	const document = { ok, ledger: place === null ? null : nameOfPlace(place), account: options.account, checks: findings };
	output.answer(document, () => [...findings.map((finding) => findingText(finding, output)), '', endOf(findings)].join('\n'));
	if (!ok) process.exitCode = ledgerIsWrong ? EXIT.ledger : EXIT.refused;
}

/** Where no ledger is found, all the rest is still examined. */
function placeOf(options: DoctorOptions): { readonly place: string | null; readonly absence: string } {
	try {
		return { place: ledgerPathOf(options), absence: '' };
	} catch (error) {
		if (!(error instanceof CliFailure) || error.code !== NO_USUAL_LEDGER) throw error;
		return { place: null, absence: `${error.message} ${error.mend}` };
	}
}

function providerOf({ baseUrl, apiKeyFile }: DoctorOptions): { readonly baseUrl: string; readonly apiKey: string } | null {
	const url = (baseUrl ?? process.env['LLM_CREDITS_BASE_URL'] ?? '').trim();
	const apiKey = apiKeyFile === undefined ? (process.env['LLM_CREDITS_API_KEY'] ?? '').trim() : keyInFile(apiKeyFile, '--api-key-file');
	return url === '' && apiKey === '' ? null : { baseUrl: url, apiKey };
}

function shown({ says, todo, ...finding }: CheckFinding): CheckFinding {
	return { ...finding, says: withoutSecrets(says), todo: todo === null ? null : withoutSecrets(todo) };
}

function findingText({ check, state, says, todo }: CheckFinding, output: Output): string {
	const [word, colour] = MARKS[state];
	const padded = word.padEnd(WIDEST_WORD);
	const head = `${colour === null ? padded : output.colour(padded, colour)}  ${check.padEnd(8)}  ${says}`;
	return todo === null ? head : `${head}\n${' '.repeat(WIDEST_WORD + 12)}${todo}`;
}

function endOf(findings: readonly CheckFinding[]): string {
	const wrong = findings.filter(({ state }) => state === 'wrong').map(({ check }) => check);
	return wrong.length === 0 ? 'All is well.' : `Something is wrong with: ${wrong.join(', ')}.`;
}

/** Adds `doctor` to `program`. */
export function describeDoctorCommand(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('doctor')
		.description('examine Node, the ledger, its rights, disk, schema and clock, the prices and the provider, and say what to do')
		.option('--base-url <url>', 'a provider to ask, which costs nothing; or set LLM_CREDITS_BASE_URL')
		.option('--api-key-file <file>', 'file with the key of the provider in its first line; or set LLM_CREDITS_API_KEY')
		.action(run(doctor));
}
