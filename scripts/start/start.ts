/**
 * Owns `npm start`: a campaign over a file of people in a real Node-RED, with the package as it would be installed, metered in credits
 * and shown from beginning to end. Refuses to leave anything running or lying about when it ends.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import { formatCredits, parseCredits } from '../../lib/core/values/money';
import { writeFlow } from './campaign-flow';
import { runCampaign, type Result } from './campaign';
import { CreditsTool } from './credits-tool';
import { chooseModel, type ModelChoice } from './model-choice';
import { startNodeRed, type NodeRed } from './node-red';
import { readOptions, type StartOptions } from './options';
import { readPeople, type PeopleFile } from './people-file';
import { countSources, creditsText, fallbackReasons, peopleText, resultTable, samples } from './report';
import { StartFailure } from './start-failure';
import { openWorkshop, type Workshop } from './workshop';

const REPOSITORY = resolve(__dirname, '..', '..', '..');
const INTRODUCTORY_CREDITS = '100000';
const NO_CREDITS = '0';

/** Ctrl-C before the end of the campaign is an interruption; after it, it is the way to end. */
let codeWhenInterrupted = 130;

/** What has to be undone at the end, the newest first. */
const undo: (() => Promise<void> | void)[] = [];

interface Outcome {
	readonly results: readonly Result[];
	readonly creditsSpent: string;
	readonly available: string;
	readonly isRight: boolean;
}

async function main(): Promise<number> {
	const options = readOptions(process.argv.slice(2), { folder: process.env['INIT_CWD'] ?? process.cwd() });
	if (options === null) return 0;
	checkNode(process.versions.node);
	const people = readPeople(options.people ?? join(REPOSITORY, 'scripts', 'start', 'people.csv'));
	const choice = await chooseModel(options.model);
	undo.push(() => choice.close());
	say(
		`People    ${peopleText(people.people)} from ${people.path}${people.emptyRows > 0 ? `; rows without data left out: ${String(people.emptyRows)}` : ''}`,
	);
	choice.description.forEach((line, index) => say(`${index === 0 ? 'Model ' : '      '}    ${line}`));
	const workshop = await openWorkshop({ repository: REPOSITORY, data: options.data });
	undo.push(() => workshop.remove());
	writeFileSync(workshop.people, people.csv);
	const tool = new CreditsTool(workshop);
	await fund({ tool, workshop, options });
	writeFlow({ workshop, choice });
	const nodeRed = await startNodeRed({ repository: REPOSITORY, workshop, onSpawned: (spawned) => undo.push(() => spawned.stop()) });
	say(`Node-RED  ${nodeRed.address}  with ${workshop.tarball} installed\n`);
	const outcome = await campaign({ nodeRed, workshop, people, tool });
	show({ outcome, choice, workshop, nodeRed, options });
	if (options.isJson) process.stdout.write(`${JSON.stringify(summaryOf({ outcome, people, choice }))}\n`);
	codeWhenInterrupted = outcome.isRight ? 0 : 1;
	if (!options.isOnce) await stayOpen(nodeRed);
	return outcome.isRight ? 0 : 1;
}

/** The database driver ends an older Node without a word, so this is said first. */
function checkNode(version: string): void {
	if (Number(version.split('.')[0]) < 24)
		throw new StartFailure(`This is Node ${version}. Start with "npm start", which brings a newer one.`);
}

/** Grants what was asked for; a ledger that is there already gets nothing unless asked. */
async function fund({ tool, workshop, options }: { tool: CreditsTool; workshop: Workshop; options: StartOptions }): Promise<void> {
	const isNew = !existsSync(workshop.ledger);
	const amount = options.credits ?? (isNew ? INTRODUCTORY_CREDITS : NO_CREDITS);
	if (amount === NO_CREDITS) await tool.open();
	else await tool.grant(amount);
	const { available } = await tool.balance();
	say(
		`Credits   ${creditsText(available)} available${isNew ? ', promotional, for 90 days' : `, in the ledger that was here${amount === NO_CREDITS ? '' : `; ${amount} of them added now`}`}`,
	);
}

