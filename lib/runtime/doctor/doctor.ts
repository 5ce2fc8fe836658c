/** Examines an installation from the Node it runs on to the provider it asks, one finding for each check. Makes and changes nothing. */
import { isCreditError } from '../../core/values/errors';
import { isAbsentLedger } from '../../ledger/absent';
import { withoutLinks } from '../../ledger/sqlite/file/ledger-path';
import { assertNodeFits } from '../../ledger/sqlite/file/node-version';
import type { LedgerStore } from '../../ledger/store';
import { PROVIDER_PARAMS } from '../../params/connection';
import { readParams } from '../../params/read';
import { testProvider } from '../provider-handle';
import { accountOf, isServerAddress, openLedgerStore } from '../runtime';
import { systemClock } from '../system';
import { CHECKS, isSkipped, isWell, type Check, type CheckFinding } from './finding';
import { rightsFinding } from './file-rights';
import { ledgerFindings } from './ledger-checks';
import { mountFinding } from './mount';

/** What to examine. */
export interface Examination {
	/** The file or the `postgres://` address; `null`: none was found, and `absence` says why. */
	readonly place: string | null;
	readonly absence: string;
	readonly account: string;
	/** `null`: no provider was named. */
	readonly provider: { readonly baseUrl: string; readonly apiKey: string } | null;
}

/** All findings, in the order of {@link CHECKS}. Rejects only for what nobody thought of. */
export async function examine(examination: Examination): Promise<readonly CheckFinding[]> {
	const node = nodeFinding();
	const findings = [node, ...(await placeFindings(examination, node)), await providerFinding(examination.provider)];
	const of = new Map(findings.map((finding) => [finding.check, finding]));
	return CHECKS.map((check) => of.get(check) ?? isSkipped(check, 'The ledger could not be opened.'));
}

function nodeFinding(): CheckFinding {
	try {
		assertNodeFits();
		return isWell('node', `Node ${process.versions.node} can open ledger files.`);
	} catch (error) {
		if (!isCreditError(error)) throw error;
		return { check: 'node', state: 'wrong', says: error.message, todo: 'Update Node, and start the host again.' };
	}
}

async function placeFindings({ place, absence, account }: Examination, node: CheckFinding): Promise<CheckFinding[]> {
	if (place === null) {
		const todo = 'Run a node of the host once, or make a ledger: llm-credits grant --ledger FILE --credits 100';
		return [{ check: 'ledger', state: 'wrong', says: absence, todo }];
	}
	const isFile = !isServerAddress(place);
	const around = isFile ? [rightsFinding(place), mountFinding(withoutLinks(place))] : onServer(['rights', 'mount']);
	if (isFile && node.state === 'wrong') return [...around, isSkipped('ledger', 'This Node cannot open it.')];
	return [...around, ...(await openedFindings(place, account))];
}

function onServer(checks: readonly Check[]): CheckFinding[] {
	return checks.map((check) => isSkipped(check, 'The ledger is on a server.'));
}

async function openedFindings(place: string, account: string): Promise<CheckFinding[]> {
	const opened = await open(place);
	if ('check' in opened) return [opened];
	const { store, schema } = opened;
	try {
		const findings = await ledgerFindings({ store, ledger: accountOf(store, account), clockMs: systemClock() });
		return [isWell('ledger', `The ledger ${store.location} can be read and written.`), schema, ...findings];
	} catch (error) {
		return [brokenLedger(error), schema];
	} finally {
		await store.close();
	}
}

/** An older ledger file is looked at through a copy. */
async function open(place: string): Promise<{ readonly store: LedgerStore; readonly schema: CheckFinding } | CheckFinding> {
	try {
		const store = await openLedgerStore(place, { mayMake: false, older: 'refuse' });
		return { store, schema: isWell('schema', 'The ledger has the schema of this version.') };
	} catch (error) {
		if (isAbsentLedger(error) || isServerAddress(place)) return brokenLedger(error);
		const store = await openLedgerStore(place, { mayMake: false, older: 'copy' }).catch(() => null);
		if (store === null) return brokenLedger(error);
		const todo = `Start the hosts with this version, which brings it forward, or run: llm-credits migrate --ledger ${place}`;
		return { store, schema: { check: 'schema', state: 'wrong', says: wordsOf(error), todo } };
	}
}

function brokenLedger(error: unknown): CheckFinding {
	const says = wordsOf(error);
	return { check: 'ledger', state: 'wrong', says, todo: 'Do what the message says, and run this command again.' };
}

/** The words of a fault that has a name. Throws what has none. */
function wordsOf(error: unknown): string {
	if (!isCreditError(error)) throw error;
	return error.message;
}

async function providerFinding(named: Examination['provider']): Promise<CheckFinding> {
	if (named === null) {
		const how = 'To test one, give --base-url and --api-key-file, or set LLM_CREDITS_BASE_URL and LLM_CREDITS_API_KEY';
		return isSkipped('provider', `No provider is named. ${how}.`);
	}
	const service = named.baseUrl === '' ? 'openai' : 'custom';
	const { isOk, message } = await testProvider(readParams(PROVIDER_PARAMS, { service, ...named }));
	if (isOk) return isWell('provider', message);
	return {
		check: 'provider',
		state: 'wrong',
		says: message,
		todo: 'Check the address, the key and the way to the server, such as a proxy.',
	};
}
