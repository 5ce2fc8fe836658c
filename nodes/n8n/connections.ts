/**
 * Owns the way from n8n's credentials to an open ledger: where the ledger file lies, which paths n8n allows, and
 * the tests behind the credential form's button. Refuses to put a secret into any message.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ICredentialsDecrypted, ICredentialTestFunctions, IExecuteFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import type { Balance } from '../../lib/core/rules/draft/balance';
import type { LedgerAccount } from '../../lib/engine/account/ledger-account';
import { CreditError } from '../../lib/core/values/errors';
import { formatCredits } from '../../lib/core/values/money';
import { LEDGER, LEDGER_PARAMS, PROVIDER_PARAMS } from '../../lib/params/connection';
import type { ValuesOf } from '../../lib/params/param';
import { readParams } from '../../lib/params/read';
import { testProvider as askProvider } from '../../lib/runtime/provider-handle';
import { defaultLedgerPath, filesOfPlace, isWholePath, placeOf } from '../../lib/runtime/ledger-place';
import type { SpendingAccount, SpendingLease } from '../../lib/engine/account/spending-account';
import { leaseSpending } from '../../lib/runtime/outage';
import { aheadText, blockedText } from '../../lib/engine/report/balance-words';
import { isServerAddress, leaseLedger, type LedgerLease } from '../../lib/runtime/runtime';
import { idlePause, monotonicMs } from '../../lib/runtime/system';
import { isFileAllowed } from './host-interface';
import { credentialsOf } from './providers';

type LedgerValues = ValuesOf<typeof LEDGER_PARAMS>;

/** The folder in which this n8n keeps its data. */
function n8nFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
	return join(env['N8N_USER_FOLDER'] ?? homedir(), '.n8n');
}

/** A ledger that one execution of a node may use; opened on first use, given back by `release`. */
export interface NodeLedger {
	readonly open: () => Promise<LedgerAccount>;
	/** For spending; goes on while the ledger is away, where the credential allows it. */
	readonly openToSpend: () => Promise<SpendingAccount>;
	/** The balance after a run; `null` where nobody knows it at once. */
	readonly balanceNow: () => Promise<Balance | null>;
	readonly release: () => Promise<void>;
}

/** Between two tries to open a ledger that could not be opened; many items may come while it is gone. */
const RETRY_AFTER_MS = 1_000;
/** What is only told must not keep answers waiting, when the ledger is slow or away. */
const NOTE_WITHIN_MS = 1_000;

/**
 * The ledger of the node's credential. Nothing is read or opened before `open`, which rejects with a `CreditError`; what could not be opened
 * is tried again a moment later.
 */
export function nodeLedger(ctx: IExecuteFunctions): NodeLedger {
	let lease: Promise<LedgerLease> | null = null;
	let spending: Promise<SpendingLease> | null = null;
	/** When it may be opened; never again while it is. */
	let retryAtMs = 0;
	const open = async (): Promise<LedgerAccount> => {
		if (lease === null || monotonicMs() >= retryAtMs) {
			retryAtMs = Number.POSITIVE_INFINITY;
			lease = openLease(ctx);
			lease.catch(() => (retryAtMs = monotonicMs() + RETRY_AFTER_MS));
		}
		return (await lease).current();
	};
	return {
		open,
		openToSpend: async () => {
			const opening = (spending ??= settingsOf(ctx).then((settings) => leaseSpending(settings, open, { folder: n8nFolder() })));
			opening.catch(() => (spending = null));
			return (await opening).account;
		},
		balanceNow: async () => {
			if (lease === null) return null;
			const balance = lease.then(async ({ ledger }) => ledger.balance()).catch(() => null);
			return Promise.race([balance, idlePause(NOTE_WITHIN_MS).then(() => null)]);
		},
		release: async () => {
			const opened = await Promise.all([lease?.catch(() => null), spending?.catch(() => null)]);
			lease = null;
			spending = null;
			for (const each of opened) await each?.release();
		},
	};
}

async function openLease(ctx: IExecuteFunctions): Promise<LedgerLease> {
	const values = await settingsOf(ctx);
	await refuseBlockedPath(ctx, values);
	const { name, id } = ctx.getWorkflow();
	return leaseLedger({ ...values, actor: `n8n, workflow ${name ?? id ?? 'without a name'}` }, n8nFolder());
}