async function campaign({
	nodeRed,
	workshop,
	people,
	tool,
}: {
	nodeRed: NodeRed;
	workshop: Workshop;
	people: PeopleFile;
	tool: CreditsTool;
}): Promise<Outcome> {
	const before = (await tool.usage()).total?.credits ?? '0';
	const bar = new SingleBar({
		format: 'Campaign  {bar} {percentage}%  {value}/{total} people',
		barCompleteChar: '█',
		barIncompleteChar: '░',
		hideCursor: true,
		stream: process.stderr,
		noTTYOutput: false,
	});
	bar.start(people.people, 0);
	const startedMs = performance.now();
	const results = await runCampaign({
		nodeRed,
		path: workshop.results,
		people: people.people,
		onProgress: (done) => bar.update(done),
	}).finally(() => bar.stop());
	const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
	const [after, balance, verification] = await Promise.all([tool.usage(), tool.balance(), tool.verify()]);
	const spentMicro = parseCredits(after.total?.credits ?? '0', { field: 'credits' }) - parseCredits(before, { field: 'credits' });
	say(`Done      ${peopleText(results.length)} in ${seconds} s; every one of them left the flow with a message.\n`);
	return { results, creditsSpent: formatCredits(spentMicro), available: balance.available, isRight: verification.ok };
}

function show({
	outcome,
	choice,
	workshop,
	nodeRed,
	options,
}: {
	outcome: Outcome;
	choice: ModelChoice;
	workshop: Workshop;
	nodeRed: NodeRed;
	options: StartOptions;
}): void {
	const { results, creditsSpent, available, isRight } = outcome;
	const reasons = fallbackReasons(results);
	say(`${resultTable(results)}\n`);
	say(`Spent     ${creditsText(creditsSpent)}`);
	say(`Left      ${creditsText(available)}`);
	say(`Ledger    ${isRight ? 'verified: every balance comes out of the journal again' : 'WRONG: run "llm-credits verify" on it'}`);
	for (const reason of reasons) say(`Fallback  ${reason}`);
	say(`\nA few messages${choice.isSimulated ? ' (simulated)' : ''}\n\n${samples(results)}\n`);
	if (options.isOnce) return;
	const cli = (command: string): string => `npm run -s llm-credits -- ${command} --ledger ${workshop.ledger}`;
	say(`The editor is open at  ${nodeRed.address}`);
	say('  Tab "Metered campaign": press the button of "Run the campaign" to run it again.');
	say(`The ledger is  ${workshop.ledger}`);
	for (const command of ['balance', 'usage --by segment', 'usage --by model,day', 'verify']) say(`  ${cli(command)}`);
	if (reasons.length === 0) say('See credits run out midway:  npm start -- --credits 500');
	say('Your own people:             npm start -- --people my.csv');
	say(`\nPress Ctrl-C to end.${workshop.isTemporary ? ' Ledger and results are removed then; keep them with --data FOLDER.' : ''}`);
}

function summaryOf({ outcome, people, choice }: { outcome: Outcome; people: PeopleFile; choice: ModelChoice }) {
	const { results, creditsSpent, available, isRight } = outcome;
	return {
		people: people.people,
		sources: countSources(results),
		creditsSpent,
		available,
		simulated: choice.isSimulated,
		verify: { ok: isRight },
	};
}

/** Waits for Ctrl-C, or for Node-RED's own end. */
async function stayOpen(nodeRed: NodeRed): Promise<void> {
	await Promise.race([interrupted, nodeRed.ended]);
	nodeRed.assertAlive();
}

function say(text: string): void {
	process.stdout.write(`${text}\n`);
}

let interrupt: () => void = () => undefined;
const interrupted = new Promise<void>((resolved) => {
	interrupt = resolved;
});

async function cleanUp(): Promise<void> {
	for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
}

async function run(): Promise<void> {
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
	try {
		process.exitCode = await Promise.race([main(), interrupted.then(() => codeWhenInterrupted)]);
	} catch (error) {
		process.stderr.write(`Error: ${error instanceof StartFailure ? error.message : `something unexpected went wrong: ${String(error)}`}\n`);
		process.exitCode = error instanceof StartFailure ? error.exitCode : 1;
	}
	await cleanUp();
	// What an interruption left half done must not keep the process alive.
	process.exit();
}

void run();