async function settingsOf(ctx: IExecuteFunctions): Promise<LedgerValues> {
	return readParams(LEDGER_PARAMS, await credentialsOf(ctx, LEDGER.n8nName, 'ledger_unavailable'));
}

/**
 * A path that somebody typed is subject to n8n's file access rules; the usual place is not: nobody chose it, or whoever runs n8n did. What
 * is asked about is what will be opened: without blanks, and with every link resolved as far as it exists. The files that a typed PostgreSQL
 * URL names are read too; whether they exist is not told where they may not be.
 */
async function refuseBlockedPath(ctx: IExecuteFunctions, values: LedgerValues): Promise<void> {
	const { file, certificates } = typedPlace(values);
	for (const certificate of certificates) {
		if (certificate !== null && (await isFileAllowed(ctx, certificate))) continue;
		throw new CreditError(
			'invalid_path',
			'The PostgreSQL URL names a certificate or a key in a file that n8n does not let nodes use, or does not name it by its whole plain path. Put the file where N8N_RESTRICT_FILE_ACCESS_TO allows it, or let whoever runs n8n set the whole address in LLM_CREDITS_LEDGER and leave it empty here.',
		);
	}
	if (file === null || (await isFileAllowed(ctx, file))) return;
	throw new CreditError(
		'invalid_path',
		`Ledger File is ${values.path.trim()}, where n8n does not let nodes use files. Leave it empty for the usual place, choose a path that N8N_RESTRICT_FILE_ACCESS_TO allows, or let the other host use ${defaultLedgerPath(n8nFolder())}.`,
	);
}

/** What of a ledger's place somebody typed. */
interface TypedPlace {
	/** The ledger's file, as it will be opened; `null` for a server and for the usual place. */
	readonly file: string | null;
	/** Files that a server's address names; `null`: it is not plain which. */
	readonly certificates: readonly (string | null)[];
}

/** Throws `invalid_path` for what cannot be read. */
function typedPlace(values: LedgerValues): TypedPlace {
	if (values.path.trim() === '' && values.postgresUrl.trim() === '') return { file: null, certificates: [] };
	const folder = n8nFolder();
	const place = placeOf(values, { folder, environment: process.env });
	if (isServerAddress(place)) return { file: null, certificates: filesOfPlace(place) };
	return { file: place === placeOf({ path: '' }, { folder, environment: {} }) ? null : place, certificates: [] };
}

/** Opens the ledger of a credential and tells the balance. A typed path is not opened before a node does, because only nodes know n8n's file rules. */
export async function testLedger(this: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
	return answer(async () => {
		const values = readParams(LEDGER_PARAMS, credential.data ?? {});
		const { file, certificates } = typedPlace(values);
		if (certificates.length > 0)
			return 'The address is well-formed. It names files of this machine, so a node opens it when it runs, if n8n lets nodes use them (N8N_RESTRICT_FILE_ACCESS_TO).';
		if (file !== null) {
			if (!isWholePath(values.path))
				throw new CreditError('invalid_path', `Ledger File is ${values.path.trim()}. Give the whole path, from the root of the disk.`);
			return `The path is well-formed. A node opens ${file} when it runs, if n8n lets nodes use that folder (N8N_RESTRICT_FILE_ACCESS_TO).`;
		}
		const lease = await leaseLedger(values, n8nFolder());
		try {
			const balance = await lease.ledger.balance();
			const { availableMicro, account } = balance;
			const notes = [blockedText(balance), aheadText(balance)].flatMap((text) => (text === null ? [] : [`. ${text}`])).join('');
			return `${formatCredits(availableMicro)} credits are available on account ${account.name} in ${lease.ledger.location}${notes}`;
		} finally {
			await lease.release();
		}
	});
}

/** Asks the provider of a credential whether it is there and takes the key. Costs nothing. */
export async function testProvider(this: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
	return answer(async () => {
		const { isOk, message } = await askProvider(readParams(PROVIDER_PARAMS, credential.data ?? {}));
		if (!isOk) throw new CreditError('provider_misconfigured', message);
		return message;
	});
}

async function answer(test: () => Promise<string>): Promise<INodeCredentialTestResult> {
	try {
		return { status: 'OK', message: await test() };
	} catch (error) {
		return { status: 'Error', message: error instanceof Error ? error.message : String(error) };
	}
}
